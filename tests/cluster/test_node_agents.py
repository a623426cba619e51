"""What befalls agents on a real node: a new value is tried first, one is bad, a Secret goes. All of them start at once
and get their change at once, since each waits most of its time."""

import json

import pytest

from harness.agents import KEY, NEVER_STARTS, Agent
from harness.processes import wait_for

# What it prints is the value backwards, which stands nowhere else. A value decides how it ends.
SCRIPT = f"""echo "${KEY}" | rev; echo "${KEY}" | rev >&2
case "${KEY}" in good*) exit 0;; bad*) exit 1;; *) trap 'exit 3' TERM; sleep 1000 & wait;; esac"""
PROOF = {"openclaw.rocks/secret-proof": "command", "openclaw.rocks/secret-proof-command": json.dumps(["/bin/sh", "-c", SCRIPT])}
HOLD = PROOF | {"openclaw.rocks/secret-proof-deadline": "10s", "openclaw.rocks/secret-proof-unknown": "hold"}
BY_KEY = {"envFrom": [], "env": [{"name": KEY, "valueFrom": {"secretKeyRef": {"name": "keys", "key": KEY}}}]}

IN_PLACE = {"openclaw.rocks/secret-delivery": "reload"}
SPECS = {"bad": BY_KEY, "in-place": {"config": {"raw": {"agents": {"defaults": {"model": "anthropic/any"}}}}}}


@pytest.fixture(scope="module")
def agents(release) -> dict[str, Agent]:
    annotations = {"good": PROOF, "bad": PROOF, "hangs": HOLD, "falls-back": {"openclaw.rocks/secret-rollback": "true"}, "in-place": IN_PLACE}
    made = {name: Agent(release.cluster, release.cluster.namespace(name)) for name in [*annotations, "deleted", "immutable"]}
    for name, agent in made.items():
        agent.make_secret("first", immutable=name == "immutable")
        agent.create(None, annotations.get(name), **SPECS.get(name, {}))
    for agent in made.values():
        agent.ready()
    return made


@pytest.fixture(scope="module")
def stood(release, agents) -> dict[str, tuple]:
    """How each agent stood when it got its change."""
    wait_for(lambda: copy_of_keys(agents["falls-back"]), 60, "a copy of the value that is good")
    stood = {name: agent.stands() for name, agent in agents.items()}
    for name in ("good", "bad", "hangs", "in-place"):
        agents[name].set_secret(f"{name}-value")
    agents["falls-back"].set_secret(NEVER_STARTS)
    agents["deleted"].delete_secret()
    agents["immutable"].delete_secret()
    agents["immutable"].make_secret("second", immutable=True)
    return stood


def copy_of_keys(agent: Agent):
    copies = agent.cluster.core.list_namespaced_secret(agent.ns, label_selector="openclaw.rocks/last-good-of=agent").items
    return next((c for c in copies if c.metadata.annotations["openclaw.rocks/copy-of"] == "keys"), None)


def text_of_all_objects(release, ns: str) -> str:
    """Of a namespace, whatever kind they are, but of its Secrets."""
    kinds = release.node.kubectl("api-resources", "--verbs=list", "--namespaced", "-o", "name").split()
    return release.node.kubectl("-n", ns, "get", ",".join(k for k in kinds if k != "secrets"), "-o", "json")


def test_a_value_that_the_proof_takes_is_rolled_out(agents, stood):
    agent, (uid, _, generation) = agents["good"], stood["good"]
    agent.restarted(uid)
    assert agent.value() == "good-value" and agent.generation() == generation + 1


