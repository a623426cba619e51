"""Schemas for kubeconform, without the network: of built-in kinds from a kube-apiserver's own /openapi/v3, of ours from
their CRDs."""

import json
import pathlib
import subprocess

from . import tools

# The built-in kinds that deploy/ and the examples have, and where they are. Another one is an error of kubeconform's.
BUILT_IN = {
    "api/v1": {"ConfigMap", "Namespace", "Secret", "Service", "ServiceAccount"},
    "apis/apps/v1": {"Deployment"},
    "apis/policy/v1": {"PodDisruptionBudget"},
    "apis/networking.k8s.io/v1": {"NetworkPolicy"},
    "apis/rbac.authorization.k8s.io/v1": {"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"},
    "apis/admissionregistration.k8s.io/v1": {"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"},
    "apis/apiextensions.k8s.io/v1": {"CustomResourceDefinition"}}
LOCATION = "{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json"


def strict(schema):
    """Fields that no schema names are mistakes; the API server drops them in silence."""
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {name: strict(value) for name, value in schema.items()}
    if isinstance(schema.get("properties"), dict) and not schema.get("x-kubernetes-preserve-unknown-fields"):
        made.setdefault("additionalProperties", False)
    return made


def put(folder: pathlib.Path, kind: dict, schema: dict):
    group = kind["group"] or kind["version"]  # kubeconform's name for the core group
    path = folder / group / f"{kind['kind'].lower()}_{kind['version']}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(schema))


def write_schemas(plane, folder: pathlib.Path) -> pathlib.Path:
    for path, kinds in BUILT_IN.items():
        components = json.loads(plane.kubectl("get", "--raw", f"/openapi/v3/{path}"))["components"]["schemas"]
        closed = strict(components)
        for name, schema in components.items():
            for kind in (k for k in schema.get("x-kubernetes-group-version-kind", []) if k["kind"] in kinds):
                put(folder, kind, {"$ref": f"#/components/schemas/{name}", "components": {"schemas": closed}})
    for path in sorted((tools.ROOT / "deploy" / "crds").glob("*.json")):
        crd = json.loads(path.read_text())["spec"]
        for version in crd["versions"]:
            whole = strict(version["schema"]["openAPIV3Schema"])
            whole["properties"] |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, "metadata": {"type": "object"}}
            put(folder, {"group": crd["group"], "kind": crd["names"]["kind"], "version": version["name"]}, whole)
    return folder


def kubeconform(schemas: pathlib.Path, manifests: str, *flags: str) -> dict:
    """What it says of these documents; kinds without a schema are errors."""
    done = subprocess.run([str(tools.server("kubeconform") / "kubeconform"), "-schema-location", f"{schemas}/{LOCATION}", "-output", "json", *flags, "-"],
                          input=manifests, capture_output=True, text=True)
    return json.loads(done.stdout)
