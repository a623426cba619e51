#!/usr/bin/env bash
# kube-apiserver 1.36.3: with conversion strategy None, a server-side apply through a version that lacks a field removes
# that field from the stored object although the applied configuration does not name it, another manager owns it, and no
# conflict is reported: an apply touches what it names and owns, but what it works on was cut to the version of the request
# first. Who still applies a label through v1beta1 loses what others set through v1.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server
cat > "$work/crd.json" <<'J'
{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.finding.example.com"},
 "spec": {"group": "finding.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
  "conversion": {"strategy": "None"},
  "versions": [
   {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {"type": "object", "properties":
     {"spec": {"type": "object", "properties": {"both": {"type": "string"}, "newer": {"type": "string"}}}}}}},
   {"name": "v1beta1", "served": true, "storage": false, "schema": {"openAPIV3Schema": {"type": "object", "properties":
     {"spec": {"type": "object", "properties": {"both": {"type": "string"}}}}}}}]}}
J
api POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions "$work/crd.json" > /dev/null
thing() { echo "/apis/finding.example.com/$1/namespaces/default/things/a"; }
apply() { api PATCH "$(thing "$1")?fieldManager=$2" "$3" application/apply-patch+yaml; }
cat > "$work/all.yaml" <<'Y'
{apiVersion: finding.example.com/v1, kind: Thing, metadata: {name: a}, spec: {both: one, newer: two}}
Y
cat > "$work/label.yaml" <<'Y'
{apiVersion: finding.example.com/v1beta1, kind: Thing, metadata: {name: a, labels: {team: x}}}
Y
for _ in $(seq 40); do
  apply v1 one "$work/all.yaml" | grep -q '"uid"' && break
  sleep 0.25
done
spec() { python3 -c 'import json, sys; print(json.dumps(json.load(sys.stdin).get("spec"), sort_keys=True))'; }
code() { python3 -c 'import json, sys; print(json.load(sys.stdin).get("code") or 200)'; }
{
  echo "before: $(api GET "$(thing v1)" | spec)"
  echo "label applied through v1beta1: $(apply v1beta1 two "$work/label.yaml" | code)"
  echo "after: $(api GET "$(thing v1)" | spec)"
} | tee "$work/out"
expect 'before: {"both": "one", "newer": "two"}' "$work/out"
expect 'label applied through v1beta1: 200' "$work/out"
expect 'after: {"both": "one"}' "$work/out"
