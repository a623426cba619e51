#!/usr/bin/env python3
"""Writes builtin_schemas.json and builtin_wire.json in src/apiserver/schema from the OpenAPI documents of the pinned kube-apiserver.

    tools/generate-schemas.py                          # starts the pinned server by itself
    tools/generate-schemas.py --server URL --token T   # asks a running one

Only facts are kept (names, types, list keys, merge keys, what is required), none of the prose. The notation:

    string int32 int64 number boolean bytes time micro-time quantity int-or-string any    scalars
    list<T> map<T> Name                                                        containers, and types of this table
    T!   always written: structs empty, strings, numbers and booleans zero, lists, maps and times null
    T~   left out when empty or zero, whatever the client sent (from the Go structs: tools/schema-zeros)
    {"is": T, "keys": [...] | "set": true, "merge": "key", "retain": true, "default": v, "enum": [...]}
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import control_plane

KINDS = {
    "v1": ["Namespace", "Secret", "ConfigMap", "Service", "ServiceAccount", "Pod", "PersistentVolumeClaim", "Event", "Node"],
    "apps/v1": ["StatefulSet", "Deployment", "ReplicaSet", "ControllerRevision"],
    "rbac.authorization.k8s.io/v1": ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
    "networking.k8s.io/v1": ["NetworkPolicy", "Ingress"],
    "policy/v1": ["PodDisruptionBudget"],
    "batch/v1": ["Job"],
    "autoscaling/v2": ["HorizontalPodAutoscaler"],
    "coordination.k8s.io/v1": ["Lease"],
    "events.k8s.io/v1": ["Event"],
    "apiextensions.k8s.io/v1": ["CustomResourceDefinition"],
    "authentication.k8s.io/v1": ["SelfSubjectReview", "TokenRequest"],
    "authorization.k8s.io/v1": ["SelfSubjectAccessReview", "SelfSubjectRulesReview"],
}
OPTIONS = [("v1", "DeleteOptions")]
PREFIX = "#/components/schemas/"
SPECIAL = {
    "io.k8s.apimachinery.pkg.api.resource.Quantity": "quantity",
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": "int-or-string",
    "io.k8s.apimachinery.pkg.apis.meta.v1.Time": "time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime": "micro-time",
    "io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1": "any",
    "io.k8s.apimachinery.pkg.runtime.RawExtension": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool": "any",
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray": "any",
}


def habits():
    """From the Go structs of the pinned version, by (type by its last three parts, member): "zero" or "null", and the
    number on the wire."""
    root = pathlib.Path(__file__).resolve().parent.parent
    toolchain = subprocess.run([root / "tools/toolchain.sh", "go"], check=True, capture_output=True, text=True).stdout.strip()
    output = subprocess.run(
        [f"{toolchain}/bin/go", "run", root / "tools/schema-zeros/main.go"], cwd=root / "tests/cluster/tools/kubernetes",
        env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}, check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in output.splitlines()]
    return ({tuple(line[:2]): line[2] for line in lines if len(line) == 3},
            {tuple(line[:2]): line[3] for line in lines if len(line) == 4})


class Table:
    def __init__(self, habits, numbers):
        self.definitions, self.types, self.pending = {}, {}, []
        self.habits, self.numbers, self.wire = habits, numbers, {}

    def name(self, full):
        """A short name, unique in the table: the group is put in front where two types share their last part."""
        if full in SPECIAL:
            return SPECIAL[full]
        parts = full.split(".")
        short = parts[-1]
        twins = {d.split(".")[-3] + d.split(".")[-2] for d in self.definitions if d.split(".")[-1] == short}
        if len(twins) > 1 and not ".meta.v1." in full:
            short = parts[-3].capitalize() + parts[-2].capitalize() + short
        if full not in self.types:
            self.types[full] = None
            self.pending.append((full, short))
        return short

    def expression(self, schema, extra):
        if "allOf" in schema:
            return self.name(schema["allOf"][0]["$ref"][len(PREFIX):])
        if "$ref" in schema:
            return self.name(schema["$ref"][len(PREFIX):])
        kind = schema.get("type")
        if kind == "array":
            # Items are always written, so their own zero value says nothing.
            return f"list<{self.expression(schema['items'], {})}>"
        if kind == "object":
            values = schema.get("additionalProperties")
            return f"map<{self.expression(values, {})}>" if values else "any"
        if kind == "integer":
            return schema.get("format", "int64")
        if kind == "string" and schema.get("format") == "byte":
            return "bytes"
        if kind == "string" and schema.get("format") == "date-time":
            return "time"
        if kind in ("string", "boolean", "number"):
            return kind
        return "any"

    def field(self, full, name, schema):
        extra = {}
        text = self.expression(schema, extra)
        default = schema.get("default")
        habit = self.habits.get((".".join(full.split(".")[-3:]), name))
        if habit == "zero":
            text += "~"
        elif habit == "null":
            text += "!"
        elif default in ("", 0, {}) and default is not None or default is False:
            text += "!"
        if default not in (None, "", 0, {}, False):
            extra["default"] = default
        if schema.get("x-kubernetes-list-type") == "map":
            extra["keys"] = schema["x-kubernetes-list-map-keys"]
        if schema.get("x-kubernetes-list-type") == "set":
            extra["set"] = True
        strategy = schema.get("x-kubernetes-patch-strategy", "").split(",")
        if "merge" in strategy:
            extra["merge"] = schema.get("x-kubernetes-patch-merge-key", "")
        if "retainKeys" in strategy:
            extra["retain"] = True
        if schema.get("x-kubernetes-map-type") == "atomic":
            extra["atomic"] = True
        if "enum" in schema:
            extra["enum"] = schema["enum"]
        return {"is": text, **extra} if extra else text

    def add_type(self, full, short):
        schema = self.definitions[full]
        entry = {"fields": {k: self.field(full, k, v) for k, v in sorted(schema.get("properties", {}).items())}}
        if schema.get("required"):
            entry["required"] = schema["required"]
        if schema.get("x-kubernetes-map-type") == "atomic":
            entry["atomic"] = True
        self.types[full] = (short, entry)
        key = ".".join(full.split(".")[-3:])
        numbers = [f"{self.numbers[(key, name)]}:{name}" for name in entry["fields"] if (key, name) in self.numbers]
        if numbers:
            self.wire[short] = " ".join(sorted(numbers, key=lambda one: [int(n) for n in one.split(":")[0].split(".")]))


def build(server):
    table, roots = Table(*habits()), []
    for api_version, kinds in KINDS.items():
        path = "api/v1" if api_version == "v1" else "apis/" + api_version
        document = server.request("GET", "/openapi/v3/" + path)[1]
        table.definitions.update(document["components"]["schemas"])
        roots += [(api_version, kind) for kind in kinds]
    roots += OPTIONS
    by_kind = {}
    for full, schema in table.definitions.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            by_kind[((gvk["group"] + "/" if gvk["group"] else "") + gvk["version"], gvk["kind"])] = full
    kinds = {f"{version}/{kind}": table.name(by_kind[(version, kind)]) for version, kind in roots}
    while table.pending:
        table.add_type(*table.pending.pop())
    return kinds, dict(sorted(table.types.values())), dict(sorted(table.wire.items()))


def line(value):
    return json.dumps(value, separators=(",", ":"))


def write_wire(path, wire):
    with open(path, "w") as out:
        out.write('{"origin":"protobuf numbers of the members of k8s.io/api v0%s by tools/generate-schemas.py",\n"types":{\n'
                  % control_plane.KUBERNETES[1:])
        out.write(",\n".join(f"{line(name)}:{line(numbers)}" for name, numbers in wire.items()))
        out.write("\n}}\n")


def write(path, kinds, types):
    with open(path, "w") as out:
        out.write('{"origin":"derived from /openapi/v3 of kube-apiserver %s by tools/generate-schemas.py",\n'
                  % control_plane.KUBERNETES)
        out.write('"kinds":%s,\n"types":{\n' % line(kinds))
        out.write(",\n".join(f"{line(name)}:{line(entry)}" for name, entry in types.items()))
        out.write("\n}}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--token", default="")
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent / "src/apiserver/schema")
    options = parser.parse_args()
    if options.server:
        kinds, types, wire = build(control_plane.Server(options.server, options.token))
    else:
        with control_plane.running() as server:
            kinds, types, wire = build(server)
    write(options.output / "builtin_schemas.json", kinds, types)
    write_wire(options.output / "builtin_wire.json", wire)
    print(f"{options.output}: {len(kinds)} kinds, {len(types)} types")


if __name__ == "__main__":
    main()
