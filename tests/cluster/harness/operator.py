"""`rotor operator` as it runs in a cluster: as the ServiceAccount of deploy/, with only its RBAC."""

import itertools
import pathlib
import urllib.request

import kubernetes as k8s

from . import tools
from .control_plane import ControlPlane
from .objects import INSTANCES, Cluster
from .processes import Process, free_port, wait_for

NAMESPACE = "rotor-system"
SERVICE_ACCOUNT = "rotor"
POKES = itertools.count()


def install(plane: ControlPlane):
    """The CRDs and what deploy/ ships, without the Deployment: the process runs beside the cluster."""
    plane.kubectl("apply", "--server-side", "-f", str(tools.ROOT / "deploy" / "crds"))
    plane.kubectl("apply", "-f", str(tools.ROOT / "deploy" / "rbac.yaml"))
    plane.kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=60s")


class Operator:
    def __init__(self, plane: ControlPlane, env: dict | None = None, flags: list | None = None, name: str = "operator",
                 account: str = SERVICE_ACCOUNT, namespace: str = NAMESPACE):
        self.plane, self.flags = plane, flags or []
        core = k8s.client.CoreV1Api(plane.api_client())
        request = k8s.client.AuthenticationV1TokenRequest(
            spec=k8s.client.V1TokenRequestSpec(audiences=["https://kubernetes.default.svc.cluster.local"], expiration_seconds=86400))
        token = core.create_namespaced_service_account_token(account, namespace, request).status.token
        self.kubeconfig = plane.write_kubeconfig(plane.kubeconfig_path(name), token)
        self.port = free_port()
        self.process = Process(name, [tools.rotor(), "operator", f"--kubeconfig={self.kubeconfig}",
                                      f"--operator-namespace={namespace}", f"--metrics-addr=127.0.0.1:{self.port}", "--live-addr=0",
                                      *self.flags], plane.log_dir, env)

    def start(self) -> "Operator":
        self.process.start()
        wait_for(self._ready, 60, "the operator to be ready")
        return self

    def _ready(self) -> bool:
        if not self.process.alive():
            raise RuntimeError(f"rotor operator ended: {self.process.log()[-2000:]}")
        return self.get("/readyz")[0] == 200

    def get(self, path: str) -> tuple[int, str]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()

    def passes(self, ns: str, name: str) -> float:
        """How often it has gone through an instance."""
        series = f'openclaw_reconcile_total{{instance="{name}",namespace="{ns}",'
        return sum(float(line.rsplit(" ", 1)[1]) for line in self.get("/metrics")[1].splitlines() if line.startswith(series))

    def look_again(self, cluster: Cluster, ns: str, name: str, times: int = 1):
        """An annotation is news: each is a pass, which it counts."""
        for _ in range(times):
            before = self.passes(ns, name)
            cluster.patch(INSTANCES, ns, name, {"metadata": {"annotations": {"poke": str(next(POKES))}}})
            wait_for(lambda: self.passes(ns, name) > before, 30, "a pass")

    def stop(self):
        return self.process.stop()

    def kill(self):
        self.process.kill()

    def log(self) -> str:
        return self.process.log()
