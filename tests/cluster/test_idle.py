"""Nothing changes, nothing is written: counted in the API server's audit log."""

import collections
import time

from harness.objects import ES, INSTANCES, Cluster, external_secret, fake_store, instance
from harness.operator import NAMESPACE, SERVICE_ACCOUNT
from harness.processes import wait_for

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
WRITES = {"create", "update", "patch", "delete"}


def writes_of_the_operator(plane, mark: int, ns: str) -> list[dict]:
    return [e for e in plane.audit(USER, mark)
            if e["verb"] in WRITES and e.get("objectRef", {}).get("namespace") == ns]


def test_an_idle_minute_has_no_writes_and_one_rotation_has_three(plane, operator):
    cluster = Cluster(plane)
    ns = cluster.namespace("idle")
    fake_store(cluster, ns, "store", {"a": "1"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"A": "a"}))
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    wait_for(lambda: cluster.pod_uid(ns, "agent"), 60, "the pod to be Ready")
    cluster.wait_condition(INSTANCES, ns, "agent")
    time.sleep(3)
    mark = plane.audit_length()
    time.sleep(60)
    idle = writes_of_the_operator(plane, mark, ns)
    assert idle == [], [(e["verb"], e["requestURI"]) for e in idle]

    mark = plane.audit_length()
    before = cluster.secret_hash(ns, "agent")
    cluster.custom.patch_namespaced_custom_object("external-secrets.io", "v1", ns, "secretstores", "store",
                                                  {"spec": {"provider": {"fake": {"data": [{"key": "a", "value": "2"}]}}}})
    cluster.force_sync(ns, "keys", "now")
    wait_for(lambda: cluster.secret_hash(ns, "agent") != before, 30, "the pod template to change")
    time.sleep(2)
    writes = collections.Counter(e["objectRef"]["resource"] for e in writes_of_the_operator(plane, mark, ns)
                                 if e["objectRef"]["resource"] != "events")
    assert writes["secrets"] == 1 and writes["statefulsets"] == 1, writes
    assert writes["externalsecrets"] <= 2, writes  # force-sync of an unchanged store may come before the new value
