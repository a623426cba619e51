"""Two replicas: one works, the other stands by. Whose a write was, the audit log tells by the id of the token."""

import signal
import time
import urllib.error

import kubernetes as k8s
import pytest
import yaml

from harness.objects import ES, STORES, Cluster, external_secret, set_fake_values
from harness.operator import NAMESPACE, SERVICE_ACCOUNT, Operator
from harness.processes import wait_for
from harness.replicas import LEASE, USER, WRITES, logged, timings, token_id, writer

SECONDS = {"lease": 5, "renew": 3, "retry": 0.5}


def flags(ns: str) -> list[str]:
    return ["--leader-elect", f"--controller-class={ns}", f"--namespace={ns}", *timings(SECONDS)]


@pytest.fixture
def pair(plane, request):
    """Its own class and namespace: another operator works in this cluster, too."""
    ns = request.node.name.replace("_", "-")[:50]
    cluster = Cluster(plane)
    cluster.namespace(ns)
    replicas = [Operator(plane, flags=flags(ns), name=f"{ns}-{i}") for i in (1, 2)]
    for replica in replicas:
        request.addfinalizer(lambda r=replica: (r.process.popen and r.process.popen.send_signal(signal.SIGCONT), r.kill()))
        replica.start()
        wait_for(lambda r=replica: "leads" in r.log(), 20, "the replica to lead or to stand by")
    request.addfinalizer(lambda: k8s.client.CoordinationV1Api(plane.api_client()).delete_namespaced_lease(LEASE, NAMESPACE))
    cluster.create(STORES, ns, "store", {"controller": ns, "provider": {"fake": {"data": [{"key": "k", "value": "1"}]}}})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    wait_for(lambda: cluster.secret(ns, "keys"), 30, "the Secret")
    return cluster, ns, *replicas


def writes(plane, mark: int, operator: Operator) -> list[dict]:
    """Of one replica, but those of its Lease."""
    mine = token_id(operator)
    return [e for e in plane.audit(USER, mark)
            if e["verb"] in WRITES and e["objectRef"]["resource"] != "leases" and writer(e) == mine]


def leads(operator: Operator) -> bool:
    return 'leader_election_master_status{name="' + LEASE + '"} 1' in operator.get("/metrics")[1]


def took_over_at(operator: Operator) -> float:
    """When it said that it leads, by its own log."""
    return logged(operator, "this replica leads")


def rotates(cluster, ns, value: str, timeout: float = 30):
    set_fake_values(cluster, ns, "store", {"k": value})
    cluster.force_sync(ns, "keys", value)
    wait_for(lambda: cluster.secret(ns, "keys") == {"K": value}, timeout, "the Secret to follow")


def test_a_standby_is_ready_and_writes_nothing(pair, plane):
    cluster, ns, first, second = pair
    mark = plane.audit_length()
    rotates(cluster, ns, "2")
    assert leads(first) and not leads(second)
    assert second.get("/readyz")[0] == 200
    assert writes(plane, mark, first) and not writes(plane, 0, second)


def test_sigterm_hands_over_within_a_second(pair, plane):
    cluster, ns, first, second = pair
    began = time.time()
    assert first.stop() == 0
    wait_for(lambda: took_over_at(second), 10, "the standby to lead")
    assert took_over_at(second) - began < 1, took_over_at(second) - began
    print(f"hand-over after SIGTERM: {took_over_at(second) - began:.3f} s")
    rotates(cluster, ns, "2")


def test_a_killed_leader_is_followed_within_the_lease(pair, plane):
    cluster, ns, first, second = pair
    began = time.time()
    first.kill()
    wait_for(lambda: took_over_at(second), 20, "the standby to lead")
    took = took_over_at(second) - began
    print(f"hand-over after SIGKILL: {took:.3f} s of a lease of {SECONDS['lease']} s")
    assert SECONDS["lease"] - SECONDS["retry"] - 1 < took < SECONDS["lease"] + 0.5, took
    rotates(cluster, ns, "2")


def test_a_leader_that_stood_still_past_its_lease_writes_nothing_when_it_wakes_up(pair, plane):
    cluster, ns, first, second = pair
    # It has work under way at any moment: refreshes every second of twenty objects.
    for i in range(20):
        cluster.create(ES, ns, f"busy{i}", external_secret("store", f"busy{i}", {"K": "k"}, interval="1s"))
    wait_for(lambda: cluster.secret(ns, "busy19"), 30, "the objects to be worked on")
    began = time.time()
    first.process.popen.send_signal(signal.SIGSTOP)
    wait_for(lambda: took_over_at(second), 20, "the standby to lead")
    print(f"hand-over after SIGSTOP: {took_over_at(second) - began:.3f} s of a lease of {SECONDS['lease']} s")
    rotates(cluster, ns, "2")
    mark = plane.audit_length()
    first.process.popen.send_signal(signal.SIGCONT)
    assert first.process.popen.wait(10) == 1
    assert "this replica leads no more" in first.log()
    time.sleep(1)
    assert writes(plane, mark, first) == [], [(e["verb"], e["requestURI"]) for e in writes(plane, mark, first)]
    assert writes(plane, mark, second), "the new leader works on"
    assert leads(second)


