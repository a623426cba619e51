"""Vault's logins with an AWS and a Google Cloud identity, on a real server. hvac, boto3 and Google's client log in first, then
`rotor run` does."""

import json
import time

import boto3
import hvac
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from google.auth import compute_engine, crypt
from google.auth import jwt as google_jwt
from google.auth.compute_engine import _metadata
from google.auth.transport.requests import Request

from doubles.aws_machine import POD, Machine
from doubles.aws_sts import ACCOUNT, User
from store_run import StoreRun
from vault_clouds import EMAIL, KEYS, MUTE, ROLE, SERVER_ID, VALUE, Clouds, roles_of_the_page, secret

BY_KEYS = {"accessKeyIDSecretRef": {"name": "vault-aws", "key": "id"}, "secretAccessKeySecretRef": {"name": "vault-aws", "key": "key"}}


@pytest.fixture(scope="module")
def clouds(tmp_path_factory):
    with Clouds(tmp_path_factory.mktemp("clouds")) as clouds:
        yield clouds


# -- the doubles, driven by the vendors' own clients and by the server


def test_the_page_prepares_a_role_of_each_kind():
    assert list(roles_of_the_page()) == ["auth/aws/role/shop", "auth/gcp/role/shop"]


def test_hvac_logs_in_with_a_signed_request(clouds):
    def log_in(key: str = "AKIDSHOP", secret: str = KEYS["AKIDSHOP"].secret, **more) -> hvac.Client:
        client = clouds.vault.client()
        client.auth.aws.iam_login(key, secret, **{"role": "keys", "region": "eu-west-3", "header_value": SERVER_ID, **more})
        return client
    # hvac signs for the global host in whatever region
    clouds.paris.region = "us-east-1"
    try:
        good = {"region": "us-east-1"}
        assert log_in(**good).secrets.kv.v2.read_secret_version("shop/db", raise_on_deleted_version=True)["data"]["data"]
        for wrong, said in [({"secret": "another"}, "signature you provided"), ({"key": "AKIDNONE"}, "InvalidClientTokenId"),
                            ({"session_token": "stray"}, "InvalidClientTokenId"), ({"region": "eu-west-3"}, "valid region"),
                            ({"header_value": "other"}, 'expected "vault.example.com" but got "other"'),
                            ({"header_value": None}, "missing header"), ({"role": "other"}, 'does not belong to the role "other"')]:
            with pytest.raises(hvac.exceptions.InvalidRequest, match=said):
                log_in(**{**good, **wrong})
    finally:
        clouds.paris.region = "eu-west-3"


