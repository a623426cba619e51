"""Doppler: projects and configs in memory, as https://docs.doppler.com/reference says.

Driven by Doppler's command line client and its SDKs for Python and Node in the same run; all that they and Rotor ask, and
what is answered, is held against Doppler's OpenAPI document. What it cannot show: the service's own name transformers,
formats, ETags and limits; `dotnet-env` in particular is a guess that no test relies on."""

import base64
import datetime
import hashlib
import json
import re

import jwt

from .double import Call, Double

DOWNLOAD = "/v3/configs/config/secrets/download"


class Doppler(Double):
    def __init__(self):
        super().__init__()
        self.configs: dict[tuple[str, str], dict[str, str]] = {}
        self.tokens: dict[str, tuple[str, str] | None] = {}  # a service token's own config; None: any
        self.identities: dict[str, dict] = {}
        self.logins: list[str] = []  # of identities
        self.exchanges: list[tuple] = []  # each call with what was answered

    def add_config(self, project: str, config: str, secrets: dict[str, str], token: str | None = None):
        own = {"DOPPLER_PROJECT": project, "DOPPLER_CONFIG": config, "DOPPLER_ENVIRONMENT": config.split("_")[0]}
        self.configs[project, config] = {**own, **secrets}
        if token:
            self.tokens[token] = (project, config)

    def trust(self, identity: str, key: str, issuer: str, audiences: list[str], subject: str):
        """Tokens of a cluster whose public key this is."""
        self.identities[identity] = {"key": key, "issuer": issuer, "audiences": audiences, "subject": subject}

    def _login(self, body: dict) -> tuple:
        trusted = self.identities.get(body["identity"])
        if trusted is None:
            return refused(404, "Could not find requested identity")
        try:
            claims = jwt.decode(body["token"], trusted["key"], algorithms=["RS256"], issuer=trusted["issuer"],
                                audience=trusted["audiences"])
        except jwt.InvalidTokenError as e:
            return refused(401, f"Invalid token: {e}")
        if claims["sub"] != trusted["subject"] or not set(claims["aud"]) >= set(trusted["audiences"]):
            return refused(401, "Claims do not match the identity")
        self.logins.append(body["identity"])
        token = f"dp.said.{len(self.logins)}"
        self.tokens[token] = None
        ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
        return 200, {}, {"success": True, "token": token, "expires_at": ends.isoformat().replace("+00:00", "Z")}

    def answer(self, call: Call) -> tuple:
        answer = self._answer(call)
        self.exchanges.append((call, *answer))
        return answer

    def _answer(self, call: Call) -> tuple:
        if call.path == "/v3/auth/oidc":
            return self._login(json.loads(call.body))
        token = bearer(call.headers.get("Authorization", ""))
        if token not in self.tokens:
            return refused(401, "Invalid Auth token")
        if call.path == "/v3/projects":
            return 200, {}, {"projects": [{"id": p, "slug": p, "name": p} for p in sorted({p for p, _ in self.configs})],
                             "page": 1, "success": True}
        if not call.path.startswith("/v3/configs/config/secret"):
            return refused(404, "Not found")
        body = json.loads(call.body) if call.body else {}
        place = (call.query.get("project") or body.get("project"), call.query.get("config") or body.get("config"))
        if place == (None, None):
            place = self.tokens[token]
        secrets = self.configs.get(place)
        if secrets is None or self.tokens[token] not in (None, place):
            return refused(404, "Could not find requested config")
        if call.method == "POST":
            return self._update(secrets, body)
        return self._read(call, secrets)

    def _update(self, secrets: dict[str, str], body: dict) -> tuple:
        """Both shapes: a map in which null deletes, and a list of changes."""
        if bool(body.get("secrets")) == bool(body.get("change_requests")):
            return refused(400, "Exactly one of secrets and change_requests must be given")
        changes = body.get("secrets") or {c["name"]: None if c.get("shouldDelete") else c["value"]
                                          for c in body.get("change_requests", [])}
        for name, value in changes.items():
            if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", name):
                return refused(400, f"Invalid secret name: {name}")
            if value is None:
                secrets.pop(name, None)
            else:
                secrets[name] = value
        return 200, {}, {"secrets": described(secrets), "success": True}

    def _read(self, call: Call, secrets: dict[str, str]) -> tuple:
        if call.path == DOWNLOAD:
            return download(call, secrets)
        if call.path.endswith("/names"):
            return 200, {}, {"names": sorted(secrets), "success": True}
        if call.path.endswith("/secret"):
            name = call.query.get("name", "")
            if name not in secrets:
                return refused(404, f"Could not find requested secret: {name}")
            return 200, {}, {"name": name, "value": described(secrets)[name], "success": True}
        return 200, {}, {"secrets": described(secrets), "success": True}


def download(call: Call, secrets: dict[str, str]) -> tuple:
    if "secrets" in call.query:
        wanted = call.query["secrets"].split(",")
        secrets = {name: value for name, value in secrets.items() if name in wanted}
    transformed = TRANSFORMERS[call.query.get("name_transformer", "")]
    secrets = {transformed(name): value for name, value in sorted(secrets.items())}
    kind, body = written(secrets, call.query.get("format", "json"))
    etag = f'W/"{hashlib.sha256(body).hexdigest()[:16]}"'
    if call.headers.get("If-None-Match") == etag:
        return 304, {"ETag": etag}, b""
    return 200, {"ETag": etag, "Content-Type": kind}, body


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.lower().split("_"))


TRANSFORMERS = {
    "": lambda name: name,
    "upper-camel": camel,
    "camel": lambda name: camel(name)[:1].lower() + camel(name)[1:],
    "lower-snake": str.lower,
    "tf-var": lambda name: "TF_VAR_" + name.lower(),
    "lower-kebab": lambda name: name.lower().replace("_", "-"),
    "dotnet": camel,
    "dotnet-env": lambda name: "__".join(map(camel, name.split("__"))),
}


def written(secrets: dict[str, str], form: str) -> tuple[str, bytes]:
    if form in ("json", "dotnet-json"):
        return "application/json", json.dumps(secrets, ensure_ascii=False).encode()
    mark = {"env": '{}={}', "docker": "{}={}", "yaml": "{}: {}"}[form]
    lines = [mark.format(name, value if form == "docker" else json.dumps(value)) for name, value in secrets.items()]
    return "text/plain; charset=utf-8", ("\n".join(lines) + "\n").encode()


def described(secrets: dict[str, str]) -> dict:
    return {name: {"raw": value, "computed": value, "note": ""} for name, value in secrets.items()}


def bearer(header: str) -> str:
    scheme, _, rest = header.partition(" ")
    if scheme == "Basic":
        user, _, password = base64.b64decode(rest).decode().partition(":")
        return user if password == "" else ""
    return rest if scheme == "Bearer" else ""


def refused(status: int, *messages: str) -> tuple:
    return status, {}, {"messages": list(messages), "success": False}
