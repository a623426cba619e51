#!/usr/bin/env bash
# github.com/Masterminds/sprig/v3 3.3.0: `b64dec` and `b32dec` never fail. Text that is not base64 renders as the decoder's
# error message, the template succeeds, and the message becomes the value: a Secret then holds "illegal base64 data …" as
# its password. `mustRegexMatch`, `mustFromJson` and others have a twin that fails; these two have none.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go_with github.com/Masterminds/sprig/v3@v3.3.0
cat > main.go <<'GO'
package main

import (
	"os"
	"text/template"

	"github.com/Masterminds/sprig/v3"
)

func main() {
	t := template.Must(template.New("t").Funcs(sprig.TxtFuncMap()).Option("missingkey=error").Parse(
		"password={{ .p | b64dec }}\nother={{ .p | b32dec }}\n"))
	if err := t.Execute(os.Stdout, map[string]string{"p": "plain text"}); err != nil {
		panic(err)
	}
	println("no error")
}
GO
go_run > "$work/out" 2>&1
cat "$work/out"
expect 'password=illegal base64 data at input byte' "$work/out"
expect 'other=illegal base32 data at input byte' "$work/out"
expect 'no error' "$work/out"
