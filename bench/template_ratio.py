#!/usr/bin/env python3
"""Templates, keys and property look-ups: Rotor beside Go's text/template, sprig and gjson.

    cmake --preset release -DROTOR_BENCH=ON && cmake --build build/release --target bench_templates bench_lookup
    bench/template_ratio.py [--repetitions 7] [--seconds 0.3] [--only docker]

Both programs first have to make the same bytes. Then they take turns, so that a busy minute of the machine hits both;
the table has medians. CPU time counts Go's garbage collector and our freeing alike.
"""
import argparse
import filecmp
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "bench/data"
BUILD = ROOT / "build/release/bench"
REQUIRED = {"docker": 2.0, "config": 2.0, "rewrite": 2.0}  # how many times faster than Go


def output(*command, **options):
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def build_go(folder):
    go = pathlib.Path(output(ROOT / "tools/toolchain.sh", "go").strip()) / "bin/go"
    environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
    output(go, "build", "-o", folder / "go", ".", cwd=ROOT / "bench/go", env=environment)
    return folder / "go"


def check_same_outputs(go, folder):
    ours, theirs = folder / "rotor-outputs", folder / "go-outputs"
    ours.mkdir()
    theirs.mkdir()
    output(BUILD / "bench_templates", f"--outputs={ours}")
    output(go, "-data", DATA, "-outputs", theirs)
    names = sorted(p.name for p in theirs.iterdir())
    _, different, missing = filecmp.cmpfiles(ours, theirs, names, shallow=False)
    if different or missing:
        sys.exit(f"not the same bytes: {', '.join(different + missing)}")
    print(f"the same bytes from both: {', '.join(names)}")


def run_rotor(seconds, only):
    measured = {}
    for program in ("bench_templates", "bench_lookup"):
        text = output(BUILD / program, "--benchmark_format=json", f"--benchmark_min_time={seconds}",
                      f"--benchmark_filter={re.escape(only) or '.'}", stderr=subprocess.DEVNULL)
        for b in json.loads(text)["benchmarks"] if text.strip() else []:
            assert b["time_unit"] == "ns"
            measured[b["name"]] = {"wall": b["real_time"], "cpu": b["cpu_time"]}
    return measured


def run_go(go, seconds, only):
    return json.loads(output(go, "-data", DATA, "-seconds", seconds, "-only", only))


def print_table(runs):
    print(f"\n{'case':16} {'Rotor µs':>10} {'Go µs':>10} {'ratio':>6}   {'wall':>6}")
    slow = []
    for name in runs[0][0]:
        if name not in runs[0][1]:
            continue

        def median(side, clock):
            return statistics.median(run[side][name][clock] for run in runs)

        ratio, wall = (median(1, clock) / median(0, clock) for clock in ("cpu", "wall"))
        print(f"{name:16} {median(0, 'cpu') / 1e3:10.2f} {median(1, 'cpu') / 1e3:10.2f} {ratio:6.1f}   {wall:6.1f}")
        if ratio < REQUIRED.get(name.partition("/")[0], 0):
            slow.append(name)
    return slow


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        go = build_go(folder)
        check_same_outputs(go, folder)
        runs = [(run_rotor(arguments.seconds, arguments.only), run_go(go, arguments.seconds, arguments.only))
                for _ in range(arguments.repetitions)]
    if slow := print_table(runs):
        sys.exit(f"not as much faster than Go as required: {', '.join(slow)}")


if __name__ == "__main__":
    main()
