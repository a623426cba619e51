"""An instance and its objects as the OpenClaw operator leaves them: written whole, by its own field manager, with its own
hashes. Facts about that operator, made anew here with the standard library."""

import base64
import hashlib

import kubernetes as k8s

from .objects import INSTANCES, Cluster

MANAGER = "manager"  # what its binary is called, and so its field manager
HASH = "openclaw.rocks/secret-hash"
TOKEN = "0" * 64
PORTS = {"gateway": (18789, 18790), "canvas": (18793, 18794)}  # of the Service, of the proxy in the pod

# What its first write of an instance adds: empty objects, which the API server fills with defaults.
EMPTY = {"image": {}, "config": {}, "resources": {"requests": {}, "limits": {}}, "security": {"networkPolicy": {}, "rbac": {}},
         "storage": {"persistence": {}}, "networking": {"service": {}}, "observability": {"metrics": {}, "logging": {}}, "availability": {},
         "gateway": {}}


def secret_hash(secrets: dict[str, dict[str, str]]) -> str:
    """Of envFrom Secrets and the gateway token: name → data."""
    digest = hashlib.sha256()
    for _, data in sorted(secrets.items()):
        for key, value in sorted(data.items()):
            digest.update(f"{key}={value}\n".encode())
    return digest.hexdigest()[:16]


