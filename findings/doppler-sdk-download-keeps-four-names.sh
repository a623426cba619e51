#!/usr/bin/env bash
# doppler-sdk 1.3.0 (Python): secrets.download() answers an object with the members STRIPE, ALGOLIA, DATABASE and USER and
# nothing else: every other secret of the configuration is dropped without a word. Whoever needs all of them has to ask
# for the list, or read the answer without the SDK's model.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with doppler-sdk==1.3.0
cat > "$work/main.py" <<'EOF'
import http.server
import json
import threading

from dopplersdk import DopplerSDK

SECRETS = {"API_KEY": "one", "DATABASE": "two", "DOPPLER_CONFIG": "dev"}


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps(SECRETS).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
sdk = DopplerSDK(access_token="token")
sdk.set_base_url(f"http://127.0.0.1:{server.server_port}")
got = sdk.secrets.download(project="p", config="dev")
print("the server sent:", sorted(SECRETS))
print("the SDK shows:", sorted(name for name in vars(got) if not name.startswith("_")))
print("DATABASE:", getattr(got, "DATABASE", None), "API_KEY:", getattr(got, "API_KEY", None))
EOF
"$python" "$work/main.py" | tee "$work/out"
expect "DATABASE: two API_KEY: None" "$work/out"
