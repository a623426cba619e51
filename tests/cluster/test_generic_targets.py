"""spec.target.manifest on a real API server: a ConfigMap and a custom resource, with a role that allows just these."""

import kubernetes as k8s
import pytest
from harness.objects import ES, STORES, Cluster, external_secret
from harness.operator import NAMESPACE, SERVICE_ACCOUNT, Operator
from harness.processes import wait_for

NS = "generic"
WIDGETS = ("example.com", "v1", "widgets")
CRD = {
    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": "widgets.example.com"},
    "spec": {"group": "example.com", "scope": "Namespaced",
             "names": {"kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"},
             "versions": [{"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": {
                 "type": "object", "properties": {"spec": {"type": "object", "properties": {
                     "user": {"type": "string", "pattern": "^[a-z]*$"}, "port": {"type": "integer"},
                     "ttl": {"type": "integer", "default": 30}}}}}}}]}}
RULES = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "watch", "create", "update", "delete"]},
         {"apiGroups": ["example.com"], "resources": ["widgets"],
          "verbs": ["get", "list", "watch", "create", "update", "delete"]}]


@pytest.fixture(scope="module")
def generic(request, plane):
    """An operator with the flag and the rights, beside the one without: of another class, in a namespace of its own."""
    Cluster(plane).namespace(NS)
    client = plane.api_client()
    rbac = k8s.client.RbacAuthorizationV1Api(client)
    rbac.create_cluster_role({"metadata": {"name": "rotor-generic-targets"}, "rules": RULES})
    rbac.create_cluster_role_binding({
        "metadata": {"name": "rotor-generic-targets"},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "rotor-generic-targets"},
        "subjects": [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}]})
    k8s.client.ApiextensionsV1Api(client).create_custom_resource_definition(CRD)
    plane.kubectl("wait", "--for=condition=Established", "crd/widgets.example.com", "--timeout=60s")
    operator = Operator(plane, flags=["--unsafe-allow-generic-targets", f"--namespace={NS}", f"--controller-class={NS}"],
                        name="generic")
    request.addfinalizer(operator.stop)
    return operator.start()


def store(cluster: Cluster, name: str, values: dict):
    data = [{"key": key, "value": value} for key, value in values.items()]
    cluster.create(STORES, NS, name, {"controller": NS, "provider": {"fake": {"data": data}}})


def writes(spec: dict, target: dict) -> dict:
    return {**spec, "target": target}


def test_a_config_map_and_a_custom_resource_are_written_repaired_and_left_alone(plane, generic):
    cluster = Cluster(plane)
    ns = NS
    store(cluster, "store", {"user": "ada", "port": "5432"})
    spec = external_secret("store", "unused", {"user": "user", "port": "port"})
    cluster.create(ES, ns, "plain", writes(spec, {"manifest": {"apiVersion": "v1", "kind": "ConfigMap"}}))
    cluster.create(ES, ns, "tuned", writes(spec, {
        "manifest": {"apiVersion": "example.com/v1", "kind": "Widget"},
        "template": {"templateFrom": [{"target": "spec", "literal": "user: {{ .user }}\nport: {{ .port }}"}]}}))
    for name in ("plain", "tuned"):
        cluster.wait_condition(ES, ns, name, reason="ResourceSynced")

    assert cluster.core.read_namespaced_config_map("plain", ns).data == {"user": "ada", "port": "5432"}
    widget = cluster.get(WIDGETS, ns, "tuned")
    assert widget["spec"] == {"user": "ada", "port": 5432, "ttl": 30}
    assert widget["metadata"]["ownerReferences"][0]["name"] == "tuned"

    version = widget["metadata"]["resourceVersion"]
    cluster.force_sync(ns, "tuned", "now")
    cluster.core.patch_namespaced_config_map("plain", ns, {"data": {"user": "mallory"}})
    wait_for(lambda: cluster.core.read_namespaced_config_map("plain", ns).data["user"] == "ada", 30, "the value to be put back")
    assert cluster.get(WIDGETS, ns, "tuned")["metadata"]["resourceVersion"] == version, "the server's default is no edit"


def test_what_a_server_refuses_is_told_without_the_value(plane, generic):
    cluster = Cluster(plane)
    ns = NS
    store(cluster, "refused", {"user": "Canary-5B1F"})
    spec = external_secret("refused", "unused", {"user": "user"})
    cluster.create(ES, ns, "bad", writes(spec, {
        "manifest": {"apiVersion": "example.com/v1", "kind": "Widget"},
        "template": {"templateFrom": [{"target": "spec", "literal": "user: {{ .user }}"}]}}))
    cluster.create(ES, ns, "forbidden", writes(spec, {
        "manifest": {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress"}}))
    for name in ("bad", "forbidden"):
        cluster.wait_condition(ES, ns, name, status="False", reason="ResourceSyncedError")
    told = {name: wait_for(lambda name=name: [e.message for e in cluster.events(ns, name) if e.reason == "UpdateFailed"], 30, "an event")
            for name in ("bad", "forbidden")}
    assert "spec.user" in told["bad"][0] and "Canary" not in str(told) + generic.log()
    assert "ingresses" in told["forbidden"][0], told
