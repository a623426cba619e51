#!/usr/bin/env python3
"""Measures when and how often a store is asked, with a store of its own that counts and takes its time.

    $(tools/toolchain.sh venv)/bin/python bench/schedule.py new 5000 [--latency-ms 50] [--interval 30s]
    $(tools/toolchain.sh venv)/bin/python bench/schedule.py shared 500 [--keys 20] [--interval 30s]
    $(tools/toolchain.sh venv)/bin/python bench/schedule.py refused 1000
    $(tools/toolchain.sh venv)/bin/python bench/schedule.py steady 2000 [--interval 30s] [--min-status-interval 10m]

`new`: objects that refresh, each with a key of its own, and how long a new one takes from its creation until it is Ready.
`shared`: calls of an interval when many objects read few keys. `refused`: calls of a minute with a wrong credential.
`steady`: the operator's CPU and its requests over a minute in which nothing but time changes.
--min-status-interval goes to the operator: a status for each refresh is what an API server has most work with.
Needs build/release/rotor. The store speaks as Vault does. Prints one line of JSON.
"""

import argparse
import http.server
import json
import pathlib
import statistics
import sys
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests" / "cluster"))

import kubernetes as k8s  # noqa: E402

from harness.objects import ES, STORES, Cluster  # noqa: E402

import controllers  # noqa: E402


class Vault:
    """KV version 2 with every key; counts reads."""

    def __init__(self, latency: float, refuses: bool):
        self.reads = 0
        vault = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if "/data/" in self.path:
                    vault.reads += 1
                    time.sleep(latency)
                status, body = 200, {"data": {"data": {"v": "value"}, "metadata": {"version": 1}}}
                if refuses and "/data/" in self.path:
                    status, body = 403, {"errors": ["permission denied"]}
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def external_secret(key: str, interval: str) -> dict:
    return {"refreshInterval": interval, "secretStoreRef": {"name": "store"},
            "data": [{"secretKey": "v", "remoteRef": {"key": key, "property": "v"}}]}


def ready(item: dict) -> bool:
    return any(c["type"] == "Ready" and c["status"] == "True" for c in item.get("status", {}).get("conditions", []))


def run(arguments) -> dict:
    state = pathlib.Path(controllers.tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = controllers.start_server(arguments.server, state)
    operator = controllers.operator_process(plane, [f"--min-status-interval={arguments.min_status_interval}"])
    vault = Vault(arguments.latency_ms / 1000, arguments.bench == "refused")
    try:
        cluster = Cluster(plane)
        ns = cluster.namespace("bench")
        cluster.core.create_namespaced_secret(ns, {"metadata": {"name": "token"}, "stringData": {"token": "t"}})
        cluster.create(STORES, ns, "store", {"provider": {"vault": {
            "server": vault.url, "path": "kv", "version": "v2",
            "auth": {"tokenSecretRef": {"name": "token", "key": "token"}}}}})
        keys = arguments.keys if arguments.bench == "shared" else arguments.objects
        controllers.in_parallel(arguments.objects, lambda i: cluster.create(
            ES, ns, f"es-{i}", external_secret(f"k-{i % keys}", arguments.interval)))
        return {"new": measure_new, "shared": measure_shared, "refused": measure_refused,
                "steady": measure_steady}[arguments.bench](
            arguments, plane, ns, operator, vault, cluster)
    finally:
        operator.stop()
        plane.stop()
        controllers.shutil.rmtree(state, ignore_errors=True)


def all_ready(plane, ns, operator, count):
    controllers.Loader(plane, plane.log_dir).first_sync(operator, ns, count)


def measure_new(arguments, plane, ns, operator, vault, cluster):
    all_ready(plane, ns, operator, arguments.objects)
    time.sleep(40)  # refreshes are spread by now
    api = k8s.client.CustomObjectsApi(plane.api_client())
    times, mark, began = [], vault.reads, time.monotonic()
    for i in range(100):
        start = time.monotonic()
        cluster.create(ES, ns, f"new-{i}", external_secret(f"new-{i}", "1h"))
        while not ready(api.get_namespaced_custom_object(ES[0], ES[1], ns, ES[2], f"new-{i}")):
            time.sleep(0.005)
        times.append(time.monotonic() - start)
    rate = (vault.reads - mark) / (time.monotonic() - began)
    times.sort()
    return {"reads_a_second": round(rate, 1), "p50_ms": round(1000 * statistics.median(times), 1),
            "p99_ms": round(1000 * times[98], 1), "worst_ms": round(1000 * times[-1], 1)}


def measure_shared(arguments, plane, ns, operator, vault, cluster):
    all_ready(plane, ns, operator, arguments.objects)
    first = vault.reads
    time.sleep(60)
    mark, began = vault.reads, time.monotonic()
    time.sleep(60)
    return {"keys": arguments.keys, "calls_of_the_first_sync": first, "calls": vault.reads - mark,
            "seconds": round(time.monotonic() - began)}


def measure_steady(arguments, plane, ns, operator, vault, cluster):
    all_ready(plane, ns, operator, arguments.objects)
    time.sleep(40)
    reads, mark, cpu, began = vault.reads, plane.audit_length(), operator.cpu_seconds(), time.monotonic()
    time.sleep(60)
    spent, seconds, refreshes = operator.cpu_seconds() - cpu, time.monotonic() - began, vault.reads - reads
    return {"reads_a_second": round(refreshes / seconds, 1), "milli_cpu": round(1000 * spent / seconds, 1),
            "cpu_ms_per_refresh": round(1000 * spent / refreshes, 3), "mib": round(operator.rss_kib() / 1024, 1),
            "requests": controllers.requests_by_verb(plane, mark)}


def measure_refused(arguments, plane, ns, operator, vault, cluster):
    operator.start()
    time.sleep(60)
    first = vault.reads
    time.sleep(60)
    return {"calls_of_the_first_minute": first, "calls_of_the_second_minute": vault.reads - first}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=["new", "shared", "refused", "steady"])
    parser.add_argument("objects", type=int)
    parser.add_argument("--keys", type=int, default=20)
    parser.add_argument("--latency-ms", type=int, default=50)
    parser.add_argument("--interval", default="30s")
    parser.add_argument("--min-status-interval", default="0")
    parser.add_argument("--server", choices=["real", "embedded"], default="real")
    arguments = parser.parse_args()
    print(json.dumps({"bench": arguments.bench, "objects": arguments.objects, "interval": arguments.interval,
                      "latency_ms": arguments.latency_ms, **run(arguments)}), flush=True)


main()
