"""Rotation on a real control plane: what restarts a pod, how often, and what does not."""

import base64
import signal
import time

import pytest

from harness.objects import ES, INSTANCES, Cluster, external_secret, fake_store, instance, set_fake_values
from harness.operator import NAMESPACE, SERVICE_ACCOUNT, Operator
from harness.processes import wait_for

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"


QUIET = 1  # seconds without another change, after which a pod is restarted: the operator's default


class Watched(Cluster):
    """With the operator that works on it."""

    def __init__(self, plane, operator: Operator):
        super().__init__(plane)
        self.operators = [operator]


@pytest.fixture
def cluster(plane, operator):
    return Watched(plane, operator)


def running(cluster: Cluster, ns: str, name: str = "agent") -> str:
    return wait_for(lambda: cluster.pod_uid(ns, name), 60, f"the pod of {ns}/{name} to be Ready")


def set_secret(cluster: Cluster, ns: str, name: str, values: dict, create: bool = False):
    body = {"metadata": {"name": name}, "data": {k: base64.b64encode(v.encode()).decode() for k, v in values.items()}}
    if create:
        return cluster.core.create_namespaced_secret(ns, body)
    return cluster.core.patch_namespaced_secret(name, ns, body)


def hash_changes(cluster: Cluster, ns: str, before: str | None, timeout: float = 30) -> str:
    return wait_for(lambda: (h := cluster.secret_hash(ns, "agent")) != before and h, timeout, "the pod template to change")


def stays(cluster: Watched, ns: str, generation: int):
    """No write to the StatefulSet's spec until a restart would have been due, nor by a pass after that."""
    deadline = time.monotonic() + QUIET + 0.5
    while time.monotonic() < deadline:
        assert cluster.generation(ns, "agent") == generation
        time.sleep(0.2)
    for operator in cluster.operators:
        operator.look_again(cluster, ns, "agent")
    assert cluster.generation(ns, "agent") == generation


def test_a_burst_of_changes_is_one_restart(cluster):
    ns = cluster.namespace("rot-burst")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    set_secret(cluster, ns, "more", {"B": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys") | {
        "envFrom": [{"secretRef": {"name": "keys"}}, {"secretRef": {"name": "more"}}]})
    running(cluster, ns)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "2"})
    set_secret(cluster, ns, "more", {"B": "2"})
    hash_changes(cluster, ns, before)
    stays(cluster, ns, generation + 1)


def test_what_the_process_does_not_read_restarts_nothing(cluster):
    ns = cluster.namespace("rot-unread")
    set_secret(cluster, ns, "keys", {"A": "1", "B": "1"}, create=True)
    spec = instance("keys")
    spec["envFrom"] = []
    spec["env"] = [{"name": "A", "valueFrom": {"secretKeyRef": {"name": "keys", "key": "A"}}}]
    cluster.create(INSTANCES, ns, "agent", spec)
    running(cluster, ns)
    generation = cluster.generation(ns, "agent")
    set_secret(cluster, ns, "keys", {"B": "2", "C": "new"})
    cluster.core.patch_namespaced_secret("keys", ns, {"metadata": {"labels": {"touched": "yes"}}})
    stays(cluster, ns, generation)


def test_a_deleted_secret_never_takes_a_running_pod_down(cluster):
    ns = cluster.namespace("rot-deleted")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    cluster.core.delete_namespaced_secret("keys", ns)
    condition = cluster.wait_condition(INSTANCES, ns, "agent", "False", "SecretsReady")
    assert "keys" in condition["message"]
    stays(cluster, ns, generation)
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)  # the same value again: no restart
    cluster.wait_condition(INSTANCES, ns, "agent", "True", "SecretsReady")
    stays(cluster, ns, generation)
    cluster.core.delete_namespaced_secret("keys", ns)
    set_secret(cluster, ns, "keys", {"A": "2"}, create=True)  # another value: exactly one
    hash_changes(cluster, ns, before)
    stays(cluster, ns, generation + 1)


def test_a_secret_that_comes_later_restarts_nothing_that_started_with_it(cluster):
    ns = cluster.namespace("rot-later")
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    wait_for(lambda: cluster.generation(ns, "agent"), 30, "the StatefulSet")
    cluster.wait_condition(INSTANCES, ns, "agent", "False", "SecretsReady")
    generation = cluster.generation(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.wait_condition(INSTANCES, ns, "agent", "True", "SecretsReady")
    stays(cluster, ns, generation)


def test_a_rollout_restart_of_somebody_else_is_kept(cluster, plane):
    ns = cluster.namespace("rot-foreign")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)
    plane.kubectl("-n", ns, "rollout", "restart", "statefulset/agent")
    before = cluster.secret_hash(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "2"})
    hash_changes(cluster, ns, before)
    assert "kubectl.kubernetes.io/restartedAt" in cluster.template_annotations(ns, "agent")


def test_what_reaches_no_process_restarts_nothing(cluster):
    """An optional Secret without the key, and a key of envFrom that env replaces."""
    ns = cluster.namespace("rot-unseen")
    set_secret(cluster, ns, "keys", {"A": "1", "B": "1"}, create=True)
    spec = instance("keys")
    optional = {"name": "later", "key": "C", "optional": True}
    spec["env"] = [{"name": "A", "value": "mine"}, {"name": "C", "valueFrom": {"secretKeyRef": optional}}]
    cluster.create(INSTANCES, ns, "agent", spec)
    running(cluster, ns)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    set_secret(cluster, ns, "keys", {"A": "2"})
    set_secret(cluster, ns, "later", {"other": "1"}, create=True)
    stays(cluster, ns, generation)
    set_secret(cluster, ns, "later", {"C": "1"})
    hash_changes(cluster, ns, before)
    stays(cluster, ns, generation + 1)


