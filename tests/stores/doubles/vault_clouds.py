"""Vault's logins `aws` and `gcp`, which need the clouds themselves: what is presented is checked with botocore's signer
and PyJWT, as the clouds would. One secret lies behind them."""

import base64
import json
import urllib.parse

import jwt

from .aws_gate import signature
from .double import Double

IDENTITY_QUESTION = "Action=GetCallerIdentity&Version=2011-06-15"


class VaultClouds(Double):
    """`keys`: the secret access key of each access key ID; `google_key`: the public key of the service account."""

    def __init__(self, keys: dict[str, str], google_key: str, server_id: str = "", audience: str = "vault/shop"):
        super().__init__()
        self.keys, self.google_key, self.server_id, self.audience = keys, google_key, server_id, audience
        self.urls: list[str] = []  # of the requests that were signed
        self.subjects: list[str] = []  # of the JWTs

    def answer(self, call):
        if call.path == "/v1/auth/aws/login":
            return self.login(self.aws(json.loads(call.body)))
        if call.path == "/v1/auth/gcp/login":
            return self.login(self.gcp(json.loads(call.body)))
        if call.headers.get("X-Vault-Token") != "hvs.cloud":
            return 403, {}, {"errors": ["permission denied"]}
        if call.path == "/v1/secret/data/shop/db":
            return 200, {}, {"data": {"data": {"password": "from the clouds"}, "metadata": {"version": 1, "destroyed": False, "deletion_time": ""}}}
        return 404, {}, {"errors": []}

    def login(self, wrong: str):
        if wrong:
            return 400, {}, {"errors": [wrong]}
        return 200, {}, {"auth": {"client_token": "hvs.cloud", "lease_duration": 3600, "renewable": False, "policies": ["shop"]}}

    def aws(self, body: dict) -> str:
        """Empty, or what is wrong."""
        decoded = {name: base64.b64decode(body["iam_" + name]).decode() for name in ("request_url", "request_body", "request_headers")}
        self.urls.append(decoded["request_url"])
        headers = {name.lower(): value[0] if isinstance(value, list) else value
                   for name, value in json.loads(decoded["request_headers"]).items()}
        headers["host"] = urllib.parse.urlsplit(decoded["request_url"]).hostname
        names = {"Authorization": headers["authorization"], "X-Amz-Date": headers["x-amz-date"]}
        if "x-amz-security-token" in headers:
            names["X-Amz-Security-Token"] = headers["x-amz-security-token"]
        sent, right = signature(decoded["request_url"], {**headers, **names}, decoded["request_body"].encode(), self.keys)
        if sent != right:
            return "the signature does not match"
        if body["role"] != "shop" or body["iam_http_request_method"] != "POST" or decoded["request_body"] != IDENTITY_QUESTION:
            return "not the request that was asked for"
        if self.server_id and (headers.get("x-vault-aws-iam-server-id") != self.server_id
                               or "x-vault-aws-iam-server-id" not in headers["authorization"]):
            return "the header X-Vault-AWS-IAM-Server-ID is missing or not signed"
        return ""

    def gcp(self, body: dict) -> str:
        try:
            claims = jwt.decode(body["jwt"], self.google_key, algorithms=["RS256"], audience=self.audience)
        except jwt.InvalidTokenError as e:
            return f"the JWT is not good: {e}"
        self.subjects.append(claims["sub"])
        return "" if body["role"] == "shop" else "no such role"
