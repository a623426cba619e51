"""A real Vault server whose roles are bound to identities of AWS and of Google, for which doubles of both clouds vouch."""

import base64
import contextlib
import copy
import json
import pathlib
import re

import hvac
import jwt

from doubles.aws_sts import ACCOUNT, Sts, User
from doubles.gcp_accounts import ZONE, GoogleAccounts
from harness.vault import Vault
from operator_run import OperatorRun
from page import DOCS

ROLE = f"arn:aws:iam::{ACCOUNT}:role/shop"
KEYS = {"AKIDSHOP": User("the-secret-key", f"arn:aws:iam::{ACCOUNT}:user/shop"),
        "AKIDVAULT": User("vaults-own-key", f"arn:aws:iam::{ACCOUNT}:user/vault")}
EMAIL = "shop@proj.iam.gserviceaccount.com"
MUTE = "mute@proj.iam.gserviceaccount.com"  # for which nobody may have Google sign
NODE = "node@proj.iam.gserviceaccount.com"
SERVER = "https://vault.example.com:8200"
SERVER_ID = "vault.example.com"
POOL = "identitynamespace:proj.svc.id.goog:https://container.googleapis.com/v1/projects/proj/locations/europe-west3/clusters/main"
VALUE = {"password": b"from the clouds"}  # of shop/db


class Clouds:
    """A Vault server whose roles are bound to identities of AWS and of Google. The mount `aws` asks Paris; `aws-global` asks
    under the name without a region, and has no `iam_server_id_header_value`."""

    def __init__(self, folder: pathlib.Path):
        self.google = GoogleAccounts(folder)
        self.paris, self.virginia = (Sts(KEYS, {ROLE: set()}, region) for region in ("eu-west-3", "us-east-1"))
        self.key = json.dumps(self.google.service_account(EMAIL))
        self.google.signers.add((EMAIL, EMAIL))
        self.google.machine = NODE
        self.folder = folder

    def __enter__(self) -> "Clouds":
        with contextlib.ExitStack() as stack:
            self.google.start()
            stack.callback(self.google.stop)
            stack.enter_context(self.paris)
            stack.enter_context(self.virginia)
            self.vault = Vault(self.folder, env=self.google.environment()).start()
            stack.callback(self.vault.stop)
            self.prepare(self.vault.client())
            self.stack = stack.pop_all()
        return self

    def __exit__(self, *_):
        self.stack.close()

    def prepare(self, root: hvac.Client):
        self.audit = self.folder / "audit.jsonl"
        root.sys.enable_audit_device("file", options={"file_path": str(self.audit)})
        root.sys.create_or_update_policy("shop", 'path "secret/data/shop/*" { capabilities = ["read"] }')
        root.secrets.kv.v2.create_or_update_secret("shop/db", {name: value.decode() for name, value in VALUE.items()})
        for method, mount in (("aws", "aws"), ("aws", "aws-global"), ("gcp", "gcp")):
            root.sys.enable_auth_method(method, path=mount)
        own = {"access_key": "AKIDVAULT", "secret_key": KEYS["AKIDVAULT"].secret}
        root.write("auth/aws/config/client", sts_endpoint=self.paris.url, sts_region=self.paris.region, iam_endpoint=self.paris.url,
                   iam_server_id_header_value=SERVER_ID, **own)
        root.write("auth/aws-global/config/client", sts_endpoint=self.virginia.url, sts_region=self.virginia.region,
                   iam_endpoint=self.virginia.url, **own)
        asking = ("iam.serviceAccounts.get", "compute.instances.get")
        root.write("auth/gcp/config", credentials=json.dumps(self.google.service_account("vault@proj.iam.gserviceaccount.com", *asking)))
        for path, role in roles_of_the_page().items():
            root.write(path, **role)
        policies = {"token_policies": "shop", "token_ttl": "1h"}
        for mount in ("aws", "aws-global"):
            for role, arn in (("keys", KEYS["AKIDSHOP"].arn), ("assumed", ROLE)):
                root.write(f"auth/{mount}/role/{role}", auth_type="iam", bound_iam_principal_arn=arn, **policies)
        root.write("auth/aws/role/other", auth_type="iam", bound_iam_principal_arn=f"arn:aws:iam::{ACCOUNT}:role/other", **policies)
        root.write("auth/gcp/role/other", type="iam", bound_service_accounts=MUTE, **policies)
        root.write("auth/gcp/role/node", type="gce", bound_zones=ZONE, bound_projects="proj", **policies)

    def logins(self, mount: str) -> int:
        """That the server was asked for, answered or refused."""
        lines = [json.loads(line) for line in self.audit.read_text().splitlines()]
        return sum(line["type"] == "response" and line["request"]["path"] == f"auth/{mount}/login" for line in lines)

    def environment(self, **more: str) -> dict:
        return {**self.google.environment(), "AWS_STS_ENDPOINT": self.paris.url, "AWS_EC2_METADATA_DISABLED": "true", **more}

    def know(self, run: OperatorRun):
        """The cluster's issuer, to both clouds."""
        keys = jwt.PyJWKSet.from_json(run.kubectl("get", "--raw", "/openid/v1/jwks")).keys
        self.paris.keys = {key.key_id: key.key for key in keys}
        self.google.pools[POOL] = {"key": keys[0].key, "audience": "proj.svc.id.goog"}

    def permit(self, account: str, but: str = ""):
        """All that the page asks for in both clouds, for a ServiceAccount; `but` one thing."""
        if but != "trust":
            self.paris.trust[ROLE].add(account)
        if but != "impersonate":
            self.google.impersonators |= {(account, EMAIL), (account, MUTE)}

    def secrets(self) -> list[dict]:
        """That the manifests point at."""
        return [secret("vault-aws", id="AKIDSHOP", key=KEYS["AKIDSHOP"].secret), secret("vault-gcp", **{"key.json": self.key})]

    def here(self, manifest: dict) -> dict:
        """A manifest of the page, for this server."""
        made = copy.deepcopy(manifest)
        if made["kind"] == "SecretStore":
            block = made["spec"]["provider"]["vault"]
            assert block["server"] == SERVER
            block |= {"server": self.vault.url, "caBundle": base64.b64encode(self.vault.ca.encode()).decode()}
        return made

    def store(self, auth: dict) -> list[dict]:
        block = {"server": SERVER, "path": "secret", "auth": auth}
        return [self.here({"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "vault"},
                           "spec": {"provider": {"vault": block}}}), reader("vault", "db")]


def roles_of_the_page() -> dict[str, dict]:
    """What the page writes in Vault for these logins."""
    written = re.findall(r"`vault write (auth/(?:aws|gcp)/role/\w+) ([^`]+)`", (DOCS / "vault.md").read_text())
    return {path: dict(field.split("=", 1) for field in fields.split()) for path, fields in written}


def reader(store: str, name: str) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"secretStoreRef": {"name": store},
                     "data": [{"secretKey": "password", "remoteRef": {"key": "shop/db", "property": "password"}}]}}


def secret(name: str, **data) -> dict:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": data}
