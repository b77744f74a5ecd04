"""facts.toml: what the vendors' documents leave open, as a person or the probe found it out."""

import datetime
import json
import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from bridge.core.facts import DeductsAt, Facts, Repeated, ShortStock, YesOrNo
from bridge.errors import Fault, Misconfigured
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
    source: str = ""
    date: datetime.date | str = ""


class _RxScale(Table):
    refuses_illegal_steps: YesOrNo = "unknown"
    short_stock_on_complete: ShortStock = "unknown"


class _PharmaOne(Table):
    repeated_reference: Repeated = "unknown"
    repeated_prescription: Repeated = "unknown"
    deducts_at: DeductsAt = "unknown"


class FactsFile(Table):
    rxscale: _RxScale = _RxScale()
    pharmaone: _PharmaOne = _PharmaOne()
    evidence: dict[str, _Told] = Field(default_factory=dict)


def read_facts(
    data: dict[str, Any] | None, faults: Faults
) -> tuple[Facts, Mapping[str, str], frozenset[str]] | None:
    """The facts; what is said of each by its name: value, source and date, for people; and the
    names that the file has.

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
    return Facts(**known), unknown | told, frozenset(told)


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


# -- written: what was found out, in the place of what stood there; all else stays ---------------


def is_fact(name: str) -> bool:
    """Whether the bridge itself goes by it; of all else, facts.toml keeps the evidence."""
    section, _, key = name.partition(".")
    table = FactsFile.model_fields.get(section)
    return table is not None and key in getattr(table.annotation, "model_fields", {})


def noted(text: str, found: Mapping[str, tuple[str, str]], on: datetime.date) -> str:
    """The file with each answer (by its name: value and source). Raises Misconfigured where it is
    written in a way that cannot be changed without harm.
    """
    wanted = tomllib.loads(text)
    for name, (value, source) in found.items():
        told = {"value": value, "source": source, "date": on}
        line = f"{{ value = {json.dumps(value)}, source = {json.dumps(source)}, date = {on} }}"
        if is_fact(name):
            section, _, key = name.partition(".")
            wanted.setdefault(section, {})[key] = told
            text = _placed(text, re.escape(name), name, line, at_end=False)
        else:
            wanted.setdefault(EVIDENCE, {})[name] = told
            if not re.search(rf"^\[{EVIDENCE}\]", text, re.MULTILINE):
                text = f"{text.rstrip()}\n\n# What `rxbridge probe` found besides.\n[{EVIDENCE}]\n"
            quoted = json.dumps(name)
            text = _placed(text, re.escape(quoted), quoted, line, at_end=True)
    try:
        same = tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        same = False
    if not same:
        raise Misconfigured(Fault(FACTS, "in-tables"))
    return text


def _placed(text: str, pattern: str, name: str, value: str, *, at_end: bool) -> str:
    """In the place of the line that is there, or a new one at the beginning or the end."""
    line = f"{name} = {value}"
    text, done = re.subn(rf"^{pattern}\s*=.*$", lambda _: line, text, count=1, flags=re.MULTILINE)
    if done:
        return text
    return f"{text.rstrip()}\n{line}\n" if at_end else f"{line}\n{text}"
