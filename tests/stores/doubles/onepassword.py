"""1Password Connect: vaults and items in memory, as https://developer.1password.com/docs/connect/api-reference says.

Driven by 1Password's clients for Python and JavaScript in the same run. What it cannot show: the real filter engine, and how long a change takes to
arrive at a Connect server."""

import base64
import itertools
import re

from .double import Call, Double

FILTER = re.compile(r'^(?:title|name) eq "(.*)"$', re.S)


class Connect(Double):
    def __init__(self, token: str = "connect-token", certificate: tuple | None = None):
        super().__init__(certificate)
        self.token = token
        self.vaults: dict[str, dict] = {}  # id → vault, with its items
        self._numbers = itertools.count(1)

    def _id(self) -> str:
        return f"{next(self._numbers):0>26}".replace("0", "q")

    def add_vault(self, name: str) -> str:
        vault = {"id": self._id(), "name": name, "items": {}}
        self.vaults[vault["id"]] = vault
        return vault["id"]

    def add_item(self, vault: str, title: str, fields: dict[str, str] | None = None, files: dict[str, bytes] | None = None,
                 tags=(), category: str = "LOGIN") -> str:
        item = {"id": self._id(), "title": title, "vault": {"id": vault}, "category": category, "tags": list(tags),
                "version": 1, "fields": [], "files": [], "sections": []}
        for label, value in (fields or {}).items():
            item["fields"].append({"id": self._id(), "label": label, "value": value, "type": "CONCEALED"})
        for name, content in (files or {}).items():
            self._attach(item, name, content)
        self.vaults[vault]["items"][item["id"]] = item
        return item["id"]

    def _attach(self, item: dict, name: str, content: bytes):
        number = self._id()
        item["files"].append({"id": number, "name": name, "size": len(content), "_content": base64.b64encode(content),
                              "content_path": f"/v1/vaults/{item['vault']['id']}/items/{item['id']}/files/{number}/content"})

    def set(self, vault: str, item: str, label: str, value: str):
        field = next(f for f in self.vaults[vault]["items"][item]["fields"] if f["label"] == label)
        field["value"] = value

    def answer(self, call: Call) -> tuple:
        if call.headers.get("Authorization") != f"Bearer {self.token}":
            return refused(401, "Invalid token signature")
        parts = call.path.strip("/").split("/")
        if parts[:2] != ["v1", "vaults"]:
            return refused(404, "no such path")
        if len(parts) == 2:
            return self._filtered([plain(v) for v in self.vaults.values()], "name", call)
        vault = self.vaults.get(parts[2])
        if vault is None:
            return refused(404, f"vault {parts[2]} not found")
        if len(parts) == 3:
            return 200, {}, plain(vault)
        return self._items(vault, parts[4:], call)

    def _items(self, vault: dict, rest: list[str], call: Call) -> tuple:
        if not rest:
            return self._filtered([summary(i) for i in vault["items"].values()], "title", call)
        item = vault["items"].get(rest[0])
        if item is None:
            return refused(404, f"item {rest[0]} not found")
        if len(rest) == 1:
            return 200, {}, {**item, "files": [shown(f) for f in item["files"]]}
        if len(rest) == 2:
            return 200, {}, [shown(f) for f in item["files"]]
        file = next((f for f in item["files"] if f["id"] == rest[2]), None)
        if file is None:
            return refused(404, f"file {rest[2]} not found")
        if rest[3:] == ["content"]:
            return 200, {"Content-Type": "application/octet-stream"}, base64.b64decode(file["_content"])
        return 200, {}, shown(file)

    def _filtered(self, things: list[dict], name: str, call: Call) -> tuple:
        if "filter" not in call.query:
            return 200, {}, things
        match = FILTER.match(call.query["filter"])
        if match is None:
            return refused(400, "Invalid filter")
        wanted = match.group(1)
        # The vendor's own clients send quotes and backslashes as they are; an escaped one means the same.
        meant = {wanted, re.sub(r'\\(["\\])', r"\1", wanted)}
        return 200, {}, [t for t in things if t[name] in meant]


def plain(vault: dict) -> dict:
    return {"id": vault["id"], "name": vault["name"], "items": len(vault["items"]), "type": "USER_CREATED"}


def summary(item: dict) -> dict:
    return {k: v for k, v in item.items() if k not in ("fields", "files", "sections")}


def shown(file: dict) -> dict:
    return {k: v for k, v in file.items() if not k.startswith("_")}


def refused(status: int, message: str) -> tuple:
    return status, {}, {"status": status, "message": message}
