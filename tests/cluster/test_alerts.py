"""The alerts of deploy/chart, by Prometheus' own tool: which series make them fire, which do not, what they say, and that
each has its page. The dashboard and the names of series are test_metrics.py's."""

import re
import subprocess

import pytest
import yaml

from harness import tools
from harness.chart import chart, find

RULES = tools.ROOT / "deploy" / "chart" / "files" / "alerts.yaml"
RUNBOOKS = tools.ROOT / "docs" / "runbooks"
ALERTS = {rule["alert"]: rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]}
ES = 'namespace="shop", name="keys"'
STORE = 'kind="SecretStore", namespace="shop", name="aws"'

# alert → what must be seen for it to fire, and what is much like it and must not; a text that it says
CASES = {
    "RotorAbsent": ({}, {'rotor_build_info{version="1"}': "1x90"}, "five minutes"),
    "RotorNoLeader": (
        {'leader_election_master_status{namespace="rotor", name="lease", pod="a"}': "0x90", 'leader_election_master_status{namespace="rotor", name="lease", pod="b"}': "0x90"},
        {'leader_election_master_status{namespace="rotor", name="lease", pod="a"}': "0x90", 'leader_election_master_status{namespace="rotor", name="lease", pod="b"}': "1x90"},
        "the Lease lease"),
    "RotorOtherInstallation": (
        {'rotor_other_installation{namespace="rotor", pod="a", has="lease"}': "1x90"},
        {'rotor_other_installation{namespace="rotor", pod="a", has="lease"}': "0x76 1x3 0x20", 'rotor_other_installation{namespace="rotor", pod="a", has="objects"}': "0x90"},
        "rotor/a has met another installation that holds its Lease"),
    "RotorEventLoopStuck": ({'rotor_event_loop_longest_pause_seconds{namespace="rotor", pod="a"}': "9x90"},
                            {'rotor_event_loop_longest_pause_seconds{namespace="rotor", pod="a"}': "0.2x80 9 0.2x9"}, "rotor/a did not turn its event loop for 9s"),
    "RotorRefreshOverdue": ({'rotor_overdue_seconds{controller="externalsecret", waits_for="worker"}': "400x90"},
                            {'rotor_overdue_seconds{controller="externalsecret", waits_for="store"}': "4000x90"}, "controller externalsecret has been due for 6m 40s"),
    "RotorWatchdog": ({'rotor_overdue_seconds{controller="externalsecret", waits_for="worker"}': "1000x90"},
                      {'rotor_overdue_seconds{controller="externalsecret", waits_for="worker"}': "800x90"}, "not ready any more"),
    "RotorQueueTooOld": (
        {'workqueue_queue_duration_seconds_bucket{name="externalsecret", le="100"}': "0+0x90", 'workqueue_queue_duration_seconds_bucket{name="externalsecret", le="1000"}': "0+60x90",
         'workqueue_queue_duration_seconds_bucket{name="externalsecret", le="+Inf"}': "0+60x90"},
        {'workqueue_queue_duration_seconds_bucket{name="externalsecret", le="10"}': "0+60x90", 'workqueue_queue_duration_seconds_bucket{name="externalsecret", le="+Inf"}': "0+60x90"},
        "queue externalsecret"),
    "RotorStoreNotReady": (
        {'secretstore_status_condition{namespace="shop", name="aws", condition="Ready", status="False"}': "1x90"},
        {'secretstore_status_condition{namespace="shop", name="aws", condition="Ready", status="False"}': "0x90",
         'secretstore_status_condition{namespace="shop", name="aws", condition="Ready", status="True"}': "1x90"}, "SecretStore shop/aws is not Ready"),
    "RotorStoreCredentialsRefused": ({f"externalsecret_store_refused{{{STORE}}}": "1x90"}, {f"externalsecret_store_refused{{{STORE}}}": "0x90"}, "SecretStore shop/aws refuses"),
    "RotorStoreBudgetExhausted": (
        {f"externalsecret_store_calls_left{{{STORE}}}": "40.5x90", f"externalsecret_store_calls_at_most{{{STORE}}}": "400x90"},
        {f"externalsecret_store_calls_left{{{STORE}}}": "60x90", f"externalsecret_store_calls_at_most{{{STORE}}}": "400x90", f"externalsecret_store_paused_seconds{{{STORE}}}": "0x90"},
        "SecretStore shop/aws is asked as often"),
    "RotorExternalSecretNotReady": (
        {f'externalsecret_status_condition{{{ES}, condition="Ready", status="False"}}': "1x90"},
        {f'externalsecret_status_condition{{{ES}, condition="Deleted", status="False"}}': "1x90"}, "ExternalSecret shop/keys is not Ready"),
    "RotorSyncErrors": (
        {f"externalsecret_sync_calls_error{{{ES}}}": "0+6x90", f"externalsecret_sync_calls_total{{{ES}}}": "0+10x90"},
        {f"externalsecret_sync_calls_error{{{ES}}}": "0+4x90", f"externalsecret_sync_calls_total{{{ES}}}": "0+10x90"}, "In shop 60% of"),
    "RotorRolloutStopped": ({'openclaw_secret_rollout_paused{namespace="shop", secret="keys"}': "1x90"}, {"openclaw_rollouts_queued": "0x90"}, "Secret shop/keys"),
    "RotorSecretRejected": (
        {'openclaw_instance_secrets_not_ready{namespace="shop", instance="agent", reason="SecretRolledBack"}': "1x90"},
        {'openclaw_instance_secrets_not_ready{namespace="shop", instance="agent", reason="SecretsMissing"}': "1x90"}, "shop/agent stays with its last good value (SecretRolledBack)"),
    "RotorRolloutsWait": ({"openclaw_rollouts_queued": "3x90", "openclaw_rollouts_in_progress": "0x90"}, {"openclaw_rollouts_queued": "3x90", "openclaw_rollouts_in_progress": "1x90"},
                          "3 agents wait"),
    "RotorWebhookCertificateExpires": ({'rotor_webhook_certificate_expires_timestamp_seconds{namespace="rotor", pod="a"}': "500000x90"},
                                       {'rotor_webhook_certificate_expires_timestamp_seconds{namespace="rotor", pod="a"}': "700000x90"}, "rotor/a serves ends in 5d"),
}


