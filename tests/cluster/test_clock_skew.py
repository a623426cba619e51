"""One replica whose clock is wrong by more than an hour among replicas whose clocks are right: nobody writes what another
one has, nothing is refreshed more than the hand-over asks for, and certificates are valid for the API server."""

import collections
import contextlib
import itertools
import signal
import ssl
import subprocess
import time
import urllib.request

import kubernetes as k8s
import pytest

from harness import skew
from harness.objects import ES, STORES, Cluster, external_secret, set_fake_values
from harness.operator import NAMESPACE, Operator
from harness.processes import free_port, wait_for
from harness.replicas import LEASE, USER, WRITES, logged, timings, token_id, writer

SECONDS = {"lease": 4, "renew": 3, "retry": 0.5}
# Longer than what certificates are dated back by, so that nothing is right by that hour alone.
WRONG = {"ahead": 3900, "behind": -3900}
OBJECTS = 30
SHARDS = 12
CERTIFICATE = "rotor-webhook-certificate"


class Installation:
    """Replicas on a class and a namespace of their own; each process has a token of its own."""

    def __init__(self, plane, request, mode: str):
        self.plane, self.request, self.cluster = plane, request, Cluster(plane)
        self.ns = request.node.name.split("[")[0].replace("_", "-")[5:40].rstrip("-") + f"-{request.node.callspec.id}"
        self.cluster.namespace(self.ns)
        self.flags = [mode, f"--controller-class={self.ns}", f"--namespace={self.ns}", *timings(SECONDS)]
        self.lives: list[Operator] = []
        request.addfinalizer(self.end)

    def start(self, seconds: int = 0, *more: str) -> Operator:
        """One whose clock is ahead by so much."""
        env = {"ROTOR_INSTALLATION": "rotor", **skew.environment(seconds)}
        replica = Operator(self.plane, env=env, flags=[*self.flags, *more], name=f"{self.ns}-{len(self.lives)}")
        self.lives.append(replica)
        replica.start()
        if seconds:
            off = logged(replica, "starting") - time.time()
            assert abs(off - seconds) < 60, f"its clock is off by {off:.0f} s and not {seconds}: is {skew.library()} loaded?"
        return replica

    def end(self):
        for replica in self.lives:
            if replica.process.alive():
                replica.process.popen.send_signal(signal.SIGCONT)
                replica.kill()
        with contextlib.suppress(k8s.client.ApiException):  # nobody came so far
            k8s.client.CoordinationV1Api(self.plane.api_client()).delete_namespaced_lease(LEASE, NAMESPACE)

    def create_objects(self, interval: str = "1h", names: str = "keys"):
        for i in range(OBJECTS):
            self.cluster.create(ES, self.ns, f"{names}-{i}", external_secret("store", f"{names}-{i}", {"K": "k"}, interval=interval))
        wait_for(lambda: self.synced() >= OBJECTS, 60, "every object to be synced")

    def create_store(self):
        self.cluster.create(STORES, self.ns, "store", {"controller": self.ns, "provider": {"fake": {"data": [{"key": "k", "value": "1"}]}}})

    def synced(self) -> int:
        items = self.cluster.custom.list_namespaced_custom_object(ES[0], ES[1], self.ns, ES[2])["items"]
        return sum("refreshTime" in item.get("status", {}) for item in items)

    def rotates(self, value: str, name: str = "keys-0"):
        set_fake_values(self.cluster, self.ns, "store", {"k": value})
        self.cluster.force_sync(self.ns, name, value)
        wait_for(lambda: self.cluster.secret(self.ns, name) == {"K": value}, 30, "the Secret to follow")

    def writes(self, mark: int) -> list[tuple[str, str, str]]:
        """From a mark on, in their order, of ExternalSecrets and Secrets: who, the resource, the name."""
        return [(writer(e), e["objectRef"]["resource"], e["objectRef"].get("name", "")) for e in self.plane.audit(USER, mark)
                if e["verb"] in WRITES and e["objectRef"].get("namespace") == self.ns
                and e["objectRef"]["resource"] in {"externalsecrets", "secrets"} and e["responseStatus"]["code"] < 300]

    def settled(self, mark: int, quiet: float = 1.5) -> list[tuple[str, str, str]]:
        """What was written once nothing more comes."""
        written = [-1, time.monotonic()]

        def at_rest():
            now = len(self.writes(mark))
            if now != written[0]:
                written[:] = now, time.monotonic()
            return time.monotonic() - written[1] > quiet
        wait_for(at_rest, 20, "writes to come to an end", 0.2)
        return self.writes(mark)


