"""Our webhook, asked by a real API server; and the embedded server, which has to refuse in the same words."""

import base64
import json
import pathlib
import shutil
import signal
import ssl
import tempfile
import time
import urllib.error
import urllib.request

import pytest
import yaml

from harness import tools
from harness.control_plane import ControlPlane
from harness.objects import Cluster, ES, STORES, external_secret, fake_store
from harness.operator import Operator, install
from harness.processes import Process, free_port, wait_for

NAMES = {"externalsecrets": "ExternalSecret", "secretstores": "SecretStore", "clustersecretstores": "ClusterSecretStore",
         "openclawinstances": "OpenClawInstance"}
OLD = {"secretStoreRef": {"name": "good"}, "target": {"creationPolicy": "Merge", "deletionPolicy": "Delete"},
       "data": [{"secretKey": "A", "remoteRef": {"key": "a"}}]}


class Asked:
    """What one API server answers: status, Status object, warnings."""

    def __init__(self, kubeconfig: pathlib.Path):
        config = yaml.safe_load(kubeconfig.read_text())
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        ca = cluster.get("certificate-authority-data")
        self.context = ssl.create_default_context(
            cadata=base64.b64decode(ca).decode() if ca else pathlib.Path(cluster["certificate-authority"]).read_text())
        self.url, self.token = cluster["server"], user["token"]

    def send(self, method: str, path: str, body: dict | None = None, kind: str = "application/json"):
        request = urllib.request.Request(self.url + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                         headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind})
        try:
            answer = urllib.request.urlopen(request, timeout=20, context=self.context)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            return answer.status, json.loads(answer.read() or b"null"), answer.headers.get_all("Warning") or []

    def create(self, plural: str, name: str, spec: dict, version: str = "v1", query: str = ""):
        api = "openclaw.rocks/v1alpha1" if plural == "openclawinstances" else f"external-secrets.io/{version}"
        body = {"apiVersion": api, "kind": NAMES[plural], "metadata": {"name": name}, "spec": spec}
        where = "" if plural.startswith("cluster") else "/namespaces/adm"
        return self.send("POST", f"/apis/{api}{where}/{plural}{query}", body)


@pytest.fixture(scope="module")
def plane(request):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rotor-admission-"))
    if not request.config.getoption("--keep"):
        request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    plane = ControlPlane(folder, with_nodes=False)
    request.addfinalizer(plane.stop)
    plane.start()
    install(plane)
    return plane


@pytest.fixture(scope="module")
def cluster(plane):
    cluster = Cluster(plane)
    cluster.namespace("adm")
    fake_store(cluster, "adm", "good", {"a": "1"})
    cluster.create(ES, "adm", "old", OLD)  # before anybody judges
    return cluster


@pytest.fixture(scope="module")
def webhook(request, plane, cluster):
    """The operator with its webhook, and deploy/webhook.yaml with the address that this machine can reach."""
    port = free_port()
    for document in yaml.safe_load_all((tools.ROOT / "deploy" / "webhook.yaml").read_text()):
        if document["kind"] != "ValidatingWebhookConfiguration":
            continue
        for hook in document["webhooks"]:
            hook["clientConfig"] = {"url": f"https://127.0.0.1:{port}{hook['clientConfig']['service']['path']}"}
        plane.kubectl("apply", "-f", "-", stdin=json.dumps(document))
    operator = Operator(plane, flags=[f"--webhook-addr=127.0.0.1:{port}", "--dns-name=127.0.0.1", "--webhook-shutdown-delay=0s"])
    request.addfinalizer(operator.stop)
    operator.start()
    bundles = lambda: plane.kubectl("get", "validatingwebhookconfigurations", "-o",  # noqa: E731
                                    "jsonpath={range .items[*].webhooks[*]}{.clientConfig.caBundle}{\"\\n\"}{end}").split()
    wait_for(lambda: len(bundles()) == 4, 30, "the CA bundle in every webhook")
    # In force a moment after it is written.
    wait_for(lambda: Asked(plane.kubeconfig).create("externalsecrets", "probe", {}, query="?dryRun=All")[0] == 403, 30, "a denial")
    return operator


