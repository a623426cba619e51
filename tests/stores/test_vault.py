"""HashiCorp Vault: a real server over TLS. Values in `rotor run`, compared with what the vendor-independent client hvac
and the server's own text say; the manifests of docs/stores/vault.md with `rotor operator` on a real API server, whose
ServiceAccounts log in."""

import base64
import json
import re
import subprocess
import time

import jwt
import pytest
import yaml

from harness.control_plane import ControlPlane
from harness.directory import PEOPLE, Directory
from harness.operator import Operator, install
from harness.processes import wait_for
from harness.vault import Vault
from page import blocks_of, needs_a_cloud
from revocation import PROGRAM, Revocation, rotates_there_and_back, secret_of
from store_run import StoreRun

POLICY = """
path "secret/data/shop/*"     { capabilities = ["read"] }
path "secret/metadata/shop/*" { capabilities = ["read", "list"] }
path "kv1/shop/*"             { capabilities = ["read"] }
path "kv1/data/shop/*"        { capabilities = ["read"] }
path "pki/*"                  { capabilities = ["read"] }
path "transit/keys/*"         { capabilities = ["read"] }
path "sys/mounts/secret"      { capabilities = ["read"] }
"""


# Keys and values as nobody should choose them.
ODD_KEY = "shop/ odd %2e?#&=+;\u00e9/x y"
ODD = {"\u043a\u043b\u044e\u0447": "\u0437\u043d\u0430\u0447\u0435\u043d\u0438\u0435 \U0001f511", "a.b": "dotted", "a": {"b": "nested"}, "html": "<script>&\u2028</script>",
       "binary": base64.b64encode(bytes(range(256))).decode(), "big": "x" * 300_000, "lines": "\r\n\t\\ \"quoted\"\n"}


def openssl(*args) -> None:
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


def key_pair(folder, name: str) -> tuple[str, str]:
    """An RSA key and its public half, PEM."""
    openssl("genrsa", "-out", folder / f"{name}.key", "2048")
    openssl("rsa", "-in", folder / f"{name}.key", "-pubout", "-out", folder / f"{name}.pub")
    return (folder / f"{name}.key").read_text(), (folder / f"{name}.pub").read_text()


