#!/usr/bin/env bash
# kube-apiserver 1.36.3: server-side apply with the resourceVersion that was read is refused with 409 when the object has
# changed, but when it is gone the same apply makes it anew (201), resourceVersion and all. Only metadata.uid keeps an apply
# from bringing a deleted object back (409, uid mismatch).
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash && . ./kube-apiserver.bash
work=$(mktemp -d) pids=
trap 'stop_servers; chmod -R u+w "$work"; rm -rf "$work"' EXIT
start_api_server
maps=/api/v1/namespaces/default/configmaps
member() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["metadata"][sys.argv[1]])' "$1"; }
code() { python3 -c 'import json, sys; d = json.load(sys.stdin); print(d.get("code") or "applied")'; }
apply() {  # DATA EXTRA: one apply of the ConfigMap `a`
  printf '{"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"%s}, "data": {"k": "%s"}}' "$2" "$1" > "$work/a.json"
  api PATCH "$maps/a?fieldManager=finding&force=true" "$work/a.json" application/apply-patch+yaml
}
first=$(apply 1 "")
version=$(member resourceVersion <<< "$first") uid=$(member uid <<< "$first")
apply 2 "" > /dev/null
{
  echo "changed since, with its resourceVersion: $(apply 3 ", \"resourceVersion\": \"$version\"" | code)"
  api DELETE $maps/a > /dev/null
  echo "gone, with its uid: $(apply 3 ", \"uid\": \"$uid\"" | code)"
  echo "gone, with its resourceVersion: $(apply 3 ", \"resourceVersion\": \"$version\"" | code)"
} | tee "$work/out"
expect 'changed since, with its resourceVersion: 409' "$work/out"
expect 'gone, with its uid: 409' "$work/out"
expect 'gone, with its resourceVersion: applied' "$work/out"
