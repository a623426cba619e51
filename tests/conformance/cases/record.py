"""Fills in what a server answers to the cases of this folder: `record.py [FILE...]`, on ROTOR_CONFORMANCE_KUBECONFIG.

To be run on a real kube-apiserver; the tests then hold both servers to it. Only rows without an expectation are
recorded: take one out to have it recorded anew. The kinds of ../widgets.json and ../gauges.json must be there.
"""

import json
import os
import pathlib
import re
import sys
import uuid

import requests
import urllib3
import yaml

FOLDER = pathlib.Path(__file__).parent
UID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
urllib3.disable_warnings()


class Server:
    def __init__(self, kubeconfig: str):
        config = yaml.safe_load(pathlib.Path(kubeconfig).read_text())
        self.url = config["clusters"][0]["cluster"]["server"]
        self.token = config["users"][0]["user"]["token"]
        self.ns = ""

    def filled(self, text: str):
        text = text.replace("$NS", self.ns)
        return re.sub(r"\$FILL\((\d+)\)", lambda m: "A" * int(m[1]), text)

    def expanded(self, value):
        if isinstance(value, str):
            if m := re.fullmatch(r"\$LABELS\((\d+)\)", value):
                return {f"l{i:062}": "x" * 63 for i in range(int(m[1]))}
            return self.filled(value)
        if isinstance(value, list):
            return [self.expanded(one) for one in value]
        if isinstance(value, dict):
            return {self.filled(key): self.expanded(one) for key, one in value.items()}
        return value

    def masked(self, text: str) -> str:
        return TIME.sub("$TIME", UID.sub("$UID", text.replace(self.ns, "$NS")))

    def send(self, row: dict) -> requests.Response:
        method, path = self.filled(row["send"]).split(" ", 1)
        headers = {"Accept": row.get("accept", "application/json")}
        if not row.get("anonymous"):
            headers["Authorization"] = "Bearer " + row.get("token", self.token)
        data = None
        if "body" in row:
            headers["Content-Type"] = row.get("type", "application/json")
            data = json.dumps(self.expanded(row["body"]), ensure_ascii=False).encode()
        return requests.request(method, self.url + path, headers=headers, data=data, verify=False, timeout=60)

    def prepare(self, requests_before: list):
        for row in requests_before:
            answer = self.send(row)
            if answer.status_code >= 300:
                raise SystemExit(f"{row['send']}: {answer.text}")


def compact(value) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def at(value, path: str):
    for step in path.split("."):
        if isinstance(value, list):
            value = value[int(step)] if int(step) < len(value) else None
        else:
            value = value.get(step) if isinstance(value, dict) else None
        if value is None:
            return None
    return value


def observed(server: Server, row: dict) -> dict:
    server.prepare(row.get("before", []))
    answer = server.send(row)
    out = {"code": answer.status_code}
    if "accept" in row:
        out["type"] = answer.headers.get("Content-Type", "")
    try:
        body = answer.json()
    except ValueError:
        body = {}
    if answer.status_code >= 300 and isinstance(body, dict) and body.get("kind") == "Status":
        out["reason"] = body.get("reason", "")
        if len(body["message"]) < 3000:
            out["message"] = server.masked(body["message"])
        causes = body.get("details", {}).get("causes", [])
        if causes:
            lines = [server.masked(f"{one.get('reason', '')} {one.get('field', '')}") for one in causes]
            out["causes"] = list(dict.fromkeys(lines))
    if warnings := answer.raw.headers.getlist("Warning"):
        out["warnings"] = [server.masked(one) for one in warnings]
    if "show" in row:
        found = {path: at(body, path) for path in row["show"]}
        out["shows"] = {path: "absent" if v is None else server.masked(compact(v)) for path, v in found.items()}
    server.prepare(row.get("after", []))
    return out


def record(server: Server, path: pathlib.Path):
    rows = json.loads(path.read_text())
    for row in rows:
        if "expect" in row:
            continue
        server.ns = "conformance-" + uuid.uuid4().hex[:8]
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": server.ns}}
        server.prepare([{"send": "POST /api/v1/namespaces", "body": space}])
        row["expect"] = observed(server, row)
        server.send({"send": f"DELETE /api/v1/namespaces/{server.ns}"})
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text(f"[\n{lines}\n]\n")


def main():
    server = Server(os.environ["ROTOR_CONFORMANCE_KUBECONFIG"])
    for name in sys.argv[1:] or sorted(p.name for p in FOLDER.glob("*.json")):
        record(server, FOLDER / name)


main()
