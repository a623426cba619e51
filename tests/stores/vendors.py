"""Vendors' own clients that are no Python packages: JavaScript ones by a script of `clients`, and command line clients."""

import functools
import json
import os
import pathlib
import subprocess

from harness import tools

CLIENTS = pathlib.Path(__file__).parent / "clients"


class Refused(Exception):
    """What the client says."""


@functools.cache
def node_folder() -> pathlib.Path:
    done = subprocess.run([tools.ROOT / "tools" / "toolchain.sh", "clients"], check=True, stdout=subprocess.PIPE, text=True)
    return pathlib.Path(done.stdout.strip().splitlines()[-1])


def javascript(script: str, *arguments: str) -> dict:
    """What `clients/SCRIPT` printed."""
    return json.loads(_said([node_folder() / "bin" / "node", CLIENTS / script, *arguments],
                            {**os.environ, "NODE_PATH": str(node_folder() / "lib" / "node_modules")}))


@functools.cache
def doppler_document() -> dict:
    """Doppler's OpenAPI document, as its own package carries it."""
    package = node_folder() / "lib" / "node_modules" / "@dopplerhq" / "mcp-server"
    return json.loads((package / "doppler-openapi.json").read_text())


def doppler(url: str, token: str, home: pathlib.Path, *arguments: str) -> str:
    """`doppler ARGUMENTS` with a home of its own: it keeps a configuration there."""
    known = {"PATH": os.environ["PATH"], "HOME": str(home), "DOPPLER_TOKEN": token, "DOPPLER_API_HOST": url,
             "DOPPLER_ENABLE_VERSION_CHECK": "false"}
    return _said([tools.server("doppler") / "doppler", *arguments], known)


def _said(command: list, environment: dict) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise Refused(done.stderr + done.stdout)
    return done.stdout
