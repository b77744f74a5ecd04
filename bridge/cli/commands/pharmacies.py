"""`rxbridge pharmacies`: the pharmacies of one process, each with a file of its own."""

import argparse
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bridge import config
from bridge.app import shipped
from bridge.app.files import write_whole
from bridge.app.together import Inventories, clash, read, refuse_another, siblings
from bridge.cli import show
from bridge.cli.command import Noun, argument
from bridge.cli.opening import settings_of
from bridge.errors import Fault, Misconfigured, Phrase, TryLater
from bridge.mapping.reading import SKUS
from bridge.settings import Settings
from bridge.source import Source
from bridge.store.moving import whose

noun = Noun()

NAME = argument("name", metavar="NAME")
NONE = Phrase("no-pharmacies")
SECRET = (
    *("rxscale.api_key", "rxscale.webhook_secrets"),
    *("pharmaone.api_key", "pharmaone.webhook_secrets"),
)


@noun.verb("list")
def list_pharmacies(arguments: argparse.Namespace) -> int:
    found = _all(arguments)
    return show.answer(arguments, {"pharmacies": found}, None if found else NONE)


@noun.verb("check")
def check(arguments: argparse.Namespace) -> int:
    found = _all(arguments, with_stores=True)
    ill = any(each["fault"] for each in found)
    return show.answer(arguments, {"pharmacies": found}, None if found else NONE, failed=ill)


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
    _refuse_clash(arguments, file)
    own.mkdir(parents=True, exist_ok=True)
    way = Phrase("let-write", folder=own.parent, kind="files")
    if not (own / SKUS).exists():
        write_whole(own / SKUS, (shipped.mappings() / SKUS).read_bytes(), mode=0o644, way=way)
    write_whole(file, text.encode(), mode=0o644, way=way)
    return show.answer(arguments, {"made": file, "secrets": [*_lacking(arguments, file)]})


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


def _lacking(arguments: argparse.Namespace, file: Path) -> Iterator[str]:
    """The secret files that are still empty or missing; one of all will do."""
    folder, of_all = file.parent.parent / config.SECRETS, Source()
    its = Source(file, pharmacy=arguments.name)
    for key in SECRET:
        names = its.variable(key, arguments.key).lower(), of_all.variable(key).lower()
        if not any((folder / each).exists() and (folder / each).stat().st_size for each in names):
            yield names[0]


def _refuse_clash(arguments: argparse.Namespace, file: Path) -> None:
    base = settings_of(arguments, of_all=True)
    account = {"pharmacy_uid": arguments.uid, "key": arguments.key or None}
    rxscale = base.rxscale.model_copy(update=account)
    store = base.store.model_copy(update={"path": file.with_suffix("") / config.STORE})
    made = base.model_copy(update={"rxscale": rxscale, "store": store})
    made = made.came_from(Source(file, pharmacy=arguments.name))
    if faults := [*clash(made, siblings(_place(arguments), os.environ))]:
        raise Misconfigured(faults)


def _all(arguments: argparse.Namespace, *, with_stores: bool = False) -> list[dict[str, Any]]:
    """As a running bridge would meet them one after the other."""
    file, inventories = _place(arguments), Inventories()
    known: dict[str, Settings] = {}
    faults: dict[str, Misconfigured] = {}
    away: Misconfigured | None = None
    for name in config.pharmacies(file) or ():
        try:
            known[name] = read(file, os.environ, name, known)
            inventories.rules_of(known[name])
            if with_stores and away is None:
                refuse_another(known[name], whose(known[name].place))
        except Misconfigured as refused:
            faults[name] = refused
        except TryLater as failure:
            away = Misconfigured(Fault("store", "store-away", why=failure))
        if away is not None:  # not to be waited for again
            faults.setdefault(name, away)
    told = {
        name: {"key": its.rxscale.key, "uid": its.rxscale.pharmacy_uid, "store": str(its.place)}
        for name, its in known.items()
    }
    none = dict.fromkeys(("key", "uid", "store"))
    names = sorted(known.keys() | faults)
    return [{"name": name, **told.get(name, none), "fault": faults.get(name, "")} for name in names]
