#!/usr/bin/env bash
# google-cloud-secret-manager 2.32.0: the client retries UNAVAILABLE and RESOURCE_EXHAUSTED for 60 s by its published
# policy. Over REST a 503 is retried, a 429 never is: it comes as TooManyRequests, which the policy's ResourceExhausted does
# not cover, so the first rate limit is an error.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with google-cloud-secret-manager==2.32.0
cat > "$work/main.py" <<'PY'
import base64, http.server, json, threading
from google.api_core.exceptions import GoogleAPICallError
from google.auth.credentials import AnonymousCredentials
from google.cloud import secretmanager_v1
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceRestTransport

class Store(http.server.BaseHTTPRequestHandler):
    status, calls = 0, 0
    def do_GET(self):
        Store.calls += 1
        ok = Store.calls > 1
        body = json.dumps({"name": "v", "payload": {"data": base64.b64encode(b"x").decode()}} if ok else
                          {"error": {"code": Store.status, "message": "later",
                                     "status": "RESOURCE_EXHAUSTED" if Store.status == 429 else "UNAVAILABLE"}}).encode()
        self.send_response(200 if ok else Store.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Store)
threading.Thread(target=server.serve_forever, daemon=True).start()
transport = SecretManagerServiceRestTransport(host=f"127.0.0.1:{server.server_port}", url_scheme="http",
                                              credentials=AnonymousCredentials())
client = secretmanager_v1.SecretManagerServiceClient(transport=transport)
print("google-cloud-secret-manager", secretmanager_v1.gapic_version.__version__)
for status in (503, 429):
    Store.status, Store.calls = status, 0
    try:
        client.access_secret_version(name="projects/p/secrets/s/versions/1")
        print(status, "-> value after", Store.calls, "calls")
    except GoogleAPICallError as error:
        print(status, "->", type(error).__name__, "after", Store.calls, "call")
PY
"$python" "$work/main.py" | tee "$work/out"
expect '503 -> value after 2 calls' "$work/out"
expect '429 -> TooManyRequests after 1 call' "$work/out"
