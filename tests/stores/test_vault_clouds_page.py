"""The manifests of docs/stores/vault.md that log in with an AWS or a Google Cloud identity, applied in a cluster whose tokens both
clouds check with its own keys; and each thing that can be wrong with them, in the words of the page."""

import copy
import json
import re
import typing

import pytest
import yaml

from harness.processes import wait_for
from operator_run import OperatorRun
from page import blocks_of, needs_a_cloud, pattern_of, quoted
from store_run import StoreRun
from vault_clouds import KEYS, MUTE, VALUE, Clouds, reader


@pytest.fixture(scope="module")
def clouds(tmp_path_factory):
    with Clouds(tmp_path_factory.mktemp("clouds")) as clouds:
        yield clouds


def blocks() -> list[list[dict]]:
    """The page's blocks with logins of this kind, each with the ServiceAccount that it is about."""
    found = [list(yaml.safe_load_all(block)) for block in blocks_of("vault")]
    return [block for block in found if any(map(needs_a_cloud, block))]


def stores_of(block: list[dict]) -> list[str]:
    return [m["metadata"]["name"] for m in block if m["kind"] == "SecretStore"]


@pytest.mark.parametrize("block", blocks(), ids=lambda block: stores_of(block)[0])
def test_rotor_run_says_what_a_service_account_cannot_do_on_a_laptop(clouds, tmp_path, block):
    manifests = [*clouds.secrets(), *map(clouds.here, block)]
    with StoreRun(tmp_path, manifests, env=clouds.environment()) as run:
        for store in (m for m in block if m["kind"] == "SecretStore"):
            name = store["metadata"]["name"]
            if "secretRef" in next(iter(store["spec"]["provider"]["vault"]["auth"].values())):
                assert run.condition("secretstore", name)["status"] == "True", run.output
            else:
                run.wait_output(f"default/{name} .*a ServiceAccount of `rotor run` is known to no cloud: .*--values FILE")


class Wrong(typing.NamedTuple):
    """One thing that is not as the page says. `message`: as its table writes it."""
    store: str
    message: str
    auth: dict = {}  # members of the login's block; None: left out
    annotation: str | None = None  # in place of the ServiceAccount's; empty: none
    but: str = ""  # see Clouds.permit


OTHER_CLUSTER = {"serviceAccountRef": {"name": "shop"}, "clusterLocation": "europe-west3", "clusterName": "other",
                 "clusterProjectID": "proj"}
WRONG = {
    "no-role": Wrong("vault-iam", "an IAM role must be associated with service account …", annotation=""),
    "no-trust": Wrong("vault-iam", "AssumeRoleWithWebIdentity: AccessDenied", but="trust"),
    "region": Wrong("vault-iam", "AWS auth … received error code 403 from STS", {"region": "us-east-1"}),
    "server-id": Wrong("vault-iam", "AWS auth … error validating X-Vault-AWS-IAM-Server-ID header", {"vaultAwsIamServerID": "other"}),
    "no-server-id": Wrong("vault-iam", "AWS auth … error validating X-Vault-AWS-IAM-Server-ID header", {"vaultAwsIamServerID": None}),
    "iam-role": Wrong("vault-iam", "AWS auth … IAM Principal … does not belong to the role", {"vaultRole": "other"}),
    "no-aws": Wrong("vault-iam", "a SecretStore may not use the controller's own … identity", {"jwt": None}),
    "no-account": Wrong("vault-gke", "annotate ServiceAccount … with iam.gke.io/gcp-service-account", annotation=""),
    "cluster": Wrong("vault-gke", "could not get idbindtoken token, status: 403", {"workloadIdentity": OTHER_CLUSTER}),
    "no-user": Wrong("vault-gke", "GenerateAccessToken: PERMISSION_DENIED", but="impersonate"),
    "no-signer": Wrong("vault-gke", "SignJwt: PERMISSION_DENIED … needs roles/iam.serviceAccountTokenCreator on itself", annotation=MUTE),
    "gcp-role": Wrong("vault-gke", "GCP auth … is not authorized for role", {"role": "other"}),
    "no-google": Wrong("vault-gke", "a SecretStore may not use the controller's own … identity", {"workloadIdentity": None}),
}


