"""AWS's token service of one region, and of IAM what names are: roles for the tokens of ServiceAccounts, and who signed a
request. Signatures are checked with botocore's signer, tokens with the cluster's own keys: trust, audience, region, session
token and clock, as AWS does."""

import datetime
import hashlib
import secrets
import time
import typing
import urllib.parse

import jwt

from .aws_gate import parts, signature
from .double import Call, Double

ACCOUNT = "111122223333"
XML = {"Content-Type": "text/xml"}


class User(typing.NamedTuple):
    secret: str
    arn: str
    token: str | None = None  # of a session


class Sts(Double):
    """`trust`: who may take each role. `keys`: the cluster's, by their IDs."""

    def __init__(self, users: dict[str, User], trust: dict[str, set[str]], region: str = "us-east-1"):
        super().__init__()
        self.users, self.trust, self.region = dict(users), trust, region
        self.keys: dict[str, object] = {}
        self.asked: list[str] = []  # "Action host"

    @property
    def host(self) -> str:
        return "sts.amazonaws.com" if self.region == "us-east-1" else f"sts.{self.region}.amazonaws.com"

    def answer(self, call: Call):
        form = dict(urllib.parse.parse_qsl(call.body.decode()))
        action = form.get("Action", "none")
        self.asked.append(f"{action} {call.headers['Host']}")
        acts = {"AssumeRoleWithWebIdentity": self.for_token, "AssumeRole": self.for_user, "GetCallerIdentity": self.caller,
                "GetRole": self.known, "GetUser": self.known}
        try:
            if action not in acts:
                raise Refused(400, "InvalidAction", "the double knows no such action")
            return 200, XML, (f"<{action}Response {NAMESPACE}><{action}Result>{acts[action](call, form)}</{action}Result>"
                              f"<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></{action}Response>").encode()
        except Refused as refused:
            return refused.status, XML, refused.body

    def for_token(self, _: Call, form: dict) -> str:
        try:
            token = form["WebIdentityToken"]
            key = self.keys[jwt.get_unverified_header(token)["kid"]]
            claims = jwt.decode(token, key, algorithms=["ES256", "RS256"], audience="sts.amazonaws.com")
        except (jwt.PyJWTError, KeyError):
            raise Refused(400, "InvalidIdentityToken", "Couldn't verify the token") from None
        return self.assumed(form, claims["sub"])

    def for_user(self, call: Call, form: dict) -> str:
        return self.assumed(form, self.signer(call, "sts", self.region).arn)

    def assumed(self, form: dict, who: str) -> str:
        if who not in self.trust.get(form["RoleArn"], ()):
            raise Refused(403, "AccessDenied", f"Not authorized to perform sts:{form['Action']}")
        key_id = "ASIA" + secrets.token_hex(8).upper()
        arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{form['RoleArn'].rpartition('/')[2]}/{form['RoleSessionName']}"
        self.users[key_id] = made = User(secrets.token_urlsafe(30), arn, secrets.token_urlsafe(90) + "/+==")
        ends = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
        return tagged(Credentials=tagged(AccessKeyId=key_id, SecretAccessKey=made.secret, SessionToken=made.token,
                                         Expiration=ends.strftime("%Y-%m-%dT%H:%M:%SZ")), AssumedRoleUser=tagged(Arn=arn))

    def caller(self, call: Call, _: dict) -> str:
        user = self.signer(call, "sts", self.region)
        kind, name, *session = user.arn.rpartition(":")[2].split("/")
        return tagged(Arn=user.arn, UserId=":".join([unique_id(kind, name), *session]), Account=ACCOUNT)

    def known(self, call: Call, form: dict) -> str:
        self.signer(call, "iam", "us-east-1")
        kind = form["Action"].removeprefix("Get")
        name = form[f"{kind}Name"]
        about = {f"{kind}Name": name, f"{kind}Id": unique_id(kind.lower(), name), "Arn": f"arn:aws:iam::{ACCOUNT}:{kind.lower()}/{name}"}
        return tagged(**{kind: tagged(**about)})

    def signer(self, call: Call, service: str, region: str) -> User:
        """By its own name, or by the address of the double."""
        key_id, _, *scope, _ = parts(call.headers["Authorization"])["Credential"].split("/")
        user = self.users.get(key_id)
        if user is None or call.headers.get("X-Amz-Security-Token") != user.token:
            raise Refused(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        host = call.headers["Host"]
        if scope != [region, service] or host not in (self.host, self.url.removeprefix("http://")):
            raise Refused(403, "SignatureDoesNotMatch", f"Credential should be scoped to a valid region, not '{scope[0]}'.")
        sent, right = signature(f"https://{host}/", call.headers, call.body, {key_id: user.secret})
        if sent != right:
            raise Refused(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
        signed = datetime.datetime.strptime(call.headers["X-Amz-Date"] + "+0000", "%Y%m%dT%H%M%SZ%z")
        if abs(signed.timestamp() - time.time()) > 300:
            raise Refused(403, "SignatureDoesNotMatch", "Signature expired.")
        return user


def unique_id(kind: str, name: str) -> str:
    """The same for a role and for its sessions."""
    prefix = "AIDA" if kind == "user" else "AROA"
    return prefix + hashlib.sha256(name.encode()).hexdigest()[:16].upper()


def tagged(**members: str) -> str:
    return "".join(f"<{name}>{value}</{name}>" for name, value in members.items())


NAMESPACE = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"'


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str):
        self.status = status
        error = tagged(Error=tagged(Type="Sender", Code=code, Message=message), RequestId="1")
        self.body = f"<ErrorResponse {NAMESPACE}>{error}</ErrorResponse>".encode()
