"""What deploy/chart makes of values, rendered by Helm."""

import atexit
import copy
import functools
import importlib.machinery
import importlib.util
import json
import pathlib
import shutil
import tempfile

from . import tools

DEPLOY = tools.ROOT / "deploy"
CHART = DEPLOY / "chart"

_loader = importlib.machinery.SourceFileLoader("render_deploy", str(tools.ROOT / "tools" / "render-deploy"))
render_deploy = importlib.util.module_from_spec(importlib.util.spec_from_loader("render_deploy", _loader))
_loader.exec_module(render_deploy)


@functools.cache
def light() -> pathlib.Path:
    """The chart, but that of the CRDs only the heads are there: their schemas are most of the time that Helm takes."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="rotor-chart-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shutil.copytree(CHART, folder / "chart", ignore=shutil.ignore_patterns("crds"))
    (folder / "chart" / "files" / "crds").mkdir()
    for path in (DEPLOY / "crds").glob("*.json"):
        crd = json.loads(path.read_text())
        (folder / "chart" / "files" / "crds" / path.name).write_text(json.dumps(crd | {"spec": {k: crd["spec"][k] for k in ("group", "names", "scope")}}))
    return folder / "chart"


@functools.cache
def _rendered(values: str, flags: tuple) -> list[dict]:
    return render_deploy.helm(*flags, values=json.loads(values), chart=light())


def chart(values: dict | None = None, *flags: str) -> list[dict]:
    return copy.deepcopy(_rendered(json.dumps(values or {}, sort_keys=True), flags))


@functools.cache
def _whole(values: str, tool: str) -> list[dict]:
    return render_deploy.helm(values=json.loads(values), tool=tool)


def whole(values: dict | None = None, tool: str = "helm") -> list[dict]:
    """With the CRDs as they are."""
    return copy.deepcopy(_whole(json.dumps(values or {}, sort_keys=True), tool))


def find(documents: list[dict], kind: str, name: str | None = None) -> dict | None:
    return next((d for d in documents if d["kind"] == kind and name in (None, d["metadata"]["name"])), None)


def by_name(documents: list[dict]) -> dict:
    return {(d["kind"], d["metadata"]["name"]): d for d in documents}


def pod(documents: list[dict]) -> dict:
    return find(documents, "Deployment")["spec"]["template"]["spec"]


def container(documents: list[dict]) -> dict:
    return pod(documents)["containers"][0]


def args(values: dict | None = None) -> list[str]:
    return container(chart(values))["args"]


def rights(documents: list[dict], kind: str = "ClusterRole", name: str = "rotor") -> set[tuple[str, str, str, str]]:
    """(group, resource, verb, name or "" for all)"""
    return rights_of(find(documents, kind, name)["rules"])


def rights_of(rules: list[dict]) -> set[tuple[str, str, str, str]]:
    return {(g, r, v, n) for rule in rules for g in rule["apiGroups"] for r in rule["resources"] for v in rule["verbs"]
            for n in rule.get("resourceNames", [""])}


def listed(features: set[str], *where: str | None) -> set[tuple[str, str, str, str]]:
    """Of files/rights.yaml: what these features need."""
    return rights_of([r["rule"] for r in render_deploy.rights() if set(r["features"]) & features and r.get("where") in where])
