"""The manifests of a page of docs/stores."""

import pathlib
import re

DOCS = pathlib.Path(__file__).parent.parent.parent / "docs" / "stores"


def manifests_of(name: str, instead: dict[str, str]) -> str:
    """All ```yaml blocks of the page as one stream; each key of `instead` must be in it, and becomes its value."""
    text = "\n---\n".join(re.findall(r"^```yaml\n(.*?)^```", (DOCS / f"{name}.md").read_text(), re.S | re.M))
    assert text, f"docs/stores/{name}.md has no yaml"
    for old, new in instead.items():
        assert old in text, f"docs/stores/{name}.md does not say {old}"
        text = text.replace(old, new)
    return text
