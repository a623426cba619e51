"""docs/coming-from-openclaw-operator.md, rehearsed: instances as the OpenClaw operator leaves them, Rotor installed by the
page's own commands with that chart's values. No pod template changes, no pod restarts, and the next rotation is seen."""

import base64
import json
import os
import re
import subprocess

import pytest
import yaml

from harness import tools
from harness.objects import INSTANCES, Cluster
from harness.openclaw_left import HASH, Left
from harness.operator import NAMESPACE, Operator
from harness.processes import wait_for

PAGE = tools.ROOT / "docs" / "coming-from-openclaw-operator.md"
# What somebody has set there; the image is the other product's and was taken out.
VALUES = {"fullnameOverride": "openclaw-operator", "replicaCount": 1, "leaderElection": {"enabled": True, "resourceName": "theirs"},
          "logLevel": "debug", "metrics": {"enabled": True, "bindAddress": ":8443", "secure": True, "service": {"port": 8443}},
          "resources": {"limits": {"memory": "256Mi"}}, "webhook": {"enabled": False, "certManager": {"enabled": True}},
          "networkPolicy": {"enabled": True}, "crds": {"install": True, "keep": True}}
NS = "left-by-openclaw"


def commands(start: str) -> list[str]:
    found = re.findall(rf"{re.escape(start)}[^`\n]*", PAGE.read_text())
    assert found, f"{PAGE.name} has no command {start}"
    return found


def shell(plane, line: str):
    path = f"{tools.server('helm')}:{tools.server('kubernetes')}:{os.environ['PATH']}"
    done = subprocess.run(["bash", "-c", line], cwd=tools.ROOT, capture_output=True, text=True, timeout=180,
                          env={**os.environ, "PATH": path, "KUBECONFIG": str(plane.kubeconfig)})
    assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def arguments(plane) -> list[str]:
    """Of the Deployment that was installed, but where this process listens."""
    deployment = json.loads(plane.kubectl("-n", NAMESPACE, "get", "deployment", "openclaw-operator", "-o", "json"))
    args = deployment["spec"]["template"]["spec"]["containers"][0]["args"]
    assert args[0] == "operator" and "--metrics-secure" in args
    return [arg for arg in args[1:] if not arg.startswith("--metrics")]


class Agents:
    def __init__(self, plane):
        self.cluster = cluster = Cluster(plane)
        cluster.namespace(NS)
        for name in ("one", "two"):
            cluster.core.create_namespaced_secret(NS, {"metadata": {"name": f"{name}-keys"}, "stringData": {"API_KEY": f"{name}-first"}})
            Left(cluster, NS, name, f"{name}-keys").make()
            wait_for(lambda n=name: cluster.pod_uid(NS, n), 60, f"the pod of {name}")
        self.before = {name: self.stands(name) for name in ("one", "two")}

    def stands(self, name: str) -> dict:
        stateful_set = json.loads(self.cluster.plane.kubectl("-n", NS, "get", "statefulset", name, "-o", "json"))
        pod = self.cluster.core.read_namespaced_pod(f"{name}-0", NS)
        claim = self.cluster.core.read_namespaced_persistent_volume_claim(f"{name}-data", NS)
        return {"template": stateful_set["spec"]["template"], "generation": stateful_set["metadata"]["generation"],
                "revision": stateful_set["status"]["updateRevision"], "pod": pod.metadata.uid, "claim": claim.metadata.uid,
                "starts": [c.restart_count for c in pod.status.container_statuses],
                "token": self.cluster.secret(NS, f"{name}-gateway-token")}

    def taken_over(self, name: str) -> bool:
        """Rotor has put its mark beside theirs, and said how the instance is."""
        managers = self.cluster.apps.read_namespaced_stateful_set(name, NS).metadata
        status = self.cluster.get(INSTANCES, NS, name)["status"]
        return "openclaw.rocks/secret-state" in (managers.annotations or {}) and status["phase"] == "Running"


@pytest.fixture(scope="module")
def agents(plane, operator, tmp_path_factory, request):
    """What the other operator made, and Rotor in its place. The tests' own operator stands aside."""
    operator.stop()
    request.addfinalizer(operator.start)
    agents = Agents(plane)
    values = tmp_path_factory.mktemp("values") / "your-values.yaml"
    values.write_text(yaml.safe_dump(VALUES))
    shell(plane, commands("kubectl apply --server-side")[0])
    request.addfinalizer(lambda: shell(plane, f"helm uninstall rotor --namespace {NAMESPACE}"))
    shell(plane, commands("helm install")[0].replace("your-values.yaml", str(values)))
    rotor = Operator(plane, flags=arguments(plane), name="in-its-place", account="openclaw-operator")
    request.addfinalizer(rotor.stop)
    rotor.start()
    for name in agents.before:
        wait_for(lambda n=name: agents.taken_over(n), 60, f"{name} to be taken over")
    return agents


def test_no_pod_template_changes_and_no_pod_restarts(agents):
    assert {name: agents.stands(name) for name in agents.before} == agents.before


def test_an_instance_stays_as_its_user_wrote_it_but_for_our_status(agents):
    for name in agents.before:
        instance = agents.cluster.get(INSTANCES, NS, name)
        assert instance["status"]["observedGeneration"] == instance["metadata"]["generation"]
        ours = [f for f in instance["metadata"]["managedFields"] if f["manager"] == "openclaw-operator" and not f.get("subresource")]
        assert all("f:spec" not in f["fieldsV1"] for f in ours), ours


def test_the_next_rotation_restarts_its_agent_once_and_no_other(agents):
    cluster, before = agents.cluster, agents.before["one"]
    value = base64.b64encode(b"one-second").decode()
    cluster.core.patch_namespaced_secret("one-keys", NS, {"data": {"API_KEY": value}})
    wait_for(lambda: cluster.generation(NS, "one") == before["generation"] + 1, 30, "the pod template to change")
    wait_for(lambda: (now := cluster.pod_uid(NS, "one")) and now != before["pod"], 60, "the new pod")
    after = agents.stands("one")
    assert after["generation"] == before["generation"] + 1
    # Nothing but the mark: the rest of the template is theirs until somebody edits the instance.
    marks, theirs = after["template"]["metadata"]["annotations"], before["template"]["metadata"]["annotations"]
    assert marks[HASH] != theirs[HASH] and {**marks, HASH: ""} == {**theirs, HASH: ""}
    assert after["template"]["spec"] == before["template"]["spec"]
    assert agents.stands("two") == agents.before["two"]