class Shop:
    """A Vault server with one application in it, which every auth method leads to."""

    def __init__(self, folder):
        self.folder = folder
        self.directory = Directory(folder, {"shop": "pass word", "ann": "her own"}).start()
        self.vault = Vault(folder).start()
        self.root = self.vault.client()
        self.jwt_key, self.jwt_public = key_pair(folder, "jwt")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "cert.key", "-out", folder / "cert.pem",
                "-days", "1", "-subj", "/CN=shop", "-addext", "extendedKeyUsage=clientAuth")
        self.cert, self.cert_key = (folder / "cert.pem").read_text(), (folder / "cert.key").read_text()
        self.audit_path = folder / "audit.jsonl"
        self.root.sys.enable_audit_device("file", options={"file_path": str(self.audit_path)})
        self.root.sys.create_or_update_policy("shop", POLICY)
        self._secrets()
        self._logins()

    def _secrets(self):
        for path, backend, version in [("kv1", "kv", "1"), ("pki", "pki", None), ("transit", "transit", None)]:
            self.root.sys.enable_secrets_engine(backend, path=path, options={"version": version} if version else None)
        write = self.root.secrets.kv.v2.create_or_update_secret
        write("shop/db", {"password": "first"})
        write("shop/db", {"password": "second <&> \u00e9\n", "port": 5432})
        self.root.secrets.kv.v2.update_metadata("shop/db", custom_metadata={"owner": "team a"})
        write("shop/api", {"token": "t", "empty": "", "list": ["<", 1], "nothing": None, "yes": True, "url": "https://x?a=1&b=2"})
        self.raw("PUT", "secret/data/shop/numbers", '{"data":{"big":12345678901234567890,"f":1.10,"e":1e21,"i":42}}')
        self.raw("PUT", "kv1/shop/numbers", '{"big":12345678901234567890,"f":1.10,"e":1e21,"i":42,"deep":{"f":1.10}}')
        write(ODD_KEY, ODD)
        for name in ("deleted", "destroyed"):
            write(f"shop/{name}", {"k": "v"})
        self.root.secrets.kv.v2.delete_latest_version_of_secret("shop/deleted")
        self.root.secrets.kv.v2.destroy_secret_versions("shop/destroyed", [1])
        write("other/app", {"k": "v"})
        self.root.write("pki/root/generate/internal", common_name="root", ttl="8760h")
        self.root.write("pki/roles/web", allowed_domains="example.com", allow_subdomains=True, max_ttl="72h")
        openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-keyout", self.folder / "web.key", "-out", self.folder / "web.csr",
                "-subj", "/CN=web.example.com")
        self.signed = self.root.write("pki/sign/web", csr=(self.folder / "web.csr").read_text(),
                                      common_name="web.example.com")["data"]
        self.root.write("transit/keys/shop")
        self.root.write("transit/keys/shop/rotate")

    def _logins(self):
        for method in ("approle", "userpass", "jwt", "kubernetes", "cert", "ldap"):
            self.root.sys.enable_auth_method(method)
        write = self.root.write
        write("auth/approle/role/shop", token_policies="shop", token_ttl="1h")
        write("auth/approle/role/shop/role-id", role_id="shop-role-id")
        self.secret_id = write("auth/approle/role/shop/secret-id")["data"]["secret_id"]
        write("auth/userpass/users/shop", password="pass word", token_policies="shop", token_ttl="1h")
        self.trust_jwts([self.jwt_public])
        write("auth/jwt/role/shop", role_type="jwt", user_claim="sub", bound_audiences="vault", token_policies="shop",
              token_ttl="1h")
        write("auth/cert/certs/shop", certificate=self.cert, token_policies="shop", token_ttl="1h")
        write("auth/ldap/config", url=self.directory.url, userdn=PEOPLE, userattr="uid")
        write("auth/ldap/users/shop", policies="shop")

    def stop(self):
        self.vault.stop()
        self.directory.stop()

    def trust_jwts(self, public_keys: list[str]):
        self.root.write("auth/jwt/config", jwt_validation_pubkeys=public_keys)

    def raw(self, method: str, path: str, body: str | None = None) -> str:
        """The server's text: no parser has touched its numbers."""
        request = self.root.session.request(method, f"{self.vault.url}/v1/{path}", data=body, headers={"X-Vault-Token": "root"},
                                            verify=str(self.vault.ca_path))
        request.raise_for_status()
        return request.text

    def token(self, policy: str = "shop") -> dict:
        return self.root.auth.token.create(policies=[policy], ttl="1h")["auth"]

    def jwt(self) -> str:
        now = int(time.time())
        return jwt.encode({"sub": "shop", "aud": "vault", "iat": now, "exp": now + 600}, self.jwt_key, algorithm="RS256")

    def requests(self, path: str) -> list[dict]:
        lines = [json.loads(line) for line in self.audit_path.read_text().splitlines()]
        return [line for line in lines if line["type"] == "response" and line["request"]["path"] == path]

    def credentials(self) -> list[dict]:
        """What the stores' manifests point at."""
        secrets = {"vault-token": {"token": self.token()["client_token"]}, "vault-approle": {"secret-id": self.secret_id},
                   "vault-user": {"password": "pass word"}, "vault-jwt": {"token": self.jwt()},
                   "vault-cert": {"tls.crt": self.cert, "tls.key": self.cert_key}}
        made = [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "default"}, "stringData": data}
                for name, data in secrets.items()]
        made.append({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "vault-ca", "namespace": "default"},
                     "data": {"ca.crt": self.vault.ca}})
        return made

    def block(self, auth: dict | None, **more) -> dict:
        block = {"server": self.vault.url, "path": "secret", "caBundle": base64.b64encode(self.vault.ca.encode()).decode(), **more}
        if auth is not None:
            block["auth"] = auth
        return {name: value for name, value in block.items() if value is not None}

    def store(self, name: str, auth: dict, **more) -> dict:
        return {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": name},
                "spec": {"provider": {"vault": self.block(auth, **more)}}}


