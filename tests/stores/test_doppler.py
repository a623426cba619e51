"""Doppler, against a double that the vendor's own client drives in the same run; logins with tokens of a real API server."""

import json
import re
import urllib.parse

import pytest
from dopplersdk import DopplerSDK
from dopplersdk.models.SecretsUpdateRequest import SecretsUpdateRequest

from doubles.contract import Contract
from doubles.doppler import Doppler
from doubles.double import Call
from harness.control_plane import ControlPlane
from harness.operator import Operator, install
from harness.processes import wait_for
from page import manifests_of
from store_run import StoreRun
from vendors import Refused, doppler as command_line, doppler_document, javascript

TOKEN = "dp.st.dev.example"
# Where Doppler's own document, its reference and its clients do not say the same, each looked at; anything else fails.
KNOWN = {
    r".*: status (401|404) is not described": "it describes success alone; the reference has the codes and `messages`",
    r"GET .*/secrets/download: status 304 is not described": "the reference describes ETag and If-None-Match in prose",
    r".*: a login by HTTP Basic is not described": "it says OAuth2; the reference has described Basic, with the token as the user",
    r"GET .*/secrets/download: parameter (project|config) is required": "but for service tokens, as its own words add",
    r"GET .*/secrets/download: an answer of text/plain is not described": "of the formats env, yaml and docker",
    r"POST .*/secrets: parameter (project|config) is not described": "the command line client puts them into the query",
    r"POST .*/secrets: the body does not fit \(required\)": "and so leaves them out of the body",
    r"POST .*/secrets: the body at change_requests does not fit \(type\)": "the SDKs send null for what is not given",
}
ODD = 'x "y" \\ \n\t é 日 12345678901234567890 1.50'


@pytest.fixture
def doppler():
    with Doppler() as doppler:
        doppler.add_config("shop", "dev", {"API_KEY": "k-1", "EMPTY": "", "ODD": ODD, "STRIPE": "s"}, token=TOKEN)
        yield doppler
    contract = Contract(doppler_document())
    found = {difference for exchange in doppler.exchanges for difference in contract.differences(*exchange)}
    assert [d for d in sorted(found) if not any(re.fullmatch(known, d) for known in KNOWN)] == []


def store(token: str = TOKEN, **more) -> list[dict]:
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "doppler"}, "stringData": {"dopplerToken": token}},
        {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "doppler"},
         "spec": {"provider": {"doppler": {"auth": {"secretRef": {"dopplerToken": {"name": "doppler"}}}, **more}}}},
    ]


def wanted(spec: dict, name: str = "app", interval: str = "1h") -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"secretStoreRef": {"name": "doppler"}, "refreshInterval": interval, **spec}}


def entry(key: str) -> dict:
    return {"secretKey": key, "remoteRef": {"key": key}}


def sdk(doppler: Doppler, token: str = TOKEN) -> DopplerSDK:
    client = DopplerSDK(access_token=token)
    client.set_base_url(doppler.url)
    return client


def test_what_dopplers_document_does_not_describe_is_found():
    contract = Contract(doppler_document())
    where = {"project": "shop", "config": "dev"}

    def differences(path: str, query: dict, status: int = 200, body=None, method: str = "GET", sent: bytes = b"", kind="json"):
        call = Call(method, path, urllib.parse.urlencode(query), {"Content-Type": "application/json"}, sent)
        return contract.differences(call, status, {"Content-Type": f"application/{kind}"}, body or {})

    download = "/v3/configs/config/secrets/download"
    assert differences(download, {**where, "format": "json", "name_transformer": "camel", "secrets": "A,B"}) == []
    assert differences("/v3/auth/oidc", {}, method="POST", sent=b'{"token":"t","identity":"i"}', body={"token": "x"}) == []
    for found, expected in [
            (differences("/v3/config", where), "GET /v3/config is not described"),
            (differences(download, where, method="PUT"), f"PUT {download} is not described"),
            (differences(download, {"project": "shop"}), f"GET {download}: parameter config is required"),
            (differences(download, {**where, "form": "json"}), f"GET {download}: parameter form is not described"),
            (differences(download, {**where, "format": "toml"}), f"GET {download}: parameter format does not fit (enum)"),
            (differences("/v3/projects", {"page": "one"}), "GET /v3/projects: parameter page does not fit (type)"),
            (differences(download, where, status=204), f"GET {download}: status 204 is not described"),
            (differences(download, where, kind="xml"), f"GET {download}: an answer of application/xml is not described"),
            (differences("/v3/projects", {}, body={"projects": {}}), "GET /v3/projects: the answer at projects does not fit (type)"),
            (differences("/v3/auth/oidc", {}, method="POST", sent=b'{"token":"t"}'),
             "POST /v3/auth/oidc: the body does not fit (required)")]:
        assert found == [expected]


