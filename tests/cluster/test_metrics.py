"""What the operator really exposes: Prometheus can read it, docs/metrics.md says it, and nothing that the alerts and the
dashboard name is missing."""

import json
import re

import pytest

from harness.chart import chart, find
from harness.objects import ES, INSTANCES, Cluster, external_secret, fake_store, instance
from harness.operator import Operator
from harness.processes import wait_for
from harness.tools import ROOT
from test_alerts import ALERTS, promtool

PAGE = ROOT / "docs" / "metrics.md"
DASHBOARD = ROOT / "deploy" / "chart" / "files" / "dashboard.json"
WORDS = {"max", "min", "sum", "by", "rate", "increase", "absent", "or", "and", "time", "vector", "count", "histogram_quantile", "min_over_time", "le"}


@pytest.fixture(scope="module")
def scrape(plane):
    """With everything on that has series, and with an object of every kind that has any."""
    cluster = Cluster(plane)
    ns = cluster.namespace("metrics")
    fake_store(cluster, ns, "store", {"k": "v"})
    cluster.create(ES, ns, "keys", external_secret("store", "keys", {"K": "k"}))
    cluster.create(INSTANCES, ns, "agent", instance("keys"))
    operator = Operator(plane, flags=["--leader-elect", "--webhook-addr=127.0.0.1:0", "--webhook-shutdown-delay=0s"], name="metrics").start()
    try:
        cluster.wait_condition(ES, ns, "keys")
        wait_for(lambda: cluster.pod_uid(ns, "agent"), 60, "the agent's pod")
        wait_for(lambda: 'openclaw_instance_ready{instance="agent",namespace="metrics"} 1' in operator.get("/metrics")[1], 30, "its series")
        yield operator.get("/metrics")[1]
    finally:
        operator.stop()


def families(scrape: str) -> dict[str, str]:
    return dict(re.findall(r"(?m)^# TYPE (\S+) (\S+)$", scrape))


def samples(scrape: str) -> list[tuple[str, list[str]]]:
    """Name and the names of the labels of each series."""
    lines = (line for line in scrape.splitlines() if line and not line.startswith("#"))
    return [(re.match(r"[a-z_]+", line)[0], re.findall(r'([a-z_]+)="', line)) for line in lines]


def base(name: str, known) -> str:
    """workqueue_…_seconds_bucket belongs to workqueue_…_seconds."""
    return name if name in known else re.sub(r"_(bucket|sum|count)$", "", name)


def names_in(expression: str) -> set[str]:
    """The series of a PromQL expression: what is left without labels, groupings, texts and functions."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)|\"[^\"]*\"", " ", expression)
    return set(re.findall(r"[a-z][a-z0-9_]+", bare)) - WORDS


def test_prometheus_reads_the_scrape(scrape):
    done = promtool("check", "metrics", stdin=scrape)
    # What it has to say is about names that dashboards know by now, and about nothing of ours.
    named = {line.split()[0] for line in done.stderr.splitlines()}
    assert named <= {"externalsecret_sync_calls_error", "externalsecret_provider_api_calls_count"}, done.stderr
    broken = promtool("check", "metrics", stdin=scrape + 'a{b="c} 1\n')
    assert broken.returncode == 1 and "error while linting" in broken.stderr, broken.stderr


def test_every_series_has_its_row_and_every_row_its_series(scrape):
    rows = {m[0]: (m[1], [label for label in m[2].strip().split(", ") if label])
            for m in re.findall(r"(?m)^\| `([a-z_]+)` \| (\w+) \| ([a-z_, ]*)\|", PAGE.read_text())}
    types = families(scrape)
    assert {name: kind for name, (kind, _) in rows.items()} == types
    for name, labels in samples(scrape):
        assert [label for label in labels if label != "le"] == rows[base(name, types)][1], name


def test_alerts_name_only_series_that_there_are(scrape):
    types = families(scrape)
    for alert, rule in ALERTS.items():
        named = {base(name, types) for name in names_in(rule["expr"])}
        assert named and named <= types.keys(), f"{alert}: {named - types.keys()}"


def test_the_dashboard_names_only_series_that_there_are(scrape):
    types = families(scrape)
    board = json.loads(DASHBOARD.read_text())
    expressions = {(panel["title"], target["expr"]) for panel in board["panels"] for target in panel.get("targets", [])}
    assert len(expressions) > 20
    for title, expression in expressions:
        named = {base(name, types) for name in names_in(expression.replace("$__rate_interval", ""))}
        assert named and named <= types.keys(), f"{title}: {named - types.keys()}"
    for variable in board["templating"]["list"]:
        if variable["type"] == "query":
            assert re.match(r"label_values\((\w+),", variable["query"]["query"])[1] in types


def test_expressions_of_the_dashboard_are_ones_that_prometheus_takes(tmp_path):
    board = json.loads(DASHBOARD.read_text())
    expressions = [t["expr"].replace("$__rate_interval", "5m") for panel in board["panels"] for t in panel.get("targets", [])]
    rules = {"groups": [{"name": "board", "rules": [{"record": f"panel_{i}", "expr": e} for i, e in enumerate(expressions)]}]}
    (tmp_path / "rules.yaml").write_text(json.dumps(rules))
    done = promtool("check", "rules", tmp_path / "rules.yaml")
    assert done.returncode == 0, done.stdout + done.stderr


def test_panels_of_the_dashboard_do_not_lie_on_each_other():
    taken = set()
    for panel in json.loads(DASHBOARD.read_text())["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert place["x"] + place["w"] <= 24 and not cells & taken, panel["title"]
        taken |= cells


def test_the_chart_gives_grafanas_sidecar_the_dashboard_as_it_is():
    values = {"grafanaDashboard": {"enabled": True, "sidecarLabel": "dashboards", "sidecarLabelValue": "yes", "extraLabels": {"a": "b"}, "annotations": {"folder": "Secrets"}}}
    made = find(chart(values), "ConfigMap")
    assert json.loads(made["data"]["rotor.json"]) == json.loads(DASHBOARD.read_text())
    assert made["metadata"]["labels"].items() >= {"dashboards": "yes", "a": "b"}.items()
    assert made["metadata"]["annotations"] == {"folder": "Secrets"}
    assert find(chart(), "ConfigMap") is None