def external_secret(name: str, store: str, data: dict | None = None, extract: dict | None = None, **more) -> dict:
    spec = {"secretStoreRef": {"name": store}, "refreshInterval": "1h", **more}
    if data:
        spec["data"] = [{"secretKey": key, "remoteRef": ref} for key, ref in data.items()]
    if extract:
        spec["dataFrom"] = [{"extract": extract}]
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name}, "spec": spec}


TOKEN = {"tokenSecretRef": {"name": "vault-token", "key": "token"}}
LOGINS = {
    "approle": {"appRole": {"roleId": "shop-role-id", "secretRef": {"name": "vault-approle", "key": "secret-id"}}},
    "userpass": {"userPass": {"username": "shop", "secretRef": {"name": "vault-user", "key": "password"}}},
    "ldap": {"ldap": {"username": "shop", "secretRef": {"name": "vault-user", "key": "password"}}},
    "jwt": {"jwt": {"role": "shop", "secretRef": {"name": "vault-jwt", "key": "token"}}},
    "cert": {"cert": {"vaultRole": "shop", "clientCert": {"name": "vault-cert"}, "secretRef": {"name": "vault-cert"}}},
}
NUMBERS = {key: {"property": key} for key in ("big", "f", "e", "i")}


def manifests(shop: Shop) -> list[dict]:
    def numbers(key: str) -> dict:
        return {name: {"key": key, **ref} for name, ref in NUMBERS.items()}

    kv2 = [
        external_secret("db", "kv2", {
            "password": {"key": "shop/db", "property": "password"}, "first": {"key": "shop/db", "property": "password", "version": "1"},
            "port": {"key": "secret/data/shop/db", "property": "port"}, "whole": {"key": "secret/shop/db"},
            "owner": {"key": "shop/db", "property": "owner", "metadataPolicy": "Fetch"},
            "version": {"key": "shop/db", "property": "current_version", "metadataPolicy": "Fetch"}}),
        external_secret("api", "kv2", extract={"key": "shop/api"}),
        external_secret("numbers", "kv2", numbers("shop/numbers")),
        external_secret("numbers-all", "kv2", extract={"key": "shop/numbers"}),
        external_secret("odd", "kv2", {
            "unicode": {"key": ODD_KEY, "property": "\u043a\u043b\u044e\u0447"}, "dotted": {"key": ODD_KEY, "property": "a.b"},
            "nested": {"key": ODD_KEY, "property": "a.@this"}, "html": {"key": ODD_KEY, "property": "html"},
            "binary": {"key": ODD_KEY, "property": "binary", "decodingStrategy": "Base64"},
            "big": {"key": ODD_KEY, "property": "big"}, "lines": {"key": ODD_KEY, "property": "lines"}}),
        *(external_secret(name, "kv2", {"k": {"key": f"shop/{name}"}}) for name in ("deleted", "destroyed", "never")),
        external_secret("searched", "kv2", dataFrom=[{"find": {"path": "shop/none"}}]),
        external_secret("searched-gone", "kv2", dataFrom=[{"find": {"path": "shop/none"}}], target={"deletionPolicy": "Delete"}),
        external_secret("searched-miss", "kv2", dataFrom=[{"find": {"path": "shop", "name": {"regexp": "^nobody$"}}}]),
        external_secret("property", "kv2", {"k": {"key": "shop/db", "property": "nope"}}),
        external_secret("denied", "kv2", {"k": {"key": "other/app"}}),
    ]
    kv1 = [external_secret("numbers1", "kv1", numbers("shop/numbers")),
           external_secret("numbers1-all", "kv1", extract={"key": "shop/numbers"}),
           external_secret("wrong-mount", "nowhere", {"k": {"key": "shop/numbers"}})]
    paths = [external_secret("paths", "paths", {"ca": {"key": "pki/cert/ca", "property": "certificate"},
                                                "signed": {"key": f"pki/cert/{shop.signed['serial_number']}", "property": "certificate"},
                                                "version": {"key": "transit/keys/shop", "property": "latest_version"}}),
             external_secret("pem", "paths", {"k": {"key": "pki/ca/pem"}})]
    stores = [shop.store("kv2", TOKEN), shop.store("kv1", TOKEN, path="kv1", version="v1"),
              shop.store("kv1-as-kv2", TOKEN, path="kv1"), shop.store("kv2-as-kv1", TOKEN, version="v1"),
              shop.store("no-kv", TOKEN, path="pki"), shop.store("not-mounted", TOKEN, path="nope"), shop.store("nowhere", {"tokenSecretRef": {"name": "root", "key": "token"}}, path="nope"),
              shop.store("paths", TOKEN, path=None, version="v1"),
              shop.store("ca-provider", TOKEN, caBundle=None, caProvider={"type": "ConfigMap", "name": "vault-ca", "key": "ca.crt"}),
              shop.store("untrusted", TOKEN, caBundle=None), shop.store("stale", {"tokenSecretRef": {"name": "stale", "key": "token"}}),
              shop.store("forwarding", TOKEN, readYourWrites=True, forwardInconsistent=True)]
    logins = [shop.store(name, auth) for name, auth in LOGINS.items()]
    users = [external_secret(f"by-{name}-{i}", name, {"port": {"key": "shop/db", "property": "port"}})
             for name in [*LOGINS, "ca-provider"] for i in range(3)]
    stale = shop.token()
    shop.root.revoke_token(stale["client_token"])
    secrets = [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"token": token}}
               for name, token in [("stale", stale["client_token"]), ("root", "root")]]
    return [*shop.credentials(), *secrets, *stores, *logins, *kv2, *kv1, *paths, *users]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    shop = Shop(tmp_path_factory.mktemp("vault"))
    yield shop
    shop.stop()


