#!/usr/bin/env bash
# onepasswordconnectsdk 2.1.1 (Python): get_item() by title puts the title into the query as it is. Of "R&D key" the server
# sees the filter up to the "&", of "a+b" it sees "a b": such an item is not found, or another one is. Titles have to be
# looked for in the list of items, or asked for by id.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with onepasswordconnectsdk==2.1.1
cat > "$work/main.py" <<'EOF'
import http.server
import threading
import urllib.parse

from onepasswordconnectsdk.client import new_client

VAULT = "a" * 26
seen = []


class Connect(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        seen.append(urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("filter", [""])[0])
        body = b"[]"
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Connect)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = new_client(f"http://127.0.0.1:{server.server_port}", "token")
for title in ("plain", "R&D key", "a+b"):
    seen.clear()
    try:
        client.get_item(title, VAULT)
    except Exception:  # no such item: the list is empty
        pass
    print(f"asked for {title}: the server sees {seen[-1]}")
EOF
"$python" "$work/main.py" | tee "$work/out"
expect 'asked for plain: the server sees title eq "plain"' "$work/out"
expect 'asked for a+b: the server sees title eq "a b"' "$work/out"
