"""docs/rotor-run-with-a-store.md, command by command, with a real Vault: what the page types into one shell is typed into
one shell, what it starts in terminals of their own runs beside it."""

import os
import pathlib
import re
import shlex
import subprocess

import pytest

from harness import tools
from harness.processes import Process, free_port, wait_for

ROOT = pathlib.Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "rotor-run-with-a-store.md"
BESIDE = ("vault server ", "rotor run ")


class Terminals:
    """A folder with the page's programs in its PATH, a shell in it, and whatever else was started."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.port = free_port()
        programs = folder / "bin"
        programs.mkdir()
        (programs / "rotor").symlink_to(tools.rotor())
        (programs / "vault").symlink_to(tools.server("vault") / "vault")
        (folder / "examples").symlink_to(ROOT / "examples")
        self.env = {"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}
        self.beside: dict[str, Process] = {}
        self.shell = subprocess.Popen(["bash", "-eu"], cwd=folder, env={**os.environ, **self.env}, text=True,
                                      stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def type(self, block: str) -> str:
        """What the block prints."""
        self.shell.stdin.write(f"{block}\necho the block is over\n")
        self.shell.stdin.flush()
        printed = ""
        for line in self.shell.stdout:
            if line == "the block is over\n":
                return printed
            printed += line
        raise AssertionError(f"the shell ended:\n{block}\n{printed}")

    def start(self, line: str):
        words = shlex.split(line)
        if words[0] == "vault":
            words.append(f"-dev-listen-address=127.0.0.1:{self.port}")
        process = Process(words[0], ["env", "-C", self.folder, *words], self.folder, env=self.env)
        self.beside[words[0]] = process
        process.start()
        ready = {"vault": "Root Token: ", "rotor": "agent [0-9]+ started with"}[words[0]]
        wait_for(lambda: re.search(ready, process.log()), 60, line)

    def close(self):
        self.shell.kill()
        self.shell.wait()
        for process in reversed(self.beside.values()):
            process.stop()


@pytest.fixture
def terminals(tmp_path):
    terminals = Terminals(tmp_path)
    yield terminals
    terminals.close()


def test_every_command_of_the_page_does_what_it_says(terminals):
    printed = []
    for block in re.findall(r"^```bash\n(.*?)^```", PAGE.read_text(), re.S | re.M):
        block = block.strip().replace("127.0.0.1:8200", f"127.0.0.1:{terminals.port}")
        if block.startswith(BESIDE):
            terminals.start(block)
        else:
            printed.append(terminals.type(block))
    assert re.search(r"ANTHROPIC_API_KEY +12 bytes +key ANTHROPIC_API_KEY of secret agent-keys", printed[-2]), printed[-2]
    run = terminals.beside["rotor"]
    wait_for(lambda: "start 2" in run.log(), 40, "the restart with the second value")
    wait_for(lambda: re.search(r"ANTHROPIC_API_KEY +13 bytes, sha256 ", run.log()), 10, "the second value")
    assert "start 3" not in run.log()
