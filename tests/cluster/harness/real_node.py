"""A real kubelet with containerd in namespaces of its own, so that a test can read the environment inside a container.

The control plane sits on the host's end of a veth pair (10.200.0.1). Killing the node's process takes pods, mounts,
interfaces and iptables rules with it; nothing on the host is changed. Needs root.
"""

import fcntl
import json
import os
import pathlib
import shutil
import subprocess

import kubernetes as k8s
import yaml

from . import images, tools
from .control_plane import ControlPlane
from .processes import Process, wait_for

HOST_IP, NODE_IP = "10.200.0.1", "10.200.0.2"
INIT = pathlib.Path(__file__).with_name("node-init.sh")
# A controller manager that only lost its API server goes on after up to a minute; one that starts with it, at once.
CONTROL_PLANE = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
LOCK = pathlib.Path("/tmp/rotor-real-node.lock")


class RealNode(ControlPlane):
    address = HOST_IP
    controllers = ("deployment-controller,replicaset-controller,statefulset-controller,job-controller,"
                   "serviceaccount-controller,root-ca-certificate-publisher-controller,"
                   "garbage-collector-controller,namespace-controller,node-lifecycle-controller,"
                   "persistentvolume-binder-controller")

    def _make_keys(self):
        super()._make_keys()
        self.write_tokens({"admin": ("admin", "system:masters"), "node": ("system:node:n1", "system:nodes")})
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
                        "-subj", "/O=system:masters/CN=kube-apiserver-kubelet-client",
                        "-keyout", str(self.pki / "kubelet-client.key"), "-out", str(self.pki / "kubelet-client.crt")],
                       check=True, capture_output=True)

    def apiserver_flags(self) -> list:
        flags = [f for f in super().apiserver_flags()
                 if not f.startswith(("--advertise-address", "--authorization-mode", "--disable-admission"))]
        return flags + [f"--advertise-address={HOST_IP}", "--authorization-mode=Node,RBAC",
                        f"--kubelet-client-certificate={self.pki / 'kubelet-client.crt'}",
                        f"--kubelet-client-key={self.pki / 'kubelet-client.key'}",
                        "--kubelet-preferred-address-types=InternalIP"]

    def before_apiserver(self):
        """The node's namespaces and the veth between them and us; the node itself waits for the file `go`."""
        self._lock = open(LOCK, "w")  # its addresses are fixed: one node at a time on a machine
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        subprocess.run(["ip", "link", "del", "kh0"], capture_output=True)  # left by a run that was killed
        self._write_node_files()
        node = self._run("node", ["unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                                  "bash", INIT, self.state, tools.kubernetes("kubelet"), str(self.port)])
        pid = wait_for(lambda: subprocess.run(["pgrep", "-P", str(node.popen.pid)], capture_output=True,
                                              text=True).stdout.strip(), 10, "the node's namespaces")
        ip = lambda *a: subprocess.run(["ip", *a], check=True, capture_output=True)  # noqa: E731
        ip("link", "add", "kh0", "type", "veth", "peer", "name", "kn0", "netns", pid)
        ip("addr", "add", f"{HOST_IP}/24", "dev", "kh0")
        ip("link", "set", "kh0", "up")

    def after_apiserver(self):
        (self.state / "go").touch()
        self._start_controllers()
        core = k8s.client.CoreV1Api(self.api_client())
        wait_for(lambda: any(c.type == "Ready" and c.status == "True" for c in core.read_node("n1").status.conditions),
                 120, "the node to be Ready", 0.2)
        wait_for(lambda: core.read_namespaced_service_account("default", "default"), 60, "the default ServiceAccount", 0.2)
        self.offer_volumes()

    def stop(self):
        super().stop()
        subprocess.run(["ip", "link", "del", "kh0"], capture_output=True)
        for root in pathlib.Path("/sys/fs/cgroup").glob("*/kubepods"):
            for folder, _, _ in os.walk(root, topdown=False):
                try:
                    os.rmdir(folder)
                except OSError:
                    pass
        shutil.rmtree(self.state / "containerd", ignore_errors=True)
        self._lock.close()

    def stop_control_plane(self):
        """All of it but etcd, as when its machine goes. The node and its containers go on."""
        for name in CONTROL_PLANE:
            self.processes[name].kill()

    def start_control_plane(self):
        for name in CONTROL_PLANE:
            self.processes[name].start()
            wait_for(self.ready, 120, "the API server to be ready", 0.1)

    def processes_of_pod(self, pod_uid: str, program: str) -> list[int]:
        """The processes of a pod that run `program`, as the host counts them."""
        found = []
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if f"/pod{pod_uid}/" in (folder / "cgroup").read_text() and os.readlink(folder / "exe") == program:
                    found.append(int(folder.name))
            except OSError:
                pass  # it ended meanwhile
        return found

    def _write_node_files(self):
        n = self.state
        for d in ("etc", "cni", "img", "containerd"):
            (n / d).mkdir(exist_ok=True)
        images.busybox("localhost/pause:1", n / "img" / "pause.tar", ["/bin/sleep", "2147483647"])
        images.busybox("localhost/busybox:1", n / "img" / "busybox.tar", ["/bin/sh"])
        # In the place of what the operator adds to a pod: as much of it as the pod needs to become ready.
        images.busybox("docker.io/library/busybox:1.37", n / "img" / "init-config.tar", ["/bin/sh"])
        images.busybox("ghcr.io/astral-sh/uv:0.6-bookworm-slim", n / "img" / "uv.tar", ["/bin/sh"],
                       files={"usr/local/bin/uv": b"#!/bin/sh\n"})
        answer = "mkdir -p /tmp/h && echo ok >/tmp/h/healthz && echo ok >/tmp/h/readyz && exec httpd -f -p 18790 -h /tmp/h"
        images.busybox("docker.io/library/nginx:1.27-alpine", n / "img" / "nginx.tar", ["/bin/sh", "-c", answer])
        images.busybox("docker.io/otel/opentelemetry-collector:0.120.0", n / "img" / "otel.tar", [],
                       entrypoint=["/bin/sh", "-c", "exec sleep 2147483647"])
        (n / "etc" / "containerd.toml").write_text(f"""version = 2
root = "{n}/containerd/root"
state = "{n}/containerd/state"
[grpc]
  address = "{n}/containerd/containerd.sock"
[plugins."io.containerd.internal.v1.opt"]
  path = "{n}/containerd/opt"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "localhost/pause:1"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{n}/cni"
""")
        bridge = {"cniVersion": "0.4.0", "name": "kbr0", "plugins": [{
            "type": "bridge", "bridge": "kbr0", "ipam": {
                "type": "host-local", "dataDir": f"{n}/cni-state", "routes": [{"dst": "0.0.0.0/0"}],
                "ranges": [[{"subnet": "10.200.0.0/24", "rangeStart": "10.200.0.10", "rangeEnd": "10.200.0.250",
                             "gateway": NODE_IP}]]}}]}
        (n / "cni" / "10-kbr0.conflist").write_text(json.dumps(bridge))
        kubelet = {
            "apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "failCgroupV1": False,
            "cgroupDriver": "cgroupfs", "address": NODE_IP, "healthzPort": 0,
            "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": False},
                               "x509": {"clientCAFile": str(self.pki / "kubelet-client.crt")}},
            "authorization": {"mode": "AlwaysAllow"},
            "containerRuntimeEndpoint": f"unix://{n}/containerd/containerd.sock",
            "makeIPTablesUtilChains": False,
            "evictionHard": {"memory.available": "50Mi", "nodefs.available": "1Gi", "imagefs.available": "1Gi"},
            "imageGCHighThresholdPercent": 100, "syncFrequency": "5s"}
        (n / "etc" / "kubelet.yaml").write_text(yaml.safe_dump(kubelet))
