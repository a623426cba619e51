"""Whose libraries go into the image: this machine's, or those of another architecture that tools/sysroot.sh unpacked."""

import functools
import pathlib
import re
import subprocess
import sys

# As Debian and OCI call it → Debian's folder of libraries, and what stands in the head of a binary.
ARCHITECTURES = {"amd64": ("x86_64-linux-gnu", "X86-64"), "arm64": ("aarch64-linux-gnu", "AArch64")}


def run(*argv: object) -> str:
    return subprocess.run([str(a) for a in argv], check=True, stdout=subprocess.PIPE, text=True).stdout


@functools.cache
def native() -> str:
    return run("dpkg", "--print-architecture").strip()


def architecture_of(binary: pathlib.Path) -> str:
    head = run("llvm-readelf-19", "--file-header", binary)
    machine = re.search(r"Machine:\s+(.*)", head).group(1)
    return next((arch for arch, (_, word) in ARCHITECTURES.items() if machine.endswith(word)), machine)


class Machine:
    """`root`: where its files are."""

    def __init__(self, arch: str, root: pathlib.Path = pathlib.Path("/")):
        self.arch, self.root = arch, root
        self.folder = ARCHITECTURES[arch][0]
        # Old PKCS#12 archives are read with ciphers that OpenSSL keeps in a module of its own.
        self.legacy_ciphers = f"/usr/lib/{self.folder}/ossl-modules/legacy.so"

    def read(self, name: str) -> bytes:
        return self._file(name).read_bytes()

    def libraries(self, binary: pathlib.Path) -> list[str]:
        """What the loader needs to start it, the loader included, under the names it asks for."""
        loader = re.search(r"program interpreter: (\S+)\]", run("llvm-readelf-19", "--program-headers", binary))
        if not loader:
            return []  # a static one
        found = {loader.group(1).rsplit("/", 1)[1]: loader.group(1)}
        open_ends = [binary]
        while open_ends:
            for needed in _needed(open_ends.pop()):
                if needed not in found:
                    found[needed] = self._find(needed, binary)
                    open_ends.append(self._file(found[needed]))
        return sorted(found.values())

    def package_of(self, name: str) -> str:
        """Debian's package of a file; where /lib is a link to /usr/lib, dpkg may know it by either name."""
        real = "/" + str(self._file(name).resolve().relative_to(self.root.resolve()))
        for known_as in (real, name, real.removeprefix("/usr")):
            done = subprocess.run(["dpkg-query", self._database, "-S", known_as], capture_output=True, text=True)
            if done.returncode == 0:
                return done.stdout.split(":", 1)[0]
        sys.exit(f"build-image: no package owns {name}, so its origin cannot be told")

    @functools.cached_property
    def packages(self) -> dict[str, tuple[str, str]]:
        """Name → source package and version, of what is there for this architecture."""
        lines = run("dpkg-query", self._database, "-W", "-f", "${Package} ${Architecture} ${source:Package} ${Version}\\n").splitlines()
        rows = [line.split() for line in lines]
        return {row[0]: (row[2], row[3]) for row in rows if len(row) == 4 and row[1] in (self.arch, "all")}

    @property
    def _database(self) -> str:
        return f"--admindir={self.root / 'var' / 'lib' / 'dpkg'}"

    def _file(self, name: str) -> pathlib.Path:
        return self.root / name.lstrip("/")

    def _find(self, library: str, binary: pathlib.Path) -> str:
        for folder in (f"/lib/{self.folder}", f"/usr/lib/{self.folder}"):
            if self._file(f"{folder}/{library}").exists():
                return f"{folder}/{library}"
        sys.exit(f"build-image: {binary} needs {library}, which is not in {self.root}: install its package there")


def _needed(file: pathlib.Path) -> list[str]:
    listed = run("llvm-readelf-19", "--needed-libs", file)
    return [line.strip() for line in listed.splitlines() if line.startswith("  ")]
