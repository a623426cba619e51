#!/usr/bin/env bash
# Writes deploy/crds/ from `rotor crds`. tools/write-crds.sh [ROTOR]
set -euo pipefail
cd "$(dirname "$0")/.."
rotor=${1:-build/release/rotor}
rm -f deploy/crds/*.json
"$rotor" crds | /usr/bin/python3 -c '
import json, sys
decoder, text, at = json.JSONDecoder(), sys.stdin.read(), 0
while at < len(text):
    document, end = decoder.raw_decode(text, at)
    end += 1  # its newline
    open("deploy/crds/" + document["metadata"]["name"] + ".json", "w").write(text[at:end])
    at = end
'
