"""Azure Key Vault, against a double under the real host names, which the vendor's clients fill and read in the same run."""

import base64
import datetime
import json
import pathlib
import re
import time

import pytest
import yaml
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.identity import (CertificateCredential, ClientAssertionCredential, ClientSecretCredential,
                            ManagedIdentityCredential)
from azure.keyvault.certificates import CertificateClient, CertificatePolicy
from azure.keyvault.keys import JsonWebKey, KeyClient
from azure.keyvault.secrets import SecretClient
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.x509.oid import NameOID

from doubles.azure import AUDIENCE, TENANT, Application, AzureDouble
from harness import tools
from harness.processes import Process, free_port, wait_for
from store_run import StoreRun

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "stores" / "azure.md"
CLIENT = "00000000-0000-4000-8000-00000000000a"
MACHINE = "00000000-0000-4000-8000-00000000000b"
SECRET = "s3cret&+/ü"
VAULT = "https://team.vault.azure.net"
VALUE = '{"login": {"user": "app"}, "n": 12345678901234567890, "f": 1.50, "text": "\\u00e9 é\\n", "empty": "", "a.b": "dot"}'


def certificate_and_key() -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "app")])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
               .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1)))
    return builder.sign(key, hashes.SHA256()), key


def pem(certificate, key) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


CERTIFICATE, KEY = certificate_and_key()


def signed(key, claims: dict) -> str:
    """A token of an issuer of the cluster's, RS256."""
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    text = part(b'{"alg":"RS256","typ":"JWT"}') + "." + part(json.dumps(claims).encode())
    return text + "." + part(key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA256()))


def federated_token() -> str:
    now = int(time.time())
    return signed(KEY, {"iss": "https://issuer.example", "sub": "system:serviceaccount:rotor-system:rotor", "aud": [AUDIENCE],
                        "iat": now, "exp": now + 3600})


@pytest.fixture(scope="module")
def azure(tmp_path_factory):
    double = AzureDouble(tmp_path_factory.mktemp("azure"), "team", "other").start()
    double.entra.applications[CLIENT] = Application(
        secrets={SECRET}, certificates=[CERTIFICATE],
        federated=[(KEY.public_key(), "https://issuer.example", "system:serviceaccount:rotor-system:rotor")])
    double.machine_identities |= {MACHINE}
    fill(double)
    yield double
    double.stop()


def credential(double) -> ClientSecretCredential:
    return ClientSecretCredential(TENANT, CLIENT, SECRET, disable_instance_discovery=True, **double.client_options())


def secrets(double, who=None) -> SecretClient:
    return SecretClient(VAULT, who or credential(double), **double.client_options())


def fill(double):
    """By the vendor's clients."""
    client = secrets(double)
    client.set_secret("db-password", "pässword\n")
    client.set_secret("db", VALUE, tags={"owner": "seb"}, expires_on=datetime.datetime(2030, 1, 1, tzinfo=datetime.timezone.utc))
    client.set_secret("off", "x")
    client.update_secret_properties("off", enabled=False)
    client.set_secret("gone", "x")
    client.begin_delete_secret("gone").wait()
    double.first_version = client.set_secret("versions", "one").properties.version
    client.set_secret("versions", "two")
    certificates = CertificateClient(VAULT, credential(double), **double.client_options())
    certificates.import_certificate("app", pem(CERTIFICATE, KEY), policy=CertificatePolicy.get_default())
    numbers = KEY.public_key().public_numbers()
    jwk = JsonWebKey(kty="RSA", key_ops=["verify"], n=numbers.n.to_bytes(256, "big"), e=b"\x01\x00\x01")
    KeyClient(VAULT, credential(double), **double.client_options()).import_key("app", jwk)


def store(**azurekv) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "team-vault"},
            "spec": {"provider": {"azurekv": {"vaultUrl": VAULT, "tenantId": TENANT, **azurekv}}}}


def kept(**data) -> dict:
    """The Secret with the application's credentials."""
    values = {"client-id": CLIENT, "client-secret": SECRET, "client.pem": pem(CERTIFICATE, KEY).decode(), **data}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "azure"}, "stringData": values}


BY_SECRET = {"authSecretRef": {"clientId": {"name": "azure", "key": "client-id"},
                               "clientSecret": {"name": "azure", "key": "client-secret"}}}


def wanted(data: dict[str, dict], name: str = "app", kind: str = "SecretStore", **spec) -> dict:
    entries = [{"secretKey": key, "remoteRef": ref} for key, ref in data.items()]
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"secretStoreRef": {"name": "team-vault", "kind": kind}, "refreshInterval": "1h", "data": entries, **spec}}


def test_the_vendors_clients_take_the_double_for_azure(azure):
    client = secrets(azure)
    assert client.get_secret("db").value == VALUE
    assert client.get_secret("versions", azure.first_version).value == "one"
    with pytest.raises(ResourceNotFoundError, match="SecretNotFound"):
        client.get_secret("gone")
    with pytest.raises(HttpResponseError, match="Forbidden"):
        client.get_secret("off")
    azure.vaults["team.vault.azure.net"].page = 2
    names = [properties.name for properties in client.list_properties_of_secrets()]
    azure.vaults["team.vault.azure.net"].page = 25
    assert names == ["db", "db-password", "off", "versions"]


