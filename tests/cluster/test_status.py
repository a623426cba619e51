"""`rotor status` and `rotor why`: of a `rotor run` on this machine and of a real API server."""

import json
import os
import subprocess

import pytest
import yaml

from harness import tools
from harness.local_run import LocalRun
from harness.objects import ES, QUICKSTART, STORES, Cluster, external_secret, fake_store
from harness.processes import wait_for

CANARY = "canary-status-5d01e7"
VALUES = {"openclaw/api-keys": {"anthropic": CANARY, "openai": CANARY + "-2"}}
WAITS = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1 & wait $!; done"]


def rotor(*args, env: dict | None = None) -> tuple[int, str, str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")}
    done = subprocess.run([str(tools.rotor()), *map(str, args)], text=True, capture_output=True, timeout=120,
                          env={**clean, **(env or {})})
    return done.returncode, done.stdout, done.stderr


@pytest.fixture
def home(tmp_path):
    """A home without a kubeconfig, with the state folder of LocalRun."""
    return {"HOME": str(tmp_path), "XDG_STATE_HOME": str(tmp_path / "state")}


def until_status(code: int, *args, env: dict) -> str:
    last = []

    def reached():
        last[:] = rotor("status", *args, env=env)
        return last[0] == code
    try:
        wait_for(reached, 60, f"status to end with {code}")
    except AssertionError:
        raise AssertionError("\n".join(map(str, last))) from None
    return last[1]


def test_the_run_on_this_machine_is_found_and_followed_to_its_pod(tmp_path, home):
    code, out, err = rotor("status", env=home)
    assert code == 1 and out == "" and "no cluster is configured and no `rotor run` is running here" in err
    with LocalRun(tmp_path, QUICKSTART, VALUES, command=WAITS) as run:
        run.wait_output(r"started")
        text = until_status(0, env=home)
        assert text.startswith("https://127.0.0.1:") and "`rotor run` in " in text.splitlines()[0]
        for line in ("SecretStore openclaw/aws-secrets", "ExternalSecret openclaw/openclaw-api-keys",
                     "Secret openclaw/openclaw-api-keys", "OpenClawInstance openclaw/my-assistant", "Pod openclaw/my-assistant-0"):
            assert line in text
        run.save({"openclaw/api-keys": {"anthropic": CANARY}})
        run.wait_output("ExternalSecret fails")
        text = until_status(2, "-f", QUICKSTART, env=home)
        code, why, _ = rotor("why", "secret/openclaw/openclaw-api-keys", env=home)
        assert code == 2
        assert "still holds what its store had at" in why and 'has no property "openai"; add it there' in why
        assert CANARY not in text + why


def test_documents_are_json_and_yaml_and_names_may_be_misspelt(tmp_path, home):
    with LocalRun(tmp_path, QUICKSTART, VALUES, command=WAITS) as run:
        run.wait_output(r"started")
        until_status(0, env=home)
        document = json.loads(rotor("status", "-o", "json", env=home)[1])
        assert document["well"] is True
        assert [o["kind"] for o in document["objects"]] == ["SecretStore", "ExternalSecret", "Secret", "OpenClawInstance", "Pod"]
        assert document["objects"][4]["from"] == ["instance/openclaw/my-assistant"]
        again = yaml.safe_load(rotor("status", "-o", "yaml", env=home)[1])
        assert [o["name"] for o in again["objects"]] == [o["name"] for o in document["objects"]]
        code, out, err = rotor("why", "openclaw/openclaw-apikeys", env=home)
        assert code == 1 and out == "" and "did you mean es/openclaw/openclaw-api-keys?" in err


@pytest.fixture(scope="module")
def cluster(plane, operator):
    cluster = Cluster(plane)
    cluster.namespace("status")
    fake_store(cluster, "status", "fake", {"a": CANARY})
    cluster.create(ES, "status", "good", external_secret("fake", "good", {"k": "a"}))
    cluster.create(ES, "status", "bad", external_secret("fake", "bad", {"k": "gone"}))
    cluster.create(ES, "status", "lost", external_secret("nowhere", "lost", {"k": "a"}))
    cluster.wait_condition(STORES, "status", "fake")
    cluster.wait_condition(ES, "status", "good")
    cluster.wait_condition(ES, "status", "bad", status="False")
    cluster.wait_condition(ES, "status", "lost", status="False")
    return cluster


def why(cluster, name: str) -> tuple[int, str]:
    code, out, err = rotor("why", name, "--kubeconfig", cluster.plane.kubeconfig)
    return code, out + err


def test_a_real_api_server_gives_the_same_answers_and_no_value(cluster, plane):
    before = plane.audit_length()
    wait_for(lambda: "gone" in why(cluster, "status/bad")[1], 30, "the event of the failing one")
    code, text = why(cluster, "status/good")
    assert code == 0 and "nothing is wrong: ExternalSecret status/good was read from its store at" in text
    code, text = why(cluster, "secret/status/lost")
    assert code == 2 and "because SecretStore status/nowhere does not exist (of that kind there is fake)" in text
    code, table, _ = rotor("status", "-n", "status", "--kubeconfig", plane.kubeconfig)
    assert code == 2 and "not well: `rotor why" in table
    assert CANARY not in text + table
    asked = [e for e in plane.audit("admin", before) if e.get("userAgent", "").startswith("rotor/")]
    assert {e["verb"] for e in asked} == {"list"}
    assert "secrets" in {e["objectRef"]["resource"] for e in asked}


def test_a_rotation_is_watched_until_no_pod_has_the_old_value(tmp_path, home):
    with LocalRun(tmp_path, QUICKSTART, VALUES, command=WAITS) as run:
        run.wait_output(r"started")
        until_status(0, env=home)

        def secret() -> dict:
            document = json.loads(rotor("status", "-o", "json", env=home)[1])
            return next(o for o in document["objects"] if o["kind"] == "Secret")

        assert "valueChanged" not in secret()  # the first value replaced none
        clean = {k: v for k, v in os.environ.items() if k not in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST")}
        with open(tmp_path / "watched", "w") as out:
            watch = subprocess.Popen([str(tools.rotor()), "status", "--watch", "--every", "100ms", "-o", "yaml"], stdout=out,
                                     env={**clean, **home})
            try:
                run.save({"openclaw/api-keys": {"anthropic": CANARY + "-new", "openai": CANARY + "-2"}})
                wait_for(lambda: "noPodOlderSince" in secret(), 60, "every pod to have the new value")
                until_status(0, env=home)
            finally:
                watch.terminate()
                watch.wait(20)
        assert secret()["noPodOlderSince"] >= secret()["valueChanged"]
        seen = [d for d in yaml.safe_load_all((tmp_path / "watched").read_text().rsplit("---\n", 1)[0]) if d]
        older = [value for d in seen for o in d["objects"] for value in o.get("olderValues", [])]
        assert older and {value["key"] for value in older} == {"ANTHROPIC_API_KEY"}
        assert CANARY not in (tmp_path / "watched").read_text()
