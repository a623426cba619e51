#!/usr/bin/env python3
"""Measures how late refreshes are while three replicas that divide the objects among them are killed and stopped at random.

    $(tools/toolchain.sh venv)/bin/python bench/on_time.py 5000 [--interval 60] [--minutes 3] [--seed 20260102]

A refresh is late by what lies between it and the one before, above the interval, in whole seconds as refreshTime has them.
Needs build/release/rotor, or the binary that $ROTOR names. Prints one line of JSON, and fails where an object had two writers
or one was not refreshed at all. test_shards.py does the same with fewer objects.
"""

import argparse
import collections
import json
import pathlib
import random
import shutil
import signal
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "bench"))
sys.path.insert(0, str(ROOT / "tests" / "cluster"))

import kubernetes as k8s  # noqa: E402

from controllers import in_parallel  # noqa: E402
from harness.control_plane import ControlPlane  # noqa: E402
from harness.objects import ES, STORES, Cluster, external_secret  # noqa: E402
from harness.operator import install  # noqa: E402
from harness.processes import wait_for  # noqa: E402
from harness.replicas import follow, moment  # noqa: E402
from test_shards import SECONDS, SHARDS, Replica, Tables, kept_alive, strangers, writes_of  # noqa: E402

NS = "on-time"
SECONDS.update(lease=15, renew=10, retry=2)  # as a cluster has them


class Refreshes:
    """The refreshTimes of each object, followed by a watch."""

    def __init__(self, plane):
        self.plane, self.of = plane, collections.defaultdict(list)
        follow(self.watch)

    def watch(self):
        api = k8s.client.CustomObjectsApi(self.plane.api_client())
        for event in k8s.watch.Watch().stream(api.list_namespaced_custom_object, ES[0], ES[1], NS, ES[2]):
            when = event["object"].get("status", {}).get("refreshTime")
            times = self.of[event["object"]["metadata"]["name"]]
            if when and times[-1:] != [moment(when)]:
                times.append(moment(when))

    def lateness(self, since: float, interval: int) -> list[float]:
        """Of each refresh since then, and of those that have not come by now."""
        now, late = time.time(), []
        for times in self.of.values():
            known = [t for t in times if t >= since - interval - 2]
            late += [max(0, after - before - interval) for before, after in zip(known, [*known[1:], now]) if after >= since]
        return sorted(late)


def shared_out(replicas: list[Replica]):
    wait_for(lambda: [r.owned() for r in kept_alive(replicas)] == [SHARDS // 3] * 3, 90, "the shards to be shared out")


def stumble(chance: random.Random, replicas: list[Replica]) -> str:
    victim = chance.choice(replicas)
    if kill := chance.random() < 0.5:
        victim.operator.kill()
    else:
        victim.popen.send_signal(signal.SIGSTOP)
        others = [r for r in replicas if r is not victim]
        wait_for(lambda: sum(r.owned() for r in kept_alive(others)) == SHARDS, 90, "the others to have everything")
        victim.popen.send_signal(signal.SIGCONT)
        assert victim.popen.wait(30) == 1
    victim.start()
    shared_out(replicas)
    return "killed" if kill else "stopped"


def run(arguments, plane) -> dict:
    cluster, replicas = Cluster(plane), [Replica(plane, NS, f"{i}") for i in (1, 2, 3)]
    cluster.namespace(NS)
    try:
        for replica in replicas:
            replica.start()
        shared_out(replicas)
        tables, refreshes = Tables(plane), Refreshes(plane)
        cluster.create(STORES, NS, "store", {"controller": NS, "provider": {"fake": {"data": [{"key": "k", "value": "1"}]}}})
        spec = external_secret("store", "", {"K": "k"}, interval=f"{arguments.interval}s")
        in_parallel(arguments.objects, lambda i: cluster.create(ES, NS, f"es-{i}", {**spec, "target": {"name": f"es-{i}"}}))
        wait_for(lambda: kept_alive(replicas) and sum(map(bool, list(refreshes.of.values()))) == arguments.objects, 600, "the first sync", 1)
        mark, began, did = plane.audit_length(), time.time(), collections.Counter()
        chance = random.Random(arguments.seed)
        while time.time() - began < 60 * arguments.minutes:
            did[stumble(chance, replicas)] += 1
            time.sleep(chance.uniform(2, 8))
        late = refreshes.lateness(began, arguments.interval)
        found = strangers(tables, writes_of(replicas, plane, NS, mark))
        assert not found, found[:10]
        assert late[-1] < arguments.interval, f"one was not refreshed for {late[-1] + arguments.interval:.0f} s"
        return {"bench": "on_time", "objects": arguments.objects, "interval": arguments.interval, "lease": SECONDS["lease"], **did, "lives": sum(len(r.lives) for r in replicas),
                "seconds": round(time.time() - began), "refreshes": len(late), "on_time": sum(s < 1.5 for s in late),
                "p99_late": late[len(late) * 99 // 100], "p999_late": late[len(late) * 999 // 1000], "worst_late": round(late[-1], 1)}
    finally:
        for replica in replicas:
            replica.end()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("objects", type=int)
    parser.add_argument("--interval", type=int, default=60)
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--seed", type=int, default=20260102)
    arguments = parser.parse_args()
    state = pathlib.Path(tempfile.mkdtemp(prefix="rotor-bench-"))
    plane = ControlPlane(state, with_nodes=False)
    try:
        plane.start()
        install(plane)
        print(json.dumps(run(arguments, plane)))
    finally:
        plane.stop()
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    main()
