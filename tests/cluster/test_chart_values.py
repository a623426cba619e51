"""deploy/chart: the values files of the two charts that people come from, and what `helm` says of values that cannot be meant."""

import json
import re
import subprocess

import pytest

from harness import tools
from harness.chart import CHART, args, by_name, chart, container, find, pod, rights
from harness.values import EXTERNAL_SECRETS, OPENCLAW

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
PAGES = {name: (tools.ROOT / "docs" / f"coming-from-{name}.md").read_text() for name in ("external-secrets", "openclaw-operator")}


def test_the_values_file_of_the_chart_external_secrets_is_taken_as_it_is():
    made = chart(EXTERNAL_SECRETS)
    assert container(made)["args"] == [
        "operator", "--leader-elect", "--unsafe-allow-generic-targets", "--concurrent=1", "--enable-extended-metric-labels", "--metrics-secure",
        "--metrics-cert-dir=/etc/tls", "--metrics-cert-name=tls.crt", "--metrics-key-name=tls.key", "--metrics-auth", "--webhook-addr=:10250",
        "--dns-name=secrets-webhook.security.svc", "--min-refresh-interval=10s"]
    spec = find(made, "Deployment")["spec"]
    assert spec["revisionHistoryLimit"] == 3 and spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 1}
    budget = find(made, "PodDisruptionBudget", "secrets-budget")["spec"]
    assert budget["maxUnavailable"] == 1 and "minAvailable" not in budget
    account = find(made, "ServiceAccount", "secrets-reader")["metadata"]
    assert account["labels"] == {"owner": "platform", "azure.workload.identity/use": "true"}
    assert find(made, "NetworkPolicy")["spec"]["egress"] == EXTERNAL_SECRETS["networkPolicy"]["egress"]
    services = [d["spec"] for d in made if d["kind"] == "Service"]
    assert len(services) == 2 and all(s["ipFamilyPolicy"] == "PreferDualStack" and s["ipFamilies"] == ["IPv4", "IPv6"] for s in services)
    assert {d["metadata"]["name"] for d in made if d["kind"] == "ConfigMap"} == {"secrets-dashboard", "rotor-extra", "as-text"}
    crds = [d for d in made if d["kind"] == "CustomResourceDefinition"]
    assert all(d["metadata"]["annotations"]["argocd.argoproj.io/sync-options"] == "ServerSideApply=true" for d in crds)
    assert all(d["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for d in crds)


def test_the_pod_is_made_as_that_file_says():
    spec, labels = pod(chart(EXTERNAL_SECRETS)), find(chart(EXTERNAL_SECRETS), "Deployment")["spec"]["template"]["metadata"]
    assert spec["securityContext"] == {"fsGroup": 1000, "runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
    assert spec["containers"][0]["securityContext"]["runAsUser"] == 1000 and "enabled" not in spec["containers"][0]["securityContext"]
    assert [c["name"] for c in spec["containers"]] == ["rotor", "proxy"] and [c["name"] for c in spec["initContainers"]] == ["wait"]
    assert spec["runtimeClassName"] == "gvisor" and spec["dnsConfig"] == EXTERNAL_SECRETS["dnsConfig"] and spec["hostUsers"] is False
    assert labels["labels"] == {"app.kubernetes.io/name": "rotor", "app.kubernetes.io/instance": "rotor", "owner": "platform", "team": "platform", "tier": "infra"}
    assert labels["annotations"] == {"mesh": "off", "seen": "yes"}


def test_every_object_stands_in_the_namespace_and_has_the_labels_that_the_values_say():
    """But those that the values wrote themselves, and the one for Prometheus, which has its own namespace."""
    for document in chart(EXTERNAL_SECRETS):
        metadata = document["metadata"]
        if metadata["name"] in ("rotor-extra", "as-text"):
            continue
        assert metadata["labels"]["owner"] == "platform", metadata["name"]
        assert metadata.get("namespace", "security") == ("monitoring" if document["kind"] == "ServiceMonitor" else "security"), metadata["name"]
    text = json.dumps(chart(EXTERNAL_SECRETS))
    assert "rotor-system" not in text


def test_what_all_charts_of_a_release_share_counts_where_this_one_says_nothing():
    shared = EXTERNAL_SECRETS["global"]
    spec = pod(chart({"global": shared}))
    for name in ("nodeSelector", "tolerations", "imagePullSecrets", "hostAliases"):
        assert spec[name] == shared[name]
    own = {"nodeSelector": {"pool": "own"}, "tolerations": [{"key": "own"}], "imagePullSecrets": [{"name": "own"}], "affinity": {"podAffinity": {}},
           "topologySpreadConstraints": [{"maxSkew": 2, "topologyKey": "zone", "whenUnsatisfiable": "DoNotSchedule"}]}
    other = shared | {"affinity": {"nodeAffinity": {}}, "topologySpreadConstraints": [{"maxSkew": 9}]}
    assert {name: pod(chart({"global": other} | own))[name] for name in own} == own
    both = find(chart({"global": {"podLabels": {"a": "1", "b": "1"}}, "podLabels": {"b": "2"}}), "Deployment")["spec"]["template"]["metadata"]["labels"]
    assert (both["a"], both["b"]) == ("1", "2")
    assert pod(chart({"global": other}))["topologySpreadConstraints"] == [{"maxSkew": 9}]


def test_replicas_are_spread_over_nodes_unless_the_values_say_otherwise():
    spread = pod(chart())["topologySpreadConstraints"]
    assert [(s["topologyKey"], s["whenUnsatisfiable"]) for s in spread] == [("kubernetes.io/hostname", "ScheduleAnyway")]
    assert spread[0]["labelSelector"]["matchLabels"] == find(chart(), "Deployment")["spec"]["selector"]["matchLabels"]


def test_a_security_context_can_be_left_out_and_openshift_chooses_the_ids():
    off = pod(chart({"podSecurityContext": {"enabled": False}, "securityContext": {"enabled": False}}))
    assert "securityContext" not in off and "securityContext" not in off["containers"][0]
    for made in (chart({"global": {"compatibility": {"openshift": {"adaptSecurityContext": "force"}}}}), chart({}, "--api-versions", "security.openshift.io/v1")):
        assert "runAsUser" not in pod(made)["securityContext"] and pod(made)["securityContext"]["runAsNonRoot"] is True
    disabled = chart({"global": {"compatibility": {"openshift": {"adaptSecurityContext": "disabled"}}}}, "--api-versions", "security.openshift.io/v1")
    assert pod(disabled)["securityContext"]["runAsUser"] == 65532


@pytest.mark.parametrize("path", ["controllerClass", "leaderElectionID", "leaderElectionLeaseDuration", "leaderElectionRenewDeadline", "leaderElectionRetryPeriod",
                                  "storeRequeueInterval", "log.level", "webhook.lookaheadInterval", "webhook.certCheckInterval", "namespaceOverride"])
def test_an_empty_value_is_the_default(path):
    outer, _, inner = path.partition(".")
    with_hook = {"webhook": {"create": True}}
    empty = {"webhook": {"create": True} | ({inner: ""} if outer == "webhook" else {})} | ({} if outer == "webhook" else {outer: {inner: ""} if inner else ""})
    assert by_name(chart(empty)) == by_name(chart(with_hook))


@pytest.mark.parametrize("kind, plural", [("ClusterExternalSecret", "clusterexternalsecrets"), ("ClusterSecretStore", "clustersecretstores"),
                                          ("ClusterGenerator", "clustergenerators")])
def test_a_kind_whose_crd_is_not_wanted_is_not_worked_on(kind, plural):
    made = chart({"crds": {f"create{kind}": False}})
    crds = {d["spec"]["names"]["plural"] for d in made if d["kind"] == "CustomResourceDefinition"}
    assert {d["spec"]["names"]["plural"] for d in chart() if d["kind"] == "CustomResourceDefinition"} - crds == {plural}
    assert plural not in {right[1] for right in rights(made)}
    flags = {arg for arg in container(made)["args"] if arg not in args({})}
    assert flags == ({f"--enable-{'cluster-store' if 'Store' in kind else 'cluster-external-secret'}-reconciler=false"} if "Generator" not in kind else set())
    there = chart({"installCRDs": False, "crds": {f"create{kind}": False}})
    assert plural in {right[1] for right in rights(there)}, "who installs no CRD has them already"


@pytest.mark.parametrize("values, says", [
    ({"leaderElect": False, "replicaCount": 2}, "replicaCount: 2, and leaderElect"), ({"leaderElection": {"enabled": False}, "replicaCount": 2}, "replicaCount: 2"),
    ({"leaderElectionLeaseDuration": "10s"}, "leaderElectionRenewDeadline: 10s; shorter than leaderElectionLeaseDuration, 10s"),
    ({"leaderElectionLeaseDuration": "1500ms", "leaderElectionRenewDeadline": "1s"}, "leaderElectionLeaseDuration: 1500ms"),
    ({"leaderElectionRenewDeadline": "1m"}, "leaderElectionRenewDeadline: 1m"), ({"leaderElectionRetryPeriod": "8500ms"}, "leaderElectionRetryPeriod: 8500ms"),
    ({"leaderElectionRetryPeriod": "0s"}, "leaderElectionRetryPeriod: 0s"),
    ({"metrics": {"listen": {"auth": {"enabled": True}}}}, "metrics.listen.auth.enabled: .*metrics.listen.secure.enabled=true"),
    ({"scopedRBAC": True, "metrics": {"listen": {"secure": {"enabled": True}, "auth": {"enabled": True}}}}, "metrics.listen.auth.enabled: .*scopedRBAC"),
    ({"crds": {"createSecretStore": False}}, "crds.createSecretStore"), ({"crds": {"createSecretStores": True}}, "createSecretStores"),
    ({"serviceAccount": {"create": False}}, "serviceAccount.create: Rotor's rights would go to the ServiceAccount default"),
    ({"metrics": {"listen": {"port": 8082}}}, "metrics.listen.port: 8082 is the port of the probes"),
    ({"webhook": {"create": True, "port": 8080}}, "webhook.port: 8080 is metrics.listen.port"),
    ({"metrics": {"listen": {"port": 10250}}, "webhook": {"create": True}}, "webhook.port: 10250 is metrics.listen.port"),
    ({"extraArgs": {"concurent": 5}}, "extraArgs.concurent: Rotor has no flag --concurent; `rotor operator --help`"),
    ({"extraArgs": {"--log-format": "json"}}, "extraArgs.--log-format: Rotor has no flag"),
    ({"concurrent": 5, "extraArgs": {"concurrent": 6}}, "extraArgs.concurrent: --concurrent=5 is there already"),
    ({"log": {"level": "debug"}, "extraArgs": {"zap-log-level": "info"}}, "extraArgs.zap-log-level: --loglevel=debug is there already"),
    ({"extraArgs": {"shards": 60}}, "extraArgs.shards: --leader-elect is there already"), ({"shards": 60, "extraArgs": {"leader-elect": True}}, "--shards=60 is there already"),
    ({"extraArgs": {"namespace": "a", "watch-namespaces": "b"}}, "extraArgs.watch-namespaces: --namespace is there already"),
    ({"podDisruptionBudget": {"minAvailable": 2}}, "podDisruptionBudget.minAvailable: 2 of 2 replicas, .*enabled=false"),
    ({"replicaCount": 3, "podDisruptionBudget": {"minAvailable": 4}}, "podDisruptionBudget.minAvailable: 4 of 3 replicas"),
    ({"podDisruptionBudget": {"minAvailable": "51%"}}, "podDisruptionBudget.minAvailable: 51% of 2 replicas"),
    ({"podDisruptionBudget": {"maxUnavailable": 0}}, "podDisruptionBudget.maxUnavailable: 0, .*set 1"), ({"podDisruptionBudget": {"maxUnavailable": "0%"}}, "maxUnavailable: 0%"),
    ({"podDisruptionBudget": {"minAvailable": "half"}}, "/podDisruptionBudget/minAvailable"),
    ({"shards": 2, "replicaCount": 3}, "shards: 2, and there are 3 replicas, .*shards=60, or replicaCount=2"), ({"shards": 1}, "shards: 1, and there are 2 replicas"),
    ({"resources": {"limits": {"memory": 256}}}, "resources.limits.memory: 256, .*256Mi"), ({"resources": {"limits": {"memory": "256m"}}}, "resources.limits.memory: 256m, "),
    ({"resources": {"limits": {"memory": "1e6"}}}, "resources.limits.memory: 1e.06, "), ({"resources": {"limits": {"memory": "15Mi"}}}, "resources.limits.memory: 15Mi, "),
    ({"resources": {"limits": {"memory": "lots"}}}, "/resources/limits/memory"), ({"resources": {"requests": {"cpu": "1 core"}}}, "/resources/requests/cpu"),
    ({"watchNamespaces": ["shop", "My Shop"]}, "/watchNamespaces/1"), ({"scopedNamespace": "a,b"}, "/scopedNamespace"),
    ({"serviceAccount": {"name": "Bad_Name"}}, "/serviceAccount/name"), ({"namespaceOverride": "Bad Name"}, "/namespaceOverride"),
    ({"fullnameOverride": "rotor_2"}, "/fullnameOverride"), ({"leaderElectionID": "Rotor"}, "/leaderElectionID"),
    ({"commonLabels": {"team": "a b"}}, "/commonLabels/team"), ({"podLabels": {"team": "x" * 64}}, "/podLabels/team"),
    ({"webhook": {"certManger": {}}}, "certManger"), ({"dnsPolicy": "Cluster"}, "dnsPolicy"), ({"podDisruptionBudget": {"maxUnavailble": 1}}, "maxUnavailble")])
def test_values_that_cannot_be_meant_are_refused_with_their_path(values, says):
    with pytest.raises(RuntimeError) as refused:
        chart(values)
    assert re.search(says, str(refused.value)), str(refused.value)


@pytest.mark.parametrize("values", [
    {"resources": {"limits": {"cpu": 2, "memory": "1.5Gi", "ephemeral-storage": "1e9"}, "requests": {"cpu": "100m", "memory": None}}},
    {"serviceAccount": {"name": "a.b-c"}}, {"commonLabels": {"team": "", "v": "1.2_x"}}, {"webhook": {"port": 8080}},
    {"metrics": {"enabled": False, "listen": {"port": 8082}}}, {"extraArgs": {"concurrent": 5, "enable-http2": True, "watch-namespaces": "a"}},
    {"shards": 3, "replicaCount": 3}, {"shards": 0, "replicaCount": 3}, {"podDisruptionBudget": {"minAvailable": 0}}, {"podDisruptionBudget": {"minAvailable": "50%"}},
    {"podDisruptionBudget": {"minAvailable": 9, "maxUnavailable": "1%"}}, {"podDisruptionBudget": {"minAvailable": 9, "enabled": False}},
    {"replicaCount": 1, "podDisruptionBudget": {"minAvailable": 1}}, {"resources": {"limits": {"memory": 268435456}}}, {"resources": {"limits": {"memory": "16Mi"}}},
    {"resources": {"limits": {"memory": "1e9"}}}, {"resources": {"limits": {"cpu": 1}}}, {"resources": {}}])
def test_values_that_only_look_wrong_are_taken(values):
    assert container(chart(values))


def test_the_flags_that_extra_args_may_name_are_those_that_rotor_has():
    lines = [line.split() for line in (CHART / "files" / "flags.txt").read_text().splitlines()]
    known = {name for line in lines for name in line}
    assert len(known) == sum(map(len, lines))
    help_text = subprocess.run([tools.rotor(), "operator", "--help"], check=True, capture_output=True, text=True).stdout
    told = set(re.findall(r"--([a-z][a-z0-9-]+)", "\n".join(re.findall(r"(?m)^ {6}(--.*)", help_text))))
    assert told <= known
    for name in known - told:  # those that change nothing are taken, and not told
        assert "no such file" in subprocess.run([tools.rotor(), "operator", "--kubeconfig=/no/such/file", f"--{name}=1"], capture_output=True, text=True).stderr.lower(), name
    assert {name.removeprefix("--") for name in re.findall(r'AcceptedFlag\{"(.*?)"', (tools.ROOT / "src" / "cli" / "accepted_flags.cpp").read_text())} == known - told


@pytest.mark.parametrize("values", [
    {"leaderElectionLeaseDuration": "1m30s", "leaderElectionRenewDeadline": "1m", "leaderElectionRetryPeriod": "500ms"},
    {"leaderElectionLeaseDuration": "1h", "leaderElectionRenewDeadline": "0.5h"}, {"leaderElectionRetryPeriod": "8.3s"}])
def test_times_of_the_lease_that_fit_each_other_are_taken(values):
    assert len([arg for arg in args(values) if arg.startswith("--leader-election-")]) == len(values)


def test_a_namespace_is_the_same_however_often_and_with_what_blanks_it_is_named():
    for values in ({"watchNamespaces": [" shop ", "shop", ""]}, {"scopedNamespace": " shop"}, {"watchNamespaces": ["shop"], "scopedNamespace": "shop"}):
        assert "--namespace=shop" in args(values)


def test_several_namespaces_are_watched_each_with_rights_of_its_own():
    values = {"watchNamespaces": ["a", " b", "a"], "scopedRBAC": True}
    assert "--namespace=a,b" in args(values)
    for kind in ("Role", "RoleBinding"):
        scoped = [d["metadata"]["namespace"] for d in chart(values) if d["kind"] == kind and d["metadata"]["name"] == "rotor-scope"]
        assert scoped == ["a", "b"]


def unused(schema: dict, path: str = "") -> set[str]:
    """Paths of the schema that are accepted and change nothing."""
    found = set()
    for name, one in schema.get("properties", {}).items():
        if "Without effect" in one.get("description", "") or one.get("$ref") == "#/definitions/unused":
            found.add(path + name)
        found |= unused(one, f"{path}{name}.")
    return found


def test_what_is_accepted_without_effect_stands_in_one_list_of_the_pages():
    told = "".join(re.findall(r"(?s)These are taken and change nothing:(.*?)\.\s+Anything else", text)[0] for text in PAGES.values())
    paths = {path for path in unused(SCHEMA) if "livenessProbe" not in path and "readinessProbe" not in path}
    missing = {path for path in paths if not path.startswith("webhook.") and f"`{path}`" not in told}
    assert not missing, missing
    assert {path for path in paths if path.startswith("webhook.") and f"`.{path.removeprefix('webhook.')}`" not in told} == set()


def test_values_without_meaning_here_change_nothing():
    def only(values: dict, paths: set[str], path: str = "") -> dict:
        kept = {}
        for name, value in values.items():
            if path + name in paths:
                kept[name] = value
            elif isinstance(value, dict) and (inner := only(value, paths, f"{path}{name}.")):
                kept[name] = inner
        return kept
    for file in (EXTERNAL_SECRETS, OPENCLAW):
        old = only(file, unused(SCHEMA))
        assert len(old) > 2 and by_name(chart(old)) == by_name(chart())


def test_the_values_file_of_the_openclaw_operators_chart_is_taken_as_it_is():
    made = chart(OPENCLAW)
    assert container(made)["args"] == ["operator", "--leader-elect", "--metrics-secure", "--metrics-addr=:8443"]
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
    assert not find(chart({"crds": {"install": False}}), "CustomResourceDefinition")
    silent = chart({"metrics": {"enabled": False, "serviceMonitor": {"enabled": True}}})
    assert not find(silent, "Service") and not find(silent, "ServiceMonitor")
    monitor = find(chart({"metrics": {"serviceMonitor": {"enabled": True, "interval": "5s", "labels": {"a": "b"}}}}), "ServiceMonitor")
    assert monitor["spec"]["endpoints"][0]["interval"] == "5s" and monitor["metadata"]["labels"] == {"a": "b"}
