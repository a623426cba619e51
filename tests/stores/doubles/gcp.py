"""Google Cloud as Secret Manager's users meet it: token services, the metadata server and Secret Manager itself.

Clients keep the vendor's own host names: a CONNECT proxy leads every name to one TLS server on loopback, whose
certificate is signed by an authority made for the run. What is shown (assertions, subject tokens, signatures) is
verified, what is not permitted is refused, and every call is kept.
"""

import base64
import collections
import datetime
import http.server
import json
import pathlib
import re
import secrets
import socket
import ssl
import threading
import time
import urllib.parse

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SCOPE = "https://www.googleapis.com/auth/cloud-platform"
IAM_SCOPE = "https://www.googleapis.com/auth/iam"  # enough to impersonate
API = "https://secretmanager.googleapis.com/"
NUMBER = "123456789"  # of the project: names in answers carry it instead of the id


def crc32c(data: bytes) -> int:
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class Refused(Exception):
    """An answer of Secret Manager or iamcredentials that is no success."""

    def __init__(self, http_status: int, status: str, message: str):
        self.body = {"error": {"code": http_status, "message": message, "status": status}}
        self.http_status = http_status


class TokenRefused(Exception):
    """An answer of a token service that is no success."""

    def __init__(self, error: str, description: str, http_status: int = 400):
        self.body = {"error": error, "error_description": description}
        self.http_status = http_status


class Secret:
    def __init__(self, labels=None, annotations=None):
        self.labels, self.annotations = labels or {}, annotations or {}
        self.versions: list[dict] = []  # {"data", "state", "created"}
        self.aliases: dict[str, int] = {}


