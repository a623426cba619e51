#!/usr/bin/env bash
# github.com/robfig/cron/v3 3.0.1, with which Kubernetes controllers read schedules: the delay of `@every` is cut to whole
# seconds and never less than one. `@every 1.9s` runs each second, `@every 1ms` too, both without an error.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
go_with github.com/robfig/cron/v3@v3.0.1
cat > main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/robfig/cron/v3"
)

func main() {
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, text := range []string{"@every 1.9s", "@every 1ms", "@every 2m0.5s"} {
		schedule, err := cron.ParseStandard(text)
		if err != nil {
			panic(err)
		}
		fmt.Println(text, "runs after", schedule.Next(start).Sub(start))
	}
}
GO
go_run > "$work/out" 2>&1
cat "$work/out"
expect '@every 1.9s runs after 1s' "$work/out"
expect '@every 1ms runs after 1s' "$work/out"
expect '@every 2m0.5s runs after 2m0s' "$work/out"
