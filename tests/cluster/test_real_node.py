"""A real kubelet: the value is read inside the container."""

import pytest

from harness import images
from harness.objects import ES, INSTANCES, Cluster, external_secret, fake_store, instance, set_fake_values
from harness.operator import Operator
from harness.processes import wait_for


@pytest.fixture(scope="module")
def cluster(real_node, request):
    serve = "httpd -p 18789 -h /tmp; trap 'exit 0' TERM; while :; do sleep 1 & wait; done"
    archive = real_node.state / "img" / "openclaw.tar"
    prepare = "mkdir -p /tmp && echo ok > /tmp/healthz && echo ok > /tmp/readyz; "
    images.busybox("localhost/openclaw:1", archive, ["/bin/sh", "-c", prepare + serve])
    images.load(real_node.state, archive)
    operator = Operator(real_node)
    request.addfinalizer(operator.stop)
    operator.start()
    return Cluster(real_node)


def value(plane, ns: str) -> str:
    lines = plane.kubectl("-n", ns, "exec", "agent-0", "-c", "openclaw", "--", "env").splitlines()
    return next((line.split("=", 1)[1] for line in lines if line.startswith("ANTHROPIC_API_KEY=")), "")


def test_a_rotated_value_is_read_inside_the_container(cluster, real_node):
    ns = cluster.namespace("real")
    wait_for(lambda: cluster.core.read_namespaced_service_account("default", ns), 30, "the default ServiceAccount")
    cluster.create(INSTANCES, ns, "agent", instance("keys"))  # first the pod, which waits, then its Secret
    fake_store(cluster, ns, "store", {"k": "first-value"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"ANTHROPIC_API_KEY": "k"}))
    uid = wait_for(lambda: cluster.pod_uid(ns, "agent"), 120, "the pod to be Ready")
    assert value(real_node, ns) == "first-value"
    generation = cluster.generation(ns, "agent")
    set_fake_values(cluster, ns, "store", {"k": "second-value"})
    cluster.force_sync(ns, "keys", "now")
    wait_for(lambda: cluster.pod_uid(ns, "agent") not in (None, uid), 120, "the new pod to be Ready")
    assert value(real_node, ns) == "second-value"
    assert cluster.generation(ns, "agent") == generation + 1
