"""facts.toml: what the vendors' documents leave open, as somebody found it out."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bridge.core.facts import DeductsAt, Facts, Repeated, ShortStock, YesOrNo
from bridge.mapping.reading import FACTS, Faults, Place, Table, check


def _or_table(schema: dict[str, Any]) -> None:
    """An editor takes the value by itself, or a table that says where it comes from."""
    value = {"enum": schema.pop("enum")}
    if "true" in value["enum"]:
        value["enum"] += [True, False]
    keys = {"value": value, "source": {"type": "string"}, "date": {"type": "string"}}
    table = {"type": "object", "properties": keys, "required": ["value"]}
    del schema["type"]
    schema["anyOf"] = [value, {**table, "additionalProperties": False}]


_FACT = Field(json_schema_extra=_or_table)


def _word(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


class _Told(Table):
    value: Annotated[str, BeforeValidator(_word)]
    source: str = ""
    date: datetime.date | str = ""


class _RxScale(Table):
    refuses_illegal_steps: Annotated[YesOrNo, _FACT] = "unknown"
    """Whether a status that may not follow the one an order has is refused (rxscale.md 6.3)."""
    short_stock_on_complete: Annotated[ShortStock, _FACT] = "unknown"
    """An order takes more than the SKU's stock: it falls to 0, or below, or is refused (6.4)."""


class _PharmaOne(Table):
    repeated_reference: Annotated[Repeated, _FACT] = "unknown"
    """An external_reference comes again: answered as the first, refused, or a second one (10)."""
    repeated_prescription: Annotated[Repeated, _FACT] = "unknown"
    """A prescription comes again, sent by itself: the same three (12)."""
    deducts_at: Annotated[DeductsAt, _FACT] = "unknown"
    """When an order's goods leave PharmaOne's stock by themselves (8)."""


class FactsFile(Table):
    rxscale: _RxScale = _RxScale()
    """What is known of RxScale."""
    pharmaone: _PharmaOne = _PharmaOne()
    """What is known of PharmaOne."""


@dataclass(frozen=True, slots=True)
class FactsTold:
    """The facts, and what is said of each by its name: value, source and date, for people."""

    facts: Facts
    told: Mapping[str, str]


def read_facts(data: dict[str, Any] | None, faults: Faults) -> FactsTold | None:
    """All are unknown where there is no file; None with every fault told."""
    before, told = len(faults), dict[str, str]()
    plain = {
        section: _plain(section, table, told, faults) if isinstance(table, dict) else table
        for section, table in (data or {}).items()
    }
    file = check(FactsFile, plain, Place(FACTS), faults)
    if file is None or len(faults) > before:
        return None
    known = file.rxscale.model_dump() | file.pharmaone.model_dump()
    unknown = {
        f"{section}.{name}": value
        for section, table in file.model_dump().items()
        for name, value in table.items()
    }
    return FactsTold(Facts(**known), unknown | told)


def _plain(
    section: str, table: Mapping[str, Any], told: dict[str, str], faults: Faults
) -> dict[str, Any]:
    """Each fact's value alone."""
    found: dict[str, Any] = {}
    for name, given in table.items():
        place = Place(FACTS, f"{section}.{name}")
        fact = check(_Told, given if isinstance(given, dict) else {"value": given}, place, faults)
        if fact is None:
            continue
        why = ", ".join(str(each) for each in (fact.source, fact.date) if each)
        found[name] = fact.value
        told[place.key] = f"{fact.value} ({why})" if why else fact.value
    return found
