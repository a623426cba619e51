#!/usr/bin/env python3
"""What a node pulls: Rotor's image beside the binary of an operator in Go, built here.

    bench/image_size.py                                                # the External Secrets Operator
    bench/image_size.py example.com/module@v1.0.0 --package ./cmd/name

The binary is built as images of Go programs are: no cgo, no symbols. It is packed as a layer is, a tar with gzip, and its base
image (static files, CA certificates, time zones: about a megabyte) is left out. Ours is all that tools/build-image makes.
The first build takes a quarter of an hour of CPU.
"""
import argparse
import gzip
import io
import json
import os
import pathlib
import subprocess
import tarfile
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The newest that builds as one module: later ones are many, joined by replacements that only their repository has.
PEER = "github.com/external-secrets/external-secrets@v0.16.2"


def output(*command, **options) -> str:
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def ours(folder: pathlib.Path) -> int:
    return int(output(ROOT / "tools/build-image", "--out", folder / "image").split()[1])


def built(module: str, package: str, folder: pathlib.Path) -> pathlib.Path:
    """In the module's own folder, so that its own go.sum says which versions it is made of."""
    go = pathlib.Path(output(ROOT / "tools/toolchain.sh", "go").strip()) / "bin/go"
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
    source = json.loads(output(go, "mod", "download", "-json", module, cwd=folder, env=environment))["Dir"]
    binary = folder / "peer"
    output(go, "build", "-p", "1", "-trimpath", "-ldflags=-s -w", "-o", binary, package, cwd=source, env=environment)
    return binary


def packed(binary: pathlib.Path) -> int:
    layer = io.BytesIO()
    with tarfile.open(fileobj=layer, mode="w") as tar:
        tar.add(binary, arcname="bin/operator")
    return len(gzip.compress(layer.getvalue(), 9))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("module", nargs="?", default=PEER)
    parser.add_argument("--package", default=".", help="where its main package is")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        print(f"{'rotor, the whole image':60} {ours(folder) / 1e6:6.1f} MB compressed")
        binary = built(wanted.module, wanted.package, folder)
        print(f"{wanted.module + ', its binary':60} {packed(binary) / 1e6:6.1f} MB compressed, {binary.stat().st_size / 1e6:.0f} MB unpacked")


main()
