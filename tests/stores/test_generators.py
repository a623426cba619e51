"""Generators in `rotor run`: the manifests of docs/generators.md, with a real Vault and a server for the webhook."""

import base64
import json
import re
import ssl
import subprocess

import pytest

from doubles.double import Double
from harness.processes import wait_for
from harness.vault import Vault
from page import manifests_of
from store_run import StoreRun

CANARY = "let-me-in"
PLAIN = base64.b64encode(b"canary-of-transit").decode()
TRANSIT_POLICY = "\n".join(f'path "transit/{path}" {{ capabilities = ["update"] }}' for path in (
    "encrypt/shop", "decrypt/shop", "decrypt/mover", "rewrap/shop", "datakey/plaintext/shop", "datakey/wrapped/shop",
    "hmac/shop", "sign/signer", "random/24"))


class Sessions(Double):
    """Gives out numbered sessions to who knows the key."""

    def __init__(self):
        super().__init__()
        self.given = 0
        self.bodies: list[bytes] = []

    def answer(self, call):
        if call.headers.get("Authorization") != f"Bearer {CANARY}":
            return 401, {}, {"error": CANARY}
        self.bodies.append(call.body)
        self.given += 1
        return 200, {}, {"session": {"token": f"s-{self.given}", "expires": 1.5e3, "scopes": ["a", "b"]}}


def generated(name: str, *items: tuple[str, str], **spec) -> dict:
    refs = [{"sourceRef": {"generatorRef": {"kind": kind, "name": generator}}} for kind, generator in items]
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"refreshPolicy": "OnChange", "dataFrom": refs, **spec}}


def generator(kind: str, name: str, spec: dict) -> dict:
    return {"apiVersion": "generators.external-secrets.io/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}


@pytest.fixture(scope="module")
def vault(tmp_path_factory):
    vault = Vault(tmp_path_factory.mktemp("vault")).start()
    root = vault.client()
    root.sys.enable_secrets_engine("pki")
    root.write("pki/root/generate/internal", common_name="root", ttl="8760h")
    root.write("pki/roles/web", allowed_domains="example.com", allow_subdomains=True, max_ttl="72h")
    root.sys.enable_secrets_engine("transit")
    root.write("transit/keys/shop")
    root.write("transit/keys/mover")
    root.write("transit/keys/mover/config", deletion_allowed=True)
    root.write("transit/keys/signer", type="ed25519")
    root.sys.create_or_update_policy("transit", TRANSIT_POLICY)
    root.sys.create_or_update_policy("narrow", 'path "pki/issue/*" { capabilities = ["update"] }')
    yield vault
    vault.stop()


@pytest.fixture(scope="module")
def sessions():
    with Sessions() as sessions:
        yield sessions


@pytest.fixture(scope="module")
def ciphertexts(vault):
    """Of one text, with two keys."""
    return {key: vault.client().secrets.transit.encrypt_data(key, plaintext=PLAIN)["data"]["ciphertext"]
            for key in ("shop", "mover")}


@pytest.fixture(scope="module")
def run(vault, sessions, ciphertexts, tmp_path_factory):
    def dynamic(name: str, token: str = "vault-token", **spec) -> dict:
        provider = {"server": vault.url, "caProvider": {"type": "ConfigMap", "name": "vault-ca", "key": "ca.crt"},
                    "auth": {"tokenSecretRef": {"name": token, "key": "token"}}}
        return generator("VaultDynamicSecret", name, {"provider": provider, **spec})

    def transit(name: str, path: str, **parameters) -> list[dict]:
        return [dynamic(name, token="transit-token", path=f"transit/{path}", method="POST", parameters=parameters),
                generated(name, ("VaultDynamicSecret", name))]

    allowed = vault.client().auth.token.create(policies=["transit"], ttl="1h")["auth"]["client_token"]
    narrow = vault.client().auth.token.create(policies=["narrow"], ttl="1h")["auth"]["client_token"]
    more = [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "vault-token"}, "stringData": {"token": "root"}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "narrow-token"}, "stringData": {"token": narrow}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "transit-token"}, "stringData": {"token": allowed}},
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "unlabelled"}, "stringData": {"key": CANARY}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "vault-ca"}, "data": {"ca.crt": vault.ca}},
        dynamic("token", path="auth/token/create", method="POST", resultType="Auth", parameters={"ttl": "1h"}),
        dynamic("keys", path="transit/keys", method="LIST"),
        dynamic("narrow", token="narrow-token", path="transit/keys/shop"),
        dynamic("pem", path="pki/ca/pem"),
        generated("token", ("VaultDynamicSecret", "token")),
        generated("keys", ("VaultDynamicSecret", "keys")),
        generated("narrow", ("VaultDynamicSecret", "narrow")),
        generated("pem", ("VaultDynamicSecret", "pem")),
        generator("Webhook", "unlabelled", {"url": sessions.url, "result": {}, "secrets": [
            {"name": "login", "secretRef": {"name": "unlabelled"}}]}),
        generated("unlabelled", ("Webhook", "unlabelled")),
        generator("Webhook", "wrong", {"url": sessions.url, "result": {}, "headers": {"Authorization": "Bearer {{ .login.key }}x"},
                                       "secrets": [{"name": "login", "secretRef": {"name": "token-service"}}]}),
        generated("wrong", ("Webhook", "wrong")),
    ]
    more += [
        *transit("encrypt", "encrypt/shop", plaintext=PLAIN),
        *transit("decrypt", "decrypt/shop", ciphertext=ciphertexts["shop"]),
        *transit("moved", "decrypt/mover", ciphertext=ciphertexts["mover"]),
        *transit("rewrap", "rewrap/shop", ciphertext=ciphertexts["shop"]),
        *transit("batch", "encrypt/shop", batch_input=[{"plaintext": PLAIN}, {"plaintext": PLAIN}]),
        *transit("data-key", "datakey/plaintext/shop"),
        *transit("wrapped", "datakey/wrapped/shop"),
        *transit("hmac", "hmac/shop", input=PLAIN),
        *transit("sign", "sign/signer", input=PLAIN),
        *transit("random", "random/24", format="hex"),
        *transit("broken", "decrypt/shop", ciphertext=f"vault:v1:{PLAIN}"),
        *transit("other-key", "encrypt/mover", plaintext=PLAIN),
    ]
    page = manifests_of("../generators", {"https://tokens.example.com": sessions.url,
                                          "https://vault.example.com:8200": vault.url})
    text = page + "\n---\n" + "\n---\n".join(map(json.dumps, more))
    with StoreRun(tmp_path_factory.mktemp("run"), text) as run:
        yield run


