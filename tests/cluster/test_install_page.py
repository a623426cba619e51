"""docs/install.md: its commands that take no cluster, as they are written there, and why no test runs the others."""

import json
import re
import shutil
import subprocess
import tarfile

from harness import tools
from harness.chart import DEPLOY, find, render_deploy
from harness.release import PAGE, page

# Headings whose commands run on a real node (test_install.py) and on an API server (test_chart_cluster.py).
ELSEWHERE = {"Rotor", "The first secret", "It rotates", "Upgrade", "Remove"} | {"Two installations", "Without Helm"}
LEFT_OUT = {
    "skopeo copy": "it pushes to a registry",
    "ctr -n k8s.io images import": "harness/images.py does it, with the socket of the node's own containerd",
    "cmake --preset release-arm64": "it is a third build",
    "tools/build-image --arch all": "test_image_arm64.py does it, with binaries of a few bytes",
}


def test_each_command_is_run_by_a_test_or_left_out_for_a_reason():
    commands = [(heading, line) for heading, lines in page().items() for line in lines]
    assert {heading for heading, _ in commands} >= ELSEWHERE
    elsewhere = [line for heading, line in commands if heading not in ELSEWHERE and not line.startswith(tuple(LEFT_OUT))]
    assert elsewhere == [page()["The image"][0]]
    assert not [start for start in LEFT_OUT if not any(line.startswith(start) for _, line in commands)]


def test_the_image_has_the_name_that_the_page_gives_it(tmp_path):
    command = page()["The image"][0]
    done = subprocess.run(f"{command} --binary {tools.rotor()} --out {tmp_path}", shell=True, cwd=tools.ROOT, check=True, capture_output=True, text=True)
    name = command.split("--name ")[1]
    assert done.stdout.split()[2] == name
    with tarfile.open(tmp_path / "rotor.oci.tar") as archive:
        index = json.load(archive.extractfile("index.json"))
    assert [m["annotations"]["io.containerd.image.name"] for m in index["manifests"]] == [name]


def test_the_overlay_of_the_page_names_another_image(tmp_path):
    (overlay,) = re.findall(r"(?ms)^```yaml\n# mine/kustomization.yaml\n(.*?)^```", PAGE.read_text())
    shutil.copytree(DEPLOY, tmp_path / "deploy", ignore=shutil.ignore_patterns("chart"))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "kustomization.yaml").write_text(overlay)
    made = subprocess.run([tools.kubernetes("kubectl"), "kustomize", tmp_path / "mine"], check=True, capture_output=True, text=True).stdout
    (container,) = find(render_deploy.documents(made), "Deployment")["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "registry.example.com/rotor:0.1.0"
