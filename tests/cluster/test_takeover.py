"""The External Secrets Operator is stopped, Rotor starts: nothing that it left is written, nothing is fetched before its
time, and what is due changes a time and nothing else. Marks, hashes and field managers are made here as that operator
makes them, with the standard library."""

import base64
import datetime
import hashlib

import pytest

from harness.objects import ES, STORES, Cluster
from harness.operator import Operator
from harness.processes import wait_for

MARK = "reconcile.external-secrets.io/"
FINALIZER = "externalsecrets.external-secrets.io/externalsecret-cleanup"
VALUES = {"a": "one", "b": "two <&> é\n"}

# name → spec, and what is in the Secret beside the data: labels, annotations, type
LEFT = {
    "owner": ({"data": [{"secretKey": "A", "remoteRef": {"key": "a"}}, {"secretKey": "B", "remoteRef": {"key": "b"}}]}, {}),
    "delete": ({"target": {"deletionPolicy": "Delete"}, "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]}, {}),
    "orphan": ({"target": {"creationPolicy": "Orphan"}, "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]}, {}),
    "once": ({"refreshPolicy": "CreatedOnce", "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]}, {}),
    "template": ({"target": {"template": {"type": "example.com/app", "metadata": {"labels": {"team": "a"}, "annotations": {"n": "1"}},
                                          "data": {"text": "<{{ .A }}>"}}},
                  "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]},
                 {"type": "example.com/app", "labels": {"team": "a"}, "annotations": {"n": "1"}, "data": {"text": "<one>"}}),
    "merge": ({"target": {"name": "shared", "creationPolicy": "Merge"}, "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]},
              {"others": {"theirs": "x"}}),
}


def sha3(text: str) -> str:
    return hashlib.sha3_224(text.encode()).hexdigest()


def data_hash(data: dict[str, str]) -> str:
    entries = (f"{key}:[{' '.join(map(str, value.encode()))}]" for key, value in sorted(data.items()))
    return sha3(f"map[{' '.join(entries)}]")


def leave(cluster: Cluster, ns: str, name: str, refreshed: datetime.datetime, interval: str):
    """One ExternalSecret and its Secret as the other operator leaves them."""
    spec, extra = LEFT[name]
    spec = {"refreshInterval": interval, "secretStoreRef": {"name": "store", "kind": "SecretStore"}, **spec}
    made = cluster.create(ES, ns, name, spec)
    made = cluster.custom.patch_namespaced_custom_object(*ES[:2], ns, ES[2], name, {"metadata": {"finalizers": [FINALIZER]}},
                                                         field_manager="external-secrets")
    target = made["spec"]["target"]
    secret_name, policy = target.get("name") or name, target.get("creationPolicy", "Owner")
    own = extra.get("data") or {item["secretKey"]: VALUES[item["remoteRef"]["key"]] for item in spec["data"]}
    others = extra.get("others", {})
    if others:
        cluster.core.create_namespaced_secret(ns, {"metadata": {"name": secret_name}, "stringData": others})
    labels = {MARK + "managed": "true", **extra.get("labels", {})}
    metadata = {"name": secret_name, "labels": labels,
                "annotations": {MARK + "data-hash": data_hash({**others, **own}), **extra.get("annotations", {})}}
    if policy == "Owner":
        labels[MARK + "created-by"] = sha3(f"{ns}/{name}")
        metadata["ownerReferences"] = [{"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": name,
                                        "uid": made["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}]
    body = {"metadata": metadata, "data": {key: base64.b64encode(value.encode()).decode() for key, value in own.items()}}
    manager = f"externalsecrets.external-secrets.io/{name}"
    if others:
        cluster.core.patch_namespaced_secret(secret_name, ns, body, field_manager=manager)
    else:
        cluster.core.create_namespaced_secret(ns, {**body, "type": extra.get("type", "Opaque")}, field_manager=manager)
    when = refreshed.strftime("%Y-%m-%dT%H:%M:%SZ")
    token = f"{made['metadata']['generation']}-{sha3('{annotations:map[] labels:map[]}')}"
    cluster.custom.patch_namespaced_custom_object_status(*ES[:2], ns, ES[2], name, {"status": {
        "refreshTime": when, "syncedResourceVersion": token, "binding": {"name": secret_name},
        "conditions": [{"type": "Ready", "status": "True", "reason": "SecretSynced", "message": "secret synced",
                        "lastTransitionTime": when}]}}, field_manager="external-secrets")


def versions(cluster: Cluster, ns: str) -> dict[str, str]:
    """Of all ExternalSecrets and Secrets."""
    found = cluster.custom.list_namespaced_custom_object(*ES[:2], ns, ES[2])["items"]
    all_versions = {f"ExternalSecret {es['metadata']['name']}": es["metadata"]["resourceVersion"] for es in found if es["metadata"]["name"] in LEFT}
    for secret in cluster.core.list_namespaced_secret(ns).items:
        if secret.metadata.name != "new":
            all_versions[f"Secret {secret.metadata.name}"] = secret.metadata.resource_version
    return all_versions


def taken_over(plane, ns: str, age: datetime.timedelta, interval: str = "1h"):
    """The objects as they were left, and the operator that takes them over: of a class of its own in this cluster."""
    cluster = Cluster(plane)
    cluster.namespace(ns)
    data = [{"key": key, "value": value} for key, value in VALUES.items()]
    cluster.create(STORES, ns, "store", {"controller": ns, "provider": {"fake": {"data": data}}})
    for name in LEFT:
        leave(cluster, ns, name, datetime.datetime.now(datetime.timezone.utc) - age, interval)
    before = versions(cluster, ns)
    return cluster, before, Operator(plane, flags=[f"--controller-class={ns}"], name=ns).start()


def synced_after(cluster: Cluster, ns: str):
    """A new object went all the way behind the ones that were there."""
    cluster.create(ES, ns, "new", {"secretStoreRef": {"name": "store"}, "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]})
    cluster.wait_condition(ES, ns, "new")


def test_what_is_fresh_is_not_written_at_all(plane):
    ns = "taken-fresh"
    cluster, before, operator = taken_over(plane, ns, datetime.timedelta(minutes=5))
    try:
        synced_after(cluster, ns)
        assert versions(cluster, ns) == before
    finally:
        operator.stop()


def test_what_is_due_is_refreshed_and_only_its_time_changes(plane):
    ns = "taken-due"
    cluster, before, operator = taken_over(plane, ns, datetime.timedelta(hours=2), "20s")
    try:
        old = {name: cluster.get(ES, ns, name) for name in LEFT}
        due = [name for name in LEFT if name != "once"]
        synced_after(cluster, ns)

        def refreshed():
            return all(cluster.get(ES, ns, name)["status"]["refreshTime"] != old[name]["status"]["refreshTime"] for name in due)
        wait_for(refreshed, 60, "all to be refreshed")  # what is overdue at a start is spread over its interval
        after = versions(cluster, ns)
        assert {k: v for k, v in after.items() if k.startswith("Secret ")} == {k: v for k, v in before.items() if k.startswith("Secret ")}
        for name in due:
            now = cluster.get(ES, ns, name)
            assert {**now["status"], "refreshTime": ""} == {**old[name]["status"], "refreshTime": ""}, name
            assert now["metadata"]["finalizers"] == [FINALIZER]
    finally:
        operator.stop()


@pytest.mark.parametrize("name, remains", [("owner", None), ("delete", False), ("orphan", True)])
def test_what_was_taken_over_ends_by_its_policies(plane, name, remains):
    """`remains` None: the garbage collector of the cluster has the say."""
    ns = f"taken-end-{name}"
    cluster, _, operator = taken_over(plane, ns, datetime.timedelta(minutes=5))
    try:
        synced_after(cluster, ns)
        cluster.custom.delete_namespaced_custom_object(*ES[:2], ns, ES[2], name)
        wait_for(lambda: name not in [es["metadata"]["name"] for es in cluster.custom.list_namespaced_custom_object(*ES[:2], ns, ES[2])["items"]],
                 30, "the ExternalSecret to be gone")
        if remains is not None:
            there = name in [secret.metadata.name for secret in cluster.core.list_namespaced_secret(ns).items]
            assert there == remains
    finally:
        operator.stop()
