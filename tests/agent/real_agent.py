"""The real OpenClaw under `rotor run`, as examples/real-agent has it."""

import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import threading

from harness import tools
from harness.local_run import LocalRun
from harness.processes import Process, wait_for

EXAMPLE = tools.ROOT / "examples" / "real-agent"
TOKEN = "token-of-the-tests"
READY = r"ready, on (http://127\.0\.0\.1:\d+)"


@functools.cache
def openclaw() -> pathlib.Path:
    """The folder that holds bin/openclaw."""
    done = subprocess.run([str(tools.ROOT / "tools" / "toolchain.sh"), "openclaw"], check=True, stdout=subprocess.PIPE,
                          text=True)
    return pathlib.Path(done.stdout.strip())


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:8]


class ModelProvider:
    """Where the keys of models arrive."""

    def __init__(self, folder: pathlib.Path, slow: float = 6):
        self.seen_path = folder / "seen.jsonl"
        self.process = Process("provider", [EXAMPLE / "model-provider", "--log", self.seen_path, "--slow", slow], folder,
                               split=True)

    def __enter__(self) -> "ModelProvider":
        self.process.start()
        self.url = wait_for(lambda: self.process.out_path.read_text().strip(), 30, "the provider's URL")
        return self

    def __exit__(self, *_):
        self.process.stop()

    def seen(self) -> list[dict]:
        text = self.seen_path.read_text() if self.seen_path.exists() else ""
        return [json.loads(line) for line in text.splitlines()]

    def keys(self, since: int = 0) -> set[str]:
        """Digests of the keys of what was asked after the first `since` lines: a turn asks more than once."""
        return {one["key"] for one in self.seen()[since:] if one.get("event") == "begins"}

    def slow_key(self) -> str | None:
        """Of the turn that takes its time."""
        return next((one["key"] for one in self.seen() if one.get("slow")), None)


class RealAgent(LocalRun):
    def __init__(self, folder: pathlib.Path, provider: ModelProvider, key: str, manifests: pathlib.Path | None = None,
                 flags=()):
        (folder / "token").write_text(TOKEN)
        self.token_path = folder / "token"
        super().__init__(folder, manifests or EXAMPLE / "agent.yaml", self.values(key),
                         flags=["--inherit-env=MODEL_URL", *flags], command=["openclaw", "gateway"],
                         env={"MODEL_URL": provider.url, "PATH": f"{openclaw()}/bin:{os.environ['PATH']}"})

    def values(self, key: str) -> dict:
        return {"assistant/keys": {"anthropic": key, "gateway": TOKEN}}

    def rotate(self, key: str):
        self.save(self.values(key))

    def __exit__(self, *_):
        self.process.stop(grace=60)

    def wait_ready(self, count: int = 1) -> str:
        """The URL of the gateway that became ready for the `count`th time."""
        self.wait_output(READY, timeout=150, count=count)
        return re.findall(READY, self.output)[count - 1]

    def pids(self) -> list[str]:
        return re.findall(r"started, pid (\d+)", self.output)

    def turn(self, url: str, message: str) -> str:
        done = subprocess.run([str(EXAMPLE / "turn"), url, str(self.token_path), message], text=True, capture_output=True,
                              timeout=150)
        assert done.returncode == 0, f"{done.stderr}\n{self.output}"
        return done.stdout.strip()


class Turn(threading.Thread):
    """One that runs while other things happen."""

    def __init__(self, agent: RealAgent, url: str, message: str):
        super().__init__()
        self.agent, self.url, self.message = agent, url, message
        self.answer = self.failure = None
        self.start()

    def run(self):
        try:
            self.answer = self.agent.turn(self.url, self.message)
        except BaseException as e:  # noqa: BLE001 - shown by whoever waits for the answer
            self.failure = e

    def result(self) -> str:
        self.join()
        if self.failure:
            raise self.failure
        return self.answer
