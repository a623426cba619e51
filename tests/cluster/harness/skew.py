"""A process whose wall clock is wrong, by Debian's faketime. Its steady clock goes on as the kernel's does: so it is on a
node whose time was set wrong."""

import functools
import pathlib
import subprocess


@functools.cache
def library() -> pathlib.Path:
    listed = subprocess.run(["dpkg-query", "-L", "libfaketime"], check=True, capture_output=True, text=True).stdout
    return next(pathlib.Path(line) for line in listed.splitlines() if line.endswith("/libfaketimeMT.so.1"))


def environment(seconds: int) -> dict:
    """Of a process that is so far ahead, or behind. It is the dynamic loader that reads it: a static binary would not."""
    return {"LD_PRELOAD": str(library()), "FAKETIME": f"{seconds:+d}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_NO_CACHE": "1", "NO_FAKE_STAT": "1"} if seconds else {}
