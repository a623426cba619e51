# Sourced by findings about the Kubernetes API server: `api METHOD PATH [FILE]` talks to one of version 1.36.3 of its own.
# Building it takes some ten minutes; KUBE_APISERVER, ETCD and KUBE_CONTROLLER_MANAGER name binaries that are there already.

build_servers() {
  [ -z "${KUBE_APISERVER:-}" ] || return 0
  go_with
  local tools
  tools=$(git -C "$here" rev-parse --show-toplevel)/tests/cluster/tools
  for server in kubernetes etcd; do
    mkdir -p "$work/$server" && cp "$tools/$server"/go.* "$tools/$server"/tools.go "$work/$server/"
  done
  export GOFLAGS="-mod=mod -modcacherw" CGO_ENABLED=0
  local set="-X k8s.io/component-base/version"
  (cd "$work/kubernetes" && go build -trimpath -ldflags "-s -w $set.gitVersion=v1.36.3 $set.gitMajor=1 $set.gitMinor=36" \
    -o "$work/kube-apiserver" k8s.io/kubernetes/cmd/kube-apiserver)
  (cd "$work/etcd" && go build -trimpath -ldflags '-s -w' -o "$work/etcd-server" go.etcd.io/etcd/server/v3)
  KUBE_APISERVER=$work/kube-apiserver ETCD=$work/etcd-server
}

# start_controllers NAME,NAME…: of kube-controller-manager, after the API server.
start_controllers() {
  if [ -z "${KUBE_CONTROLLER_MANAGER:-}" ]; then
    [ -d "$work/kubernetes" ] || { echo "name KUBE_CONTROLLER_MANAGER, or let KUBE_APISERVER be built, too" >&2; return 1; }
    (cd "$work/kubernetes" && go build -trimpath -ldflags '-s -w' -o "$work/kube-controller-manager" \
      k8s.io/kubernetes/cmd/kube-controller-manager)
    KUBE_CONTROLLER_MANAGER=$work/kube-controller-manager
  fi
  cat > "$work/kubeconfig" <<Y
{apiVersion: v1, kind: Config, current-context: it, contexts: [{name: it, context: {cluster: it, user: it}}],
 clusters: [{name: it, cluster: {server: "https://127.0.0.1:$port", certificate-authority: "$work/certs/apiserver.crt"}}],
 users: [{name: it, user: {token: finding-token}}]}
Y
  "$KUBE_CONTROLLER_MANAGER" --kubeconfig="$work/kubeconfig" --controllers="$1" --leader-elect=false --secure-port=0 \
    > "$work/controllers.log" 2>&1 &
  pids="$pids $!"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

start_api_server() {
  build_servers
  local store peer
  store=$(free_port) peer=$(free_port) port=$(free_port)
  openssl genrsa -out "$work/sa.key" 2048 2> /dev/null
  openssl rsa -in "$work/sa.key" -pubout -out "$work/sa.pub" 2> /dev/null
  echo 'finding-token,admin,1,"system:masters"' > "$work/tokens.csv"
  "$ETCD" --data-dir "$work/data" --unsafe-no-fsync --listen-client-urls "http://127.0.0.1:$store" \
    --advertise-client-urls "http://127.0.0.1:$store" --listen-peer-urls "http://127.0.0.1:$peer" > "$work/etcd.log" 2>&1 &
  pids=$!
  "$KUBE_APISERVER" --etcd-servers="http://127.0.0.1:$store" --bind-address=127.0.0.1 --secure-port="$port" \
    --cert-dir="$work/certs" --advertise-address=10.255.255.1 --service-account-issuer=https://kubernetes.default.svc \
    --service-account-key-file="$work/sa.pub" --service-account-signing-key-file="$work/sa.key" \
    --token-auth-file="$work/tokens.csv" --authorization-mode=RBAC --service-cluster-ip-range=10.0.0.0/16 \
    > "$work/apiserver.log" 2>&1 &
  pids="$pids $!"
  for _ in $(seq 120); do
    [ "$(api GET /readyz 2> /dev/null)" = ok ] && { echo "kube-apiserver $(api GET /version | grep -o 'v1[0-9.]*')"; return 0; }
    sleep 0.5
  done
  echo "the API server did not become ready" >&2
  return 1
}

api() {
  curl -s --cacert "$work/certs/apiserver.crt" -X "$1" -H 'Authorization: Bearer finding-token' \
    -H "Content-Type: ${4:-application/json}" ${3:+--data-binary "@$3"} "https://127.0.0.1:$port$2"
}

stop_servers() {
  kill -KILL $pids 2> /dev/null || true  # nothing of theirs is kept
  wait 2> /dev/null || true
}
