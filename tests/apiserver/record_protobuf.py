#!/usr/bin/env python3
"""Records objects as the pinned kube-apiserver writes them in JSON and in protobuf: tests/apiserver/data/protobuf.json.

    tests/apiserver/record_protobuf.py                          # starts the pinned server by itself
    tests/apiserver/record_protobuf.py --server URL --token T   # asks a running one
"""

import argparse
import base64
import json
import pathlib
import sys
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tools"))
import control_plane
import scenarios

SKIPPED = ("Lab", "CustomResourceDefinition")


def protobuf(server, path, body):
    request = urllib.request.Request(server.url + path, data=json.dumps(body).encode(), method="POST")
    for name, value in (("Authorization", "Bearer " + server.token), ("Content-Type", "application/json"),
                        ("Accept", "application/vnd.kubernetes.protobuf")):
        request.add_header(name, value)
    with urllib.request.urlopen(request, context=server.context) as answer:
        return answer.read()


def without_chance(document):
    for key in ("uid", "creationTimestamp", "managedFields"):
        document["metadata"].pop(key, None)
    for key in ("clusterIP", "clusterIPs"):
        document.get("spec", {}).pop(key, None) if document["kind"] == "Service" else None
    return document


def record(server):
    out = []
    for spec in scenarios.ALL:
        if spec["steps"][0]["verb"] != "create" or spec["kind"][1] in SKIPPED or len(spec["steps"]) > 1:
            continue
        api_version, _, plural = spec["kind"]
        path = ("/api/" if "/" not in api_version else "/apis/") + api_version
        path += "/namespaces/default/" if spec.get("namespaced", True) else "/"
        path += plural + "?dryRun=All"
        body = spec["steps"][0]["body"]
        code, document, _ = server.request("POST", path, body)
        if code < 300:
            data = protobuf(server, path, body)
            out.append({"name": spec["name"], "json": without_chance(document), "protobuf": base64.b64encode(data).decode()})
    return out


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--token", default="")
    options = parser.parse_args()
    if options.server:
        recorded = record(control_plane.Server(options.server, options.token))
    else:
        with control_plane.running() as server:
            recorded = record(server)
    with open(HERE / "data/protobuf.json", "w") as out:
        out.write('{"origin":"kube-apiserver %s, recorded by tests/apiserver/record_protobuf.py",\n"objects":[\n' % control_plane.KUBERNETES)
        out.write(",\n".join(json.dumps(one, separators=(",", ":")) for one in recorded))
        out.write("\n]}\n")
    print(len(recorded), "objects")


if __name__ == "__main__":
    main()
