"""`rotor run` as somebody on a laptop starts it, and kubectl against its embedded API server."""

import json
import pathlib
import re
import signal
import subprocess

from . import tools
from .processes import Process, wait_for


class LocalRun:
    def __init__(self, folder: pathlib.Path, manifests: pathlib.Path, values: dict | None = None, flags=(), command=(),
                 split: bool = False, env: dict | None = None):
        self.folder = folder
        self.values_path = folder / "values.json"
        argv = [tools.rotor(), "run", "-f", manifests, *flags]
        if values is not None:
            self.save(values)
            argv += ["--values", self.values_path]
        if command:
            argv += ["--", *command]
        self.process = Process("run", argv, folder, split=split,
                               env={"XDG_STATE_HOME": str(folder / "state"), **(env or {})})

    def save(self, values: dict | str):
        text = values if isinstance(values, str) else json.dumps(values)
        temporary = self.values_path.with_suffix(".new")
        temporary.write_text(text)
        temporary.rename(self.values_path)

    def start(self) -> "LocalRun":
        self.process.start()
        return self

    def __enter__(self) -> "LocalRun":
        return self.start()

    def __exit__(self, *_):
        self.process.stop()

    @property
    def output(self) -> str:
        return self.process.log()

    @property
    def printed(self) -> str:
        """Standard output alone, of a split run."""
        return self.process.out_path.read_text(errors="replace")

    def wait_output(self, pattern: str, timeout: float = 30, count: int = 1):
        def there():
            if len(re.findall(pattern, self.output)) >= count:
                return True
            if not self.process.alive():
                raise RuntimeError("rotor run ended")
            return False
        try:
            wait_for(there, timeout, f"output like {pattern!r}")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.output}") from None

    @property
    def kubeconfig(self) -> str:
        self.wait_output(r"KUBECONFIG=\S+")
        return re.search(r"KUBECONFIG=(\S+)", self.output).group(1)

    def kubectl(self, *args, stdin: str | None = None, check: bool = True, timeout: float = 60) -> str:
        done = subprocess.run([str(tools.kubernetes("kubectl")), f"--kubeconfig={self.kubeconfig}", *args], input=stdin,
                              text=True, capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(args)}: {done.stderr}\n{self.output}")
        return done.stdout if check else done.stdout + done.stderr

    def interrupt(self) -> int:
        return self.process.stop(signal.SIGINT, grace=20)
