"""What three replicas ask of one store, counted by the store: a real Vault, which writes each request into its audit log."""

import base64
import collections
import json
import pathlib
import time

import kubernetes as k8s
import pytest

from harness.objects import ES, STORES, Cluster
from harness.operator import NAMESPACE, Operator
from harness.processes import wait_for
from harness.replicas import LEASE
from harness.vault import Vault
from test_shards import SHARDS, flags, shard_of, shards_in, synced

REPLICAS, A_SECOND, INTERVAL = 3, 6, 10
OBJECTS, KEYS = 48, 8


class Calls:
    """Of the tokens that it made."""

    def __init__(self, vault: Vault, log: pathlib.Path):
        vault.client().sys.enable_audit_device("file", options={"file_path": str(log)})
        self.log = log

    def reads(self, since: int = 0) -> list[str]:
        entries = (json.loads(line) for line in self.log.read_text().splitlines()[since:] if line.endswith("}"))
        return [e["request"]["path"] for e in entries if e["type"] == "response" and e["request"]["operation"] == "read"]

    def mark(self) -> int:
        return len(self.log.read_text().splitlines())


@pytest.fixture
def vault(tmp_path):
    vault = Vault(tmp_path)
    yield vault.start()
    vault.stop()


@pytest.fixture
def fleet(plane, request, vault):
    """Three replicas that have shared everything out, and a store that may be asked six times a second."""
    ns = "shards-calls"
    cluster = Cluster(plane)
    cluster.namespace(ns)
    cluster.core.create_namespaced_secret(ns, {"metadata": {"name": "token"}, "stringData": {"token": "root"}})
    cluster.create(STORES, ns, "store", {"controller": ns, "provider": {"vault": {
        "server": vault.url, "path": "secret", "version": "v2", "caBundle": encoded(vault.ca),
        "auth": {"tokenSecretRef": {"name": "token", "key": "token"}}}}})
    request.addfinalizer(lambda: k8s.client.CoordinationV1Api(plane.api_client()).delete_namespaced_lease(LEASE, NAMESPACE))
    replicas = [Operator(plane, env={"ROTOR_INSTALLATION": "rotor"}, flags=[*flags(ns), f"--store-calls-per-second={A_SECOND}"],
                         name=f"{ns}-{i}") for i in range(REPLICAS)]
    for replica in replicas:
        request.addfinalizer(replica.kill)
        replica.start()
    wait_for(lambda: all(f"\nrotor_shards_owned {SHARDS // REPLICAS}\n" in r.get("/metrics")[1] for r in replicas), 30, "the shards to be shared out")
    cluster.wait_condition(STORES, ns, "store")
    return cluster, ns


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def owners(plane) -> dict[int, str]:
    """By the table in the Lease: whose each shard is."""
    lease = k8s.client.CoordinationV1Api(plane.api_client()).read_namespaced_lease(LEASE, NAMESPACE)
    table = json.loads(lease.metadata.annotations["rotor/shards"])
    return {shard: member["identity"] for member in table["members"] for shard in shards_in(member["shards"])}


def test_together_they_ask_a_store_no_more_than_its_budget_and_each_key_once_a_replica(plane, fleet, vault, tmp_path):
    cluster, ns = fleet
    for i in range(OBJECTS):
        vault.client().secrets.kv.v2.create_or_update_secret(f"k-{i}", {"v": "1"})
    calls = Calls(vault, tmp_path / "audit.log")

    # Each has a key of its own, all at once: more than the store may be asked.
    began = time.monotonic()
    for i in range(OBJECTS):
        cluster.create(ES, ns, f"es-{i}", external_secret(f"k-{i}"))
    wait_for(lambda: synced(cluster, ns) == OBJECTS, 60, "every object to be synced", 0.1)
    took, made = time.monotonic() - began, len(calls.reads())
    assert OBJECTS <= made <= A_SECOND * took + 2 * A_SECOND + REPLICAS, f"{made} calls in {took:.1f} s"
    print(f"{OBJECTS} keys by {REPLICAS} replicas: {made} calls in {took:.1f} s")

    # Then they read few: an answer serves the objects of one replica, so a key is read by each that has objects of it.
    for i in range(OBJECTS):
        cluster.patch(ES, ns, f"es-{i}", {"spec": external_secret(f"k-{i % KEYS}")})
    whose = owners(plane)
    readers = {(i % KEYS, whose[shard_of(ns, f"es-{i}")]) for i in range(OBJECTS)}
    assert len({who for _, who in readers}) == REPLICAS
    mark = settled(calls)
    time.sleep(INTERVAL)
    often = collections.Counter(path for path in calls.reads(mark) if "/data/" in path)
    assert KEYS <= often.total() <= len(readers) + REPLICAS, f"{often.total()} calls, of one replica {KEYS}, of three {len(readers)}: {often}"
    print(f"an interval: {KEYS} keys by {len(readers)} of {REPLICAS * KEYS} readers, {often.total()} calls")


def external_secret(key: str) -> dict:
    return {"refreshInterval": f"{INTERVAL}s", "secretStoreRef": {"name": "store"},
            "data": [{"secretKey": "K", "remoteRef": {"key": key, "property": "v"}}]}


def settled(calls: Calls) -> int:
    """Once the edits have been read for."""
    wait_for(lambda: len(calls.reads()) >= OBJECTS + KEYS, 20, "the edits to be read for")
    time.sleep(2)
    return calls.mark()
