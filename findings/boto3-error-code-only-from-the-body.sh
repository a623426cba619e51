#!/usr/bin/env bash
# boto3 1.44.8 (botocore 1.44.8): services of AWS's JSON protocol name an error in the header x-amzn-ErrorType and in the
# body's __type. The client reads the body alone: an answer that names it in the header only is reported as its bare
# status, so a test double that copies the header from the documentation is misread.
set -euo pipefail
cd "$(dirname "$0")" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with boto3==1.44.8
cat > "$work/main.py" <<'PY'
import http.server, threading, boto3, botocore, botocore.config

class Answer(http.server.BaseHTTPRequestHandler):
    body = b"{}"
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400)
        self.send_header("x-amzn-ErrorType", "ResourceNotFoundException")
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)
    def log_message(self, *args): pass

server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = boto3.client("secretsmanager", region_name="us-east-1", aws_access_key_id="A", aws_secret_access_key="B",
                      endpoint_url=f"http://127.0.0.1:{server.server_port}",
                      config=botocore.config.Config(retries={"total_max_attempts": 1}))
print("boto3", boto3.__version__)
for body in (b"{}", b'{"__type":"ResourceNotFoundException"}'):
    Answer.body = body
    try:
        client.get_secret_value(SecretId="x")
    except botocore.exceptions.ClientError as error:
        print(body.decode(), "->", error.response["Error"]["Code"])
PY
"$python" "$work/main.py" | tee "$work/out"
expect '{} -> 400' "$work/out"
expect '{"__type":"ResourceNotFoundException"} -> ResourceNotFoundException' "$work/out"
