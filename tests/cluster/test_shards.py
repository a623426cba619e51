"""Three replicas, each with its part of the objects, killed and stopped at random. Whose a write was, the audit log tells by
the id of the token; whose it should have been, the table in the Lease."""

import base64
import bisect
import collections
import json
import os
import random
import signal
import time

import kubernetes as k8s
import pytest

from harness.objects import ES, INSTANCES, STORES, Cluster, external_secret, instance, set_fake_values
from harness.operator import NAMESPACE, Operator
from harness.processes import wait_for
from harness.replicas import LEASE, USER, WRITES, follow, logged, moment, timings, token_id, writer

SECONDS = {"lease": 6, "renew": 4.5, "retry": 0.5}
SHARDS = 12
OBJECTS = int(os.environ.get("ROTOR_SHARDS_OBJECTS", "120"))
SEED = int(os.environ.get("ROTOR_SHARDS_SEED", "20260102"))
STUMBLES = int(os.environ.get("ROTOR_SHARDS_STUMBLES", "4"))


def flags(ns: str, shards: int = SHARDS) -> list[str]:
    return [f"--shards={shards}", f"--controller-class={ns}", f"--namespace={ns}", *timings(SECONDS)]


class Replica:
    """One place for a replica: when its process ends, another one begins, with a token of its own."""

    def __init__(self, plane, ns: str, name: str):
        self.plane, self.ns, self.name, self.lives = plane, ns, name, []

    def start(self):
        self.lives.append(Operator(self.plane, env={"ROTOR_INSTALLATION": "rotor"}, flags=flags(self.ns),
                                   name=f"{self.ns}-{self.name}-{len(self.lives)}"))
        self.operator.start()

    @property
    def operator(self) -> Operator:
        return self.lives[-1]

    @property
    def popen(self):
        return self.operator.process.popen

    def owned(self) -> int:
        for line in self.operator.get("/metrics")[1].splitlines():
            if line.startswith("rotor_shards_owned "):
                return int(float(line.split()[1]))
        return 0

    def end(self):
        if self.lives and self.popen and self.popen.poll() is None:
            self.popen.send_signal(signal.SIGCONT)
            self.operator.kill()


def kept_alive(replicas: list[Replica]) -> list[Replica]:
    """As a kubelet does: one that ended by itself, because the API server did not answer in time, begins again."""
    for replica in replicas:
        if replica.popen.poll() is not None:
            assert "no member any more" in replica.operator.log(), replica.operator.log()[-2000:]
            replica.start()
    return replicas


def identity(operator: Operator) -> str:
    """As it stands in the table, from its own log."""
    for line in operator.log().splitlines():
        if "this replica is a member" in line:
            return json.loads(line)["identity"]
    return ""


def shard_of(ns: str, name: str) -> int:
    """The hash of src/kube/shards/shard_table.cpp, written down a second time."""
    mask, value = 2**64 - 1, 0xCBF29CE484222325
    for byte in f"{ns}/{name}".encode():
        value = ((value ^ byte) * 0x100000001B3) & mask
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & mask
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & mask
    return (value ^ (value >> 31)) % SHARDS


def shards_in(text: str) -> set[int]:
    ends = [part.split("-") for part in text.split(",") if part]
    return {shard for part in ends for shard in range(int(part[0]), int(part[-1]) + 1)}


class Tables:
    """Every table that was ever in the Lease, and since when: the times in it are of this machine's one clock."""

    def __init__(self, plane):
        self.since, self.owners, self.plane = [], [], plane
        follow(self.watch)

    def watch(self):
        leases = k8s.client.CoordinationV1Api(self.plane.api_client())
        for event in k8s.watch.Watch().stream(leases.list_namespaced_lease, NAMESPACE, field_selector=f"metadata.name={LEASE}"):
            lease = event["object"]
            table = json.loads((lease.metadata.annotations or {}).get("rotor/shards", '{"members": []}'))
            self.since.append(lease.spec.renew_time.timestamp())
            self.owners.append({s: m["identity"] for m in table["members"] for s in shards_in(m["shards"])})

    def first(self, condition) -> float | None:
        """Since when a table was as the condition wants it."""
        return next((since for since, owners in zip(self.since, self.owners) if condition(owners)), None)

    def owner(self, shard: int, when: float) -> str | None:
        """By the table that was newest at that moment."""
        newest = bisect.bisect_right(self.since, when) - 1
        return self.owners[newest].get(shard) if newest >= 0 else None


