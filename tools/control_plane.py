"""Starts the pinned etcd and kube-apiserver on free loopback ports, for scripts that ask the real server.

    with control_plane.running() as server:
        server.request("GET", "/api/v1/namespaces")

The binaries come from the cache folder that tests/cluster/tools/build.sh fills.
"""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

KUBERNETES = "1.36.3"
ETCD = "3.6.8"
TOKEN = "record"


def cache() -> pathlib.Path:
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "rotor"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A server to ask: base URL and bearer token. Certificates of test servers are not checked."""

    def __init__(self, url: str, token: str):
        self.url, self.token = url.rstrip("/"), token
        self.context = ssl.create_default_context()
        self.context.check_hostname = False
        self.context.verify_mode = ssl.CERT_NONE

    def request(self, method, path, body=None, content_type="application/json", headers=None):
        """Answers (status code, decoded body, headers); `body` is text or a document."""
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        request = urllib.request.Request(self.url + path, data=data, method=method)
        request.add_header("Authorization", "Bearer " + self.token)
        request.add_header("User-Agent", "record/1")
        if data is not None:
            request.add_header("Content-Type", content_type)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            answer = urllib.request.urlopen(request, context=self.context, timeout=30)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            text = answer.read().decode()
            try:
                document = json.loads(text)
            except ValueError:
                document = text
            return answer.status, document, answer.headers


@contextlib.contextmanager
def running():
    home = pathlib.Path(tempfile.mkdtemp(prefix="rotor-control-plane-"))
    processes = []
    try:
        run = lambda *command: subprocess.run(command, cwd=home, check=True, capture_output=True)
        run("openssl", "genrsa", "-out", "sa.key", "2048")
        run("openssl", "rsa", "-in", "sa.key", "-pubout", "-out", "sa.pub")
        (home / "tokens.csv").write_text(f'{TOKEN},admin,1,"system:masters"\n')
        client, peer, secure = free_port(), free_port(), free_port()

        def start(name, *command):
            log = open(home / f"{name}.log", "w")
            processes.append(subprocess.Popen(command, cwd=home, stdout=log, stderr=log))

        start("etcd", cache() / f"etcd-{ETCD}" / "etcd", "--unsafe-no-fsync", f"--data-dir={home}/etcd",
              f"--listen-client-urls=http://127.0.0.1:{client}", f"--advertise-client-urls=http://127.0.0.1:{client}",
              f"--listen-peer-urls=http://127.0.0.1:{peer}")
        start("apiserver", cache() / f"kubernetes-{KUBERNETES}" / "kube-apiserver",
              f"--etcd-servers=http://127.0.0.1:{client}", "--bind-address=127.0.0.1", f"--secure-port={secure}",
              f"--cert-dir={home}/certs", "--advertise-address=10.255.255.1",
              "--service-account-issuer=https://kubernetes.default.svc", "--service-account-key-file=sa.pub",
              "--service-account-signing-key-file=sa.key", "--token-auth-file=tokens.csv",
              "--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/16",
              "--disable-admission-plugins=ServiceAccount")
        server = Server(f"https://127.0.0.1:{secure}", TOKEN)
        wait_ready(server, home)
        yield server
    finally:
        for process in reversed(processes):
            process.terminate()
            process.wait(30)
        shutil.rmtree(home, ignore_errors=True)


def wait_ready(server, home):
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError):
            if server.request("GET", "/readyz")[0] == 200:
                return
        time.sleep(0.25)
    raise RuntimeError("kube-apiserver did not become ready:\n" + (home / "apiserver.log").read_text()[-2000:])
