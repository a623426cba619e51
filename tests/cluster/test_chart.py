"""deploy/chart: what it makes of values, and what a cluster makes of that."""

import importlib.machinery
import importlib.util
import subprocess
import sys

import pytest
import yaml

from harness import tools
from harness.objects import ES, STORES, Cluster, external_secret
from harness.operator import Operator
from harness.processes import wait_for

ROOT = tools.ROOT
DEPLOY = ROOT / "deploy"
CLUSTER_KINDS = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "ValidatingWebhookConfiguration"}

loader = importlib.machinery.SourceFileLoader("render_deploy", str(ROOT / "tools" / "render-deploy"))
render_deploy = importlib.util.module_from_spec(importlib.util.spec_from_loader("render_deploy", loader))
loader.exec_module(render_deploy)


def chart(values: dict | None = None) -> list[dict]:
    return render_deploy.helm(values=values or {})


def find(documents: list[dict], kind: str, name: str | None = None) -> dict | None:
    return next((d for d in documents if d["kind"] == kind and name in (None, d["metadata"]["name"])), None)


def args(values: dict) -> list[str]:
    return find(chart(values), "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"]


def rights(documents: list[dict], kind: str = "ClusterRole", name: str = "rotor") -> set[tuple[str, str, str]]:
    """(group, resource, verb)"""
    rules = find(documents, kind, name)["rules"]
    return {(g, r, v) for rule in rules for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]}


def by_name(documents: list[dict]) -> dict:
    return {(d["kind"], d["metadata"]["name"]): d for d in documents}


