"""A real control plane: etcd, kube-apiserver, kube-controller-manager, kube-scheduler and kwok's fake node."""

import json
import pathlib
import ssl
import subprocess
import urllib.request

import kubernetes as k8s
import yaml

from . import tools
from .processes import Process, free_port, wait_for

AUDIT_POLICY = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
                "rules": [{"level": "Metadata"}]}

FAKE_NODE = {
    "apiVersion": "v1", "kind": "Node",
    "metadata": {"name": "fake-0", "annotations": {"kwok.x-k8s.io/node": "fake"},
                 "labels": {"kubernetes.io/hostname": "fake-0", "kubernetes.io/os": "linux", "type": "kwok"}},
    "status": {"allocatable": {"cpu": "10000", "memory": "10000Gi", "pods": "100000"},
               "capacity": {"cpu": "10000", "memory": "10000Gi", "pods": "100000"}}}


class ControlPlane:
    """`with_nodes`: controller-manager, scheduler and a fake node too; without, just etcd and the API server."""

    address = "127.0.0.1"
    controllers = ("statefulset-controller,job-controller,garbage-collector-controller,namespace-controller,"
                   "persistentvolume-binder-controller")

    def __init__(self, state: pathlib.Path, with_nodes: bool = True):
        self.state, self.with_nodes = state, with_nodes
        self.log_dir = state / "log"
        self.pki = state / "pki"
        for d in (self.log_dir, self.pki, state / "etcd"):
            d.mkdir(parents=True, exist_ok=True)
        self.port, self.etcd_port, etcd_peer = free_port(), free_port(), free_port()
        self.url = f"https://{self.address}:{self.port}"
        self.audit_log = self.log_dir / "audit.jsonl"
        self.processes: dict[str, Process] = {}
        self._etcd_argv = [
            tools.server("etcd") / "etcd", "--data-dir", state / "etcd", "--unsafe-no-fsync",
            "--listen-client-urls", f"http://127.0.0.1:{self.etcd_port}",
            "--advertise-client-urls", f"http://127.0.0.1:{self.etcd_port}",
            "--listen-peer-urls", f"http://127.0.0.1:{etcd_peer}",
            "--initial-advertise-peer-urls", f"http://127.0.0.1:{etcd_peer}",
            "--initial-cluster", f"default=http://127.0.0.1:{etcd_peer}"]

    # -- start and stop

    def start(self) -> "ControlPlane":
        self._make_keys()
        self._run("etcd", self._etcd_argv)
        self.before_apiserver()
        self.start_apiserver()
        self.after_apiserver()
        return self

    def before_apiserver(self):
        pass

    def after_apiserver(self):
        if self.with_nodes:
            self._start_controllers()
            self._start_kwok()
            self.offer_volumes()

    def start_apiserver(self):
        self._run("kube-apiserver", [tools.kubernetes("kube-apiserver"), *self.apiserver_flags()])
        wait_for(self.ready, 120, "the API server to be ready", 0.1)

    def restart_apiserver(self):
        self.processes["kube-apiserver"].stop()
        self.start_apiserver()

    def stop(self):
        for process in reversed(self.processes.values()):
            process.kill()

    def apiserver_flags(self) -> list:
        return [
            f"--etcd-servers=http://127.0.0.1:{self.etcd_port}", f"--bind-address={self.address}",
            f"--secure-port={self.port}", f"--cert-dir={self.pki / 'api'}", "--advertise-address=10.255.255.1",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            f"--service-account-key-file={self.pki / 'sa.pub'}",
            f"--service-account-signing-key-file={self.pki / 'sa.key'}",
            f"--token-auth-file={self.pki / 'tokens.csv'}", "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.0.0.0/16",
            "--disable-admission-plugins=ServiceAccount,TaintNodesByCondition",
            f"--audit-policy-file={self.state / 'audit-policy.yaml'}", f"--audit-log-path={self.audit_log}"]

    def _make_keys(self):
        run = lambda *a: subprocess.run([str(x) for x in a], check=True, capture_output=True)  # noqa: E731
        run("openssl", "genrsa", "-out", self.pki / "sa.key", "2048")
        run("openssl", "rsa", "-in", self.pki / "sa.key", "-pubout", "-out", self.pki / "sa.pub")
        self.write_tokens({"admin": ("admin", "system:masters")})
        (self.state / "audit-policy.yaml").write_text(yaml.safe_dump(AUDIT_POLICY))

    def write_tokens(self, users: dict):
        lines = [f'tok-{key},{name},{key},"{groups}"' for key, (name, groups) in users.items()]
        (self.pki / "tokens.csv").write_text("\n".join(lines) + "\n")
        for key in users:
            self.write_kubeconfig(self.kubeconfig_path(key), f"tok-{key}")

    def _start_controllers(self):
        self.start_controller_manager()
        self._start_scheduler()

    def start_controller_manager(self):
        self._run("kube-controller-manager", [
            tools.kubernetes("kube-controller-manager"), f"--kubeconfig={self.kubeconfig}", "--leader-elect=false",
            "--secure-port=0", "--kube-api-qps=1000", "--kube-api-burst=2000", "--concurrent-statefulset-syncs=20",
            f"--service-account-private-key-file={self.pki / 'sa.key'}", f"--root-ca-file={self.ca_path}",
            f"--controllers={self.controllers}"])

    def _start_scheduler(self):
        config = {"apiVersion": "kubescheduler.config.k8s.io/v1", "kind": "KubeSchedulerConfiguration",
                  "clientConnection": {"kubeconfig": str(self.kubeconfig), "qps": 1000, "burst": 2000},
                  "leaderElection": {"leaderElect": False}}
        path = self.state / "scheduler.yaml"
        path.write_text(yaml.safe_dump(config))
        self._run("kube-scheduler", [tools.kubernetes("kube-scheduler"), f"--config={path}", "--secure-port=0"])

    def _start_kwok(self):
        stages = tools.ROOT / "tests" / "cluster" / "tools" / "kwok" / "stages.yaml"
        core = k8s.client.CoreV1Api(self.api_client())
        core.create_node(FAKE_NODE)
        core.patch_node_status("fake-0", {"status": FAKE_NODE["status"]})
        self._run("kwok", [
            tools.server("kwok") / "kwok", f"--kubeconfig={self.kubeconfig}", f"--config={stages}",
            "--cidr=10.201.0.0/16", "--node-ip=127.0.0.1", "--manage-all-nodes=false",
            "--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake", "--node-lease-duration-seconds=0"])
        wait_for(self._fake_node_ready, 60, "kwok's node to be Ready", 0.1)

    def offer_volumes(self, count: int = 40):
        """For claims without a storage class: folders that anybody on the node may write."""
        core = k8s.client.CoreV1Api(self.api_client())
        for number in range(count):
            folder = self.state / "disks" / str(number)
            folder.mkdir(parents=True)
            folder.chmod(0o777)
            core.create_persistent_volume({"metadata": {"name": f"disk-{number}"}, "spec": {
                "capacity": {"storage": "100Gi"}, "accessModes": ["ReadWriteOnce", "ReadWriteMany"],
                "persistentVolumeReclaimPolicy": "Retain", "hostPath": {"path": str(folder)}}})

    def _fake_node_ready(self) -> bool:
        node = k8s.client.CoreV1Api(self.api_client()).read_node("fake-0")
        return any(c.type == "Ready" and c.status == "True" for c in node.status.conditions or [])

    def _run(self, name: str, argv: list) -> Process:
        process = Process(name, argv, self.log_dir).start()
        self.processes[name] = process
        return process

    # -- access

    @property
    def kubeconfig(self) -> pathlib.Path:
        return self.kubeconfig_path("admin")

    def kubeconfig_path(self, user: str) -> pathlib.Path:
        return self.state / f"{user}.kubeconfig"

    @property
    def ca_path(self) -> pathlib.Path:
        return self.pki / "api" / "apiserver.crt"

    def write_kubeconfig(self, path: pathlib.Path, token: str) -> pathlib.Path:
        config = {"apiVersion": "v1", "kind": "Config", "current-context": "c",
                  "clusters": [{"name": "c", "cluster": {"server": self.url, "certificate-authority": str(self.ca_path)}}],
                  "users": [{"name": "u", "user": {"token": token}}],
                  "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}]}
        path.write_text(yaml.safe_dump(config))
        path.chmod(0o600)
        return path

    def ready(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        request = urllib.request.Request(f"{self.url}/readyz", headers={"Authorization": "Bearer tok-admin"})
        with urllib.request.urlopen(request, timeout=2, context=context) as answer:
            return answer.read() == b"ok"

    def api_client(self) -> k8s.client.ApiClient:
        return k8s.config.new_client_from_config(str(self.kubeconfig))

    def kubectl(self, *args, stdin: str | None = None, check: bool = True) -> str:
        done = subprocess.run([str(tools.kubernetes("kubectl")), f"--kubeconfig={self.kubeconfig}", *args],
                              input=stdin, text=True, capture_output=True, timeout=120)
        if check and done.returncode != 0:
            raise AssertionError(f"kubectl {' '.join(args)}: {done.stderr}")
        return done.stdout if check else done.stdout + done.stderr

    def audit(self, user: str, since: int = 0) -> list[dict]:
        """The requests of `user` that the API server logged, from line `since` on. One it refused to know has no name."""
        if not self.audit_log.exists():
            return []
        lines = self.audit_log.read_text().splitlines()[since:]
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return [e for e in events if e["user"].get("username") == user]

    def audit_length(self) -> int:
        return len(self.audit_log.read_text().splitlines()) if self.audit_log.exists() else 0
