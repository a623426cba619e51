#!/usr/bin/env bash
# kube-controller-manager 1.36.3: while the one pod of a StatefulSet is replaced and the next is not there, the status is of
# the newest generation and has replicas 0, and neither updatedReplicas nor readyReplicas. Who takes a rollout for over when
# these three are equal and observedGeneration is the newest calls it over at the very moment when nothing runs: they have
# to be as many as spec.replicas asks for. The next pod is kept away here by a ServiceAccount that is made later.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server
start_controllers statefulset-controller,serviceaccount-controller
core=/api/v1/namespaces/default sets=/apis/apps/v1/namespaces/default/statefulsets
cat > "$work/set.json" <<'J'
{"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "one"},
 "spec": {"replicas": 1, "serviceName": "one", "selector": {"matchLabels": {"app": "one"}},
  "template": {"metadata": {"labels": {"app": "one"}}, "spec": {"containers": [{"name": "a", "image": "example.com/a"}]}}}}
J
echo '{"status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}}' > "$work/ready.json"
echo '{"spec": {"template": {"spec": {"serviceAccountName": "later"}}}}' > "$work/next.json"
counts() {
  api GET "$sets/one" | python3 -c '
import json, sys
it = json.load(sys.stdin)
s = it.get("status", {})
newest = s.get("observedGeneration") == it["metadata"]["generation"]
print("newest" if newest else "older", s.get("replicas"), s.get("updatedReplicas"), s.get("readyReplicas"), "of", it["spec"]["replicas"])'
}
becomes() {
  for _ in $(seq 120); do [ "$(counts)" = "$1" ] && break; sleep 0.25; done
  echo "$2: $(counts)"
}
{
  for _ in $(seq 120); do api GET "$core/serviceaccounts/default" | grep -q '"uid"' && break; sleep 0.25; done
  api POST "$sets" "$work/set.json" > /dev/null
  becomes 'newest 1 1 None of 1' 'made'
  api PATCH "$core/pods/one-0/status" "$work/ready.json" application/merge-patch+json > /dev/null
  becomes 'newest 1 1 1 of 1' 'ready'
  api PATCH "$sets/one" "$work/next.json" application/merge-patch+json > /dev/null
  becomes 'newest 0 None None of 1' 'between two pods'
} | tee "$work/out"
expect 'ready: newest 1 1 1 of 1' "$work/out"
expect 'between two pods: newest 0 None None of 1' "$work/out"
