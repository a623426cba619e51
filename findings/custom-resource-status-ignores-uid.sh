#!/usr/bin/env bash
# kube-apiserver 1.36.3: metadata.uid in a patch says "only if it is still this object": with another uid a patch of an
# object, or of a built-in kind's status, is refused. The status of a custom resource takes any uid: a controller that
# guards its status write by uid writes an old object's status onto the new one of the same name. resourceVersion is checked.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server
cat > "$work/crd.json" <<'J'
{"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.finding.example.com"},
 "spec": {"group": "finding.example.com", "scope": "Namespaced", "names": {"plural": "things", "kind": "Thing"},
  "versions": [{"name": "v1", "served": true, "storage": true, "subresources": {"status": {}},
   "schema": {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}}
J
api POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions "$work/crd.json" > /dev/null
things=/apis/finding.example.com/v1/namespaces/default/things
echo '{"apiVersion": "finding.example.com/v1", "kind": "Thing", "metadata": {"name": "a"}}' > "$work/thing.json"
for _ in $(seq 40); do
  api POST $things "$work/thing.json" | grep -q '"uid"' && break
  sleep 0.25
done
echo '{"metadata": {"uid": "11111111-2222-3333-4444-555555555555"}, "status": {"seen": "by somebody else"}}' > "$work/uid.json"
echo '{"metadata": {"resourceVersion": "1"}, "status": {"seen": "by somebody else"}}' > "$work/version.json"
answer() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(d.get("code") or 200)'; }
merge=application/merge-patch+json
{
  echo "object, other uid: $(api PATCH $things/a "$work/uid.json" $merge | answer)"
  echo "status, other uid: $(api PATCH $things/a/status "$work/uid.json" $merge | answer)"
  echo "status, old resourceVersion: $(api PATCH $things/a/status "$work/version.json" $merge | answer)"
} | tee "$work/out"
expect 'object, other uid: 422' "$work/out"
expect 'status, other uid: 200' "$work/out"
expect 'status, old resourceVersion: 409' "$work/out"
