"""JSON Schemas of rxbridge.toml and of the mapping files, for editors that know TOML.

`make schemas` writes them to docs/schemas. They are the pydantic models that read the files. What
is said of each key is what its comment says, in the example configuration and in the mapping files;
schemas.toml has the keys that no comment explains.
"""

import inspect
import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from itertools import takewhile
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from bridge.mapping.facts import FactsFile
from bridge.mapping.orders import OrdersFile
from bridge.mapping.shipping import ShippingFile
from bridge.mapping.statuses import StatusesFile
from bridge.settings import PLAIN, Settings, keys, variable
from bridge.source import OF_A_KEY

DRAFT = "https://json-schema.org/draft/2020-12/schema"
FILES: Mapping[str, type[BaseModel]] = {
    "rxbridge": Settings,
    "facts": FactsFile,
    "orders": OrdersFile,
    "shipping": ShippingFile,
    "statuses": StatusesFile,
}
SECTIONS: Mapping[str, str] = {
    "rxscale": "The way to RxScale.",
    "pharmaone": "The way to PharmaOne.",
    "server": "Where the bridge listens.",
    "store": "The bridge's own file.",
    "audit": "Who did what, and how long that is kept.",
    "mappings": "The mapping files.",
    "orders": "How orders are looked after.",
    "stock": "How stock and prices are looked after.",
    "money": "What `rxbridge money` compares.",
    "notify": "Whom to tell of what is wrong.",
    "reconcile": "The standing proof that both sides agree.",
    "webhooks": "What becomes of RxScale's subscriptions.",
    "links": "Where a person opens an order in the vendors' portals.",
    "log": "What the log tells, and how.",
}
SECRETS: Mapping[str, str] = {
    "admin_password_hash": "Of the page's password (`rxbridge password`): better in {variable}.",
    "api_key": "A secret: better in the environment, as {variable}, or in a secret file.",
    "public_api_key": "A secret, where the public API has a key of its own: in {variable}.",
    "urls": "Secrets: Apprise's addresses (docs/notify.md), better in {variable}.",
    "heartbeat_url": "A secret: better in {variable}.",
    "webhook_secrets": "Signing secrets, one a subscription: better in {variable}.",
}
TEXTS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
ADDRESS = r"^https?://[^\s?#@]+$"
_KEY = re.compile(r"(?:# )?(?P<key>\w+) = .*?(?:\s#\s(?P<said>.+))?")
_MORE = re.compile(r"\s{8,}# (?P<said>.+)")
_TABLE = re.compile(r"\[+([\w.]+)\]+")
_NAMED = re.compile(r"([\w.]+) = ")
_LISTED = re.compile(r"#   \.?(?P<key>\w+) {2,}(?P<said>.+)")
_INDENTED = re.compile(r"# {3,}(?P<said>.+)")

DOCS = Path(__file__).parents[1]
FOLDER = DOCS / "schemas"
EXAMPLE = DOCS / "rxbridge.example.toml"
MAPPINGS = DOCS.parent / "mappings"
Schema = dict[str, Any]


def write(folder: Path, example: str) -> None:
    """All schemas, as files. `example` is the text of docs/rxbridge.example.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts(example).items():
        (folder / name).write_text(text, "utf-8")


def texts(example: str) -> dict[str, str]:
    """The text of each schema, by the name of its file."""
    said = comments(example)
    return {
        f"{name}.schema.json": json.dumps(schema(name, said), indent=2, ensure_ascii=False) + "\n"
        for name in FILES
    }


def schema(name: str, said: Mapping[str, str]) -> Schema:
    """One file's schema; `said` by `section.key` outweighs what stands in the models."""
    model = FILES[name]
    drawn = _tidy(model.model_json_schema())
    definitions = drawn.setdefault("$defs", {})
    if model is not Settings:
        _describe(drawn, name)
    else:
        _say(drawn, said)
        drawn["properties"]["keys"] = _keys(definitions["RxScaleSection"]["properties"])
    if model is FactsFile:
        _or_tables(definitions.values())
    head = {"$schema": DRAFT, "title": f"{name}.toml", "description": _first_line(model)}
    return {**head, **drawn}


def _describe(drawn: Schema, name: str) -> None:
    """Of each key of a mapping file, what its comment or else schemas.toml says."""
    model, said = FILES[name], explained((MAPPINGS / f"{name}.toml").read_text("utf-8"))
    for path, each in _models(model):
        table = drawn if each is model else drawn["$defs"][each.__name__]
        others = TEXTS[name].get(each.__name__.lstrip("_"), {})
        for key, field in table["properties"].items():
            texts = [text for place, text in said.items() if fnmatch(place, path + key)]
            if text := texts[0] if texts else others.get(key):
                field["description"] = text