class Google:
    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.secrets: dict[str, Secret] = {}  # "projects/P[/locations/L]/secrets/NAME"
        self.accounts: dict[str, object] = {}  # e-mail → public key
        self.people: dict[str, tuple[str, str, str]] = {}  # refresh token → (client, its secret, e-mail)
        self.pools: dict[str, dict] = {}  # audience of a token exchange → {"key", "issuer", "audience"} of subject tokens
        self.grants: dict[str, set[str]] = collections.defaultdict(set)  # principal → permissions
        self.impersonators: set[tuple[str, str]] = set()  # (principal, e-mail)
        self.tokens: dict[str, tuple[str, float]] = {}  # token → (principal, when it ends)
        self.machine: str | None = None  # the service account that the metadata server hands out tokens of
        self.attributes: dict[str, str] = {}  # of the metadata server
        self.subject_token: str | None = None  # what https://tokens.googleapis.com/token answers
        self.life = 3600
        self.page_size = 25000
        self.calls: list[str] = []  # "GET https://host/path?query"
        self.next: list[tuple[int, dict, bytes]] = []  # Secret Manager answers these first: status, headers, body
        self.lock = threading.Lock()
        self._servers: list[http.server.ThreadingHTTPServer] = []

    # -- what a test sets up

    def service_account(self, email: str, *permissions: str) -> dict:
        """A service account with a new key: the JSON file that Google hands out."""
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.accounts[email] = key.public_key()
        self.grants[email] |= set(permissions)
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                serialization.NoEncryption()).decode()
        return {"type": "service_account", "project_id": "proj", "private_key_id": secrets.token_hex(20),
                "private_key": pem, "client_email": email, "client_id": "1",
                "token_uri": "https://oauth2.googleapis.com/token", "universe_domain": "googleapis.com"}

    def add(self, name: str, *values: bytes, prefix: str = "projects/proj", labels=None, annotations=None) -> Secret:
        secret = self.secrets.setdefault(f"{prefix}/secrets/{name}", Secret(labels, annotations))
        for value in values:
            created = datetime.datetime(2026, 1, 1) + datetime.timedelta(hours=len(secret.versions))
            secret.versions.append({"data": value, "state": "ENABLED", "created": created.isoformat() + "Z"})
        return secret

    def environment(self) -> dict:
        """For a process whose calls shall end here."""
        return {"HTTPS_PROXY": f"http://127.0.0.1:{self.proxy_port}", "NO_PROXY": "127.0.0.1,localhost",
                "SSL_CERT_FILE": str(self.ca), "GCE_METADATA_HOST": f"127.0.0.1:{self.plain_port}",
                "GOOGLE_APPLICATION_CREDENTIALS": "", "HOME": str(self.folder)}

    def count(self, part: str) -> int:
        with self.lock:
            return sum(part in call for call in self.calls)

    # -- start and stop

    def start(self) -> "Google":
        self.ca, certificate = make_certificates(self.folder)
        self.plain_port = self._serve(Handler, None)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self.tls_port = self._serve(Handler, context)
        self.proxy_port = self._serve(Proxy, None)
        return self

    def stop(self):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _serve(self, handler, context) -> int:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.google, server.context = self, context
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self._servers.append(server)
        return server.server_address[1]

    # -- tokens

    def issue(self, principal: str) -> str:
        token = "ya29." + secrets.token_urlsafe(24)
        self.tokens[token] = (principal, time.time() + self.life)
        return token

    def bearer(self, headers) -> str:
        """The principal of a request."""
        token = headers.get("Authorization", "").removeprefix("Bearer ")
        principal, ends = self.tokens.get(token, ("", 0))
        if ends > time.time():
            return principal
        if token.count(".") == 2:
            email = self.verified(token, API)
            if email:
                return email
        raise Refused(401, "UNAUTHENTICATED", "Request had invalid authentication credentials. Expected OAuth 2 access token.")

    def verified(self, token: str, *audiences: str) -> str | None:
        """Who signed a JWT, when it was a service account's key."""
        try:
            issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
            jwt.decode(token, self.accounts[issuer], algorithms=["RS256"], audience=list(audiences),
                       options={"require": ["exp", "iat", "aud"]}, leeway=5)
            return issuer
        except (jwt.PyJWTError, KeyError):
            return None

    def person(self, email: str, *permissions: str) -> dict:
        """Somebody's login as gcloud keeps it."""
        kept = {"type": "authorized_user", "client_id": "gcloud", "client_secret": secrets.token_hex(8),
                "refresh_token": secrets.token_hex(16)}
        self.people[kept["refresh_token"]] = (kept["client_id"], kept["client_secret"], email)
        self.grants[email] |= set(permissions)
        return kept

    def oauth_token(self, form: dict) -> dict:
        if form.get("grant_type") == "refresh_token":
            *client, email = self.people.get(form["refresh_token"], (None, None, None))
            if client != [form["client_id"], form["client_secret"]]:
                raise TokenRefused("invalid_grant", "Token has been expired or revoked.")
            return {"access_token": self.issue(email), "expires_in": self.life, "token_type": "Bearer"}
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:jwt-bearer":
            raise TokenRefused("unsupported_grant_type", "Invalid grant_type: " + form.get("grant_type", ""))
        email = self.verified(form["assertion"], "https://oauth2.googleapis.com/token")
        if email is None:
            raise TokenRefused("invalid_grant", "Invalid JWT Signature.")
        scopes = jwt.decode(form["assertion"], options={"verify_signature": False}).get("scope", "").split()
        if not {SCOPE, IAM_SCOPE} & set(scopes):
            raise TokenRefused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        return {"access_token": self.issue(email), "expires_in": self.life, "token_type": "Bearer"}

    def sts_token(self, form: dict) -> dict:
        if form.get("grant_type") != "urn:ietf:params:oauth:grant-type:token-exchange":
            raise TokenRefused("invalid_request", "Invalid grant type.")
        pool = self.pools.get(form["audience"])
        if pool is None:
            raise TokenRefused("invalid_target", "The target service indicated by the \"audience\" parameters is invalid.")
        principal = self.subject(pool, form)
        return {"access_token": self.issue(principal), "expires_in": self.life, "token_type": "Bearer",
                "issued_token_type": "urn:ietf:params:oauth:token-type:access_token"}

    def subject(self, pool: dict, form: dict) -> str:
        if form["subject_token_type"] == "urn:ietf:params:aws:token-type:aws4_request":
            return self.aws_subject(pool, form)
        try:
            claims = jwt.decode(form["subject_token"], pool["key"], algorithms=["RS256", "ES256"], issuer=pool.get("issuer"),
                                audience=pool["audience"], leeway=5)
        except jwt.PyJWTError:
            raise TokenRefused("invalid_grant", "The subject token could not be verified.") from None
        return claims["sub"]

    @staticmethod
    def aws_subject(pool: dict, form: dict) -> str:
        """The signature is computed anew by AWS's own client library."""
        import botocore.auth
        import botocore.awsrequest
        import botocore.credentials
        request = json.loads(urllib.parse.unquote_plus(form["subject_token"]))
        sent = {header["key"].lower(): header["value"] for header in request["headers"]}
        if sent.get("x-goog-cloud-target-resource") != form["audience"]:
            raise TokenRefused("invalid_grant", "The signed audience is another one.")
        region = re.fullmatch(r"https://sts\.([a-z0-9-]+)\.amazonaws\.com\?Action=GetCallerIdentity&Version=2011-06-15",
                              request["url"]).group(1)
        key, secret = pool["aws"]
        signed = re.search(r"SignedHeaders=([^,]+)", sent["authorization"]).group(1).split(";")
        again = botocore.awsrequest.AWSRequest("POST", request["url"].replace("?", "/?"),
                                               headers={name: sent[name] for name in signed if name != "host"})
        again.context["timestamp"] = sent["x-amz-date"]
        signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), "sts", region)
        text = signer.string_to_sign(again, signer.canonical_request(again))
        if f"Signature={signer.signature(text, again)}" not in sent["authorization"]:
            raise TokenRefused("invalid_grant", "The signature of the request is wrong.")
        return f"aws:{key}"

    def binding_token(self, body: dict) -> dict:
        form = {"subject_token": body["subject_token"], "subject_token_type": body["subject_token_type"]}
        pool = self.pools.get(body["audience"])
        if pool is None or body["scope"] != SCOPE:
            raise Refused(403, "PERMISSION_DENIED", "The pool is not there, or not permitted.")
        return {"access_token": self.issue(self.subject(pool, form)), "expires_in": self.life, "token_type": "Bearer"}

    def impersonate(self, email: str, headers, body: dict) -> dict:
        principal = self.bearer(headers)
        if (principal, email) not in self.impersonators or body.get("scope") != [SCOPE]:
            raise Refused(403, "PERMISSION_DENIED",
                          "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).")
        ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=int(body.get("lifetime", "3600s")[:-1]))
        return {"accessToken": self.issue(email), "expireTime": ends.strftime("%Y-%m-%dT%H:%M:%SZ")}

    def elsewhere(self, host: str, path: str, headers, body: bytes) -> dict | None:
        """What a kind of this double answers that knows more of Google; None for what it does not know."""

    def identity_token(self, audience: str) -> str:
        """Of the machine; empty from a double that vouches for nobody."""
        return ""

    # -- Secret Manager

    def permit(self, headers, permission: str, resource: str):
        principal = self.bearer(headers)
        if permission not in self.grants[principal]:
            raise Refused(403, "PERMISSION_DENIED",
                          f"Permission '{permission}' denied for resource '{resource}' (or it may not exist).")

    @staticmethod
    def shown(name: str) -> str:
        return re.sub(r"^projects/[^/]+", f"projects/{NUMBER}", name)

    def secret(self, name: str) -> Secret:
        if name not in self.secrets:
            raise Refused(404, "NOT_FOUND", f"Secret [{self.shown(name)}] not found or has no versions.")
        return self.secrets[name]

    def document(self, name: str) -> dict:
        secret = self.secrets[name]
        found = {"name": self.shown(name), "createTime": "2026-01-01T00:00:00Z", "etag": "\"1\"",
                 "replication": {"automatic": {}}}
        if secret.labels:
            found["labels"] = secret.labels
        if secret.annotations:
            found["annotations"] = secret.annotations
        return found

    def version(self, name: str, number: int, integers: bool) -> dict:
        version = self.secrets[name].versions[number - 1]
        state = {"ENABLED": 1, "DISABLED": 2, "DESTROYED": 3}[version["state"]] if integers else version["state"]
        return {"name": f"{self.shown(name)}/versions/{number}", "createTime": version["created"], "state": state,
                "etag": "\"1\""}

    def access(self, name: str, version: str) -> dict:
        secret = self.secret(name)
        number = len(secret.versions) if version == "latest" else secret.aliases.get(version, version)
        if not secret.versions:
            raise Refused(404, "NOT_FOUND", f"Secret [{self.shown(name)}] not found or has no versions.")
        if not str(number).isdigit() or not 1 <= int(number) <= len(secret.versions):
            raise Refused(404, "NOT_FOUND", f"Secret Version [{self.shown(name)}/versions/{version}] not found.")
        found = secret.versions[int(number) - 1]
        if found["state"] != "ENABLED":
            raise Refused(400, "FAILED_PRECONDITION",
                          f"Secret Version [{self.shown(name)}/versions/{number}] is in {found['state']} state.")
        payload = {"dataCrc32c": str(crc32c(found["data"]))}
        if found["data"]:  # an empty field is left out of Google's JSON
            payload["data"] = base64.b64encode(found["data"]).decode()
        return {"name": f"{self.shown(name)}/versions/{number}", "payload": payload}

    def page(self, member: str, items: list[dict], query: dict) -> dict:
        start = int(query.get("pageToken") or 0)
        size = min(int(query.get("pageSize") or 25000), self.page_size)
        found = {}
        if items[start:start + size]:
            found[member] = items[start:start + size]
        if start + size < len(items):
            found["nextPageToken"] = str(start + size)
        if items:
            found["totalSize"] = len(items)
        return found

    def list_secrets(self, parent: str, query: dict) -> dict:
        names = [name for name in sorted(self.secrets) if re.fullmatch(re.escape(parent) + r"/secrets/[^/]+", name)]
        terms = parse_filter(query.get("filter", ""))
        found = [name for name in names if all(self.matches(name, *term) for term in terms)]
        return self.page("secrets", [self.document(name) for name in found], query)

    def matches(self, name: str, field: str, operator: str, value: str) -> bool:
        if field == "name" and operator == ":":
            return value in self.shown(name)
        if field.startswith("labels.") and operator in "=:":
            return self.secrets[name].labels.get(field.removeprefix("labels.")) == value
        raise Refused(400, "INVALID_ARGUMENT", "Request contains an invalid argument.")

    def api(self, method: str, path: str, query: dict, headers) -> dict:
        integers = "enum-encoding=int" in query.get("$alt", "")
        read = re.fullmatch(r"/v1/((projects/[^/]+(?:/locations/[^/]+)?)/secrets(?:/([^/:]+))?)"
                            r"(?:/versions(?:/([^/:]+))?)?(:access)?", path)
        if method != "GET" or not read:
            raise Refused(404, "NOT_FOUND", "Method not found.")
        base, parent, secret, version, access = (urllib.parse.unquote(g) if g else g for g in read.groups())
        if access and version:
            self.permit(headers, "secretmanager.versions.access", f"{base}/versions/{version}")
            return self.access(base, version)
        if path.endswith("/versions"):
            self.permit(headers, "secretmanager.versions.list", base)
            wanted = self.secret(base).versions
            numbers = [n for n in range(len(wanted), 0, -1)
                       if query.get("filter") != "state:ENABLED" or wanted[n - 1]["state"] == "ENABLED"]
            return self.page("versions", [self.version(base, n, integers) for n in numbers], query)
        if secret:
            self.permit(headers, "secretmanager.secrets.get", base)
            self.secret(base)
            return self.document(base)
        self.permit(headers, "secretmanager.secrets.list", parent)
        return self.list_secrets(parent, query)


