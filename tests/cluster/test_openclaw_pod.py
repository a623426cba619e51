"""The pod of an instance on a real API server: what it stores is what we meant, so a second pass has nothing to write."""

import json
import pathlib
import time

import pytest

from harness.objects import INSTANCES, Cluster
from harness.operator import NAMESPACE, SERVICE_ACCOUNT
from harness.processes import wait_for

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
MAXIMAL = json.loads((pathlib.Path(__file__).parent / "data" / "maximal-instance.json").read_text())


@pytest.fixture(scope="module")
def cluster(plane, operator):
    return Cluster(plane)


def owned(cluster: Cluster, ns: str, name: str) -> dict:
    return {"StatefulSet": cluster.apps.read_namespaced_stateful_set(name, ns),
            "Service": cluster.core.read_namespaced_service(name, ns),
            "PersistentVolumeClaim": cluster.core.read_namespaced_persistent_volume_claim(f"{name}-data", ns)}


def versions(cluster: Cluster, ns: str, name: str) -> dict:
    return {kind: (o.metadata.resource_version, o.metadata.generation) for kind, o in owned(cluster, ns, name).items()}


def still(cluster: Cluster, ns: str, name: str) -> bool:
    before = versions(cluster, ns, name)
    time.sleep(1)
    return versions(cluster, ns, name) == before


def writes(plane, mark: int, ns: str) -> list:
    return [(e["verb"], e["requestURI"]) for e in plane.audit(USER, mark)
            if e["verb"] in {"create", "update", "patch", "delete"} and e.get("objectRef", {}).get("namespace") == ns]


