"""What AWS hands out to a machine of its own: credentials by EKS Pod Identity's agent and by IMDSv2. Secrets Manager is here
as well, and takes them alone: the value of every secret is who has read it."""

import base64
import datetime
import hashlib
import json
import time

from .aws_gate import parts, signature
from .double import Call, Double

POD = "/v1/credentials"
INSTANCE = "/latest/meta-data/iam/security-credentials/"
SESSION = "imds+session/token=="
TELLING = ("Accept", "Authorization", "X-aws-ec2-metadata-token-ttl-seconds", "X-aws-ec2-metadata-token", "X-Forwarded-For")


class Machine(Double):
    """`life`: of credentials, in seconds. `pod_tokens`: those that the agent takes; each has credentials of its own."""

    def __init__(self, pod_tokens: set[str] = frozenset(), life: int = 6 * 3600):
        super().__init__()
        self.pod_tokens, self.life = set(pod_tokens), life
        self.version_2 = True  # of the instance metadata; without, tokens are neither given nor asked for
        self.keys: dict[str, str] = {}  # secret access keys by access key ID
        self.ends: dict[str, float] = {}
        self.asked: list[str] = []  # of the agent and of IMDS: line and telling headers

    def take_asked(self) -> list[str]:
        """What was asked since the last time, each question once: how often is a matter of the asker's cache."""
        asked, self.asked = list(dict.fromkeys(self.asked)), []
        return asked

    def answer(self, call: Call):
        if call.method == "POST":
            return self.secrets_manager(call)
        self.asked.append(" ".join([str(call), *(f"{name}={call.headers[name]}" for name in TELLING if name in call.headers)]))
        if (call.method, call.path) == ("GET", POD):
            return self.agent(call.headers.get("Authorization", ""))
        if (call.method, call.path) == ("PUT", "/latest/api/token"):
            return self.session(call.headers)
        if call.method == "GET" and call.path.startswith(INSTANCE):
            return self.instance(call)
        return 404, {}, b""

    def agent(self, token: str):
        if token not in self.pod_tokens:
            return 400, {"Content-Type": "text/plain"}, b"[8b1a] (InvalidTokenException), the token is not valid"
        return 200, {}, {**self.credentials(f"pod {token}"), "AccountId": "111122223333"}

    def session(self, headers):
        if not self.version_2 or "X-Forwarded-For" in headers:
            return 403, {"Content-Type": "text/html"}, b"Forbidden"
        if not 1 <= int(headers.get("X-aws-ec2-metadata-token-ttl-seconds", 0)) <= 21600 or int(headers.get("Content-Length", 0)):
            return 400, {"Content-Type": "text/html"}, b"Bad Request"
        return 200, {"Content-Type": "text/plain"}, SESSION.encode()

    def instance(self, call: Call):
        if self.version_2 and call.headers.get("X-aws-ec2-metadata-token") != SESSION:
            return 401, {"Content-Type": "text/html"}, b"Unauthorized"
        if call.path == INSTANCE:
            return 200, {"Content-Type": "text/plain"}, b"node-role"
        if call.path != INSTANCE + "node-role":
            return 404, {"Content-Type": "text/html"}, b"Not Found"
        found = {"Code": "Success", "LastUpdated": "2026-01-01T00:00:00Z", "Type": "AWS-HMAC", **self.credentials("instance node-role")}
        return 200, {"Content-Type": "text/plain"}, json.dumps(found, indent=2).encode()

    def credentials(self, who: str) -> dict:
        digest = hashlib.sha256(who.encode()).digest()
        key_id, secret = "ASIA" + digest.hex()[:16].upper(), base64.b64encode(digest).decode()
        self.keys[key_id], self.ends[key_id] = secret, time.time() + self.life
        ends = datetime.datetime.fromtimestamp(self.ends[key_id], datetime.UTC)
        return {"AccessKeyId": key_id, "SecretAccessKey": secret, "Token": f"{who}+/==", "Expiration": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def secrets_manager(self, call: Call):
        key_id = parts(call.headers["Authorization"])["Credential"].split("/")[0]
        if key_id not in self.keys:
            return refused("UnrecognizedClientException")
        sent, right = signature(self.url + call.path, call.headers, call.body, self.keys)
        if sent != right:
            return refused("InvalidSignatureException")
        if time.time() > self.ends[key_id]:
            return refused("ExpiredTokenException")
        if call.headers.get("X-Amz-Target") != "secretsmanager.GetSecretValue":
            return refused("InvalidAction")
        name = json.loads(call.body)["SecretId"]
        read_by = call.headers["X-Amz-Security-Token"].removesuffix("+/==")
        return 200, {"Content-Type": "application/x-amz-json-1.1"}, {
            "ARN": f"arn:aws:secretsmanager:us-east-1:111122223333:secret:{name}-AbCdEf", "Name": name, "SecretString": read_by,
            "VersionId": "b7c1a2d4-0000-4000-8000-000000000001", "VersionStages": ["AWSCURRENT"], "CreatedDate": 1767225600}


def refused(kind: str):
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, {"__type": kind, "message": "refused by the double"}
