"""Identities that a machine of AWS has: EKS Pod Identity and IMDSv2. botocore's own credential providers and Rotor ask the
same double, with the same environment, in the same run: the questions must be the same, and so must the credentials."""

import os
import pathlib

import boto3
import pytest

from doubles.aws_machine import INSTANCE, POD, SESSION, Machine
from harness.moto import REGION
from harness.processes import wait_for
from store_run import StoreRun

PARTS = [
    {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "own"},
     "spec": {"provider": {"aws": {"service": "SecretsManager", "region": REGION}}}},
    {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "app"},
     "spec": {"secretStoreRef": {"name": "own"}, "refreshInterval": "1s",
              "data": [{"secretKey": "reader", "remoteRef": {"key": "app"}}]}},
]


def environment(machine: Machine, home: pathlib.Path, **more) -> dict[str, str]:
    """Of a process that has no other identity."""
    nothing = {name: str(home / "none") for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE")}
    return {**nothing, "AWS_SECRETSMANAGER_ENDPOINT": machine.url, "AWS_EC2_METADATA_DISABLED": "true", **more}


def of_a_pod(machine: Machine, home: pathlib.Path, token: pathlib.Path) -> dict[str, str]:
    return environment(machine, home, AWS_CONTAINER_CREDENTIALS_FULL_URI=machine.url + POD,
                       AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=str(token))


def of_an_instance(machine: Machine, home: pathlib.Path) -> dict[str, str]:
    return environment(machine, home, AWS_EC2_METADATA_DISABLED="false", AWS_EC2_METADATA_SERVICE_ENDPOINT=machine.url)


@pytest.fixture
def boto(monkeypatch):
    """A session of boto3 in an environment, with nothing of this process's own."""
    def session(env: dict[str, str]) -> boto3.Session:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        return boto3.Session(region_name=REGION)
    return session


def reads(session: boto3.Session, machine: Machine) -> bytes:
    client = session.client("secretsmanager", endpoint_url=machine.url)
    return client.get_secret_value(SecretId="app")["SecretString"].encode()


def replace(path: pathlib.Path, text: str):
    """As the kubelet does it: never half a file."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.rename(path)


def test_pod_identity_is_asked_for_as_botocore_asks_and_the_rotated_token_is_read(tmp_path, boto):
    token = tmp_path / "eks-pod-identity-token"
    with Machine({"token.one", "token.two"}, life=4) as machine:
        env = of_a_pod(machine, tmp_path, token)
        replace(token, "token.one")
        session = boto(env)
        assert session.get_credentials().method == "container-role"
        assert reads(session, machine) == b"pod token.one"
        replace(token, "token.two")
        assert reads(session, machine) == b"pod token.two"
        asked = machine.take_asked()
        assert asked == [f"GET {POD} Accept=application/json Authorization=token.{number}" for number in ("one", "two")]

        replace(token, "token.one")
        with StoreRun(tmp_path / "run", PARTS, env=env) as run:
            assert run.secret("app") == {"reader": b"pod token.one"}
            replace(token, "token.two")
            wait_for(lambda: run.secret("app") == {"reader": b"pod token.two"}, 20, "credentials for the new token")
        assert machine.take_asked() == asked


def test_an_instance_is_asked_by_version_2_as_botocore_asks(tmp_path, boto):
    with Machine() as machine:
        env = of_an_instance(machine, tmp_path)
        session = boto(env)
        assert session.get_credentials().method == "iam-role"
        assert reads(session, machine) == b"instance node-role"
        asked = machine.take_asked()
        assert asked == ["PUT /latest/api/token X-aws-ec2-metadata-token-ttl-seconds=21600",
                         f"GET {INSTANCE} X-aws-ec2-metadata-token={SESSION}",
                         f"GET {INSTANCE}node-role X-aws-ec2-metadata-token={SESSION}"]
        with StoreRun(tmp_path / "run", PARTS, env=env) as run:
            assert run.secret("app") == {"reader": b"instance node-role"}
        assert machine.take_asked() == asked


def test_where_botocore_falls_back_to_version_1_rotor_refuses(tmp_path, boto):
    """Version 1 answers anybody who can make a process send a request."""
    with Machine() as machine:
        machine.version_2 = False
        env = of_an_instance(machine, tmp_path)
        assert reads(boto(env), machine) == b"instance node-role"
        assert f"GET {INSTANCE}node-role" in machine.take_asked()
        with StoreRun(tmp_path / "run", PARTS, env=env) as run:
            run.wait_output("no instance role .*EC2 instance metadata: session token: HTTP 403")
        assert machine.take_asked() == ["PUT /latest/api/token X-aws-ec2-metadata-token-ttl-seconds=21600"]


@pytest.mark.parametrize("host, token, botocores, ours", [
    ("127.0.0.1", "token.one\ntoken.two", "not a legal header value", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE|Authorization"),
    ("pods.example.com", "token.one", "Unsupported host", "AWS_CONTAINER_CREDENTIALS_FULL_URI: plain http")])
def test_what_botocore_does_not_ask_rotor_does_not_ask(tmp_path, boto, host, token, botocores, ours):
    path = tmp_path / "eks-pod-identity-token"
    path.write_text(token)
    with Machine({"token.one"}) as machine:
        env = of_a_pod(machine, tmp_path, path)
        env["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = env["AWS_CONTAINER_CREDENTIALS_FULL_URI"].replace("127.0.0.1", host)
        with pytest.raises(ValueError, match=botocores):
            boto(env).get_credentials()
        with StoreRun(tmp_path / "run", PARTS, env=env) as run:
            run.wait_output(ours)
            assert "token.two" not in run.output
        assert machine.asked == []


def test_instance_metadata_that_is_switched_off_is_not_asked(tmp_path, boto):
    with Machine() as machine:
        env = of_an_instance(machine, tmp_path) | {"AWS_EC2_METADATA_DISABLED": "True"}
        assert boto(env).get_credentials() is None
        with StoreRun(tmp_path / "run", PARTS, env=env) as run:
            run.wait_output("AWS_EC2_METADATA_DISABLED is true")
        assert machine.asked == []
