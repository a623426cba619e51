"""deploy/chart: what it makes of values, and what a cluster makes of that."""

import copy
import functools
import importlib.machinery
import importlib.util
import json
import subprocess
import sys

import pytest
import yaml

from harness import tools
from harness.objects import ES, STORES, Cluster, external_secret
from harness.operator import Operator
from harness.processes import wait_for
from harness.schemas import kubeconform, write_schemas

ROOT = tools.ROOT
DEPLOY = ROOT / "deploy"
CLUSTER_KINDS = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "ValidatingWebhookConfiguration"}

loader = importlib.machinery.SourceFileLoader("render_deploy", str(ROOT / "tools" / "render-deploy"))
render_deploy = importlib.util.module_from_spec(importlib.util.spec_from_loader("render_deploy", loader))
loader.exec_module(render_deploy)


@functools.cache
def rendered(values: str) -> list[dict]:
    return render_deploy.helm(values=json.loads(values))


def chart(values: dict | None = None) -> list[dict]:
    return copy.deepcopy(rendered(json.dumps(values or {}, sort_keys=True)))


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
    ({"genericTargets": {"resources": [{"apiGroup": ""}]}}, "resources"), ({"logLevel": "loud"}, "logLevel"),
    ({"watchNamespaces": ["a", "b"]}, "watchNamespaces"), ({"metrics": {"bindAddress": "8443"}}, "bindAddress"),
    ({"serviceMonitor": {"interval": "often"}}, "interval"), ({"prometheusRule": {"runbookUrl": "docs"}}, "runbookUrl"),
    ({"livenessProbe": {"periodSeconds": "10"}}, "periodSeconds"), ({"livenessProbe": {"period": 10}}, "period"), ({"scopedRBAC": True, "webhook": {"create": True}}, "webhook.create")])
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
    group = "admissionregistration.k8s.io"
    assert {right[:2] for right in more} == {(group, "validatingwebhookconfigurations"), (group, "mutatingwebhookconfigurations")}
    targets = {"genericTargets": {"enabled": True, "resources": [{"apiGroup": "", "resources": ["configmaps"]}]}}
    assert rights(chart(targets)) - rights(chart()) == {("", "configmaps", verb) for verb in ("update", "delete")}  # Rotor makes its own


def test_with_shards_nobody_leads_and_one_replica_may_become_more():
    for count in (1, 3):
        documents = chart({"shards": 60, "replicaCount": count})
        container = find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]
        assert "--shards=60" in container["args"] and "--leader-elect" not in container["args"]
        assert any("leases" in rule["resources"] for role in documents if role["kind"] == "Role" for rule in role["rules"])
        assert find(documents, "Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


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
    ({"genericTargets": {"enabled": True}}, "--unsafe-allow-generic-targets"), ({"leaderElectionID": "x"}, "--leader-election-id=x"), ({"shards": 60}, "--shards=60"),
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


# The values file of the OpenClaw operator's chart, 0.38, with everything in it that can be set.
OPENCLAW = {
    "replicaCount": 1, "imagePullSecrets": [], "nameOverride": "", "fullnameOverride": "",
    "serviceAccount": {"create": True, "automount": True, "annotations": {}, "name": ""}, "podAnnotations": {}, "podLabels": {},
    "livenessProbe": {"httpGet": {"path": "/healthz", "port": 8081}, "initialDelaySeconds": 15, "periodSeconds": 20},
    "readinessProbe": {"httpGet": {"path": "/readyz", "port": 8081}, "initialDelaySeconds": 5, "periodSeconds": 10},
    "nodeSelector": {}, "tolerations": [], "affinity": {}, "logLevel": "info",
    "leaderElection": {"enabled": True, "resourceName": "openclaw-operator-leader-election"},
    "metrics": {"enabled": True, "bindAddress": ":8443", "secure": True, "service": {"port": 8443, "annotations": {}},
                "serviceMonitor": {"enabled": False, "interval": "", "scrapeTimeout": "", "labels": {}}},
    "otlp": {"enabled": False, "endpoint": "", "insecure": True},
    "webhook": {"enabled": False, "port": 9443, "certManager": {"enabled": True, "issuerRef": {"name": "", "kind": ""}}},
    "networkPolicy": {"enabled": True}, "crds": {"install": True, "keep": True}}


def container(documents: list[dict]) -> dict:
    return find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]


def test_the_values_file_of_the_openclaw_operators_chart_is_taken_as_it_is():
    made = chart(OPENCLAW)
    assert container(made)["args"] == ["operator", "--metrics-secure", "--metrics-addr=:8443"]
    assert {p["name"]: p["containerPort"] for p in container(made)["ports"]} == {"metrics": 8443, "health": 8082}
    assert find(made, "Service")["spec"]["ports"][0]["port"] == 8443
    assert find(made, "NetworkPolicy") and not find(made, "ServiceMonitor") and not find(made, "ValidatingWebhookConfiguration")
    liveness = container(made)["livenessProbe"]
    assert (liveness["initialDelaySeconds"], liveness["periodSeconds"], liveness["httpGet"]["port"]) == (15, 20, "health")


