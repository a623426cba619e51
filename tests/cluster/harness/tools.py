"""Where the pinned servers are. They are built once by tools/build.sh; a missing one is built, never skipped."""

import functools
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = ROOT / "tests" / "cluster" / "tools" / "build.sh"


@functools.cache
def server(name: str) -> pathlib.Path:
    done = subprocess.run([str(BUILD), name], check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(done.stdout.strip().splitlines()[-1])


def kubernetes(binary: str) -> pathlib.Path:
    return server("kubernetes") / binary


def rotor() -> pathlib.Path:
    binary = pathlib.Path(os.environ.get("ROTOR") or ROOT / "build" / "release" / "rotor")
    if not binary.exists():
        raise RuntimeError(f"{binary} is missing: build it with ./check or `cmake --preset release && cmake --build build/release --target rotor`")
    return binary
