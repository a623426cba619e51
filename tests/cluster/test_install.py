"""docs/install.md: its commands, as they are written there, against an empty cluster. kwok's pods have no containers, so
beside each of the two that the Deployment makes a process runs with its arguments, as its ServiceAccount."""

import os
import re
import subprocess

import pytest

from harness import tools
from harness.control_plane import ControlPlane
from harness.objects import ES, Cluster
from harness.operator import Operator
from harness.processes import wait_for

PAGE = tools.ROOT / "docs" / "install.md"


class WithDeployments(ControlPlane):
    controllers = ControlPlane.controllers + ",deployment-controller,replicaset-controller"


@pytest.fixture(scope="module")
def empty(request, tmp_path_factory):
    plane = WithDeployments(tmp_path_factory.mktemp("empty"))
    request.addfinalizer(plane.stop)
    return plane.start()


def sections() -> dict[str, list[str]]:
    """Heading → the lines of its ```sh blocks."""
    found = {}
    for part in re.split(r"(?m)^## ", PAGE.read_text())[1:]:
        blocks = re.findall(r"(?ms)^```sh\n(.*?)^```", part)
        found[part.splitlines()[0]] = [line for block in blocks for line in block.splitlines() if line]
    return found


def run(plane, lines: list[str]):
    path = f"{tools.server('helm')}:{tools.server('kubernetes')}:{os.environ['PATH']}"
    for line in lines:
        done = subprocess.run(["bash", "-c", line], cwd=tools.ROOT, capture_output=True, text=True, timeout=180,
                              env={**os.environ, "PATH": path, "KUBECONFIG": str(plane.kubeconfig)})
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"


def replicas(plane, request) -> list[Operator]:
    deployment = Cluster(plane).apps.read_namespaced_deployment("rotor", "rotor-system")
    container = deployment.spec.template.spec.containers[0]
    made = [Operator(plane, flags=container.args[1:], name=f"replica{i}", account=deployment.spec.template.spec.service_account_name)
            for i in range(deployment.spec.replicas)]
    for replica in made:
        request.addfinalizer(replica.stop)
        replica.start()
    return made


def remains(plane) -> set[str]:
    """What is Rotor's after it was uninstalled, but for the CRDs; not what every namespace has."""
    own = plane.kubectl("-n", "rotor-system", "get", "deployments,services,secrets,leases,roles,rolebindings,configmaps,poddisruptionbudgets,serviceaccounts", "-o", "name")
    everywhere = plane.kubectl("get", "clusterroles,clusterrolebindings,validatingwebhookconfigurations", "-o", "name")
    names = own.split() + [name for name in everywhere.split() if "/rotor" in name]
    return set(names) - {"configmap/kube-root-ca.crt", "serviceaccount/default"}


def test_the_commands_of_the_page_lead_to_a_rotated_agent(empty, request):
    page = sections()
    cluster = Cluster(empty)
    run(empty, page["Rotor"])
    first, second = replicas(empty, request)
    run(empty, page["The first secret"])
    assert cluster.secret("agents", "api-keys") == {"ANTHROPIC_API_KEY": "first"}
    before = cluster.pod_uid("agents", "agent")
    run(empty, page["It rotates"])
    assert cluster.secret("agents", "api-keys") == {"ANTHROPIC_API_KEY": "second"}
    wait_for(lambda: cluster.pod_uid("agents", "agent") not in (None, before), 60, "the new pod")
    for replica in (first, second):
        assert "forbidden" not in replica.log().lower(), replica.log()[-2000:]

    # An upgrade of Rotor itself: the leader goes, the standby works on, the agent stays.
    run(empty, page["Upgrade"])
    uid = cluster.pod_uid("agents", "agent")
    first.stop()
    cluster.force_sync("agents", "api-keys", "after-upgrade")
    wait_for(lambda: "after-upgrade" in str(cluster.get(ES, "agents", "api-keys")["metadata"]["annotations"]), 5, "the annotation")
    cluster.wait_condition(ES, "agents", "api-keys")
    assert cluster.pod_uid("agents", "agent") == uid and cluster.generation("agents", "agent") == 2

    run(empty, page["Remove"])
    second.stop()
    assert cluster.secret("agents", "api-keys") == {"ANTHROPIC_API_KEY": "second"}
    assert cluster.get(ES, "agents", "api-keys")
    assert cluster.pod_uid("agents", "agent") == uid
    assert remains(empty) == {"secret/rotor-rotation-key", "lease.coordination.k8s.io/external-secrets-controller"}
    for name in remains(empty):
        assert f"`{name.split('/')[1]}`" in PAGE.read_text()
