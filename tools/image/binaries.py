"""Which binary is given out for which architecture."""

import pathlib
import subprocess
import sys

from .machine import architecture_of, native

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOL = pathlib.Path(sys.argv[0]).name


def stripped(binary: pathlib.Path) -> bytes:
    return subprocess.run(["llvm-strip-19", "--strip-all", "-o", "-", str(binary)], check=True, capture_output=True).stdout


def built(arch: str) -> pathlib.Path:
    """Where the presets put it."""
    return ROOT / "build" / ("release" if arch == native() else f"release-{arch}") / "rotor"


def default_binary(arch: str) -> pathlib.Path:
    binary = built(arch)
    if not binary.is_file():
        preset = binary.parent.name
        sys.exit(f"{TOOL}: {binary} is missing: cmake --preset {preset} && cmake --build build/{preset} --target rotor")
    return binary


def binaries(archs: list[str], given: list[pathlib.Path]) -> dict[str, pathlib.Path]:
    """One for each architecture, in their order: those given, and what the presets build."""
    found = {}
    for binary in given:
        if not binary.is_file():
            sys.exit(f"{TOOL}: {binary} is missing")
        arch = architecture_of(binary)
        if arch not in archs:
            sys.exit(f"{TOOL}: {binary} is for {arch}, and --arch says {' and '.join(archs)}")
        if arch in found:
            sys.exit(f"{TOOL}: {found[arch]} and {binary} are both for {arch}: one of them is enough")
        found[arch] = binary
    return {arch: found.get(arch) or default_binary(arch) for arch in archs}
