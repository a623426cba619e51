"""Layers, and the layout of an image in one file. The bytes depend on names and contents alone."""

import hashlib
import io
import json
import os
import pathlib
import tarfile


class Layer:
    def __init__(self, when: int):
        self.when, self.entries = when, {}

    def folder(self, name: str, mode: int = 0o755):
        if not name:
            return
        self.folder(os.path.dirname(name))
        self.entries.setdefault(name, (tarfile.DIRTYPE, mode, b"", ""))

    def file(self, name: str, data: bytes, mode: int = 0o644):
        self.folder(os.path.dirname(name))
        self.entries[name] = (tarfile.REGTYPE, mode, data, "")

    def link(self, name: str, target: str):
        self.folder(os.path.dirname(name))
        self.entries[name] = (tarfile.SYMTYPE, 0o777, b"", target)

    def tree(self, source: pathlib.Path, name: str):
        for path in sorted(source.rglob("*")):
            inside = f"{name}/{path.relative_to(source)}"
            if path.is_symlink() and not path.resolve().is_relative_to(source):
                continue  # localtime: the machine's
            if path.is_symlink():
                self.link(inside, os.readlink(path))
            elif path.is_file():
                self.file(inside, path.read_bytes())

    def tar(self) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for name in sorted(self.entries):
                kind, mode, data, target = self.entries[name]
                entry = tarfile.TarInfo(name)
                entry.type, entry.mode, entry.mtime, entry.size, entry.linkname = kind, mode, self.when, len(data), target
                tar.addfile(entry, io.BytesIO(data))
        return out.getvalue()


class Layout:
    def __init__(self):
        self.blobs: dict[str, bytes] = {}

    def add(self, data: bytes, media_type: str) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def add_json(self, value: dict, media_type: str) -> dict:
        return self.add(json.dumps(value, sort_keys=True, separators=(",", ":")).encode(), media_type)

    def write(self, path: pathlib.Path, index: dict):
        layer = Layer(0)
        layer.file("oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        layer.file("index.json", json.dumps(index, sort_keys=True).encode())
        for digest, data in self.blobs.items():
            layer.file(f"blobs/sha256/{digest}", data)
        path.write_bytes(layer.tar())
