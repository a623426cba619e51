"""tools/build-image for another architecture. What is decided is shown with a binary of a few bytes and libraries made here;
the real one is a third build, so its image is looked at where that was made (docs/install.md)."""

import dataclasses
import hashlib
import json
import os
import pathlib
import subprocess
import tarfile

import pytest

from harness import tools

FOLDER = "aarch64-linux-gnu"
LOADER = "/lib/ld-linux-aarch64.so.1"
LEGACY = f"usr/lib/{FOLDER}/ossl-modules/legacy.so"
COMPILED_IN = ["libboost1.81-dev", "libboost-json1.81-dev", "libfmt-dev", "libspdlog-dev", "libcli11-dev"]
SOURCE = "https://example.com/rotor"
REAL = tools.ROOT / "build" / "release-arm64" / "rotor"


def link(out: pathlib.Path, triple: str, *flags: object) -> pathlib.Path:
    out.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["clang-19", f"--target={triple}", "-nostdlib", "-fuse-ld=lld", "-x", "c", "-", "-x", "none", "-o", str(out), *map(str, flags)],
                   input="void _start(void) {}\n", check=True, capture_output=True, text=True)
    return out


def sysroot(root: pathlib.Path) -> pathlib.Path:
    """An architecture with two libraries, one of which needs the other, and dpkg's notes on them."""
    inner = link(root / "usr" / "lib" / FOLDER / "libinner.so.2.1", FOLDER, "-shared", "-Wl,-soname,libinner.so.2")
    inner.with_name("libinner.so.2").symlink_to(inner.name)
    link(root / "lib" / FOLDER / "libouter.so.1", FOLDER, "-shared", "-Wl,-soname,libouter.so.1", "-Wl,--no-as-needed", inner)
    for name in (LOADER.lstrip("/"), LEGACY):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    owners = {"libinner2": f"/usr/lib/{FOLDER}/libinner.so.2.1", "libouter1": f"/lib/{FOLDER}/libouter.so.1", "libc6": LOADER,
              "libssl3": f"/{LEGACY}", **{name: f"/usr/share/doc/{name}" for name in COMPILED_IN}}
    notes = root / "var" / "lib" / "dpkg"
    (notes / "info").mkdir(parents=True)
    (notes / "updates").mkdir()
    (notes / "info" / "format").write_text("1\n")
    stanza = "Package: {}\nStatus: install ok installed\nArchitecture: arm64\nMulti-Arch: same\nVersion: 7.7-arm\nMaintainer: a\nDescription: a\n"
    (notes / "status").write_text("\n".join(stanza.format(name) for name in owners))
    for name, file in owners.items():
        (notes / "info" / f"{name}:arm64.list").write_text(f"/.\n{file}\n")
    return root


@dataclasses.dataclass
class Other:
    folder: pathlib.Path
    root: pathlib.Path
    arm64: pathlib.Path  # a binary for each
    amd64: pathlib.Path

    def build(self, out: str, *flags: object) -> subprocess.CompletedProcess:
        argv = [tools.ROOT / "tools" / "build-image", "--out", self.folder / out, "--sysroot", self.root, *flags]
        return subprocess.run([str(a) for a in argv], capture_output=True, text=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1767225600"})

    def made(self, out: str, *flags: object) -> list[str]:
        done = self.build(out, *flags)
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    def refused(self, *flags: object) -> str:
        done = self.build("refused", *flags)
        assert done.returncode == 1 and not (self.folder / "refused").exists(), done.stdout + done.stderr
        return done.stderr


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    folder = tmp_path_factory.mktemp("arm64")
    root = sysroot(folder / "sysroot")
    arm64 = link(folder / "arm64", FOLDER, f"-Wl,--dynamic-linker={LOADER}", "-Wl,--no-as-needed", root / "lib" / FOLDER / "libouter.so.1",
                 "-Wl,--allow-shlib-undefined")
    return Other(folder, root, arm64, link(folder / "amd64", "x86_64-linux-gnu", "-static"))


class Archive:
    def __init__(self, path: pathlib.Path):
        with tarfile.open(path) as archive:
            self.files = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
        self.top = self.index("index.json")["manifests"][0]

    def index(self, name: str) -> dict:
        return json.loads(self.files[name])

    def blob(self, described: dict) -> bytes:
        data = self.files["blobs/sha256/" + described["digest"].removeprefix("sha256:")]
        assert hashlib.sha256(data).hexdigest() == described["digest"].removeprefix("sha256:") and len(data) == described["size"]
        return data

    def json(self, described: dict) -> dict:
        return json.loads(self.blob(described))

    def layer(self, manifest: dict, folder: pathlib.Path) -> dict[str, bytes]:
        packed = folder / "layer.tar.gz"
        packed.write_bytes(self.blob(manifest["layers"][0]))
        with tarfile.open(packed) as layer:
            return {entry.name: layer.extractfile(entry).read() for entry in layer if entry.isfile()}


@pytest.fixture(scope="module")
def line(other) -> str:
    return other.made("one", "--arch", "arm64", "--binary", other.arm64, "--source", SOURCE)[0]


def test_it_says_arm64_and_holds_what_its_loader_will_ask_for(other, line, tmp_path):
    image = Archive(other.folder / "one" / "rotor.oci.tar")
    manifest = image.json(image.top)
    config = image.json(manifest["config"])
    assert image.top["platform"] == {"architecture": "arm64", "os": "linux"} and line.startswith(image.top["digest"])
    assert (config["architecture"], config["os"]) == ("arm64", "linux")
    assert config["config"]["Labels"] == manifest["annotations"] and manifest["annotations"]["org.opencontainers.image.source"] == SOURCE
    files = image.layer(manifest, tmp_path)
    libraries = {name: data for name, data in files.items() if "/lib" in f"/{name}" and ".so" in name}
    assert set(libraries) == {LOADER.lstrip("/"), f"lib/{FOLDER}/libouter.so.1", f"usr/lib/{FOLDER}/libinner.so.2", LEGACY}
    assert libraries[f"usr/lib/{FOLDER}/libinner.so.2"] == (other.root / "usr" / "lib" / FOLDER / "libinner.so.2.1").read_bytes()


def test_its_list_of_parts_has_the_versions_of_that_architecture(other, line):
    parts = json.loads((other.folder / "one" / "rotor.spdx.json").read_text())
    versions = {p["name"]: p["versionInfo"] for p in parts["packages"]}
    data = {"ca-certificates", "tzdata"}  # files of the machine that builds
    assert {name for name, version in versions.items() if version == "7.7-arm"} == {"libinner2", "libouter1", "libc6", "libssl3", *COMPILED_IN}
    assert set(versions) - {"rotor"} - data == {name for name, version in versions.items() if version == "7.7-arm"}
    here = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "tzdata"], check=True, capture_output=True, text=True).stdout
    assert versions["tzdata"] == here