def test_marks_and_false_that_somebody_changes_come_back_and_nothing_is_written_after_that(cluster):
    ns = cluster.namespace("rot-marks")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)

    def workload():
        return cluster.apps.read_namespaced_stateful_set("agent", ns)

    before = workload()
    marks = {"openclaw.rocks/secret-hash": "0000000000000000", "openclaw.rocks/config-hash": None}
    cluster.apps.patch_namespaced_stateful_set("agent", ns, {
        "metadata": {"annotations": {"openclaw.rocks/secret-state": None}},
        "spec": {"template": {
            "metadata": {"annotations": marks},
            "spec": {"automountServiceAccountToken": None,
                     "containers": [{"name": "openclaw", "securityContext": {"allowPrivilegeEscalation": None}}]}}}})
    wait_for(lambda: workload().spec.template.to_dict() == before.spec.template.to_dict(), 30, "the pod template")
    after = workload()
    assert after.metadata.annotations == before.metadata.annotations
    assert after.metadata.generation == before.metadata.generation + 2  # the edit and one repair
    stays(cluster, ns, after.metadata.generation)
    wait_for(lambda: workload().status.update_revision == before.status.update_revision, 30, "the revision of before")


def test_a_foreign_edit_of_the_target_secret_is_repaired(cluster):
    ns = cluster.namespace("rot-repair")
    fake_store(cluster, ns, "store", {"a": "right"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"A": "a"}))
    cluster.wait_condition(ES, ns, "keys")
    set_secret(cluster, ns, "keys", {"A": "wrong"})
    wait_for(lambda: cluster.secret(ns, "keys") == {"A": "right"}, 30, "the repair")
    cluster.core.delete_namespaced_secret("keys", ns)
    wait_for(lambda: cluster.secret(ns, "keys") == {"A": "right"}, 30, "the Secret to come back")


def test_the_api_server_restarts_in_the_middle(cluster, plane):
    ns = cluster.namespace("rot-apiserver")
    fake_store(cluster, ns, "store", {"a": "1"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"A": "a"}, "1s"))
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    plane.restart_apiserver()
    wait_for(lambda: set_fake_values(cluster, ns, "store", {"a": "2"}) is None, 30, "the API server to take a write")
    hash_changes(cluster, ns, before, 90)  # pauses between tries grow with the time that it was away
    stays(cluster, ns, generation + 1)


def test_the_operator_killed_in_the_middle_loses_nothing_and_restarts_once(plane, moto, operator):
    cluster = Watched(plane, operator)
    ns = cluster.namespace("rot-killed")
    fake_store(cluster, ns, "store", {"a": "1"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"A": "a"}, "1s"))
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)
    before, generation = cluster.secret_hash(ns, "agent"), cluster.generation(ns, "agent")
    set_fake_values(cluster, ns, "store", {"a": "2"})
    wait_for(lambda: cluster.secret(ns, "keys") == {"A": "2"}, 30, "the new value")
    operator.process.stop(signal.SIGKILL)  # inside the quiet period: the Secret is written, the template is not
    operator.start()
    hash_changes(cluster, ns, before)
    stays(cluster, ns, generation + 1)
    # Killed again after everything is done: the next start changes nothing.
    operator.process.stop(signal.SIGKILL)
    operator.start()
    stays(cluster, ns, generation + 1)


def test_b238_the_operator_killed_while_it_makes_an_instance_makes_the_rest_once(plane, moto, operator):
    cluster = Cluster(plane)
    ns = cluster.namespace("rot-made")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    wait_for(lambda: cluster.core.list_namespaced_service_account(ns, field_selector="metadata.name=agent").items, 30, "its first object")
    operator.process.stop(signal.SIGKILL)
    operator.start()
    uid = running(cluster, ns)
    cluster.wait_condition(INSTANCES, ns, "agent")
    assert cluster.generation(ns, "agent") == 1
    second = Operator(plane, name="operator-made")  # one that knows nothing looks at all of it, and has nothing to write
    mark = plane.audit_length()
    try:
        second.start()
        wait_for(lambda: 'openclaw_reconcile_total{instance="agent",namespace="%s",result="success"}' % ns in second.get("/metrics")[1], 30, "a pass")
    finally:
        second.stop()
    written = [(e["verb"], e["requestURI"]) for e in plane.audit(USER, mark)
               if e["verb"] in {"create", "update", "patch", "delete"} and e.get("objectRef", {}).get("namespace") == ns
               and e["objectRef"]["resource"] not in {"events", "openclawinstances"}]
    assert written == []
    assert cluster.generation(ns, "agent") == 1 and cluster.pod_uid(ns, "agent") == uid


def test_no_restart_loop_when_two_operators_race_for_the_digest_key(plane, moto, operator):
    """A second operator process finds the key the first one made, and agrees with its digests."""
    cluster = Watched(plane, operator)
    ns = cluster.namespace("rot-two")
    set_secret(cluster, ns, "keys", {"A": "1"}, create=True)
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    running(cluster, ns)
    generation = cluster.generation(ns, "agent")
    second = Operator(plane, name="operator-2")
    try:
        second.start()
        cluster.operators.append(second)
        stays(cluster, ns, generation)
    finally:
        second.stop()
