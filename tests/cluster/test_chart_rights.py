"""deploy/chart: the rights it gives, feature by feature, are those of files/rights.yaml, and no more."""

import subprocess

import pytest

from harness import tools
from harness.chart import chart, container, find, listed, rights

CLUSTER_KINDS = {"ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace", "ValidatingWebhookConfiguration"}
USUAL = {"secrets", "secrets/stores", "secrets/tokens", "cluster/stores", "cluster/externalsecrets", "cluster/generators", "openclaw", "leader"}
ES, GENERATORS = "external-secrets.io", "generators.external-secrets.io"
TARGETS = {"genericTargets": {"enabled": True, "resources": [{"apiGroup": "", "resources": ["configmaps"]}]}}

# What is switched off, and with which features it goes.
OFF = [
    ({"processSecretStore": False}, {"secrets/stores"}),
    ({"processClusterStore": False}, {"cluster/stores"}),
    ({"crds": {"createClusterSecretStore": False}}, {"cluster/stores"}),
    ({"processClusterExternalSecret": False}, {"cluster/externalsecrets"}),
    ({"crds": {"createClusterExternalSecret": False}}, {"cluster/externalsecrets"}),
    ({"scopedNamespace": "shop"}, {"cluster/externalsecrets"}),
    ({"processClusterGenerator": False}, {"cluster/generators"}),
    ({"crds": {"createClusterGenerator": False}}, {"cluster/generators"}),
    ({"rbac": {"serviceAccountTokenCreate": False}}, {"secrets/tokens"}),
    ({"openclaw": {"enabled": False}}, {"openclaw"}),
    ({"processClusterStore": False, "processClusterExternalSecret": False, "processClusterGenerator": False, "openclaw": {"enabled": False}},
     {"cluster/stores", "cluster/externalsecrets", "cluster/generators", "openclaw"}),
]


def test_with_its_own_values_it_gives_what_their_features_need():
    assert rights(chart()) == listed(USUAL, None, "cluster")
    assert rights(chart(), "Role") == listed({"leader"}, "own")


@pytest.mark.parametrize("values, off", OFF)
def test_what_is_off_has_no_rights(values, off):
    less = rights(chart(values))
    assert less == listed(USUAL - off, None, "cluster") and less < rights(chart())


def test_without_instances_nothing_of_theirs_may_be_written():
    """And what is named here, no list says."""
    gone = rights(chart()) - rights(chart({"openclaw": {"enabled": False}}))
    assert {("", "pods", "patch", ""), ("", "services", "create", ""), ("", "serviceaccounts", "create", ""), ("", "configmaps", "patch", ""),
            ("", "persistentvolumeclaims", "get", ""), ("apps", "statefulsets", "patch", ""), ("policy", "poddisruptionbudgets", "delete", "")} <= gone
    assert not any(resource == "secrets" for _, resource, *_ in gone)


def test_without_cluster_external_secrets_no_external_secret_is_made_and_no_namespace_written():
    gone = rights(chart()) - rights(chart({"processClusterExternalSecret": False}))
    assert {(ES, "externalsecrets", "create", ""), (ES, "externalsecrets", "delete", ""), ("", "namespaces", "patch", "")} <= gone
    assert ("", "namespaces", "get", "") not in gone, "a ClusterSecretStore asks for a namespace's labels"


def test_stores_that_another_controller_judges_are_read_and_never_written():
    left = {right[1:3] for right in rights(chart({"processSecretStore": False})) if right[1].startswith("secretstores")}
    assert left == {("secretstores", verb) for verb in ("list", "watch")}


def test_rights_come_with_the_features_that_are_on():
    assert rights(chart({"webhook": {"create": True}})) - rights(chart()) == listed({"webhook"}, "cluster")
    assert rights(chart(TARGETS)) - rights(chart()) == {("", "configmaps", verb, "") for verb in ("update", "delete")}
    fewer = {"genericTargets": {"enabled": True, "resources": [{"apiGroup": "x.io", "resources": ["things"], "verbs": ["get", "patch"]}]}}
    assert rights(chart(fewer)) - rights(chart()) == {("x.io", "things", verb, "") for verb in ("get", "patch")}


