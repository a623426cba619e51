"""Google Cloud Secret Manager, against a double that Google's own client drives in the same run."""

import base64
import json
import pathlib
import re

import pytest
import yaml

from doubles.gcp import Google
from harness import tools
from harness.control_plane import ControlPlane
from harness.operator import Operator, install
from harness.processes import wait_for
from store_run import StoreRun

EMAIL = "rotor@proj.iam.gserviceaccount.com"
ACCESS = "secretmanager.versions.access"
LIST = "secretmanager.secrets.list"
GET = "secretmanager.secrets.get"
VERSIONS = "secretmanager.versions.list"
AWS_POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/aws"
OIDC_POOL = "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/oidc"
BINARY = bytes(range(256))


@pytest.fixture
def google(tmp_path):
    google = Google(tmp_path).start()
    yield google
    google.stop()


# -- Google's own client, and Google's own ways to log in


@pytest.fixture
def vendor(google, monkeypatch):
    """Every call of Google's libraries in this process leads to the double, by the hosts' real names."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{google.proxy_port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(google.ca))
    return google


def client(credentials, host: str = "secretmanager.googleapis.com"):
    from google.cloud import secretmanager_v1
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import rest
    transport = rest.SecretManagerServiceRestTransport(host=host, credentials=credentials)
    return secretmanager_v1.SecretManagerServiceClient(transport=transport)


def key_credentials(google, *permissions: str):
    from google.oauth2 import service_account
    return service_account.Credentials.from_service_account_info(google.service_account(EMAIL, *permissions),
                                                                 scopes=["https://www.googleapis.com/auth/cloud-platform"])


def test_googles_client_reads_the_double(vendor):
    from google.api_core import exceptions
    vendor.add("app", b"one", BINARY, labels={"team": "a"}, annotations={"note": "hi"})
    vendor.add("gone").versions.append({"data": b"", "state": "DESTROYED", "created": "2026-01-01T00:00:00Z"})
    vendor.add("other", b"")
    vendor.page_size = 1
    api = client(key_credentials(vendor, ACCESS, LIST, GET, VERSIONS))
    answer = api.access_secret_version(name="projects/proj/secrets/app/versions/latest")
    assert answer.payload.data == BINARY and answer.name == "projects/123456789/secrets/app/versions/2"
    assert api.access_secret_version(name="projects/proj/secrets/other/versions/1").payload.data == b""
    secret = api.get_secret(name="projects/proj/secrets/app")
    assert dict(secret.labels) == {"team": "a"} and dict(secret.annotations) == {"note": "hi"}
    names = [s.name.split("/")[-1] for s in api.list_secrets(parent="projects/proj")]
    assert names == ["app", "gone", "other"]
    found = api.list_secrets(request={"parent": "projects/proj", "filter": 'labels.team="a" name:"ap"'})
    assert [s.name.split("/")[-1] for s in found] == ["app"]
    states = [v.state.name for v in api.list_secret_versions(parent="projects/proj/secrets/app")]
    assert states == ["ENABLED", "ENABLED"]
    with pytest.raises(exceptions.NotFound):
        api.access_secret_version(name="projects/proj/secrets/none/versions/latest")
    with pytest.raises(exceptions.BadRequest, match="DESTROYED state"):
        api.access_secret_version(name="projects/proj/secrets/gone/versions/latest")
    vendor.grants[EMAIL].clear()
    with pytest.raises(exceptions.Forbidden):
        api.get_secret(name="projects/proj/secrets/app")


def test_googles_client_reads_regional_secrets(vendor):
    vendor.add("app", b"regional", prefix="projects/proj/locations/europe-west1")
    api = client(key_credentials(vendor, ACCESS), "secretmanager.europe-west1.rep.googleapis.com")
    name = "projects/proj/locations/europe-west1/secrets/app/versions/latest"
    assert api.access_secret_version(name=name).payload.data == b"regional"


def test_googles_client_logs_in_every_way(vendor, monkeypatch):
    from google.auth import aws, identity_pool, impersonated_credentials
    from google.auth.transport.requests import Request
    from google.oauth2 import credentials, service_account
    vendor.add("app", b"v")

    def reads(login) -> bytes:
        return client(login).access_secret_version(name="projects/proj/secrets/app/versions/latest").payload.data

    own = service_account.Credentials.from_service_account_info(
        vendor.service_account("self@proj.iam.gserviceaccount.com", ACCESS)).with_always_use_jwt_access(True)
    own._create_self_signed_jwt("https://secretmanager.googleapis.com/")
    assert reads(own) == b"v" and vendor.count("oauth2.googleapis.com") == 0

    base = key_credentials(vendor)
    vendor.service_account("target@proj.iam.gserviceaccount.com", ACCESS)
    vendor.impersonators.add((EMAIL, "target@proj.iam.gserviceaccount.com"))
    assert reads(impersonated_credentials.Credentials(
        base, "target@proj.iam.gserviceaccount.com", ["https://www.googleapis.com/auth/cloud-platform"])) == b"v"

    person = credentials.Credentials.from_authorized_user_info(vendor.person("ann@example.com", ACCESS))
    assert reads(person) == b"v"

    token = issuer_of(vendor)
    path = vendor.folder / "subject"
    path.write_text(token("pool-user"))
    vendor.grants["pool-user"].add(ACCESS)
    assert reads(identity_pool.Credentials(
        audience=OIDC_POOL, subject_token_type="urn:ietf:params:oauth:token-type:jwt",
        token_url="https://sts.googleapis.com/v1/token", credential_source={"file": str(path)},
        scopes=["https://www.googleapis.com/auth/cloud-platform"])) == b"v"

    vendor.pools[AWS_POOL] = {"aws": ("AKIATEST", "aws-secret")}
    vendor.grants["aws:AKIATEST"].add(ACCESS)
    for name, value in {"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "AKIATEST", "AWS_SECRET_ACCESS_KEY": "aws-secret"}.items():
        monkeypatch.setenv(name, value)
    assert reads(aws.Credentials(
        audience=AWS_POOL, subject_token_type="urn:ietf:params:aws:token-type:aws4_request",
        token_url="https://sts.googleapis.com/v1/token",
        credential_source={"environment_id": "aws1", "regional_cred_verification_url":
                           "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15"},
        scopes=["https://www.googleapis.com/auth/cloud-platform"])) == b"v"

    broken = key_credentials(vendor)
    vendor.service_account(EMAIL)  # another key
    from google.auth import exceptions
    with pytest.raises(exceptions.RefreshError, match="invalid_grant"):
        broken.refresh(Request())


def issuer_of(google):
    """An OpenID provider whose tokens the pool takes."""
    import jwt
    import time
    from cryptography.hazmat.primitives.asymmetric import rsa
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    google.pools[OIDC_POOL] = {"key": key.public_key(), "issuer": "https://issuer.example.com", "audience": OIDC_POOL}
    return lambda subject: jwt.encode({"iss": "https://issuer.example.com", "aud": OIDC_POOL, "sub": subject,
                                       "iat": int(time.time()), "exp": int(time.time()) + 600}, key, algorithm="RS256")


# -- Rotor


def key_store(google, *permissions: str, **block) -> list[dict]:
    key = json.dumps(google.service_account(EMAIL, *permissions))
    ref = {"secretAccessKeySecretRef": {"name": "gcp", "key": "key.json"}}
    return [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "gcp"}, "stringData": {"key.json": key}},
            store({"projectID": "proj", "auth": {"secretRef": ref}, **block})]


def store(block: dict) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "SecretStore", "metadata": {"name": "gcp"},
            "spec": {"provider": {"gcpsm": block}}}


def external_secret(name: str, **spec) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"secretStoreRef": {"name": "gcp"}, "refreshInterval": "1h", **spec}}


def entry(key: str, name: str = "v", **ref) -> dict:
    return {"secretKey": name, "remoteRef": {"key": key, **ref}}


def test_values_arrive_byte_for_byte_with_one_login_and_one_read(google, tmp_path):
    document = b'{"n": 12345678901234567890, "f": 1.50, "text": "\\u00e9 \\n", "empty": "", "a.b": "dot"}'
    google.add("app", b"old", document)
    google.add("binary", BINARY)
    google.add("empty", b"")
    google.add("big", b"x" * 65536)
    wanted = external_secret("app", data=[
        entry("app", "whole"), entry("app", "number", property="n"), entry("app", "text", property="text"),
        entry("app", "dotted", property="a.b"), entry("app", "old", version="1"), entry("binary", "binary"),
        entry("empty", "empty"), entry("big", "big")])
    with StoreRun(tmp_path / "run", [*key_store(google, ACCESS), wanted], env=google.environment()) as run:
        assert run.secret("app") == {
            "whole": document, "number": b"12345678901234567890", "text": "é \n".encode(), "dotted": b"dot",
            "old": b"old", "binary": BINARY, "empty": b"", "big": b"x" * 65536}
        assert "12345678901234567890" not in run.output
    assert google.count("oauth2.googleapis.com/token") == 1
    assert google.count("/secrets/app/versions/latest:access") == 1


def test_extract_and_metadata(google, tmp_path):
    google.add("db-one", b'{"user":"u","port":5432}', labels={"team": "a"}, annotations={"note": "<hi>"})
    wanted = [
        external_secret("extract", dataFrom=[{"extract": {"key": "db-one"}}]),
        external_secret("labels", data=[entry("db-one", "all", metadataPolicy="Fetch"),
                                        entry("db-one", "note", metadataPolicy="Fetch", property="annotations.note")])]
    with StoreRun(tmp_path / "run", [*key_store(google, ACCESS, GET), *wanted], env=google.environment()) as run:
        assert run.secret("extract") == {"user": b"u", "port": b"5432"}
        assert run.secret("labels") == {"all": b'{"annotations":{"note":"\\u003chi\\u003e"},"labels":{"team":"a"}}',
                                        "note": b"<hi>"}


def test_find_by_name_and_by_labels(google, tmp_path):
    google.add("db-one", b"1", labels={"team": "a"})
    google.add("db-two", b"2", labels={"team": "a"})
    google.add("db-none", labels={"team": "a"})
    google.add("web", b"3", labels={"team": "b"})
    google.page_size = 1
    wanted = [external_secret("names", dataFrom=[{"find": {"name": {"regexp": "^db-"}}}]),
              external_secret("tags", dataFrom=[{"find": {"tags": {"team": "b"}}}])]
    with StoreRun(tmp_path / "run", [*key_store(google, ACCESS, LIST), *wanted], env=google.environment()) as run:
        assert run.secret("names") == {"db-one": b"1", "db-two": b"2"}
        assert run.secret("tags") == {"web": b"3"}


def test_the_newest_enabled_version_of_a_region(google, tmp_path):
    secret = google.add("app", b"1", b"2", b"3", prefix="projects/proj/locations/europe-west1")
    secret.versions[2]["state"] = "DISABLED"
    manifests = key_store(google, ACCESS, VERSIONS, location="europe-west1", secretVersionSelectionPolicy="LatestOrFetch")
    with StoreRun(tmp_path / "run", [*manifests, external_secret("app", data=[entry("app")])], env=google.environment()) as run:
        assert run.secret("app") == {"v": b"2"}
    assert google.count("secretmanager.europe-west1.rep.googleapis.com/v1/projects/proj/locations/europe-west1/") > 0


def test_what_is_wrong_is_said_at_the_store_and_at_the_secret(google, tmp_path):
    manifests = key_store(google)  # a login that may do nothing
    with StoreRun(tmp_path / "denied", [*manifests, external_secret("app", data=[entry("app")])], env=google.environment()) as run:
        assert run.condition("secretstore", "gcp")["status"] == "True", "the key itself is good"
        run.wait_output(r"default/app .*PERMISSION_DENIED: Permission 'secretmanager.versions.access' denied")
    google.accounts.clear()  # the key was deleted
    with StoreRun(tmp_path / "deleted", manifests, env=google.environment()) as run:
        assert run.condition("secretstore", "gcp")["status"] == "False"
        run.wait_output(r'auth.secretRef \(key "key.json" of Secret "gcp"\): ExchangeAssertion: invalid_grant')
        assert "PRIVATE KEY" not in run.output


def test_keys_of_aws_by_a_pool(google, tmp_path):
    google.add("app", b"by aws")
    google.pools[AWS_POOL] = {"aws": ("AKIATEST", "aws-secret")}
    google.grants["aws:AKIATEST"].add(ACCESS)
    keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "aws-secret"}
    wif = {"audience": AWS_POOL, "awsSecurityCredentials": {"region": "eu-west-1", "awsCredentialsSecretRef": {"name": "aws"}}}
    manifests = [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "aws"}, "stringData": keys},
                 store({"projectID": "proj", "auth": {"workloadIdentityFederation": wif}}),
                 external_secret("app", data=[entry("app")])]
    with StoreRun(tmp_path / "run", manifests, env=google.environment()) as run:
        assert run.secret("app") == {"v": b"by aws"}


def test_a_token_file_that_the_controller_permits(google, tmp_path):
    google.add("app", b"by file")
    target = "target@proj.iam.gserviceaccount.com"
    google.service_account(target, ACCESS)
    google.impersonators.add(("pool-user", target))
    path = tmp_path / "subject"
    path.write_text(issuer_of(google)("pool-user") + "\n")
    config = {"type": "external_account", "audience": OIDC_POOL, "credential_source": {"file": str(path)},
              "service_account_impersonation_url": "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/"
                                                   f"{target}:generateAccessToken"}
    manifests = [{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "wif"}, "data": {"c.json": json.dumps(config)}},
                 store({"projectID": "proj", "auth": {"workloadIdentityFederation": {"credConfig": {"name": "wif", "key": "c.json"}}}}),
                 external_secret("app", data=[entry("app")])]
    env = google.environment()
    with StoreRun(tmp_path / "refused", manifests, env=env) as run:
        run.wait_output("ROTOR_GCP_SUBJECT_TOKEN_FILES")
    assert google.calls == []
    with StoreRun(tmp_path / "run", manifests, env={**env, "ROTOR_GCP_SUBJECT_TOKEN_FILES": str(path)}) as run:
        assert run.secret("app") == {"v": b"by file"}


def test_the_identity_of_the_machine_or_of_the_person(google, tmp_path):
    google.add("app", b"own identity")
    google.machine = "node@proj.iam.gserviceaccount.com"
    google.grants[google.machine].add(ACCESS)
    google.attributes["project/project-id"] = "proj"
    manifests = [store({}), external_secret("app", data=[entry("app")])]
    with StoreRun(tmp_path / "machine", manifests, env=google.environment()) as run:
        assert run.secret("app") == {"v": b"own identity"}
    key = tmp_path / "adc.json"
    key.write_text(json.dumps(google.service_account(EMAIL, ACCESS)))
    google.machine = None
    manifests = [store({"projectID": "proj"}), external_secret("app", data=[entry("app")])]
    with StoreRun(tmp_path / "file", manifests, env={**google.environment(), "GOOGLE_APPLICATION_CREDENTIALS": str(key)}) as run:
        assert run.secret("app") == {"v": b"own identity"}


def test_a_person_may_log_in_in_place_of_the_stores_service_account(google, tmp_path):
    google.add("app", b"for ann")
    kept = tmp_path / "home" / ".config" / "gcloud" / "application_default_credentials.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(google.person("ann@example.com", ACCESS)))
    auth = {"workloadIdentity": {"serviceAccountRef": {"name": "app"}, "clusterLocation": "l", "clusterName": "c"}}
    manifests = [store({"projectID": "proj", "auth": auth}), external_secret("app", data=[entry("app")])]
    env = {**google.environment(), "HOME": str(tmp_path / "home")}
    with StoreRun(tmp_path / "cluster", manifests, env=env) as run:
        run.wait_output("SecretStore fails: .*ServiceAccount")
    assert google.calls == []
    with StoreRun(tmp_path / "person", manifests, env=env, flags=["--use-my-credentials"]) as run:
        assert run.secret("app") == {"v": b"for ann"}


def test_the_endpoint_can_be_named(google, tmp_path):
    google.add("app", b"v")
    env = {**google.environment(), "ROTOR_GCP_SECRETMANAGER_ENDPOINT": f"http://127.0.0.1:{google.plain_port}"}
    with StoreRun(tmp_path / "run", [*key_store(google, ACCESS), external_secret("app", data=[entry("app")])], env=env) as run:
        assert run.secret("app") == {"v": b"v"}
    assert google.count("secretmanager.googleapis.com") == 0


# -- the page of the documentation, on a real API server with real ServiceAccounts

PAGE = tools.ROOT / "docs" / "stores" / "gcp.md"
ACCOUNT = "reader@proj.iam.gserviceaccount.com"  # that the page impersonates
POOLS = "//iam.googleapis.com/projects/123456789/locations/global/workloadIdentityPools/pool/providers/"
GKE_POOL = ("identitynamespace:gke-proj.svc.id.goog:https://container.googleapis.com/v1/projects/gke-proj/locations/"
            "europe-west1/clusters/main")


@pytest.fixture
def plane(tmp_path_factory):
    plane = ControlPlane(tmp_path_factory.mktemp("plane"), with_nodes=False)
    plane.start()
    install(plane)
    yield plane
    plane.stop()


def blocks() -> dict[str, list[dict]]:
    """The page's manifests, by the heading they stand under."""
    found: dict[str, list[dict]] = {}
    for section in re.split(r"^##+ ", PAGE.read_text(), flags=re.M):
        heading = section.splitlines()[0]
        found[heading] = [yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```", section, flags=re.M | re.S)]
    return {heading: manifests for heading, manifests in found.items() if manifests}


def prepare(google, plane) -> dict:
    """What the page takes for granted on Google's side, and the Secrets it names."""
    key = pathlib.Path(plane.pki / "sa.pub").read_bytes()
    google.add("api-keys", b'{"anthropic":"ant-1"}')
    google.add("api-keys", b'{"anthropic":"ant-eu"}', b"disabled", prefix="projects/proj/locations/europe-west1")
    google.secrets["projects/proj/locations/europe-west1/secrets/api-keys"].versions[1]["state"] = "DISABLED"
    google.pools[GKE_POOL] = {"key": key, "audience": "gke-proj.svc.id.goog"}
    google.pools[POOLS + "cluster"] = {"key": key, "audience": POOLS + "cluster"}
    google.pools[POOLS + "aws"] = {"aws": ("AKIATEST", "aws-secret")}
    google.subject_token = issuer_of(google)("pool-user")
    google.pools[POOLS + "oidc"] = google.pools[OIDC_POOL]
    google.machine = "node@proj.iam.gserviceaccount.com"
    for principal in ("aws:AKIATEST", "pool-user", google.machine):
        google.grants[principal].add(ACCESS)
    google.service_account(ACCOUNT, ACCESS)
    service_account_key = json.dumps(google.service_account(EMAIL, ACCESS, VERSIONS))
    return {"gcp": {"key.json": service_account_key},
            "aws": {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "aws-secret"}}


def test_every_manifest_of_the_page_works(google, plane):
    secrets = prepare(google, plane)
    page = blocks()
    [wanted] = page.pop(next(iter(page)))
    operator = Operator(plane, env=google.environment()).start()
    try:
        for number, (heading, manifests) in enumerate(page.items()):
            ns = f"page-{number}"
            reader = f"system:serviceaccount:{ns}:reader"
            if "gcpServiceAccountEmail" in json.dumps(manifests):
                google.impersonators.add((reader, ACCOUNT))
            else:
                google.grants[reader].add(ACCESS)
            base = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns}},
                    {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "reader", "namespace": ns}}]
            base += [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, "namespace": ns}, "stringData": data}
                     for name, data in secrets.items()]
            wanted["spec"]["secretStoreRef"]["kind"] = next(m["kind"] for m in manifests if m["kind"].endswith("Store"))
            plane.kubectl("apply", "-f", "-", stdin="\n---\n".join(map(json.dumps, base)))
            plane.kubectl("apply", "-n", ns, "-f", "-", stdin="\n---\n".join(map(json.dumps, [*manifests, wanted])))
            value = b"ant-eu" if heading == "Regions" else b"ant-1"
            assert arrived(plane, ns) == value, f"{heading}\n{operator.log()[-3000:]}"
    finally:
        operator.stop()
    assert len(page) == 8
    assert "ant-1" not in operator.log() and "PRIVATE KEY" not in operator.log()


def arrived(plane, ns: str) -> bytes | None:
    def value():
        text = plane.kubectl("-n", ns, "get", "secret", "api-keys", "-o", "json", "--ignore-not-found")
        return json.loads(text)["data"]["anthropic"] if text.strip() else None
    try:
        return base64.b64decode(wait_for(value, 30, f"Secret {ns}/api-keys"))
    except AssertionError:
        print(plane.kubectl("-n", ns, "get", "secretstores,externalsecrets", "-o", "yaml"))
        return None
