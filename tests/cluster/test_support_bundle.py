"""`rotor support-bundle` on a real API server: what it reads, and that no value is in what it writes."""

import base64
import json
import stat
import subprocess
import tarfile

import kubernetes as k8s
import pytest
import yaml

from harness import tools
from harness.objects import ES, INSTANCES, STORES, Cluster, external_secret, instance

CANARY = "canary-5b1f-value"
NOTE = {"annotations": {"note": CANARY}}


@pytest.fixture(scope="module")
def planted(plane):
    """A value everywhere that one can lie."""
    cluster = Cluster(plane)
    ns = cluster.namespace("bundle")
    env = [{"name": "TOKEN", "value": CANARY}]
    rotors = {"metadata": {"labels": {"app.kubernetes.io/name": "rotor"}, **NOTE},
              "spec": {"containers": [{"name": "rotor", "image": "rotor:0.1.0", "args": ["operator"], "env": env},
                                      {"name": "other", "image": "other", "args": [f"--password={CANARY}"]}]}}
    deployment = {"apiVersion": "apps/v1", "kind": "Deployment",
                  "metadata": {"name": "rotor", "namespace": ns, "labels": {"app.kubernetes.io/name": "rotor"}, **NOTE},
                  "spec": {"replicas": 0, "selector": {"matchLabels": {"app.kubernetes.io/name": "rotor"}}, "template": rotors}}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "keys", "namespace": ns, **NOTE}, "stringData": {"K": CANARY}}
    event = {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "note", "namespace": ns}, "type": "Warning", "reason": "Note", "message": CANARY,
             "involvedObject": {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "namespace": ns, "name": "keys"},
             "source": {"component": "somebody"}}
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all([deployment, secret]))
    plane.kubectl("create", "-f", "-", stdin=yaml.safe_dump(event))
    cluster.create(STORES, ns, "store", {"provider": {"fake": {"data": [{"key": "prod/db", "value": CANARY}]}}})
    spec = external_secret("store", "keys", {"K": "prod/db"})
    spec["target"]["template"] = {"data": {"config": CANARY + " {{ .K }}"}}
    cluster.create(ES, ns, "keys", spec)
    cluster.create(INSTANCES, ns, "agent", instance("keys", env=env, config={"raw": {"token": CANARY}}))
    yield ns
    plane.kubectl("delete", "namespace", ns, "--wait=false")


def bundle(plane, folder, *flags, kubeconfig=None) -> tuple[str, dict[str, str]]:
    """What was printed, and the files by their names in the archive's folder."""
    path = folder / "bundle.tar.gz"
    done = subprocess.run([tools.rotor(), "support-bundle", f"--kubeconfig={kubeconfig or plane.kubeconfig}", "-o", path, *flags],
                          capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with tarfile.open(path) as tar:
        assert all(member.mode == 0o600 for member in tar.getmembers())
        return done.stdout, {member.name.split("/", 1)[1]: tar.extractfile(member).read().decode() for member in tar.getmembers()}


def test_the_archive_holds_what_is_needed_to_help_and_no_value(plane, planted, tmp_path):
    _, files = bundle(plane, tmp_path, "-n", planted, f"--operator-namespace={planted}")
    encoded = base64.b64encode(CANARY.encode()).decode()[:-4]
    for name, text in files.items():
        assert CANARY not in text and encoded not in text, name
    versions = json.loads(files["versions.json"])
    assert versions["apiServer"]["gitVersion"].startswith("v1.")
    assert {crd["metadata"]["name"]: crd["storedVersions"] for crd in versions["crds"]}["externalsecrets.external-secrets.io"] == ["v1"]
    (store,) = json.loads(files["objects/secretstores.external-secrets.io.json"])
    assert store["spec"]["provider"]["fake"]["data"][0] == {"key": "prod/db", "value": f"(left out: a text of {len(CANARY)} bytes)"}
    assert f"ExternalSecret {planted}/keys" in files["status.txt"] and "doctor.txt" in files
    (event,) = [e for e in json.loads(files["events.json"]) if e["from"] == "somebody"]
    assert event["message"].startswith("(left out: a text of ")
    (deployment,) = json.loads(files["rotor/deployments.json"])
    ours, other = deployment["template"]["containers"]
    assert ours["args"] == ["operator"] and other["args"] == [f"(left out: a text of {len('--password=' + CANARY)} bytes)"]
    assert all(name in files["README.txt"] for name in files if name != "README.txt")


def test_who_may_read_little_gets_what_he_may_and_is_told_the_rest(plane, planted, tmp_path):
    plane.kubectl("-n", planted, "create", "serviceaccount", "reader")
    plane.kubectl("-n", planted, "create", "role", "reader", "--verb=list", "--resource=externalsecrets.external-secrets.io,secretstores.external-secrets.io")
    plane.kubectl("-n", planted, "create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={planted}:reader")
    token = k8s.client.CoreV1Api(plane.api_client()).create_namespaced_service_account_token("reader", planted, k8s.client.AuthenticationV1TokenRequest(
        spec=k8s.client.V1TokenRequestSpec(audiences=["https://kubernetes.default.svc.cluster.local"], expiration_seconds=3600))).status.token
    said, files = bundle(plane, tmp_path, "-n", planted, kubeconfig=plane.write_kubeconfig(plane.kubeconfig_path("reader"), token))
    assert "objects/externalsecrets.external-secrets.io.json" in files and "objects/openclawinstances.openclaw.rocks.json" not in files
    assert "could not be had:" in said and "openclawinstances.openclaw.rocks" in said
    assert "WHAT COULD NOT BE HAD" in files["README.txt"]