def test_tokens_for_metrics_are_asked_about_with_two_rights_and_whoever_scrapes_gets_one():
    values = {"metrics": {"listen": {"secure": {"enabled": True}, "auth": {"enabled": True}}}, "serviceMonitor": {"enabled": True}}
    made = chart(values)
    assert "--metrics-auth" in container(made)["args"]
    assert rights(made) - rights(chart()) == {("authentication.k8s.io", "tokenreviews", "create", ""),
                                              ("authorization.k8s.io", "subjectaccessreviews", "create", "")}
    assert find(made, "ClusterRole", "rotor-metrics-reader")["rules"] == [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}]
    endpoint = find(made, "ServiceMonitor")["spec"]["endpoints"][0]
    assert endpoint["bearerTokenFile"] == "/var/run/secrets/kubernetes.io/serviceaccount/token" and endpoint["scheme"] == "https"
    assert "--metrics-auth" not in container(chart())["args"] and not find(chart(), "ClusterRole", "rotor-metrics-reader")


@pytest.mark.parametrize("scope", ["shop", "rotor-system", ""])
def test_in_one_namespace_there_is_no_right_in_the_cluster(scope):
    values = {"scopedRBAC": True, "scopedNamespace": scope, "installCRDs": False}
    made = chart(values)
    assert not {d["kind"] for d in made} & CLUSTER_KINDS
    assert rights(made, "Role", "rotor-scope") == listed(USUAL, None)
    assert find(made, "Role", "rotor-scope")["metadata"]["namespace"] == (scope or "rotor-system")


@pytest.mark.parametrize("replicas", [1, 2])
def test_in_another_namespace_than_rotors_own_it_may_read_and_make_its_key(replicas):
    made = chart({"scopedRBAC": True, "scopedNamespace": "shop", "replicaCount": replicas})
    assert find(made, "RoleBinding", "rotor")["roleRef"]["name"] == "rotor" and find(made, "Role", "rotor")["metadata"]["namespace"] == "rotor-system"
    key = {("", "secrets", "create", ""), ("", "secrets", "get", "rotor-rotation-key"),
           ("", "secrets", "get", "s3-backup-credentials")}
    assert rights(made, "Role") == listed({"leader"}, "own") | key
    assert rights(chart({"scopedRBAC": True}), "Role") == listed({"leader"}, "own"), "the other role has it"


def test_the_lease_has_the_name_that_the_values_give_it():
    assert {n for _, r, _, n in rights(chart({"leaderElectionID": "mine"}), "Role") if r == "leases"} == {"", "mine"}
    assert "--leader-election-id=mine" in container(chart({"leaderElectionID": "mine"}))["args"]


def test_people_with_the_clusters_usual_roles_may_read_or_write_what_rotor_works_on():
    to = "rbac.authorization.k8s.io/aggregate-to-"
    view, edit = (find(chart(), "ClusterRole", f"rotor-{name}") for name in ("view", "edit"))
    assert view["metadata"]["labels"] == {to + "view": "true", to + "edit": "true", to + "admin": "true"}
    assert edit["metadata"]["labels"] == {to + "edit": "true", to + "admin": "true"}
    kinds = {(ES, "externalsecrets"), (ES, "secretstores"), (ES, "clusterexternalsecrets"), (ES, "clustersecretstores"), (GENERATORS, "*"),
             ("openclaw.rocks", "openclawinstances")}
    for role, verbs in ((view, {"get", "list", "watch"}), (edit, {"create", "update", "patch", "delete", "deletecollection"})):
        made = rights([role], name=role["metadata"]["name"])
        assert {r[:2] for r in made} == kinds and {r[2] for r in made} == verbs
    none = chart({"rbac": {"aggregateToView": False, "aggregateToEdit": False}})
    assert {d["metadata"]["name"] for d in none if d["kind"] == "ClusterRole"} == {"rotor"}


def test_the_doctor_asks_for_what_the_chart_gives():
    """The table that is compiled in is written from the same list; its features are those."""
    done = subprocess.run([tools.rotor(), "doctor", "--features=nothing"], capture_output=True, text=True)
    assert done.returncode == 2 and all(feature in done.stderr for feature in USUAL | {"webhook", "metrics-auth"}), done.stderr
