"""AWS Secrets Manager and Parameter Store against moto, which checks every signature; boto3 reads the same values."""

import base64
import itertools
import json
import re
import time
import uuid

import boto3
import pytest
import yaml

from doubles.aws_gate import AwsGate
from harness import tools
from harness.moto import REGION, Moto
from harness.processes import wait_for
from operator_run import OperatorRun
from revocation import PROGRAM, Revocation, rotates_there_and_back, secret_of
from store_run import StoreRun

PAGE = tools.ROOT / "docs" / "stores" / "aws.md"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
READ_ONLY = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*", "Action": [
        "secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret", "ssm:GetParameter", "ssm:ListTagsForResource"]}]}
FIND = {"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Resource": "*", "Action": [
        "secretsmanager:ListSecrets", "secretsmanager:BatchGetSecretValue", "secretsmanager:GetSecretValue",
        "ssm:DescribeParameters", "ssm:GetParametersByPath", "ssm:GetParameters"]}]}
# What an ExternalSecret says as long as the controller cannot carry out `find`.
NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}


class Aws:
    """moto with enforcement on: a user who may do everything, one who may read, one who may do nothing; a role."""

    def __init__(self, moto: Moto):
        self.moto = moto
        self.keys = {name: self.user(name, policy) for name, policy in
                     {"admin": ALLOW_ALL, "reader": READ_ONLY, "finder": FIND, "nobody": NOTHING}.items()}
        iam = moto.client("iam")
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
        self.role = iam.create_role(RoleName="app", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        iam.put_role_policy(RoleName="app", PolicyName="read", PolicyDocument=json.dumps(READ_ONLY))
        moto.enforce(True)

    def user(self, name: str, policy: dict) -> tuple[str, str]:
        iam = self.moto.client("iam")
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName="p", PolicyDocument=json.dumps(policy))
        made = iam.create_access_key(UserName=name)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def client(self, service: str, user: str = "admin"):
        return boto3.client(service, region_name=REGION, endpoint_url=self.moto.url, aws_access_key_id=self.keys[user][0],
                            aws_secret_access_key=self.keys[user][1])


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    moto = Moto(tmp_path_factory.mktemp("moto"))
    yield Aws(moto.start())
    moto.stop()


def store(name: str, service: str, keys: tuple[str, str], **more) -> list[dict]:
    ref = {"accessKeyIDSecretRef": {"name": name, "key": "id"}, "secretAccessKeySecretRef": {"name": name, "key": "secret"}}
    return [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "stringData": {"id": keys[0], "secret": keys[1]}},
        {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": name},
         "spec": {"provider": {"aws": {"service": service, "region": REGION, "auth": {"secretRef": ref}, **more}}}},
    ]


def external_secret(name: str, store_name: str, **spec) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"secretStoreRef": {"name": store_name}, "refreshInterval": "1h", **spec}}


def data(**refs) -> list[dict]:
    return [{"secretKey": key, "remoteRef": ref} for key, ref in refs.items()]


def test_a_person_may_log_in_in_place_of_the_stores_service_account(aws, tmp_path):
    aws.client("secretsmanager").create_secret(Name="for-ann", SecretString="v")
    key, secret = aws.keys["reader"]
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        f"[default]\naws_access_key_id = x\naws_secret_access_key = y\n"
        f"[ann]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")
    auth = {"jwt": {"serviceAccountRef": {"name": "app"}}}
    manifests = [store("irsa", "SecretsManager", ("", ""), auth=auth)[1],
                 external_secret("ann", "irsa", data=data(v={"key": "for-ann"}))]
    env = {**aws.moto.environment(), "HOME": str(tmp_path), "AWS_PROFILE": "ann"}
    with StoreRun(tmp_path / "cluster", manifests, env=env) as run:
        run.wait_output("SecretStore fails: .*ServiceAccount")
    with StoreRun(tmp_path / "person", manifests, env=env, flags=["--use-my-credentials"]) as run:
        assert run.secret("ann") == {"v": b"v"}
        assert secret not in run.output


