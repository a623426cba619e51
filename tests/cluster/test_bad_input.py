"""Wrong input: a condition, an event, a message that says what to do; everything else goes on."""

import base64
import json

import kubernetes as k8s
import pytest

from harness.objects import ES, INSTANCES, STORES, Cluster, external_secret, fake_store, instance
from harness.processes import free_port, wait_for

CANARY = "canary-5f2c9a7e-never-shown"


@pytest.fixture(scope="module")
def cluster(plane, operator):
    cluster = Cluster(plane)
    cluster.namespace("bad")
    fake_store(cluster, "bad", "good", {"a": "1", "doc": json.dumps({"x": CANARY}), "text": CANARY})
    return cluster


def fails(cluster: Cluster, name: str, *words: str):
    condition = cluster.wait_condition(ES, "bad", name, "False")
    assert condition["reason"] == "SecretSyncedError", condition
    said = condition["message"] + " " + " ".join(
        wait_for(lambda: [e.message for e in cluster.events("bad", name) if e.type == "Warning"], 30, "a Warning event"))
    for word in words:
        assert word in said, said
    return said


def test_a_missing_remote_key_names_it(cluster):
    cluster.create(ES, "bad", "no-key", external_secret("good", "no-key", {"A": "absent-key"}))
    fails(cluster, "no-key", "absent-key")


def test_a_property_that_is_not_in_the_document_names_it(cluster):
    spec = external_secret("good", "no-prop", {"A": "doc"})
    spec["data"][0]["remoteRef"]["property"] = "nope"
    cluster.create(ES, "bad", "no-prop", spec)
    fails(cluster, "no-prop", "nope")


def test_a_store_that_does_not_exist_is_named(cluster):
    cluster.create(ES, "bad", "no-store", external_secret("nowhere", "no-store", {"A": "a"}))
    fails(cluster, "no-store", "nowhere")


def test_two_providers_are_refused_by_the_api_server(cluster):
    with pytest.raises(k8s.client.ApiException) as refused:
        cluster.create(STORES, "bad", "two", {"provider": {"fake": {"data": []}, "kubernetes": {}}})
    assert refused.value.status == 422 and "must have at most 1 item" in refused.value.body


def test_a_value_that_no_process_can_be_given_holds_the_restart(cluster):
    """The runtime would show it in the pod's status, change it or fail: the pods keep what they have."""
    values = {"A": base64.b64encode(b"fine").decode()}
    cluster.core.create_namespaced_secret("bad", {"metadata": {"name": "unusable"}, "data": values})
    cluster.create(INSTANCES, "bad", "held", instance("unusable"))
    wait_for(lambda: cluster.pod_uid("bad", "held"), 60, "the pod to be Ready")
    generation = cluster.generation("bad", "held")
    for value in [CANARY.encode() + b"\0", CANARY.encode() + b"\xff", CANARY.encode() + b"x" * 131_072]:
        cluster.core.patch_namespaced_secret("unusable", "bad", {"data": {"A": base64.b64encode(value).decode()}})
        condition = cluster.wait_condition(INSTANCES, "bad", "held", "False", "SecretsReady")
        assert condition["reason"] == "SecretUnusable" and '"unusable": key "A"' in condition["message"], condition
        assert CANARY not in condition["message"]
        assert cluster.generation("bad", "held") == generation
        cluster.core.patch_namespaced_secret("unusable", "bad", {"data": values})  # taken back: no restart
        cluster.wait_condition(INSTANCES, "bad", "held", "True", "SecretsReady")
        assert cluster.generation("bad", "held") == generation


def test_a_name_that_no_stateful_set_can_live_with_is_refused(cluster):
    name = "n" * 53
    cluster.create(INSTANCES, "bad", name, {})
    condition = cluster.wait_condition(INSTANCES, "bad", name, "False", "NameUsable")
    assert "53 characters" in condition["message"], condition
    with pytest.raises(k8s.client.ApiException) as absent:
        cluster.apps.read_namespaced_stateful_set(name, "bad")
    assert absent.value.status == 404


