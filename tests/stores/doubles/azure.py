"""Entra ID, the machine's metadata service and Azure key vaults, as far as reading needs them, under their real names.
What a vault holds is put there by the vendor's own clients. Every request is kept in `calls`."""

import base64
import dataclasses
import hashlib
import http.server
import json
import pathlib
import secrets as random
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from doubles.real_names import RealNames

TENANT = "11111111-2222-3333-4444-555555555555"
LOGIN = "login.microsoftonline.com"
RESOURCE = "https://vault.azure.net"
AUDIENCE = "api://AzureADTokenExchange"
API_VERSIONS = {"7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"}


def b64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclasses.dataclass
class Application:
    """What may prove to be this application."""
    secrets: set = dataclasses.field(default_factory=set)
    certificates: list = dataclasses.field(default_factory=list)  # x509.Certificate
    federated: list = dataclasses.field(default_factory=list)     # (issuer's public key, issuer, subject)


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str, inner: str = "", headers: dict | None = None):
        super().__init__(message)
        self.status, self.code, self.message, self.inner, self.headers = status, code, message, inner, headers or {}


class LoginRefused(Refused):
    def __init__(self, number: int, message: str, status: int = 401, code: str = "invalid_client"):
        super().__init__(status, code, f"AADSTS{number}: {message} Trace ID: {random.token_hex(8)} Correlation ID: "
                                       f"{random.token_hex(8)} Timestamp: {time.strftime('%Y-%m-%d %H:%M:%SZ')}")
        self.number = number


class Entra:
    def __init__(self):
        self.applications: dict[str, Application] = {}
        self.tokens: dict[str, dict] = {}
        self.lifetime = 3599

    def issue(self, resource: str, who: str) -> dict:
        token = random.token_urlsafe(40)
        self.tokens[token] = {"resource": resource, "who": who, "expires": time.time() + self.lifetime}
        return {"token_type": "Bearer", "expires_in": self.lifetime, "ext_expires_in": self.lifetime, "access_token": token}

    def log_in(self, tenant: str, form: dict) -> dict:
        if tenant != TENANT:
            raise LoginRefused(90002, f"Tenant '{tenant}' not found.", 400, "invalid_request")
        application = self.applications.get(form.get("client_id", ""))
        if application is None:
            raise LoginRefused(700016, "Application was not found in the directory.", 400, "unauthorized_client")
        if form.get("grant_type") != "client_credentials" or not form.get("scope", "").endswith("/.default"):
            raise LoginRefused(1002012, "The provided value for scope is not valid.", 400, "invalid_scope")
        if "client_assertion" in form:
            self._check_assertion(application, form)
        elif form.get("client_secret") not in application.secrets:
            raise LoginRefused(7000215, "Invalid client secret provided. Ensure the secret being sent in the request is the "
                                        "client secret value, not the client secret ID.")
        return self.issue(form["scope"].removesuffix("/.default"), form["client_id"])

    def _check_assertion(self, application: Application, form: dict):
        if form.get("client_assertion_type") != "urn:ietf:params:oauth:client-assertion-type:jwt-bearer":
            raise LoginRefused(900144, "The request body must contain client_assertion_type.", 400, "invalid_request")
        signed, _, signature = form["client_assertion"].rpartition(".")
        header, claims = (json.loads(b64url(part)) for part in signed.split("."))
        if not claims.get("nbf", claims.get("iat", 0)) - 300 <= time.time() < claims["exp"]:
            raise LoginRefused(700024, "Client assertion is not within its valid time range.")
        if claims["iss"] == form["client_id"]:
            key = self._certificate_key(application, header, claims, form["client_id"])
        else:
            key = self._federated_key(application, claims)
        self._verify(key, header["alg"], signed.encode(), b64url(signature))

    @staticmethod
    def _certificate_key(application: Application, header: dict, claims: dict, client: str):
        audience = f"https://{LOGIN}/{TENANT}/oauth2/v2.0/token"
        if claims["aud"] != audience or claims["sub"] != client or not claims.get("jti"):
            raise LoginRefused(700023, "Client assertion audience or subject claim does not match.")
        for certificate in application.certificates:
            der = certificate.public_bytes(Encoding.DER)
            digests = {"x5t": hashlib.sha1(der), "x5t#S256": hashlib.sha256(der)}
            if any(name in header and b64url(header[name]) == digest.digest() for name, digest in digests.items()):
                return certificate.public_key()
        raise LoginRefused(700027, "The certificate with identifier used to sign the client assertion is not registered.")

    @staticmethod
    def _federated_key(application: Application, claims: dict):
        audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        for key, issuer, subject in application.federated:
            if (claims["iss"], claims["sub"]) == (issuer, subject) and AUDIENCE in audiences:
                return key
        raise LoginRefused(700213, f"No matching federated identity record found for presented assertion subject '{claims['sub']}'.")

    @staticmethod
    def _verify(key, algorithm: str, signed: bytes, signature: bytes):
        try:
            if algorithm == "ES256":  # of an issuer of ServiceAccount tokens
                half = len(signature) // 2
                numbers = (int.from_bytes(signature[:half], "big"), int.from_bytes(signature[half:], "big"))
                key.verify(encode_dss_signature(*numbers), signed, ec.ECDSA(hashes.SHA256()))
            else:
                scheme = padding.PSS(padding.MGF1(hashes.SHA256()), 32) if algorithm == "PS256" else padding.PKCS1v15()
                key.verify(signature, signed, scheme, hashes.SHA256())
        except InvalidSignature:
            raise LoginRefused(700027, "Client assertion contains an invalid signature.") from None