@pytest.fixture(scope="module")
def run(shop, tmp_path_factory):
    with StoreRun(tmp_path_factory.mktemp("run"), manifests(shop)) as run:
        yield run


def why(run: StoreRun, kind: str, name: str) -> str:
    """What a person reads about an object that does not work."""
    run.condition(kind, name)
    return wait_for(lambda: run.kubectl("-n", "default", "events", "--for", f"{kind}/{name}", "-o", "json")
                    if "Warning" in run.kubectl("-n", "default", "events", "--for", f"{kind}/{name}") else "", 30,
                    f"a warning about {name}")


def test_version_2_gives_secrets_versions_and_metadata(shop, run):
    secret = shop.root.secrets.kv.v2.read_secret_version("shop/db", raise_on_deleted_version=True)["data"]["data"]
    assert run.secret("db") == {
        "password": secret["password"].encode(), "first": b"first", "port": b"5432", "owner": b"team a", "version": b"2",
        "whole": '{"password":"second \\u003c\\u0026\\u003e é\\n","port":5432}'.encode()}
    assert run.secret("api") == {"token": b"t", "empty": b"", "list": b'["\\u003c",1]', "nothing": b"", "yes": b"true",
                                 "url": b"https://x?a=1&b=2"}


@pytest.mark.parametrize("by_file", [True, False], ids=["by the file", "by the variable"])
def test_a_person_may_log_in_in_place_of_the_stores_service_account(shop, tmp_path, by_file):
    token = shop.token()["client_token"]
    (tmp_path / ".vault-token").write_text(token if by_file else "another")
    auth = {"kubernetes": {"role": "shop", "serviceAccountRef": {"name": "app"}}}
    manifests = [shop.store("kv2", auth), external_secret("db", "kv2", {"port": {"key": "shop/db", "property": "port"}})]
    env = {"HOME": str(tmp_path), "VAULT_ADDR": shop.vault.url, "VAULT_TOKEN": "" if by_file else token}
    with StoreRun(tmp_path / "person", manifests, env=env, flags=["--use-my-credentials"]) as run:
        assert run.secret("db") == {"port": b"5432"}
        assert token not in run.output


def test_without_the_flag_and_for_another_server_nobodys_token_is_used(shop, tmp_path):
    auth = {"kubernetes": {"role": "shop", "serviceAccountRef": {"name": "app"}}}
    env = {"HOME": str(tmp_path), "VAULT_ADDR": shop.vault.url, "VAULT_TOKEN": shop.token()["client_token"]}
    with StoreRun(tmp_path / "cluster", [shop.store("kv2", auth)], env=env) as run:
        run.wait_output("SecretStore fails: .*ServiceAccount")
    env["VAULT_ADDR"] = "https://another.example"
    with StoreRun(tmp_path / "elsewhere", [shop.store("kv2", auth)], env=env, flags=["--use-my-credentials"]) as run:
        run.wait_output("SecretStore fails: .*ServiceAccount")


