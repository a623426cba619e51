"""tools/build-image: the image of the one binary."""

import base64
import gzip
import hashlib
import io
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tarfile
import urllib.parse

import pytest

from harness import images, tools

MOST_BYTES = 15_000_000
USER = 65532
LEGACY = "usr/lib/x86_64-linux-gnu/ossl-modules/legacy.so"
OBJECT = """
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: example, namespace: default}
spec:
  secretStoreRef: {name: store}
  target:
    template:
      data:
        time: '{{ dateInZone "15:04 MST" 0 "Europe/Berlin" }}'
        cert: '{{ .archive | b64dec | pkcs12cert }}'
  data: [{secretKey: archive, remoteRef: {key: archive}}]
"""


class Image:
    def __init__(self, built: images.Built):
        self.folder, self.digest, self.size = built
        with tarfile.open(built.archive) as archive:
            self.files = {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}
        self.manifest = self.blob(json.loads(self.files["index.json"])["manifests"][0]["digest"])
        self.config = self.blob(self.manifest["config"]["digest"])
        self.layer = gzip.decompress(self.files["blobs/sha256/" + self.manifest["layers"][0]["digest"].removeprefix("sha256:")])

    def blob(self, digest: str) -> dict:
        data = self.files["blobs/sha256/" + digest.removeprefix("sha256:")]
        assert hashlib.sha256(data).hexdigest() == digest.removeprefix("sha256:")
        return json.loads(data)

    def names(self) -> set[str]:
        with tarfile.open(fileobj=io.BytesIO(self.layer)) as layer:
            return set(layer.getnames())

    def unpack(self) -> pathlib.Path:
        root = self.folder / "root"
        with tarfile.open(fileobj=io.BytesIO(self.layer)) as layer:
            layer.extractall(root)
        return root


@pytest.fixture(scope="module")
def image(built_image) -> Image:
    return Image(built_image)


def test_two_builds_have_one_digest(image, tmp_path):
    again = images.build(tmp_path)
    assert again.digest == image.digest
    assert again.archive.read_bytes() == (image.folder / "rotor.oci.tar").read_bytes()


def compiled(folder: pathlib.Path, cache: pathlib.Path, launcher: str = "ccache") -> dict[str, bytes]:
    """Objects of a file that says where it is, as the preset release makes them below this folder: of itself, and in a batch."""
    presets = {p["name"]: p for p in json.loads((tools.ROOT / "CMakePresets.json").read_text())["configurePresets"]}
    flags = presets["release"]["cacheVariables"]["CMAKE_CXX_FLAGS"].replace("${sourceDir}", str(folder))
    source, build = folder / "src" / "room" / "where.cpp", folder / "build" / "release"
    for made in (source.parent, build):
        made.mkdir(parents=True, exist_ok=True)
    source.write_text("const char* where() { return __FILE__; }\n")
    (build / "batch.cxx").write_text(f'#include "{source}"\n')
    objects = {}
    for file in (source, build / "batch.cxx"):
        compile_it = f"cd build/release && {launcher} clang++-19 {flags} -o out.o -c {shlex.quote(str(file))}"
        subprocess.run(["bash", "-ec", f". {tools.ROOT / 'tools' / 'stages.sh'}; {compile_it}"], check=True, cwd=folder, capture_output=True,
                       env={**os.environ, "XDG_CACHE_HOME": str(cache)})
        objects[file.name] = (build / "out.o").read_bytes()
    return objects


def test_where_the_source_lies_changes_no_object_and_the_cache_has_it_for_both(tmp_path):
    first, second = (compiled(tmp_path / name, tmp_path) for name in ("one folder", "other"))
    assert first == second == compiled(tmp_path / "third", tmp_path, launcher="")
    assert all(b"src/room/where.cpp" in object for object in first.values())
    told = subprocess.run(["ccache", "--print-stats"], check=True, capture_output=True, text=True,
                          env={**os.environ, "CCACHE_DIR": str(tmp_path / "rotor" / "ccache")}).stdout
    stats = dict(line.split("\t") for line in told.splitlines())
    assert (stats["cache_miss"], int(stats["direct_cache_hit"]) + int(stats["preprocessed_cache_hit"])) == ("2", 2)


def test_the_binary_names_its_sources_without_the_folder_they_were_in():
    data = tools.rotor().read_bytes()
    named = set(re.findall(rb"[\w./-]*src/[\w/]+\.[ch]pp", data))
    assert named and not {name for name in named if not name.startswith(b"src/")}
    assert str(tools.ROOT).encode() not in data