def test_secrets_are_what_boto3_reads(aws, tmp_path):
    sm = aws.client("secretsmanager")
    document = '{"n": 12345678901234567890, "f": 1.50, "text": "\\u00e9 \\n", "empty": "", "o": { "a": 1 }}'
    first = sm.create_secret(Name="team/app", SecretString="before", Tags=[{"Key": "owner", "Value": "ann"}, {"Key": "a", "Value": "1"}])
    sm.put_secret_value(SecretId="team/app", SecretString=document)
    sm.create_secret(Name="team/binary", SecretBinary=bytes(range(256)))
    wanted = external_secret("app", "sm", dataFrom=[{"extract": {"key": "team/app"}}], data=data(
        whole={"key": "team/app"}, number={"key": "team/app", "property": "n"}, float={"key": "team/app", "property": "f"},
        previous={"key": "team/app", "version": "AWSPREVIOUS"}, by_id={"key": "team/app", "version": f"uuid/{first['VersionId']}"},
        by_arn={"key": first["ARN"], "property": "text"}, binary={"key": "team/binary"},
        tags={"key": "team/app", "metadataPolicy": "Fetch"}, owner={"key": "team/app", "metadataPolicy": "Fetch", "property": "owner"}))
    with StoreRun(tmp_path, [*store("sm", "SecretsManager", aws.keys["reader"]), wanted], env=aws.moto.environment()) as run:
        got = run.secret("app")
        assert "12345678901234567890" not in run.output
    reader = aws.client("secretsmanager", "reader")
    assert got["whole"] == reader.get_secret_value(SecretId="team/app")["SecretString"].encode() == document.encode()
    assert got["previous"] == got["by_id"] == reader.get_secret_value(SecretId="team/app", VersionStage="AWSPREVIOUS")["SecretString"].encode()
    assert got["binary"] == reader.get_secret_value(SecretId="team/binary")["SecretBinary"]
    assert (got["number"], got["float"], got["by_arn"]) == (b"12345678901234567890", b"1.5", "é \n".encode())
    assert (got["n"], got["f"], got["empty"], got["o"]) == (b"12345678901234567890", b"1.50", b"", b'{ "a": 1 }')
    assert (got["tags"], got["owner"]) == (b'{"a":"1","owner":"ann"}', b"ann")


def test_parameters_are_what_boto3_reads(aws, tmp_path):
    ssm = aws.client("ssm")
    ssm.put_parameter(Name="/team/db/url", Value="one", Type="String", Tags=[{"Key": "owner", "Value": "ann"}])
    ssm.put_parameter(Name="/team/db/url", Value="two", Type="String", Overwrite=True)
    ssm.label_parameter_version(Name="/team/db/url", ParameterVersion=1, Labels=["stable"])
    ssm.put_parameter(Name="/team/password", Value="pässwörd", Type="SecureString")
    ssm.put_parameter(Name="flat", Value="a,b,c", Type="StringList")
    ssm.put_parameter(Name="/team/doc", Value='{"foo": "bar", "int": 42, "sub": {"a.b": 1.0}}', Type="String")
    wanted = external_secret("p", "ssm", dataFrom=[{"extract": {"key": "/team/doc"}}], data=data(
        latest={"key": "/team/db/url"}, first={"key": "/team/db/url", "version": "1"}, labelled={"key": "/team/db/url", "version": "stable"},
        secure={"key": "/team/password"}, list={"key": "flat"}, owner={"key": "/team/db/url", "metadataPolicy": "Fetch", "property": "owner"}))
    prefixed = external_secret("prefixed", "prefixed", data=data(latest={"key": "db/url"}))
    manifests = [*store("ssm", "ParameterStore", aws.keys["reader"]), wanted,
                 *store("prefixed", "ParameterStore", aws.keys["reader"], prefix="/team/"), prefixed]
    with StoreRun(tmp_path, manifests, env=aws.moto.environment()) as run:
        got = run.secret("p")
        assert run.secret("prefixed") == {"latest": b"two"}

    def value(name):
        return aws.client("ssm", "reader").get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"].encode()
    assert got["latest"] == value("/team/db/url") == b"two"
    assert got["first"] == got["labelled"] == value("/team/db/url:stable") == b"one"
    assert got["secure"] == value("/team/password") == "pässwörd".encode()
    assert (got["list"], got["owner"]) == (b"a,b,c", b"ann")
    assert (got["foo"], got["int"], got["sub"]) == (b"bar", b"42", b'{"a.b": 1.0}')