def writes(plane, mark: int) -> list[tuple]:
    """What was written from a mark on, but Leases and events: when, the token's id, the object."""
    out = []
    for event in plane.audit(USER, mark):
        ref, code = event["objectRef"], event.get("responseStatus", {}).get("code", 0)
        if event["verb"] not in WRITES or code >= 300 or ref["resource"] in {"leases", "events"}:
            continue
        out.append((moment(event["requestReceivedTimestamp"]), writer(event), (ref["resource"], ref.get("namespace", ""), ref.get("name", ""))))
    return out


def owned_by(what: tuple) -> tuple[str, str]:
    """By which namespace and name an object is owned: an agent and what belongs to it by its namespace alone."""
    resource, ns, name = what
    return (ns, name) if resource in {"externalsecrets", "secretstores"} or name.startswith("es-") else (ns, "")


def writes_of(replicas: list, plane, ns: str, mark: int) -> list[tuple]:
    names = {token_id(life): identity(life) for r in replicas for life in r.lives}
    return [(when, names[who], what) for when, who, what in writes(plane, mark) if who in names and what[1] == ns]


def strangers(tables: Tables, written: list[tuple]) -> list[tuple]:
    """Writes by somebody who did not own the object at that moment."""
    return [(when, who, what, owner) for when, who, what in written
            if (owner := tables.owner(shard_of(*owned_by(what)), when)) != who]


