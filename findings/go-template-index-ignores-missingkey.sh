#!/usr/bin/env bash
# Go 1.26 text/template: the option missingkey=error covers `.name` and nothing else. `index` and `get`-like access to a key
# that is not there renders as empty text without an error, so `{{ index . "tls.crt" }}`, which is the only way to name a
# key with a dot, silently writes an empty value after a typing mistake.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go_with
cat > main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"runtime"
	"text/template"
)

func main() {
	fmt.Println(runtime.Version())
	data := map[string]string{"tls.crt": "x"}
	for _, text := range []string{`{{ .tls_crt }}`, `[{{ index . "tls.crtt" }}]`} {
		t := template.Must(template.New("t").Option("missingkey=error").Parse(text))
		err := t.Execute(os.Stdout, data)
		fmt.Printf(" <- %s: error %v\n", text, err != nil)
	}
}
GO
go_run > "$work/out" 2>&1
cat "$work/out"
expect '<- {{ .tls_crt }}: error true' "$work/out"
expect '[] <- [{{ index . "tls.crtt" }}]: error false' "$work/out"
