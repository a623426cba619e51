"""What befalls Rotor itself on a real node: its leader is killed, a right is missing, the API server is away."""

import os
import signal
import time

import pytest

from harness.agents import KEY, FedAgent
from harness.objects import ES, STORES
from harness.processes import wait_for

SHARED = "shared"
AWAY = 10  # seconds: three times what a leader waits for. The kubelet's own pauses grow with it, up to half a minute.
READER = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shared}
rules: [{apiGroups: [""], resources: [secrets], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: reader, namespace: shared}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: reader, namespace: steady}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: reader, namespace: steady}
"""


class KubernetesFed(FedAgent):
    """Its Secret comes from a Secret of another namespace, read as a ServiceAccount of its own."""

    def order_secret(self, value: str):
        self.cluster.namespace(SHARED)
        self.cluster.core.create_namespaced_secret(SHARED, {"metadata": {"name": "source"}, "stringData": {"key": value}})
        self.node.kubectl("apply", "-f", "-", stdin=READER)
        # By address: the node has no DNS in which kubernetes.default stands.
        server = {"url": "https://10.0.0.1", "caProvider": {"type": "ConfigMap", "name": "kube-root-ca.crt", "key": "ca.crt"}}
        self.cluster.create(STORES, self.ns, "store", {"provider": {"kubernetes": {
            "remoteNamespace": SHARED, "server": server, "auth": {"serviceAccount": {"name": "reader"}}}}})
        self.cluster.create(ES, self.ns, "keys", {
            "refreshInterval": "1h", "secretStoreRef": {"name": "store"}, "target": {"name": "keys"},
            "data": [{"secretKey": KEY, "remoteRef": {"key": "source", "property": "key"}}]})

    def set_stored(self, value: str):
        self.cluster.core.patch_namespaced_secret("source", SHARED, {"stringData": {"key": value}})
        self.sync()


@pytest.fixture(scope="module")
def agent(release) -> KubernetesFed:
    agent = KubernetesFed(release.cluster, release.cluster.namespace("steady"))
    agent.order_secret("first")
    return agent.create(None)


@pytest.fixture
def bystanders(release):
    """All pods of the node but Rotor's: none of them is touched by the end of the test."""
    def starts() -> dict:
        pods = release.cluster.core.list_pod_for_all_namespaces().items
        return {(p.metadata.namespace, p.metadata.name, p.metadata.uid): [c.restart_count for c in p.status.container_statuses or []]
                for p in pods if p.metadata.namespace not in ("rotor-system", "steady")}
    release.first.ready()
    before = starts()
    yield before
    assert before and starts() == before


def test_a_killed_leader_loses_no_rotation_and_the_agent_restarts_once(release, agent, bystanders):
    before, generation = agent.ready(), agent.generation()
    assert agent.value() == "first"
    leader = release.leader()
    process = release.process_of(leader)
    began = time.monotonic()
    agent.set_stored("second")
    agent.has_secret("second")
    os.kill(process, signal.SIGKILL)  # inside the quiet period: the Secret is written, the pod template is not
    assert agent.generation() == generation
    agent.restarted(before)
    print(f"rotation with its leader killed: {time.monotonic() - began:.1f} s")
    assert agent.value() == "second"
    assert release.leader().metadata.name != leader.metadata.name
    release.wait_ready()
    assert agent.generation() == generation + 1


def test_a_missing_right_is_named_and_the_rotation_goes_on_once_it_is_there(release, agent, bystanders):
    before, generation = agent.ready(), agent.generation()
    with release.without_right("update", "secrets"):
        agent.set_stored("third")
        agent.cluster.wait_condition(ES, agent.ns, "keys", "False", reason="SecretSyncedError")
        refusals = [e.message for e in agent.cluster.events(agent.ns, "keys") if e.reason == "UpdateFailed"]
        assert any("no right to update secrets" in message for message in refusals), refusals
        assert release.logged("steady/keys", "no right to update secrets")
    with release.without_right("patch", "statefulsets"):
        agent.sync()
        agent.has_secret("third")
        condition = agent.condition("False", "Ready", "ReconcileFailed")
        assert 'cannot patch resource "statefulsets"' in condition["message"], condition
        assert release.logged("steady/agent", "cannot patch resource", "statefulsets")
        assert agent.ready() == before and agent.value() == "second"
    agent.annotate({"example.com/look-again": "now"})  # by itself it tries a refused write again after minutes
    agent.restarted(before)
    assert agent.value() == "third" and agent.generation() == generation + 1


def test_an_api_server_that_was_away_is_found_again_and_no_agent_restarts(release, agent, bystanders):
    stands, process = agent.stands(), release.process_of(release.leader())
    stopped = time.monotonic()
    release.node.stop_control_plane()
    # A leader that cannot renew its lease ends by itself, and its container starts again.
    wait_for(lambda: not os.path.exists(f"/proc/{process}"), 30, "the leader to give up", 0.2)
    wait_for(lambda: time.monotonic() - stopped >= AWAY, AWAY + 10, "it to be away for a while", 0.5)
    release.node.start_control_plane()
    back = time.monotonic()
    assert agent.stands() == stands
    agent.set_stored("fourth")
    wait_for(lambda: agent.generation() == stands[2] + 1, 30, "Rotor to write the template")
    agent.restarted(stands[0], 120)
    print(f"rotation after {AWAY} s without an API server: {time.monotonic() - back:.1f} s")
    release.wait_ready()
    assert agent.value() == "fourth" and agent.generation() == stands[2] + 1