def test_boto3_takes_the_role_for_a_token_and_hvac_logs_in_with_its_session(clouds):
    key, sub = ec.generate_private_key(ec.SECP256R1()), "system:serviceaccount:default:shop"
    clouds.virginia.keys, clouds.virginia.trust[ROLE] = {"k": key.public_key()}, {sub}

    def token(sub: str = sub, aud: str = "sts.amazonaws.com") -> str:
        return jwt.encode({"sub": sub, "aud": [aud], "exp": int(time.time()) + 600}, key, algorithm="ES256", headers={"kid": "k"})
    sts = boto3.client("sts", region_name="us-east-1", endpoint_url=clouds.virginia.url, aws_access_key_id="x", aws_secret_access_key="x")

    def assume(jwt: str) -> dict:
        return sts.assume_role_with_web_identity(RoleArn=ROLE, RoleSessionName="me", WebIdentityToken=jwt)["Credentials"]
    got = assume(token())
    client = clouds.vault.client()
    client.auth.aws.iam_login(got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"], role="assumed", mount_point="aws-global")
    assert client.token != "root" and client.auth.token.lookup_self()["data"]["policies"] == ["default", "shop"]
    for wrong, said in [(token(aud="vault"), "InvalidIdentityToken"), (token(sub="system:serviceaccount:other:shop"), "AccessDenied")]:
        with pytest.raises(sts.exceptions.ClientError, match=said):
            assume(wrong)


def test_hvac_logs_in_with_what_googles_client_signed(clouds):
    signer = crypt.RSASigner.from_service_account_info(json.loads(clouds.key))

    def log_in(role: str = "shop", life: int = 600, **claims) -> hvac.Client:
        proof = google_jwt.encode(signer, {"sub": EMAIL, "aud": f"vault/{role}", "exp": int(time.time()) + life, **claims})
        client = clouds.vault.client()
        client.auth.gcp.login(role, proof.decode())
        return client
    assert log_in().auth.token.lookup_self()["data"]["policies"] == ["default", "shop"]
    for wrong, said in [({"aud": "shop"}, "must end in"), ({"life": 1800}, "expire within 900 seconds"),
                        ({"sub": MUTE}, "unable to get public key"), ({"role": "other"}, "is not authorized for role")]:
        with pytest.raises(hvac.exceptions.InvalidRequest, match=said):
            log_in(**wrong)


def test_hvac_logs_in_with_what_googles_client_gets_of_the_machine(clouds, monkeypatch):
    monkeypatch.setattr(_metadata, "_GCE_METADATA_HOST", f"127.0.0.1:{clouds.google.plain_port}")
    machine = compute_engine.IDTokenCredentials(Request(), f"{clouds.vault.url}/vault/node", use_metadata_identity_endpoint=True)
    machine.refresh(Request())
    client = clouds.vault.client()
    client.auth.gcp.login("node", machine.token)
    assert client.auth.token.lookup_self()["data"]["policies"] == ["default", "shop"]
    with pytest.raises(hvac.exceptions.InvalidRequest, match='must end in "vault/shop"'):
        client.auth.gcp.login("shop", machine.token)


# -- `rotor run`


@pytest.mark.parametrize("mount, host, more", [
    ("aws", "sts.eu-west-3.amazonaws.com", {"region": "eu-west-3", "vaultAwsIamServerID": SERVER_ID}),
    ("aws-global", "sts.amazonaws.com", {"path": "aws-global"})])
def test_keys_of_aws_in_a_secret_log_in(clouds, tmp_path, mount, host, more):
    iam = {"vaultRole": "keys", **more, "secretRef": BY_KEYS}
    before = clouds.logins(mount)
    with StoreRun(tmp_path, [*clouds.secrets(), *clouds.store({"iam": iam})]) as run:
        assert run.secret("db") == VALUE
    assert clouds.logins(mount) == before + 1, "one login for the store and its ExternalSecret"
    assert f"GetCallerIdentity {host}" in clouds.paris.asked + clouds.virginia.asked


def test_a_role_is_assumed_before_the_login(clouds, tmp_path):
    clouds.paris.trust[ROLE].add(KEYS["AKIDSHOP"].arn)
    iam = {"vaultRole": "assumed", "region": "eu-west-3", "vaultAwsIamServerID": SERVER_ID, "role": ROLE,
           "secretRef": BY_KEYS}
    with StoreRun(tmp_path, [*clouds.secrets(), *clouds.store({"iam": iam})], env=clouds.environment()) as run:
        assert run.secret("db") == VALUE


def test_a_login_that_aws_refused_is_not_repeated(clouds, tmp_path):
    iam = {"vaultRole": "keys", "path": "aws-global", "secretRef": BY_KEYS}
    before = clouds.logins("aws-global")
    with StoreRun(tmp_path, [secret("vault-aws", id="AKIDSHOP", key="wrong"), *clouds.store({"iam": iam})]) as run:
        assert run.condition("secretstore", "vault")["status"] == "False"
        run.condition("externalsecret", "db")
    assert clouds.logins("aws-global") == before + 1


def test_what_pod_identity_gives_to_rotor_itself_logs_in(clouds, tmp_path):
    token = tmp_path / "token"
    token.write_text("token.one")
    with Machine({"token.one"}) as machine:
        made = machine.credentials("pod token.one")
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/shop/eks-main-rotor"
        clouds.paris.users[made["AccessKeyId"]] = User(made["SecretAccessKey"], arn, made["Token"])
        env = clouds.environment(AWS_CONTAINER_CREDENTIALS_FULL_URI=machine.url + POD, AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token))
        iam = {"vaultRole": "shop", "region": "eu-west-3", "vaultAwsIamServerID": SERVER_ID}
        with StoreRun(tmp_path / "run", clouds.store({"iam": iam}), env=env) as run:
            assert run.secret("db") == VALUE


def test_the_key_of_a_service_account_signs_by_itself(clouds, tmp_path):
    gcp = {"role": "shop", "secretRef": {"secretAccessKeySecretRef": {"name": "vault-gcp", "key": "key.json"}}}
    with StoreRun(tmp_path, [*clouds.secrets(), *clouds.store({"gcp": gcp})]) as run:  # Google cannot be reached
        assert run.secret("db") == VALUE


def test_the_machines_own_google_identity_logs_in(clouds, tmp_path):
    with StoreRun(tmp_path, clouds.store({"gcp": {"role": "node"}}), env=clouds.environment()) as run:
        assert run.secret("db") == VALUE
