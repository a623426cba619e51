"""`rotor run` without a values file: the stores of the manifests themselves are asked."""

import base64
import json
import pathlib

from harness.local_run import LocalRun
from harness.processes import wait_for


class StoreRun(LocalRun):
    """Manifests as dicts, or as the text of a page of the documentation."""

    def __init__(self, folder: pathlib.Path, manifests: list[dict] | str, env: dict | None = None, flags=(), command=()):
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "manifests.yaml"
        path.write_text(manifests if isinstance(manifests, str) else "\n---\n".join(map(json.dumps, manifests)))
        super().__init__(folder, path, env=env, flags=flags, command=command)

    def get(self, kind: str, name: str, ns: str) -> dict | None:
        text = self.kubectl("-n", ns, "get", kind, name, "-o", "json", "--ignore-not-found")
        return json.loads(text) if text.strip() else None

    def condition(self, kind: str, name: str, ns: str = "default") -> dict:
        """The Ready condition, once there is one that has seen the object as it is now."""
        def ready():
            found = self.get(kind, name, ns)
            conditions = (found or {}).get("status", {}).get("conditions", [])
            return next((c for c in conditions if c["type"] == "Ready"), None)
        return wait_for(ready, 30, f"a Ready condition of {kind}/{name}")

    def secret(self, name: str, ns: str = "default", timeout: float = 30) -> dict[str, bytes]:
        """The values of a Secret, once it is there."""
        try:
            found = wait_for(lambda: self.get("secret", name, ns), timeout, f"Secret {ns}/{name}")
        except AssertionError as e:
            raise AssertionError(f"{e}\n{self.kubectl('get', 'secretstores,externalsecrets', '-A', '-o', 'yaml')}") from None
        return {key: base64.b64decode(value) for key, value in found.get("data", {}).items()}
