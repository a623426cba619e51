"""AWS Secrets Manager, against moto."""

import pytest

from harness.moto import REGION, Moto
from store_run import StoreRun


@pytest.fixture(scope="module")
def moto(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto"))
    yield moto.start()
    moto.stop()


def store() -> list[dict]:
    ref = {"accessKeyIDSecretRef": {"name": "aws", "key": "id"}, "secretAccessKeySecretRef": {"name": "aws", "key": "secret"}}
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "aws"}, "stringData": {"id": "test", "secret": "test"}},
        {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "aws"},
         "spec": {"provider": {"aws": {"service": "SecretsManager", "region": REGION, "auth": {"secretRef": ref}}}}},
    ]


def test_a_value_arrives_byte_for_byte(moto, tmp_path):
    value = '{"n": 12345678901234567890, "f": 1.5, "text": "\\u00e9 \\n", "empty": ""}'
    moto.client("secretsmanager").create_secret(Name="team/app", SecretString=value)
    wanted = {
        "apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": "app"},
        "spec": {"secretStoreRef": {"name": "aws"}, "refreshInterval": "1h", "data": [
            {"secretKey": "whole", "remoteRef": {"key": "team/app"}},
            {"secretKey": "number", "remoteRef": {"key": "team/app", "property": "n"}},
            {"secretKey": "float", "remoteRef": {"key": "team/app", "property": "f"}},
            {"secretKey": "empty", "remoteRef": {"key": "team/app", "property": "empty"}}]}}
    with StoreRun(tmp_path, [*store(), wanted], env=moto.environment()) as run:
        assert run.secret("app") == {"whole": value.encode(), "number": b"12345678901234567890", "float": b"1.5",
                                     "empty": b""}
        assert "12345678901234567890" not in run.output
