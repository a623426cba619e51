"""A vendor's OpenAPI document, held against what a double is asked and what it answers."""

import json

from jsonschema import Draft202012Validator

from .double import Call


class Contract:
    def __init__(self, document: dict):
        self.paths = document["paths"]

    def differences(self, call: Call, status: int, headers: dict, body) -> list[str]:
        """What the document does not describe so, of one call and its answer: names and places, no values."""
        operation = self.paths.get(call.path, {}).get(call.method.lower())
        where = f"{call.method} {call.path}"
        if operation is None:
            return [f"{where} is not described"]
        return [f"{where}: {what}" for what in [*asked(operation, call), *answered(operation, status, headers, body)]]


def asked(operation: dict, call: Call):
    described = {p["name"]: p for p in operation.get("parameters", []) if p["in"] == "query"}
    for name in call.query.keys() - described.keys():
        yield f"parameter {name} is not described"
    for name, parameter in described.items():
        if name not in call.query:
            if parameter.get("required"):
                yield f"parameter {name} is required"
        else:
            yield from invalid(f"parameter {name}", typed(call.query[name], parameter["schema"]), parameter["schema"])
    if call.body:
        content = operation.get("requestBody", {}).get("content", {})
        kind = kind_of(call.headers)
        if kind not in content:
            yield f"a body of {kind} is not described"
        else:
            yield from invalid("the body", json.loads(call.body), content[kind]["schema"])
    if call.headers.get("Authorization", "").startswith("Basic ") and operation.get("security") != []:
        yield "a login by HTTP Basic is not described"


def answered(operation: dict, status: int, headers: dict, body):
    described = operation["responses"].get(str(status))
    if described is None:
        yield f"status {status} is not described"
        return
    content = described.get("content", {})
    kind = kind_of({"Content-Type": "application/json", **headers})
    if kind not in content:
        yield f"an answer of {kind} is not described"
        return
    yield from invalid("the answer", json.loads(body) if isinstance(body, bytes) else body, content[kind]["schema"])


def kind_of(headers) -> str:
    return headers.get("Content-Type", "").partition(";")[0]


def typed(text: str, schema: dict):
    """What a text in an address stands for."""
    if schema.get("type") == "integer":
        return int(text) if text.lstrip("-").isdigit() else text
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(text, text)
    return text


def invalid(what: str, value, schema: dict):
    for error in Draft202012Validator(schema).iter_errors(value):
        place = "/".join(map(str, error.absolute_path))
        yield f"{what}{' at ' + place if place else ''} does not fit ({error.validator})"
