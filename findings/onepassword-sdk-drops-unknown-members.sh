#!/usr/bin/env bash
# onepasswordconnectsdk 2.1.1: an item is updated by reading it, changing it and putting it back whole. Members of the
# server's answer that the SDK's model does not know are not in what it puts back: a Connect server that is newer than the
# SDK loses them at the first update of anything else.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with onepasswordconnectsdk==2.1.1
cat > "$work/main.py" <<'PY'
import http.server, json, threading
from importlib.metadata import version
from onepasswordconnectsdk.client import new_client

item = {"id": "abcdefghijklmnopqrstuvwxyz", "title": "db", "vault": {"id": "zyxwvutsrqponmlkjihgfedcba"},
        "category": "LOGIN", "newInServer": {"kept": True},
        "fields": [{"id": "f", "label": "password", "type": "CONCEALED", "value": "old", "newInField": 1}]}
put = []
class Connect(http.server.BaseHTTPRequestHandler):
    def answer(self, document):
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.answer(item)
    def do_PUT(self):
        put.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.answer(item)
    def log_message(self, *args): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Connect)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = new_client(f"http://127.0.0.1:{server.server_port}", "token")
read = client.get_item_by_id(item["id"], item["vault"]["id"])
read.fields[0].value = "new"
client.update_item(item["id"], item["vault"]["id"], read)
print("onepasswordconnectsdk", version("onepasswordconnectsdk"))
print("in the item:", "newInServer" in put[0], "in the field:", "newInField" in put[0]["fields"][0],
      "value:", put[0]["fields"][0]["value"])
PY
"$python" "$work/main.py" | tee "$work/out"
expect 'in the item: False in the field: False value: new' "$work/out"
