"""The language that commands speak to people in: which it is, and their help in another one.

What programs read (`--json`, exit codes) and the log are the same in every language.
"""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de")
ENGLISH = LANGUAGES[0]
LANGUAGE: ContextVar[str] = ContextVar("language", default=ENGLISH)
HELP = Path(__file__).with_name("help")
"""A folder for each language: a file for each noun, `rxbridge.toml` for them together and, where
it is not English, `argparse.toml` with argparse's own sentences.
"""
NOUNS = (
    "run demo init sandbox check shadow go-live orders reconcile stock skus stuck webhooks mappings"
    " completion products money call store password audit"
)
"""As `--help` lists them; one that is not named here comes last."""


def choose(typed: Sequence[str], environ: Mapping[str, str]) -> None:
    """The language that `--lang` names, else the system's, else English. It is looked for before
    the rest is understood: help and slips are told in it.
    """
    named = [after for word, after in pairwise(typed) if word == "--lang"]
    named += [word.removeprefix("--lang=") for word in typed if word.startswith("--lang=")]
    names = (environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    word = (named or [next(filter(None, names), "")])[0]
    LANGUAGE.set(word[:2] if word[:2] in LANGUAGES else ENGLISH)


@cache
def texts(language: str, name: str) -> dict[str, Any]:
    """A file of help; nothing where there is none."""
    path = HELP / language / f"{name}.toml"
    return tomllib.loads(path.read_text("utf-8")) if path.exists() else {}


def sentence(english: str) -> str:
    """One of argparse's own, or that many commands have."""
    told: str = texts(LANGUAGE.get(), "argparse").get(english, english)
    return told


def help_of(prog: str) -> dict[str, Any]:
    """What stands there of `rxbridge stuck list`: `help` is what it does, then lines to type; the
    rest is by the name of an argument; `summaries` is of what stands below it.
    """
    noun, verb = [*prog.split(" ")[1:], "", ""][:2]
    found = texts(LANGUAGE.get(), noun or "rxbridge")
    told: dict[str, Any] = found.get(verb, {}) if verb else found
    return {"help": "", **told}


def summaries() -> dict[str, str]:
    """What each noun is for: the first line of its file, so that `--help` reads no whole one."""
    found: dict[str, str] = {}
    for path in sorted((HELP / LANGUAGE.get()).glob("*.toml")):
        with path.open(encoding="utf-8") as file:
            if (line := file.readline()).startswith("summary = "):
                found.update({path.stem: tomllib.loads(line)["summary"]})
    return {name: found[name] for name in dict.fromkeys((*NOUNS.split(), *found)) if name in found}


argparse._ = sentence  # type: ignore[attr-defined]
