#!/usr/bin/env bash
# google-auth 2.63.0: a service-account key file names the endpoint that exchanges its JWT in `token_uri`. The client sends
# the JWT there, but its `aud` is always https://oauth2.googleapis.com/token: an endpoint that checks the audience against
# its own address refuses every key.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with google-auth==2.63.0 requests==2.32.5 cryptography==46.0.3
cat > "$work/main.py" <<'PY'
import base64, http.server, json, threading, urllib.parse
import google.auth, google.auth.transport.requests
from google.oauth2 import service_account
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

seen = []
class Exchange(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        claims = form["assertion"][0].split(".")[1]
        seen.append(json.loads(base64.urlsafe_b64decode(claims + "==")))
        body = json.dumps({"access_token": "t", "expires_in": 3600, "token_type": "Bearer"}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Exchange)
threading.Thread(target=server.serve_forever, daemon=True).start()
key = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
credentials = service_account.Credentials.from_service_account_info(
    {"type": "service_account", "client_email": "app@project.iam.gserviceaccount.com", "private_key": key,
     "token_uri": f"http://127.0.0.1:{server.server_port}/exchange"},
    scopes=["https://www.googleapis.com/auth/cloud-platform"])
credentials.refresh(google.auth.transport.requests.Request())
print("google-auth", google.auth.__version__)
print("posted to token_uri, aud", seen[0]["aud"])
PY
"$python" "$work/main.py" | tee "$work/out"
expect 'posted to token_uri, aud https://oauth2.googleapis.com/token' "$work/out"
