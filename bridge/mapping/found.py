"""facts.toml written to: what was found out, in the place of what stood there; all else stays."""

import datetime
import json
import re
import tomllib
from collections.abc import Mapping

from bridge.errors import Fault, Misconfigured
from bridge.mapping.facts import EVIDENCE, FactsFile
from bridge.mapping.reading import FACTS


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
        what = "is written in tables, which are not changed by themselves"
        raise Misconfigured(Fault(FACTS, what, "write each fact as `name = ...` on a line"))
    return text


def _placed(text: str, pattern: str, name: str, value: str, *, at_end: bool) -> str:
    """In the place of the line that is there, or a new one at the beginning or the end."""
    line = f"{name} = {value}"
    text, done = re.subn(rf"^{pattern}\s*=.*$", lambda _: line, text, count=1, flags=re.MULTILINE)
    if done:
        return text
    return f"{text.rstrip()}\n{line}\n" if at_end else f"{line}\n{text}"
