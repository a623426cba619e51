"""`rotor run`: what a process has on disk, where its output goes, and kubectl's ways into it."""

import json
import pathlib
import re
import subprocess
import threading

import pytest

from harness import tools
from harness.local_run import LocalRun
from harness.objects import QUICKSTART
from harness.processes import wait_for

VALUES = {"openclaw/api-keys": {"anthropic": "canary-process-5d20", "openai": "oai-1"}}
WAIT = "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"

WORKLOAD = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: %(name)s, namespace: default}
spec:
  selector: {matchLabels: {app: %(name)s}}
  serviceName: %(name)s
  volumeClaimTemplates:
  - metadata: {name: kept}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
  template:
    metadata: {labels: {app: %(name)s}}
    spec:
      terminationGracePeriodSeconds: 2
      volumes:
      - {name: secret, secret: {secretName: login}}
      - {name: config, configMap: {name: settings, optional: true}}
      - {name: scratch, emptyDir: {}}
      containers:
      - name: main
        image: none
        command: [sh, -c, "%(script)s"]
        env: [{name: SECRET_FILE, value: /etc/login/password}, {name: KEPT, value: /kept}]
        volumeMounts:
        - {name: secret, mountPath: /etc/login}
        - {name: config, mountPath: /etc/settings}
        - {name: scratch, mountPath: /scratch}
        - {name: kept, mountPath: /kept}