def test_odd_keys_and_values_arrive_byte_for_byte(shop, run):
    secret = shop.root.secrets.kv.v2.read_secret_version(ODD_KEY, raise_on_deleted_version=True)["data"]["data"]
    assert secret == ODD
    assert run.secret("odd") == {
        "unicode": next(iter(ODD.values())).encode(), "dotted": b"dotted", "nested": b'{"b":"nested"}', "html": ODD["html"].encode(),
        "binary": bytes(range(256)), "big": ODD["big"].encode(), "lines": ODD["lines"].encode()}


def test_version_2_has_made_float64_of_numbers_before_anybody_reads_them(shop, run):
    assert re.search(r'"data":\{"big":12345678901234567000,"e":1e\+21,"f":1.1,"i":42\}', shop.raw("GET", "secret/data/shop/numbers"))
    assert run.secret("numbers") == {"big": b"12345678901234567000", "f": b"1.1", "e": b"1e+21", "i": b"42"}
    assert run.secret("numbers-all") == {"big": b"12345678901234567000", "f": b"1.1", "e": b"1000000000000000000000", "i": b"42"}


def test_version_1_keeps_every_digit(shop, run):
    assert '"big":12345678901234567890' in shop.raw("GET", "kv1/shop/numbers")
    assert run.secret("numbers1") == {"big": b"12345678901234567890", "f": b"1.10", "e": b"1e21", "i": b"42"}
    assert run.secret("numbers1-all") == {"big": b"12345678901234567890", "f": b"1.1", "e": b"1000000000000000000000", "i": b"42",
                                          "deep": b'{"f":1.10}'}


@pytest.mark.parametrize("name", ["deleted", "destroyed", "never"])
def test_what_the_server_says_is_gone_is_absent(run, name):
    assert "Secret does not exist" in why(run, "externalsecret", name)


def test_a_search_that_begins_where_there_is_nothing_is_absence_and_one_without_a_hit_is_not(run):
    assert 'Secret does not exist: there is nothing at \\"secret/metadata/shop/none\\"' in why(run, "externalsecret", "searched")
    assert run.condition("externalsecret", "searched-gone")["reason"] == "SecretDeleted"
    assert run.condition("externalsecret", "searched-miss")["reason"] == "SecretSynced"


@pytest.mark.parametrize("name, message", [
    ("property", 'cannot find secret data for key: \\"nope\\"'),
    ("denied", "* permission denied\\n\\n(no policy of this token allows it, or spec.provider.vault.path or version is wrong)"),
    ("wrong-mount", "no handler for route"),
    ("pem", "the server's answer makes no sense: it is no JSON object")])
def test_every_other_failure_says_what_it_is(run, name, message):
    text = why(run, "externalsecret", name).replace("\\\\n", "\\n").replace("\\u003e", ">")
    assert message in text
    assert "Secret does not exist" not in text


@pytest.mark.parametrize("name, message", [
    ("untrusted", "is not trusted"), ("stale", "Vault does not know this token"),
    ("forwarding", "allow_forwarding_via_header"),
    ("kv1-as-kv2", "the mount kv1/ is of KV version 1, but spec.provider.vault.version is v2"),
    ("kv2-as-kv1", "the mount secret/ is of KV version 2, but spec.provider.vault.version is v1"),
    ("no-kv", "the mount pki/ is of type pki, not kv")])
def test_validation_says_what_is_wrong_with_a_store(run, name, message):
    assert run.condition("secretstore", name)["status"] == "False"
    assert message in why(run, "secretstore", name)


def test_a_mount_that_the_token_cannot_see_is_said_and_leaves_the_store_as_it_was(run):
    assert run.condition("secretstore", "not-mounted")["reason"] == "ValidationUnknown"
    assert "no such mount, or no policy allows it" in why(run, "secretstore", "not-mounted")
    run.wait_output(r"not-mounted +SecretStore: could not determine validation status: .*no such mount")


def test_any_path_that_can_be_read(shop, run):
    ca = shop.root.read("pki/cert/ca")["data"]["certificate"]
    signed = shop.signed["certificate"]
    assert {key: value.strip() for key, value in run.secret("paths").items()} == {
        "ca": ca.strip().encode(), "signed": signed.strip().encode(), "version": b"2"}