def test_an_unknown_provider_is_reported_by_the_store(cluster):
    cluster.create(STORES, "bad", "unknown", {"provider": {"carrierpigeon": {}}})
    condition = cluster.wait_condition(STORES, "bad", "unknown", "False")
    events = wait_for(lambda: [e.message for e in cluster.events("bad", "unknown")], 30, "an event")
    assert "carrierpigeon" in condition["message"] + " ".join(events)


def test_a_wrong_duration_names_the_field_and_the_way_out(cluster):
    spec = external_secret("good", "duration", {"A": "a"}, "1d")
    try:
        cluster.create(ES, "bad", "duration", spec)
    except k8s.client.ApiException as refused:
        assert "refreshInterval" in refused.body
        return
    fails(cluster, "duration", "refreshInterval", "1d")


def test_a_secret_of_another_external_secret_is_not_taken(cluster):
    cluster.create(ES, "bad", "first", external_secret("good", "shared", {"A": "a"}))
    cluster.wait_condition(ES, "bad", "first")
    cluster.create(ES, "bad", "second", external_secret("good", "shared", {"A": "text"}))
    fails(cluster, "second", "owned by another ExternalSecret: first", "spec.target.name")
    assert cluster.secret("bad", "shared") == {"A": "1"}


def test_a_payload_that_is_not_json_says_so_and_keeps_it_to_itself(cluster):
    spec = external_secret("good", "not-json", {"A": "text"})
    spec["data"][0]["remoteRef"]["property"] = "x"
    cluster.create(ES, "bad", "not-json", spec)
    said = fails(cluster, "not-json", "text", "JSON")
    assert CANARY not in said


def kubernetes_store(cluster: Cluster, name: str, url: str, ca: bytes, token: str):
    """A store on another cluster, reached with a token."""
    cluster.core.create_namespaced_secret("bad", {"metadata": {"name": f"{name}-token"}, "stringData": {"token": token}})
    server = {"url": url, "caBundle": base64.b64encode(ca).decode()}
    auth = {"token": {"bearerToken": {"name": f"{name}-token", "key": "token"}}}
    cluster.create(STORES, "bad", name, {"provider": {"kubernetes": {"remoteNamespace": "bad", "server": server, "auth": auth}}})
    cluster.create(ES, "bad", name, external_secret(name, name, {"A": "aws"}))


def store_warns(cluster: Cluster, name: str, word: str):
    """Today's API keeps such a store Ready, with reason ValidationUnknown: the event tells."""
    cluster.wait_condition(STORES, "bad", name, "True", reason="ValidationUnknown")
    events = wait_for(lambda: [e.message for e in cluster.events("bad", name) if e.type == "Warning" and word in e.message],
                      30, f"a Warning that says {word}")
    assert not any(CANARY in e for e in events)


def test_an_unreachable_store_is_named_with_its_address(cluster, plane):
    address = f"127.0.0.1:{free_port()}"
    kubernetes_store(cluster, "unreachable", f"https://{address}", plane.ca_path.read_bytes(), CANARY)
    store_warns(cluster, "unreachable", address)
    fails(cluster, "unreachable", address)


def test_wrong_credentials_are_said_by_the_store(cluster, plane):
    kubernetes_store(cluster, "intruder", plane.url, plane.ca_path.read_bytes(), CANARY)
    store_warns(cluster, "intruder", "Unauthorized")
    fails(cluster, "intruder", "Unauthorized")


def test_a_key_that_aws_does_not_have_is_named(cluster):
    cluster.core.create_namespaced_secret("bad", {"metadata": {"name": "aws"}, "stringData": {"id": "AKIAWRONG", "key": CANARY}})
    ref = lambda key: {"name": "aws", "key": key}  # noqa: E731
    cluster.create(STORES, "bad", "aws", {"provider": {"aws": {
        "service": "SecretsManager", "region": "us-east-1",
        "auth": {"secretRef": {"accessKeyIDSecretRef": ref("id"), "secretAccessKeySecretRef": ref("key")}}}}})
    cluster.create(ES, "bad", "aws", external_secret("aws", "aws", {"A": "absent/in-aws"}))
    fails(cluster, "aws", "absent/in-aws")