def test_a_second_installation_says_so_and_waits_until_the_first_has_ended(plane, request):
    """Each with a Lease of its own, both on everything of one class; instances are another operator's here."""
    ns = "two-installations"
    cluster = Cluster(plane)
    cluster.namespace(ns)
    may_elect(plane, ns)
    both = ["--leader-elect", f"--controller-class={ns}", "--enable-openclaw-reconciler=false", *timings(SECONDS)]
    first = Operator(plane, flags=both, name=f"{ns}-1")
    second = Operator(plane, flags=[*both, f"--leader-election-namespace={ns}"], name=f"{ns}-2")
    for one in (first, second):
        request.addfinalizer(one.kill)
    first.start()
    wait_for(lambda: "this replica leads" in first.log(), 20, "the first to lead")
    cluster.create(STORES, ns, "store", {"controller": ns, "provider": {"fake": {"data": [{"key": "k", "value": "1"}]}}})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    wait_for(lambda: cluster.secret(ns, "keys"), 30, "the Secret")
    second.process.start()
    wait_for(lambda: "another installation works on the same objects" in second.log(), 20, "the second to say so")
    with pytest.raises(OSError) as refused:
        second.get("/readyz")
    assert f"{NAMESPACE}/{LEASE}" in refused.value.read().decode()
    assert 'rotor_other_installation{has="objects"} 1' in second.get("/metrics")[1]
    rotates(cluster, ns, "2")
    assert not writes(plane, 0, second)
    assert first.stop() == 0
    wait_for(lambda: "this replica leads" in second.log(), 30, "the second to begin")
    rotates(cluster, ns, "3")
    assert second.get("/readyz")[0] == 200


def may_elect(plane, ns: str):
    rbac = k8s.client.RbacAuthorizationV1Api(plane.api_client())
    rule = k8s.client.V1PolicyRule(api_groups=["coordination.k8s.io"], resources=["leases"], verbs=["create", "get", "list", "watch", "patch"])
    rbac.create_namespaced_role(ns, k8s.client.V1Role(metadata=k8s.client.V1ObjectMeta(name="elects"), rules=[rule]))
    rbac.create_namespaced_role_binding(ns, k8s.client.V1RoleBinding(
        metadata=k8s.client.V1ObjectMeta(name="elects"), role_ref=k8s.client.V1RoleRef(api_group="rbac.authorization.k8s.io", kind="Role", name="elects"),
        subjects=[k8s.client.RbacV1Subject(kind="ServiceAccount", name=SERVICE_ACCOUNT, namespace=NAMESPACE)]))


def test_one_that_may_not_list_its_lease_is_not_ready_and_names_the_right(plane, request):
    """It may do all else: lead, too."""
    ns = account = "no-list"
    cluster = Cluster(plane)
    cluster.namespace(ns)
    rights = {"leases": ["create", "get", "patch", "watch"], "secrets": ["create", "get"]}
    grant(plane, ns, account, rights)
    it = Operator(plane, flags=[*flags(ns), "--enable-cluster-store-reconciler=false"], name=ns, account=account)
    request.addfinalizer(it.kill)
    it.process.start()
    wait_for(lambda: leads(it) and lacks(it, "this replica may not list and watch leases.coordination.k8s.io"), 20, "it to say so")
    grant(plane, ns, account, {**rights, "leases": [*rights["leases"], "list"]})
    wait_for(lambda: it.get("/readyz")[0] == 200, 60, "it to be ready")
    assert it.stop() == 0


def lacks(operator: Operator, words: str) -> bool:
    try:
        return operator.get("/readyz")[0] != 200
    except urllib.error.HTTPError as refused:
        return words in refused.read().decode()


def grant(plane, ns: str, account: str, own: dict[str, list[str]]):
    """All of Rotor's rights in a namespace, and these in Rotor's own."""
    groups = {"leases": "coordination.k8s.io", "secrets": ""}
    api = "rbac.authorization.k8s.io"
    subjects = [{"kind": "ServiceAccount", "name": account, "namespace": NAMESPACE}]
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": NAMESPACE}},
        {"apiVersion": f"{api}/v1", "kind": "Role", "metadata": {"name": account, "namespace": NAMESPACE},
         "rules": [{"apiGroups": [groups[resource]], "resources": [resource], "verbs": verbs} for resource, verbs in own.items()]},
        {"apiVersion": f"{api}/v1", "kind": "RoleBinding", "metadata": {"name": account, "namespace": NAMESPACE},
         "roleRef": {"apiGroup": api, "kind": "Role", "name": account}, "subjects": subjects},
        {"apiVersion": f"{api}/v1", "kind": "RoleBinding", "metadata": {"name": account, "namespace": ns},
         "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": "rotor"}, "subjects": subjects}]))
