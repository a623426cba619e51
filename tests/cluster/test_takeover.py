"""The External Secrets Operator is stopped, Rotor starts: nothing that it left is written, nothing is fetched before its
time, and what is due changes a time and nothing else."""

import datetime

import kubernetes as k8s
import pytest

from harness.objects import ES, STORES, Cluster
from harness.operator import NAMESPACE, SERVICE_ACCOUNT, Operator
from harness.processes import wait_for
from harness.secrets_left import FINALIZER, MANAGER, STATES, Leaver, Left, sha3, stamp

VALUES = {"a": "one", "b": "two <&> é\n"}
GENERATORS = ("generators.external-secrets.io", "v1alpha1")
STORE_FINALIZER = "secretstore.externalsecrets.io/finalizer"  # for PushSecrets, which only that operator knows
CES = ("external-secrets.io", "v1", "clusterexternalsecrets")

A = [{"secretKey": "A", "remoteRef": {"key": "a"}}]
A_AND_B = [*A, {"secretKey": "B", "remoteRef": {"key": "b"}}]
A_AND_GONE = [*A, {"secretKey": "B", "remoteRef": {"key": "gone"}}]
APPLIED = {"kubectl.kubernetes.io/last-applied-configuration": "{}\n", "argocd.argoproj.io/sync-wave": "2"}
TEMPLATE = {"type": "example.com/app", "metadata": {"labels": {"team": "{{ .A }}"}, "annotations": {"n": "1"}, "finalizers": ["example.com/keep"]},
            "mergePolicy": "Merge", "data": {"text": "<{{ .A }}>"}, "templateFrom": [{"target": "Annotations", "literal": "from: {{ .A }}"}]}
METADATA_ONLY = {"metadata": {"labels": {"team": "a"}}}


def made_by(kind: str) -> list:
    return [{"sourceRef": {"generatorRef": {"apiVersion": "/".join(GENERATORS), "kind": kind, "name": kind.lower()}}}]


def manifest(api_version: str, kind: str, **more) -> dict:
    return {"manifest": {"apiVersion": api_version, "kind": kind}, **more}