def test_a_missing_secret_in_env_from_is_named_by_the_instance(cluster):
    cluster.create(INSTANCES, "bad", "agent", instance("not-there"))
    condition = cluster.wait_condition(INSTANCES, "bad", "agent", "False", "SecretsReady")
    assert "not-there" in condition["message"]


def refused_instance(cluster: Cluster, spec: dict) -> str:
    with pytest.raises(k8s.client.ApiException) as refused:
        cluster.create(INSTANCES, "bad", "never", spec)
    assert refused.value.status == 422, refused.value
    return json.loads(refused.value.body)["message"]


@pytest.mark.parametrize("row, spec, words", [
    ("B300", {"image": {"tag": ""}}, ["spec.image"]),
    ("B301", {"image": {"pullPolicy": "Sometimes"}}, ["spec.image.pullPolicy", "Sometimes"]),
    ("B302", {"env": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}, ["spec.env", "Duplicate"]),
])
def test_what_the_schema_of_an_instance_refuses_is_named(cluster, row, spec, words):
    said = refused_instance(cluster, spec)
    for word in words:
        assert word in said, (row, said)


def test_b303_a_field_that_an_instance_does_not_have_is_pruned(cluster):
    made = cluster.create(INSTANCES, "bad", "foo-field", {"foo": {"a": 1}, "suspended": True})
    assert "foo" not in made["spec"] and made["spec"]["suspended"] is True


def test_a_stateful_set_with_another_selector_is_left_as_it_is_and_named(cluster):
    cluster.apps.create_namespaced_stateful_set("bad", {"metadata": {"name": "taken"}, "spec": {
        "serviceName": "x", "replicas": 0, "podManagementPolicy": "OrderedReady", "selector": {"matchLabels": {"app": "other"}},
        "template": {"metadata": {"labels": {"app": "other"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}})
    before = cluster.apps.read_namespaced_stateful_set("taken", "bad").spec
    cluster.create(INSTANCES, "bad", "taken", {})
    condition = cluster.wait_condition(INSTANCES, "bad", "taken", "False", reason="ReconcileFailed")
    assert 'StatefulSet "taken"' in condition["message"], condition
    assert cluster.apps.read_namespaced_stateful_set("taken", "bad").spec == before
    wait_for(lambda: [e for e in cluster.events("bad", "taken") if e.reason == "ReconcileFailed" and e.type == "Warning"], 30, "the Warning")


def test_a_role_binding_to_another_role_is_left_as_it_is_and_named(cluster, plane):
    rbac = k8s.client.RbacAuthorizationV1Api(plane.api_client())
    rbac.create_namespaced_role_binding("bad", {"metadata": {"name": "bound"}, "roleRef": {
        "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "other"}})
    cluster.create(INSTANCES, "bad", "bound", {})
    condition = cluster.wait_condition(INSTANCES, "bad", "bound", "False", reason="ReconcileFailed")
    assert 'RoleBinding "bound"' in condition["message"], condition
    assert rbac.read_namespaced_role_binding("bound", "bad").role_ref.name == "other"


def test_the_good_ones_go_on(cluster):
    cluster.create(ES, "bad", "good", external_secret("good", "good", {"A": "text"}))
    cluster.wait_condition(ES, "bad", "good")
    assert cluster.secret("bad", "good") == {"A": CANARY}


def test_the_canary_is_nowhere_but_in_its_secret(cluster, plane, operator):
    assert cluster.secret("bad", "good") == {"A": CANARY}
    assert CANARY not in operator.log()
    assert CANARY not in operator.get("/metrics")[1]
    for kind in ("externalsecrets", "openclawinstances", "events", "statefulsets", "pods"):
        assert CANARY not in plane.kubectl("get", kind, "-A", "-o", "json"), kind
    process = open(f"/proc/{operator.process.popen.pid}/cmdline").read() + open(f"/proc/{operator.process.popen.pid}/environ").read()
    assert CANARY not in process
