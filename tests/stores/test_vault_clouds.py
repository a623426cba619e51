"""Vault's logins with an AWS and a Google Cloud identity. The double is driven by hvac first."""

import json
import re
import subprocess

import hvac
import pytest
import yaml

from doubles.vault_clouds import VaultClouds
from page import manifests_of
from store_run import StoreRun

KEYS = {"AKIDSHOP": "the-secret-key"}
EMAIL = "shop@proj.iam.gserviceaccount.com"


@pytest.fixture(scope="module")
def google_key(tmp_path_factory):
    folder = tmp_path_factory.mktemp("google")
    for command in (["genrsa", "-out", "key.pem", "2048"], ["rsa", "-in", "key.pem", "-pubout", "-out", "key.pub"]):
        subprocess.run(["openssl", *command], cwd=folder, check=True, capture_output=True)
    return (folder / "key.pem").read_text(), (folder / "key.pub").read_text()


@pytest.fixture
def vault(google_key):
    with VaultClouds(KEYS, google_key[1], server_id="vault.example.com") as double:
        yield double


def store(vault, auth: dict, name: str = "vault") -> list[dict]:
    return [{"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": name, "namespace": "default"},
             "spec": {"provider": {"vault": {"server": vault.url, "path": "secret", "auth": auth}}}},
            {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "db", "namespace": "default"},
             "spec": {"secretStoreRef": {"name": name},
                      "data": [{"secretKey": "password", "remoteRef": {"key": "shop/db", "property": "password"}}]}}]


def secret(name: str, **data) -> dict:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": "default"}, "stringData": data}


def test_hvac_logs_in_to_the_double_with_a_signed_request(vault):
    client = hvac.Client(url=vault.url)
    client.auth.aws.iam_login("AKIDSHOP", KEYS["AKIDSHOP"], header_value="vault.example.com", role="shop", region="us-east-1")
    assert client.token == "hvs.cloud" and vault.statuses == [200]
    with pytest.raises(hvac.exceptions.InvalidRequest):
        client.auth.aws.iam_login("AKIDSHOP", "another", header_value="vault.example.com", role="shop", region="us-east-1")
    with pytest.raises(hvac.exceptions.InvalidRequest):
        client.auth.aws.iam_login("AKIDSHOP", KEYS["AKIDSHOP"], header_value="other", role="shop", region="us-east-1")


def logins_of_the_page() -> list[tuple[str, dict]]:
    """The stores of docs/stores/vault.md that log in with a cloud's identity: name and `auth`."""
    found = [m for m in yaml.safe_load_all(manifests_of("vault", {})) if m["kind"] == "SecretStore"]
    logins = [(m["metadata"]["name"], m["spec"]["provider"]["vault"].get("auth", {})) for m in found
              if "vault" in m["spec"]["provider"]]
    return [(name, auth) for name, auth in logins if auth.keys() & {"iam", "gcp"}]


@pytest.mark.parametrize("name, auth", logins_of_the_page())
def test_every_cloud_login_of_the_page_works_or_says_what_it_lacks(vault, google_key, tmp_path, name, auth):
    vault.server_id = ""
    key = json.dumps({"type": "service_account", "client_email": EMAIL, "private_key_id": "k1", "private_key": google_key[0]})
    objects = [secret("vault-aws", id="AKIDSHOP", key=KEYS["AKIDSHOP"]), secret("vault-gcp", **{"key.json": key}),
               {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "shop", "namespace": "default"}}]
    with StoreRun(tmp_path, [*objects, *store(vault, auth, name)]) as run:
        if "secretRef" in next(iter(auth.values())):
            assert run.secret("db") == {"password": b"from the clouds"}
            return
        condition = run.condition("secretstore", name)
        events = run.kubectl("-n", "default", "events", "--for", f"secretstore/{name}")
    assert condition["status"] == "False" and re.search("service account shop|ServiceAccount default/shop", events), events


@pytest.mark.parametrize("region, url", [(None, "https://sts.amazonaws.com/"), ("eu-west-3", "https://sts.eu-west-3.amazonaws.com/")])
def test_keys_of_aws_in_a_secret_log_in(vault, tmp_path, region, url):
    iam = {"vaultRole": "shop", "vaultAwsIamServerID": "vault.example.com", **({"region": region} if region else {}),
           "secretRef": {"accessKeyIDSecretRef": {"name": "aws", "key": "id"}, "secretAccessKeySecretRef": {"name": "aws", "key": "key"}}}
    with StoreRun(tmp_path, [secret("aws", id="AKIDSHOP", key=KEYS["AKIDSHOP"]), *store(vault, {"iam": iam})]) as run:
        assert run.secret("db") == {"password": b"from the clouds"}
    assert vault.urls == [url], "one login for the store and its ExternalSecret"


def test_what_vault_says_of_an_aws_login_is_in_the_stores_condition(vault, tmp_path):
    iam = {"vaultRole": "shop", "secretRef": {"accessKeyIDSecretRef": {"name": "aws", "key": "id"},
                                              "secretAccessKeySecretRef": {"name": "aws", "key": "key"}}}
    with StoreRun(tmp_path, [secret("aws", id="AKIDSHOP", key="wrong"), *store(vault, {"iam": iam})]) as run:
        condition = run.condition("secretstore", "vault")
    assert condition["status"] == "False" and len(vault.urls) == 1, "a refused login is not repeated"


def test_the_key_of_a_service_account_logs_in(vault, google_key, tmp_path):
    key = json.dumps({"type": "service_account", "client_email": EMAIL, "private_key_id": "k1", "private_key": google_key[0]})
    gcp = {"role": "shop", "secretRef": {"secretAccessKeySecretRef": {"name": "gcp", "key": "key.json"}}}
    with StoreRun(tmp_path, [secret("gcp", **{"key.json": key}), *store(vault, {"gcp": gcp})]) as run:
        assert run.secret("db") == {"password": b"from the clouds"}
    assert vault.subjects == [EMAIL]