@pytest.mark.parametrize("values, flag", [
    ({"logLevel": "debug"}, "--loglevel=debug"), ({"logLevel": 1}, "--loglevel=debug"), ({"metrics": {"enabled": False}}, "--metrics-addr=0"),
    ({"metrics": {"bindAddress": "127.0.0.1:9"}}, "--metrics-addr=:9"), ({"metrics": {"secure": True}}, "--metrics-secure"),
    ({"watchNamespaces": ["shop"]}, "--namespace=shop"), ({"webhook": {"enabled": True}}, "--webhook-addr=:10250")])
def test_values_of_the_openclaw_operators_chart_mean_what_they_meant(values, flag):
    assert flag in args(values) and flag not in args({})


def test_what_the_openclaw_operators_chart_switches_off_is_off():
    assert "--leader-elect" not in args({"leaderElection": {"enabled": False}})
    assert not find(chart({"crds": {"install": False}}), "CustomResourceDefinition")
    silent = chart({"metrics": {"enabled": False, "serviceMonitor": {"enabled": True}}})
    assert not find(silent, "Service") and not find(silent, "ServiceMonitor")
    monitor = find(chart({"metrics": {"serviceMonitor": {"enabled": True, "interval": "5s", "labels": {"a": "b"}}}}), "ServiceMonitor")
    assert monitor["spec"]["endpoints"][0]["interval"] == "5s" and monitor["metadata"]["labels"] == {"a": "b"}


def test_probes_take_their_times_from_the_values():
    made = container(chart({"livenessProbe": {"spec": {"periodSeconds": 30, "timeoutSeconds": 4}}, "readinessProbe": {"failureThreshold": 9}}))
    assert (made["livenessProbe"]["periodSeconds"], made["livenessProbe"]["timeoutSeconds"], made["livenessProbe"]["failureThreshold"]) == (30, 4, 6)
    assert (made["readinessProbe"]["periodSeconds"], made["readinessProbe"]["failureThreshold"]) == (5, 9)
    assert (made["livenessProbe"]["httpGet"]["path"], made["readinessProbe"]["httpGet"]["path"]) == ("/healthz", "/readyz")


def test_the_webhook_is_registered_for_instances_when_they_are_worked_on():
    """And never in the way of them: nothing looked at them before."""
    name = "openclaw-operator-validating-webhook"
    hook = find(chart({"webhook": {"create": True}}), "ValidatingWebhookConfiguration", name)["webhooks"][0]
    plain = next(d for d in yaml.safe_load_all((DEPLOY / "webhook.yaml").read_text()) if d["metadata"]["name"] == name)["webhooks"][0]
    assert {**hook, "admissionReviewVersions": [], "clientConfig": {}} == {**plain, "admissionReviewVersions": [], "clientConfig": {}}
    assert hook["clientConfig"]["service"]["path"] == plain["clientConfig"]["service"]["path"] and hook["failurePolicy"] == "Ignore"
    assert not find(chart({"webhook": {"create": True}, "openclaw": {"enabled": False}}), "ValidatingWebhookConfiguration", name)


EVERYTHING = {"webhook": {"create": True}, "serviceMonitor": {"enabled": True}, "prometheusRule": {"enabled": True, "runbookUrl": "https://example.com"},
              "grafanaDashboard": {"enabled": True}, "networkPolicy": {"enabled": True},
              "genericTargets": {"enabled": True, "resources": [{"apiGroup": "", "resources": ["configmaps"]}]}}
WITHOUT_SCHEMA = "monitoring.coreos.com/v1/ServiceMonitor,monitoring.coreos.com/v1/PrometheusRule"


@pytest.mark.parametrize("values", [{}, EVERYTHING, OPENCLAW], ids=["own", "everything", "openclaw"])
def test_helm_3_and_helm_4_make_the_same(values):
    assert by_name(render_deploy.helm(values=values, tool="helm4")) == by_name(chart(values))


def test_helm_4_refuses_wrong_values_with_their_path_too():
    with pytest.raises(RuntimeError, match="replicaCount"):
        render_deploy.helm(values={"replicaCount": "two"}, tool="helm4")


@pytest.fixture(scope="module")
def schemas(plane, tmp_path_factory):
    return write_schemas(plane, tmp_path_factory.mktemp("schemas"))


def invalid(said: dict) -> list[str]:
    return [f"{r['kind']} {r['name']}: {r['msg']}" for r in said.get("resources", [])]


def test_what_the_chart_makes_fits_the_schemas_of_kubernetes(schemas):
    for values in ({}, EVERYTHING, OPENCLAW, {"scopedRBAC": True}):
        said = kubeconform(schemas, yaml.safe_dump_all(chart(values)), "-skip", WITHOUT_SCHEMA, "-summary")
        assert invalid(said) == [] and said["summary"]["valid"] > 8, said
        assert said["summary"]["skipped"] == (2 if values is EVERYTHING else 0)


def test_plain_manifests_and_examples_fit_the_schemas(schemas):
    files = [DEPLOY / "rbac.yaml", DEPLOY / "deployment.yaml", DEPLOY / "webhook.yaml", DEPLOY / "webhook-defaults.yaml",
             *sorted((ROOT / "examples" / "in-cluster").glob("*.yaml")), *sorted((ROOT / "examples" / "quickstart").glob("*.yaml"))]
    for file in files:
        assert invalid(kubeconform(schemas, file.read_text())) == [], file


def test_a_field_that_kubernetes_does_not_have_would_be_told(schemas):
    deployment = find(chart(), "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["comand"] = ["x"]
    assert "comand" in str(invalid(kubeconform(schemas, yaml.safe_dump(deployment))))


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