def test_its_labels_name_the_commit(image):
    head = subprocess.run(["git", "-C", tools.ROOT, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()
    labels = image.manifest["annotations"]
    assert labels["org.opencontainers.image.revision"] == head and labels["org.opencontainers.image.version"]


@pytest.mark.parametrize("remote, address", [
    ("https://github.com/org/rotor.git", "https://github.com/org/rotor"), ("git@github.com:org/rotor.git", "https://github.com/org/rotor"),
    ("ssh://git@host.example:2222/org/rotor", "https://host.example/org/rotor"), ("https://me:token@host.example/a/b/", "https://host.example/a/b"),
    ("/srv/git/rotor", None), ("../rotor", None), ("", None)])
def test_the_source_is_where_a_browser_finds_it_without_anybodys_login(remote, address):
    asked = "import sys; sys.path.insert(0, sys.argv[1]); from image.origin import web_address; print(web_address(sys.argv[2]))"
    told = subprocess.run([sys.executable, "-c", asked, tools.ROOT / "tools", remote], check=True, capture_output=True, text=True)
    assert told.stdout.strip() == str(address)


def test_it_is_small(image):
    print(f"image: {image.size / 1e6:.2f} MB compressed")
    assert image.size <= MOST_BYTES


def test_it_holds_no_shell_and_runs_as_nobody_special(image):
    programs = {name for name in image.names() if name.startswith(("bin/", "usr/bin/", "sbin/", "usr/sbin/"))}
    assert programs == {"usr/bin/rotor"}
    assert image.config["config"]["User"] == f"{USER}:{USER}"
    assert image.config["config"]["Entrypoint"] == ["/usr/bin/rotor"]
    assert image.config["config"]["Labels"] == image.manifest["annotations"]
    assert image.config["config"]["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"
    with tarfile.open(fileobj=io.BytesIO(image.layer)) as layer:
        assert {(e.uid, e.gid) for e in layer} == {(0, 0)}
        assert [e.name for e in layer if e.mode & 0o6000 or (e.mode & 0o002 and not e.issym() and e.name != "tmp")] == []


def old_archive(folder: pathlib.Path) -> str:
    """PKCS#12 with RC2, which OpenSSL keeps in a module of its own."""
    run = lambda *argv: subprocess.run(argv, check=True, capture_output=True, cwd=folder)  # noqa: E731
    run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=old", "-keyout", "key.pem", "-out", "cert.pem")
    run("openssl", "pkcs12", "-export", "-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-inkey", "key.pem", "-in", "cert.pem",
        "-passout", "pass:", "-out", "old.p12")
    return base64.b64encode((folder / "old.p12").read_bytes()).decode()


def test_its_diff_id_is_that_of_the_layer(image):
    assert image.config["rootfs"]["diff_ids"] == ["sha256:" + hashlib.sha256(image.layer).hexdigest()]


def test_the_binary_runs_with_nothing_but_what_is_in_the_image(image):
    root = image.unpack()
    inside = lambda *argv: subprocess.run(  # noqa: E731
        ["/usr/sbin/chroot", f"--userspec={USER}:{USER}", root, *argv], capture_output=True, text=True, env={})
    version = inside("/usr/bin/rotor", "--version")
    assert version.stdout.startswith("rotor ") and version.returncode == 0, version.stderr
    (root / "object.yaml").write_text(OBJECT)
    (root / "data.yaml").write_text(f"archive: {old_archive(image.folder)}\n")
    made = inside("/usr/bin/rotor", "template", "-f", "/object.yaml", "--data", "/data.yaml", "--show-values")
    assert "01:00 CET" in made.stdout and "BEGIN CERTIFICATE" in made.stdout, made.stdout + made.stderr
    (root / LEGACY).unlink()
    assert inside("/usr/bin/rotor", "template", "-f", "/object.yaml", "--data", "/data.yaml").returncode != 0


def test_its_list_of_parts_names_the_package_of_every_library(image):
    parts = json.loads((image.folder / "rotor.spdx.json").read_text())
    names = {package["name"] for package in parts["packages"]}
    assert {"rotor", "libssl3", "libstdc++6", "libc6", "ca-certificates", "tzdata", "libboost1.81-dev"} <= names
    assert all(package["versionInfo"] for package in parts["packages"])
    assert "usr/share/doc/rotor/rotor.spdx.json" in image.names()


# What SPDX 2.3 asks of a document and of each of its packages: field → a value that it may have.
OF_A_DOCUMENT = {"spdxVersion": r"SPDX-2\.3", "dataLicense": r"CC0-1\.0", "SPDXID": "SPDXRef-DOCUMENT", "name": ".+",
                 "documentNamespace": "https://[^#]+"}
OF_A_PACKAGE = {"SPDXID": r"SPDXRef-[A-Za-z0-9.-]+", "name": ".+", "downloadLocation": "NOASSERTION|NONE|https?://.+"}


def missing(fields: dict[str, str], found: dict) -> set[str]:
    return {field for field, value in fields.items() if not re.fullmatch(value, str(found.get(field, "")))}


def test_its_list_of_parts_has_what_spdx_asks_for(image):
    document = json.loads((image.folder / "rotor.spdx.json").read_text())
    assert not missing(OF_A_DOCUMENT, document)
    assert not missing({"created": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "creators": r".*(Tool|Organization|Person): .+"}, document["creationInfo"])
    assert {p["name"]: lacks for p in document["packages"] if (lacks := missing(OF_A_PACKAGE, p))} == {}
    ids = [document["SPDXID"], *(p["SPDXID"] for p in document["packages"])]
    assert len(ids) == len(set(ids))
    for relation in document["relationships"]:
        assert re.fullmatch("DESCRIBES|DEPENDS_ON", relation["relationshipType"])
        assert {relation["spdxElementId"], relation["relatedSpdxElement"]} <= set(ids), relation
    assert {r["relatedSpdxElement"] for r in document["relationships"]} == set(ids) - {document["SPDXID"]}, "each part is somebody's"


def test_a_part_is_found_by_its_purl(image):
    """By what a scanner makes of it: the parts of the path, decoded."""
    packages = json.loads((image.folder / "rotor.spdx.json").read_text())["packages"]
    purls = {p["name"]: ref["referenceLocator"] for p in packages for ref in p.get("externalRefs", [])}
    assert set(purls) == {p["name"] for p in packages} - {"rotor"}
    for package in packages[1:]:
        name, version = re.fullmatch(r"pkg:deb/debian/([\w.%~-]+)@([\w.%~-]+)\?distro=bookworm", purls[package["name"]]).groups()
        assert (urllib.parse.unquote(name), urllib.parse.unquote(version)) == (package["name"], package["versionInfo"])
    assert purls["libstdc++6"].startswith("pkg:deb/debian/libstdc%2B%2B6@")