def _keys(fields: Schema) -> Schema:
    """Tables of any name: each has what a group's key has of a vendor's section."""
    table = {"type": "object", "additionalProperties": False}
    table["properties"] = {name: fields[name] for name in OF_A_KEY}
    said = "[keys.NAME]: keys of groups of pharmacies, which `rxscale.key` names (docs/fleet.md)"
    return {"type": "object", "description": said, "additionalProperties": table}


def _or_tables(sections: Iterable[Schema]) -> None:
    """A fact is its value, or a table that says where it comes from too."""
    for fact in (fact for section in sections for fact in section["properties"].values()):
        if "enum" not in fact:
            continue
        value = {"enum": fact.pop("enum")}
        if "true" in value["enum"]:
            value["enum"] += [True, False]
        keys = {"value": value, "source": {"type": "string"}, "date": {"type": "string"}}
        table = {"type": "object", "properties": keys, "required": ["value"]}
        del fact["type"]
        fact["anyOf"] = [value, {**table, "additionalProperties": False}]


def _say(drawn: Schema, said: Mapping[str, str]) -> None:
    """What stands nowhere in the models: the sections, the example's comments, the secrets."""
    for name in PLAIN:
        drawn["properties"][name]["description"] = said[name]
    for section, names in keys().items():
        table = drawn["properties"][section]
        table["description"] = SECTIONS.get(section, "")
        fields = drawn["$defs"][table["$ref"].rpartition("/")[2]]["properties"]
        for name in names:
            secret = SECRETS.get(name, "").format(variable=variable(f"{section}.{name}"))
            text = said.get(f"{section}.{name}") or secret
            fields[name].update({"description": text} if text else {})
            fields[name].update({"pattern": ADDRESS} if name.endswith("_url") else {})


def comments(example: str) -> dict[str, str]:
    """What the example configuration says of each key, as `section.key`."""
    found: dict[str, str] = {}
    section = key = ""
    for line in example.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif (match := _KEY.fullmatch(line)) and (section or match["key"] in PLAIN):
            key = f"{section}.{match['key']}".removeprefix(".")
            if match["said"]:
                found[key] = match["said"]
        elif key in found and (match := _MORE.fullmatch(line)):
            found[key] += f" {match['said']}"
    return found


def explained(mapping: str) -> dict[str, str]:
    """What a mapping file's comments say of its keys, by `table.key`: the words right above a key,
    and the lists right above a table, which have its keys.
    """
    found: dict[str, str] = {}
    table, above = "", list[str]()
    for line in mapping.splitlines():
        if line.startswith("#"):
            above.append(line)
            continue
        if match := _TABLE.fullmatch(line):
            table = f"{match[1]}."
            found.update({table + key: said for key, said in _listed(above).items()})
        elif (match := _NAMED.match(line)) and above:
            words = takewhile(lambda each: not _INDENTED.match(each), above)
            found[table + match[1]] = " ".join(each.removeprefix("# ") for each in words)
        above = []
    return found


def _listed(comment: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    key = ""
    for line in comment:
        if match := _LISTED.fullmatch(line):
            key = match["key"]
            found[key] = match["said"]
        elif key and (match := _INDENTED.fullmatch(line)):
            found[key] += f" {match['said']}"
        else:
            key = ""
    return found


def _first_line(model: type[BaseModel]) -> str:
    """What the file is: the first line of the module that reads it."""
    if model is Settings:
        return "The configuration of rxbridge: every key, its unit and its default."
    return (inspect.getdoc(inspect.getmodule(model)) or "").splitlines()[0]


def _tidy(value: Any) -> Any:
    """Without what pydantic adds for itself: titles, null (TOML has none), whole sections."""
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _tidy(each) for key, each in value.items() if not _is_noise(key, each, value)}
    options = kept.get("anyOf")
    if options and {"type": "null"} in options:
        (only,) = [each for each in options if each != {"type": "null"}]
        del kept["anyOf"]
        return {**only, **kept}
    return kept


def _is_noise(key: str, value: Any, around: Mapping[str, Any]) -> bool:
    if key in ("title", "description"):
        return isinstance(value, str)
    return key == "default" and (value is None or "$ref" in around)


def _models(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """The model, and every one that its fields lead to, with where it stands in the file."""
    yield path, model
    for name, field in model.model_fields.items():
        any_name = "*." if get_origin(field.annotation) is dict else ""
        for each in _within(field.annotation):
            yield from _models(each, f"{path}{name}.{any_name}")


def _within(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _within(part)


if __name__ == "__main__":
    write(FOLDER, EXAMPLE.read_text("utf-8"))
