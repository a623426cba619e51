"""`rotor doctor` on a real API server, among the leavings of today's operators."""

import json
import subprocess

import kubernetes as k8s
import pytest
import yaml

from harness import tools
from harness.objects import ES, INSTANCES, STORES, Cluster, external_secret, instance
from harness.operator import SERVICE_ACCOUNT
from harness.operator import NAMESPACE as ROTORS

OTHERS = {"external-secrets": "ghcr.io/external-secrets/external-secrets:v2.9.0",
          "openclaw-operator": "ghcr.io/openclaw-rocks/openclaw-operator:0.38.3", "reloader": "ghcr.io/stakater/reloader:v1.4.0"}
CRD = "externalsecrets.external-secrets.io"
# A kind of that operator's of which Rotor knows nothing.
UNKNOWN = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "mfas.generators.external-secrets.io"},
           "spec": {"group": "generators.external-secrets.io", "scope": "Namespaced",
                    "names": {"kind": "MFA", "listKind": "MFAList", "plural": "mfas", "singular": "mfa"},
                    "versions": [{"name": "v1alpha1", "served": True, "storage": True,
                                  "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}


def doctor(plane, *flags, kubeconfig=None) -> tuple[int, str, str]:
    done = subprocess.run([tools.rotor(), "doctor", f"--kubeconfig={kubeconfig or plane.kubeconfig}", *flags], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout, done.stderr


def findings(plane, *flags, code=2) -> list[dict]:
    status, out, err = doctor(plane, "-o", "json", *flags)
    assert status == code, out + err
    return json.loads(out)["findings"]


def deployment(name: str, image: str, ns: str, replicas: int = 1) -> dict:
    labels = {"app": name}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name, "namespace": ns},
            "spec": {"replicas": replicas, "selector": {"matchLabels": labels},
                     "template": {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "manager", "image": image}]}}}}


def test_a_cluster_that_is_ready_is_called_so(plane):
    """The first here: others come with their leavings."""
    ns = Cluster(plane).namespace("doctor-clean")
    assert findings(plane, "-n", ns, code=0) == []
    assert doctor(plane, "-n", ns)[1] == "nothing is in the way of Rotor\n"


@pytest.fixture(scope="module")
def used(plane):
    """A cluster with today's operators in it, all of it in one namespace."""
    cluster = Cluster(plane)
    ns = cluster.namespace("doctor")
    documents = [UNKNOWN, *(deployment(name, image, ns) for name, image in OTHERS.items()), deployment("stopped", OTHERS["external-secrets"], ns, 0)]
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
    plane.kubectl("wait", "--for=condition=Established", "crd", UNKNOWN["metadata"]["name"], "--timeout=60s")
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump({"apiVersion": "generators.external-secrets.io/v1alpha1", "kind": "MFA",
                                                           "metadata": {"name": "otp", "namespace": ns}, "spec": {}}))
    plane.kubectl("annotate", "crd", CRD, "meta.helm.sh/release-name=external-secrets", "meta.helm.sh/release-namespace=tools")
    cluster.create(STORES, ns, "ibm", {"provider": {"ibm": {"serviceUrl": "https://example.com"}}})
    cluster.create(ES, ns, "keys", external_secret("ibm", "keys", {"K": "k"}))
    generated = {"target": {"name": "made"}, "dataFrom": [{"sourceRef": {"generatorRef": {"apiVersion": "generators.external-secrets.io/v1alpha1", "kind": "Grafana", "name": "g"}}}]}
    cluster.create(ES, ns, "made", generated)
    cluster.create(INSTANCES, ns, "agent", instance("keys", autoUpdate={"enabled": True}))
    plane.kubectl("-n", ns, "create", "serviceaccount", "poor")
    yield ns
    plane.kubectl("annotate", "crd", CRD, "meta.helm.sh/release-name-", "meta.helm.sh/release-namespace-")
    plane.kubectl("delete", "crd", UNKNOWN["metadata"]["name"])
    plane.kubectl("delete", "namespace", ns, "--wait=false")


def test_what_todays_operators_leave_is_found_and_each_thing_has_its_way_out(plane, used):
    found = {(f["check"], f["object"]): f for f in findings(plane, "-n", used)}
    assert all(f["wayOut"] for f in found.values())
    assert {name for check, name in found if check == "operator"} == {f"deployment/{used}/{name}" for name in OTHERS}
    assert "scale deployment openclaw-operator --replicas=0" in found["operator", f"deployment/{used}/openclaw-operator"]["wayOut"]
    assert "provider ibm" in found["objects", f"secretstore/{used}/ibm"]["says"]
    assert "generator Grafana" in found["objects", f"externalsecret/{used}/made"]["says"]
    assert "spec.autoUpdate" in found["objects", f"openclawinstance/{used}/agent"]["says"]
    assert "1 of them, and Rotor has no MFA" in found["objects", "mfas.generators.external-secrets.io"]["says"]
    assert "Helm release tools/external-secrets" in found["CRD", f"customresourcedefinition/{CRD}"]["says"]
    assert len(found) == 8, found.keys()


def test_the_table_is_for_people_and_ends_with_how_many(plane, used):
    status, out, err = doctor(plane, "-n", used)
    assert status == 2 and not err
    assert "→ before Rotor starts: kubectl -n doctor scale deployment external-secrets --replicas=0\n" in out
    assert out.endswith("\n8 things are in the way of Rotor\n")


def test_the_rights_that_are_shipped_are_all_that_is_asked_for(plane, used):
    found = findings(plane, "-n", used, f"--service-account={ROTORS}/{SERVICE_ACCOUNT}", "--features=secrets,cluster,openclaw,webhook,leader")
    assert not [f for f in found if f["check"] == "rights"], found


def test_rights_that_are_missing_are_named_by_verb_and_resource(plane, used):
    rights = {f["object"]: f["says"] for f in findings(plane, "-n", used, f"--service-account={used}/poor", "--features=secrets") if f["check"] == "rights"}
    assert rights["secrets"] == f"ServiceAccount {used}/poor may not create, delete, get, list, patch, update, watch them in namespace {used}"
    assert "externalsecrets.external-secrets.io" in rights and "statefulsets.apps" not in rights


def test_who_may_not_look_is_told_so(plane, used):
    core = k8s.client.CoreV1Api(plane.api_client())
    token = core.create_namespaced_service_account_token("poor", used, k8s.client.AuthenticationV1TokenRequest(
        spec=k8s.client.V1TokenRequestSpec(audiences=["https://kubernetes.default.svc.cluster.local"], expiration_seconds=3600))).status.token
    kubeconfig = plane.write_kubeconfig(plane.kubeconfig_path("poor"), token)
    status, out, err = doctor(plane, kubeconfig=kubeconfig)
    assert status == 2, out + err
    assert "not looked at  customresourcedefinitions.apiextensions.k8s.io: " in out and "cannot list resource" in out
    assert "whoever asks here may not" in out


def test_a_server_that_cannot_be_asked_is_an_error(tmp_path):
    nowhere = tmp_path / "kubeconfig"
    nowhere.write_text("{current-context: c, contexts: [{name: c, context: {cluster: k}}], clusters: [{name: k, cluster: {server: 'http://127.0.0.1:1'}}]}")
    done = subprocess.run([tools.rotor(), "doctor", f"--kubeconfig={nowhere}"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 1 and done.stderr.startswith("rotor doctor: ") and not done.stdout
    wrong = subprocess.run([tools.rotor(), "doctor", "--features=everything"], capture_output=True, text=True)
    assert wrong.returncode == 2 and "secrets, secrets/stores, secrets/tokens, cluster, " in wrong.stderr
