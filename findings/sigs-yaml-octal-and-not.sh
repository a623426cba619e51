#!/usr/bin/env bash
# sigs.k8s.io/yaml 1.6.0, through which Kubernetes tools read manifests: `010` is the number 8, `08` is the number 8 as well
# (no octal digit, so a decimal float), `0o10` is the number 8, `1_0` is 10, and `1:30` is text. An unquoted PIN or
# extension therefore arrives as another number, and two different ones as the same.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go_with sigs.k8s.io/yaml@v1.6.0
cat > main.go <<'GO'
package main

import (
	"fmt"

	"sigs.k8s.io/yaml"
)

func main() {
	json, err := yaml.YAMLToJSON([]byte("a: 010\nb: 08\nc: 0o10\nd: 1_0\ne: 1:30\nf: 0777\n"))
	if err != nil {
		panic(err)
	}
	fmt.Println(string(json))
}
GO
go_run > "$work/out" 2>&1
cat "$work/out"
expect '"a":8,"b":8,"c":8,"d":10,"e":"1:30","f":511' "$work/out"
