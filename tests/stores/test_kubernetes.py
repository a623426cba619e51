"""Secrets of another cluster: a real kube-apiserver, with the roles of the page and nobody's wider."""

import base64
import json
import subprocess

import pytest
import yaml

from harness.control_plane import ControlPlane
from harness.operator import Operator, install
from page import manifests_of
from store_run import StoreRun

BINARY = bytes(range(256))


class OtherCluster(ControlPlane):
    """It knows people by certificates as well."""

    def apiserver_flags(self) -> list:
        return [*super().apiserver_flags(), f"--client-ca-file={self.pki / 'people.crt'}"]

    def before_apiserver(self):
        run = lambda *a: subprocess.run([str(x) for x in a], check=True, capture_output=True, cwd=self.pki)  # noqa: E731
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "people.key", "-out", "people.crt",
            "-subj", "/CN=people", "-days", "1")
        run("openssl", "req", "-newkey", "rsa:2048", "-nodes", "-keyout", "rotor.key", "-out", "rotor.csr", "-subj", "/CN=rotor")
        run("openssl", "x509", "-req", "-in", "rotor.csr", "-CA", "people.crt", "-CAkey", "people.key", "-CAcreateserial",
            "-out", "rotor.crt", "-days", "1")

    def base64_of(self, name: str) -> str:
        return base64.b64encode((self.pki / name).read_bytes()).decode()


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    other = OtherCluster(tmp_path_factory.mktemp("other"), with_nodes=False)
    try:
        other.start()
        other.kubectl("create", "namespace", "shared")
        yield other
    finally:
        other.stop()


def documents(other: OtherCluster) -> list[dict]:
    token = "TOKEN-OF-ROTOR-READER"
    text = manifests_of("kubernetes", {"https://other.example:6443": other.url, "Q0VSVElGSUNBVEU=": other.base64_of("rotor.crt"),
                                       "UFJJVkFURSBLRVk=": other.base64_of("rotor.key"),
                                       "LS0tLS1CRUdJTi...": base64.b64encode(other.ca_path.read_bytes()).decode(), token: token})
    there = ("ServiceAccount", "Role", "RoleBinding")
    all_of_it = list(yaml.safe_load_all(text))
    other.kubectl("apply", "-f", "-", stdin="\n---\n".join(json.dumps(d) for d in all_of_it if d["kind"] in there))
    real = other.kubectl("-n", "shared", "create", "token", "rotor-reader").strip()
    here = json.dumps([d for d in all_of_it if d["kind"] not in there])
    return json.loads(here.replace(token, real))


def wanted(name: str, store: str, spec: dict) -> dict:
    return {"apiVersion": "external-secrets.io/v1", "kind": "ExternalSecret", "metadata": {"name": name},
            "spec": {"secretStoreRef": {"name": store}, "refreshInterval": "1h", **spec}}


def test_every_manifest_of_the_page_works_with_the_pages_roles(other, tmp_path):
    secret = {"apiVersion": "v1", "kind": "Secret",
              "metadata": {"name": "database", "namespace": "shared", "labels": {"example.com/team": "data"}},
              "data": {"password": base64.b64encode(b"pw \xc3\xa9\n").decode(), "binary": base64.b64encode(BINARY).decode(),
                       "config": base64.b64encode(b'{"db":{"host":"db.example"}}').decode()}}
    other.kubectl("apply", "-f", "-", stdin=json.dumps(secret))
    all_keys = {"dataFrom": [{"extract": {"key": "database"}}]}
    more = [wanted("by-kubeconfig", "other-by-kubeconfig", all_keys), wanted("by-certificate", "other-by-certificate", all_keys)]
    with StoreRun(tmp_path, [*documents(other), *more]) as run:
        assert run.secret("database") == {"password": "pw é\n".encode(), "host": b"db.example", "team": b"data"}
        for name in ("by-kubeconfig", "by-certificate"):
            assert run.secret(name) == {"password": "pw é\n".encode(), "binary": BINARY,
                                        "config": b'{"db":{"host":"db.example"}}'}
        for store in ("other-cluster", "other-by-kubeconfig", "other-by-certificate"):
            assert run.condition("secretstore", store)["status"] == "True"
        run.wait_output("could not fetch Auth.ServiceAccount: .*known to no cloud")
        assert "pw é" not in run.output


def test_a_store_without_the_role_says_so(other, tmp_path):
    manifests = documents(other)
    other.kubectl("-n", "shared", "delete", "rolebinding", "rotor-reader")
    stores = [d for d in manifests if d["kind"] == "Secret" or d["metadata"]["name"] == "other-cluster"]
    with StoreRun(tmp_path, stores) as run:
        run.wait_output("client is not allowed to get secrets")


def test_a_service_account_reads_another_namespace_of_its_own_cluster(other):
    """By the operator with the RBAC of deploy/, which gives it no such right itself."""
    install(other)
    manifests = [d for d in documents(other) if d["metadata"]["name"] == "same-cluster"]
    app = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "app", "namespace": "default"}}
    binding = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
               "metadata": {"name": "app", "namespace": "shared"},
               "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "rotor-reader"},
               "subjects": [{"kind": "ServiceAccount", "name": "app", "namespace": "default"}]}
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "mine", "namespace": "shared"}, "stringData": {"a": "b"}}
    everything = {"dataFrom": [{"extract": {"key": "mine"}}]}
    objects = [app, binding, secret, *manifests, wanted("mine", "same-cluster", everything)]
    other.kubectl("-n", "default", "apply", "-f", "-", stdin="\n---\n".join(map(json.dumps, objects[3:])))
    other.kubectl("apply", "-f", "-", stdin="\n---\n".join(map(json.dumps, objects[:3])))
    operator = Operator(other)
    try:
        operator.start()
        other.kubectl("-n", "default", "wait", "--for=condition=Ready", "externalsecret/mine", "--timeout=60s")
        found = json.loads(other.kubectl("-n", "default", "get", "secret", "mine", "-o", "json"))
        assert base64.b64decode(found["data"]["a"]) == b"b"
    finally:
        operator.stop()