@pytest.fixture(scope="module")
def embedded(request):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rotor-apiserver-"))
    request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    kubeconfig = folder / "kubeconfig"
    process = Process("apiserver", [tools.rotor(), "apiserver", "--kubeconfig-out", kubeconfig], folder).start()
    request.addfinalizer(process.stop)
    wait_for(kubeconfig.exists, 30, "the embedded server")
    asked = Asked(kubeconfig)
    for path in sorted((tools.ROOT / "deploy" / "crds").glob("*.json")):
        assert asked.send("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", json.loads(path.read_text()))[0] == 201
    asked.send("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "adm"}})
    return asked


TARGET = {"template": {"type": "bootstrap.kubernetes.io/token", "templateFrom": [{"target": "type"}]}}
TWICE = [{"secretKey": "a", "remoteRef": {"key": k}} for k in "xy"]
CASES = {
    "empty": ("externalsecrets", {}),
    "delete-merge": ("externalsecrets", OLD),
    "merge-none": ("externalsecrets", {"target": {"creationPolicy": "None", "deletionPolicy": "Merge"}, "data": TWICE}),
    "find-extract": ("externalsecrets", {"dataFrom": [{"find": {}, "extract": {"key": "k"}}, {}]}),
    "empty-source": ("externalsecrets", {"dataFrom": [{"sourceRef": {}}]}),
    "twice": ("externalsecrets", {"data": TWICE}),
    "twice-merge": ("externalsecrets", {"target": {"deletionPolicy": "Merge"}, "data": TWICE}),
    "template": ("externalsecrets", {"target": TARGET, "data": TWICE[:1]}),
    "good": ("externalsecrets", external_secret("good", "t", {"A": "a"})),
    "fake": ("secretstores", {"provider": {"fake": {"data": [{"key": "k", "value": "v"}]}}}),
    "none": ("secretstores", {"provider": {}}),
    "two": ("secretstores", {"provider": {"fake": {"data": []}, "kubernetes": {}}}),
    "unknown": ("secretstores", {"provider": {"carrierpigeon": {}}}),
    "interval": ("secretstores", {"refreshInterval": "10", "provider": {"fake": {"data": []}}}),
    "agent": ("openclawinstances", {"envFrom": [{"secretRef": {"name": "keys"}}], "image": {"tag": "v1"}}),
    "warned": ("openclawinstances", {"security": {"networkPolicy": {"enabled": False}}}),
    "root": ("openclawinstances", {"security": {"podSecurityContext": {"runAsUser": 0}}}),
    "bundles": ("openclawinstances", {"security": {"caBundle": {"configMapName": "a", "secretName": "b"}}, "skills": ["npm:"]}),
    "a" * 53: ("openclawinstances", {}),
    "regexes": ("clustersecretstores", {"provider": {"fake": {"data": []}}, "conditions": [{"namespaceRegexes": ["[", "ok", "a("]}]}),
}


@pytest.mark.parametrize("name", CASES)
def test_both_servers_answer_the_same(plane, webhook, embedded, name):
    plural, spec = CASES[name]
    (status, real, warnings), (status_here, here, warnings_here) = (
        s.create(plural, name, spec, query="?dryRun=All") for s in (Asked(plane.kubeconfig), embedded))
    assert status == status_here, (real, here)
    if status >= 400:
        assert real == here
    else:
        assert warnings == warnings_here


def test_the_denial_names_the_webhook_and_everything_that_is_wrong(plane, webhook):
    status, said, _ = Asked(plane.kubeconfig).create("externalsecrets", "x", {"target": OLD["target"]})
    assert (status, said["reason"]) == (403, "Forbidden")
    assert said["message"] == (
        'admission webhook "validate.externalsecret.external-secrets.io" denied the request: deletionPolicy=Delete must not be used '
        "when the controller doesn't own the secret. Please set creationPolicy=Owner\neither data or dataFrom should be specified")


def test_v1beta1_is_judged_by_the_same_rules(plane, webhook):
    status, said, _ = Asked(plane.kubeconfig).create("externalsecrets", "x", {"data": TWICE}, version="v1beta1")
    assert status == 403 and "duplicate secretKey found: a" in said["message"], said


def test_kubectl_shows_the_warning(plane, webhook):
    manifest = {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "shown", "namespace": "adm"},
                "spec": CASES["fake"][1]}
    said = plane.kubectl("apply", "-f", "-", stdin=json.dumps(manifest), check=False)
    assert "Warning: store shown isn't currently maintained" in said and "created" in said, said


