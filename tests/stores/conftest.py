"""Each back end against its real server, or against a double that the vendor's own client drives in the same run."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cluster"))
sys.path.insert(0, str(pathlib.Path(__file__).parent))
