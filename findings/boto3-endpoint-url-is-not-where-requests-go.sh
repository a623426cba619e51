#!/usr/bin/env bash
# boto3 1.44.8: with use_dualstack_endpoint=True a client of Secrets Manager in eu-west-1 says in meta.endpoint_url that it
# asks secretsmanager.eu-west-1.api.aws, and sends its requests to secretsmanager.eu-west-1.amazonaws.com. The attribute is
# made by the older rules for endpoints, the request by the service's own. Whoever compares endpoints has to look at a
# request.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" && . ./common.bash
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python_with boto3==1.44.8
cat > "$work/main.py" <<'EOF'
import boto3
from botocore.config import Config

print("boto3", boto3.__version__)
client = boto3.client("secretsmanager", region_name="eu-west-1", aws_access_key_id="a", aws_secret_access_key="b",
                      config=Config(use_dualstack_endpoint=True))
asked = []


class Seen(Exception):
    pass


def look(request, **_):
    asked.append(request.url)
    raise Seen  # nothing is sent


client.meta.events.register("before-send", look)
try:
    client.list_secrets()
except Seen:
    pass
print("meta.endpoint_url:", client.meta.endpoint_url)
print("request:", asked[0])
EOF
"$python" "$work/main.py" | tee "$work/out"
expect "meta.endpoint_url: https://secretsmanager.eu-west-1.api.aws" "$work/out"
expect "request: https://secretsmanager.eu-west-1.amazonaws.com/" "$work/out"
