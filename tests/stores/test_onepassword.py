"""1Password Connect, against a double that the vendor's own client drives in the same run."""

import subprocess

import pytest
import onepasswordconnectsdk
from onepasswordconnectsdk.client import FailedToRetrieveItemException

from doubles.onepassword import Connect
from page import manifests_of
from store_run import StoreRun
from vendors import Refused, javascript

ODD = 'a \\"b" / ü 日 100% #1 & more'
BINARY = bytes(range(256))


@pytest.fixture
def connect():
    with Connect() as connect:
        yield connect


def store(url: str, vaults: dict, token: str = "connect-token") -> list[dict]:
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "op"}, "stringData": {"token": token}},
        {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "op"},
         "spec": {"provider": {"onepassword": {
             "connectHost": url, "vaults": vaults,
             "auth": {"secretRef": {"connectTokenSecretRef": {"name": "op", "key": "token"}}}}}}},
    ]


def wanted(spec: dict) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "app"},
            "spec": {"secretStoreRef": {"name": "op"}, "refreshInterval": "1h", **spec}}


def test_the_vendors_client_finds_what_the_double_holds(connect):
    vault = connect.add_vault("Team")
    item = connect.add_item(vault, "login", {"password": "pw"}, {"key.bin": BINARY}, tags=["prod"])
    client = onepasswordconnectsdk.new_client(connect.url, "connect-token")
    assert client.get_vault_by_title("Team").id == vault
    assert client.get_vault(vault).name == "Team"
    assert [s.title for s in client.get_items(vault)] == ["login"]
    assert client.get_item("login", "Team").fields[0].value == "pw"
    found = client.get_item_by_id(item, vault)
    assert (found.tags, found.category) == (["prod"], "LOGIN")
    file = client.get_files(item, vault)[0]
    assert client.get_file_content(file.id, item, vault, file.content_path) == BINARY
    with pytest.raises(FailedToRetrieveItemException):
        client.get_item("nothing", vault)
    with pytest.raises(FailedToRetrieveItemException):
        onepasswordconnectsdk.new_client(connect.url, "another").get_items(vault)


def test_the_vendors_client_for_javascript_finds_what_the_double_holds(connect):
    vault = connect.add_vault("Team")
    connect.add_item(vault, "login", {"password": 'x "y" é', "empty": ""}, {"key.pem": b"-----BEGIN"})
    seen = javascript("connect.cjs", connect.url, "connect-token", "Team", "login", "key.pem")
    assert seen == {"vaults": ["Team"], "titles": ["login"], "byId": "login", "fields": {"password": 'x "y" é', "empty": ""},
                    "file": "-----BEGIN"}
    with pytest.raises(Refused, match="Invalid token signature"):
        javascript("connect.cjs", connect.url, "another", "Team", "login", "key.pem")


def test_a_person_may_log_in_in_place_of_the_stores_token(connect, tmp_path):
    vault = connect.add_vault("Team")
    connect.add_item(vault, "login", {"password": "pw"})
    manifests = [store(connect.url, {"Team": 1})[1], wanted({"data": [{"secretKey": "k", "remoteRef": {"key": "login"}}]})]
    env = {"OP_CONNECT_HOST": connect.url, "OP_CONNECT_TOKEN": "connect-token"}
    with StoreRun(tmp_path / "cluster", manifests, env=env) as run:
        run.wait_output('SecretStore fails: .*cannot get Kubernetes secret "op"')
    assert connect.calls == []
    with StoreRun(tmp_path / "person", manifests, env=env, flags=["--use-my-credentials"]) as run:
        assert run.secret("app") == {"k": b"pw"}
    env["OP_CONNECT_HOST"] = "https://another.example"
    with StoreRun(tmp_path / "elsewhere", manifests, env=env, flags=["--use-my-credentials"]) as run:
        run.wait_output('SecretStore fails: .*cannot get Kubernetes secret "op"')


def test_fields_and_files_arrive_byte_for_byte(connect, tmp_path):
    first, second = connect.add_vault("First"), connect.add_vault(ODD)
    connect.add_item(second, ODD, {"pass word": 'x "y" \n\t é 0123', "empty": ""}, {"key.bin": BINARY})
    document = connect.add_item(first, "cert", files={"tls.pem": b"-----BEGIN", "second": b""}, category="DOCUMENT")
    spec = {"data": [
        {"secretKey": "text", "remoteRef": {"key": ODD, "property": "pass word"}},
        {"secretKey": "empty", "remoteRef": {"key": ODD, "property": "field/empty"}},
        {"secretKey": "binary", "remoteRef": {"key": ODD, "property": "file/key.bin"}},
        {"secretKey": "document", "remoteRef": {"key": document}}],
        "dataFrom": [{"extract": {"key": "cert"}}]}
    with StoreRun(tmp_path, [*store(connect.url, {first: 1, ODD: 2}), wanted(spec)]) as run:
        assert run.secret("app") == {"text": 'x "y" \n\t é 0123'.encode(), "empty": b"", "binary": BINARY,
                                     "document": b"-----BEGIN", "tls.pem": b"-----BEGIN", "second": b""}
        assert "0123" not in run.output and "connect-token" not in run.output


def test_a_refused_token_and_a_wrong_vault_are_said_on_the_store(connect, tmp_path):
    connect.add_vault("Team")
    with StoreRun(tmp_path / "token", store(connect.url, {"Team": 1}, token="another")) as run:
        run.wait_output("Invalid token signature .*connectTokenSecretRef: Secret .*op.*, key .*token")
        assert run.condition("secretstore", "op")["reason"] == "InvalidProviderConfig"
    with StoreRun(tmp_path / "vault", store(connect.url, {"team": 1})) as run:
        run.wait_output("Found 0 vaults with title .*team.*spec.provider.onepassword.vaults")


def test_a_server_of_an_authority_of_ones_own_is_believed_by_ssl_cert_file_alone(tmp_path):
    files = tmp_path / "server.crt", tmp_path / "server.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=connect", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    with Connect(certificate=files) as connect:
        connect.add_item(connect.add_vault("Team"), "login", {"password": "pw"})
        manifests = [*store(connect.url, {"Team": 1}), wanted({"data": [{"secretKey": "p", "remoteRef": {"key": "login"}}]})]
        with StoreRun(tmp_path / "unknown", manifests) as run:
            run.wait_output("the certificate of .* is not trusted")
            assert run.get("secret", "app", "default") is None
        with StoreRun(tmp_path / "known", manifests, env={"SSL_CERT_FILE": str(files[0])}) as run:
            assert run.secret("app") == {"p": b"pw"}


def test_every_manifest_of_the_page_works(connect, tmp_path):
    team = connect.add_vault("Team")
    connect.add_vault("Shared")
    connect.add_item(team, "Anthropic", {"api key": "ant-1", "password": "pw"}, {"ca.pem": b"pem"}, tags=["openclaw"])
    pages = manifests_of("onepassword", {"http://onepassword-connect.1password.svc:8080": connect.url,
                                         "eyJhbGciOi...": "connect-token"})
    with StoreRun(tmp_path, pages) as run:
        assert run.condition("secretstore", "onepassword")["status"] == "True"
        assert run.condition("clustersecretstore", "onepassword")["status"] == "True"
        assert run.secret("api-keys")["ANTHROPIC_API_KEY"] == b"ant-1"
