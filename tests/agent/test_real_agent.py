"""`rotor run … -- openclaw gateway` with OpenClaw from npm: from manifests to turns, over rotations, to a clear end."""

import re
import signal

from harness.processes import wait_for
from real_agent import EXAMPLE, RealAgent, Turn, digest

ONE, TWO, REFUSED = "sk-ant-tests-one", "sk-ant-tests-two", "sk-ant-tests-rejected"


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
