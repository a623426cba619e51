#!/usr/bin/env bash
# kube-apiserver 1.36.3: a rule that is added to a CRD spares what was stored before: an object that breaks it can still be
# labelled (ratcheting). Not where a member below the rule preserves unknown fields, though the update leaves it as it is:
# there the label is refused with 422. The same rule over a member that is pruned lets the label through.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server

crd() {  # crd PLURAL KIND SCHEMA-OF-B RULES
  cat <<J
{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "$1.finding.example.com"},
 "spec": {"group": "finding.example.com", "scope": "Namespaced", "names": {"plural": "$1", "kind": "$2"},
  "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "properties": {
   "spec": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "object" $3}} $4}}}}}]}}
J
}
rules=', "x-kubernetes-validations": [{"rule": "!(has(self.a) && has(self.b))", "message": "one of a and b"}]'
crds=/apis/apiextensions.k8s.io/v1/customresourcedefinitions
merge=application/merge-patch+json

# code PLURAL KIND SCHEMA-OF-B: what a label gets as its answer once the rule is there.
code() {
  local things=/apis/finding.example.com/v1/namespaces/default/$1
  crd "$1" "$2" "$3" "" > "$work/crd.json"
  api POST $crds "$work/crd.json" > /dev/null
  echo "{\"apiVersion\": \"finding.example.com/v1\", \"kind\": \"$2\", \"metadata\": {\"name\": \"old\"}, \"spec\": {\"a\": \"1\", \"b\": {\"n\": \"2\"}}}" > "$work/old.json"
  echo "{\"apiVersion\": \"finding.example.com/v1\", \"kind\": \"$2\", \"metadata\": {\"name\": \"new\"}, \"spec\": {\"a\": \"1\", \"b\": {\"n\": \"2\"}}}" > "$work/new.json"
  for _ in $(seq 40); do
    api POST "$things" "$work/old.json" | grep -q '"uid"' && break
    sleep 0.25
  done
  crd "$1" "$2" "$3" "$rules" > "$work/crd.json"
  api PATCH "$crds/$1.finding.example.com" "$work/crd.json" $merge > /dev/null
  for _ in $(seq 40); do  # until the rule is in force
    api POST "$things?dryRun=All" "$work/new.json" | grep -q 'one of a and b' && break
    sleep 0.25
  done
  echo '{"metadata": {"labels": {"team": "x"}}}' > "$work/label.json"
  api PATCH "$things/old" "$work/label.json" $merge | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d.get("code") or 200, d.get("message", ""))'
}
{
  echo "a label, unknown fields pruned: $(code plains Plain '')"
  echo "a label, unknown fields preserved: $(code opens Open ', "x-kubernetes-preserve-unknown-fields": true')"
} | tee "$work/out"
expect 'a label, unknown fields pruned: 200' "$work/out"
expect 'a label, unknown fields preserved: 422' "$work/out"