class Left:
    """`name` in `ns`, running, with the Secret `secret`."""

    def __init__(self, cluster: Cluster, ns: str, name: str, secret: str):
        self.cluster, self.ns, self.name, self.secret = cluster, ns, name, secret
        self.select = {"app.kubernetes.io/name": "openclaw", "app.kubernetes.io/instance": name}
        self.labels = {**self.select, "app.kubernetes.io/managed-by": "openclaw-operator"}
        self.owner: dict = {}

    def make(self) -> "Left":
        uid, generation = self._instance()
        self.owner = {"apiVersion": "openclaw.rocks/v1alpha1", "kind": "OpenClawInstance", "name": self.name, "uid": uid,
                      "controller": True, "blockOwnerDeletion": True}
        self._access()
        self._data()
        by = {"field_manager": MANAGER}
        self.cluster.core.create_namespaced_service(self.ns, self._service(), **by)
        self.cluster.apps.create_namespaced_stateful_set(self.ns, self._stateful_set(), **by)
        self.cluster.custom.patch_namespaced_custom_object_status(*INSTANCES[:2], self.ns, INSTANCES[2], self.name, self._status(generation), **by)
        return self

    def _instance(self) -> tuple[str, int]:
        self.cluster.create(INSTANCES, self.ns, self.name, {"envFrom": [{"secretRef": {"name": self.secret}}]})
        written = {"metadata": {"finalizers": ["openclaw.rocks/finalizer"]}, "spec": EMPTY}
        made = self.cluster.custom.patch_namespaced_custom_object(*INSTANCES[:2], self.ns, INSTANCES[2], self.name, written,
                                                                  field_manager=MANAGER)
        return made["metadata"]["uid"], made["metadata"]["generation"]

    def _meta(self, suffix: str = "", **more) -> dict:
        return {"metadata": {"name": self.name + suffix, "labels": self.labels, "ownerReferences": [self.owner], **more}}

    def _access(self):
        rbac = k8s.client.RbacAuthorizationV1Api(self.cluster.plane.api_client())
        by = {"field_manager": MANAGER}
        self.cluster.core.create_namespaced_service_account(self.ns, {**self._meta(), "automountServiceAccountToken": False}, **by)
        rbac.create_namespaced_role(self.ns, {**self._meta(), "rules": [
            {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": [f"{self.name}-config"], "verbs": ["get", "watch"]}]}, **by)
        rbac.create_namespaced_role_binding(self.ns, {
            **self._meta(), "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": self.name},
            "subjects": [{"kind": "ServiceAccount", "name": self.name, "namespace": self.ns}]}, **by)
        policy = k8s.client.PolicyV1Api(self.cluster.plane.api_client())
        policy.create_namespaced_pod_disruption_budget(self.ns, {**self._meta(), "spec": {
            "maxUnavailable": 1, "selector": {"matchLabels": self.select}}}, **by)

    def _data(self):
        by = {"field_manager": MANAGER}
        self.cluster.core.create_namespaced_secret(self.ns, {**self._meta("-gateway-token"), "data": {
            "token": base64.b64encode(TOKEN.encode()).decode()}}, **by)
        self.cluster.core.create_namespaced_config_map(self.ns, {**self._meta("-config"), "data": {
            "openclaw.json": '{"gateway":{"mode":"local"}}', "nginx.conf": "events {}\n"}}, **by)
        self.cluster.core.create_namespaced_config_map(self.ns, {**self._meta("-workspace"), "data": {
            "ENVIRONMENT.md": "theirs", "BOOTSTRAP.md": "theirs"}}, **by)
        self.cluster.core.create_namespaced_persistent_volume_claim(self.ns, {
            **self._meta("-data", annotations={"openclaw.rocks/backup-enabled": "true"}),
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "10Gi"}}}}, **by)

    def _service(self) -> dict:
        ports = [{"name": name, "port": port, "targetPort": target, "protocol": "TCP"} for name, (port, target) in PORTS.items()]
        return {**self._meta(), "spec": {"type": "ClusterIP", "selector": self.select, "sessionAffinity": "None", "ports": ports}}

    def _stateful_set(self) -> dict:
        data = {key: base64.b64decode(value).decode() for key, value in
                self.cluster.core.read_namespaced_secret(self.secret, self.ns).data.items()}
        marks = {"openclaw.rocks/config-hash": "0123456789abcdef",
                 HASH: secret_hash({self.secret: data, f"{self.name}-gateway-token": {"token": TOKEN}})}
        return {**self._meta(), "spec": {
            "replicas": 1, "serviceName": self.name, "podManagementPolicy": "Parallel", "revisionHistoryLimit": 10,
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {}}, "selector": {"matchLabels": self.select},
            "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
            "template": {"metadata": {"labels": self.labels, "annotations": marks}, "spec": self._pod()}}}

    def _pod(self) -> dict:
        closed = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True,
                  "capabilities": {"drop": ["ALL"]}, "seccompProfile": {"type": "RuntimeDefault"}}
        home = "/home/openclaw/.openclaw"
        token = {"secretKeyRef": {"name": f"{self.name}-gateway-token", "key": "token"}}
        main = {"name": "openclaw", "image": "ghcr.io/openclaw/openclaw:latest", "imagePullPolicy": "Always", "securityContext": closed,
                "ports": [{"name": name, "containerPort": port, "protocol": "TCP"} for name, (port, _) in PORTS.items()],
                "envFrom": [{"secretRef": {"name": self.secret}}],
                "env": [{"name": "HOME", "value": "/home/openclaw"}, {"name": "OPENCLAW_DISABLE_BONJOUR", "value": "1"},
                        {"name": "OPENCLAW_GATEWAY_TOKEN", "valueFrom": token}],
                "volumeMounts": [{"name": "data", "mountPath": home}, {"name": "tmp", "mountPath": "/tmp"},
                                 {"name": "config", "mountPath": "/operator-config", "readOnly": True}],
                "readinessProbe": {"httpGet": {"path": "/readyz", "port": 18790, "scheme": "HTTP"}, "periodSeconds": 5, "timeoutSeconds": 3}}
        proxy = {"name": "gateway-proxy", "image": "docker.io/library/nginx:1.27-alpine", "securityContext": closed,
                 "ports": [{"name": f"{'gw' if name == 'gateway' else name}-proxy", "containerPort": port} for name, (_, port) in PORTS.items()]}
        init = {"name": "init-config", "image": "docker.io/library/busybox:1.37", "securityContext": closed,
                "command": ["sh", "-c", "cp /config/openclaw.json /data/openclaw.json"],
                "volumeMounts": [{"name": "data", "mountPath": "/data"}, {"name": "config", "mountPath": "/config"}]}
        return {"serviceAccountName": self.name, "automountServiceAccountToken": False, "shareProcessNamespace": True,
                "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "runAsGroup": 1000, "fsGroup": 1000},
                "initContainers": [init], "containers": [main, proxy],
                "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": f"{self.name}-data"}},
                            {"name": "config", "configMap": {"name": f"{self.name}-config"}}, {"name": "tmp", "emptyDir": {}}]}

    def _status(self, generation: int) -> dict:
        return {"status": {"phase": "Running", "observedGeneration": generation, "gatewayEndpoint": f"{self.name}.{self.ns}.svc:18789",
                           "managedResources": {"statefulSet": self.name, "service": self.name, "configMap": f"{self.name}-config",
                                                "pvc": f"{self.name}-data", "gatewayTokenSecret": f"{self.name}-gateway-token"},
                           "conditions": [{"type": "Ready", "status": "True", "reason": "ReconcileSucceeded", "observedGeneration": 0,
                                           "message": "All resources reconciled successfully",
                                           "lastTransitionTime": "2026-01-01T00:00:00Z"}]}}
