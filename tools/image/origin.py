"""Where a build comes from: the commit, its time, and where people find the source."""

import os
import pathlib
import re
import subprocess


def commit(root: pathlib.Path) -> str | None:
    """None where there is no history, as in an unpacked archive of the source."""
    return _git(root, "rev-parse", "HEAD")


def seconds(root: pathlib.Path) -> int | None:
    """Since 1970: SOURCE_DATE_EPOCH, or when the commit was made."""
    told = os.environ.get("SOURCE_DATE_EPOCH") or _git(root, "log", "-1", "--format=%ct")
    return int(told) if told else None


def web_address(remote: str) -> str | None:
    """Of a git remote, as a browser takes it, without whatever somebody logs in with; None for one that has no such address."""
    url = re.fullmatch(r"(?:https?|ssh|git)://(?:[^@/]*@)?([^/:]+)(?::\d+)?/(.+)", remote) or re.fullmatch(r"(?:[^@/:]+@)?([^/:]+\.[^/:]+):(.+)", remote)
    return f"https://{url.group(1)}/{url.group(2).strip('/').removesuffix('.git')}" if url else None


def source(root: pathlib.Path) -> str | None:
    return web_address(_git(root, "remote", "get-url", "origin") or "")


def _git(root: pathlib.Path, *argv: str) -> str | None:
    done = subprocess.run(["git", "-C", str(root), *argv], capture_output=True, text=True)
    return done.stdout.strip() or None if done.returncode == 0 else None
