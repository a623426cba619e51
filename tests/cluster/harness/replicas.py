"""Replicas that share one Lease: whose a write was, the audit log tells by the id of the token, each process having its own."""

import base64
import contextlib
import datetime
import json
import threading

import urllib3
import yaml

from .operator import NAMESPACE, SERVICE_ACCOUNT, Operator

USER = f"system:serviceaccount:{NAMESPACE}:{SERVICE_ACCOUNT}"
LEASE = "external-secrets-controller"
CREDENTIAL = "authentication.kubernetes.io/credential-id"
WRITES = {"create", "update", "patch", "delete"}


def timings(seconds: dict) -> list[str]:
    return [f"--leader-election-lease-duration={seconds['lease']}s", f"--leader-election-renew-deadline={seconds['renew']}s",
            f"--leader-election-retry-period={seconds['retry']}s"]


def follow(watch):
    """Calls what loops over a watch, beside the test, until the server ends."""
    def until_the_server_ends():
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            watch()
    threading.Thread(target=until_the_server_ends, daemon=True).start()


def token_id(operator: Operator) -> str:
    token = yaml.safe_load(operator.kubeconfig.read_text())["users"][0]["user"]["token"].split(".")[1]
    return "JTI=" + json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))["jti"]


def writer(event: dict) -> str:
    """The token's id of an entry of the audit log."""
    return event["user"].get("extra", {}).get(CREDENTIAL, [""])[0]


def moment(text: str) -> float:
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def logged(operator: Operator, message: str) -> float:
    """When it first said so, by its own clock; 0: it has not."""
    lines = (json.loads(line) for line in operator.log().splitlines() if line.startswith("{"))
    return next((moment(line["ts"]) for line in lines if line["msg"] == message), 0)