def test_found_secrets_and_parameters_are_what_boto3_finds(aws, tmp_path):
    sm, ssm = aws.client("secretsmanager"), aws.client("ssm")
    mark = uuid.uuid4().hex  # moto's own list has what the other tests made
    for i in range(25):
        sm.create_secret(Name=f"find/{i:02}", SecretString=f"sm-{i}", Tags=[{"Key": "mark", "Value": mark}, {"Key": "odd", "Value": str(i % 2)}])
        ssm.put_parameter(Name=f"/find/{i:02}", Value=f"ssm-{i}", Type="SecureString",
                          Tags=[{"Key": "mark", "Value": mark}, {"Key": "odd", "Value": str(i % 2)}])
    sm.create_secret(Name="find/like", SecretString="no", Tags=[{"Key": "mark", "Value": mark + "x"}])
    sm.create_secret(Name="find/no-value", Tags=[{"Key": "mark", "Value": mark}])
    sm.create_secret(Name="find/doomed", SecretString="no", Tags=[{"Key": "mark", "Value": mark}])
    sm.create_secret(Name="find/2doomed", SecretString="no")
    for doomed in ("find/doomed", "find/2doomed"):
        sm.delete_secret(SecretId=doomed)
    finds = {"tags": {"tags": {"mark": mark, "odd": "1"}}, "name": {"name": {"regexp": "^/?find/0[0-4]"}},
             "path": {"path": "/find" , "name": {"regexp": "2"}}, "all": {"tags": {"mark": mark}}}
    manifests = [*store("sm", "SecretsManager", aws.keys["finder"]), *store("ssm", "ParameterStore", aws.keys["finder"])]
    manifests += [external_secret(f"{service}-{name}", service, dataFrom=[{"find": find}])
                  for service in ("sm", "ssm") for name, find in finds.items() if (service, name) != ("sm", "path")]
    manifests.append(external_secret("sm-path", "sm", dataFrom=[{"find": {"path": "find/2", "name": {"regexp": "2"}}}]))
    with StoreRun(tmp_path, manifests, env=aws.moto.environment()) as run:
        names = {"tags": range(1, 25, 2), "name": range(5), "path": [2, 12, 20, 21, 22, 23, 24], "all": range(25)}
        for name, numbers in names.items():
            assert run.secret(f"ssm-{name}") == {f"_find_{i:02}": f"ssm-{i}".encode() for i in numbers}, name
        names["path"] = range(20, 25)
        for name, numbers in names.items():
            assert run.secret(f"sm-{name}") == {f"find_{i:02}": f"sm-{i}".encode() for i in numbers}, name


def test_a_role_is_assumed_and_its_session_signs(aws, tmp_path):
    aws.client("secretsmanager").create_secret(Name="by-role", SecretString="x")
    manifests = [*store("role", "SecretsManager", aws.keys["admin"], role=aws.role, externalID="id-12345", sessionTagsPolicy="Simple"),
                 external_secret("by-role", "role", data=data(value={"key": "by-role"}))]
    with StoreRun(tmp_path, manifests, env=aws.moto.environment()) as run:
        assert run.secret("by-role") == {"value": b"x"}


def test_what_is_refused_is_said_and_nothing_is_taken_for_absent(aws, tmp_path):
    aws.client("secretsmanager").create_secret(Name="refused", SecretString="x")
    wrong = (aws.keys["reader"][0], "not-the-secret-key")
    gone = external_secret("gone", "good", data=data(value={"key": "nowhere"}))
    manifests = [
        *store("wrong", "SecretsManager", wrong), external_secret("wrong", "wrong", data=data(value={"key": "refused"})),
        *store("denied", "ParameterStore", aws.keys["nobody"]), external_secret("denied", "denied", data=data(value={"key": "/p"})),
        *store("norole", "SecretsManager", aws.keys["nobody"], role=aws.role), *store("good", "SecretsManager", aws.keys["reader"]), gone]
    with StoreRun(tmp_path, manifests, env=aws.moto.environment()) as run:
        run.wait_output(r"default/wrong +ExternalSecret fails: .*SignatureDoesNotMatch")
        run.wait_output(r"default/denied +ExternalSecret fails: .*AccessDenied")
        run.wait_output(r"default/gone +ExternalSecret fails: .*Secret does not exist: nowhere in us-east-1")
        condition = run.condition("secretstore", "norole")
        assert condition["status"] == "False" and condition["reason"] == "InvalidProviderConfig"
        run.wait_output(r"default/norole .*assuming role .*AccessDenied")
        assert "not-the-secret-key" not in run.output


