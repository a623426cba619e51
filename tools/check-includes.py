#!/usr/bin/env python3
"""Holds #include lines to src/rooms.txt: a room includes what stands below it, never above or beside it. The table in
docs/architecture.md says the same; --write makes it so."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROWS = [[cell.strip() for cell in line.split("|", 2)] for line in (ROOT / "src" / "rooms.txt").read_text().splitlines()
        if line and not line.startswith("#")]
BELOW: dict[str, set[str]] = {}  # lowest first, so that each finds what stands below its own
for room, below, _ in ROWS:
    BELOW[room] = set(below.split()).union(*(BELOW[name] for name in below.split()))
DOCUMENT = ROOT / "docs" / "architecture.md"
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


def table() -> str:
    """The rooms as docs/architecture.md shows them, highest first."""
    rows = [f"| `{room}/` | {knows} | {below.replace(' ', ', ') or 'nothing'} |" for room, below, knows in reversed(ROWS)]
    return "\n".join(["| room | knows | may include |", "| --- | --- | --- |", *rows]) + "\n"


def document_faults(write: bool) -> list[str]:
    text = DOCUMENT.read_text()
    found = re.search(r"^\| room \|.*\n(\|.*\n)+", text, re.M)
    if found is None:
        return [f"{DOCUMENT.relative_to(ROOT)}: the table of rooms is missing"]
    if write:
        DOCUMENT.write_text(text[:found.start()] + table() + text[found.end():])
    elif found.group(0) != table():
        return [f"{DOCUMENT.relative_to(ROOT)}: not the rooms of src/rooms.txt; run tools/check-includes.py --write"]
    return []


def main() -> int:
    files = sorted(p for p in (ROOT / "src").rglob("*.[ch]pp"))
    wrong = document_faults("--write" in sys.argv) + [f for path in files for f in faults(path)]
    print("\n".join(wrong) if wrong else f"{len(files)} files include only downwards")
    return 1 if wrong else 0


sys.exit(main())