def test_values_arrive_byte_for_byte_in_few_calls(azure, tmp_path):
    azure.calls.clear()
    refs = {"password": {"key": "db-password"}, "whole": {"key": "secret/db"}, "user": {"key": "db", "property": "login.user"},
            "number": {"key": "db", "property": "n"}, "text": {"key": "db", "property": "text"},
            "empty": {"key": "db", "property": "empty"}, "dot": {"key": "db", "property": "a.b"},
            "one": {"key": "versions", "version": azure.first_version}, "two": {"key": "versions"},
            "owner": {"key": "db", "metadataPolicy": "Fetch", "property": "owner"},
            "expires": {"key": "db", "metadataPolicy": "Fetch", "property": "attribute.expires"},
            "ca.der": {"key": "cert/app"}, "jwk": {"key": "key/app"}, "n": {"key": "key/app", "property": "n"}}
    with StoreRun(tmp_path, [kept(), store(**BY_SECRET), wanted(refs)], env=azure.environment()) as run:
        got = run.secret("app")
        assert run.condition("secretstore", "team-vault")["status"] == "True"
        assert SECRET not in run.output and "12345678901234567890" not in run.output
    jwk = json.loads(got.pop("jwk"))
    n = base64.urlsafe_b64encode(KEY.public_key().public_numbers().n.to_bytes(256, "big")).rstrip(b"=")
    assert got == {"password": "pässword\n".encode(), "whole": VALUE.encode(), "user": b"app", "number": b"12345678901234567890",
                   "text": "é é\n".encode(), "empty": b"", "dot": b"dot", "one": b"one", "two": b"two", "owner": b"seb",
                   "expires": b"2030-01-01T00:00:00Z", "ca.der": CERTIFICATE.public_bytes(serialization.Encoding.DER), "n": n}
    assert list(jwk) == ["kid", "kty", "key_ops", "n", "e"]
    assert azure.count("/oauth2/v2.0/token") == 1
    assert azure.count("/secrets/db/") == 1


def test_extract_gives_the_members(azure, tmp_path):
    extract = wanted({}, dataFrom=[{"extract": {"key": "db"}}])
    del extract["spec"]["data"]
    with StoreRun(tmp_path, [kept(), store(**BY_SECRET), extract], env=azure.environment()) as run:
        assert run.secret("app") == {"login": b'{"user": "app"}', "n": b"12345678901234567890", "f": b"1.50",
                                     "text": "é é\n".encode(), "empty": b"", "a.b": b"dot"}


@pytest.mark.parametrize("remote, said", [
    ("off", "GetSecret: Forbidden (SecretDisabled)"),
    ("gone", "Secret does not exist"),
    ("a_b", "no object of a key vault can be named"),
])
def test_an_external_secret_says_what_is_wrong(azure, tmp_path, remote, said):
    with StoreRun(tmp_path, [kept(), store(**BY_SECRET), wanted({"x": {"key": remote}})], env=azure.environment()) as run:
        run.wait_output(re.escape(said))
        assert run.get("secret", "app", "default") is None


def test_a_role_that_is_missing_is_named(azure, tmp_path):
    vault = azure.vaults["team.vault.azure.net"]
    vault.denied.add(CLIENT)
    try:
        with StoreRun(tmp_path, [kept(), store(**BY_SECRET), wanted({"x": {"key": "db"}})], env=azure.environment()) as run:
            run.wait_output("ForbiddenByRbac.*Key Vault Secrets User")
    finally:
        vault.denied.clear()


@pytest.mark.parametrize("name, azurekv, said", [
    ("wrong secret", {**BY_SECRET}, "AADSTS7000215: Invalid client secret provided"),
    ("other tenant", {**BY_SECRET, "tenantId": "99999999-2222-3333-4444-555555555555"}, "AADSTS90002.*compare tenantId"),
    ("no such vault", {**BY_SECRET, "vaultUrl": "https://nobody.vault.azure.net"}, "GET https://nobody.vault.azure.net.*refused the tunnel"),
    ("machine's", {"authType": "ManagedIdentity", "identityId": "nobody"}, "Identity not found.*identityId"),
])
def test_a_store_says_what_is_wrong(azure, tmp_path, name, azurekv, said):
    credentials = kept(**({"client-secret": "wrong"} if name == "wrong secret" else {}))
    with StoreRun(tmp_path, [credentials, store(**azurekv), wanted({"x": {"key": "db"}})], env=azure.environment()) as run:
        run.wait_output(said)
        assert "Trace ID" not in run.output
        assert run.get("secret", "app", "default") is None


