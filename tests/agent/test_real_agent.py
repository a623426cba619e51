"""`rotor run … -- openclaw gateway` with OpenClaw from npm: from manifests to turns, over rotations, to a clear end."""

import pathlib
import re
import signal
import subprocess

from harness import tools
from harness.processes import wait_for
from real_agent import EXAMPLE, RealAgent, Turn, digest

ONE, TWO, REFUSED = "sk-ant-tests-one", "sk-ant-tests-two", "sk-ant-tests-rejected"


def environment_of(agent: RealAgent) -> dict[str, str]:
    """That of the process that was started last."""
    lines = pathlib.Path(f"/proc/{agent.pids()[-1]}/environ").read_text().split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)


class Probe:
    """What a proof Job runs for `openclaw-models`: the environment of the process that runs, with this key."""

    def __init__(self, agent: RealAgent, key: str):
        script = tools.ROOT / "src" / "openclaw" / "proof" / "models_probe.js"
        self.process = subprocess.Popen(["node", script], env={**environment_of(agent), "ANTHROPIC_API_KEY": key}, text=True,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def __enter__(self) -> "Probe":
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def result(self) -> tuple[int, str]:
        said, _ = self.process.communicate(timeout=150)  # it gives the providers 90 seconds
        return self.process.returncode, said


def test_a_rotation_lets_the_running_turn_end_with_the_old_key_and_begins_the_next_with_the_new(tmp_path, provider):
    proof = ["--proof", str(EXAMPLE / "try-key")]
    with RealAgent(tmp_path, provider, ONE, flags=proof) as agent:
        url = agent.wait_ready()
        assert agent.turn(url, "are you there?") == "Here I am."
        assert provider.keys() == {digest(ONE)}

        # A key that the provider refuses is held back: the same process goes on with the old one.
        agent.rotate(REFUSED)
        agent.wait_output(r"proof: key ANTHROPIC_API_KEY of secret model-keys is bad")
        assert {"key": digest(REFUSED), "status": 401} in provider.seen()
        assert agent.turn(url, "and now?") == "Here I am."
        assert provider.keys() == {digest(ONE)}
        assert len(agent.pids()) == 1

        # A good one comes while a turn is running.
        slow = Turn(agent, url, "answer slowly")
        assert wait_for(provider.slow_key, 60, "the turn to begin") == digest(ONE)
        agent.rotate(TWO)
        assert slow.result() == "Here I am.", agent.output
        again = agent.wait_ready(count=2)
        before = len(provider.seen())
        assert agent.turn(again, "and now?") == "Here I am."
        assert provider.keys(since=before) == {digest(TWO)}
        assert again == url, "a gateway keeps its port"
        assert len(agent.pids()) == 2

        assert agent.process.stop(signal.SIGINT, grace=60) == 0
        for value in (ONE, TWO, REFUSED):
            assert value not in agent.output


def test_a_configuration_that_the_program_refuses_is_told_with_exit_code_78(tmp_path, provider):
    broken = tmp_path / "agent.yaml"
    text = (EXAMPLE / "agent.yaml").read_text()
    broken.write_text(text.replace("      agents: {", "      noSuchKey: true\n      agents: {"))
    assert broken.read_text() != text
    with RealAgent(tmp_path, provider, ONE, manifests=broken) as agent:
        agent.wait_output(r"exited with code 78: OpenClaw cannot use its configuration", timeout=120)
        assert re.search(r"noSuchKey", agent.output), "the program's own words are there"
        assert not re.search(r"ready, on", agent.output)


def going_back(folder: pathlib.Path) -> pathlib.Path:
    """The example, whose configuration takes a word from the Secret, and told to go back to the last good value."""
    manifests = folder / "agent.yaml"
    text = (EXAMPLE / "agent.yaml").read_text()
    for old, new in {
            "metadata: {name: assistant, namespace: openclaw}":
                'metadata: {name: assistant, namespace: openclaw, annotations: {openclaw.rocks/secret-rollback: "true"}}',
            "  - {secretKey: ANTHROPIC_API_KEY, ":
                "  - {secretKey: LOG_LEVEL, remoteRef: {key: assistant/keys, property: level}}\n  - {secretKey: ANTHROPIC_API_KEY, ",
            "      agents: {": '      logging: {level: "${LOG_LEVEL}"}\n      agents: {'}.items():
        assert old in text, old
        text = text.replace(old, new)
    manifests.write_text(text)
    return manifests


class WithLevel(RealAgent):
    level = "info"

    def values(self, key: str) -> dict:
        values = super().values(key)
        return {"assistant/keys": {**values["assistant/keys"], "level": self.level}}


def test_a_value_that_the_program_ends_on_with_exit_code_78_is_taken_back_and_keys_are_tried_beside_it(tmp_path, provider):
    with WithLevel(tmp_path, provider, ONE, manifests=going_back(tmp_path)) as agent:
        url = agent.wait_ready()
        assert environment_of(agent)["LOG_LEVEL"] == "info"
        # What openclaw-models says of keys beside this gateway, while the copy of its value is awaited.
        with Probe(agent, TWO) as good, Probe(agent, REFUSED) as refused:
            wait_for(lambda: "assistant-last-good-" in agent.kubectl("-n", "openclaw", "get", "secrets", "-o", "name"), 30,
                     "a copy of the good value")
            assert good.result() == (0, "openclaw-models: every provider answered\n")
            assert refused.result() == (1, "openclaw-models: a provider refused its key (auth)\n")
        assert {digest(TWO), digest(REFUSED)} <= {one["key"] for one in provider.seen()}, "each was asked with its key"
        assert len(agent.pids()) == 1, "the gateway ran all the while"

        agent.level = "no-such-level"
        agent.rotate(ONE)
        agent.wait_output(r"exited with code 78", timeout=60)
        assert agent.wait_ready(count=2) == url
        assert environment_of(agent)["LOG_LEVEL"] == "info"


def in_place(folder):
    """The example, told to take a key that rotates while it runs."""
    manifests = folder / "agent.yaml"
    text = (EXAMPLE / "agent.yaml").read_text()
    plain = "metadata: {name: assistant, namespace: openclaw}"
    assert plain in text
    manifests.write_text(text.replace(plain, "metadata:\n  name: assistant\n  namespace: openclaw\n  annotations: "
                                             "{openclaw.rocks/secret-delivery: reload}"))
    return manifests


def test_a_key_that_rotates_in_place_reaches_the_process_that_runs_and_a_bad_one_ends_in_a_restart(tmp_path, provider):
    with RealAgent(tmp_path, provider, ONE, manifests=in_place(tmp_path)) as agent:
        url = agent.wait_ready()
        assert agent.turn(url, "are you there?") == "Here I am."
        assert provider.keys() == {digest(ONE)}

        # The turn that runs ends with the key it began with, the next one carries the new: in the same process.
        slow = Turn(agent, url, "answer slowly")
        assert wait_for(provider.slow_key, 60, "the turn to begin") == digest(ONE)
        agent.rotate(TWO)
        assert slow.result() == "Here I am.", agent.output
        agent.wait_output(r"reload: the new value is in use", timeout=150)
        before = len(provider.seen())
        assert agent.turn(url, "and now?") == "Here I am."
        assert provider.keys(since=before) == {digest(TWO)}
        assert len(agent.pids()) == 1, agent.output

        # One that the provider refuses is no good result: the process restarts, as it would without all this.
        agent.rotate(REFUSED)
        agent.wait_output(r"reload: the model provider refused the new value", timeout=150)
        assert agent.wait_ready(count=2) == url
        assert len(agent.pids()) == 2

        assert agent.process.stop(signal.SIGINT, grace=60) == 0
        for value in (ONE, TWO, REFUSED):
            assert value not in agent.output
