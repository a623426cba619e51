"""Safe to revoke: which version of a store's key its pods run with, in the store's own words, as `rotor status` says it."""

import json
import subprocess
import time
import typing

from harness import tools
from harness.processes import wait_for
from store_run import StoreRun

KEY = "API_KEY"
ROLLOUT = "openclaw.rocks/secret-rollout"
PROGRAM = ["sh", "-c", f"echo this one has ${KEY}; trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]


def secret_of(store: str, remote_ref: dict) -> dict:
    """An ExternalSecret for one key of the store."""
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": f"{store}-agent"},
            "spec": {"secretStoreRef": {"name": store}, "refreshInterval": "1h", "data": [{"secretKey": KEY, "remoteRef": remote_ref}]}}


def agent(name: str) -> dict:
    return {"apiVersion": "openclaw.rocks/v1alpha1", "kind": "OpenClawInstance", "metadata": {"name": name, "namespace": "default"},
            "spec": {"envFrom": [{"secretRef": {"name": name}}]}}


class Revocation:
    def __init__(self, run: StoreRun, store: str, key: str):
        self.run, self.store, self.key, self.syncs = run, store, key, 0
        self.name = f"{store}-agent"

    def start(self):
        """Its agent: not in the second in which its Secret was written, of which nobody could tell which came first."""
        self.run.secret(self.name)
        written = self.mark("rotor/value-changes")["keys"][KEY]["since"]
        wait_for(lambda: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()) > written, 5, "that second to be over")
        self.run.kubectl("apply", "-f", "-", stdin=json.dumps(agent(self.name)))

    def _rotor(self, *argv: str) -> str:
        done = subprocess.run([str(tools.rotor()), *argv, f"--kubeconfig={self.run.kubeconfig}"], capture_output=True, text=True,
                              timeout=60)
        assert done.returncode in (0, 2), done.stderr
        return done.stdout

    def _status(self, kind: str) -> dict:
        objects = json.loads(self._rotor("status", "-o", "json"))["objects"]
        return next(o for o in objects if o["kind"] == kind and o["name"] in (self.name, f"{self.name}-0"))

    def why(self) -> str:
        return " ".join(self._rotor("why", f"secret/default/{self.name}").split())

    def mark(self, annotation: str = "rotor/store-versions") -> dict:
        """What stands on the Secret itself."""
        return json.loads(self.run.get("secret", self.name, "default")["metadata"]["annotations"][annotation])

    def source(self, version: str) -> dict:
        return {"store": f"SecretStore/{self.store}", "key": self.key, "version": version}

    def runs_with(self, value: str):
        self.run.wait_output(rf"(?m)this one has {value}$")

    def hold_restarts(self, held: bool):
        self.run.kubectl("annotate", "openclawinstance", self.name, f"{ROLLOUT}=paused" if held else f"{ROLLOUT}-", "--overwrite")

    def sync(self):
        self.syncs += 1
        self.run.kubectl("annotate", "externalsecret", self.name, f"force-sync={self.syncs}", "--overwrite")

    def settled(self, version: str) -> dict:
        """The key of the Secret, once it is of this version and every pod has it."""
        def all_have_it():
            key = next(k for k in self._status("Secret")["keys"] if k["key"] == KEY)
            return key["sources"] == [self.source(version)] and "noPodOlderSince" in key and key
        return wait_for(all_have_it, 30, f"every pod to have version {version}", 0.2)

    def older_pod(self) -> dict:
        return wait_for(lambda: self._status("Pod").get("olderValues"), 30, "a pod that runs with an older value", 0.2)[0]


def rotates_there_and_back(shown: Revocation, first: str, rotate: typing.Callable[[], str], back: typing.Callable[[], str]):
    """`first`: the version there is. `rotate` makes another value the current one, `back` the first one again; both give the
    version that the store names for it."""
    value = shown.name
    shown.start()
    shown.runs_with(f"{value}-one")
    assert shown.mark() == {"keys": {KEY: [shown.source(first)]}}

    shown.hold_restarts(True)
    second = rotate()
    shown.sync()
    older = shown.older_pod()
    assert (older["key"], older["version"], older["currentVersion"]) == (KEY, first, second)
    assert shown.mark() == {"keys": {KEY: [shown.source(second)]}}
    why = shown.why()
    assert f"{KEY} is version {second} of {shown.key} in SecretStore/{shown.store}" in why and f"{shown.name}-0" in why, why
    assert "no pod that is there runs with" not in why, "nothing to revoke yet"

    shown.hold_restarts(False)
    shown.runs_with(f"{value}-two")
    key = shown.settled(second)
    assert key["versionBefore"] == first
    assert f"no pod that is there runs with version {first} or an older one" in shown.why(), shown.why()

    third = back()
    shown.sync()
    key = shown.settled(third)
    assert key["versionBefore"] == second
    assert f"no pod that is there runs with version {second} or an older one" in shown.why(), shown.why()
    assert shown.run.secret(shown.name) == {KEY: f"{value}-one".encode()}
