"""Rotor as docs/install.md installs it: its image, the chart with exactly its rights, two replicas on a real node."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import time

from . import images, tools
from .agents import FedAgent
from .objects import ES, INSTANCES, STORES, Cluster
from .operator import NAMESPACE
from .processes import wait_for
from .real_node import RealNode

PAGE = tools.ROOT / "docs" / "install.md"
LEASE = "external-secrets-controller"
# About a third of the defaults, so that no test waits 15 s for a leader that was killed.
LEASE_TIMES = "leaderElectionLeaseDuration=5s,leaderElectionRenewDeadline=3s,leaderElectionRetryPeriod=500ms"
BINARY = "/usr/bin/rotor"


def page() -> dict[str, list[str]]:
    """Heading → the lines of its ```sh blocks."""
    found = {}
    for part in re.split(r"(?m)^## ", PAGE.read_text())[1:]:
        blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", part)
        found[part.splitlines()[0]] = [line for block in blocks for line in block.splitlines() if line]
    return found


class Release:
    """By the page's own commands, with shorter leases."""

    def __init__(self, node: RealNode, image: pathlib.Path):
        self.node, self.cluster = node, Cluster(node)
        images.load(node.state, image)
        self.first = FedAgent(self.cluster, "first")
        self.seconds_to_first_secret = 0.0

    def install(self):
        self.helm_install()
        self.wait_ready()

    def helm_install(self):
        self.run(f"{page()['Rotor'][0]} --set {LEASE_TIMES}")

    def wait_ready(self):
        self.run(page()["Rotor"][-1])

    def install_first(self):
        """The first secret is written at once, before the replicas are ready for it."""
        began = time.monotonic()
        self.helm_install()
        self.cluster.namespace(self.first.ns)
        for kind in (STORES, ES, INSTANCES):
            wait_for(lambda k=kind: self.cluster.custom.list_cluster_custom_object(*k), 30, "the kind to be served")
        self.first.order_secret("first")
        self.first.has_secret("first", 60)
        self.seconds_to_first_secret = time.monotonic() - began
        self.wait_ready()
        self.first.create(None)

    def run(self, *lines: str):
        """Lines of the page, as somebody would type them."""
        path = f"{tools.server('helm')}:{tools.server('kubernetes')}:{os.environ['PATH']}"
        for line in lines:
            done = subprocess.run(["bash", "-c", line], cwd=tools.ROOT, capture_output=True, text=True, timeout=180,
                                  env={**os.environ, "PATH": path, "KUBECONFIG": str(self.node.kubeconfig)})
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}\n{self.logs()}"

    # -- replicas

    def replicas(self) -> list:
        """Its pods but those that are on their way out."""
        pods = self.cluster.core.list_namespaced_pod(NAMESPACE, label_selector="app.kubernetes.io/name=rotor").items
        return [p for p in pods if not p.metadata.deletion_timestamp]

    def leader(self):
        lease = json.loads(self.node.kubectl("-n", NAMESPACE, "get", "lease", LEASE, "-o", "json"))
        holder = lease["spec"].get("holderIdentity", "").split("_")[0]  # of a pod: its name
        return next((p for p in self.replicas() if p.metadata.name == holder), None)

    def process_of(self, pod) -> int:
        """The process id of its Rotor, as the host counts."""
        return self.node.processes_of_pod(pod.metadata.uid, BINARY)[0]

    def log(self, pod) -> str:
        return self.node.kubectl("-n", NAMESPACE, "logs", pod.metadata.name)

    def logs(self) -> str:
        return "\n".join(f"{p.metadata.name}\n{self.log(p)[-3000:]}" for p in self.replicas())

    def logged(self, *words: str) -> bool:
        """Whether one line of one replica has all of these."""
        return any(all(word in line for word in words) for p in self.replicas() for line in self.log(p).splitlines())

    # -- rights

    def may(self, verb: str, resource: str) -> bool:
        account = f"system:serviceaccount:{NAMESPACE}:rotor"
        said = self.node.kubectl("auth", "can-i", verb, resource, "-n", "default", f"--as={account}", check=False)
        return said.strip().splitlines()[-1] == "yes"

    @contextlib.contextmanager
    def without_right(self, verb: str, resource: str):
        """As if the line had been forgotten in the ClusterRole."""
        rules = json.loads(self.node.kubectl("get", "clusterrole", "rotor", "-o", "json"))["rules"]
        fewer = [{**r, "verbs": [v for v in r["verbs"] if v != verb or resource not in r["resources"]]} for r in rules]
        try:
            self._set_rules(fewer)
            wait_for(lambda: not self.may(verb, resource), 30, f"the right to {verb} {resource} to be gone")
            yield
        finally:
            self._set_rules(rules)
            wait_for(lambda: self.may(verb, resource), 30, f"the right to {verb} {resource}")

    def _set_rules(self, rules: list):
        self.node.kubectl("patch", "clusterrole", "rotor", "--type=merge", "-p", json.dumps({"rules": rules}))
