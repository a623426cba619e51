"""Proof before restart and the way back, with Kubernetes' own controllers."""

import time

import kubernetes as k8s
import pytest

from harness.objects import INSTANCES, Cluster, instance
from harness.processes import wait_for
from test_rotation import hash_changes, running, set_secret

PROOF = {"openclaw.rocks/secret-proof": "command", "openclaw.rocks/secret-proof-command": '["check-key"]'}


@pytest.fixture
def cluster(plane, operator):
    return Cluster(plane)


@pytest.fixture
def batch(plane):
    return k8s.client.BatchV1Api(plane.api_client())


def start(cluster: Cluster, ns: str, annotations: dict):
    cluster.namespace(ns)
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)
    cluster.patch(INSTANCES, ns, "agent", {"metadata": {"annotations": annotations}})


def proof_pod(cluster: Cluster, ns: str):
    def find():
        pods = cluster.core.list_namespaced_pod(ns, label_selector="openclaw.rocks/secret-proof-of=agent").items
        return next((p for p in pods if p.status.phase == "Running"), None)
    return wait_for(find, 60, "the proof's pod to run")


def end_with(cluster: Cluster, ns: str, pod, code: int):
    """As its kubelet would say."""
    ended = {"exitCode": code, "reason": "Completed" if code == 0 else "Error"}
    status = {"name": "proof", "image": "i", "imageID": "", "ready": False, "restartCount": 0, "state": {"running": None, "terminated": ended}}
    cluster.core.patch_namespaced_pod_status(pod.metadata.name, ns, {"status": {
        "phase": "Succeeded" if code == 0 else "Failed", "containerStatuses": [status]}})


def test_exit_code_0_lets_the_restart_go(cluster):
    ns = "proof-good"
    start(cluster, ns, PROOF)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "2"})
    pod = proof_pod(cluster, ns)
    assert pod.spec.containers[0].env_from[0].secret_ref.name == "keys"
    assert cluster.generation(ns, "agent") == generation
    end_with(cluster, ns, pod, 0)
    hash_changes(cluster, ns, before)


def test_exit_code_1_refuses_until_there_is_another_value(cluster, batch):
    ns = "proof-bad"
    start(cluster, ns, PROOF)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "2"})
    end_with(cluster, ns, proof_pod(cluster, ns), 1)
    condition = cluster.wait_condition(INSTANCES, ns, "agent", "False", "SecretsReady", reason="SecretRejected")
    assert "keys" in condition["message"]
    for _ in range(8):
        assert cluster.generation(ns, "agent") == generation
        time.sleep(0.2)
    refused = batch.list_namespaced_job(ns).items[0].metadata.name
    set_secret(cluster, ns, "keys", {"A": "3"})
    wait_for(lambda: refused not in [j.metadata.name for j in batch.list_namespaced_job(ns).items], 30, "the old Job to go")
    end_with(cluster, ns, proof_pod(cluster, ns), 0)
    hash_changes(cluster, ns, before)
    assert cluster.generation(ns, "agent") == generation + 1


def test_another_exit_code_is_no_verdict(cluster):
    ns = "proof-unknown"
    start(cluster, ns, PROOF | {"openclaw.rocks/secret-proof-unknown": "hold"})
    set_secret(cluster, ns, "keys", {"A": "2"})
    end_with(cluster, ns, proof_pod(cluster, ns), 3)
    cluster.wait_condition(INSTANCES, ns, "agent", "False", "SecretsReady", reason="SecretProofUnknown")


def test_the_last_good_value_is_an_immutable_copy_and_exit_code_78_leads_back_to_it(cluster):
    ns = "proof-back"
    start(cluster, ns, {"openclaw.rocks/secret-rollback": "true"})
    label = "openclaw.rocks/last-good-of=agent"

    def copy_of(secret):
        copies = cluster.core.list_namespaced_secret(ns, label_selector=label).items
        return next((c for c in copies if c.metadata.annotations["openclaw.rocks/copy-of"] == secret), None)

    copy = wait_for(lambda: copy_of("keys"), 60, "a copy")
    name = copy.metadata.name
    assert cluster.secret(ns, name) == {"A": "1"}
    with pytest.raises(k8s.client.ApiException) as refused:
        set_secret(cluster, ns, name, {"A": "x"})
    assert refused.value.status == 422

    old = cluster.pod_uid(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "2"})
    wait_for(lambda: (uid := cluster.pod_uid(ns, "agent")) and uid != old, 60, "a pod with the new value")
    ended = {"terminated": {"exitCode": 78, "reason": "Error"}}
    status = {"name": "openclaw", "image": "i", "imageID": "", "ready": False, "restartCount": 1, "state": {"waiting": {"reason": "CrashLoopBackOff"}}, "lastState": ended}
    cluster.core.patch_namespaced_pod_status("agent-0", ns, {"status": {"containerStatuses": [status]}})
    cluster.wait_condition(INSTANCES, ns, "agent", "False", "SecretsReady", reason="SecretRolledBack")
    workload = cluster.apps.read_namespaced_stateful_set("agent", ns)
    assert workload.spec.template.spec.containers[0].env_from[0].secret_ref.name == name
    assert [e for e in cluster.events(ns, "agent") if e.reason == "SecretRolledBack"]