@pytest.fixture(scope="module")
def waiting(cluster):
    """An instance whose claim came after it had been looked for. The half minute until it looks again passes while the other
    tests work."""
    ns = cluster.namespace("pod-claim")
    cluster.create(INSTANCES, ns, "agent", {"storage": {"persistence": {"existingClaim": "mine"}}})
    condition = cluster.wait_condition(INSTANCES, ns, "agent", "False", "StorageReady")
    without = found(cluster, ns, "agent")
    cluster.core.create_namespaced_persistent_volume_claim(ns, {"metadata": {"name": "mine"}, "spec": {
        "accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}})
    return ns, condition, without


def test_b103_a_claim_of_the_users_that_is_not_there_is_said_and_waited_for(waiting):
    _, condition, stateful_set = waiting
    assert condition["reason"] == "ExistingClaimNotFound" and '"mine"' in condition["message"], condition
    assert stateful_set is None


@pytest.mark.parametrize("name,spec", [("default", {}), ("maximal", MAXIMAL)])
def test_b159_b237_a_second_pass_writes_nothing(cluster, plane, operator, name, spec):
    ns = cluster.namespace(f"pod-{name}")
    cluster.core.create_namespaced_secret(ns, {"metadata": {"name": "ca"}, "stringData": {"root.pem": "x"}})
    cluster.create(INSTANCES, ns, name, spec)
    if not spec:
        cluster.wait_condition(INSTANCES, ns, name)
    wait_for(lambda: cluster.condition(INSTANCES, ns, name, "StatefulSetReady"), 60, "the status")
    operator.look_again(cluster, ns, name)  # whatever the pod's becoming ready still called for is over
    wait_for(lambda: still(cluster, ns, name), 30, "the StatefulSet's controller to have said all")
    before, mark = versions(cluster, ns, name), plane.audit_length()
    operator.look_again(cluster, ns, name, 10)
    assert writes(plane, mark, ns) == []
    assert versions(cluster, ns, name) == before


def test_b239_an_instance_that_is_applied_again_and_again_changes_nothing(cluster, plane, operator):
    ns = cluster.namespace("pod-flux")
    manifest = {"apiVersion": "openclaw.rocks/v1alpha1", "kind": "OpenClawInstance", "spec": {"sidecars": MAXIMAL["sidecars"][1:]},
                "metadata": {"name": "agent", "namespace": ns, "labels": {"app.kubernetes.io/managed-by": "flux"}}}
    apply = lambda: plane.kubectl("apply", "--server-side", "--field-manager=flux", "-f", "-", stdin=json.dumps(manifest))  # noqa: E731
    apply()
    cluster.wait_condition(INSTANCES, ns, "agent")
    operator.look_again(cluster, ns, "agent")
    before, mark = versions(cluster, ns, "agent"), plane.audit_length()
    for _ in range(5):
        apply()
    operator.look_again(cluster, ns, "agent")
    assert versions(cluster, ns, "agent") == before
    assert writes(plane, mark, ns) == []
    instance = cluster.get(INSTANCES, ns, "agent")
    assert instance["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "flux"}
    # Nothing but the finalizer is ours of what the user applies.
    claimed = [f for f in instance["metadata"]["managedFields"] if f["manager"] == "openclaw-operator" and not f.get("subresource")]
    assert all("f:spec" not in f["fieldsV1"] for f in claimed), claimed


def test_b160_when_to_pull_a_users_image_is_the_api_servers_to_say(cluster):
    ns = cluster.namespace("pod-pull")
    images = {"a": "a:1", "b": "a:latest", "c": "localhost:5000/a"}
    cluster.create(INSTANCES, ns, "agent", {"sidecars": [{"name": n, "image": i} for n, i in images.items()]})
    sts = wait_for(lambda: found(cluster, ns, "agent"), 30, "the StatefulSet")
    pulls = {c.name: c.image_pull_policy for c in sts.spec.template.spec.containers if c.name in images}
    assert pulls == {"a": "IfNotPresent", "b": "Always", "c": "Always"}


def test_b208_what_the_api_server_gave_the_service_stays(cluster):
    ns = cluster.namespace("pod-service")
    cluster.create(INSTANCES, ns, "agent", {"networking": {"service": {"type": "NodePort"}}})
    cluster.wait_condition(INSTANCES, ns, "agent")
    service = lambda: cluster.core.read_namespaced_service("agent", ns)  # noqa: E731
    before = service().spec
    assert before.cluster_ip and all(p.node_port for p in before.ports)
    cluster.patch(INSTANCES, ns, "agent", {"spec": {"networking": {"service": {"annotations": {"a": "b"}}}}})
    wait_for(lambda: (service().metadata.annotations or {}).get("a") == "b", 30, "the annotation")
    assert service().spec == before


def test_a_volume_under_a_name_of_ours_is_refused_and_the_pod_is_left_alone(cluster):
    ns = cluster.namespace("pod-reserved")
    cluster.create(INSTANCES, ns, "agent", {})
    uid = wait_for(lambda: cluster.pod_uid(ns, "agent"), 60, "the pod to be Ready")
    cluster.patch(INSTANCES, ns, "agent", {"spec": {"extraVolumes": [{"name": "tmp", "emptyDir": {}}]}})
    condition = cluster.wait_condition(INSTANCES, ns, "agent", "False", reason="ReconcileFailed")
    assert "volumes" in condition["message"] and "tmp" in condition["message"], condition
    assert cluster.pod_uid(ns, "agent") == uid


def test_what_the_operator_before_ours_wrote_becomes_ours_and_goes_when_it_is_not_wanted(cluster):
    """Its field manager is the name of its program, which writes by update."""
    ns = cluster.namespace("pod-left")
    made = cluster.create(INSTANCES, ns, "agent", {"security": {"podSecurityContext": {"runAsUser": 0}}})  # nothing is made of it
    cluster.wait_condition(INSTANCES, ns, "agent", "False", "SpecValid")
    metadata = {"name": "agent", "labels": {"app.kubernetes.io/managed-by": "openclaw-operator"}, "annotations": {"theirs": "1"},
                "ownerReferences": [{"apiVersion": "openclaw.rocks/v1alpha1", "kind": "OpenClawInstance", "name": "agent",
                                     "controller": True, "uid": made["metadata"]["uid"]}]}
    pods = {"app.kubernetes.io/name": "openclaw", "app.kubernetes.io/instance": "agent"}
    cluster.core.create_namespaced_service(ns, {"metadata": metadata, "spec": {
        "selector": {**pods, "theirs": "1"}, "ports": [{"name": "web-terminal", "port": 7681}]}}, field_manager="manager")
    cluster.apps.create_namespaced_stateful_set(ns, {"metadata": metadata, "spec": {
        "serviceName": "agent", "podManagementPolicy": "Parallel", "selector": {"matchLabels": pods}, "replicas": 0, "minReadySeconds": 3,
        "template": {"metadata": {"labels": pods}, "spec": {"containers": [
            {"name": "openclaw", "image": "theirs:1", "env": [{"name": "THEIRS", "value": "1"}]},
            {"name": "their-sidecar", "image": "theirs:2"}]}}}}, field_manager="manager")
    cluster.core.patch_namespaced_service("agent", ns, {"metadata": {"annotations": {"mine": "1"}}}, field_manager="somebody")

    cluster.patch(INSTANCES, ns, "agent", {"spec": {"security": None}})
    cluster.wait_condition(INSTANCES, ns, "agent")
    service, workload = cluster.core.read_namespaced_service("agent", ns), cluster.apps.read_namespaced_stateful_set("agent", ns)
    assert service.metadata.annotations == {"mine": "1"}
    assert service.spec.selector == pods and "web-terminal" not in [p.name for p in service.spec.ports]
    assert "theirs" not in workload.metadata.annotations and workload.spec.min_ready_seconds in (None, 0)
    main = workload.spec.template.spec.containers[0]
    assert "their-sidecar" not in [c.name for c in workload.spec.template.spec.containers]
    assert "THEIRS" not in [e.name for e in main.env] and not main.image.startswith("theirs")
    for left in (service, workload):
        assert [f.operation for f in left.metadata.managed_fields if f.manager == "manager" and not f.subresource] == []
    assert workload.metadata.generation == 2


def found(cluster: Cluster, ns: str, name: str):
    sets = cluster.apps.list_namespaced_stateful_set(ns).items
    return next((s for s in sets if s.metadata.name == name), None)


def test_b104_a_claim_of_the_users_is_found_by_itself_and_no_other_is_made(cluster, waiting):
    ns = waiting[0]
    cluster.wait_condition(INSTANCES, ns, "agent", timeout=60)
    assert cluster.get(INSTANCES, ns, "agent")["status"]["managedResources"]["pvc"] == "mine"
    claims = cluster.core.list_namespaced_persistent_volume_claim(ns).items
    assert [c.metadata.name for c in claims] == ["mine"]
