"""`rotor run`: the documented manifests on a laptop, and real kubectl against the embedded API server."""

import json
import os
import pathlib
import re
import shutil
import signal
import ssl
import stat
import subprocess
import urllib.error
import urllib.request

import pytest
import yaml

from harness import tools
from harness.local_run import LocalRun
from harness.objects import QUICKSTART
from harness.processes import wait_for

CANARY = "canary-laptop-81c2f0"
VALUES = {"openclaw/api-keys": {"anthropic": CANARY, "openai": "oai-1"}}
# Writes its environment where the test finds it and then waits to be stopped.
AGENT = ["sh", "-c", "env > $LC_FOLDER/environment.new && mv $LC_FOLDER/environment.new $LC_FOLDER/environment.$$; "
                     "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("LC_FOLDER", str(tmp_path))  # LC_* is always passed on
    return tmp_path


def environments(folder: pathlib.Path) -> list[dict]:
    files = sorted(folder.glob("environment.[0-9]*"), key=lambda p: p.stat().st_mtime_ns)
    return [dict(line.split("=", 1) for line in f.read_text().splitlines() if "=" in line) for f in files]


def agent_with(folder: pathlib.Path, count: int) -> dict:
    wait_for(lambda: len(environments(folder)) >= count, 30, f"start number {count} of the agent")
    return environments(folder)[-1]


def test_a_saved_value_restarts_the_process_once(folder, monkeypatch):
    monkeypatch.setenv("ROTOR_TEST_NOT_INHERITED", "x")
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        environment = agent_with(folder, 1)
        assert environment["ANTHROPIC_API_KEY"] == CANARY and environment["OPENAI_API_KEY"] == "oai-1"
        assert environment["OPENCLAW_GATEWAY_TOKEN"]
        assert "ROTOR_TEST_NOT_INHERITED" not in environment
        run.save({"openclaw/api-keys": {"anthropic": CANARY + "-2", "openai": "oai-1"}})
        assert agent_with(folder, 2)["ANTHROPIC_API_KEY"] == CANARY + "-2"
        run.save({"openclaw/api-keys": {"anthropic": CANARY + "-2", "openai": "oai-1"}})  # the same again
        with pytest.raises(AssertionError):
            wait_for(lambda: len(environments(folder)) > 2, 4, "a third start, which must not come")
        assert CANARY not in run.output
        assert run.interrupt() == 0


def test_a_broken_values_file_keeps_the_last_good_one_and_names_the_line(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        agent_with(folder, 1)
        run.save("a: 1\nb: [unclosed\nc: 2\n")
        run.wait_output(r"line \d+")
        assert len(environments(folder)) == 1
        run.save({"openclaw/api-keys": {"anthropic": "fixed", "openai": "oai-1"}})
        assert agent_with(folder, 2)["ANTHROPIC_API_KEY"] == "fixed"


def test_a_missing_key_is_said_and_the_process_waits_for_it(folder):
    with LocalRun(folder, QUICKSTART, {"openclaw/api-keys": {"anthropic": "a"}}, command=AGENT) as run:
        run.wait_output(r"waiting: .*openclaw-api-keys")
        status = run.kubectl("-n", "openclaw", "get", "externalsecret", "openclaw-api-keys", "-o", "jsonpath={.status.conditions}")
        assert "SecretSyncedError" in status
        assert "openai" in run.kubectl("-n", "openclaw", "events", "--for", "externalsecret/openclaw-api-keys")
        run.save(VALUES)
        assert agent_with(folder, 1)["OPENAI_API_KEY"] == "oai-1"


def test_what_fails_is_a_line_and_so_is_its_recovery(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        agent_with(folder, 1)
        run.save({"openclaw/api-keys": {"anthropic": CANARY}})
        run.wait_output(r'openclaw-api-keys +ExternalSecret fails: .*has no property "openai"; add it there')
        run.save(VALUES)
        run.wait_output(r"openclaw-api-keys +ExternalSecret works again")
        assert run.output.count("ExternalSecret fails") == 1 and CANARY not in run.output


def test_values_are_followed_through_the_links_of_a_mounted_secret(folder):
    def mount(name: str, key: str):
        (folder / name).mkdir()
        (folder / name / "values.json").write_text(json.dumps({"openclaw/api-keys": {"anthropic": key, "openai": "o"}}))
        (folder / "..tmp").symlink_to(name)
        (folder / "..tmp").rename(folder / "..data")

    mount("..one", "first")
    (folder / "linked.json").symlink_to("..data/values.json")
    with LocalRun(folder, QUICKSTART, flags=["--values", folder / "linked.json"], command=AGENT):
        assert agent_with(folder, 1)["ANTHROPIC_API_KEY"] == "first"
        mount("..two", "second")
        assert agent_with(folder, 2)["ANTHROPIC_API_KEY"] == "second"


def test_manifests_are_followed_while_it_runs(folder):
    manifests = folder / "manifests"
    shutil.copytree(QUICKSTART, manifests)
    instance = manifests / "04-openclawinstance.yaml"
    text = instance.read_text()
    with LocalRun(folder, manifests, VALUES, command=AGENT) as run:
        agent_with(folder, 1)
        instance.write_text("kind: [\n")
        run.wait_output(r"04-openclawinstance\.yaml.*what the file held before stays in force")
        instance.unlink()
        run.wait_output(r"removed: OpenClawInstance openclaw/my-assistant")
        run.wait_output(r"nothing to run: no OpenClawInstance in .*/manifests; its ExternalSecret is synced all the same")
        instance.write_text(text)
        agent_with(folder, 2)


def test_without_values_the_condition_names_the_flag(folder):
    with LocalRun(folder, QUICKSTART, command=AGENT) as run:
        run.wait_output(r"aws-secrets +SecretStore fails: .*--values FILE")
        run.wait_output(r"openclaw-api-keys +ExternalSecret fails: .*aws-secrets")
        def said():
            text = run.kubectl("-n", "openclaw", "get", "secretstore,externalsecret,events", "-o", "yaml")
            return "--values" in text
        wait_for(said, 30, "a condition or event that names --values", 0.5)


def test_a_process_that_ends_is_started_again(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=["sh", "-c", "exit 3"]) as run:
        run.wait_output("exited with code 3", count=2)
        pod = lambda path: run.kubectl("-n", "openclaw", "get", "pod", "my-assistant-0", "-o", f"jsonpath={path}")  # noqa: E731
        wait_for(lambda: pod("{.status.containerStatuses[0].state.waiting.reason}") == "CrashLoopBackOff", 20, "the back-off")
        assert pod("{.status.containerStatuses[0].lastState.terminated.exitCode}") == "3"


def test_a_container_without_a_command_says_what_to_do(folder):
    with LocalRun(folder, QUICKSTART, VALUES) as run:
        run.wait_output(r"waiting: .*after `--`")


def test_one_broken_manifest_does_not_stop_the_good_ones(folder):
    manifests = folder / "manifests"
    shutil.copytree(QUICKSTART, manifests)
    (manifests / "99-broken.yaml").write_text("apiVersion: v1\nkind: [\n")
    (manifests / "98-wrong.yaml").write_text("apiVersion: external-secrets.io/v1\nkind: SecretStore\nmetadata: {name: two, "
                                             "namespace: openclaw}\nspec: {provider: {fake: {data: []}, kubernetes: {}}}\n")
    with LocalRun(folder, manifests, VALUES, command=AGENT) as run:
        agent_with(folder, 1)
        run.wait_output(r"99-broken\.yaml.*line")
        run.wait_output(r"98-wrong\.yaml.*must have at most 1 item")


def test_interrupting_stops_in_order_and_leaves_nothing(folder):
    run = LocalRun(folder, QUICKSTART, VALUES, command=AGENT).start()
    agent_with(folder, 1)
    kubeconfig = pathlib.Path(run.kubeconfig)
    assert stat.S_IMODE(kubeconfig.stat().st_mode) == 0o600
    pids = [int(p) for p in re.findall(r"started, pid (\d+)", run.output)]
    assert run.interrupt() == 0
    assert not kubeconfig.exists()
    for pid in pids:
        assert not pathlib.Path(f"/proc/{pid}").exists()


def test_children_die_even_when_rotor_is_killed(folder):
    run = LocalRun(folder, QUICKSTART, VALUES, command=["sh", "-c", "sleep 1000 & echo grandchild $!; wait"]).start()
    run.wait_output(r"grandchild \d+")
    grandchild = int(re.search(r"grandchild (\d+)", run.output).group(1))
    run.process.stop(signal.SIGKILL)
    wait_for(lambda: not pathlib.Path(f"/proc/{grandchild}/exe").exists() or not os.path.exists(os.readlink(f"/proc/{grandchild}/exe")),
             10, "the grandchild to end")


def test_a_detached_child_ends_with_rotor_however_rotor_ends(folder):
    script = "setsid sh -c 'echo detached $$; exec sleep 1000' & exec sleep 1000"
    for end in signal.SIGKILL, signal.SIGTERM:
        run = LocalRun(folder, QUICKSTART, VALUES, command=["sh", "-c", script]).start()
        run.wait_output(r"detached \d+")
        detached = pathlib.Path("/proc") / re.search(r"detached (\d+)", run.output).group(1)
        run.process.stop(end)
        wait_for(lambda: not detached.exists(), 10, "the detached child to end")


def test_kubectl_restarts_and_deletes_pods(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        agent_with(folder, 1)
        k = run.kubectl
        uid = lambda: k("-n", "openclaw", "get", "pod", "my-assistant-0", "-o", "jsonpath={.metadata.uid}", check=False)  # noqa: E731
        ready = lambda: k("-n", "openclaw", "wait", "--for=condition=Ready", "openclawinstance/my-assistant", "--timeout=30s")  # noqa: E731
        k("-n", "openclaw", "rollout", "status", "statefulset/my-assistant", "--timeout=30s")
        seen = [uid()]
        k("-n", "openclaw", "rollout", "restart", "statefulset/my-assistant")
        k("-n", "openclaw", "rollout", "status", "statefulset/my-assistant", "--timeout=30s")
        agent_with(folder, 2)
        seen.append(uid())
        k("-n", "openclaw", "delete", "pod", "my-assistant-0", "--timeout=20s")
        agent_with(folder, 3)
        ready()
        seen.append(uid())
        k("-n", "openclaw", "delete", "pod", "my-assistant-0", "--force", "--grace-period=0", "--timeout=20s")
        agent_with(folder, 4)
        ready()
        seen.append(uid())
        assert len(set(seen)) == 4 and "" not in seen, seen
        k("delete", "namespace", "openclaw", "--timeout=30s")
        assert "NotFound" in k("get", "namespace", "openclaw", check=False)


def test_a_second_run_and_a_taken_port_say_what_to_do(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        port = re.search(r"https://127\.0\.0\.1:(\d+)", run.output or run.kubeconfig and run.output).group(1)
        second = LocalRun(folder, QUICKSTART, VALUES, command=AGENT)
        second.process.log_path = folder / "second.log"
        second.start()
        assert second.process.popen.wait(20) != 0
        assert "already" in second.output or "another" in second.output
        other = folder / "other"
        shutil.copytree(QUICKSTART, other)
        third = LocalRun(folder, other, VALUES, flags=["--port", port], command=AGENT)
        third.process.log_path = folder / "third.log"
        third.start()
        assert third.process.popen.wait(20) != 0
        assert port in third.output and "--port" in third.output


def test_without_a_token_the_answer_is_403_and_with_a_wrong_one_401(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        server = yaml.safe_load(pathlib.Path(run.kubeconfig).read_text())["clusters"][0]["cluster"]["server"]
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for headers, code in ({}, 403), ({"Authorization": "Bearer wrong"}, 401):
            request = urllib.request.Request(f"{server}/api/v1/namespaces", headers=headers)
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, context=context, timeout=5)
            assert refused.value.code == code


def test_bad_flags_are_explained(folder):
    for argv, word in (["run"], "-f"), (["run", "-f", "/no/such/folder"], "/no/such/folder"), (["nonsense"], "nonsense"):
        done = subprocess.run([str(tools.rotor()), *argv], capture_output=True, text=True, timeout=20)
        assert done.returncode != 0 and word in done.stderr + done.stdout, (argv, done)


CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: cm, namespace: default}\ndata: {a: '1'}\n"


def test_kubectl_works(folder):
    with LocalRun(folder, QUICKSTART, VALUES, command=AGENT) as run:
        agent_with(folder, 1)
        k = run.kubectl
        k("-n", "openclaw", "wait", "--for=condition=Ready", "externalsecret/openclaw-api-keys", "--timeout=30s")
        table = k("-n", "openclaw", "get", "externalsecrets")
        assert "STORE" in table and "aws-secrets" in table and "SecretSynced" in table
        k("-n", "openclaw", "wait", "--for=condition=Ready", "openclawinstance/my-assistant", "--timeout=30s")
        assert "my-assistant-0" in k("-n", "openclaw", "get", "pods,statefulsets,secrets,services,serviceaccounts")
        assert "Running" in k("-n", "openclaw", "get", "pods")
        for kind in ("externalsecret/openclaw-api-keys", "openclawinstance/my-assistant", "pod/my-assistant-0",
                     "statefulset/my-assistant", "secret/openclaw-api-keys", "service/my-assistant"):
            described = k("-n", "openclaw", "describe", kind)
            assert kind.split("/")[1] in described and CANARY not in described
        assert "created" in k("apply", "-f", "-", stdin=CONFIG_MAP)
        assert "unchanged" in k("apply", "-f", "-", stdin=CONFIG_MAP)
        assert "configured" in k("apply", "-f", "-", stdin=CONFIG_MAP.replace("'1'", "'2'"))
        assert "serverside-applied" in k("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=CONFIG_MAP.replace("'1'", "'3'"))
        conflict = k("apply", "--server-side", "--field-manager=other", "-f", "-", stdin=CONFIG_MAP.replace("'1'", "'4'"), check=False)
        assert "conflict" in conflict
        k("label", "configmap", "cm", "tier=db")
        assert "cm" in k("get", "configmaps", "-l", "tier=db", "-o", "name")
        k("patch", "configmap", "cm", "--type=json", "-p", '[{"op":"add","path":"/data/b","value":"x"}]')
        k("patch", "configmap", "cm", "--type=merge", "-p", '{"data":{"c":"y"}}')
        assert k("get", "cm", "cm", "-o", "jsonpath={.data}") == '{"a":"3","b":"x","c":"y"}'
        editor = folder / "editor"
        editor.write_text("#!/bin/sh\nsed -i 's/b: x/b: edited/' \"$1\"\n")
        editor.chmod(0o755)
        os.environ["KUBE_EDITOR"] = str(editor)
        try:
            k("edit", "configmap", "cm")
        finally:
            del os.environ["KUBE_EDITOR"]
        assert k("get", "cm", "cm", "-o", "jsonpath={.data.b}") == "edited"
        watching = subprocess.Popen([str(tools.kubernetes("kubectl")), f"--kubeconfig={run.kubeconfig}", "get", "cm", "-w"],
                                    stdout=subprocess.PIPE, text=True)
        try:
            k("create", "configmap", "seen-by-the-watch")
            k("delete", "configmap", "cm")
            lines = [watching.stdout.readline() for _ in range(3)]
            assert any("seen-by-the-watch" in line for line in lines), lines
        finally:
            watching.kill()
        assert "openclaw.rocks" in k("api-resources")
        assert "refreshInterval" in k("explain", "externalsecret.spec")
        refused = k("apply", "-f", "-", check=False, stdin="apiVersion: external-secrets.io/v1\nkind: ExternalSecret\n"
                    "metadata: {name: x, namespace: openclaw}\nspec: {secretStoreRef: {name: s}, refreshIntervall: 1h}\n")
        assert 'unknown field "spec.refreshIntervall"' in refused
