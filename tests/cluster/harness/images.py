"""Container images: Rotor's own, and others made from Debian's static busybox without any image tool."""

import hashlib
import io
import json
import pathlib
import subprocess
import tarfile
import typing

from . import tools

BUSYBOX = pathlib.Path("/usr/bin/busybox")


class Built(typing.NamedTuple):
    folder: pathlib.Path
    digest: str
    size: int  # as it is pulled

    @property
    def archive(self) -> pathlib.Path:
        return self.folder / "rotor.oci.tar"


def build(folder: pathlib.Path) -> Built:
    """Rotor's image by tools/build-image."""
    done = subprocess.run([tools.ROOT / "tools" / "build-image", "--binary", tools.rotor(), "--out", folder],
                          check=True, capture_output=True, text=True)
    digest, size, _ = done.stdout.split()
    return Built(folder, digest, int(size))


def busybox(name: str, path: pathlib.Path, command: list[str], entrypoint: list[str] | None = None, files: dict | None = None):
    """A docker-archive at `path` that holds the image `name` with every busybox applet, and programs besides."""
    layer = _layer(files or {})
    digest = "sha256:" + hashlib.sha256(layer).hexdigest()
    config = {"architecture": "amd64", "os": "linux", "created": "1970-01-01T00:00:00Z",
              "config": {"Env": ["PATH=/bin"], "Entrypoint": entrypoint, "Cmd": command, "WorkingDir": "/"},
              "rootfs": {"type": "layers", "diff_ids": [digest]}}
    manifest = [{"Config": "config.json", "RepoTags": [name], "Layers": ["layer.tar"]}]
    with tarfile.open(path, "w") as image:
        _add(image, "manifest.json", json.dumps(manifest).encode())
        _add(image, "config.json", json.dumps(config).encode())
        _add(image, "layer.tar", layer)


def _layer(files: dict) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for folder, mode in (("bin", 0o755), ("etc", 0o755), ("tmp", 0o1777), ("root", 0o755), ("proc", 0o755),
                             ("sys", 0o755), ("dev", 0o755)):
            entry = tarfile.TarInfo(folder)
            entry.type, entry.mode = tarfile.DIRTYPE, mode
            tar.addfile(entry)
        _add(tar, "bin/busybox", BUSYBOX.read_bytes(), 0o755)
        _add(tar, "etc/passwd", b"root:x:0:0:root:/root:/bin/sh\n")
        _add(tar, "etc/group", b"root:x:0:\n")
        for applet in subprocess.run([str(BUSYBOX), "--list"], check=True, capture_output=True, text=True).stdout.split():
            if applet != "busybox":
                link = tarfile.TarInfo(f"bin/{applet}")
                link.type, link.linkname = tarfile.SYMTYPE, "busybox"
                tar.addfile(link)
        for path, content in files.items():
            _add(tar, path, content, 0o755)
    return out.getvalue()


def _add(tar: tarfile.TarFile, name: str, data: bytes, mode: int = 0o644):
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), mode
    tar.addfile(entry, io.BytesIO(data))


def load(state: pathlib.Path, archive: pathlib.Path):
    """Into a running node's containerd; its socket is a file, so this works across the namespaces."""
    subprocess.run(["ctr", "-a", str(state / "containerd" / "containerd.sock"), "-n", "k8s.io", "images", "import", str(archive)],
                   check=True, capture_output=True)
