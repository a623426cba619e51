import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import agents, images, skew  # noqa: E402
from harness.control_plane import ControlPlane  # noqa: E402
from harness.idle import Idle  # noqa: E402
from harness.moto import Moto  # noqa: E402
from harness.objects import Cluster  # noqa: E402
from harness.operator import Operator, install  # noqa: E402
from harness.real_node import RealNode  # noqa: E402
from harness.release import Release  # noqa: E402


def _state_folder(request, name: str):
    folder = pathlib.Path(tempfile.mkdtemp(prefix=f"rotor-{name}-"))
    if not request.config.getoption("--keep"):
        request.addfinalizer(lambda: shutil.rmtree(folder, ignore_errors=True))
    return folder


def pytest_addoption(parser):
    parser.addoption("--keep", action="store_true", help="keep the servers' state folders and logs")


class RotorsPlane(ControlPlane):
    """Rotor's kinds are there before the garbage collector looks which there are: the next time is 30 s later. And its
    certificate is a day old, as that of a cluster is: for a client whose clock is behind, too."""

    def before_apiserver(self):
        (self.pki / "api").mkdir()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", "-subj", "/CN=kube-apiserver",
                        "-addext", f"subjectAltName=IP:{self.address},IP:10.0.0.1,DNS:kubernetes.default.svc",
                        "-keyout", str(self.pki / "api" / "apiserver.key"), "-out", str(self.ca_path)],
                       check=True, capture_output=True, env={**os.environ, **skew.environment(-86400)})

    def after_apiserver(self):
        install(self)
        super().after_apiserver()


def pytest_collection_modifyitems(items):
    """What needs the control plane to itself comes first, before anything works on it. The idle minute passes while other
    tests work: it begins with the first of them that has an operator."""
    items.sort(key=lambda item: "unused_plane" not in item.fixturenames)
    if any("idle" in item.fixturenames for item in items):
        next(item for item in items if "operator" in item.fixturenames).fixturenames.append("idle")


@pytest.fixture(scope="session")
def plane(request):
    """A control plane with kwok's fake node, Rotor's CRDs and RBAC."""
    plane = RotorsPlane(_state_folder(request, "plane"))
    request.addfinalizer(plane.stop)
    plane.start()
    return plane


@pytest.fixture
def unused_plane(plane):
    """As long as nobody works on it, and nothing is in it. Whoever takes it leaves it so."""
    return plane


@pytest.fixture(scope="session")
def moto(request, plane):
    moto = Moto(plane.log_dir)
    request.addfinalizer(moto.stop)
    return moto.start()


@pytest.fixture(scope="session")
def operator(request, plane, moto):
    operator = Operator(plane, env=moto.environment())
    request.addfinalizer(operator.stop)
    return operator.start()


@pytest.fixture(scope="session")
def idle(plane, operator):
    """An agent with a Secret from a store, with which nothing happens."""
    return Idle(Cluster(plane))


@pytest.fixture(scope="session")
def built_image(tmp_path_factory):
    """Rotor's image, as tools/build-image makes it."""
    return images.build(tmp_path_factory.mktemp("image"))


@pytest.fixture(scope="session")
def release(request, built_image):
    """A real kubelet, and on it Rotor as docs/install.md installs it, with a first secret and its agent."""
    node = RealNode(_state_folder(request, "node"))
    request.addfinalizer(node.stop)
    node.start()
    agents.load_image(node)
    release = Release(node, built_image.archive)
    release.install_first()
    return release