def environment_for(azure, folder: pathlib.Path) -> dict:
    """Of a controller with a workload identity of its own."""
    token = folder / "federated-token"
    token.write_text(federated_token() + "\n")
    return {**azure.environment(), "AZURE_CLIENT_ID": CLIENT, "AZURE_TENANT_ID": TENANT, "AZURE_FEDERATED_TOKEN_FILE": str(token)}


def vendors(azure, mode: str, monkeypatch):
    options = azure.client_options()
    if mode == "certificate":
        return CertificateCredential(TENANT, CLIENT, certificate_data=pem(CERTIFICATE, KEY), disable_instance_discovery=True, **options)
    if mode == "controller":
        return ClientAssertionCredential(TENANT, CLIENT, federated_token, disable_instance_discovery=True, **options)
    if mode == "machine":
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", azure.environment()["AZURE_POD_IDENTITY_AUTHORITY_HOST"])
        return ManagedIdentityCredential(client_id=MACHINE)
    return credential(azure)


def blocks() -> dict[str, list[dict]]:
    """The YAML of the page, by the comment in its first line."""
    found = re.findall(r"^```yaml\n(?:# (\w+)\n)?(.*?)^```", PAGE.read_text(), re.M | re.S)
    return {name or "externalsecret": list(yaml.safe_load_all(text)) for name, text in found}


def test_the_page_shows_every_way():
    assert sorted(blocks()) == ["certificate", "controller", "externalsecret", "machine", "secret", "serviceaccount", "stack"]


EXPECTED = {"password": "pässword\n".encode(), "user": b"app", "owner": b"seb",
            "ca.der": CERTIFICATE.public_bytes(serialization.Encoding.DER)}


@pytest.mark.parametrize("mode", ["secret", "certificate", "machine", "controller", "stack"])
def test_the_manifests_of_the_page_work_and_the_vendors_client_logs_in_the_same_way(azure, tmp_path, mode, monkeypatch):
    assert secrets(azure, vendors(azure, mode, monkeypatch)).get_secret("db").value == VALUE
    manifests = blocks()[mode]
    external = blocks()["externalsecret"][0]
    external["spec"]["secretStoreRef"]["kind"] = manifests[-1]["kind"]
    with StoreRun(tmp_path, [kept(), *manifests, external], env=environment_for(azure, tmp_path)) as run:
        assert run.secret("app") == EXPECTED


class Cluster:
    """`rotor apiserver`, and `rotor operator` beside it: here ServiceAccounts have tokens."""

    def __init__(self, folder: pathlib.Path, env: dict):
        self.kubeconfig = folder / "kubeconfig"
        self.server = Process("apiserver", [tools.rotor(), "apiserver", "--kubeconfig-out", self.kubeconfig], folder)
        self.operator = Process("operator", [tools.rotor(), "operator", f"--kubeconfig={self.kubeconfig}", "--live-addr=0",
                                             f"--metrics-addr=127.0.0.1:{free_port()}"], folder, env=env)

    def __enter__(self):
        self.server.start()
        wait_for(lambda: self.kubeconfig.exists() and self.kubectl("get", "--raw", "/readyz"), 30, "the API server")
        self.kubectl("apply", "--server-side", "-f", str(tools.ROOT / "deploy" / "crds"))
        return self

    def __exit__(self, *_):
        self.operator.stop()
        self.server.stop()

    def kubectl(self, *args, stdin: str | None = None) -> str:
        return StoreRun.kubectl(self, *args, stdin=stdin)

    @property
    def output(self) -> str:
        return self.operator.log()


def trust_issuer(azure, cluster: Cluster, subject: str):
    """What `federated-credential create` does, with the keys the cluster publishes."""
    key = json.loads(cluster.kubectl("get", "--raw", "/openid/v1/jwks"))["keys"][0]
    issuer = json.loads(cluster.kubectl("get", "--raw", "/.well-known/openid-configuration"))["issuer"]
    x, y = (int.from_bytes(base64.urlsafe_b64decode(key[part] + "=="), "big") for part in "xy")
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    azure.entra.applications[CLIENT].federated.append((public, issuer, subject))


def test_a_service_account_logs_in_with_its_own_token(azure, tmp_path):
    with Cluster(tmp_path, azure.environment()) as cluster:
        manifests = [*blocks()["serviceaccount"], *blocks()["externalsecret"]]
        cluster.kubectl("apply", "--server-side", "-n", "default", "-f", "-", stdin="\n---\n".join(map(json.dumps, manifests)))
        cluster.operator.start()
        wait_for(lambda: "AADSTS700213" in cluster.output, 30, "a login without a federated credential")
        trust_issuer(azure, cluster, "system:serviceaccount:default:app")
        # The refusal is remembered for a minute; a new process asks anew.
        cluster.operator.stop()
        cluster.operator.start()
        text = wait_for(lambda: cluster.kubectl("-n", "default", "get", "secret", "app", "-o", "json", "--ignore-not-found"), 30,
                        "the Secret of a ServiceAccount's store")
    assert {k: base64.b64decode(v) for k, v in json.loads(text)["data"].items()} == EXPECTED
