"""`rxbridge pharmacies`: the pharmacies of one process, each with a file of its own."""

import argparse
import os
from pathlib import Path
from typing import Any

from bridge import config
from bridge.app import shipped
from bridge.app.files import write_whole
from bridge.app.together import Inventories, read
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.errors import Fault, Misconfigured, Phrase
from bridge.mapping.reading import SKUS
from bridge.settings import Settings
from bridge.source import Source

noun = Noun()

NAME = argument("name", metavar="NAME")


@noun.verb("list")
def list_pharmacies(arguments: argparse.Namespace) -> int:
    return show.answer(arguments, {"pharmacies": _all(arguments)})


@noun.verb("check")
def check(arguments: argparse.Namespace) -> int:
    found = _all(arguments)
    ill = any(each["fault"] for each in found)
    return show.answer(arguments, {"pharmacies": found}, failed=ill)


@noun.verb(
    "add",
    NAME,
    argument("--uid", required=True),
    argument("--org", metavar="ID", default=""),
    argument("--shop", metavar="ID", default=""),
    argument("--key", default=""),
    changes=lambda typed: typed.name,
)
def add(arguments: argparse.Namespace) -> int:
    file = _file(arguments)
    if file.exists():
        raise Misconfigured(Fault(file, "there-already"))
    own, text = file.with_suffix(""), show.text("pharmacy", **vars(arguments))
    own.mkdir(parents=True, exist_ok=True)
    way = Phrase("let-write", folder=own.parent, kind="files")
    if not (own / SKUS).exists():
        write_whole(own / SKUS, (shipped.mappings() / SKUS).read_bytes(), mode=0o644, way=way)
    write_whole(file, text.encode(), mode=0o644, way=way)
    source, keys = Source(file, pharmacy=arguments.name), ("api_key", "webhook_secrets")
    names = [f"{vendor}.{key}" for vendor in ("rxscale", "pharmaone") for key in keys]
    secrets = [source.variable(each, arguments.key).lower() for each in names]
    return show.answer(arguments, {"made": file, "secrets": secrets})


@noun.verb("remove", NAME, changes=lambda typed: typed.name)
def remove(arguments: argparse.Namespace) -> int:
    file = _file(arguments)
    if not file.exists():
        raise Misconfigured(Fault(file, "no-such-pharmacy"))
    to = file.replace(file.with_name(f"{file.name}.removed"))
    return show.answer(arguments, {"removed": to}, Phrase("is-now", file=file.name, to=to.name))


def _place(arguments: argparse.Namespace) -> Path:
    """Raises Misconfigured where there is no configuration file."""
    file = config.find(arguments.config, os.environ, cwd=Path.cwd())
    if file is None:
        raise Misconfigured(Fault(config.FILE, "no-fleet"))
    return file


def _file(arguments: argparse.Namespace) -> Path:
    if not config.PHARMACY.fullmatch(arguments.name):
        raise Misconfigured(Fault("NAME", "no-pharmacys"))
    return _place(arguments).parent / config.PHARMACIES / f"{arguments.name}.toml"


def _all(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """As a running bridge would meet them one after the other."""
    file, inventories = _place(arguments), Inventories()
    known: dict[str, Settings] = {}
    faults: dict[str, Misconfigured] = {}
    for name in config.pharmacies(file) or ():
        try:
            known[name] = read(file, os.environ, name, known)
            inventories.rules_of(known[name])
        except Misconfigured as refused:
            faults[name] = refused
    told = {
        name: {"key": its.rxscale.key, "uid": its.rxscale.pharmacy_uid, "store": str(its.place)}
        for name, its in known.items()
    }
    none = dict.fromkeys(("key", "uid", "store"))
    names = sorted(known.keys() | faults)
    return [{"name": name, **told.get(name, none), "fault": faults.get(name, "")} for name in names]
