"""deploy/chart on a real API server, by Helm 3 and 4: Rotor runs with exactly the rights of the release, and what is left when
that goes. There are no nodes here: Rotor runs beside the server, with the arguments that its Deployment has."""

import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest
import yaml

from harness import tools
from harness.chart import CHART, DEPLOY, container, render_deploy
from harness.control_plane import ControlPlane
from harness.objects import ES, INSTANCES, STORES, Cluster, external_secret, fake_store, instance, set_fake_values
from harness.operator import NAMESPACE, Operator
from harness.processes import free_port, wait_for
from harness.release import PAGE, page

CRD = "externalsecrets.external-secrets.io"
FIELD = "syncWindows"  # of spec, in every version: an older CRD does not have it


class Helm:
    """One of the two, and the one release there is."""

    def __init__(self, plane: ControlPlane, tool: str):
        self.plane, self.binary = plane, tools.server(tool) / "helm"

    def run(self, verb: str, *arguments, check: bool = True) -> str:
        done = subprocess.run([str(a) for a in (self.binary, verb, "rotor", *arguments, "--namespace", NAMESPACE)], capture_output=True, text=True,
                              timeout=120, env={**os.environ, "KUBECONFIG": str(self.plane.kubeconfig)})
        assert not check or done.returncode == 0, done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def bare(request):
    """An API server on which nothing of ours is installed."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bare-"))
    if not request.config.getoption("--keep"):
        request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    plane = ControlPlane(folder, with_nodes=False)
    request.addfinalizer(plane.stop)
    return plane.start()


@pytest.fixture(scope="module")
def older(tmp_path_factory):
    """The chart as it was before a field came."""
    chart = tmp_path_factory.mktemp("older") / "chart"
    shutil.copytree(CHART, chart)
    path = chart / "files" / "crds" / f"{CRD}.json"
    crd = json.loads(path.read_text())
    for version in crd["spec"]["versions"]:
        version["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"].pop(FIELD, None)
    path.write_text(json.dumps(crd))
    return chart


def fields(plane: ControlPlane) -> set[str]:
    crd = json.loads(plane.kubectl("get", "crd", CRD, "-o", "json"))
    return set(crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"])


@pytest.fixture(scope="module", params=["helm", "helm4"])
def upgraded(request, bare, older):
    """Installed as it was, brought up to date; a later one finds the CRDs that an earlier one left."""
    helm = Helm(bare, request.param)
    helm.run("install", older, "--create-namespace")
    before = fields(bare)
    helm.run("upgrade", CHART, "--set", "webhook.create=true")
    yield bare, helm, before
    helm.run("uninstall", check=False)


def started(plane: ControlPlane, request, name: str, **words: str) -> Operator:
    """With the arguments of the release's Deployment, but for the addresses that a machine without a cluster's network has."""
    deployment = json.loads(plane.kubectl("-n", NAMESPACE, "get", "deployment", "rotor", "-o", "json"))
    given = deployment["spec"]["template"]["spec"]["containers"][0]["args"][1:]
    operator = Operator(plane, flags=[next((f"{flag}={value}" for flag, value in words.items() if arg.startswith(flag + "=")), arg) for arg in given], name=name)
    request.addfinalizer(operator.kill)
    return operator.start()


def typed(plane: ControlPlane, line: str):
    """A line of the page, as somebody would type it."""
    path = f"{tools.server('helm')}:{tools.server('kubernetes')}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", line], cwd=tools.ROOT, capture_output=True, text=True, timeout=120,
                          env={**os.environ, "PATH": path, "KUBECONFIG": str(plane.kubeconfig)})
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def reachable_here(plane: ControlPlane, port: int):
    for name in ("externalsecret-validate", "secretstore-validate", "openclaw-operator-validating-webhook"):
        configuration = json.loads(plane.kubectl("get", "validatingwebhookconfiguration", name, "-o", "json"))
        for hook in configuration["webhooks"]:
            hook["clientConfig"] = {"url": f"https://127.0.0.1:{port}{hook['clientConfig']['service']['path']}"}
        plane.kubectl("replace", "-f", "-", stdin=json.dumps(configuration))


def remains(plane: ControlPlane) -> set[str]:
    own = plane.kubectl("-n", NAMESPACE, "get", "deployments,services,secrets,leases,roles,rolebindings,configmaps,serviceaccounts,poddisruptionbudgets", "-o", "name")
    everywhere = plane.kubectl("get", "clusterroles,clusterrolebindings,validatingwebhookconfigurations,mutatingwebhookconfigurations", "-o", "name")
    return set(own.split()) | {name for name in everywhere.split() if "rotor" in name or "validat" in name and "external" in name}


def test_an_upgrade_brings_a_new_field_to_the_crds_and_removing_it_leaves_what_the_page_says(upgraded, request):
    """The release with its webhook, by each Helm: its rights are enough for it to be ready and in force, and go with it."""
    plane, helm, before = upgraded
    assert FIELD not in before and fields(plane) == before | {FIELD}
    port = free_port()
    reachable_here(plane, port)
    operator = started(plane, request, f"webhook-{helm.binary.parent.name}", **{"--webhook-addr": f"127.0.0.1:{port}", "--dns-name": "127.0.0.1",
                                                                                    "--webhook-shutdown-delay": "0s"})
    refused = {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "x", "namespace": "default"}, "spec": {}}
    ask = lambda: plane.kubectl("create", "--dry-run=server", "-f", "-", stdin=json.dumps(refused), check=False)  # noqa: E731
    wait_for(lambda: "either data or dataFrom should be specified" in ask(), 30, "a denial by the webhook")
    assert "forbidden" not in operator.log().lower(), operator.log()[-2000:]
    operator.stop()
    helm.run("uninstall")
    left = remains(plane) - {"secret/rotor-rotation-key"}  # that is made when something is compared
    assert left == {"secret/rotor-webhook-certificate", "lease.coordination.k8s.io/external-secrets-controller"}
    assert all(f"`{name.split('/')[1]}`" in PAGE.read_text() for name in left)
    assert FIELD in fields(plane)


def test_another_release_takes_the_crds_only_as_the_page_says(bare):
    """After the one before, whose CRDs are still there."""
    other = lambda *more: subprocess.run(  # noqa: E731
        [tools.server("helm") / "helm", "install", "other", CHART, "--namespace", "elsewhere", "--create-namespace", "--dry-run=server", *more],
        capture_output=True, text=True, env={**os.environ, "KUBECONFIG": str(bare.kubeconfig)})
    refused = other()
    assert refused.returncode != 0 and "invalid ownership metadata" in refused.stderr
    assert other("--set", "installCRDs=false").returncode == 0
    assert other("--take-ownership").returncode == 0
    told = PAGE.read_text()
    assert "--set installCRDs=false" in told and "--take-ownership" in told
    typed(bare, page()["Two installations"][0] + " --dry-run=server")


LITTLE = {"processSecretStore": False, "processClusterStore": False, "processClusterExternalSecret": False, "processClusterGenerator": False,
          "openclaw": {"enabled": False}, "rbac": {"serviceAccountTokenCreate": False}, "controllerClass": "little"}


def test_with_everything_off_that_can_be_it_is_ready_with_the_rights_that_are_left(bare, request):
    """And another controller judges the stores."""
    cluster, helm = Cluster(bare), Helm(bare, "helm")
    values = pathlib.Path(bare.state / "little.yaml")
    values.write_text(yaml.safe_dump(LITTLE))
    helm.run("install", CHART, "--values", values)
    request.addfinalizer(lambda: helm.run("uninstall"))
    operator = started(bare, request, "little")
    ns = cluster.namespace("little")
    cluster.create(STORES, ns, "store", {"controller": "little", "provider": {"fake": {"data": [{"key": "k", "value": "v"}]}}})
    judged = {"status": {"conditions": [{"type": "Ready", "status": "True", "reason": "Valid", "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
    cluster.custom.patch_namespaced_custom_object_status(*STORES[:2], ns, STORES[2], "store", judged)
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    wait_for(lambda: cluster.secret(ns, "keys") == {"K": "v"}, 30, "the Secret")
    assert "forbidden" not in operator.log().lower(), operator.log()[-2000:]


def test_without_helm_it_works_and_is_removed_as_the_page_says_with_nothing_that_people_wrote(bare, request):
    apply, *remove = page()["Without Helm"]
    typed(bare, apply)
    operator, cluster = started(bare, request, "plain"), Cluster(bare)
    ns = cluster.namespace("plain")
    fake_store(cluster, ns, "store", {"k": "v"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    wait_for(lambda: cluster.secret(ns, "keys") == {"K": "v"}, 30, "the Secret")
    operator.stop()
    for line in remove:
        typed(bare, line)
    left = bare.kubectl("get", "-k", DEPLOY, "-o", "name", "--ignore-not-found").split()
    kept = {name.split("/")[0] for name in left}
    assert kept == {"customresourcedefinition.apiextensions.k8s.io", "namespace"}, left
    assert len(left) == 1 + len(list((DEPLOY / "crds").glob("*.json")))
    assert cluster.secret(ns, "keys") == {"K": "v"} and cluster.get(ES, ns, "keys")


def test_in_one_namespace_that_is_not_its_own_it_restarts_an_agent_and_has_no_right_in_the_cluster(plane, request):
    cluster = Cluster(plane)
    ns, own = cluster.namespace("scoped"), cluster.namespace("scoped-rotor")
    values = yaml.safe_load((CHART / "examples" / "one-namespace.yaml").read_text())
    values |= {"scopedNamespace": ns, "fullnameOverride": "scoped", "namespaceOverride": own, "replicaCount": 1, "extraArgs": {"rotation-quiet-period": "0s"}}
    documents = render_deploy.helm(values=values)
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
    operator = Operator(plane, flags=container(documents)["args"][1:], name="scoped", account="scoped", namespace=own)
    request.addfinalizer(operator.stop)
    operator.start()
    fake_store(cluster, ns, "store", {"k": "first"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    wait_for(lambda: cluster.secret(ns, "keys") == {"K": "first"}, 30, "the Secret")
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    first = wait_for(lambda: cluster.secret_hash(ns, "agent"), 30, "the agent's StatefulSet with the digest of its Secret")
    assert cluster.core.read_namespaced_secret("rotor-rotation-key", own)
    wait_for(lambda: cluster.pod_uid(ns, "agent"), 60, "the agent's pod")
    set_fake_values(cluster, ns, "store", {"k": "second"})
    cluster.force_sync(ns, "keys", "1")
    wait_for(lambda: cluster.secret_hash(ns, "agent") not in (None, first), 60, "the restart")
    assert cluster.condition(INSTANCES, ns, "agent", "RotationKeyUnavailable") == {}
    assert "forbidden" not in operator.log().lower(), operator.log()[-2000:]
    asked = subprocess.run([tools.rotor(), "doctor", f"--kubeconfig={plane.kubeconfig}", "-n", ns, f"--service-account={own}/scoped",
                            "--features=secrets,openclaw,leader", "-o", "json"], capture_output=True, text=True, timeout=60)
    assert not [f for f in json.loads(asked.stdout)["findings"] if f["check"] == "rights"], asked.stdout
    plane.kubectl("delete", "-f", "-", stdin=yaml.safe_dump_all(documents))
    assert cluster.secret(ns, "keys") == {"K": "second"}
