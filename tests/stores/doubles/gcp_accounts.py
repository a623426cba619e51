"""Google Cloud as it vouches for identities to others: it signs for service accounts and instances, publishes the keys, and
tells who may ask what they are. That is all that Vault's login `gcp` asks of it."""

import datetime
import json
import pathlib
import re
import secrets
import time
import urllib.parse

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .gcp import Google, Refused

ZONE = "europe-west3-a"
BORN = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


class GoogleAccounts(Google):
    def __init__(self, folder: pathlib.Path):
        super().__init__(folder)
        self.signers: set[tuple[str, str]] = set()  # (principal, e-mail): who has Google sign for an account
        self.certificates: dict[str, dict[str, str]] = {}  # of an account's keys, by e-mail and key ID; Google's own under ""
        self.kept = rsa.generate_private_key(public_exponent=65537, key_size=2048)  # with which Google signs

    def service_account(self, email: str, *permissions: str) -> dict:
        made = super().service_account(email, *permissions)
        self.publish(email, made["private_key_id"], serialization.load_pem_private_key(made["private_key"].encode(), None))
        return made

    def publish(self, owner: str, key_id: str, key):
        name, day = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, owner or "google")]), datetime.timedelta(days=1)
        now = datetime.datetime.now(datetime.UTC)
        certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                       .serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
                       .sign(key, hashes.SHA256()))
        self.certificates.setdefault(owner, {})[key_id] = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def elsewhere(self, host: str, path: str, headers, body: bytes) -> dict | None:
        path = urllib.parse.unquote(path)
        if host == "www.googleapis.com" and path == "/oauth2/v1/certs":
            return self.certificates.get("", {})
        of_account = re.fullmatch(r"/service_accounts/v1/metadata/x509/(.+)", path)
        if host == "www.googleapis.com" and of_account:
            return self.certificates.get(of_account.group(1), {})
        to_sign = re.fullmatch(r"/v1/projects/-/serviceAccounts/([^/]+):signJwt", path)
        if host == "iamcredentials.googleapis.com" and to_sign:
            return self.sign_jwt(to_sign.group(1), headers, json.loads(body))
        account = re.fullmatch(r"/v1/projects/-/serviceAccounts/([^/:]+)", path)
        if host == "iam.googleapis.com" and account:
            self.permit(headers, "iam.serviceAccounts.get", path)
            return {"email": account.group(1), "uniqueId": "1", "projectId": "proj", "name": path.removeprefix("/v1/")}
        if host == "compute.googleapis.com" and path == f"/compute/v1/projects/proj/zones/{ZONE}/instances/node":
            self.permit(headers, "compute.instances.get", path)
            return {"id": "7", "name": "node", "status": "RUNNING", "creationTimestamp": BORN.isoformat(),
                    "zone": f"https://www.googleapis.com/compute/v1/projects/proj/zones/{ZONE}"}
        return None

    def sign_jwt(self, email: str, headers, body: dict) -> dict:
        if (self.bearer(headers), email) not in self.signers:
            raise Refused(403, "PERMISSION_DENIED", "Permission 'iam.serviceAccounts.signJwt' denied on resource (or it may not exist).")
        claims = json.loads(body["payload"])
        if claims.get("exp", 0) > time.time() + 12 * 3600:
            raise Refused(400, "INVALID_ARGUMENT", "The expiry is more than 12 hours away.")
        key_id = secrets.token_hex(20)
        self.publish(email, key_id, self.kept)
        return {"keyId": key_id, "signedJwt": self.signed(claims, key_id)}

    def identity_token(self, audience: str) -> str:
        """Of the instance that this machine is."""
        self.publish("", "google", self.kept)
        now = int(time.time())
        about = {"project_id": "proj", "project_number": 1, "zone": ZONE, "instance_id": "7", "instance_name": "node",
                 "instance_creation_timestamp": int(BORN.timestamp())}
        return self.signed({"iss": "https://accounts.google.com", "aud": audience, "sub": "1", "email": self.machine, "iat": now,
                            "exp": now + 3600, "google": {"compute_engine": about}}, "google")

    def signed(self, claims: dict, key_id: str) -> str:
        return jwt.encode(claims, self.kept, algorithm="RS256", headers={"kid": key_id})
