"""A gate in front of moto that checks every signature with botocore's own signer, counts calls, and passes them on."""

import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials


def parts(authorization: str) -> dict[str, str]:
    fields = authorization.removeprefix("AWS4-HMAC-SHA256 ").split(", ")
    return dict(field.split("=", 1) for field in fields)


def signature(url: str, headers, body: bytes, keys: dict[str, str]) -> tuple[str, str]:
    """What was sent, and what botocore would have sent."""
    sent = parts(headers["Authorization"])
    key_id, _, region, service, _ = sent["Credential"].split("/")
    signed = {name: headers[name] for name in sent["SignedHeaders"].split(";")}
    request = AWSRequest(method="POST", url=url, data=body, headers=signed)
    request.context["timestamp"] = headers["X-Amz-Date"]
    signer = SigV4Auth(Credentials(key_id, keys[key_id], headers.get("X-Amz-Security-Token")), service, region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return sent["Signature"], signer.signature(text, request)


class AwsGate:
    """`keys`: the secret access key of each access key ID that may sign. `latency`: seconds that AWS is away."""

    def __init__(self, upstream: str, keys: dict[str, str], latency: float = 0):
        self.upstream, self.keys, self.latency = upstream, keys, latency
        self.calls: list[str] = []
        self.wrong: list[str] = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802 - the library's name
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                operation = self.headers.get("X-Amz-Target", "?").split(".")[-1]
                gate.calls.append(operation)
                mine, theirs = signature(f"http://{self.headers['Host']}{self.path}", self.headers, body, gate.keys)
                if mine != theirs:
                    gate.wrong.append(f"{operation} {self.path}")
                time.sleep(gate.latency)
                status, headers, answer = gate.forward(self.headers, body)
                self.send_response(status)
                for name in ("Content-Type", "x-amzn-ErrorType"):
                    if headers.get(name):
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def forward(self, headers, body: bytes):
        keep = {name: headers[name] for name in ("Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date") if headers.get(name)}
        request = urllib.request.Request(self.upstream + "/", data=body, headers=keep, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as e:
            return e.code, e.headers, e.read()

    def __enter__(self) -> "AwsGate":
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
