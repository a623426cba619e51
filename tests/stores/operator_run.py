"""`rotor operator` on the embedded API server: for what `rotor run` leaves out, tokens of ServiceAccounts above all."""

import base64
import json
import pathlib
import subprocess

from harness import tools
from harness.processes import Process, wait_for


class OperatorRun:
    def __init__(self, folder: pathlib.Path, env: dict, flags=()):
        folder.mkdir(parents=True, exist_ok=True)
        self.kubeconfig = folder / "kubeconfig"
        self.server = Process("apiserver", [tools.rotor(), "apiserver", "--kubeconfig-out", self.kubeconfig], folder)
        self.operator = Process("operator", [tools.rotor(), "operator", f"--kubeconfig={self.kubeconfig}", "--metrics-addr=0",
                                             "--live-addr=0", "--store-requeue-interval=2s", *flags], folder, env=env)

    def __enter__(self) -> "OperatorRun":
        self.server.start()
        wait_for(lambda: self.kubectl("get", "namespaces"), 30, "the API server")
        self.kubectl("apply", "--server-side", "-f", tools.ROOT / "deploy" / "crds")
        self.operator.start()
        return self

    def __exit__(self, *_):
        self.operator.stop()
        self.server.stop()

    def kubectl(self, *args, stdin: str | None = None) -> str:
        done = subprocess.run([str(tools.kubernetes("kubectl")), f"--kubeconfig={self.kubeconfig}", *map(str, args)], input=stdin,
                              text=True, capture_output=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"kubectl {args}: {done.stderr}\n{self.operator.log()[-3000:]}")
        return done.stdout

    def apply(self, text: str):
        self.kubectl("apply", "-f", "-", stdin=text)

    def all(self, kind: str) -> list[dict]:
        return json.loads(self.kubectl("get", kind, "-A", "-o", "json"))["items"]

    def wait_ready(self, kind: str, timeout: float = 60) -> list[str]:
        """The names of all objects of a kind, once all are Ready."""
        def ready():
            for item in self.all(kind):
                conditions = {c["type"]: c for c in item.get("status", {}).get("conditions", [])}
                condition = conditions.get("Ready", {})
                if condition.get("status") != "True":
                    raise RuntimeError(f"{kind}/{item['metadata']['name']}: {condition}")
            return True
        wait_for(ready, timeout, f"all {kind} to be Ready", 0.3)
        return sorted(item["metadata"]["name"] for item in self.all(kind))

    def secret(self, name: str, ns: str = "default") -> dict[str, bytes]:
        found = json.loads(self.kubectl("-n", ns, "get", "secret", name, "-o", "json"))
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}
