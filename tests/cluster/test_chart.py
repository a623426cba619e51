"""deploy/chart: what it makes of values, and what a cluster makes of that."""

import subprocess
import sys

import pytest
import yaml

from harness import tools
from harness.chart import DEPLOY, args, by_name, chart, container, find, render_deploy, whole
from harness.schemas import kubeconform, write_schemas
from harness.values import EXTERNAL_SECRETS, OPENCLAW

ROOT = tools.ROOT


def test_generated_files_are_in_step():
    done = subprocess.run([sys.executable, ROOT / "tools" / "render-deploy"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_plain_manifests_are_what_the_chart_makes_with_its_own_values():
    kustomized = subprocess.run([tools.kubernetes("kubectl"), "kustomize", DEPLOY], check=True, capture_output=True, text=True)
    plain = by_name(render_deploy.documents(kustomized.stdout))
    assert plain.pop(("Namespace", "rotor-system"))  # helm's own flag makes it
    own = {"rbac": {"aggregateToView": False, "aggregateToEdit": False}}
    rendered = by_name(whole(own))
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
    ({"watchNamespaces": [1]}, "watchNamespaces"), ({"metrics": {"bindAddress": "8443"}}, "bindAddress"),
    ({"serviceMonitor": {"interval": "often"}}, "interval"), ({"prometheusRule": {"runbookUrl": "docs"}}, "runbookUrl"),
    ({"livenessProbe": {"periodSeconds": "10"}}, "periodSeconds"), ({"livenessProbe": {"period": 10}}, "period"), ({"scopedRBAC": True, "webhook": {"create": True}}, "webhook.create")])
def test_wrong_values_are_refused_with_their_path(wrong, path):
    with pytest.raises(RuntimeError, match=path):
        chart(wrong)


def test_with_shards_nobody_leads_and_one_replica_may_become_more():
    for count in (1, 3):
        documents = chart({"shards": 60, "replicaCount": count})
        container = find(documents, "Deployment")["spec"]["template"]["spec"]["containers"][0]
        assert "--shards=60" in container["args"] and "--leader-elect" not in container["args"]
        assert any("leases" in rule["resources"] for role in documents if role["kind"] == "Role" for rule in role["rules"])
        assert find(documents, "Deployment")["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] == 0


@pytest.mark.parametrize("values", [
    {}, {"replicaCount": 1}, {"replicaCount": 3}, {"leaderElect": False}, {"leaderElect": False, "replicaCount": 1}, {"leaderElection": {"enabled": False}}])
def test_whoever_writes_was_elected_so_that_two_never_do(values):
    made = chart(values)
    assert "--leader-elect" in container(made)["args"]
    assert {v for rule in find(made, "Role")["rules"] for v in rule["verbs"]} == {"create", "get", "list", "watch", "patch"}
    assert find(made, "RoleBinding")["roleRef"]["name"] == find(made, "Role")["metadata"]["name"]


def test_without_an_election_there_is_one_replica_that_ends_before_the_next_begins():
    for off in ({"leaderElect": False}, {"leaderElection": {"enabled": False}}, {"leaderElect": False, "replicaCount": 1}):
        made = find(chart(off), "Deployment")["spec"]
        assert made["replicas"] == 1 and made["strategy"] == {"type": "Recreate"}
        assert not find(chart(off), "PodDisruptionBudget")
    assert find(chart({"leaderElect": False, "shards": 60, "replicaCount": 3}), "Deployment")["spec"]["replicas"] == 3, "all of them work"
    assert find(chart(), "Deployment")["spec"]["replicas"] == 2


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
def test_values_become_flags_that_rotor_takes(values, flag):
    given = args(values)
    assert flag in given
    help_text = subprocess.run([tools.rotor(), "operator", "--help"], capture_output=True, text=True, check=True).stdout
    for arg in given[1:]:
        assert arg.split("=")[0] in help_text, arg


@pytest.mark.parametrize("values, ports", [
    ({}, {8080, 8082}), ({"metrics": {"enabled": False}}, {8082}), ({"metrics": {"listen": {"port": 9090}}}, {9090, 8082}),
    ({"webhook": {"create": True, "port": 9443}}, {8080, 8082, 9443})])
def test_the_network_policy_lets_in_what_listens_and_nothing_else(values, ports):
    spec = find(chart(values | {"networkPolicy": {"enabled": True}}), "NetworkPolicy")["spec"]
    assert {(p["port"], p["protocol"]) for rule in spec["ingress"] for p in rule["ports"]} == {(port, "TCP") for port in ports}
    assert spec["policyTypes"] == ["Ingress", "Egress"] and spec["egress"] == [{}]
    assert spec["podSelector"]["matchLabels"] == find(chart(), "Deployment")["spec"]["selector"]["matchLabels"]
    assert ports == {p["containerPort"] for p in container(chart(values))["ports"]}
    own = [{"from": [{"podSelector": {}}]}]
    assert find(chart({"networkPolicy": {"enabled": True, "ingress": own}}), "NetworkPolicy")["spec"]["ingress"] == own


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


@pytest.mark.parametrize("values", [{}, EVERYTHING, OPENCLAW, EXTERNAL_SECRETS], ids=["own", "everything", "openclaw", "external-secrets"])
def test_helm_3_and_helm_4_make_the_same(values):
    assert by_name(whole(values, "helm4")) == by_name(whole(values))


def test_helm_4_refuses_wrong_values_with_their_path_too():
    with pytest.raises(RuntimeError, match="replicaCount"):
        render_deploy.helm(values={"replicaCount": "two"}, tool="helm4")


@pytest.fixture(scope="module")
def schemas(plane, tmp_path_factory):
    return write_schemas(plane, tmp_path_factory.mktemp("schemas"))


def invalid(said: dict) -> list[str]:
    return [f"{r['kind']} {r['name']}: {r['msg']}" for r in said.get("resources", [])]


def test_what_the_chart_makes_fits_the_schemas_of_kubernetes(schemas):
    for values in ({}, EVERYTHING, OPENCLAW, EXTERNAL_SECRETS, {"scopedRBAC": True}):
        said = kubeconform(schemas, yaml.safe_dump_all(whole(values)), "-skip", WITHOUT_SCHEMA, "-summary")
        assert invalid(said) == [] and said["summary"]["valid"] > 8, said
        assert said["summary"]["skipped"] == sum(d["kind"] in ("ServiceMonitor", "PrometheusRule") for d in chart(values))


def test_plain_manifests_and_examples_fit_the_schemas(schemas):
    files = [DEPLOY / "rbac.yaml", DEPLOY / "deployment.yaml", DEPLOY / "webhook.yaml", DEPLOY / "webhook-defaults.yaml",
             *sorted((ROOT / "examples" / "in-cluster").glob("*.yaml")), *sorted((ROOT / "examples" / "quickstart").glob("*.yaml"))]
    for file in files:
        assert invalid(kubeconform(schemas, file.read_text())) == [], file


def test_a_field_that_kubernetes_does_not_have_would_be_told(schemas):
    deployment = find(chart(), "Deployment")
    deployment["spec"]["template"]["spec"]["containers"][0]["comand"] = ["x"]
    assert "comand" in str(invalid(kubeconform(schemas, yaml.safe_dump(deployment))))


@pytest.mark.parametrize("path", sorted((DEPLOY / "chart" / "examples").glob("*.yaml")), ids=lambda p: p.stem)
def test_examples_render(path):
    assert find(chart(yaml.safe_load(path.read_text())), "Deployment")