def test_the_vendors_client_finds_what_the_double_holds(doppler):
    client = sdk(doppler)
    assert client.secrets.get(name="API_KEY", project="shop", config="dev").value["computed"] == "k-1"
    assert set(client.secrets.names(project="shop", config="dev").names) >= {"API_KEY", "DOPPLER_PROJECT"}
    assert client.secrets.download(project="shop", config="dev").STRIPE == "s"
    assert 'API_KEY="k-1"' in client.secrets.download(project="shop", config="dev", format="env").text
    client.secrets.update(SecretsUpdateRequest(project="shop", config="dev", secrets={"API_KEY": "k-2"}))
    assert client.secrets.get(name="API_KEY", project="shop", config="dev").value["computed"] == "k-2"
    with pytest.raises(Exception, match="401"):
        sdk(doppler, "another").secrets.names(project="shop", config="dev")


def test_the_vendors_sdk_for_node_finds_what_the_double_holds(doppler):
    seen = javascript("doppler.cjs", doppler.url, TOKEN, "shop", "dev")
    assert (seen["before"], seen["after"]) == ("k-1", "from node")
    assert (seen["odd"], seen["downloaded"]) == (ODD, "s")
    assert set(seen["names"]) >= {"API_KEY", "DOPPLER_PROJECT"}
    with pytest.raises(Refused):
        javascript("doppler.cjs", doppler.url, "another", "shop", "dev")


def test_the_vendors_command_line_client_finds_what_the_double_holds(doppler, tmp_path):
    def said(*arguments: str, token: str = TOKEN) -> str:
        return command_line(doppler.url, token, tmp_path, *arguments, "--project", "shop", "--config", "dev")

    assert said("secrets", "get", "API_KEY", "--plain") == "k-1\n"
    assert json.loads(said("secrets", "download", "--no-file", "--format", "json"))["ODD"] == ODD
    said("secrets", "set", "API_KEY=from the command line")
    assert said("secrets", "get", "API_KEY", "--plain") == "from the command line\n"
    with pytest.raises(Refused, match="Invalid Auth token"):
        said("secrets", "get", "API_KEY", token="another")


def test_values_arrive_byte_for_byte(doppler, tmp_path):
    doppler.add_config("shop", "doc", {"DOC": '{"text":"t","n":1.50,"nested":{"appID": "a1"}}'})
    doppler.tokens["dp.pt.any"] = None
    spec = {"data": [entry("ODD"), entry("EMPTY"), entry("DOPPLER_PROJECT")]}
    with StoreRun(tmp_path / "service", [*store(), wanted(spec)], env={"DOPPLER_BASE_URL": doppler.url}) as run:
        assert run.secret("app") == {"ODD": ODD.encode(), "EMPTY": b"", "DOPPLER_PROJECT": b"shop"}
        assert "1.50" not in run.output and TOKEN not in run.output
    extract = wanted({"dataFrom": [{"extract": {"key": "DOC"}}]})
    with StoreRun(tmp_path / "personal", [*store("dp.pt.any", project="shop", config="doc"), extract],
                  env={"DOPPLER_BASE_URL": doppler.url}) as run:
        assert run.secret("app") == {"text": b"t", "n": b"1.50", "nested": b'{"appID": "a1"}'}


def test_a_person_may_log_in_in_place_of_the_stores_service_account(doppler, tmp_path):
    auth = {"oidcConfig": {"identity": "00000000-0000-0000-0000-000000000000", "serviceAccountRef": {"name": "app"}}}
    manifests = [store(auth=auth)[1], wanted({"data": [entry("API_KEY")]})]
    env = {"DOPPLER_BASE_URL": doppler.url, "DOPPLER_TOKEN": TOKEN}
    with StoreRun(tmp_path / "cluster", manifests, env=env) as run:
        run.wait_output("SecretStore fails: .*ServiceAccount")
    assert doppler.statuses == []
    with StoreRun(tmp_path / "person", manifests, env=env, flags=["--use-my-credentials"]) as run:
        assert run.secret("app") == {"API_KEY": b"k-1"}
        assert TOKEN not in run.output


