#!/usr/bin/env bash
# kube-apiserver 1.36.3: a CustomResourceDefinition whose versions have different schemas and list the same selectableFields
# is refused ("spec.selectableFields: may only be set when validations.schema is included"). What all versions share is
# taken out of them before the check, and the schema, which they do not share, is then missing beside it. The same fields in
# another order in one of the versions are accepted.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server
definition() {  # PLURAL FIRST SECOND: the order of the fields in v1beta1
  python3 - "$@" <<'PY'
import json, sys
plural, *order = sys.argv[1:]
def version(name, storage, fields, more):
    spec = {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}, **more}}
    return {"name": name, "served": True, "storage": storage, "selectableFields": [{"jsonPath": f} for f in fields],
            "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}}
print(json.dumps({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
    "metadata": {"name": plural + ".finding.example.com"},
    "spec": {"group": "finding.example.com", "scope": "Namespaced", "names": {"plural": plural, "kind": plural.title()},
             "versions": [version("v1", True, [".spec.a", ".spec.b"], {"c": {"type": "string"}}),
                          version("v1beta1", False, order, {})]}}))
PY
}
for order in ".spec.a .spec.b" ".spec.b .spec.a"; do
  # shellcheck disable=SC2086
  definition "things$(echo "$order" | tr -dc ab)" $order > "$work/crd.json"
  api POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions "$work/crd.json" > "$work/answer.json"
  python3 - "$order" "$work/answer.json" <<'PY' | tee -a "$work/out"
import json, sys
answer = json.load(open(sys.argv[2]))
print(f"v1 lists .spec.a .spec.b, v1beta1 lists {sys.argv[1]}:",
      answer["message"].split("is invalid: ")[1] if answer["kind"] == "Status" else "created")
PY
done
expect 'v1beta1 lists .spec.a .spec.b: spec.selectableFields: Invalid value: "": may only be set when' "$work/out"
expect 'v1beta1 lists .spec.b .spec.a: created' "$work/out"
