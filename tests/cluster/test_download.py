"""tools/build-download: what somebody without a cluster takes."""

import json
import pathlib
import re
import subprocess
import tarfile

import pytest

from harness import images, tools

PAGE = tools.ROOT / "docs" / "install.md"


def build(folder: pathlib.Path, *flags: object) -> list[list[str]]:
    argv = [tools.ROOT / "tools" / "build-download", "--out", folder, *flags]
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [line.split() for line in done.stdout.splitlines()]


def check(folder: pathlib.Path) -> subprocess.CompletedProcess:
    """As the page says that it is checked."""
    command = next(line for line in PAGE.read_text().splitlines() if line.startswith("sha256sum --check"))
    return subprocess.run(command, shell=True, cwd=folder, capture_output=True, text=True)


@pytest.fixture(scope="module")
def download(tmp_path_factory):
    folder = tmp_path_factory.mktemp("download")
    return folder, build(folder, "--binary", tools.rotor())


def test_the_file_is_the_binary_of_the_image_and_runs(download, built_image: images.Built):
    folder, lines = download
    assert {p.name for p in folder.iterdir()} == {"rotor-linux-amd64", "SHA256SUMS"} and len(lines) == 1
    with tarfile.open(built_image.archive) as archive:
        layers = [archive.extractfile(e) for e in archive if e.isfile() and e.size > 1_000_000]
        with tarfile.open(fileobj=layers[0]) as layer:
            assert layer.extractfile("usr/bin/rotor").read() == (folder / "rotor-linux-amd64").read_bytes()
    told = subprocess.run([folder / "rotor-linux-amd64", "--version"], capture_output=True, text=True)
    assert told.returncode == 0 and told.stdout.startswith("rotor "), told.stderr


def test_the_command_of_the_page_tells_a_good_download_from_another(download, tmp_path):
    folder, _ = download
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    good = check(tmp_path)
    assert good.returncode == 0 and "rotor-linux-amd64: OK" in good.stdout, good.stdout + good.stderr
    with (tmp_path / "rotor-linux-amd64").open("r+b") as file:
        file.seek(1000)
        file.write(b"other")
    assert check(tmp_path).returncode != 0
    (tmp_path / "rotor-linux-amd64").unlink()
    assert check(tmp_path).returncode != 0, "nothing was checked"


def test_two_builds_are_the_same_and_sums_name_every_file_that_was_made(download, tmp_path):
    folder, lines = download
    assert build(tmp_path, "--binary", tools.rotor()) == lines
    assert (tmp_path / "SHA256SUMS").read_text() == (folder / "SHA256SUMS").read_text() == f"{lines[0][0]}  rotor-linux-amd64\n"
    other = tmp_path / "arm64"
    subprocess.run(["clang-19", "--target=aarch64-linux-gnu", "-nostdlib", "-fuse-ld=lld", "-static", "-x", "c", "-", "-o", other],
                   input="void _start(void) {}\n", check=True, capture_output=True, text=True)
    both = build(tmp_path / "both", "--binary", tools.rotor(), "--binary", other)
    assert [line[2] for line in both] == ["rotor-linux-amd64", "rotor-linux-arm64"]
    assert check(tmp_path / "both").stdout.split() == ["rotor-linux-amd64:", "OK", "rotor-linux-arm64:", "OK"]


def test_the_page_names_the_packages_that_its_libraries_are_in(built_image: images.Built):
    parts = json.loads((built_image.folder / "rotor.spdx.json").read_text())["packages"]
    always = {"libc6", "libgcc-s1", "libstdc++6"}  # apt itself needs them
    needed = {p["name"] for p in parts if re.match(r"lib|zlib", p["name"]) and not p["name"].endswith("-dev")} - always
    named = set(next(line for line in PAGE.read_text().splitlines() if line.startswith("apt-get install")).split()[2:])
    assert named == needed
