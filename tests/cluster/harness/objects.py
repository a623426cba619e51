"""The documented manifests and what tests read about them."""

import base64
import json
import pathlib

import kubernetes as k8s
import yaml

from . import tools
from .processes import wait_for

ES = ("external-secrets.io", "v1", "externalsecrets")
STORES = ("external-secrets.io", "v1", "secretstores")
INSTANCES = ("openclaw.rocks", "v1alpha1", "openclawinstances")
QUICKSTART = tools.ROOT / "examples" / "quickstart"


class Cluster:
    """Typed and dynamic access to one API server, with the waits every test needs."""

    def __init__(self, plane):
        self.plane = plane
        client = plane.api_client()
        self.core = k8s.client.CoreV1Api(client)
        self.apps = k8s.client.AppsV1Api(client)
        self.custom = k8s.client.CustomObjectsApi(client)

    def namespace(self, name: str):
        self.core.create_namespace({"metadata": {"name": name}})
        return name

    def create(self, kind: tuple, ns: str, name: str, spec: dict, version: str | None = None, annotations: dict | None = None) -> dict:
        group, v, plural = kind
        names = {"externalsecrets": "ExternalSecret", "secretstores": "SecretStore", "openclawinstances": "OpenClawInstance"}
        body = {"apiVersion": f"{group}/{version or v}", "kind": names[plural], "spec": spec,
                "metadata": {"name": name, "namespace": ns, "annotations": annotations or {}}}
        return self.custom.create_namespaced_custom_object(group, version or v, ns, plural, body)

    def get(self, kind: tuple, ns: str, name: str) -> dict:
        return self.custom.get_namespaced_custom_object(kind[0], kind[1], ns, kind[2], name)

    def patch(self, kind: tuple, ns: str, name: str, body: dict) -> dict:
        return self.custom.patch_namespaced_custom_object(kind[0], kind[1], ns, kind[2], name, body)

    def condition(self, kind: tuple, ns: str, name: str, type_: str = "Ready") -> dict:
        for c in self.get(kind, ns, name).get("status", {}).get("conditions", []):
            if c["type"] == type_:
                return c
        return {}

    def wait_condition(self, kind: tuple, ns: str, name: str, status: str = "True", type_: str = "Ready", timeout: float = 60,
                       reason: str | None = None) -> dict:
        def reached():
            c = self.condition(kind, ns, name, type_)
            return c if c.get("status") == status and (reason is None or c.get("reason") == reason) else None
        try:
            return wait_for(reached, timeout, f"{kind[2]} {ns}/{name} {type_}={status}")
        except AssertionError as e:
            raise AssertionError(f"{e}; it says {json.dumps(self.get(kind, ns, name).get('status'))}") from None

    def secret(self, ns: str, name: str) -> dict[str, str]:
        data = self.core.read_namespaced_secret(name, ns).data or {}
        return {k: base64.b64decode(v).decode() for k, v in data.items()}

    def template_annotations(self, ns: str, name: str) -> dict:
        return self.apps.read_namespaced_stateful_set(name, ns).spec.template.metadata.annotations or {}

    def secret_hash(self, ns: str, name: str) -> str | None:
        return self.template_annotations(ns, name).get("openclaw.rocks/secret-hash")

    def generation(self, ns: str, name: str) -> int:
        return self.apps.read_namespaced_stateful_set(name, ns).metadata.generation

    def pod_uid(self, ns: str, name: str) -> str | None:
        """The uid of the instance's pod once it is Ready."""
        try:
            pod = self.core.read_namespaced_pod(f"{name}-0", ns)
        except k8s.client.ApiException as e:
            if e.status == 404:
                return None
            raise
        ready = any(c.type == "Ready" and c.status == "True" for c in pod.status.conditions or [])
        return pod.metadata.uid if ready and not pod.metadata.deletion_timestamp else None

    def events(self, ns: str, name: str) -> list:
        return [e for e in self.core.list_namespaced_event(ns).items if e.involved_object.name == name]

    def force_sync(self, ns: str, name: str, token: str):
        self.patch(ES, ns, name, {"metadata": {"annotations": {"force-sync": token}}})


def quickstart(ns: str) -> list[dict]:
    """The documents of examples/quickstart, moved to namespace `ns`."""
    documents = []
    for path in sorted(pathlib.Path(QUICKSTART).glob("*.yaml")):
        for document in yaml.safe_load_all(path.read_text()):
            if document["kind"] == "Namespace":
                document["metadata"]["name"] = ns
            else:
                document["metadata"]["namespace"] = ns
            documents.append(document)
    return documents


def fake_store(cluster: Cluster, ns: str, name: str, values: dict, version: str = "v1"):
    """A store of the fake provider: the values stand in its manifest."""
    data = [{"key": k, "value": v} for k, v in values.items()]
    return cluster.create(STORES, ns, name, {"provider": {"fake": {"data": data}}}, version)


def set_fake_values(cluster: Cluster, ns: str, name: str, values: dict):
    data = [{"key": k, "value": v} for k, v in values.items()]
    cluster.patch(STORES, ns, name, {"spec": {"provider": {"fake": {"data": data}}}})


def external_secret(store: str, target: str, data: dict, interval: str = "1h") -> dict:
    return {"refreshInterval": interval, "secretStoreRef": {"name": store, "kind": "SecretStore"},
            "target": {"name": target, "creationPolicy": "Owner"},
            "data": [{"secretKey": k, "remoteRef": {"key": r}} for k, r in data.items()]}


INSTANCE = {"storage": {"persistence": {"enabled": False}}, "image": {"repository": "localhost/openclaw", "tag": "1", "pullPolicy": "Never"}}


def instance(secret: str, **spec) -> dict:
    return {**INSTANCE, "envFrom": [{"secretRef": {"name": secret}}], **spec}
