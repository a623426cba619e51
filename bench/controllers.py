#!/usr/bin/env python3
"""Measures the controllers: first sync of N ExternalSecrets, Secret change → pod template with N instances, and the same of
one Secret that all N share; and what each of several replicas takes that divide N objects among them.

    $(tools/toolchain.sh venv)/bin/python bench/controllers.py sync 1000 5000 [--server real|embedded] [--bare] [--ballast]
    $(tools/toolchain.sh venv)/bin/python bench/controllers.py rotation 1000 [--server real|embedded]
    $(tools/toolchain.sh venv)/bin/python bench/controllers.py shared 200 [--server real|embedded] [--bare]
    $(tools/toolchain.sh venv)/bin/python bench/controllers.py shards 10000 [--replicas 1,2,3] [--instances]

Needs build/release/rotor, or the binary that $ROTOR names. --bare: afterwards, on the same server, the three writes of a
first sync, or the one of a rotation, by a program that does nothing else (bench/go/loader). --ballast: before, 100 MiB of Secrets that nobody manages.
Prints one line of JSON a measurement. CPU and memory are the operator process's own (utime + stime,
VmHWM); requests are counted in the API server's audit log by verb, watches left out.
"""

import argparse
import base64
import collections
import concurrent.futures
import datetime
import json
import pathlib
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "cluster"))

import kubernetes as k8s  # noqa: E402

from harness import tools  # noqa: E402
from harness.control_plane import ControlPlane  # noqa: E402
from harness.objects import ES, INSTANCES, Cluster, external_secret, fake_store, instance  # noqa: E402
from harness.operator import NAMESPACE, SERVICE_ACCOUNT, install  # noqa: E402
from harness.processes import Process, free_port, wait_for  # noqa: E402

OPERATOR_USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"


class Embedded:
    """`rotor apiserver` with the few methods of ControlPlane that this needs."""

    def __init__(self, state: pathlib.Path):
        self.state, self.log_dir = state, state
        self.kubeconfig = state / "kubeconfig"
        self.process = Process("apiserver", [tools.rotor(), "apiserver", "--port", free_port(), "--kubeconfig-out",
                                             self.kubeconfig], state)

    def start(self):
        self.process.start()
        wait_for(lambda: self.kubeconfig.exists() and self.api_client(), 20, "the embedded server")
        return self

    def stop(self):
        self.process.stop()

    def api_client(self):
        return k8s.config.new_client_from_config(str(self.kubeconfig))

    def kubectl(self, *args, stdin=None):
        return ControlPlane.kubectl(self, *args, stdin=stdin)

    def audit(self, user, since=0):
        return []

    def audit_length(self):
        return 0


def start_server(kind: str, state: pathlib.Path):
    plane = ControlPlane(state, with_nodes=False) if kind == "real" else Embedded(state)
    plane.start()
    install(plane)
    return plane


def operator_process(plane, flags=(), name="operator") -> Process:
    kubeconfig = plane.kubeconfig
    if isinstance(plane, ControlPlane):
        core = k8s.client.CoreV1Api(plane.api_client())
        request = k8s.client.AuthenticationV1TokenRequest(spec=k8s.client.V1TokenRequestSpec(
            audiences=["https://kubernetes.default.svc.cluster.local"], expiration_seconds=86400))
        token = core.create_namespaced_service_account_token(SERVICE_ACCOUNT, NAMESPACE, request).status.token
        kubeconfig = plane.write_kubeconfig(plane.state / "operator.kubeconfig", token)
    return Process(name, [tools.rotor(), "operator", f"--kubeconfig={kubeconfig}", f"--operator-namespace={NAMESPACE}",
                                f"--metrics-addr=127.0.0.1:{free_port()}", f"--live-addr=127.0.0.1:{free_port()}", *flags],
                   plane.log_dir)


def in_parallel(count: int, make):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(make, range(count)))