# What time makes due.
PERIODIC = {
    "owner": Left({"data": A_AND_B}, {"A": VALUES["a"], "B": VALUES["b"]}),
    "copied": Left({"data": A}, {"A": "one"}, labels={"app": "web", "argocd.argoproj.io/instance": "x"}, annotations=APPLIED),
    "beta": Left({"data": A}, {"A": "one"}, version="v1beta1", owner_version="v1beta1"),
    "marked": Left({"data": A}, {"A": "one"}, second_owner=True, added={
        "labels": {"theirs": "x"}, "annotations": {"theirs": "y"}, "finalizers": ["example.com/theirs"]}),
    "n" * 27: Left({"data": A}, {"A": "one"}, labels={"app": "web"}),  # the longest that its field manager names in full
    "n" * 28: Left({"data": A}, {"A": "one"}, labels={"app": "web"}),
    "n" * 64: Left({"data": A}, {"A": "one"}, labels={"app": "web"}),
    "n" * 253: Left({"data": A}, {"A": "one"}, labels={"app": "web"}),
    "delete": Left({"target": {"deletionPolicy": "Delete"}, "data": A}, {"A": "one"}),
    "half-gone": Left({"target": {"deletionPolicy": "Delete"}, "data": A_AND_GONE}, {"A": "one"}),
    "emptied": Left({"target": {"deletionPolicy": "Merge"}, "data": A_AND_GONE}, {"A": "one"}),
    "orphan": Left({"target": {"creationPolicy": "Orphan"}, "data": A}, {"A": "one"}),
    "template": Left({"target": {"template": TEMPLATE}, "data": A}, {"A": "one", "text": "<one>"}, type="example.com/app", target_meta={
        "labels": {"team": "one"}, "annotations": {"n": "1", "from": "one"}, "finalizers": ["example.com/keep"]}),
    "metadata": Left({"target": {"template": METADATA_ONLY}, "data": A}, {"A": "one"}, labels={"app": "web"}, annotations=APPLIED,
                     target_meta={"labels": {"team": "a"}}),
    "merge": Left({"target": {"name": "shared", "creationPolicy": "Merge"}, "data": A}, {"A": "one"}, others={"theirs": "x"}),
    "create-or-merge": Left({"target": {"creationPolicy": "CreateOrMerge"}, "data": A}, {"A": "one"}, others={"theirs": "x"}),
    "immutable": Left({"target": {"immutable": True}, "data": A}, {"A": "what it was once"}, labels={"app": "web"}),
    "config-map": Left({"target": manifest("v1", "ConfigMap"), "data": A}, {"A": "one"}, labels={"app": "web"}, reason="ResourceSynced",
                       added={"labels": {"theirs": "x"}}),
    "resource": Left({"target": manifest("/".join(GENERATORS), "Fake"), "data": A}, {"A": "one"}, reason="ResourceSynced"),
}
# What it does not.
LASTING = {
    "once": Left({"refreshPolicy": "CreatedOnce", "data": A}, {"A": "one"}),
    "once-edited": Left({"refreshPolicy": "CreatedOnce", "data": A}, {"A": "an earlier one"}, token=f"0-{sha3('{annotations:map[] labels:map[]}')}"),
    "once-immutable": Left({"refreshPolicy": "CreatedOnce", "target": {"immutable": True}, "data": A}, {"A": "an earlier one"}),
    "on-change": Left({"refreshPolicy": "OnChange", "data": A}, {"A": "an earlier one"}, labels={"app": "web"}, annotations=APPLIED),
    "interval-0": Left({"refreshInterval": "0s", "data": A}, {"A": "an earlier one"}, annotations={"force-sync": "later"},
                       token=f"1-{sha3('{annotations:map[] labels:map[]}')}"),
    "generated": Left({"refreshPolicy": "CreatedOnce", "dataFrom": made_by("Password")}, {"password": "hunter2"}),
    "granted": Left({"refreshPolicy": "OnChange", "dataFrom": made_by("Grafana")}, {"login": "sa", "token": "t"}),
}
# Without a target that is marked whole, that operator as well asks the store at every start.
ASKED_AGAIN = {
    "none": Left({"target": {"creationPolicy": "None"}, "data": A}, {"A": "one"}, others={"theirs": "x"}),
    "missing": Left({"target": {"creationPolicy": "Merge"}, "data": A}, reason="SecretMissing",
                    message="secret will not be created due to CreationPolicy=Merge"),
    "deleted": Left({"target": {"deletionPolicy": "Delete"}, "data": [A_AND_GONE[1]]}, reason="SecretDeleted",
                    message="secret deleted due to DeletionPolicy=Delete"),
    "retained": Left({"dataFrom": [{"find": {"name": {"regexp": "^nothing$"}}}]}, message="secret retained due to DeletionPolicy=Retain"),
}
KINDS = {"ExternalSecret": ES, "SecretStore": STORES, "GeneratorState": STATES, "Fake": (*GENERATORS, "fakes"),
         "Password": (*GENERATORS, "passwords"), "Grafana": (*GENERATORS, "grafanas")}
SPECS = {"Password": {"length": 24}, "Grafana": {"url": "https://grafana.example", "auth": {"token": {"name": "grafana", "key": "token"}},
                                                 "serviceAccount": {"name": "sa", "role": "Viewer"}}}


@pytest.fixture(scope="module")
def rights(plane):
    """The role that an administrator gives for generic targets."""
    rbac = k8s.client.RbacAuthorizationV1Api(plane.api_client())
    verbs = ["get", "list", "watch", "create", "update", "delete"]
    rbac.create_cluster_role({"metadata": {"name": "rotor-taken-over"}, "rules": [
        {"apiGroups": [""], "resources": ["configmaps"], "verbs": verbs}, {"apiGroups": [GENERATORS[0]], "resources": ["fakes"], "verbs": verbs}]})
    rbac.create_cluster_role_binding({
        "metadata": {"name": "rotor-taken-over"}, "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "rotor-taken-over"},
        "subjects": [{"kind": "ServiceAccount", "name": SERVICE_ACCOUNT, "namespace": NAMESPACE}]})


