"""docs/install.md: its commands, as they are written there, on a real node. The value is read inside the container."""

import subprocess

import pytest

from harness.agents import KEY, Agent
from harness.objects import ES
from harness.operator import NAMESPACE
from harness.processes import wait_for
from harness.release import PAGE, page


@pytest.fixture(scope="module")
def agent(release) -> Agent:
    """The one that the page makes."""
    return Agent(release.cluster, "agents")


def test_the_first_secret_comes_seconds_after_helm_install(release):
    print(f"helm install to the first Secret: {release.seconds_to_first_secret:.1f} s")
    assert release.seconds_to_first_secret < 30


def test_the_commands_of_the_page_lead_to_a_rotated_agent(release, agent):
    release.run(*page()["The first secret"])
    assert agent.value() == "first"
    before = agent.ready()
    release.run(*page()["It rotates"])
    assert agent.value() == "second"
    assert agent.restarted(before) and agent.generation() == 2
    assert len(release.replicas()) == 2 and release.leader()
    # The chart's rights are enough, and they are all that the replicas have.
    assert "forbidden" not in release.logs().lower(), release.logs()


def test_an_upgrade_restarts_no_agent_and_loses_no_rotation(release, agent):
    first, before, generation = release.first, release.first.ready(), release.first.generation()
    stands, old = agent.stands(), {p.metadata.name for p in release.replicas()}
    socket = release.node.state / "containerd" / "containerd.sock"
    subprocess.run(["ctr", "-a", socket, "-n", "k8s.io", "images", "tag", "docker.io/library/rotor:0.1.0",
                    "docker.io/library/rotor:next"], check=True, capture_output=True)
    release.run(*[f"{line} --reuse-values --set image.tag=next" for line in page()["Upgrade"]])
    first.set_stored("in-the-middle")  # while replicas come and go
    release.wait_ready()
    wait_for(lambda: len(release.replicas()) == 2 and release.leader(), 60, "the new replicas to be all there is")
    assert old.isdisjoint(p.metadata.name for p in release.replicas())
    assert {p.spec.containers[0].image for p in release.replicas()} == {"rotor:next"}
    first.restarted(before)
    assert first.value() == "in-the-middle" and first.generation() == generation + 1
    assert agent.stands() == stands


def remains(release) -> set[str]:
    """What is Rotor's after it was uninstalled, but for the CRDs; not what every namespace has."""
    kinds = "deployments,services,secrets,leases,roles,rolebindings,configmaps,poddisruptionbudgets,serviceaccounts"
    own = release.node.kubectl("-n", NAMESPACE, "get", kinds, "-o", "name")
    everywhere = release.node.kubectl("get", "clusterroles,clusterrolebindings,validatingwebhookconfigurations", "-o", "name")
    names = own.split() + [name for name in everywhere.split() if "/rotor" in name]
    return set(names) - {"configmap/kube-root-ca.crt", "serviceaccount/default"}


def test_removed_it_leaves_all_as_it_is_and_installed_again_it_restarts_only_what_changed_meanwhile(release, agent):
    first, before, generation = release.first, release.first.ready(), release.first.generation()
    stands, secret = agent.stands(), release.cluster.secret("agents", "api-keys")
    try:
        release.run(*page()["Remove"])
        wait_for(lambda: not release.cluster.core.list_namespaced_pod(NAMESPACE).items, 60, "Rotor's pods to be gone")
        assert release.cluster.secret("agents", "api-keys") == secret == {KEY: "second"}
        assert release.cluster.get(ES, "agents", "api-keys")
        assert remains(release) == {"secret/rotor-rotation-key", "lease.coordination.k8s.io/external-secrets-controller"}
        for name in remains(release):
            assert f"`{name.split('/')[1]}`" in PAGE.read_text()
        first.set_stored("while-away")
        assert agent.stands() == stands and first.generation() == generation
    finally:
        release.install()
    first.restarted(before)
    assert first.value() == "while-away" and first.generation() == generation + 1
    assert agent.stands() == stands
