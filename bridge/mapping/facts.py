"""facts.toml: what the vendors' documents leave open, as somebody found it out."""

import datetime
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bridge.core.facts import DeductsAt, Facts, Repeated, ShortStock, YesOrNo
from bridge.mapping.reading import FACTS, Faults, Place, Table, check

EVIDENCE = "evidence"
"""The table of what nothing follows from."""
_SPELT = {"refuses": "refused"}


def _word(value: object) -> object:
    """TOML's own true and false are words too; so is a word as people spell it."""
    told = str(value).lower() if isinstance(value, bool) else value
    return _SPELT.get(told, told) if isinstance(told, str) else told


class _Told(Table):
    value: Annotated[str, BeforeValidator(_word)]
    """What was found out."""
    source: str = ""
    """Who said it, or how it was tried."""
    date: datetime.date | str = ""
    """When."""


class _RxScale(Table):
    refuses_illegal_steps: YesOrNo = "unknown"
    """Whether a status that may not follow the one an order has is refused (rxscale.md 6.3)."""
    short_stock_on_complete: ShortStock = "unknown"
    """An order takes more than the SKU's stock: it falls to 0, or below, or is refused (6.4)."""


class _PharmaOne(Table):
    repeated_reference: Repeated = "unknown"
    """An external_reference comes again: answered as the first, refused, or a second one (10)."""
    repeated_prescription: Repeated = "unknown"
    """A prescription comes again, sent by itself: the same three (12)."""
    deducts_at: DeductsAt = "unknown"
    """When an order's goods leave PharmaOne's stock by themselves (8)."""


class FactsFile(Table):
    rxscale: _RxScale = _RxScale()
    """What is known of RxScale."""
    pharmaone: _PharmaOne = _PharmaOne()
    """What is known of PharmaOne."""
    evidence: dict[str, _Told] = Field(default_factory=dict)
    """What else was found out, by its name: nothing follows from it by itself."""


def read_facts(
    data: dict[str, Any] | None, faults: Faults
) -> tuple[Facts, Mapping[str, str]] | None:
    """The facts, and what is said of each by its name: value, source and date, for people.

    All are unknown where there is no file; None with every fault told.
    """
    before, told = len(faults), dict[str, str]()
    plain = {
        section: _plain(section, table, told, faults)
        if isinstance(table, dict) and section != EVIDENCE
        else table
        for section, table in (data or {}).items()
    }
    file = check(FactsFile, plain, Place(FACTS), faults)
    if file is None or len(faults) > before:
        return None
    known = file.rxscale.model_dump() | file.pharmaone.model_dump()
    unknown = {
        f"{section}.{name}": value
        for section, table in file.model_dump(exclude={EVIDENCE}).items()
        for name, value in table.items()
    }
    return Facts(**known), unknown | told


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