class Vault:
    """Objects by type and name, each a list of versions; the last one is current."""

    def __init__(self, host: str):
        self.host = host
        self.objects = {"secrets": {}, "keys": {}, "certificates": {}}
        self.deleted = {"secrets": {}, "keys": {}, "certificates": {}}
        self.page = 25
        self.denied: set[str] = set()  # applications without a role

    def url(self, *parts: str) -> str:
        return "/".join([f"https://{self.host}", *parts])

    def add(self, kind: str, name: str, body: dict) -> dict:
        now, version = int(time.time()), random.token_hex(16)
        attributes = {"enabled": True, **(body.pop("attributes", None) or {}), "created": now, "updated": now,
                      "recoveryLevel": "Recoverable+Purgeable", "recoverableDays": 90}
        bundle = {**body, "attributes": attributes, "tags": body.get("tags") or {}}
        if kind == "keys":
            bundle["key"]["kid"] = self.url(kind, name, version)
        else:
            bundle["id"] = self.url(kind, name, version)
        self.objects[kind].setdefault(name.lower(), []).append((version, bundle))
        return bundle

    def get(self, kind: str, name: str, version: str) -> dict:
        singular = {"secrets": "Secret", "keys": "Key", "certificates": "Certificate"}[kind]
        for known, bundle in reversed(self.objects[kind].get(name.lower(), [])):
            if version in ("", known):
                if not bundle["attributes"]["enabled"]:
                    raise Refused(403, "Forbidden", f"Operation get is not allowed on a disabled {singular.lower()}.", f"{singular}Disabled")
                return bundle
        raise Refused(404, f"{singular}NotFound", f"A {singular.lower()} with (name/id) {name}/{version} was not found in this key "
                                                  "vault. If you recently deleted it you may be able to recover it.")

    def change(self, kind: str, name: str, version: str, body: dict) -> dict:
        for known, bundle in self.objects[kind][name.lower()]:
            if version in ("", known):
                bundle["attributes"].update(body.get("attributes") or {})
                bundle["tags"] = body.get("tags", bundle["tags"])
                return {k: v for k, v in bundle.items() if k != "value"}
        raise Refused(404, "SecretNotFound", "not found")

    def delete(self, kind: str, name: str) -> dict:
        bundle = self.get(kind, name, "")
        self.deleted[kind][name.lower()] = self.objects[kind].pop(name.lower())
        return {**bundle, "recoveryId": self.url(f"deleted{kind}", name), "deletedDate": 1, "scheduledPurgeDate": 2}

    def listing(self, query: dict) -> dict:
        names = sorted(self.objects["secrets"])
        size, start = min(self.page, int(query.get("maxresults", 25))), int(query.get("$skiptoken", 0))
        items = []
        for name in names[start:start + size]:
            bundle = self.objects["secrets"][name][-1][1]
            shown = {k: v for k, v in bundle.items() if k not in ("value", "id")}
            items.append({"id": bundle["id"].rpartition("/")[0], **shown})
        more = start + size < len(names)
        link = f"{self.url('secrets')}?api-version={query['api-version']}&$skiptoken={start + size}&maxresults={size}"
        return {"value": items, "nextLink": link if more else None}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: apart, the second waits 40 ms for the ACK of the first

    def _serve(self):
        double = self.server.double
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        host, url = self.headers["Host"].removesuffix(":443"), urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        with double.lock:
            double.calls.append(f"{self.command} https://{host}{url.path}")
            try:
                answer = double.entra_answer(url.path, body) if host == LOGIN else double.vault_answer(self, host, url.path, query, body)
                self._answer(200, answer)
            except LoginRefused as e:
                self._answer(e.status, {"error": e.code, "error_description": e.message, "error_codes": [e.number]})
            except Refused as e:
                inner = {"innererror": {"code": e.inner}} if e.inner else {}
                self._answer(e.status, {"error": {"code": e.code, "message": e.message, **inner}}, e.headers)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _answer(self, status: int, body: dict, headers: dict | None = None):
        data = json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(data)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class Machine(http.server.BaseHTTPRequestHandler):
    """169.254.169.254, elsewhere: AZURE_POD_IDENTITY_AUTHORITY_HOST leads here."""

    def do_GET(self):
        double = self.server.double
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        with double.lock:
            double.calls.append(f"{self.command} machine {url.path}")
            if self.headers.get("Metadata") != "true" or url.path != "/metadata/identity/oauth2/token":
                status, answer = 400, {"error": "invalid_request", "error_description": "Required metadata header not specified"}
            elif query.get("client_id", "") not in double.machine_identities:
                status, answer = 400, {"error": "invalid_request", "error_description": "Identity not found"}
            else:
                token = double.entra.issue(query["resource"], "machine:" + query.get("client_id", ""))
                status, answer = 200, {k: str(v) for k, v in token.items()} | {"resource": query["resource"]}
                answer["expires_on"] = str(int(time.time()) + double.entra.lifetime)
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


