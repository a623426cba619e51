"""Agents on a real node: instances whose program is a small shell script, and what it reads in its environment."""

import base64
import pathlib
import time

from . import images
from .objects import ES, INSTANCES, Cluster, external_secret, fake_store, set_fake_values
from .processes import wait_for
from .real_node import RealNode

IMAGE = "ghcr.io/openclaw/openclaw:latest"  # the default of an instance
KEY = "ANTHROPIC_API_KEY"
NEVER_STARTS = "never-starts"  # a value with which the program ends as OpenClaw does for what can never work

PROGRAM = f"""
[ "${KEY}" = {NEVER_STARTS} ] && exit 78
echo $$ > /tmp/pid && echo ok > /tmp/healthz && echo ok > /tmp/readyz && httpd -p 18789 -h /tmp
trap 'exit 0' TERM
while :; do sleep 1 & wait; done
"""

# In place of Node and the assistant: what is in the volume when a mark comes is kept, and answered with.
RELOAD = f"""#!/bin/sh
trap 'exit 0' TERM
while :; do
  mark=$(cat /opt/rotor/secrets/mark)
  if [ -n "$mark" ] && [ "$mark" != "$(cat /opt/rotor/tools/mark)" ]; then
    cat /opt/rotor/secrets/values/{KEY} > /opt/rotor/tools/seen
    echo "$mark" > /opt/rotor/tools/mark
    printf '{{"mark":"%s","result":"ok"}}' "$mark" > /dev/termination-log
    exit 0
  fi
  sleep 0.2
done
"""

# As little as an agent can be, so that many of them fit on a node of two cores and are soon ready.
SMALL = {"storage": {"persistence": {"enabled": False}}, "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
         "gateway": {"enabled": False}, "observability": {"metrics": {"enabled": False}},
         "probes": {p: {"initialDelaySeconds": 1, "periodSeconds": 1} for p in ("startup", "readiness")}}


def load_image(node: RealNode):
    archive = node.state / "img" / "agent.tar"
    images.busybox(IMAGE, pathlib.Path(archive), ["/bin/sh", "-c", PROGRAM], files={"bin/node": RELOAD.encode()})
    images.load(node.state, archive)


class Agent:
    """One instance `agent` in a namespace of its own, whose process reads the Secret `keys`."""

    def __init__(self, cluster: Cluster, ns: str, name: str = "agent"):
        self.cluster, self.node, self.ns, self.name = cluster, cluster.plane, ns, name

    def create(self, value: str | None = "first", annotations: dict | None = None, **spec) -> "Agent":
        """`value`: of its Secret; None when that is there, or comes from somewhere else."""
        if value is not None:
            self.make_secret(value)
        self.cluster.create(INSTANCES, self.ns, self.name, {**SMALL, "envFrom": [{"secretRef": {"name": "keys"}}], **spec},
                            annotations=annotations)
        return self

    def annotate(self, annotations: dict):
        self.cluster.patch(INSTANCES, self.ns, self.name, {"metadata": {"annotations": annotations}})

    # -- its Secret

    def make_secret(self, value: str, **more):
        self.cluster.core.create_namespaced_secret(self.ns, {"metadata": {"name": "keys"}, "stringData": {KEY: value}, **more})

    def set_secret(self, value: str):
        self.cluster.core.patch_namespaced_secret("keys", self.ns, {"data": {KEY: base64.b64encode(value.encode()).decode()}})

    def delete_secret(self):
        self.cluster.core.delete_namespaced_secret("keys", self.ns)

    # -- its pod

    def ready(self, timeout: float = 90) -> str:
        """The uid of its pod once that is Ready."""
        return wait_for(lambda: self.cluster.pod_uid(self.ns, self.name), timeout, f"the pod of {self.ns}/{self.name} to be Ready")

    def restarted(self, uid: str, timeout: float = 90) -> str:
        """The uid of the pod that came after `uid`, once that is Ready."""
        return wait_for(lambda: (now := self.cluster.pod_uid(self.ns, self.name)) != uid and now, timeout,
                        f"a new pod of {self.ns}/{self.name}")

    def pod(self):
        return self.cluster.core.read_namespaced_pod(f"{self.name}-0", self.ns)

    def container(self):
        return next(c for c in self.pod().status.container_statuses or [] if c.name == "openclaw")

    def value(self) -> str:
        """What its process was started with, read inside the container."""
        lines = self.node.kubectl("-n", self.ns, "exec", f"{self.name}-0", "-c", "openclaw", "--", "env").splitlines()
        return next((line.split("=", 1)[1] for line in lines if line.startswith(KEY + "=")), "")

    def end_program(self):
        self.node.kubectl("-n", self.ns, "exec", f"{self.name}-0", "-c", "openclaw", "--", "sh", "-c", "kill $(cat /tmp/pid)")

    def generation(self) -> int:
        return self.cluster.generation(self.ns, self.name)

    def stands(self) -> tuple:
        """What no restart leaves as it is: the pod, its container's starts, the template's generation."""
        return self.pod().metadata.uid, self.container().restart_count, self.generation()

    def condition(self, status: str, type_: str, reason: str | None = None, timeout: float = 60) -> dict:
        return self.cluster.wait_condition(INSTANCES, self.ns, self.name, status, type_, timeout, reason)

    def events(self, reason: str) -> list:
        return [e for e in self.cluster.events(self.ns, self.name) if e.reason == reason]


class FedAgent(Agent):
    """Its Secret comes from a fake store, by an ExternalSecret."""

    def order_secret(self, value: str):
        fake_store(self.cluster, self.ns, "store", {"key": value})
        self.cluster.create(ES, self.ns, "keys", external_secret("store", "keys", {KEY: "key"}))

    def set_stored(self, value: str):
        set_fake_values(self.cluster, self.ns, "store", {"key": value})
        self.sync()

    def sync(self):
        self.cluster.force_sync(self.ns, "keys", str(time.time_ns()))

    def has_secret(self, value: str, timeout: float = 30):
        wait_for(lambda: self.cluster.secret(self.ns, "keys") == {KEY: value}, timeout, f"the Secret of {self.ns} to hold {value!r}")