def refreshes(written: list[tuple[str, str, str]], by: Operator) -> collections.Counter:
    """How often each object was refreshed; each refresh is one status. All by that one."""
    assert {who for who, *_ in written} <= {token_id(by)}, "somebody else wrote"
    return collections.Counter(name for _, resource, name in written if resource == "externalsecrets")


def leads(replica: Operator) -> bool:
    return 'leader_election_master_status{name="' + LEASE + '"} 1' in replica.get("/metrics")[1]


@pytest.mark.parametrize("wrong", WRONG)
def test_the_lead_changes_hands_and_each_object_is_refreshed_once_at_most(plane, request, wrong):
    it = Installation(plane, request, "--leader-elect")
    first = it.start(WRONG[wrong])
    wait_for(lambda: leads(first), 20, "the one with the wrong clock to lead")
    it.create_store()
    it.create_objects()
    second = it.start()
    assert not leads(second)

    mark = plane.audit_length()
    assert refreshes(it.settled(mark), first).total() == 0, "by its own clock all is as it should be"
    began = time.monotonic()
    assert first.stop() == 0
    wait_for(lambda: leads(second), 10, "the other one to lead", 0.02)
    assert time.monotonic() - began < 2, "it was given the Lease, and did not wait for a time that is written there"
    mark = plane.audit_length()
    counts = refreshes(it.settled(mark), second)
    assert max(counts.values(), default=0) <= 1, counts
    it.rotates("2")

    # And back, past a leader that stands still: not before its lease is over, whatever the clock of the other says.
    third = it.start(WRONG[wrong])
    mark = plane.audit_length()
    second.process.popen.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    wait_for(lambda: leads(third), 20, "the one with the wrong clock to lead again", 0.02)
    took = time.monotonic() - began
    assert SECONDS["lease"] - SECONDS["retry"] - 0.5 < took < SECONDS["lease"] + 1.5, took
    counts = refreshes(it.settled(mark), third)
    assert max(counts.values(), default=0) <= 1, counts
    mark = plane.audit_length()
    second.process.popen.send_signal(signal.SIGCONT)
    assert second.process.popen.wait(10) == 1
    it.rotates("3")
    assert {who for who, *_ in it.writes(mark)} == {token_id(third)}


def owned(replica: Operator) -> int:
    return next(int(float(line.split()[1])) for line in replica.get("/metrics")[1].splitlines() if line.startswith("rotor_shards_owned "))