@pytest.mark.parametrize("name", [*LOGINS, "ca-provider"])
def test_each_login_serves_all_objects_of_its_store_with_one_token(shop, run, name):
    for i in range(3):
        assert run.secret(f"by-{name}-{i}") == {"port": b"5432"}
    assert run.condition("secretstore", name)["status"] == "True"
    if name in LOGINS:
        path = f"auth/{name}/login" + ("/shop" if name in ("userpass", "ldap") else "")
        assert len(shop.requests(path)) == 1


def test_a_token_that_is_revoked_in_the_middle_is_replaced_and_the_new_value_arrives(shop, run):
    assert run.secret("by-approle-0") == {"port": b"5432"}
    logins = shop.requests("auth/approle/login")
    accessor = logins[-1]["auth"]["accessor"]  # keyed in the log: found among those there are
    for candidate in shop.root.list("auth/token/accessors")["data"]["keys"]:
        if shop.root.write("sys/audit-hash/file", input=candidate)["data"]["hash"] == accessor:
            shop.root.auth.token.revoke_accessor(candidate)
    shop.root.secrets.kv.v2.patch("shop/db", {"port": 6543})
    run.kubectl("-n", "default", "annotate", "externalsecret", "by-approle-0", f"force-sync={time.time()}", "--overwrite")
    wait_for(lambda: run.secret("by-approle-0") == {"port": b"6543"}, 30, "the new value")
    assert len(shop.requests("auth/approle/login")) == len(logins) + 1


def test_a_wrong_password_is_tried_once_however_many_ask(shop, tmp_path):
    """Five of them would lock the account, in the directory as in Vault."""
    wrong = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "wrong"}, "stringData": {"password": "not hers"}}
    users = [external_secret(f"wrong-{i}", "wrong", {"port": {"key": "shop/db", "property": "port"}}) for i in range(6)]
    store = shop.store("wrong", {"ldap": {"username": "ann", "secretRef": {"name": "wrong", "key": "password"}}})
    with StoreRun(tmp_path, [wrong, store, *users]) as run:
        assert run.condition("secretstore", "wrong")["status"] == "False"
        assert "unable to log in with LDAP auth" in why(run, "secretstore", "wrong")
        for i in range(6):
            why(run, "externalsecret", f"wrong-{i}")
        assert shop.directory.binds("ann") == 1
        assert "not hers" not in run.output


def test_nothing_secret_is_in_the_output_in_events_or_in_status(shop, run):
    told = run.output + run.kubectl("get", "events,secretstores,externalsecrets", "-A", "-o", "json")
    for canary in ("second <", "second \\u003c", "12345678901234567", "pass word", shop.secret_id, "hvs.", "xxxxxxxx"):
        assert canary not in told


def test_the_token_of_a_login_is_revoked_when_rotor_ends_and_one_in_a_secret_is_not(shop, tmp_path):
    stores = {"approle": LOGINS["approle"], "token": TOKEN}
    objects = [object for name, auth in stores.items() for object in
               (shop.store(name, auth), external_secret(name, name, {"password": {"key": "shop/db", "property": "password"}}))]
    before = len(shop.requests("auth/token/revoke-self"))
    with StoreRun(tmp_path, [*shop.credentials(), *objects]) as run:
        for name in stores:
            assert run.secret(name)
    revoked = shop.requests("auth/token/revoke-self")[before:]
    assert [("error" in line, line["auth"]["metadata"].get("role_name")) for line in revoked] == [(False, "shop")]


def test_the_versions_of_a_kv_secret_tell_which_one_may_be_revoked(shop, tmp_path):
    kv = shop.root.secrets.kv.v2

    def write(value: str) -> str:
        return str(kv.create_or_update_secret("shop/agent", {"key": value})["data"]["version"])
    first = write("kv-agent-one")
    objects = [*shop.credentials(), shop.store("kv", TOKEN), secret_of("kv", {"key": "shop/agent", "property": "key"})]
    with StoreRun(tmp_path, objects, command=PROGRAM) as run:
        rotates_there_and_back(Revocation(run, "kv", "shop/agent"), first, lambda: write("kv-agent-two"), lambda: write("kv-agent-one"))
        assert kv.read_secret_version("shop/agent", version=int(first), raise_on_deleted_version=True)["data"]["data"] == {"key": "kv-agent-one"}


