"""ExternalSecrets, their targets and what stands around them as the External Secrets Operator leaves them: its marks,
hashes, field managers, finalizers and status, made anew here with the standard library."""

import base64
import dataclasses
import datetime
import hashlib

import kubernetes as k8s

from .objects import ES, STORES, Cluster

MARK = "reconcile.external-secrets.io/"
FINALIZER = "externalsecrets.external-secrets.io/externalsecret-cleanup"
STATES = ("generators.external-secrets.io", "v1alpha1", "generatorstates")
MANAGER = "external-secrets"  # of what it writes on its own kinds


def sha3(text: str) -> str:
    return hashlib.sha3_224(text.encode()).hexdigest()


def render(entries: dict[str, str]) -> str:
    return f"map[{' '.join(f'{key}:{value}' for key, value in sorted(entries.items()))}]"


def data_hash(data: dict[str, str]) -> str:
    """Of a Secret: its values are lists of bytes."""
    return sha3(render({key: f"[{' '.join(map(str, value.encode()))}]" for key, value in data.items()}))


def token(made: dict) -> str:
    metadata = made["metadata"]
    maps = f"annotations:{render(metadata.get('annotations', {}))} labels:{render(metadata.get('labels', {}))}"
    return f"{metadata['generation']}-{sha3('{' + maps + '}')}"


def field_manager(name: str) -> str:
    plain = f"externalsecrets.external-secrets.io/{name}"
    return plain if len(plain) <= 63 else f"externalsecrets.external-secrets.io/sha3/{sha3(name)}"