def parse_filter(text: str) -> list[tuple[str, str, str]]:
    """`labels.a="x" name:"y"`: terms with a quoted or a bare value, all of which must hold."""
    terms = []
    rest = text
    while rest.strip():
        term = re.match(r'\s*([A-Za-z0-9_.-]+)\s*([:=])\s*("(?:[^"\\]|\\.)*"|[^\s"]+)', rest)
        if not term:
            raise Refused(400, "INVALID_ARGUMENT", "The filter cannot be read.")
        value = term.group(3)
        terms.append((term.group(1), term.group(2), re.sub(r"\\(.)", r"\1", value[1:-1]) if value[0] == '"' else value))
        rest = rest[term.end():]
    return terms


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body leave together: apart, the second waits 40 ms for the ACK of the first

    def setup(self):
        if self.server.context:
            self.request = self.server.context.wrap_socket(self.request, server_side=True)
        super().setup()

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.handle_call()

    do_POST = do_GET

    def handle_call(self):
        google: Google = self.server.google
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urllib.parse.urlsplit(self.path)
        host = self.headers.get("Host", "")
        query = dict(urllib.parse.parse_qsl(url.query))
        with google.lock:
            google.calls.append(f"{self.command} {'https' if self.server.context else 'http'}://{host}{self.path}")
        try:
            if url.path.startswith("/computeMetadata/"):
                return self.metadata(google, url.path, query)
            if google.next and host.startswith("secretmanager."):
                return self.answer_bytes(*google.next.pop(0))
            return self.answer(200, self.document(google, host, url.path, query, body))
        except (Refused, TokenRefused) as refused:
            return self.answer(refused.http_status, refused.body)

    def document(self, google: Google, host: str, path: str, query: dict, body: bytes) -> dict:
        form = dict(urllib.parse.parse_qsl(body.decode("latin-1")))
        if host == "oauth2.googleapis.com" and path == "/token":
            return google.oauth_token(form)
        if host == "sts.googleapis.com" and path == "/v1/token":
            return google.sts_token(form)
        if host == "securetoken.googleapis.com" and path == "/v1/identitybindingtoken":
            return google.binding_token(json.loads(body))
        if host == "tokens.googleapis.com" and path == "/token" and google.subject_token:
            return {"id_token": google.subject_token}
        wanted = re.fullmatch(r"/v1/projects/-/serviceAccounts/([^/]+):generateAccessToken", urllib.parse.unquote(path))
        if host == "iamcredentials.googleapis.com" and wanted:
            return google.impersonate(wanted.group(1), self.headers, json.loads(body))
        if (found := google.elsewhere(host, path, self.headers, body)) is not None:
            return found
        location = re.fullmatch(r"secretmanager\.([a-z0-9-]+)\.rep\.googleapis\.com", host)
        if location and f"/locations/{location.group(1)}/" not in path:
            raise Refused(400, "INVALID_ARGUMENT", "The location of the host is another one.")
        return google.api(self.command, path, query, self.headers)

    def metadata(self, google: Google, path: str, query: dict):
        if self.headers.get("Metadata-Flavor") != "Google":
            return self.answer_bytes(403, {"Content-Type": "text/html"}, b"Missing Metadata-Flavor:Google header.")
        flavor = {"Metadata-Flavor": "Google", "Server": "Metadata Server for VM"}
        name = path.removeprefix("/computeMetadata/v1/")
        if re.fullmatch(r"instance/service-accounts/(default|[^/]+@[^/]+)/token", name) and google.machine:
            token = {"access_token": google.issue(google.machine), "expires_in": google.life, "token_type": "Bearer"}
            return self.answer_bytes(200, {**flavor, "Content-Type": "application/json"}, json.dumps(token).encode())
        if name == "instance/service-accounts/default/" and google.machine:
            about = {"email": google.machine, "scopes": [SCOPE], "aliases": ["default"]}
            return self.answer_bytes(200, {**flavor, "Content-Type": "application/json"}, json.dumps(about).encode())
        if name == "instance/service-accounts/default/identity" and query.get("format") == "full":
            if token := google.machine and google.identity_token(query["audience"]):
                return self.answer_bytes(200, {**flavor, "Content-Type": "text/html"}, token.encode())
        if name in google.attributes:
            return self.answer_bytes(200, {**flavor, "Content-Type": "application/text"}, google.attributes[name].encode())
        return self.answer_bytes(404, {**flavor, "Content-Type": "text/html"}, b"not found")

    def answer(self, status: int, document: dict):
        self.answer_bytes(status, {"Content-Type": "application/json; charset=UTF-8"}, json.dumps(document).encode())

    def answer_bytes(self, status: int, headers: dict, body: bytes):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Proxy(http.server.BaseHTTPRequestHandler):
    """Leads every name to the TLS server."""

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        with socket.create_connection(("127.0.0.1", self.server.google.tls_port)) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(there, self.connection), daemon=True)
            back.start()
            pump(self.connection, there)
            back.join()
        self.close_connection = True


