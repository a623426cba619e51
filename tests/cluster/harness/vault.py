"""HashiCorp Vault in development mode, over TLS: in memory, unsealed, KV version 2 at `secret/`, token `root`."""

import pathlib

import hvac

from . import tools
from .processes import Process, free_port, wait_for


class Vault:
    def __init__(self, state: pathlib.Path, env: dict | None = None):
        self.state = state
        self.port = free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.pki = state / "vault-pki"
        self.pki.mkdir(parents=True, exist_ok=True)
        argv = [tools.server("vault") / "vault", "server", "-dev", "-dev-root-token-id=root", "-dev-no-store-token",
                f"-dev-listen-address=127.0.0.1:{self.port}", "-dev-tls", f"-dev-tls-cert-dir={self.pki}"]
        self.process = Process("vault", argv, state, env={**(env or {}), "HOME": str(state)})

    def start(self) -> "Vault":
        self.process.start()
        wait_for(lambda: self.client().sys.is_initialized(), 60, "Vault", 0.1)
        return self

    def stop(self):
        self.process.kill()

    @property
    def ca_path(self) -> pathlib.Path:
        return self.pki / "vault-ca.pem"

    @property
    def ca(self) -> str:
        return self.ca_path.read_text()

    def client(self, token: str = "root", cert: tuple[str, str] | None = None) -> hvac.Client:
        return hvac.Client(url=self.url, token=token, verify=str(self.ca_path), cert=cert)

    def log(self) -> str:
        return self.process.log()