def objects(cluster: Cluster, ns: str) -> dict[str, dict]:
    """All that was left, by kind and name."""
    found = {f"{kind} {one['metadata']['name']}": one for kind, (group, version, plural) in KINDS.items()
             for one in cluster.custom.list_namespaced_custom_object(group, version, ns, plural)["items"]}
    as_json = k8s.client.ApiClient().sanitize_for_serialization
    for kind, listed in (("Secret", cluster.core.list_namespaced_secret(ns)), ("ConfigMap", cluster.core.list_namespaced_config_map(ns))):
        found |= {f"{kind} {one.metadata.name}": as_json(one) for one in listed.items}
    return {name: one for name, one in found.items() if name.split()[1] != "new"}


def changed(before: dict, after: dict) -> set[str]:
    version = {name: one["metadata"]["resourceVersion"] for name, one in after.items()}
    return {name for name in before | after if version.get(name) != before.get(name, {}).get("metadata", {}).get("resourceVersion")}


def leave_all(cluster: Cluster, ns: str, names: dict, age: datetime.timedelta, interval: str):
    cluster.namespace(ns)
    leaver = Leaver(cluster, ns, age, interval)
    leaver.store("store", ns, VALUES, [STORE_FINALIZER])
    for kind, spec in SPECS.items():
        body = {"apiVersion": "/".join(GENERATORS), "kind": kind, "metadata": {"name": kind.lower()}, "spec": spec}
        cluster.custom.create_namespaced_custom_object(*GENERATORS, ns, KINDS[kind][2], body)
    for name, left in names.items():
        made = leaver.leave(name, left)
        if name == "granted":
            generator = {"apiVersion": "/".join(GENERATORS), "kind": "Grafana", "metadata": {"name": "grafana"}, "spec": SPECS["Grafana"]}
            leaver.state(made, 1, generator, {"serviceAccount": {"id": 1}}, stamp(datetime.datetime.now(datetime.timezone.utc)))
            leaver.state(made, 2, generator, {"serviceAccount": {"id": 2}})


def taken_over(plane, ns: str, names: dict, age: datetime.timedelta, interval: str = "1h"):
    """The objects as they were left, and the operator that takes them over: of a class of its own in this cluster."""
    cluster = Cluster(plane)
    leave_all(cluster, ns, names, age, interval)
    before = objects(cluster, ns)
    return cluster, before, Operator(plane, flags=[f"--controller-class={ns}", f"--namespace={ns}", "--unsafe-allow-generic-targets"], name=ns).start()


def synced_after(cluster: Cluster, ns: str):
    """A new object went all the way behind the ones that were there."""
    cluster.create(ES, ns, "new", {"secretStoreRef": {"name": "store"}, "data": A})
    cluster.wait_condition(ES, ns, "new")


def told_again(cluster: Cluster, ns: str, names: dict, before: dict):
    """Their refreshTime moves, and nothing else of them."""
    old = {name: before[f"ExternalSecret {name}"] for name in names}

    def refreshed():
        return all(cluster.get(ES, ns, name)["status"]["refreshTime"] != one["status"]["refreshTime"] for name, one in old.items())
    wait_for(refreshed, 90, "all to be refreshed")  # what is overdue at a start is spread over its interval
    for name, one in old.items():
        now = cluster.get(ES, ns, name)
        assert {**now["status"], "refreshTime": ""} == {**one["status"], "refreshTime": ""}, name
        assert now["metadata"]["finalizers"] == [FINALIZER] and now["spec"] == one["spec"], name


def test_what_is_fresh_is_not_written_at_all(plane, rights):
    ns = "taken-fresh"
    cluster, before, operator = taken_over(plane, ns, PERIODIC | LASTING, datetime.timedelta(minutes=5))
    try:
        synced_after(cluster, ns)
        assert changed(before, objects(cluster, ns)) == set()
    finally:
        operator.stop()