def test_every_signature_is_botocores_and_a_path_of_the_endpoint_counts(aws, tmp_path):
    aws.client("ssm").put_parameter(Name="/gate/doc", Value='{"a": "1", "b": "2"}', Type="String")
    aws.client("secretsmanager").create_secret(Name="gate", SecretString="ü")
    key_id, secret = aws.keys["reader"]
    aws.moto.enforce(False)  # the gate changes the address, which the signature covers; it checks instead
    try:
        with AwsGate(aws.moto.url, {key_id: secret}) as gate:
            env = {**aws.moto.environment(), "AWS_SSM_ENDPOINT": gate.url, "AWS_SECRETSMANAGER_ENDPOINT": gate.url + "/some/pa th".replace(" ", "%20")}
            manifests = [*store("ssm", "ParameterStore", (key_id, secret)), *store("sm", "SecretsManager", (key_id, secret)),
                         external_secret("p", "ssm", data=data(**{f"k{i}": {"key": "/gate/doc", "property": "ab"[i % 2]} for i in range(10)})),
                         external_secret("s", "sm", data=data(value={"key": "gate"}))]
            with StoreRun(tmp_path, manifests, env=env) as run:
                assert run.secret("p")["k1"] == b"2"
                assert run.secret("s") == {"value": "ü".encode()}
            assert gate.wrong == []
            assert sorted(gate.calls) == ["GetParameter", "GetSecretValue"], "ten entries of one parameter are one call"
    finally:
        aws.moto.enforce(True)


def test_values_that_are_wanted_together_are_few_calls(aws, tmp_path):
    """Sixty objects, each with a value of its own: one by one that would be sixty calls."""
    sm, ssm = aws.client("secretsmanager"), aws.client("ssm")
    manifests = [*store("sm", "SecretsManager", aws.keys["reader"]), *store("ssm", "ParameterStore", aws.keys["reader"])]
    for i in range(30):
        sm.create_secret(Name=f"many/{i}", SecretString=f"sm {i} é")
        ssm.put_parameter(Name=f"/many/{i}", Value=f"ssm {i} é", Type="SecureString")
        manifests += [external_secret(f"sm-{i}", "sm", data=data(value={"key": f"many/{i}"})),
                      external_secret(f"ssm-{i}", "ssm", data=data(value={"key": f"/many/{i}"}))]
    aws.moto.enforce(False)  # the gate stands between
    try:
        with AwsGate(aws.moto.url, dict([aws.keys["reader"]]), latency=0.05) as gate:
            env = {**aws.moto.environment(), "AWS_SSM_ENDPOINT": gate.url, "AWS_SECRETSMANAGER_ENDPOINT": gate.url}
            wanted = {f"{service}-{i}": f"{service} {i} é".encode() for service in ("sm", "ssm") for i in range(30)}
            with StoreRun(tmp_path, manifests, env=env) as run:
                def values() -> dict[str, bytes]:
                    secrets = json.loads(run.kubectl("-n", "default", "get", "secrets", "-o", "json"))["items"]
                    return {s["metadata"]["name"]: base64.b64decode(s["data"]["value"]) for s in secrets if "value" in s["data"]}
                assert wait_for(lambda: len(values()) == 60 and values(), 30, "sixty Secrets") == wanted
            assert gate.wrong == []
            calls = {name: gate.calls.count(name) for name in set(gate.calls)}
            assert set(calls) <= {"GetSecretValue", "BatchGetSecretValue", "GetParameter", "GetParameters"}
            assert calls["BatchGetSecretValue"] + calls["GetSecretValue"] <= 15, calls
            assert calls["GetParameters"] + calls["GetParameter"] <= 15, calls
    finally:
        aws.moto.enforce(True)


def test_refreshes_of_many_values_are_few_calls(aws, tmp_path):
    """A hundred objects of three entries each over fifty secrets, the yardstick: three calls an interval, in place of fifty.
    In one of these intervals the store's client is found out anew."""
    sm = aws.client("secretsmanager")
    for i in range(50):
        sm.create_secret(Name=f"often/{i}", SecretString="first")
    manifests = store("sm", "SecretsManager", aws.keys["reader"]) + [
        external_secret(f"o-{i}", "sm", refreshInterval="10s", data=data(**{f"k{n}": {"key": f"often/{(i + 17 * n) % 50}"} for n in range(3)}))
        for i in range(100)]
    aws.moto.enforce(False)  # the gate stands between
    try:
        with AwsGate(aws.moto.url, dict([aws.keys["reader"]]), latency=0.05) as gate:
            env = {**aws.moto.environment(), "AWS_SECRETSMANAGER_ENDPOINT": gate.url}
            with StoreRun(tmp_path, manifests, env=env) as run:
                def refreshed(value: str) -> int:
                    """How many calls there were when a refresh has brought this value."""
                    sm.put_secret_value(SecretId="often/0", SecretString=value)
                    wait_for(lambda: run.secret("o-0")["k0"] == value.encode(), 30, "a refresh")
                    time.sleep(1)  # the others of this interval
                    return len(gate.calls)
                counts = list(map(refreshed, ("second", "third", "fourth", "fifth", "sixth")))
            assert gate.wrong == []
            calls = sorted(after - before for before, after in itertools.pairwise(counts))
            # Where this machine makes some come late, beside others' work, a call may have left without them.
            assert calls[1] == 3 and calls[-1] <= 4, counts
    finally:
        aws.moto.enforce(True)