def pump(source: socket.socket, target: socket.socket):
    try:
        while piece := source.recv(65536):
            target.sendall(piece)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def make_certificates(folder: pathlib.Path) -> tuple[pathlib.Path, pathlib.Path]:
    """An authority, and a certificate of Google's names with its key."""
    now = datetime.datetime.now(datetime.UTC)

    def certificate(name: str, key, issuer_name: str, issuer_key, extensions: list) -> x509.Certificate:
        as_name = lambda text: x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])  # noqa: E731
        builder = (x509.CertificateBuilder().subject_name(as_name(name)).issuer_name(as_name(issuer_name))
                   .public_key(key.public_key()).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(hours=1)).not_valid_after(now + datetime.timedelta(days=1)))
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(issuer_key, hashes.SHA256())

    ca_key, key = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
    ca = certificate("doubles", ca_key, "doubles", ca_key, [(x509.BasicConstraints(ca=True, path_length=None), True)])
    names = ["*.googleapis.com", "*.europe-west1.rep.googleapis.com", "localhost"]
    leaf = certificate("google", key, "doubles", ca_key,
                       [(x509.SubjectAlternativeName([x509.DNSName(n) for n in names]), False)])
    pem = serialization.Encoding.PEM
    (folder / "ca.pem").write_bytes(ca.public_bytes(pem))
    (folder / "server.pem").write_bytes(leaf.public_bytes(pem) + key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return folder / "ca.pem", folder / "server.pem"
