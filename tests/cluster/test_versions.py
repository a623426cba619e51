"""v1beta1 beside v1: manifests of either version come to the same Secret."""

import json

import kubernetes as k8s
import pytest

from harness.objects import ES, STORES, Cluster, fake_store
from harness.processes import wait_for

NS = "versions"
SPEC = {
    "refreshInterval": "1h", "secretStoreRef": {"name": "store", "kind": "SecretStore"},
    "target": {"name": "app", "deletionPolicy": "Delete", "template": {
        "type": "example.com/app", "mergePolicy": "Merge", "metadata": {"labels": {"team": "a"}, "annotations": {"for": "{{ .user }}"}},
        "data": {"url": "pg://{{ .user }}@db"}, "templateFrom": [{"target": "Data", "literal": "line: \"{{ .user }}\\n\""}]}},
    "data": [{"secretKey": "user", "remoteRef": {"key": "user"}}],
    "dataFrom": [{"extract": {"key": "doc"}},
                 {"find": {"name": {"regexp": "^(user|plain)$"}}, "rewrite": [{"regexp": {"source": "^(.*)$", "target": "all-$1"}}]}],
}
STRATEGIES = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}


@pytest.fixture(scope="module")
def cluster(plane, operator):
    cluster = Cluster(plane)
    cluster.namespace(NS)
    fake_store(cluster, NS, "store", {"user": "ada", "plain": "cGxhaW4=", "doc": json.dumps({"db/host": "h", "port": 5432})}, "v1beta1")
    cluster.wait_condition(STORES, NS, "store")
    return cluster


def gone(cluster: Cluster) -> bool:
    try:
        cluster.core.read_namespaced_secret("app", NS)
    except k8s.client.ApiException as error:
        return error.status == 404
    return False


def applied(cluster: Cluster, version: str) -> tuple[dict, dict]:
    """Its stored form, and the Secret but for what tells of time and of that one object."""
    cluster.create(ES, NS, "app", SPEC, version)
    cluster.wait_condition(ES, NS, "app", reason="SecretSynced")
    secret = cluster.core.api_client.sanitize_for_serialization(cluster.core.read_namespaced_secret("app", NS))
    meta = secret["metadata"]
    annotations = {name: value for name, value in meta["annotations"].items() if not name.startswith("rotor/")}
    owners = [{name: value for name, value in owner.items() if name != "uid"} for owner in meta["ownerReferences"]]
    stored = cluster.get(ES, NS, "app")
    cluster.custom.delete_namespaced_custom_object(*ES[:2], NS, ES[2], "app")
    wait_for(lambda: gone(cluster), 30, "the Secret to go with its ExternalSecret")
    return stored["spec"], {"data": secret["data"], "type": secret["type"], "labels": meta["labels"], "annotations": annotations,
                            "owners": owners, "managers": sorted({entry["manager"] for entry in meta["managedFields"]})}


def test_a_manifest_of_either_version_comes_to_the_same_secret_row193_row194(cluster):
    old_spec, old = applied(cluster, "v1beta1")
    new_spec, new = applied(cluster, "v1")
    assert old == new
    assert set(new["data"]) == {"user", "db_host", "port", "all-user", "all-plain", "url", "line"}
    assert new["owners"] == [{"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "name": "app", "controller": True,
                              "blockOwnerDeletion": True}]
    # What a manifest is silent about is stored only where it came as v1beta1.
    assert old_spec["data"][0]["remoteRef"] == {"key": "user", **STRATEGIES}
    assert new_spec["data"][0]["remoteRef"] == {"key": "user"}
