"""A vendor's OpenAPI document, to hold a request against it."""

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from jsonschema_rs import Draft202012Validator

from bridge.exchange import Request
from bridge.sandbox import SandboxSettings, openapi


@dataclass(frozen=True)
class Operation:
    path: str
    document: dict[str, Any]

    @property
    def statuses(self) -> list[int]:
        return [int(status) for status in self.document["responses"]]

    @property
    def names(self) -> set[str]:
        """Of everything that may be in the query or, by its first level, in the body."""
        query = {each["name"] for each in self.document["parameters"] if each["in"] == "query"}
        body = self.document.get("requestBody", {"content": {"application/json": {"schema": {}}}})
        return query | {*body["content"]["application/json"]["schema"].get("properties", {})}

    def faults(self, request: Request) -> list[str]:
        """What the document does not allow in this request."""
        return [*self._query_faults(request), *self._body_faults(request)]

    def _query_faults(self, request: Request) -> list[str]:
        known = {
            each["name"]: each for each in self.document["parameters"] if each["in"] == "query"
        }
        sent = dict(request.query)
        faults = [f"unknown in the query: {name}" for name in sent.keys() - known.keys()]
        faults += [
            f"missing in the query: {name}"
            for name, each in known.items()
            if each["required"] and name not in sent
        ]
        for name in sent.keys() & known.keys():
            schema = known[name]["schema"]
            value = int(sent[name]) if schema.get("type") == "integer" else sent[name]
            faults += wrong(value, schema)
        return faults

    def _body_faults(self, request: Request) -> list[str]:
        described = self.document.get("requestBody")
        if described is None:
            return ["a body that is not described"] if request.body else []
        if request.body is None:
            return ["no body"] if described["required"] else []
        schema = described["content"]["application/json"]["schema"]
        return wrong(json.loads(request.body), schema)


def wrong(value: Any, schema: dict[str, Any]) -> list[str]:
    found = Draft202012Validator(schema, validate_formats=True).iter_errors(value)
    return [f"{'/'.join(map(str, each.instance_path))}: {each.message}" for each in found]


def resolved(document: dict[str, Any]) -> dict[str, Any]:
    """The document with what each `$ref` names in its place."""

    def at(value: Any) -> Any:
        if isinstance(value, list):
            return [at(each) for each in value]
        if not isinstance(value, dict):
            return value
        if "$ref" not in value:
            return {key: at(each) for key, each in value.items()}
        found: Any = document
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
        return at(found)

    whole: dict[str, Any] = at(document)
    return whole


def operation(request: Request, vendor: str, settings: SandboxSettings) -> Operation:
    """What the vendor's document says of this request's route; AssertionError for no such route."""
    document = resolved(openapi.describe(vendor, settings))  # type: ignore[arg-type]
    path = unquote(urlsplit(request.url).path)
    found = [
        Operation(template, operations[request.method.lower()])
        for template, operations in document["paths"].items()
        if request.method.lower() in operations and _fits(template, path)
    ]
    assert found, f"{request.method} {path} is not described"
    return min(found, key=lambda each: each.path.count("{"))


def _fits(template: str, path: str) -> bool:
    pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
    return re.fullmatch(pattern, path) is not None