def test_what_is_older_than_the_webhook_can_be_served_and_deleted(cluster, plane, webhook):
    cluster.wait_condition(ES, "adm", "old", reason="SecretMissing")  # there is none to merge with
    wait_for(lambda: cluster.get(ES, "adm", "old")["metadata"].get("finalizers"), 30, "our finalizer")
    plane.kubectl("-n", "adm", "delete", "externalsecret", "old", "--timeout=30s")


def test_the_operators_secret_holds_the_bundle_that_the_api_server_has(cluster, plane, webhook):
    kept = cluster.secret("rotor-system", "rotor-webhook-certificate")
    assert set(kept) == {"ca.crt", "ca.key", "tls.crt", "tls.key"}
    bundle = plane.kubectl("get", "validatingwebhookconfiguration", "secretstore-validate", "-o", "jsonpath={.webhooks[0].clientConfig.caBundle}")
    assert base64.b64decode(bundle).decode() == kept["ca.crt"]
    assert kept["tls.key"] not in webhook.log() and "PRIVATE KEY" not in webhook.log()


def test_a_sync_goes_on_as_ever(cluster, webhook):
    cluster.wait_condition(STORES, "adm", "good")
    cluster.create(ES, "adm", "synced", external_secret("good", "synced", {"A": "a"}))
    cluster.wait_condition(ES, "adm", "synced")
    assert cluster.secret("adm", "synced") == {"A": "1"}


def answers(port: int) -> bool:
    """A new connection, as an API server makes that has not heard of the end; it is nobody to be trusted here."""
    context = ssl._create_unverified_context()  # noqa: S323
    try:
        urllib.request.urlopen(f"https://127.0.0.1:{port}/nowhere", timeout=2, context=context)
    except urllib.error.HTTPError as error:
        return error.code == 404
    except OSError:
        return False


def test_after_sigterm_a_replica_hands_over_and_its_webhook_still_answers_for_a_while(plane, cluster, request):
    ns = cluster.namespace("going")
    ports, replicas = (free_port(), free_port()), []
    for i, port in enumerate(ports):
        flags = ["--leader-elect", f"--controller-class={ns}", f"--namespace={ns}", "--enable-openclaw-reconciler=false",
                 f"--webhook-addr=127.0.0.1:{port}", "--dns-name=127.0.0.1", "--webhook-shutdown-delay=60s"]
        replicas.append(Operator(plane, flags=flags, name=f"going-{i}"))
        request.addfinalizer(replicas[-1].kill)
        replicas[-1].start()
        wait_for(lambda r=replicas[-1]: "leads" in r.log(), 20, "the replica to lead or to stand by")
    first, second = replicas
    began = time.monotonic()
    first.process.popen.send_signal(signal.SIGTERM)
    wait_for(lambda: "this replica leads" in second.log(), 10, "the standby to lead")
    assert time.monotonic() - began < 5, "the Lease was not given back: it runs for 15 s"
    assert first.process.alive() and answers(ports[0]) and first.get("/livez")[0] == 200
    first.process.popen.send_signal(signal.SIGTERM)
    assert first.process.popen.wait(5) == 0
    assert not answers(ports[0]) and answers(ports[1])