def test_generated_files_are_in_step():
    done = subprocess.run([sys.executable, ROOT / "tools" / "render-deploy"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_plain_manifests_are_what_the_chart_makes_with_its_own_values():
    kustomized = subprocess.run([tools.kubernetes("kubectl"), "kustomize", DEPLOY], check=True, capture_output=True, text=True)
    plain = by_name(render_deploy.documents(kustomized.stdout))
    assert plain.pop(("Namespace", "rotor-system"))  # helm's own flag makes it
    own = {"rbac": {"aggregateToView": False, "aggregateToEdit": False}}
    rendered = by_name(chart(own))
    # The plain ClusterRole is for every feature, the webhook's included.
    rendered["ClusterRole", "rotor"] = find(chart(own | {"webhook": {"create": True}}), "ClusterRole", "rotor")
    for (kind, _), document in rendered.items():
        if kind == "CustomResourceDefinition":
            assert document["metadata"]["annotations"].pop("helm.sh/resource-policy") == "keep"
            if not document["metadata"]["annotations"]:
                del document["metadata"]["annotations"]
    assert plain.keys() == rendered.keys()
    for key, document in rendered.items():
        assert plain[key] == document, key


@pytest.mark.parametrize("wrong, path", [
    ({"replicaCount": "two"}, "replicaCount"), ({"replicacount": 2}, "replicacount"), ({"image": {"pullPolicy": "Often"}}, "pullPolicy"),
    ({"log": {"level": "loud"}}, "level"), ({"storeRequeueInterval": "5 minutes"}, "storeRequeueInterval"),
    ({"webhook": {"port": 70000}}, "port"), ({"scopedNamespace": "a,b"}, "scopedNamespace"),
    ({"genericTargets": {"resources": [{"apiGroup": ""}]}}, "resources"), ({"scopedRBAC": True, "webhook": {"create": True}}, "webhook.create")])
def test_wrong_values_are_refused_with_their_path(wrong, path):
    with pytest.raises(RuntimeError, match=path):
        chart(wrong)


@pytest.mark.parametrize("values, gone", [
    ({"processClusterStore": False}, ("external-secrets.io", "clustersecretstores")),
    ({"processClusterExternalSecret": False}, ("external-secrets.io", "clusterexternalsecrets")),
    ({"processClusterGenerator": False}, ("generators.external-secrets.io", "clustergenerators")),
    ({"openclaw": {"enabled": False}}, ("apps", "statefulsets")),
    ({"rbac": {"serviceAccountTokenCreate": False}}, ("", "serviceaccounts/token"))])
def test_rights_go_with_the_features_that_are_off(values, gone):
    assert any(right[:2] == gone for right in rights(chart()))
    assert not any(right[:2] == gone for right in rights(chart(values)))
    assert rights(chart(values)) < rights(chart())


def test_rights_come_with_the_features_that_are_on():
    more = rights(chart({"webhook": {"create": True}})) - rights(chart())
    assert {right[:2] for right in more} == {("admissionregistration.k8s.io", "validatingwebhookconfigurations")}
    targets = {"genericTargets": {"enabled": True, "resources": [{"apiGroup": "", "resources": ["configmaps"]}]}}
    assert rights(chart(targets)) - rights(chart()) == {("", "configmaps", verb) for verb in ("update", "delete")}  # Rotor makes its own


def test_one_replica_elects_no_leader_and_has_no_right_to():
    one = chart({"replicaCount": 1})
    assert find(one, "Role") is None and find(one, "PodDisruptionBudget") is None
    assert "--leader-elect" not in args({"replicaCount": 1}) and "--leader-elect" in args({})


@pytest.mark.parametrize("values, flag", [
    ({"scopedNamespace": "shop"}, "--namespace=shop"), ({"scopedRBAC": True}, "--namespace=rotor-system"),
    ({"scopedRBAC": True}, "--enable-cluster-store-reconciler=false"), ({"controllerClass": "mine"}, "--controller-class=mine"),
    ({"concurrent": 5}, "--concurrent=5"), ({"storeRequeueInterval": "1m"}, "--store-requeue-interval=1m"),
    ({"extendedMetricLabels": True}, "--enable-extended-metric-labels"), ({"processClusterStore": False}, "--enable-cluster-store-reconciler=false"),
    ({"processSecretStore": False}, "--enable-secret-store-reconciler=false"), ({"log": {"level": "debug"}}, "--loglevel=debug"),
    ({"genericTargets": {"enabled": True}}, "--unsafe-allow-generic-targets"), ({"leaderElectionID": "x"}, "--leader-election-id=x"),
    ({"leaderElectionLeaseDuration": "30s"}, "--leader-election-lease-duration=30s"), ({"extraArgs": {"min-refresh-interval": "10s"}}, "--min-refresh-interval=10s"),
    ({"metrics": {"listen": {"port": 9090}}}, "--metrics-addr=:9090"), ({"metrics": {"listen": {"secure": {"enabled": True}}}}, "--metrics-secure"),
    ({"webhook": {"create": True}}, "--webhook-addr=:10250"), ({"webhook": {"create": True, "certCheckInterval": "1m"}}, "--check-interval=1m"),
    ({"openclaw": {"enabled": False}}, "--enable-openclaw-reconciler=false")])
def test_values_of_todays_chart_become_flags_that_rotor_takes(values, flag):
    given = args(values)
    assert flag in given
    help_text = subprocess.run([tools.rotor(), "operator", "--help"], capture_output=True, text=True, check=True).stdout
    for arg in given[1:]:
        assert arg.split("=")[0] in help_text, arg


def test_values_without_meaning_here_are_accepted():
    old = {"certController": {"create": True}, "crds": {"createPushSecret": False}, "vault": {"enableTokenCache": True}, "enableHTTP2": False,
           "openshiftFinalizers": True, "processPushSecret": False, "image": {"flavour": ""}, "log": {"timeEncoding": "epoch"}}
    assert by_name(chart(old)) == by_name(chart())


@pytest.mark.parametrize("path", sorted((DEPLOY / "chart" / "examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_examples_render(path):
    assert find(chart(yaml.safe_load(path.read_text())), "Deployment")


def test_a_scoped_installation_has_no_cluster_rights_and_works(plane, request):
    cluster = Cluster(plane)
    ns = cluster.namespace("scoped")
    values = yaml.safe_load((DEPLOY / "chart" / "examples" / "one-namespace.yaml").read_text()) | {"scopedNamespace": ns, "fullnameOverride": "scoped"}
    documents = chart(values)
    assert {d["kind"] for d in documents} & CLUSTER_KINDS == set()
    plane.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(documents))
    flags = [arg for arg in find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]["args"][1:] if "leader" not in arg]
    operator = Operator(plane, flags=flags, name="scoped", account="scoped")
    request.addfinalizer(operator.stop)
    operator.start()
    cluster.create(STORES, ns, "store", {"provider": {"fake": {"data": [{"key": "k", "value": "v"}]}}})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    wait_for(lambda: cluster.secret(ns, "keys") == {"K": "v"}, 30, "the Secret")
    assert "forbidden" not in operator.log().lower(), operator.log()[-2000:]
    plane.kubectl("delete", "-f", "-", stdin=yaml.safe_dump_all(documents))
    assert cluster.secret(ns, "keys") == {"K": "v"}
