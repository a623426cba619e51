import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "cluster"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))

from real_agent import ModelProvider  # noqa: E402


@pytest.fixture
def provider(tmp_path):
    with ModelProvider(tmp_path) as provider:
        yield provider