def test_a_change_made_by_the_vendors_client_arrives_and_what_stays_is_not_sent_again(doppler, tmp_path):
    manifests = [*store(), wanted({"data": [entry("API_KEY")]}, interval="1s")]
    with StoreRun(tmp_path, manifests, env={"DOPPLER_BASE_URL": doppler.url}) as run:
        assert run.secret("app") == {"API_KEY": b"k-1"}
        wait_for(lambda: 304 in doppler.statuses, 30, "an answer that nothing has changed")
        sdk(doppler).secrets.update(SecretsUpdateRequest(project="shop", config="dev", secrets={"API_KEY": "k-2"}))
        wait_for(lambda: run.secret("app") == {"API_KEY": b"k-2"}, 30, "the new value")


def test_a_refused_token_is_said_on_the_store(doppler, tmp_path):
    with StoreRun(tmp_path, store("dp.st.gone"), env={"DOPPLER_BASE_URL": doppler.url}) as run:
        run.wait_output(r"\(HTTP 401\): Invalid Auth token .*dopplerToken: Secret .*doppler")
        assert run.condition("secretstore", "doppler")["reason"] == "InvalidProviderConfig"


def test_every_manifest_of_the_page_works(doppler, tmp_path):
    pages = manifests_of("doppler", {"dp.st.dev.XXXXXXXX": TOKEN})
    doppler.add_config("openclaw", "prd", {"ANTHROPIC_API_KEY": "ant-1"})
    doppler.tokens[TOKEN] = None
    with StoreRun(tmp_path, pages, env={"DOPPLER_BASE_URL": doppler.url}) as run:
        assert run.condition("secretstore", "doppler")["status"] == "True"
        assert run.condition("clustersecretstore", "doppler")["status"] == "True"
        assert run.secret("api-keys") == {"ANTHROPIC_API_KEY": b"ant-1"}
        # A laptop has no ServiceAccount that a server outside would trust, and the store says so.
        run.wait_output("failed to get OIDC token")


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    plane = ControlPlane(tmp_path_factory.mktemp("plane"), with_nodes=False)
    try:
        plane.start()
        install(plane)
        yield plane
    finally:
        plane.stop()


def test_a_service_account_logs_in_once_for_every_object_of_the_store(doppler, plane):
    def oidc(identity: str, **more) -> dict:
        return {"doppler": {"project": "shop", "config": "dev", "auth": {"oidcConfig": {
            "identity": identity, "serviceAccountRef": {"name": "reader", **more}}}}}

    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "namespace": "default"}}
    store = {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore",
             "metadata": {"name": "doppler", "namespace": "default"}, "spec": {"provider": oidc("id-1")}}
    cluster_store = {"apiVersion": "external-secrets.io/v1", "kind": "ClusterSecretStore", "metadata": {"name": "everywhere"},
                     "spec": {"provider": oidc("id-2", namespace="default")}}
    of_nobody = {**store, "metadata": {"name": "stranger", "namespace": "default"}, "spec": {"provider": oidc("id-3")}}
    objects = [wanted({"data": [entry("API_KEY")]}, f"app-{i}") for i in range(5)]
    everywhere = wanted({"secretStoreRef": {"name": "everywhere", "kind": "ClusterSecretStore"}, "data": [entry("ODD")]}, "odd")
    for audience, identity in (("secretStore:default:doppler", "id-1"), ("clusterSecretStore:everywhere", "id-2")):
        doppler.trust(identity, (plane.pki / "sa.pub").read_text(), "https://kubernetes.default.svc.cluster.local",
                      [doppler.url, audience], "system:serviceaccount:default:reader")

    operator = Operator(plane, env={"DOPPLER_BASE_URL": doppler.url})
    try:
        operator.start()
        manifests = [account, store, cluster_store, of_nobody, *objects, everywhere]
        plane.kubectl("apply", "-f", "-", stdin="\n---\n".join(map(json.dumps, manifests)))
        plane.kubectl("wait", "--for=condition=Ready", "externalsecrets", "--all", "--timeout=60s")
        assert sorted(doppler.logins) == ["id-1", "id-2"]
        wait_for(lambda: "Could not find requested identity" in operator.log(), 30, "the refused login in the log")
        assert "dp.said" not in operator.log() and "eyJ" not in operator.log()
    finally:
        operator.stop()