def test_what_is_due_is_refreshed_and_only_its_time_changes(plane, rights):
    ns = "taken-due"
    cluster, before, operator = taken_over(plane, ns, PERIODIC | LASTING, datetime.timedelta(hours=2), "20s")
    try:
        synced_after(cluster, ns)
        told_again(cluster, ns, PERIODIC, before)
        assert changed(before, objects(cluster, ns)) == {f"ExternalSecret {name}" for name in PERIODIC}
    finally:
        operator.stop()


def test_what_has_no_target_of_its_own_is_asked_for_and_only_its_time_changes(plane, rights):
    ns = "taken-without"
    cluster, before, operator = taken_over(plane, ns, ASKED_AGAIN, datetime.timedelta(minutes=5))
    try:
        told_again(cluster, ns, ASKED_AGAIN, before)
        assert changed(before, objects(cluster, ns)) == {f"ExternalSecret {name}" for name in ASKED_AGAIN}
    finally:
        operator.stop()


def test_the_next_value_is_written_beside_what_others_have_there(plane, rights):
    """By the field managers that were left: their keys are Rotor's to change and to remove."""
    ns = "taken-on"
    names = {name: PERIODIC[name] for name in ("beta", "marked", "merge", "copied", "n" * 28)}
    cluster, _, operator = taken_over(plane, ns, names, datetime.timedelta(minutes=5))
    try:
        synced_after(cluster, ns)
        for name in names:
            cluster.patch(ES, ns, name, {"metadata": {"labels": {"app": None}}, "spec": {"data": [{"secretKey": "C", "remoteRef": {"key": "b"}}]}})
        secrets = {name: "shared" if name == "merge" else name for name in names}
        wait_for(lambda: all("C" in cluster.secret(ns, secret) for secret in secrets.values()), 30, "the new key")
        assert cluster.secret(ns, "shared") == {"theirs": "x", "C": VALUES["b"]}
        written = {name: cluster.core.read_namespaced_secret(secret, ns) for name, secret in secrets.items()}
        assert all("A" not in one.data and "app" not in one.metadata.labels for one in written.values())
        assert written["marked"].metadata.labels["theirs"] == "x" and written["marked"].metadata.finalizers == ["example.com/theirs"]
        assert [owner.kind for owner in written["marked"].metadata.owner_references] == ["ExternalSecret", "ConfigMap"]
        assert written["beta"].metadata.owner_references[0].api_version == "external-secrets.io/v1"
    finally:
        operator.stop()


@pytest.mark.parametrize("name, remains", [("owner", None), ("delete", False), ("orphan", True), ("merge", True), ("create-or-merge", True)])
def test_what_was_taken_over_ends_by_its_policies(plane, rights, name, remains):
    """`remains` None: the garbage collector of the cluster has the say."""
    ns = f"taken-end-{name}"
    cluster, _, operator = taken_over(plane, ns, {name: PERIODIC[name]}, datetime.timedelta(minutes=5))
    try:
        synced_after(cluster, ns)
        cluster.custom.delete_namespaced_custom_object(*ES[:2], ns, ES[2], name)
        wait_for(lambda: name not in [es["metadata"]["name"] for es in cluster.custom.list_namespaced_custom_object(*ES[:2], ns, ES[2])["items"]],
                 30, "the ExternalSecret to be gone")
        if remains is not None:
            secret = PERIODIC[name].spec["target"].get("name", name)
            assert (secret in [one.metadata.name for one in cluster.core.list_namespaced_secret(ns).items]) == remains
    finally:
        operator.stop()


def leave_cluster_wide(cluster: Cluster, name: str, namespaces: list[str], spec: dict):
    """A ClusterExternalSecret with its ExternalSecrets."""
    body = {"apiVersion": "external-secrets.io/v1", "kind": "ClusterExternalSecret", "metadata": {"name": name}, "spec": spec}
    cluster.custom.create_cluster_custom_object(*CES, body)
    cleanup = {"metadata": {"finalizers": ["externalsecrets.external-secrets.io/clusterexternalsecret-cleanup"]}}
    made = cluster.custom.patch_cluster_custom_object(*CES, name, cleanup, field_manager=MANAGER)
    child = spec.get("externalSecretName", name)
    for ns in namespaces:
        left = Left(made["spec"]["externalSecretSpec"], {"A": "one"}, **spec.get("externalSecretMetadata", {}))
        Leaver(cluster, ns, datetime.timedelta(minutes=5), "1h").leave_child(child, left, made)
    status = {"externalSecretName": child, "provisionedNamespaces": namespaces, "conditions": [{"type": "Ready", "status": "True"}]}
    cluster.custom.patch_cluster_custom_object_status(*CES, name, {"status": status}, field_manager=MANAGER)


