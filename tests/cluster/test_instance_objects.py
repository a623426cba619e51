"""What stands around an instance's pod, on a real API server: written once, and no more than the operator may give."""

import kubernetes as k8s

from harness.objects import INSTANCES, Cluster
from harness.operator import NAMESPACE, SERVICE_ACCOUNT
from harness.processes import wait_for

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
SPEC = {
    "security": {
        "networkPolicy": {
            "allowedIngressNamespaces": ["ingress"], "allowedIngressCIDRs": ["10.0.0.0/8"], "allowedEgressCIDRs": ["10.1.0.0/16"],
            # Without a protocol, which the API server fills in, and with lists that it leaves out.
            "additionalEgress": [{"to": [{"podSelector": {}}], "ports": [{"port": 8080, "endPort": 8090}, {"port": "http"}]},
                                 {"to": [], "ports": []}],
        },
        "rbac": {"additionalRules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}],
                 "serviceAccountAnnotations": {"iam.gke.io/gcp-service-account": "a@b"}},
    },
    "availability": {"podDisruptionBudget": {"maxUnavailable": 0}},
}


def guards(cluster: Cluster, ns: str, name: str) -> dict:
    client = cluster.plane.api_client()
    rbac, net, policy = k8s.client.RbacAuthorizationV1Api(client), k8s.client.NetworkingV1Api(client), k8s.client.PolicyV1Api(client)
    reads = {
        "Role": rbac.read_namespaced_role, "RoleBinding": rbac.read_namespaced_role_binding,
        "NetworkPolicy": net.read_namespaced_network_policy, "PodDisruptionBudget": policy.read_namespaced_pod_disruption_budget,
        "ServiceAccount": cluster.core.read_namespaced_service_account,
    }
    found = {}
    for kind, read in reads.items():
        try:
            found[kind] = read(name, ns)
        except k8s.client.ApiException as e:
            if e.status != 404:
                raise
    return found


def provisioned(cluster: Cluster, ns: str, name: str, spec: dict):
    cluster.create(INSTANCES, ns, name, spec)
    wait_for(lambda: cluster.condition(INSTANCES, ns, name, "StatefulSetReady"), 60, f"the status of {ns}/{name}")


def poke(cluster: Cluster, ns: str, name: str, value: str):
    """Has the operator pass over the instance, and waits until it has."""
    before = cluster.get(INSTANCES, ns, name)["metadata"]["generation"]
    cluster.patch(INSTANCES, ns, name, {"spec": {"podAnnotations": {"poke": value}}})
    wait_for(lambda: cluster.get(INSTANCES, ns, name)["status"].get("observedGeneration", 0) > before, 30, "a pass")


def test_b237_a_second_pass_writes_none_of_them(plane, operator):
    cluster = Cluster(plane)
    ns = cluster.namespace("guards")
    provisioned(cluster, ns, "agent", SPEC)
    versions = {kind: o.metadata.generation or o.metadata.resource_version for kind, o in guards(cluster, ns, "agent").items()}
    assert len(versions) == 5
    mark = plane.audit_length()
    for value in "123":
        poke(cluster, ns, "agent", value)
    written = {e["objectRef"]["resource"] for e in plane.audit(USER, mark)
               if e["verb"] in {"create", "update", "patch", "delete"} and e.get("objectRef", {}).get("namespace") == ns}
    assert not written & {"roles", "rolebindings", "networkpolicies", "poddisruptionbudgets", "serviceaccounts", "services"}, written
    assert {kind: o.metadata.generation or o.metadata.resource_version for kind, o in guards(cluster, ns, "agent").items()} == versions


def test_b050_and_b107_what_is_switched_off_goes(plane, operator):
    cluster = Cluster(plane)
    ns = cluster.namespace("switched-off")
    provisioned(cluster, ns, "agent", {})
    cluster.patch(INSTANCES, ns, "agent", {"spec": {"security": {"networkPolicy": {"enabled": False}},
                                                    "availability": {"podDisruptionBudget": {"enabled": False}}}})
    wait_for(lambda: set(guards(cluster, ns, "agent")) == {"Role", "RoleBinding", "ServiceAccount"}, 30, "both to go")


def test_rights_beyond_the_operators_own_are_refused_and_said(plane, operator):
    cluster = Cluster(plane)
    ns = cluster.namespace("beyond")
    cluster.create(INSTANCES, ns, "agent", {"security": {"rbac": {"additionalRules": [
        {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["deletecollection"]}]}}})
    said = cluster.wait_condition(INSTANCES, ns, "agent", status="False", type_="RBACReady", reason="RoleDenied")
    assert "spec.security.rbac.additionalRules" in said["message"]
    assert "attempting to grant RBAC permissions not currently held" in said["message"]
    cluster.patch(INSTANCES, ns, "agent", {"spec": {"security": None}})
    cluster.wait_condition(INSTANCES, ns, "agent", type_="RBACReady")


def test_b108_and_b243_the_claim_outlives_its_instance(plane, operator):
    cluster = Cluster(plane)
    ns = cluster.namespace("leaving")
    provisioned(cluster, ns, "agent", {})
    owner = cluster.get(INSTANCES, ns, "agent")
    references = [{"apiVersion": owner["apiVersion"], "kind": owner["kind"], "name": "agent", "uid": owner["metadata"]["uid"],
                   "controller": True, "blockOwnerDeletion": True}]
    try:
        cluster.core.create_namespaced_persistent_volume_claim(ns, {
            "metadata": {"name": "agent-data", "ownerReferences": references},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})
    except k8s.client.ApiException as e:
        if e.status != 409:  # the operator made it
            raise
    cluster.custom.delete_namespaced_custom_object(*INSTANCES[:2], ns, INSTANCES[2], "agent")

    def gone():
        try:
            return cluster.get(INSTANCES, ns, "agent") is None
        except k8s.client.ApiException as e:
            return e.status == 404
    wait_for(gone, 90, "the instance to be gone")
    wait_for(lambda: not guards(cluster, ns, "agent"), 60, "what it owned to be collected")
    assert not cluster.core.read_namespaced_persistent_volume_claim("agent-data", ns).metadata.owner_references
    reasons = {e.reason for e in cluster.core.list_namespaced_event(ns).items}
    assert {"OrphanedPVC", "BackupSkipped"} <= reasons, reasons