@pytest.fixture
def fleet(plane, request):
    """Its own class and namespace, and three replicas that have shared everything out."""
    ns = request.node.name.replace("_", "-")[:40].rstrip("-")
    cluster = Cluster(plane)
    cluster.namespace(ns)
    replicas = [Replica(plane, ns, f"{i}") for i in (1, 2, 3)]
    request.addfinalizer(lambda: k8s.client.CoordinationV1Api(plane.api_client()).delete_namespaced_lease(LEASE, NAMESPACE))
    for replica in replicas:
        request.addfinalizer(replica.end)
        replica.start()
    wait_for(lambda: [r.owned() for r in replicas] == [SHARDS // 3] * 3, 30, "the shards to be shared out")
    cluster.create(STORES, ns, "store", {"controller": ns, "provider": {"fake": {"data": [{"key": "k", "value": "1"}]}}})
    return cluster, ns, replicas


def synced(cluster, ns) -> int:
    items = cluster.custom.list_namespaced_custom_object(ES[0], ES[1], ns, ES[2])["items"]
    return sum(any(c["type"] == "Ready" and c["status"] == "True" for c in item.get("status", {}).get("conditions", []))
               for item in items)


def with_value(cluster, ns, value: str) -> int:
    wanted = base64.b64encode(value.encode()).decode()
    return sum((s.data or {}).get("K") == wanted for s in cluster.core.list_namespaced_secret(ns).items)


def test_each_replica_works_on_its_part_and_hands_it_over(fleet, plane):
    cluster, ns, replicas = fleet
    mark = plane.audit_length()
    for i in range(60):
        cluster.create(ES, ns, f"es-{i}", external_secret("store", f"es-{i}", {"K": "k"}))
    wait_for(lambda: synced(cluster, ns) == 60, 60, "every object to be synced")
    wrote = collections.defaultdict(set)
    for _, who, what in writes(plane, mark):
        if what[1:] in {(ns, f"es-{i}") for i in range(60)}:
            wrote[what[2]].add(who)
    assert all(len(who) == 1 for who in wrote.values()), wrote
    shares = collections.Counter(next(iter(who)) for who in wrote.values())
    assert sorted(shares) == sorted(token_id(r.operator) for r in replicas) and min(shares.values()) >= 8, shares

    # One ends in good order: what it had is worked on again within a second. By its own log, and by the table in the Lease.
    tables, last = Tables(plane), replicas[2].operator
    wait_for(lambda: tables.owners, 10, "the table")
    assert last.stop() == 0
    others = {identity(r.operator) for r in replicas[:2]}
    shared = wait_for(lambda: tables.first(lambda owners: len(owners) == SHARDS and set(owners.values()) == others), 10, "the others to have everything")
    took = shared - logged(last, "stopping")
    print(f"hand-over after SIGTERM: {took:.3f} s")
    assert 0 < took < 1, took
    wait_for(lambda: sum(r.owned() for r in replicas[:2]) == SHARDS, 10, "the others to know it")

    # One dies: within the lease.
    began = time.time()
    replicas[1].operator.kill()
    wait_for(lambda: replicas[0].owned() == SHARDS, 20, "the last one to have everything", 0.05)
    took = time.time() - began
    print(f"hand-over after SIGKILL: {took:.3f} s of a lease of {SECONDS['lease']} s")
    assert took < SECONDS["lease"] + 1, took
    set_fake_values(cluster, ns, "store", {"k": "2"})
    for i in range(60):
        cluster.force_sync(ns, f"es-{i}", "2")
    wait_for(lambda: with_value(cluster, ns, "2") == 60, 60, "every object to follow")


def test_no_object_has_two_writers_however_replicas_stumble(fleet, plane):
    """Refreshes every three seconds, so that there is always work under way."""
    cluster, ns, replicas = fleet
    chance = random.Random(SEED)
    tables = Tables(plane)
    wait_for(lambda: tables.owners, 10, "the table")
    mark = plane.audit_length()
    for i in range(OBJECTS):
        cluster.create(ES, ns, f"es-{i}", external_secret("store", f"es-{i}", {"K": "k"}, interval="3s"))
    cluster.create(INSTANCES, ns, "agent", instance("es-0"))
    wait_for(lambda: synced(cluster, ns) == OBJECTS, 120, "every object to be synced")
    wait_for(lambda: cluster.secret_hash(ns, "agent"), 30, "the agent")
    for round in range(STUMBLES):
        victim = chance.choice(replicas)
        if chance.random() < 0.5:
            victim.operator.kill()
        else:
            victim.popen.send_signal(signal.SIGSTOP)
            others = [r for r in replicas if r is not victim]
            wait_for(lambda: sum(r.owned() for r in kept_alive(others)) == SHARDS, 40, "the others to have everything")
            victim.popen.send_signal(signal.SIGCONT)
            assert victim.popen.wait(15) == 1
            assert "no member any more" in victim.operator.log()
        victim.start()
        value = f"round-{round}"
        set_fake_values(cluster, ns, "store", {"k": value})
        wait_for(lambda: kept_alive(replicas) and with_value(cluster, ns, value) == OBJECTS, 60,
                 f"every object to have {value} (seed {SEED})", 0.2)
    wait_for(lambda: [r.owned() for r in kept_alive(replicas)] == [SHARDS // 3] * 3, 30, "the shards to be shared out again")
    written = writes_of(replicas, plane, ns, mark)
    assert len(written) > 2 * OBJECTS, "hardly anything was written"
    assert any(what[0] == "statefulsets" for _, _, what in written), "no agent was worked on"
    found = strangers(tables, written)
    assert not found, found[:10]


def test_an_installation_that_works_on_something_else_waits(fleet, plane, request):
    cluster, ns, _ = fleet
    stranger = Operator(plane, env={"ROTOR_INSTALLATION": "other"}, flags=flags("elsewhere"), name=f"{ns}-stranger")
    stranger.process.start()
    request.addfinalizer(stranger.kill)
    wait_for(lambda: "another installation holds the Lease" in stranger.log(), 20, "the second one to say so")
    try:
        stranger.get("/readyz")
        raise AssertionError("it says that it is ready")
    except OSError as refused:
        assert "another installation holds the Lease" in refused.read().decode()
    assert "\nrotor_shards_owned 0\n" in stranger.get("/metrics")[1]