def cluster_objects(cluster: Cluster, namespaces: list[str]) -> dict[str, dict]:
    as_json = k8s.client.ApiClient().sanitize_for_serialization
    found = {f"{ns}: {name}": one for ns in namespaces for name, one in objects(cluster, ns).items()}
    found |= {f"Namespace {ns}": as_json(cluster.core.read_namespace(ns)) for ns in namespaces}
    return found | {f"ClusterExternalSecret {one['metadata']['name']}": one for one in cluster.custom.list_cluster_custom_object(*CES)["items"]}


def test_what_is_cluster_wide_is_not_written_either_and_lets_go_in_the_end(unused_plane):
    cluster, namespaces, controller = Cluster(unused_plane), ["taken-wide-a", "taken-wide-b"], "taken-wide"
    for ns in namespaces:
        cluster.core.create_namespace({"metadata": {"name": ns, "labels": {"taken": "over"}}})
        Leaver(cluster, ns, datetime.timedelta(minutes=5), "1h").store("store", controller, VALUES, [])
    child = {"refreshInterval": "1h", "secretStoreRef": {"name": "store", "kind": "SecretStore"}, "data": A}
    by_label = {"externalSecretSpec": child, "namespaceSelectors": [{"matchLabels": {"taken": "over"}}]}
    leave_cluster_wide(cluster, "shared", namespaces, {
        **by_label, "externalSecretMetadata": {"labels": {"app": "web"}, "annotations": {"n": "1"}}, "externalSecretName": "theirs"})
    leave_cluster_wide(cluster, "c" * 59, namespaces[:1], {"externalSecretSpec": child, "namespaces": namespaces[:1], "refreshTime": "30s"})
    before = cluster_objects(cluster, namespaces)
    operator = Operator(unused_plane, flags=[f"--controller-class={controller}"], name=controller).start()
    names = ["shared", "c" * 59, "new"]
    try:
        body = {"apiVersion": "external-secrets.io/v1", "kind": "ClusterExternalSecret", "metadata": {"name": "new"}, "spec": by_label}
        cluster.custom.create_cluster_custom_object(*CES, body)
        for ns in namespaces:
            wait_for(lambda ns=ns: cluster.get(ES, ns, "new"), 60, "what is new to go all the way")
            cluster.wait_condition(ES, ns, "new")
        hold = "externalsecrets.external-secrets.io/ces-new"
        after = {name: one for name, one in cluster_objects(cluster, namespaces).items() if name != "ClusterExternalSecret new"}
        assert changed(before, after) == {f"Namespace {ns}" for ns in namespaces}
        for ns in namespaces:
            assert after[f"Namespace {ns}"]["metadata"]["finalizers"] == before[f"Namespace {ns}"]["metadata"]["finalizers"] + [hold]
        for name in names:
            cluster.custom.delete_cluster_custom_object(*CES, name)
        wait_for(lambda: cluster.custom.list_cluster_custom_object(*CES)["items"] == [], 60, "all of them to be gone")
        for ns in namespaces:
            assert not cluster.core.read_namespace(ns).metadata.finalizers
            wait_for(lambda ns=ns: cluster.custom.list_namespaced_custom_object(*ES[:2], ns, ES[2])["items"] == [], 60, "their children to be gone")
            cluster.core.delete_namespace(ns)
        wait_for(lambda: not {ns.metadata.name for ns in cluster.core.list_namespace().items} & set(namespaces), 60, "an unused control plane")
    finally:
        operator.stop()