class AzureDouble:
    def __init__(self, folder: pathlib.Path, *vaults: str):
        self.lock = threading.Lock()
        self.calls: list[str] = []
        self.entra = Entra()
        self.vaults = {f"{name}.vault.azure.net": Vault(f"{name}.vault.azure.net") for name in vaults}
        self.machine_identities = {""}
        self.names = RealNames(folder, [LOGIN, *self.vaults], Handler, self)
        self._machine = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Machine)
        self._machine.daemon_threads = True
        self._machine.double = self

    def start(self) -> "AzureDouble":
        self.names.start()
        threading.Thread(target=self._machine.serve_forever, daemon=True).start()
        return self

    def stop(self):
        self.names.stop()
        self._machine.shutdown()
        self._machine.server_close()

    def environment(self) -> dict:
        return {**self.names.environment(), "AZURE_POD_IDENTITY_AUTHORITY_HOST": f"http://127.0.0.1:{self._machine.server_port}"}

    def client_options(self) -> dict:
        """For the vendor's clients and credentials."""
        return {"proxies": {"https": self.names.proxy}, "connection_verify": str(self.names.ca_path)}

    def count(self, part: str) -> int:
        return sum(part in call for call in self.calls)

    def entra_answer(self, path: str, body: bytes) -> dict:
        parts = urllib.parse.unquote(path).strip("/").split("/")
        if parts[1:] == ["v2.0", ".well-known", "openid-configuration"]:
            base = f"https://{LOGIN}/{parts[0]}"
            return {"token_endpoint": f"{base}/oauth2/v2.0/token", "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                    "issuer": f"{base}/v2.0"}
        if parts[1:] != ["oauth2", "v2.0", "token"]:
            raise LoginRefused(900561, "The endpoint only accepts POST requests.", 404, "invalid_request")
        return self.entra.log_in(parts[0], dict(urllib.parse.parse_qsl(body.decode(), keep_blank_values=True)))

    def vault_answer(self, request: Handler, host: str, path: str, query: dict, body: bytes) -> dict:
        vault = self.vaults[host]
        token = self.entra.tokens.get((request.headers.get("Authorization") or "").removeprefix("Bearer "))
        if token is None or token["resource"] != RESOURCE or token["expires"] < time.time():
            challenge = f'Bearer authorization="https://login.windows.net/{TENANT}", resource="{RESOURCE}"'
            raise Refused(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.", headers={"WWW-Authenticate": challenge})
        if query.get("api-version") not in API_VERSIONS:
            raise Refused(400, "BadParameter", "The specified version is not recognized.")
        if token["who"] in vault.denied:
            raise Refused(403, "Forbidden", "Caller is not authorized to perform action on resource.\r\nIf role assignments were "
                                            f"changed recently, please observe propagation time.\r\nCaller: appid={token['who']}", "ForbiddenByRbac")
        kind, name, version = (urllib.parse.unquote(path).strip("/").split("/") + ["", ""])[:3]
        sent = json.loads(body) if body else {}
        if kind.startswith("deleted"):
            if name.lower() not in vault.deleted[kind.removeprefix("deleted")]:
                raise Refused(404, "SecretNotFound", "not found")
            return {"recoveryId": vault.url(kind, name), **vault.deleted[kind.removeprefix("deleted")][name.lower()][-1][1]}
        return self._operate(vault, request.command, kind, name, version, query, sent)

    @staticmethod
    def _operate(vault: Vault, method: str, kind: str, name: str, version: str, query: dict, sent: dict) -> dict:
        if method == "GET":
            return vault.get(kind, name, version) if name else vault.listing(query)
        if method == "PUT":
            if kind == "secrets" and name.lower() in vault.deleted[kind]:
                raise Refused(409, "Conflict", f"Secret {name} is currently in a deleted but recoverable state", "ObjectIsDeletedButRecoverable")
            return vault.add(kind, name, {k: v for k, v in sent.items() if k != "Hsm"})
        if method == "PATCH":
            return vault.change(kind, name, version, sent)
        if method == "DELETE":
            return vault.delete(kind, name)
        if kind == "certificates" and version == "import":
            text = sent["value"].encode()
            text = text if text.startswith(b"-----") else base64.b64decode(text)
            der = x509.load_pem_x509_certificate(text).public_bytes(Encoding.DER)
            return vault.add(kind, name, {"cer": base64.b64encode(der).decode(), "tags": sent.get("tags"), "policy": {}})
        raise Refused(405, "MethodNotAllowed", method)