def rotate(run: StoreRun, name: str) -> None:
    before = run.get("externalsecret", name, "default")["status"]["syncedResourceVersion"]
    run.kubectl("-n", "default", "annotate", "externalsecret", name, f"force-sync={before}", "--overwrite")
    wait_for(lambda: run.get("externalsecret", name, "default")["status"]["syncedResourceVersion"] != before, 30,
             f"a refresh of {name}")


def why(run: StoreRun, name: str) -> str:
    def told():
        events = json.loads(run.kubectl("-n", "default", "events", "--for", f"externalsecret/{name}", "-o", "json"))
        return "\n".join(e["message"] for e in events["items"] if e["type"] == "Warning")
    return wait_for(told, 30, f"a warning about {name}")


def test_a_password_of_the_page_is_made_once(run):
    url = run.secret("db")["url"].decode()
    assert re.fullmatch(r"postgres://app:\S{32,}@db\.shop\.svc:5432/app", url)
    run.kubectl("-n", "default", "annotate", "externalsecret", "db", "force-sync=1")
    assert run.secret("db")["url"].decode() == url


def test_openssh_takes_the_key_of_the_page(run, tmp_path):
    secret = run.secret("deploy")
    assert set(secret) == {"user", "uuid", "privateKey", "publicKey"}
    key = tmp_path / "key"
    key.write_bytes(secret["privateKey"])
    key.chmod(0o600)
    public = subprocess.run(["ssh-keygen", "-y", "-P", "", "-f", key], check=True, capture_output=True).stdout
    assert public == secret["publicKey"]
    assert public.endswith(b" deploy@shop\n")


def test_a_cluster_generator_of_the_page_rotates_when_asked(run):
    first = run.secret("accounts")
    assert set(first) == {"password-admin", "password-reader"}
    assert all(len(value) == 48 for value in first.values()) and len(set(first.values())) == 2
    rotate(run, "accounts")
    assert not set(run.secret("accounts").values()) & set(first.values())