def stamp(when: datetime.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclasses.dataclass
class Left:
    """One ExternalSecret. `spec` as its author wrote it; the rest is what came of it."""
    spec: dict
    data: dict | None = None  # what the target has of it; None: there is no target
    name: str = ""  # where it is not the key of the table
    labels: dict = dataclasses.field(default_factory=dict)  # of the ExternalSecret
    annotations: dict = dataclasses.field(default_factory=dict)
    version: str = "v1"  # that its manifest was applied in
    target_meta: dict = dataclasses.field(default_factory=dict)  # by its template: labels, annotations, finalizers
    type: str = "Opaque"
    others: dict = dataclasses.field(default_factory=dict)  # data of somebody else, there before
    added: dict | None = None  # metadata that somebody else has put on the target since
    second_owner: bool = False  # as well
    owner_version: str = "v1"
    reason: str = "SecretSynced"
    message: str = "secret synced"
    token: str = ""  # where the last sync was of an earlier state


class Leaver:
    """Makes them in one namespace, each refreshed `age` ago; their stores are of the class `controller`."""

    def __init__(self, cluster: Cluster, ns: str, age: datetime.timedelta, interval: str):
        self.cluster, self.ns, self.interval = cluster, ns, interval
        self.when = stamp(datetime.datetime.now(datetime.timezone.utc) - age)

    def store(self, name: str, controller: str, values: dict, finalizers: list):
        data = [{"key": key, "value": value} for key, value in values.items()]
        self.cluster.create(STORES, self.ns, name, {"controller": controller, "provider": {"fake": {"data": data}}})
        where = (*STORES[:2], self.ns, STORES[2], name)
        self.cluster.custom.patch_namespaced_custom_object(*where, {"metadata": {"finalizers": finalizers}}, field_manager=MANAGER)
        self.cluster.custom.patch_namespaced_custom_object_status(*where, {"status": {
            "capabilities": "ReadWrite", "conditions": [self.ready("Valid", "store validated")]}}, field_manager=MANAGER)

    def ready(self, reason: str, message: str) -> dict:
        return {"type": "Ready", "status": "True", "reason": reason, "message": message, "lastTransitionTime": self.when}

    def leave(self, name: str, left: Left) -> dict:
        spec = {"refreshInterval": self.interval, "secretStoreRef": {"name": "store", "kind": "SecretStore"}, **left.spec}
        body = {"apiVersion": f"{ES[0]}/{left.version}", "kind": "ExternalSecret", "spec": spec,
                "metadata": {"name": name, "labels": left.labels, "annotations": left.annotations}}
        self.cluster.custom.create_namespaced_custom_object(ES[0], left.version, self.ns, ES[2], body)
        where = (*ES[:2], self.ns, ES[2], name)
        made = self.cluster.custom.patch_namespaced_custom_object(*where, {"metadata": {"finalizers": [FINALIZER]}}, field_manager=MANAGER)
        return self.settle(made, left)

    def leave_child(self, name: str, left: Left, parent: dict) -> dict:
        """The same of a ClusterExternalSecret, and its hold on the namespace."""
        owner = {"apiVersion": f"{ES[0]}/v1", "kind": "ClusterExternalSecret", "name": parent["metadata"]["name"],
                 "uid": parent["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}
        hold = [f"externalsecrets.external-secrets.io/ces-{parent['metadata']['name']}"]
        finalizers = self.cluster.core.read_namespace(self.ns).metadata.finalizers or []
        self.cluster.core.patch_namespace(self.ns, {"metadata": {"finalizers": finalizers + hold}}, field_manager=MANAGER)
        body = {"apiVersion": f"{ES[0]}/v1", "kind": "ExternalSecret", "spec": parent["spec"]["externalSecretSpec"],
                "metadata": {"name": name, "labels": left.labels, "annotations": left.annotations, "finalizers": [FINALIZER],
                             "ownerReferences": [owner]}}
        return self.settle(self.cluster.custom.create_namespaced_custom_object(*ES[:2], self.ns, ES[2], body, field_manager=MANAGER), left)

    def settle(self, made: dict, left: Left) -> dict:
        """The target and the status of an ExternalSecret that is there."""
        name, target = made["metadata"]["name"], made["spec"]["target"]
        bound = left.data is not None and target.get("creationPolicy") != "None" and "manifest" not in target
        if left.data is not None:
            self.object(made, left) if "manifest" in target else self.secret(made, left)
        status = {"refreshTime": self.when, "syncedResourceVersion": left.token or token(made),
                  "conditions": [self.ready(left.reason, left.message)],
                  **({"binding": {"name": target.get("name") or name}} if bound else {})}
        return self.cluster.custom.patch_namespaced_custom_object_status(*ES[:2], self.ns, ES[2], name, {"status": status}, field_manager=MANAGER)

    def metadata(self, made: dict, left: Left, content_hash: str) -> dict:
        name, target = made["metadata"]["name"], made["spec"]["target"]
        own = left.target_meta if "template" in target else made["metadata"]
        metadata = {"name": target.get("name") or name, "labels": {**own.get("labels", {}), MARK + "managed": "true"},
                    "annotations": {**own.get("annotations", {}), MARK + "data-hash": content_hash}}
        if left.target_meta.get("finalizers"):
            metadata["finalizers"] = left.target_meta["finalizers"]
        if target.get("creationPolicy", "Owner") == "Owner":
            metadata["labels"][MARK + "created-by"] = sha3(f"{self.ns}/{name}")
            metadata["ownerReferences"] = [{"apiVersion": f"{ES[0]}/{left.owner_version}", "kind": "ExternalSecret", "name": name,
                                            "uid": made["metadata"]["uid"], "controller": True, "blockOwnerDeletion": True}]
        return metadata

    def secret(self, made: dict, left: Left):
        core, by = self.cluster.core, {"field_manager": field_manager(made["metadata"]["name"])}
        target = made["spec"]["target"]
        metadata = self.metadata(made, left, data_hash({**left.others, **left.data}))
        name = metadata["name"]
        if target.get("creationPolicy") == "None":  # of what somebody else made nothing but the label is touched
            core.create_namespaced_secret(self.ns, {"metadata": {"name": name}, "stringData": left.others})
            core.patch_namespaced_secret(name, self.ns, {"metadata": {"labels": {MARK + "managed": "true"}}}, **by)
            return
        body = {"metadata": metadata, "data": {key: base64.b64encode(value.encode()).decode() for key, value in left.data.items()}}
        if left.others:
            if not any(one.metadata.name == name for one in core.list_namespaced_secret(self.ns).items):
                core.create_namespaced_secret(self.ns, {"metadata": {"name": name}, "stringData": left.others})
            core.patch_namespaced_secret(name, self.ns, body, **by)
        else:
            more = {"immutable": True} if target.get("immutable") else {}
            core.create_namespaced_secret(self.ns, {**body, "type": left.type, **more}, **by)
        if left.added:
            core.patch_namespaced_secret(name, self.ns, {"metadata": left.added})
        if left.second_owner:
            other = core.create_namespaced_config_map(self.ns, {"metadata": {"name": f"owner-of-{name}"}}).metadata
            owned = core.read_namespaced_secret(name, self.ns)
            owned.metadata.owner_references.append(k8s.client.V1OwnerReference(api_version="v1", kind="ConfigMap", name=other.name, uid=other.uid))
            core.replace_namespaced_secret(name, self.ns, owned)

    def object(self, made: dict, left: Left):
        manifest, by = made["spec"]["target"]["manifest"], {"field_manager": field_manager(made["metadata"]["name"])}
        content = {"data": left.data} if manifest["kind"] == "ConfigMap" else {"spec": {"data": left.data}}
        hashed = render(left.data) if manifest["kind"] == "ConfigMap" else render({"data": render(left.data)})
        body = {**manifest, "metadata": self.metadata(made, left, sha3(hashed)), **content}
        if manifest["kind"] == "ConfigMap":
            self.cluster.core.create_namespaced_config_map(self.ns, body, **by)
            if left.added:
                self.cluster.core.patch_namespaced_config_map(body["metadata"]["name"], self.ns, {"metadata": left.added})
        else:
            group, version = manifest["apiVersion"].split("/")
            self.cluster.custom.create_namespaced_custom_object(group, version, self.ns, manifest["kind"].lower() + "s", body, **by)

    def state(self, made: dict, number: int, generator: dict, state: dict, deadline: str = ""):
        """What a generator left at a server for the first item of an ExternalSecret."""
        name = made["metadata"]["name"]
        body = {"apiVersion": f"{STATES[0]}/{STATES[1]}", "kind": "GeneratorState",
                "metadata": {"name": f"gen-externalsecret-{name}-{number:05}", "finalizers": ["generatorstate.externalsecrets.io/finalizer"],
                             "labels": {"generators.external-secrets.io/owner-key": sha3(f"ExternalSecret-{self.ns}-{name}-0")},
                             "ownerReferences": [{"apiVersion": f"{ES[0]}/v1", "kind": "ExternalSecret", "name": name,
                                                  "uid": made["metadata"]["uid"]}]},
                "spec": {"resource": generator, "state": state, **({"garbageCollectionDeadline": deadline} if deadline else {})}}
        self.cluster.custom.create_namespaced_custom_object(*STATES[:2], self.ns, STATES[2], body, field_manager=MANAGER)