def test_both_are_one_file_with_an_index_that_two_builds_make_alike(other):
    lines = other.made("both", "--arch", "all", "--binary", other.arm64, "--binary", other.amd64)
    assert lines == other.made("again", "--arch", "all", "--binary", other.amd64, "--binary", other.arm64)
    image = Archive(other.folder / "both" / "rotor.oci.tar")
    assert (other.folder / "again" / "rotor.oci.tar").read_bytes() == (other.folder / "both" / "rotor.oci.tar").read_bytes()
    assert image.top["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert [line.split()[0] for line in lines] == [*[m["digest"] for m in image.json(image.top)["manifests"]], image.top["digest"]]
    for of in image.json(image.top)["manifests"]:
        manifest = image.json(of)
        assert image.json(manifest["config"])["architecture"] == of["platform"]["architecture"]
        assert image.blob(manifest["layers"][0])
    assert [m["platform"]["architecture"] for m in image.json(image.top)["manifests"]] == ["amd64", "arm64"]
    assert {p.name for p in (other.folder / "both").glob("*.json")} == {"rotor-amd64.spdx.json", "rotor-arm64.spdx.json"}


def test_a_binary_of_another_architecture_is_refused(other):
    assert f"{other.amd64} is for amd64, and --arch says arm64" in other.refused("--arch", "arm64", "--binary", other.amd64)
    assert "are both for arm64" in other.refused("--arch", "all", "--binary", other.arm64, "--binary", other.arm64)


def test_a_missing_binary_is_said_with_the_way_to_build_it(other):
    assert f"{other.folder / 'gone'} is missing" in other.refused("--arch", "arm64", "--binary", other.folder / "gone")
    if not REAL.exists():
        assert "cmake --preset release-arm64" in other.refused("--arch", "arm64")


def test_a_missing_library_is_named(other):
    library = other.root / "usr" / "lib" / FOLDER / "libinner.so.2"
    target = library.readlink()
    library.unlink()
    try:
        assert f"needs libinner.so.2, which is not in {other.root}" in other.refused("--arch", "arm64", "--binary", other.arm64)
    finally:
        library.symlink_to(target)


@pytest.mark.skipif(not REAL.exists(), reason="no build/release-arm64/rotor: docs/install.md says how to build it")
def test_the_real_one_is_as_small_and_lists_the_same_parts(built_image, tmp_path):
    done = subprocess.run([tools.ROOT / "tools" / "build-image", "--arch", "arm64", "--binary", REAL, "--out", tmp_path],
                          check=True, capture_output=True, text=True)
    size = int(done.stdout.split()[1])
    print(f"image for arm64: {size / 1e6:.2f} MB compressed")
    assert size <= 15_000_000

    def parts(folder: pathlib.Path) -> set[str]:
        return {p["name"] for p in json.loads((folder / "rotor.spdx.json").read_text())["packages"]}
    assert parts(tmp_path) == parts(built_image.folder)
