#!/usr/bin/env python3
"""Says which rows of tests/rows.txt no scenario's name says, and which names say a row that is none. A scenario: a test
that has an API server or a real store, of tests/scenarios, tests/cluster and tests/stores. --table lists them all."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
SCENARIOS = ("scenarios", "cluster", "stores")
# Of a test itself, and of one row of a table of tests.
CPP = re.compile(r'^TEST(?:_F|_P)?\(\w+,\s*(\w+)\)|"(Row\d+\w*)"', re.M)
PYTHON = re.compile(r"^\s*(?:async )?def (test_\w+)\(", re.M)
NUMBER = re.compile(r"(?:^|_)[Rr]ow(\d+)(?=_|$)")


def listed() -> dict[int, str]:
    """The section of each row."""
    rows = {}
    for line in (TESTS / "rows.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        section, _, numbers = line.rpartition(":")
        for part in numbers.split():
            first, _, last = part.partition("-")
            rows |= dict.fromkeys(range(int(first), int(last or first) + 1), section)
    return rows


def named() -> dict[int, list[str]]:
    """The tests of each row, as FOLDER/FILE: NAME. The instances' tests have a table of their own."""
    rows: dict[int, list[str]] = {}
    for path in sorted((*TESTS.rglob("*_test.cpp"), *TESTS.rglob("test_*.py"))):
        if "openclaw" in path.as_posix():
            continue
        pattern = CPP if path.suffix == ".cpp" else PYTHON
        for found in pattern.finditer(path.read_text()):
            name = next(group for group in found.groups() if group)
            for number in NUMBER.findall(name):
                rows.setdefault(int(number), []).append(f"{path.relative_to(TESTS)}: {name}")
    return rows


def is_scenario(test: str) -> bool:
    return test.split("/", 1)[0] in SCENARIOS


def main() -> int:
    rows, tests = listed(), named()
    if "--table" in sys.argv:
        for number in rows:
            print(number, *tests.get(number, ["-"]), sep="\n  ")
        return 0
    faults = [f"row {number} ({section}): no test says it" for number, section in rows.items() if number not in tests]
    faults += [f"row {number} ({rows[number]}): no scenario says it, only {names[0]}"
               for number, names in sorted(tests.items()) if number in rows and not any(map(is_scenario, names))]
    faults += [f"row {number} is none of tests/rows.txt: {names[0]}" for number, names in sorted(tests.items()) if number not in rows]
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