def shared_out(replicas: list[Operator]):
    wait_for(lambda: [owned(r) for r in replicas] == [SHARDS // len(replicas)] * len(replicas), 30, "the shards to be shared out")


@pytest.mark.parametrize("wrong", WRONG)
def test_shards_change_hands_and_no_object_has_two_writers(plane, request, wrong):
    it = Installation(plane, request, f"--shards={SHARDS}")
    first = [it.start(WRONG[wrong]), it.start(), it.start()]
    shared_out(first)
    it.create_store()
    mark = plane.audit_length()
    it.create_objects()
    owner = writers_of(it.settled(mark))
    assert {who for blocks in owner.values() for who in blocks} == {token_id(r) for r in first}, "each has its part"
    assert all(len(blocks) == 1 for blocks in owner.values()), owner

    # The one with the wrong clock ends and another of its kind comes: what it had is refreshed once by who has it next.
    mark = plane.audit_length()
    assert first[0].stop() == 0
    shared_out(first[1:])
    moved = it.settled(mark)
    most = collections.Counter(name for _, resource, name in moved if resource == "externalsecrets")
    assert set(most) <= {name for name, blocks in owner.items() if blocks == [token_id(first[0])]}, most
    assert max(most.values(), default=0) <= 1, most
    mark = plane.audit_length()
    late = it.start(WRONG[wrong])
    shared_out([*first[1:], late])
    moved = it.settled(mark)
    most = collections.Counter(name for _, resource, name in moved if resource == "externalsecrets")
    assert {who for who, *_ in moved} <= {token_id(late)} and max(most.values(), default=0) <= 1, moved

    # All of it at work: each object by one alone, and on time.
    for i in range(OBJECTS):
        it.cluster.patch(ES, it.ns, f"keys-{i}", {"spec": {"refreshInterval": "2s"}})
    mark, began = plane.audit_length(), time.monotonic()
    time.sleep(6)
    busy, took = it.writes(mark), time.monotonic() - began
    owner = writers_of(busy)
    assert len(owner) == OBJECTS and all(len(blocks) == 1 for blocks in owner.values()), owner
    often = collections.Counter(name for _, resource, name in busy if resource == "externalsecrets")
    assert min(often.values()) >= took // 2 - 1 and max(often.values()) <= took // 2 + 2, often


def writers_of(written: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    """Of each object who wrote it, one after another."""
    blocks = collections.defaultdict(list)
    for who, _, name in written:
        if blocks[name][-1:] != [who]:
            blocks[name].append(who)
    return blocks


@pytest.mark.parametrize("order, wrong", [pytest.param(o, w, id=f"{o}-{w}") for o, w in itertools.product(("first", "last"), WRONG)])
def test_certificates_are_valid_for_everybody_else_and_come_to_rest(plane, request, order, wrong):
    """The API server would ask each of the replicas, by its own clock, which is this test's."""
    it = Installation(plane, request, "--leader-elect")
    request.addfinalizer(lambda: it.cluster.core.delete_namespaced_secret(CERTIFICATE, NAMESPACE))
    ports = [free_port(), free_port()]
    clocks = [WRONG[wrong], 0] if order == "first" else [0, WRONG[wrong]]
    for port, seconds in zip(ports, clocks):
        it.start(seconds, f"--webhook-addr=127.0.0.1:{port}", "--dns-name=127.0.0.1", "--webhook-shutdown-delay=0s", "--check-interval=1s")
    wait_for(lambda: all(answers(it, port) for port in ports), 15, "both to be believed", 0.2)
    made = it.cluster.core.read_namespaced_secret(CERTIFICATE, NAMESPACE).metadata.resource_version
    for _ in range(2):  # each of them looks again in between
        time.sleep(1)
        assert all(answers(it, port) for port in ports)
    now = it.cluster.core.read_namespaced_secret(CERTIFICATE, NAMESPACE)
    assert now.metadata.resource_version == made, "they undo each other's"
    begins = valid_from(it.cluster.secret(NAMESPACE, CERTIFICATE)["tls.crt"])
    assert begins <= min(time.time(), time.time() + WRONG[wrong]), "whoever has the earliest clock believes it"


def answers(it: Installation, port: int) -> bool:
    """As an API server that trusts the CA in the Secret asks."""
    context = ssl.create_default_context(cadata=it.cluster.secret(NAMESPACE, CERTIFICATE)["ca.crt"])
    request = urllib.request.Request(f"https://127.0.0.1:{port}/", method="GET")
    try:
        urllib.request.urlopen(request, timeout=5, context=context).close()
    except urllib.error.HTTPError:
        pass  # there is nothing at that path, and somebody who is believed says so
    return True


def valid_from(certificate: str) -> float:
    said = subprocess.run(["openssl", "x509", "-noout", "-startdate"], input=certificate, check=True, capture_output=True, text=True).stdout
    return ssl.cert_time_to_seconds(said.strip().removeprefix("notBefore="))