def with_something_wrong(block: list[dict], wrong: Wrong) -> list[dict]:
    made = [copy.deepcopy(m) for m in block if m["metadata"]["name"] in ("shop", wrong.store)]
    for manifest in made:
        if manifest["kind"] == "SecretStore":
            [login] = manifest["spec"]["provider"]["vault"]["auth"].values()
            login.update(wrong.auth)
            for name in [name for name, value in login.items() if value is None]:
                del login[name]
        elif wrong.annotation is not None:
            [name] = manifest["metadata"]["annotations"]
            manifest["metadata"]["annotations"] = {name: wrong.annotation} if wrong.annotation else {}
    return made


class PageRun(OperatorRun):
    """Rotor's operator, in a cluster that both clouds know."""

    def ready(self, ns: str, name: str) -> dict:
        def condition():
            found = json.loads(self.kubectl("-n", ns, "get", "secretstore", name, "-o", "json"))
            return next((c for c in found.get("status", {}).get("conditions", []) if c["type"] == "Ready"), None)
        return wait_for(condition, 30, f"a Ready condition of {ns}/{name}")

    def events(self, ns: str, name: str) -> str:
        return self.kubectl("-n", ns, "events", "--for", f"secretstore/{name}")


def in_namespace(ns: str, manifests: list[dict]) -> list[dict]:
    """As `kubectl apply -n` would, and a reader for each store."""
    made = [*manifests, *(reader(name, f"by-{name}") for name in stores_of(manifests))]
    return [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns}},
            *({**m, "metadata": {**m["metadata"], "namespace": ns}} for m in made)]


@pytest.fixture(scope="module")
def cluster(clouds, tmp_path_factory):
    """Each block of the page in a namespace of its own, and beside them the same, each with one thing wrong."""
    with PageRun(tmp_path_factory.mktemp("cluster"), env=clouds.environment()) as run:
        clouds.know(run)
        applied = [(f"page-{number}", block, "") for number, block in enumerate(blocks())]
        for ns, wrong in WRONG.items():
            [block] = [block for block in blocks() if wrong.store in stores_of(block)]
            applied.append((ns, with_something_wrong(block, wrong), wrong.but))
        for ns, _, but in applied:
            clouds.permit(f"system:serviceaccount:{ns}:shop", but)
        objects = [o for ns, manifests, _ in applied for o in in_namespace(ns, [*clouds.secrets(), *map(clouds.here, manifests)])]
        run.apply("\n---\n".join(map(json.dumps, objects)))
        yield run


@pytest.mark.parametrize("ns, name", [(f"page-{number}", name) for number, block in enumerate(blocks()) for name in stores_of(block)])
def test_every_cloud_login_of_the_page_works(cluster, ns, name):
    assert cluster.ready(ns, name)["status"] == "True", cluster.events(ns, name)
    assert wait_for(lambda: cluster.secret(f"by-{name}", ns), 30, f"the Secret by {name}") == VALUE


@pytest.mark.parametrize("ns", WRONG)
def test_what_is_wrong_is_said_in_the_words_of_the_page(cluster, ns):
    wrong = WRONG[ns]
    assert wrong.message in quoted("vault")
    assert cluster.ready(ns, wrong.store)["status"] == "False"
    said = wait_for(lambda: "Warning" in cluster.events(ns, wrong.store) and cluster.events(ns, wrong.store), 30, "a warning")
    assert re.search(pattern_of(wrong.message), said, re.S), said


def test_nothing_secret_is_in_the_log(cluster, clouds):
    log = cluster.operator.log()
    sessions = [user for key_id, user in clouds.paris.users.items() if key_id.startswith("ASIA")]
    assert sessions and not any(user.secret in log or user.token in log for user in sessions)
    assert "PRIVATE KEY" not in log and KEYS["AKIDSHOP"].secret not in log and "ya29." not in log and "hvs." not in log
