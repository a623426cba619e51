#!/usr/bin/env bash
# google-cloud-secret-manager 2.32.0 over REST: an answer 400 with the status FAILED_PRECONDITION (a disabled or destroyed
# version) is raised as BadRequest. Over gRPC it is FailedPrecondition, which is not a parent of it: code that catches that
# one misses it once the transport is REST.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with google-cloud-secret-manager==2.32.0
cat > "$work/main.py" <<'EOF'
import http.server
import json
import threading

from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.secretmanager_v1.services.secret_manager_service import SecretManagerServiceClient
from google.cloud.secretmanager_v1.services.secret_manager_service.transports import SecretManagerServiceRestTransport


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"error": {"code": 400, "status": "FAILED_PRECONDITION", "message": "it is disabled"}}).encode()
        self.send_response(400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
transport = SecretManagerServiceRestTransport(host=f"127.0.0.1:{server.server_port}", url_scheme="http",
                                              credentials=AnonymousCredentials())
try:
    SecretManagerServiceClient(transport=transport).access_secret_version(name="projects/p/secrets/s/versions/1")
except exceptions.GoogleAPICallError as e:
    print("raised:", type(e).__name__, "is a FailedPrecondition:", isinstance(e, exceptions.FailedPrecondition))
EOF
"$python" "$work/main.py" | tee "$work/out"
expect "raised: BadRequest is a FailedPrecondition: False" "$work/out"
