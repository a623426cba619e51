"""Runs the conformance suite of API behaviours against a real kube-apiserver."""

import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness.control_plane import ControlPlane  # noqa: E402


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="rotor-conformance-") as state:
        plane = ControlPlane(pathlib.Path(state))
        try:
            plane.start()
            return subprocess.run([sys.argv[1], "--gtest_brief=1"],
                                  env={**os.environ, "ROTOR_CONFORMANCE_KUBECONFIG": str(plane.kubeconfig)}).returncode
        finally:
            plane.stop()


sys.exit(main())