def promtool(*arguments, stdin: str | None = None) -> subprocess.CompletedProcess:
    return subprocess.run([str(tools.server("promtool") / "promtool"), *map(str, arguments)], input=stdin, capture_output=True, text=True)


def scene(alert: str, series: dict, expected: list) -> dict:
    """A minute between two values; the alert is asked for after an hour and a quarter."""
    return {"interval": "1m", "name": f"{alert} {'fires' if expected else 'is quiet'}",
            "input_series": [{"series": name, "values": values} for name, values in series.items()],
            "alert_rule_test": [{"eval_time": "80m", "alertname": alert, "exp_alerts": expected}]}



def verdict(folder, scenes: list[dict]) -> str:
    file = folder / "test.yaml"
    file.write_text(yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": scenes}))
    done = promtool("test", "rules", file)
    return done.stdout + done.stderr


def fired(folder, cases: list[tuple[str, dict]]) -> list[str]:
    """The alerts in full, which promtool shows beside an expectation that none meets."""
    told = verdict(folder, [scene(alert, series, [{"exp_labels": {"met": "by none"}}]) for alert, series in cases])
    return [part.split("FAILED:")[0] for part in told.split("got:")[1:]]


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> dict[str, str]:
    shown = fired(tmp_path_factory.mktemp("fires"), [(alert, wrong) for alert, (wrong, _, _) in CASES.items()])
    assert len(shown) == len(CASES)
    return dict(zip(CASES, shown))


def test_the_rules_are_ones_that_prometheus_takes():
    done = promtool("check", "rules", "--lint-fatal", RULES)
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_is_a_case_for_every_alert():
    assert CASES.keys() == ALERTS.keys()


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_fires_for_what_it_is_about_and_says_so(alert, said):
    assert f'alertname="{alert}"' in said[alert] and CASES[alert][2] in said[alert], said[alert]
    assert "<no value>" not in said[alert] and "error expanding" not in said[alert], said[alert]


def test_no_alert_fires_for_what_is_only_like_it(tmp_path):
    told = verdict(tmp_path, [scene(alert, right, []) for alert, (_, right, _) in CASES.items()])
    assert "SUCCESS" in told, told


def test_a_store_without_a_budget_exhausts_none(tmp_path):
    series = {f"externalsecret_store_calls_left{{{STORE}}}": "0x90", f"externalsecret_store_calls_at_most{{{STORE}}}": "0x90"}
    assert "SUCCESS" in verdict(tmp_path, [scene("RotorStoreBudgetExhausted", series, [])])


def test_a_cluster_store_is_called_by_its_own_name(tmp_path):
    """Prometheus gives a series without a namespace that of its target."""
    store = 'kind="ClusterSecretStore", namespace="rotor-system", name="vault"'
    ready = 'namespace="rotor-system", name="vault", condition="Ready", status="False"'
    refused, unready = fired(tmp_path, [("RotorStoreCredentialsRefused", {f"externalsecret_store_refused{{{store}}}": "1x90"}),
                                        ("RotorStoreNotReady", {f"clustersecretstore_status_condition{{{ready}}}": "1x90"})])
    assert "ClusterSecretStore vault refuses" in refused
    assert "ClusterSecretStore vault is not Ready" in unready


@pytest.mark.parametrize("alert", ALERTS)
def test_an_alert_has_a_page_with_what_it_means_where_to_look_and_the_way_out(alert):
    page = (RUNBOOKS / f"{alert}.md").read_text()
    assert page.startswith(f"# {alert}\n")
    assert re.findall(r"(?m)^## (.*)$", page) == ["What it means", "Where to look", "The way out"]
    assert "rotor " in page or "kubectl " in page


def test_no_page_is_left_over():
    assert {p.stem for p in RUNBOOKS.glob("*.md")} == ALERTS.keys()


def test_commands_of_the_pages_are_ones_that_rotor_has():
    help_text = subprocess.run([tools.rotor(), "--help"], capture_output=True, text=True, check=True).stdout
    for page in RUNBOOKS.glob("*.md"):
        for command in re.findall(r"(?m)^rotor (\S+)", page.read_text()) + re.findall(r"`rotor (\S+?)[ `]", page.read_text()):
            assert re.search(rf"(?m)^\s+{re.escape(command)}\s", help_text), f"{page.name}: rotor {command}"


def test_the_chart_links_each_alert_to_its_page_and_adds_labels():
    values = {"prometheusRule": {"enabled": True, "runbookUrl": "https://example.com/runbooks/", "labels": {"release": "prometheus"}, "alertLabels": {"team": "platform"}}}
    rule = find(chart(values), "PrometheusRule")
    assert rule["metadata"]["labels"]["release"] == "prometheus"
    made = {r["alert"]: r for group in rule["spec"]["groups"] for r in group["rules"]}
    assert made.keys() == ALERTS.keys()
    for name, alert in made.items():
        assert alert["annotations"].pop("runbook_url") == f"https://example.com/runbooks/{name}.md"
        assert alert["labels"].pop("team") == "platform"
        assert alert == ALERTS[name]
    assert find(chart(), "PrometheusRule") is None
    without = find(chart({"prometheusRule": {"enabled": True}}), "PrometheusRule")
    assert without["spec"]["groups"][0]["rules"][0]["annotations"].get("runbook_url") is None
