"""Child processes with a log each, ended by their own process ids."""

import os
import pathlib
import signal
import socket
import subprocess
import time


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for(condition, timeout: float, what: str, interval: float = 0.05):
    """The first true value of condition(); its last exception or `what` in the failure."""
    deadline = time.monotonic() + timeout
    last = None
    while time.monotonic() < deadline:
        try:
            value = condition()
            if value:
                return value
            last = None
        except Exception as e:  # noqa: BLE001 - whatever it was, it is shown when the time is up
            last = e
        time.sleep(interval)
    raise AssertionError(f"after {timeout:g} s still waiting for {what}" + (f" ({last!r})" if last else ""))


class Process:
    def __init__(self, name: str, argv: list, log_dir: pathlib.Path, env: dict | None = None,
                 split: bool = False):
        self.name, self.argv, self.env = name, [str(a) for a in argv], env
        self.log_path = log_dir / f"{name}.log"
        self.out_path = log_dir / f"{name}.out" if split else self.log_path  # standard output, apart when split
        self.popen: subprocess.Popen | None = None

    def start(self) -> "Process":
        with open(self.log_path, "ab") as log, open(self.out_path, "ab") as out:
            self.popen = subprocess.Popen(
                self.argv, stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True,
                env=None if self.env is None else {**os.environ, **self.env})
        return self

    def alive(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def stop(self, sig: int = signal.SIGTERM, grace: float = 10) -> int | None:
        if self.popen is None:
            return None
        if self.popen.poll() is None:
            self.popen.send_signal(sig)
            try:
                self.popen.wait(grace)
            except subprocess.TimeoutExpired:
                self.popen.kill()
                self.popen.wait()
        return self.popen.returncode

    def kill(self):
        self.stop(signal.SIGKILL)

    def log(self) -> str:
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def peak_rss_kib(self) -> int:
        return self.status_kib("VmHWM")

    def rss_kib(self) -> int:
        return self.status_kib("VmRSS")

    def status_kib(self, name: str) -> int:
        for line in pathlib.Path(f"/proc/{self.popen.pid}/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1])
        return 0

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.popen.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
