"""The manifests of a page of docs/stores."""

import pathlib
import re

DOCS = pathlib.Path(__file__).parent.parent.parent / "docs" / "stores"


def blocks_of(name: str) -> list[str]:
    """Each ```yaml block of the page: what a reader applies at once."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", (DOCS / f"{name}.md").read_text(), re.S | re.M)
    assert blocks, f"docs/stores/{name}.md has no yaml"
    return blocks


def manifests_of(name: str, instead: dict[str, str]) -> str:
    """All ```yaml blocks of the page as one stream; each key of `instead` must be in it, and becomes its value."""
    text = "\n---\n".join(blocks_of(name))
    for old, new in instead.items():
        assert old in text, f"docs/stores/{name}.md does not say {old}"
        text = text.replace(old, new)
    return text


def needs_a_cloud(manifest: dict) -> bool:
    """A store of Vault that logs in with an identity of AWS or of Google."""
    auth = manifest.get("spec", {}).get("provider", {}).get("vault", {}).get("auth", {})
    return bool(auth.keys() & {"iam", "gcp"})


def pattern_of(message: str) -> str:
    """Of a message as a page quotes it: … stands for whatever is between."""
    return ".*".join(map(re.escape, re.split(r"\s*…\s*", message)))


def quoted(name: str) -> list[str]:
    """The first cell of each row of the page's tables that is one piece of code: messages, above all."""
    return re.findall(r"^\| `([^`|]+)` \|", (DOCS / f"{name}.md").read_text(), re.M)
