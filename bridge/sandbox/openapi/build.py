"""Short words for JSON Schema and OpenAPI: a document is a table of operations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NAME: Schema = {"type": "string", "minLength": 1}
WHOLE: Schema = {"type": "integer"}
COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": 2**31 - 1}
NUMBER: Schema = {"type": "number"}
PRICE: Schema = {"type": "number", "minimum": 0, "maximum": 10**9, "multipleOf": 0.01}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
DAY: Schema = {"type": "string", "format": "date"}
ANY: Schema = {}


def text(*words: str, pattern: str = "") -> Schema:
    """One of `words`, or text of this pattern."""
    return {"type": "string", **({"enum": [*words]} if words else {"pattern": pattern})}


def const(value: str) -> Schema:
    return {"type": "string", "const": value}


def maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def rows(of: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": of, **({"minItems": least} if least else {})}


def thing(optional: Mapping[str, Schema] | None = None, /, **required: Schema) -> Schema:
    """An object. Keys that are not named may be there too."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        **({"required": [*required]} if required else {}),
    }


def closed(schema: Schema, least: int = 0) -> Schema:
    """An object with no other keys than those it names, and at least so many of them."""
    return {
        **schema,
        "additionalProperties": False,
        **({"minProperties": least} if least else {}),
    }


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: what may be sent, and what is answered by status."""

    method: str
    path: str
    summary: str
    answers: Mapping[int, Schema | None]
    body: Schema | None = None
    body_required: bool = True
    query: Mapping[str, Schema] = field(default_factory=dict)
    needed: tuple[str, ...] = ()
    """Which parameters of the query have to be there."""
    ids: Mapping[str, str] = field(default_factory=dict)
    """An example of each parameter in the path."""
    security: tuple[str, ...] = ()
    """The names of the schemes that open it, any one of them."""

    def document(self) -> dict[str, Any]:
        answers = {str(status): _answer(schema) for status, schema in self.answers.items()}
        found: dict[str, Any] = {
            "operationId": f"{self.method} {self.path}",
            "summary": self.summary,
            "parameters": [*_in_path(self.ids), *_in_query(self.query, self.needed)],
            "responses": answers,
            "security": [{name: []} for name in self.security],
        }
        if self.body is not None:
            content = {"application/json": {"schema": self.body}}
            found["requestBody"] = {"content": content, "required": self.body_required}
        return found


def _in_path(ids: Mapping[str, str]) -> list[dict[str, Any]]:
    schema = {"type": "string", "minLength": 1, "pattern": "^[A-Za-z0-9_.-]*[A-Za-z0-9_-]$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema, "example": example}
        for name, example in ids.items()
    ]


def _in_query(query: Mapping[str, Schema], needed: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": schema}
        for name, schema in query.items()
    ]


def _answer(schema: Schema | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "nothing"}
    return {"description": "", "content": {"application/json": {"schema": schema}}}


def document(
    title: str, description: str, operations: Sequence[Operation], schemes: Mapping[str, Schema]
) -> dict[str, Any]:
    """The whole document."""
    paths: dict[str, dict[str, Any]] = {}
    for each in operations:
        paths.setdefault(each.path, {})[each.method.lower()] = each.document()
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": description},
        "paths": paths,
        "components": {"securitySchemes": dict(schemes)},
    }
