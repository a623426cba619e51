"""The configurations that Rotor renders (tests/openclaw/rendered), read by the real program."""

import concurrent.futures
import json
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
RENDERED = HERE.parent / "openclaw" / "rendered"
NAMES = sorted(path.name.removesuffix(".spec.json") for path in RENDERED.glob("*.spec.json"))


@pytest.fixture(scope="session")
def program():
    shown = subprocess.run([HERE.parent.parent / "tools" / "toolchain.sh", "openclaw"], check=True, text=True,
                           stdout=subprocess.PIPE)
    return pathlib.Path(shown.stdout.strip()) / "bin"


def validate(program: pathlib.Path, home: pathlib.Path, config: str):
    path = home / "openclaw.json"
    path.write_text(config)
    environment = {"HOME": str(home), "PATH": f"{program}:/usr/bin:/bin", "OPENCLAW_CONFIG_PATH": str(path),
                   "OPENCLAW_STATE_DIR": str(home / "state"), "ANTHROPIC_API_KEY": "unused"}
    answer = subprocess.run([program / "openclaw", "config", "validate"], env=environment, cwd=home, timeout=120,
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert path.read_text() == config, "a current configuration is left as it is"
    return answer


@pytest.fixture(scope="module")
def answers(program, tmp_path_factory):
    """Of each rendered one: the program takes seconds to start, and on one core, so two run side by side."""
    folders = {name: tmp_path_factory.mktemp(name) for name in NAMES}
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return {name: pool.submit(validate, program, folders[name], (RENDERED / f"{name}.json").read_text()) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_program_takes_what_is_rendered(answers, name):
    answer = answers[name].result()
    assert answer.returncode == 0, answer.stdout
    assert "warning" not in answer.stdout.lower(), answer.stdout


def test_the_program_refuses_an_address_to_listen_on(program, tmp_path):
    config = json.loads((RENDERED / "without-proxy.json").read_text())
    config["gateway"]["bind"] = "0.0.0.0"
    answer = validate(program, tmp_path, json.dumps(config))
    assert answer.returncode == 1, answer.stdout
    assert "gateway.bind" in answer.stdout


def test_json5_is_converted_by_the_converter_that_comes_with_the_program(program, tmp_path):
    """The init container calls node_modules/json5/lib/cli.js of the image."""
    source = tmp_path / "commented.json5"
    source.write_text("{\n  // behind the proxy\n  gateway: {mode: 'local', bind: 'loopback',},\n}\n")
    converter = program.parent / "lib" / "node_modules" / "json5" / "lib" / "cli.js"
    converted = subprocess.run([program / "node", converter, source], check=True, text=True, stdout=subprocess.PIPE)
    assert json.loads(converted.stdout) == {"gateway": {"mode": "local", "bind": "loopback"}}
    answer = validate(program, tmp_path, converted.stdout)
    assert answer.returncode == 0, answer.stdout
