#!/usr/bin/env python3
"""Records what the pinned kube-apiserver answers to sequences of writes: tests/apiserver/data/writes.json.

    tests/apiserver/record.py                          # starts the pinned server by itself
    tests/apiserver/record.py --server URL --token T   # asks a running one (it creates and deletes objects)

writes_test.cpp replays each sequence on our own code and compares objects, managedFields with their times, refusals and
warnings. Steps are a second apart, so that a time in an answer names the step that set it: it is recorded as its number.
"""

import argparse
import json
import pathlib
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "tools"))
import control_plane
import scenarios

TYPES = {
    "merge": "application/merge-patch+json",
    "json": "application/json-patch+json",
    "strategic": "application/strategic-merge-patch+json",
    "apply": "application/apply-patch+yaml",
}
VOLATILE = ("uid", "resourceVersion", "creationTimestamp", "generation", "selfLink")


def merge(target, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    out = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merge(out.get(key), value)
    return out


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def make_namespace(name):
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}}


class Recorder:
    def __init__(self, server):
        self.server = server

    def scenario(self, spec):
        name = spec["name"]
        api_version, kind, plural = spec["kind"]
        path = ("/api/" if "/" not in api_version else "/apis/") + api_version
        if spec.get("namespaced", True):
            path += "/namespaces/default"
        self.base = f"{path}/{plural}"
        self.times = {}
        self.live = None
        self.object_name = spec.get("object", "x")
        self.remove()
        steps = [self.step(i, step) for i, step in enumerate(spec["steps"])]
        self.remove()
        return {"name": name, "apiVersion": api_version, "kind": kind, "ignore": spec.get("ignore", []), "steps": steps}

    def remove(self):
        path = f"{self.base}/{self.object_name}"
        self.server.request("PATCH", path, {"metadata": {"finalizers": None}}, TYPES["merge"])
        self.server.request("DELETE", path + "?gracePeriodSeconds=0")
        deadline = time.time() + 20
        while self.server.request("GET", path)[0] != 404 and time.time() < deadline:
            if self.base.endswith("/namespaces"):  # no controller empties it here
                self.server.request("PUT", path + "/finalize", make_namespace(self.object_name))
            self.server.request("PATCH", path, {"metadata": {"finalizers": None}}, TYPES["merge"])
            time.sleep(0.1)

    def step(self, number, step):
        now = int(time.time()) + 1
        time.sleep(now - time.time() + 0.05)
        self.times[stamp(now)] = f"2026-01-01T00:00:{number:02}Z"
        self.times[stamp(now + 1)] = f"2026-01-01T00:00:{number:02}Z"
        verb, body = step["verb"], step["body"]
        query = f"fieldManager={step.get('manager', 'tester')}&fieldValidation={step.get('validation', 'Warn')}"
        if step.get("force"):
            query += "&force=true"
        target = f"{self.base}/{self.object_name}" + (f"/{step['subresource']}" if step.get("subresource") else "")
        if verb == "create":
            answer = self.server.request("POST", f"{self.base}?{query}", body)
        elif verb == "update":
            answer = self.server.request("PUT", f"{target}?{query}", merge(self.live, body))
        else:
            answer = self.server.request("PATCH", f"{target}?{query}", body, TYPES[verb])
        return {**step, "expect": self.expectation(*answer)}

    def expectation(self, code, document, headers):
        if code >= 300:
            causes = document.get("details", {}).get("causes", [])
            return {"code": code, "reason": document.get("reason", ""), "message": document["message"], "causes": causes}
        self.live = document
        out = {"code": code, "object": self.without_chance(document)}
        warnings = [w[len('299 - "'):-1].replace('\\"', '"') for w in headers.get_all("Warning") or []]
        if warnings:
            out["warnings"] = warnings
        return out

    def without_chance(self, document):
        out = json.loads(json.dumps(document))
        for key in VOLATILE:
            out["metadata"].pop(key, None)
        for entry in out["metadata"].get("managedFields", []):
            if "time" in entry:
                entry["time"] = self.times.get(entry["time"], entry["time"])
        return out


def record(server, only):
    lab = json.loads((HERE / "data/lab_crd.json").read_text())
    server.request("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", lab)
    deadline = time.time() + 30
    while server.request("GET", "/apis/test.rotor.dev/v1/namespaces/default/labs")[0] != 200 and time.time() < deadline:
        time.sleep(0.2)
    time.sleep(2)
    recorder = Recorder(server)
    return [recorder.scenario(spec) for spec in scenarios.ALL if only in spec["name"]]


def write(recorded):
    path = HERE / "data/writes.json"
    fresh = {one["name"]: one for one in recorded}
    if path.exists():
        known = {one["name"]: one for one in json.loads(path.read_text())["scenarios"]}
        fresh = {**known, **fresh}
    ordered = [fresh[spec["name"]] for spec in scenarios.ALL if spec["name"] in fresh]
    with open(path, "w") as out:
        out.write('{"origin":"kube-apiserver %s, recorded by tests/apiserver/record.py",\n"scenarios":[\n' % control_plane.KUBERNETES)
        out.write(",\n".join(json.dumps(one, separators=(",", ":")) for one in ordered))
        out.write("\n]}\n")
    print(f"{path}: {len(ordered)} scenarios, {sum(len(one['steps']) for one in ordered)} steps")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server")
    parser.add_argument("--token", default="")
    parser.add_argument("--only", default="", help="record only scenarios whose name contains this, and keep the others")
    options = parser.parse_args()
    if options.server:
        recorded = record(control_plane.Server(options.server, options.token), options.only)
    else:
        with control_plane.running() as server:
            recorded = record(server, options.only)
    write(recorded)


if __name__ == "__main__":
    main()