def test_a_key_that_is_delivered_in_place_reaches_the_pod_that_runs(agents, stood):
    """The kubelet brings mark and value at once, and tells the answer; a volume alone would take it up to 90 s."""
    agent = agents["in-place"]
    wait_for(lambda: agent.events("ReloadedInPlace"), 60, "the delivery")

    def read(path):
        return agent.node.kubectl("-n", agent.ns, "exec", "agent-0", "-c", "openclaw", "--", "cat", path)

    assert read("/opt/rotor/tools/seen") == "in-place-value", "the mark and the value came together"
    assert read(f"/opt/rotor/secrets/values/{KEY}") == "in-place-value"
    assert agent.value() == "", "no variable has it"
    assert agent.stands() == stood["in-place"]


def test_a_value_that_the_proof_refuses_reaches_no_pod_and_what_the_proof_prints_no_object(release, agents, stood):
    agent = agents["bad"]
    condition = agent.condition("False", "SecretsReady", "SecretRejected")
    assert '"keys"' in condition["message"] and KEY in condition["message"], condition
    assert agent.events("SecretRejected")
    assert agent.stands() == stood["bad"] and agent.value() == "first"
    printed = "eulav-dab"
    assert printed in release.node.kubectl("-n", agent.ns, "logs", "-l", "openclaw.rocks/secret-proof-of=agent", "-c", "proof")
    objects = text_of_all_objects(release, agent.ns)
    assert all(f'"kind": "{kind}"' in objects for kind in ("Job", "Pod", "Event", "OpenClawInstance"))
    assert printed not in objects and "bad-value" not in objects
    assert printed not in release.logs() and "bad-value" not in release.logs()


def test_a_proof_that_hangs_is_ended_at_its_deadline_and_holds_the_restart(release, agents, stood):
    agent = agents["hangs"]
    condition = agent.condition("False", "SecretsReady", "SecretProofUnknown")
    assert '"keys"' in condition["message"], condition
    pods = release.cluster.core.list_namespaced_pod(agent.ns, label_selector="openclaw.rocks/secret-proof-of=agent").items
    assert all(p.status.phase != "Running" or p.metadata.deletion_timestamp for p in pods)
    assert agent.stands() == stood["hangs"] and agent.value() == "first"


def test_a_program_that_ends_with_78_gets_the_last_good_value_back_by_itself(agents, stood):
    agent, (uid, _, generation) = agents["falls-back"], stood["falls-back"]
    condition = agent.condition("False", "SecretsReady", "SecretRolledBack")
    assert '"keys"' in condition["message"] and NEVER_STARTS not in condition["message"], condition
    agent.restarted(uid)
    assert agent.value() == "first" and agent.generation() == generation + 2  # there and back
    sources = [r.secret_ref.name for r in agent.pod().spec.containers[0].env_from if r.secret_ref]
    assert sources == [copy_of_keys(agent).metadata.name]
    assert agent.events("SecretRolledBack")


def test_a_deleted_secret_leaves_the_pod_alone_and_so_does_its_return(agents, stood):
    agent, (uid, starts, generation) = agents["deleted"], stood["deleted"]
    assert "keys" in agent.condition("False", "SecretsReady", "SecretsMissing")["message"]
    assert agent.stands() == stood["deleted"] and agent.ready() == uid and agent.value() == "first"
    # Its program ends meanwhile: the kubelet cannot start it without the Secret, and can once that is back.
    agent.end_program()
    wait_for(lambda: (w := agent.container().state.waiting) and w.reason == "CreateContainerConfigError", 60, "the kubelet to miss it")
    assert agent.pod().metadata.uid == uid
    agent.make_secret("first")
    agent.condition("True", "SecretsReady")
    wait_for(lambda: agent.container().restart_count > starts and agent.container().ready, 60, "the program to run again")
    assert agent.ready() == uid and agent.value() == "first"
    assert agent.generation() == generation


def test_an_immutable_secret_that_is_made_anew_is_read_after_one_restart(agents, stood):
    agent, (uid, _, generation) = agents["immutable"], stood["immutable"]
    agent.restarted(uid)
    assert agent.value() == "second" and agent.generation() == generation + 1
    wait_for(lambda: agent.events("SecretImmutable"), 30, "the word of what a node may do with such a name")
