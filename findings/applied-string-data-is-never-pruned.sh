#!/usr/bin/env bash
# kube-apiserver 1.36.3: a key of a Secret that was applied as stringData is owned as f:stringData, though it is stored under
# data. Leaving it out of the next apply does not remove it, and another manager that applies the same key under data
# overwrites it without a conflict. A Secret that is applied needs data, in base64.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server
secrets=/api/v1/namespaces/default/secrets
apply() {  # MANAGER MEMBER VALUE
  printf '{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}, "%s": %s}' "$2" "$3" > "$work/a.json"
  api PATCH "$secrets/a?fieldManager=$1" "$work/a.json" application/apply-patch+yaml
}
keys() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(d.get("code") or sorted(d.get("data", {}).items()))'; }
{
  echo "one applies stringData a and b: $(apply one stringData '{"a": "first", "b": "x"}' | keys)"
  echo "one applies stringData b alone: $(apply one stringData '{"b": "x"}' | keys)"
  echo "another applies data b, unforced: $(apply another data '{"b": "eQ=="}' | keys)"
} | tee "$work/out"
expect "one applies stringData b alone: [('a', 'Zmlyc3Q='), ('b', 'eA==')]" "$work/out"
expect "another applies data b, unforced: [('a', 'Zmlyc3Q='), ('b', 'eQ==')]" "$work/out"