# -- the manifests of the documentation


def page_manifests() -> list[dict]:
    blocks = [list(yaml.safe_load_all(block)) for block in blocks_of("vault")]
    return [m for block in blocks if not any(map(needs_a_cloud, block)) for m in block]  # those: test_vault_clouds_page.py


def stores_of_the_page() -> list[dict]:
    return [m for m in page_manifests() if m["kind"].endswith("SecretStore")]


@pytest.fixture(scope="module")
def cluster(shop, tmp_path_factory):
    """A real API server with Rotor's operator, and everything of the page applied."""
    plane = ControlPlane(tmp_path_factory.mktemp("plane"), with_nodes=False)
    operator = None
    try:
        plane.start()
        install(plane)
        plane.kubectl("-n", "default", "create", "serviceaccount", "vault-reviewer")
        plane.kubectl("create", "clusterrolebinding", "vault-reviewer", "--clusterrole=system:auth-delegator",
                      "--serviceaccount=default:vault-reviewer")
        reviewer = plane.kubectl("-n", "default", "create", "token", "vault-reviewer", "--duration=24h").strip()
        shop.root.write("auth/kubernetes/config", kubernetes_host=plane.url, kubernetes_ca_cert=plane.ca_path.read_text(),
                        token_reviewer_jwt=reviewer, disable_local_ca_jwt=True)
        shop.root.write("auth/kubernetes/role/shop", bound_service_account_names="shop", bound_service_account_namespaces="default",
                        audience="vault", token_policies="shop", token_ttl="1h")
        shop.trust_jwts([shop.jwt_public, (plane.pki / "sa.pub").read_text()])
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "shop", "namespace": "default"}}
        objects = [account, *shop.credentials(), *page_manifests()]
        for manifest in objects:
            if not manifest["kind"].endswith("SecretStore"):
                continue
            [block] = manifest["spec"]["provider"].values()
            assert block["server"] == "https://vault.example.com:8200"
            block["server"] = shop.vault.url
            if "caProvider" not in block:
                block["caBundle"] = base64.b64encode(shop.vault.ca.encode()).decode()
        plane.kubectl("apply", "-n", "default", "-f", "-", stdin="\n---\n".join(map(json.dumps, objects)))
        operator = Operator(plane).start()
        yield plane
    finally:
        if operator:
            operator.stop()
        plane.stop()


def ready(plane: ControlPlane, kind: str, name: str) -> dict:
    def condition():
        found = json.loads(plane.kubectl("-n", "default", "get", kind, name, "-o", "json"))
        return next((c for c in found.get("status", {}).get("conditions", []) if c["type"] == "Ready"), None)
    return wait_for(condition, 60, f"a Ready condition of {kind}/{name}")


@pytest.mark.parametrize("store", stores_of_the_page(), ids=lambda s: s["metadata"]["name"])
def test_every_store_of_the_page_works(cluster, store):
    kind, name = store["kind"].lower(), store["metadata"]["name"]
    condition = ready(cluster, kind, name)
    assert condition["status"] == "True", cluster.kubectl("-n", "default", "events", "--for", f"{kind}/{name}")


@pytest.mark.parametrize("name, expected", [
    ("shop", {"password": b"second <&> \xc3\xa9\n", "first": b"first", "owner": b"team a", "token": b"t"}),
    ("vault-paths", {"newest": b"2"}), ("openbao", {"password": b"second <&> \xc3\xa9\n", "first": b"first"})])
def test_every_external_secret_of_the_page_works(cluster, name, expected):
    condition = ready(cluster, "externalsecret", name)
    wait_for(lambda: ready(cluster, "externalsecret", name)["status"] == "True", 60, f"{name} to be synced: {condition}")
    secret = json.loads(cluster.kubectl("-n", "default", "get", "secret", name, "-o", "json"))
    values = {key: base64.b64decode(value) for key, value in secret["data"].items()}
    assert {key: values[key] for key in expected} == expected