def test_a_webhook_is_called_once_a_refresh(run, sessions):
    first = run.secret("session")
    assert first == {"token": b"s-1", "expires": b"1500", "scopes": b'["a","b"]'}
    assert sessions.bodies == [b'{"for": "shop"}']
    rotate(run, "session")
    assert run.secret("session")["token"] == b"s-2"


def test_a_secret_that_does_not_allow_it_is_not_sent(run):
    assert "secret does not contain needed label 'external-secrets.io/type: webhook'" in why(run, "unlabelled")


def test_what_a_server_refuses_is_told_without_the_key(run):
    assert "endpoint gave error 401 Unauthorized" in why(run, "wrong")
    assert CANARY not in run.output + run.kubectl("get", "events,externalsecrets", "-A", "-o", "json")


def test_vault_issues_the_certificate_of_the_page(run, vault, tmp_path):
    secret = run.secret("web-tls")
    (tmp_path / "pair.pem").write_bytes(secret["tls.crt"] + b"\n" + secret["tls.key"])
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(tmp_path / "pair.pem")  # they belong together
    assert len(vault.client().secrets.pki.list_certificates()["data"]["keys"]) == 2  # the root's and this one
    rotate(run, "web-tls")
    assert run.secret("web-tls")["tls.crt"] != secret["tls.crt"]
    assert len(vault.client().secrets.pki.list_certificates()["data"]["keys"]) == 3


def test_vault_gives_tokens_and_lists(run, vault):
    token = run.secret("token")
    assert vault.client(token["client_token"].decode()).is_authenticated()
    assert token["lease_duration"] == b"3600" and token["policies"] == b'["root"]'
    assert run.secret("keys") == {"keys": b'["mover","shop","signer"]'}


def test_vault_says_what_it_does_not_allow(run):
    said = why(run, "narrow")
    assert "permission denied" in said and "spec.path is wrong" in said
    assert "Raw Message" in why(run, "pem")


def test_transit_does_each_of_its_works_with_a_policy_of_those_paths_alone(run, vault, ciphertexts):
    transit = vault.client().secrets.transit

    def opened(ciphertext: bytes) -> str:
        return transit.decrypt_data("shop", ciphertext.decode())["data"]["plaintext"]

    encrypted = run.secret("encrypt")
    assert opened(encrypted["ciphertext"]) == PLAIN and encrypted["key_version"] == b"1"
    assert run.secret("decrypt") == {"plaintext": PLAIN.encode()}
    assert opened(run.secret("rewrap")["ciphertext"]) == PLAIN
    both = json.loads(run.secret("batch")["batch_results"])
    assert [opened(one["ciphertext"].encode()) for one in both] == [PLAIN, PLAIN]
    key = run.secret("data-key")
    assert len(base64.b64decode(key["plaintext"])) == 32 and opened(key["ciphertext"]) == key["plaintext"].decode()
    wrapped = run.secret("wrapped")
    assert "plaintext" not in wrapped and len(base64.b64decode(opened(wrapped["ciphertext"]))) == 32
    assert transit.verify_signed_data("shop", PLAIN, hmac=run.secret("hmac")["hmac"].decode())["data"]["valid"]
    assert transit.verify_signed_data("signer", PLAIN, signature=run.secret("sign")["signature"].decode())["data"]["valid"]
    assert re.fullmatch(rb"[0-9a-f]{48}", run.secret("random")["random_bytes"])
    assert "permission denied" in why(run, "other-key")


def test_what_another_key_encrypted_keeps_the_old_secret_and_is_told_without_the_text(run, vault, ciphertexts):
    assert run.secret("moved") == {"plaintext": PLAIN.encode()}
    root = vault.client()
    root.delete("transit/keys/mover")
    root.write("transit/keys/mover")  # of the same name
    run.kubectl("-n", "default", "annotate", "externalsecret", "moved", "force-sync=1")
    assert "message authentication failed" in why(run, "moved")
    assert run.secret("moved") == {"plaintext": PLAIN.encode()}
    assert "Code: 400" in why(run, "broken")
    told = run.output + run.kubectl("get", "events,externalsecrets", "-A", "-o", "json")
    for text in (PLAIN, "canary-of-transit", *ciphertexts.values(), run.secret("encrypt")["ciphertext"].decode()):
        assert text not in told
