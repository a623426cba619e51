#!/usr/bin/env bash
# Builds a pinned test server or client into the cache folder and prints the folder that holds it.
#   tests/cluster/tools/build.sh kubernetes|etcd|kwok|vault|helm|helm4|promtool|kubeconform|doppler
# Each is built once from the go.mod beside this file, under a lock, and renamed into place when complete.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rotor

version_of() {  # the pinned version of module $1 in folder $2
  awk -v m="$1" '$1 == m || $2 == m { for (i = 1; i <= NF; i++) if ($i ~ /^v[0-9]/) { print $i; exit } }' "$here/$2/go.mod"
}

build_kubernetes() {
  local ldflags="-s -w"
  local set="-X k8s.io/component-base/version"
  ldflags+=" $set.gitVersion=$version $set.gitMajor=1 $set.gitMinor=$(echo "$version" | cut -d. -f2)"
  ldflags+=" $set.gitTreeState=clean $set.gitCommit=0000000000000000000000000000000000000000 $set.buildDate=1970-01-01T00:00:00Z"
  local command
  for command in kube-apiserver kube-controller-manager kube-scheduler kubectl kubelet; do
    echo "building $command $version" >&2
    go build -trimpath -ldflags "$ldflags" -o "$out/$command" "k8s.io/kubernetes/cmd/$command"
  done
}

build_etcd() { go build -trimpath -ldflags '-s -w' -o "$out/etcd" go.etcd.io/etcd/server/v3; }

build_kwok() { go build -trimpath -ldflags '-s -w' -o "$out/kwok" sigs.k8s.io/kwok/cmd/kwok; }

build_helm() {
  go build -trimpath -ldflags "-s -w -X helm.sh/helm/v3/internal/version.version=$version" -o "$out/helm" helm.sh/helm/v3/cmd/helm
}

build_helm4() {
  go build -trimpath -ldflags "-s -w -X helm.sh/helm/v4/internal/version.version=$version" -o "$out/helm" helm.sh/helm/v4/cmd/helm
}

build_kubeconform() { go build -trimpath -ldflags '-s -w' -o "$out/kubeconform" github.com/yannh/kubeconform/cmd/kubeconform; }

# Rules and texts are all that is checked with it: the clients of the clouds' service discovery stay out.
build_promtool() {
  go build -trimpath -tags remove_all_sd -ldflags "-s -w -X github.com/prometheus/common/version.Version=${version#v0.}" -o "$out/promtool" \
    github.com/prometheus/prometheus/cmd/promtool
}

build_doppler() { go build -trimpath -ldflags '-s -w' -o "$out/doppler" github.com/DopplerHQ/cli; }

# The pinned sdk has a developer self-check that panics on one system path: it is switched off in a copy.
build_vault() {
  go mod download github.com/hashicorp/vault/sdk  # the build brings what else it needs, a part of what the module names
  cp -r "$(go list -m -f '{{.Dir}}' github.com/hashicorp/vault/sdk)" sdk && chmod -R u+w sdk
  sed -i '/Detect the coding error of attempting to define a CreateOperation/{n;s/if p.ExistenceCheck == nil {/if false \&\& p.ExistenceCheck == nil {/}' sdk/framework/backend.go
  go mod edit -replace github.com/hashicorp/vault/sdk=./sdk -godebug x509negativeserial=1
  go build -trimpath -ldflags '-s -w' -o "$out/vault" github.com/hashicorp/vault
}

name=${1:-}
case $name in
  kubernetes) module=k8s.io/kubernetes ;;
  etcd) module=go.etcd.io/etcd/server/v3 ;;
  kwok) module=sigs.k8s.io/kwok ;;
  vault) module=github.com/hashicorp/vault ;;
  helm) module=helm.sh/helm/v3 ;;
  helm4) module=helm.sh/helm/v4 ;;
  promtool) module=github.com/prometheus/prometheus ;;
  kubeconform) module=github.com/yannh/kubeconform ;;
  doppler) module=github.com/DopplerHQ/cli ;;
  *) echo "usage: $0 kubernetes|etcd|kwok|vault|helm|helm4|promtool|kubeconform|doppler" >&2; exit 2 ;;
esac
version=$(version_of "$module" "$name")
dir=$cache/$name-${version#v}
mkdir -p "$cache"
exec 8>"$dir.lock" && flock 8
if [ ! -d "$dir" ]; then
  PATH=$("$root/tools/toolchain.sh" go)/bin:$PATH
  export PATH GOTOOLCHAIN=local GOFLAGS=-mod=mod CGO_ENABLED=0
  out=$dir.tmp
  work=$(mktemp -d)
  trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
  rm -rf "$out" && mkdir -p "$out"
  cp "$here/$name"/go.* "$here/$name"/tools.go "$work/"
  cd "$work"
  "build_$name"
  mv "$out" "$dir"
fi
echo "$dir"