"""
SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: login, namespace: default}\nstringData: {password: %s}\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def workload(folder: pathlib.Path, script: str, name: str = "app") -> pathlib.Path:
    manifests = folder / "manifests"
    manifests.mkdir(exist_ok=True)
    (manifests / f"{name}.yaml").write_text(WORKLOAD % {"name": name, "script": script})
    (manifests / "secret.yaml").write_text(SECRET % "first")
    return manifests


def kubectl(run: LocalRun, *args, timeout: float = 30) -> subprocess.CompletedProcess:
    return subprocess.run([str(tools.kubernetes("kubectl")), f"--kubeconfig={run.kubeconfig}", *args], text=True,
                          capture_output=True, timeout=timeout)


def test_home_is_there_and_the_instances_own(folder):
    script = f'cd ~ && touch x && mkdir -p ~/.openclaw/state && echo "home $(pwd) prefix $NPM_CONFIG_PREFIX"; {WAIT}'
    with LocalRun(folder, QUICKSTART, VALUES, command=["sh", "-c", script]) as run:
        run.wait_output(r"home /\S+ prefix /\S+")
        home, prefix = (pathlib.Path(p) for p in re.search(r"home (/\S+) prefix (/\S+)", run.output).groups())
        assert home.is_relative_to(folder / "state") and home.is_dir() and prefix.is_dir()
        assert run.interrupt() == 0
        assert not home.exists()


def test_volumes_are_folders_that_follow_their_objects(folder):
    script = f"echo 'secret '$(cat $SECRET_FILE)' '$(cat /etc/login/password)' '$(ls -A /etc/settings); {WAIT}"
    with LocalRun(folder, workload(folder, script)) as run:
        run.wait_output(r"secret first first")
        pid = re.search(r"started, pid (\d+)", run.output).group(1)
        file = next((folder / "state").glob("rotor/data-*/default/pods/app-0/volumes/secret/password"))
        assert file.read_text() == "first" and file.stat().st_mode & 0o77 == 0
        run.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=SECRET % "second")
        wait_for(lambda: file.read_text() == "second", 10, "the new value in the file")
        assert pathlib.Path(f"/proc/{pid}").exists(), "the process goes on"
        run.kubectl("delete", "statefulset", "app")
        wait_for(lambda: not file.exists(), 10, "the Secret's file to go with the pod")


def test_a_required_secret_is_waited_for(folder):
    manifests = workload(folder, f"echo 'secret '$(cat /etc/login/password); {WAIT}")
    (manifests / "secret.yaml").unlink()
    with LocalRun(folder, manifests) as run:
        run.wait_output(r'waiting: volume "secret": secret "login" not found')
        run.kubectl("apply", "-f", "-", stdin=SECRET % "late")
        run.wait_output(r"secret late")


def test_claims_are_kept_until_fresh_is_asked_for(folder):
    manifests = workload(folder, f"echo 'found '$(cat /kept/note)'.'; echo here > /kept/note; {WAIT}")
    for flags, found in (([], "found ."), ([], "found here."), (["--fresh"], "found ."),
                         (["--home", str(folder / "own")], "found ."), (["--home", str(folder / "own")], "found here.")):
        run = LocalRun(folder, manifests, flags=flags)
        run.process.log_path.unlink(missing_ok=True)
        with run:
            run.wait_output(re.escape(found))
            assert run.interrupt() == 0
    assert (folder / "own" / "default" / "claims" / "kept-app-0" / "note").read_text() == "here\n"


def test_a_home_with_other_things_is_refused(folder):
    (folder / "precious").mkdir()
    (folder / "precious" / "thesis").write_text("x")
    run = LocalRun(folder, workload(folder, WAIT), flags=["--home", str(folder / "precious"), "--fresh"]).start()
    assert run.process.popen.wait(20) != 0
    assert "empty or a new folder" in run.output and (folder / "precious" / "thesis").exists()


def test_output_goes_to_stdout_and_the_timeline_to_stderr(folder):
    with LocalRun(folder, workload(folder, f"echo spoken; echo also >&2; {WAIT}"), split=True) as run:
        wait_for(lambda: "also" in run.printed, 20, "the agent's words")
        assert run.printed == "spoken\nalso\n"
        assert "KUBECONFIG=" in run.output and "started, pid" in run.output and "spoken" not in run.output


def test_several_instances_are_told_apart(folder):
    workload(folder, f"echo spoken; {WAIT}", "one")
    with LocalRun(folder, workload(folder, f"echo spoken; {WAIT}", "other"), split=True) as run:
        wait_for(lambda: len(run.printed.splitlines()) == 2, 20, "both agents' words")
        assert sorted(re.sub(" +", " ", line) for line in run.printed.splitlines()) == ["one | spoken", "other | spoken"]


def test_quiet_shows_failures_only(folder):
    with LocalRun(folder, workload(folder, "echo spoken; exit 3"), flags=["--quiet"], split=True) as run:
        run.wait_output("exited with code 3")
        assert "started" not in run.output and "KUBECONFIG" not in run.output


def test_the_timeline_as_json(folder):
    with LocalRun(folder, workload(folder, WAIT), flags=["-o", "json"], split=True) as run:
        run.wait_output("started, pid")
        lines = [json.loads(line) for line in run.output.splitlines()]
        assert all({"time", "subject", "event"} <= line.keys() for line in lines)
        assert any(pathlib.Path(line["kubeconfig"]).exists() for line in lines if "kubeconfig" in line)
        assert any(line.get("pid", 0) > 0 for line in lines)


def test_a_reader_who_is_gone_stops_nothing(folder):
    manifests = workload(folder, f"yes | head -c 3000000; touch /kept/done; {WAIT}")
    argv = [str(tools.rotor()), "run", "-f", str(manifests), "--home", str(folder / "own")]
    with open(folder / "err", "wb") as err:
        run = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=err, env={"XDG_STATE_HOME": str(folder), "PATH": "/usr/bin:/bin"})
        try:
            run.stdout.read(10)
            run.stdout.close()
            wait_for((folder / "own/default/claims/kept-app-0/done").exists, 20, "the agent to get on")
            run.terminate()
            assert run.wait(10) == 0
        finally:
            run.kill()


def test_a_reader_who_reads_nothing_stops_nothing(folder):
    manifests = workload(folder, f"yes | head -c 8000000; touch /kept/done; {WAIT}")
    argv = [str(tools.rotor()), "run", "-f", str(manifests), "--home", str(folder / "own")]
    with open(folder / "err", "wb") as err:
        run = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=err, env={"XDG_STATE_HOME": str(folder), "PATH": "/usr/bin:/bin"})
        try:
            wait_for((folder / "own/default/claims/kept-app-0/done").exists, 30, "the agent to get on")
            run.terminate()
            assert run.wait(15) == 0
        finally:
            run.kill()
            run.stdout.close()


def test_kubectl_logs(folder):
    script = f"n=$(cat /kept/n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > /kept/n; echo run $n; echo line two; [ $n -gt 1 ] || exit 0; {WAIT}"
    with LocalRun(folder, workload(folder, script)) as run:
        run.wait_output("run 2")
        wait_for(lambda: kubectl(run, "logs", "app-0").stdout == "run 2\nline two\n", 10, "the log")
        assert kubectl(run, "logs", "app-0", "--tail=1").stdout == "line two\n"
        assert kubectl(run, "logs", "app-0", "--previous").stdout == "run 1\nline two\n"
        assert re.match(r"\d{4}-\d\d-\d\dT\S+Z run 2\n", kubectl(run, "logs", "app-0", "--timestamps").stdout)
        assert kubectl(run, "logs", "statefulset/app", "-c", "main").stdout == "run 2\nline two\n"
        assert "not valid" in kubectl(run, "logs", "app-0", "-c", "none").stderr
        following = subprocess.Popen([str(tools.kubernetes("kubectl")), f"--kubeconfig={run.kubeconfig}", "logs", "-f", "app-0"],
                                     stdout=subprocess.PIPE, text=True)
        ended = threading.Timer(20, following.kill)
        ended.start()
        assert following.stdout.readline() == "run 2\n"
        run.kubectl("delete", "statefulset", "app")
        assert following.wait(20) == 0, "it ends with the process"
        ended.cancel()


def test_kubectl_exec_attach_and_port_forward_say_what_to_do_instead(folder):
    with LocalRun(folder, workload(folder, WAIT)) as run:
        run.wait_output("started, pid")
        for args, instead in ((["exec", "app-0", "--", "id"], "terminal"), (["attach", "app-0"], "kubectl logs -f"),
                              (["port-forward", "app-0", "8080"], "127.0.0.1")):
            done = kubectl(run, *args)
            assert done.returncode != 0
            assert "is a process on this machine" in done.stderr and instead in done.stderr, done.stderr
