#!/usr/bin/env python3
"""Holds #include lines to the list of rooms: a room includes what stands below it, never above or beside it."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BELOW = {
    "base": [],
    "json": ["base"],
    "net": ["base", "json"],
    "kube": ["base", "json", "net"],
    "api": ["base", "json", "kube"],
    "template": ["base", "json"],
    "providers": ["base", "json", "net", "kube", "api", "template"],
    "secrets": ["base", "json", "net", "kube", "api", "template", "providers"],
    "openclaw": ["base", "json", "net", "kube", "api"],
    "apiserver": ["base", "json", "net", "kube", "api"],
    "local": ["base", "json", "net", "kube", "api", "template", "providers", "secrets", "openclaw", "apiserver"],
    "cli": ["base", "json", "net", "kube", "api", "template", "providers", "secrets", "openclaw", "apiserver", "local"],
}
# What only net's .cpp files may see, so that nobody else pays for it or depends on it.
TRANSPORT = re.compile(r"boost/(beast|asio/ssl)|openssl/(ssl|x509v3)\.h|nghttp2/")
TRANSPORT_ROOMS = {"net"}
OPENSSL_X509_ROOMS = {"net", "template", "apiserver"}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<([^>]+)>)', re.M)


def faults(path: pathlib.Path) -> list[str]:
    parts = path.relative_to(ROOT / "src").parts
    room = parts[0]
    found = []
    for ours, outside in INCLUDE.findall(path.read_text()):
        if ours:
            target = ours.split("/")[0]
            if target not in BELOW:
                found.append(f'"{ours}" is no room of src/: write the path from src/')
            elif target != room and target not in BELOW[room]:
                found.append(f'"{ours}": {room}/ may not include {target}/')
            elif room == "providers" and target == "providers" and "/" in ours[10:]:
                if len(parts) > 2 and ours.split("/")[1] not in (parts[1], "common"):
                    found.append(f'"{ours}": a provider may not include another provider')
        elif TRANSPORT.search(outside):
            allowed = OPENSSL_X509_ROOMS if "x509v3" in outside else TRANSPORT_ROOMS
            if room not in allowed or path.suffix == ".hpp" and "detail" not in path.stem and room != "template":
                found.append(f"<{outside}> is seen by the .cpp files of net/ alone")
    return [f"{path.relative_to(ROOT)}: {f}" for f in found]


def main() -> int:
    files = sorted(p for p in (ROOT / "src").rglob("*.[ch]pp"))
    wrong = [f for path in files for f in faults(path)]
    print("\n".join(wrong) if wrong else f"{len(files)} files include only downwards")
    return 1 if wrong else 0


sys.exit(main())