class Loader:
    """bench/go/loader on one server: fills it, waits for it, writes to it."""

    def __init__(self, plane, folder: pathlib.Path):
        self.binary, self.plane = folder / "loader", plane
        go = subprocess.run([ROOT / "tools/toolchain.sh", "go"], check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
        environment = {**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0"}
        subprocess.run([f"{go}/bin/go", "build", "-o", self.binary, "./loader"], check=True, cwd=ROOT / "bench/go", env=environment)

    def start(self, mode: str, ns: str, count: int, *flags: str) -> subprocess.Popen:
        to = self.plane.api_client().configuration
        loader = subprocess.Popen([self.binary, "-server", to.host, "-ca", to.ssl_ca_cert, "-namespace", ns, "-count", str(count),
                                   *flags, mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        loader.stdin.write(next(iter(to.api_key.values())).removeprefix("Bearer "))
        loader.stdin.close()
        return loader

    def first_sync(self, operator: Process, ns: str, count: int) -> float:
        """Seconds from the operator's start until all are Ready."""
        waiting = self.start("ready", ns, count)
        time.sleep(1)
        began = time.monotonic()
        operator.start()
        self.result(waiting)
        return time.monotonic() - began

    def run(self, mode: str, ns: str, count: int, *flags: str) -> dict:
        return self.result(self.start(mode, ns, count, *flags))

    def result(self, loader: subprocess.Popen) -> dict:
        text = loader.stdout.read()
        if loader.wait(600) != 0:
            raise SystemExit("the loader failed")
        return json.loads(text)


def bare_writes(loader: Loader, ns: str, count: int) -> dict:
    """The same three writes an object, watched in the same way."""
    loader.run("fill", ns, count)
    waiting = loader.start("ready", ns, count)
    time.sleep(1)
    began = time.monotonic()
    cpu = loader.run("writes", ns, count)["cpu_ms_per_object"]
    loader.result(waiting)
    return {"seconds": time.monotonic() - began, "cpu": cpu}


def requests_by_verb(plane, mark: int) -> dict:
    counts = collections.Counter()
    for event in plane.audit(OPERATOR_USER, mark):
        if event["verb"] not in ("watch", "list"):
            counts[f'{event["verb"]} {event["objectRef"].get("resource", "")}'] += 1
    return dict(counts)


def measure_sync(kind: str, count: int, bare: bool, ballast: bool):
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = start_server(kind, state)
    operator = operator_process(plane)
    try:
        cluster, loader = Cluster(plane), Loader(plane, state)
        ns = cluster.namespace("bench")
        fake_store(cluster, ns, "store", {"a": "value"})
        if ballast:
            loader.run("ballast", cluster.namespace("ballast"), 1600)
        loader.run("fill", ns, count)
        mark = plane.audit_length()
        seconds = loader.first_sync(operator, ns, count)
        time.sleep(2)
        verbs = requests_by_verb(plane, mark)
        row = {
            "bench": "sync", "server": kind, "objects": count, "seconds": round(seconds, 2),
            "cpu_ms_per_object": round(1000 * operator.cpu_seconds() / count, 3),
            "peak_rss_mib": round(operator.peak_rss_kib() / 1024, 1),
            "requests_per_object": round(sum(verbs.values()) / count, 2) if verbs else None, "by_verb": verbs}
        operator.stop()
        if bare:
            floor = bare_writes(loader, cluster.namespace("bare"), count)
            row |= {"bare_seconds": round(floor["seconds"], 2), "bare_cpu_ms_per_object": round(floor["cpu"], 3),
                    "times_of_bare": round(seconds / floor["seconds"], 2)}
        print(json.dumps(row), flush=True)
    except BaseException:
        print(operator.log()[-2000:], file=sys.stderr)
        raise
    finally:
        operator.stop()
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


def owned_shards(replica: Process) -> int:
    """Of a running replica, by its metrics."""
    address = next(arg.split("=")[1] for arg in replica.argv if arg.startswith("--metrics-addr="))
    with urllib.request.urlopen(f"http://{address}/metrics", timeout=5) as answer:
        for line in answer.read().decode().splitlines():
            if line.startswith("rotor_shards_owned "):
                return int(float(line.split()[1]))
    return 0


def sync_all(_plane, cluster, loader: Loader, ns: str, count: int):
    fake_store(cluster, ns, "store", {"a": "value"})
    waiting = loader.start("ready", ns, count)
    loader.run("fill", ns, count)
    loader.result(waiting)


def build_all(plane, cluster, _loader: Loader, ns: str, count: int, each: int = 20):
    """In namespaces of a few, since those of one belong to one replica."""
    spaces = [cluster.namespace(f"{ns}-{i}") for i in range(count // each)]
    for space in spaces:
        make_agents(cluster, space, each)
    for space in spaces:
        all_built(plane, cluster, space, each)


def measure_shards(count: int, replicas: int, instances: bool):
    """Replicas that have shared out 60 shards, and then `count` objects that are made and brought to where they belong."""
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = start_server("real", state)
    processes = [operator_process(plane, ["--shards=60"], f"replica-{i}") for i in range(replicas)]
    try:
        cluster, loader = Cluster(plane), Loader(plane, state)
        ns = cluster.namespace("bench")
        for process in processes:
            process.start()
        wait_for(lambda: all(owned_shards(p) == 60 // replicas for p in processes), 60, "the shards to be shared out")
        before = [p.cpu_seconds() for p in processes]
        began = time.monotonic()
        (build_all if instances else sync_all)(plane, cluster, loader, ns, count)
        seconds = time.monotonic() - began
        time.sleep(2)
        print(json.dumps({
            "bench": "shards", "objects": count, "of": "instances" if instances else "externalsecrets", "replicas": replicas,
            "seconds": round(seconds, 2),
            "cpu_seconds_per_replica": [round(p.cpu_seconds() - was, 2) for p, was in zip(processes, before)],
            "peak_rss_mib_per_replica": [round(p.peak_rss_kib() / 1024, 1) for p in processes]}), flush=True)
    except BaseException:
        print(processes[0].log()[-2000:], file=sys.stderr)
        raise
    finally:
        for process in processes:
            process.stop()
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


NO_LIMIT = "--max-concurrent-rollouts=0"  # no node makes a pod ready here, so nobody else would have a turn


class Templates:
    """The secret-hash of each StatefulSet of a namespace, followed by a watch."""

    def __init__(self, plane, cluster, ns: str):
        self.plane, self.cluster, self.ns = plane, cluster, ns
        self.hashes, self.seen = {}, {}
        self.condition = threading.Condition()

    def all_there(self, count: int) -> bool:
        found = self.cluster.apps.list_namespaced_stateful_set(self.ns, _preload_content=False)
        for item in json.loads(found.data)["items"]:
            self.hashes[item["metadata"]["name"]] = self.hash_of(item)
        return len(self.hashes) == count and all(self.hashes.values())

    @staticmethod
    def hash_of(item: dict):
        return item["spec"]["template"]["metadata"].get("annotations", {}).get("openclaw.rocks/secret-hash")

    def start(self):
        threading.excepthook = lambda _: None  # the watch is cut when the server stops at the end
        threading.Thread(target=self.follow, daemon=True).start()
        time.sleep(1)

    def follow(self):
        """Reads the lines themselves: making objects of the client's library takes longer than what is measured."""
        apps = k8s.client.AppsV1Api(self.plane.api_client())
        for line in apps.list_namespaced_stateful_set(self.ns, watch=True, _preload_content=False):
            item = json.loads(line)["object"]
            name, now = item["metadata"]["name"], self.hash_of(item)
            with self.condition:
                if self.hashes[name] != now:
                    self.hashes[name], self.seen[name] = now, time.monotonic()
                    self.condition.notify_all()

    def wait(self, is_so, seconds: int, what: str):
        with self.condition:
            if not self.condition.wait_for(is_so, seconds):
                raise SystemExit(what)


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def measure_shared(kind: str, count: int, bare: bool):
    """One Secret, `count` instances, the quiet period as it is by default."""
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = start_server(kind, state)
    operator = operator_process(plane, [NO_LIMIT])
    try:
        cluster = Cluster(plane)
        ns = cluster.namespace("bench")
        cluster.core.create_namespaced_secret(ns, {"metadata": {"name": "shared"}, "data": {"A": encoded("0")}})
        in_parallel(count, lambda i: cluster.create(INSTANCES, ns, f"agent-{i}", instance("shared")))
        operator.start()
        templates = Templates(plane, cluster, ns)
        wait_for(lambda: templates.all_there(count), 300, "all StatefulSets with a digest", 1)
        templates.start()
        mark, cpu = plane.audit_length(), operator.cpu_seconds()
        began = time.monotonic()
        cluster.core.patch_namespaced_secret("shared", ns, {"data": {"A": encoded("1")}})
        templates.wait(lambda: len(templates.seen) == count, 120, f"not all were rotated:\n{operator.log()[-2000:]}")
        times = sorted(at - began for at in templates.seen.values())
        time.sleep(2)
        verbs = requests_by_verb(plane, mark)
        spent = operator.cpu_seconds() - cpu
        operator.stop()
        floor = {"bare_s": round(Loader(plane, state).run("templates", ns, count)["seconds"], 2)} if bare else {}
        print(json.dumps({
            "bench": "shared", "server": kind, "instances": count, "first_s": round(times[0], 2), "last_s": round(times[-1], 2),
            "cpu_ms_per_instance": round(1000 * spent / count, 3),
            "requests_per_instance": round(sum(verbs.values()) / count, 2) if verbs else None, "by_verb": verbs, **floor}), flush=True)
    finally:
        operator.stop()
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


def make_agents(cluster, ns: str, count: int):
    """Instances with a Secret each."""
    in_parallel(count, lambda i: cluster.core.create_namespaced_secret(
        ns, {"metadata": {"name": f"s-{i}"}, "data": {"A": encoded("0")}}))
    in_parallel(count, lambda i: cluster.create(INSTANCES, ns, f"agent-{i}", instance(f"s-{i}")))


def all_built(plane, cluster, ns: str, count: int) -> Templates:
    templates = Templates(plane, cluster, ns)
    wait_for(lambda: templates.all_there(count), 300, "all StatefulSets with a digest", 1)
    return templates


def run_agents(plane, cluster, operator, ns: str, count: int) -> Templates:
    make_agents(cluster, ns, count)
    operator.start()
    return all_built(plane, cluster, ns, count)


def patches(plane, user: str, resource: str, mark: int) -> dict:
    """Of each object whose first patch it was: when the API server received it and when it had answered."""
    found = {}
    for event in plane.audit(user, mark):
        if event["verb"] == "patch" and event["objectRef"]["resource"] == resource and "subresource" not in event["objectRef"]:
            found.setdefault(event["objectRef"]["name"], [
                datetime.datetime.fromisoformat(event[when]) for when in ("requestReceivedTimestamp", "stageTimestamp")])
    return found


def event_to_patch(plane, mark: int) -> dict:
    """From the API server's answer to who changes a Secret until it has Rotor's patch, in its own audit log."""
    changes = patches(plane, "admin", "secrets", mark)
    templates = patches(plane, OPERATOR_USER, "statefulsets", mark)
    took = sorted(1000 * (templates[f"agent-{name.removeprefix('s-')}"][0] - changed[1]).total_seconds() for name, changed in changes.items())
    return {"event_to_patch_p50_ms": round(statistics.median(took), 1), "event_to_patch_p99_ms": round(took[int(len(took) * 0.99)], 1)} if took else {}


def measure_rotation(kind: str, count: int, changes: int = 50):
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = start_server(kind, state)
    operator = operator_process(plane, ["--rotation-quiet-period=0s", NO_LIMIT])
    try:
        cluster = Cluster(plane)
        ns = cluster.namespace("bench")
        templates = run_agents(plane, cluster, operator, ns, count)
        changed = {}
        templates.start()
        latencies, mark = [], plane.audit_length()
        for i in range(changes):
            name = f"agent-{i}"
            changed[name] = time.monotonic()
            cluster.core.patch_namespaced_secret(f"s-{i}", ns, {"data": {"A": encoded("1")}})
            templates.wait(lambda n=name: n in templates.seen, 30, f"{name} was not rotated:\n{operator.log()[-2000:]}")
            latencies.append(1000 * (templates.seen[name] - changed[name]))
        latencies.sort()
        print(json.dumps({
            "bench": "rotation", "server": kind, "instances": count, "changes": changes,
            "p50_ms": round(statistics.median(latencies), 1), "p99_ms": round(latencies[int(len(latencies) * 0.99)], 1),
            **event_to_patch(plane, mark), "peak_rss_mib": round(operator.peak_rss_kib() / 1024, 1)}), flush=True)
    finally:
        operator.stop()
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


def measure_idle(kind: str, count: int, ballast: bool):
    """A minute in which nothing changes; `ballast`: beside 20 000 Secrets of 10 KiB that no instance consumes."""
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = start_server(kind, state)
    operator = operator_process(plane, [NO_LIMIT])
    try:
        cluster = Cluster(plane)
        if ballast:
            Loader(plane, state).run("ballast", cluster.namespace("ballast"), 20_000, "-size", str(10 << 10))
        ns = cluster.namespace("bench")
        run_agents(plane, cluster, operator, ns, count)
        time.sleep(30)
        mark, cpu = plane.audit_length(), operator.cpu_seconds()
        time.sleep(60)
        verbs = requests_by_verb(plane, mark)
        print(json.dumps({
            "bench": "idle", "server": kind, "instances": count, "unrelated_secrets": 20_000 if ballast else 0,
            "milli_cpu": round(1000 * (operator.cpu_seconds() - cpu) / 60, 2), "by_verb": verbs,
            "rss_mib": round(operator.rss_kib() / 1024, 1), "peak_rss_mib": round(operator.peak_rss_kib() / 1024, 1)}), flush=True)
    finally:
        operator.stop()
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", choices=["sync", "rotation", "shared", "idle", "shards"])
    parser.add_argument("objects", type=int, nargs="+")
    parser.add_argument("--server", choices=["real", "embedded"], default="real")
    parser.add_argument("--bare", action="store_true")
    parser.add_argument("--ballast", action="store_true")
    parser.add_argument("--instances", action="store_true")
    parser.add_argument("--replicas", type=lambda text: [int(n) for n in text.split(",")], default=[1, 2, 3])
    arguments = parser.parse_args()
    for count in arguments.objects:
        if arguments.bench == "sync":
            measure_sync(arguments.server, count, arguments.bare, arguments.ballast)
        elif arguments.bench == "rotation":
            measure_rotation(arguments.server, count)
        elif arguments.bench == "idle":
            measure_idle(arguments.server, count, arguments.ballast)
        elif arguments.bench == "shards":
            for replicas in arguments.replicas:
                measure_shards(count, replicas, arguments.instances)
        else:
            measure_shared(arguments.server, count, arguments.bare)


if __name__ == "__main__":
    main()