@pytest.fixture(scope="module")
def agents(aws, tmp_path_factory):
    """A key out of each of the two services, for an agent."""
    aws.client("secretsmanager").create_secret(Name="agents/key", SecretString="sm-agent-one")
    aws.client("ssm").put_parameter(Name="/agents/key", Value="ssm-agent-one", Type="SecureString")
    manifests = [*store("sm", "SecretsManager", aws.keys["reader"]), secret_of("sm", {"key": "agents/key"}),
                 *store("ssm", "ParameterStore", aws.keys["reader"]), secret_of("ssm", {"key": "/agents/key"})]
    with StoreRun(tmp_path_factory.mktemp("agents"), manifests, env=aws.moto.environment(), command=PROGRAM) as run:
        yield run


def test_the_versions_of_a_secret_tell_which_one_may_be_revoked(aws, agents):
    """Back is what an operator does in a hurry: the stage moves to the version before."""
    sm = aws.client("secretsmanager")
    first = sm.get_secret_value(SecretId="agents/key")["VersionId"]

    def rotate() -> str:
        return sm.put_secret_value(SecretId="agents/key", SecretString="sm-agent-two")["VersionId"]

    def back() -> str:
        now = sm.get_secret_value(SecretId="agents/key")["VersionId"]
        sm.update_secret_version_stage(SecretId="agents/key", VersionStage="AWSCURRENT", MoveToVersionId=first, RemoveFromVersionId=now)
        return first
    rotates_there_and_back(Revocation(agents, "sm", "agents/key"), first, rotate, back)


def test_the_numbers_of_a_parameter_tell_which_one_may_be_revoked(aws, agents):
    def put(value: str) -> str:
        return str(aws.client("ssm").put_parameter(Name="/agents/key", Value=value, Type="SecureString", Overwrite=True)["Version"])
    rotates_there_and_back(Revocation(agents, "ssm", "/agents/key"), "1", lambda: put("ssm-agent-two"), lambda: put("ssm-agent-one"))


def test_every_manifest_of_the_page_works(tmp_path):
    """IRSA, keys, a role and the controller's own identity, as docs/stores/aws.md writes them."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    assert len(blocks) >= 5
    moto = Moto(tmp_path).start()
    try:
        sm = moto.client("secretsmanager")
        sm.create_secret(Name="team/app", SecretString="before", Tags=[{"Key": "owner", "Value": "ann"}])
        sm.put_secret_value(SecretId="team/app", SecretString='{"password": "s3cret"}')
        moto.client("ssm").put_parameter(Name="/team/db/url", Value="db://one", Type="String")
        moto.client("ssm").put_parameter(Name="/team/db/url", Value="db://two", Type="String", Overwrite=True)
        own = {"AWS_ACCESS_KEY_ID": "own", "AWS_SECRET_ACCESS_KEY": "own"}
        with OperatorRun(tmp_path / "run", env={**moto.environment(), **own}) as run:
            run.apply("\n---\n".join(blocks))
            assert run.wait_ready("secretstores") == ["aws-irsa", "aws-parameters", "aws-roles", "aws-secrets", "aws-session"]
            assert run.wait_ready("clustersecretstores") == ["aws-own"]
            assert run.wait_ready("externalsecrets") == ["app", "by-session", "everything", "found", "settings"]
            assert run.secret("app") == {"password": b"s3cret", "document": b'{"password": "s3cret"}'}
            assert run.secret("settings") == {"url": b"db://two", "before": b"db://one"}
            assert run.secret("by-session") == {"password": b"s3cret"}
            got = run.secret("everything")
            assert (got["previous"], got["owner"], got["password"]) == (b"before", b"ann", b"s3cret")
    finally:
        moto.stop()


def test_the_page_has_a_manifest_for_every_mode():
    stores = [document["spec"]["provider"]["aws"] for block in re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(), re.M | re.S)
              for document in yaml.safe_load_all(block) if document["kind"].endswith("SecretStore")]
    modes = {next(iter(store.get("auth", {"own": None}))) for store in stores}
    assert modes == {"jwt", "secretRef", "own"}
    assert any("sessionTokenSecretRef" in store.get("auth", {}).get("secretRef", {}) for store in stores)
    assert {store["service"] for store in stores} == {"SecretsManager", "ParameterStore"}
    assert any("role" in store and "additionalRoles" in store for store in stores)
