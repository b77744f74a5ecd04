"""`rxbridge skus match`: proposes which PharmaOne product each unlinked SKU is."""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from rich.progress import Progress

from bridge import app
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import complete
from bridge.cli.shared.working import as_a_guest, patiently
from bridge.cycles.catalogue import read_skus
from bridge.errors import Fault, Misconfigured, Refused
from bridge.exchange import Call
from bridge.mapping.matching import Accepted, Proposal, append, propose
from bridge.settings import Settings

FILE = "skus.csv"
HEADINGS = ("SKU", "name", "product", "its name", "units", "sure", "why")


def match(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    with show.busy("reading both vendors' lists"):
        found = asyncio.run(_proposals(settings))
    sure = [each for each in found if _is_sure(each, arguments.min_confidence)]
    pushed: list[Proposal] = []
    if arguments.write:
        _write(settings.mappings.dir / FILE, sure)
        app.rules_of(settings)
    if arguments.push:
        pushed = asyncio.run(_push(settings, _pushable(sure, written=arguments.write)))
    left = [each for each in found if not (arguments.write and each in sure)]
    if arguments.json:
        show.as_json(_document(found, sure if arguments.write else [], pushed))
    else:
        _print(found, sure, pushed, arguments)
    return FAILED if left else DONE


def _is_sure(proposal: Proposal, least: int) -> bool:
    return proposal.is_clear and proposal.confidence >= least


def _pushable(sure: Sequence[Proposal], *, written: bool) -> list[Proposal]:
    """An external_id alone says that one SKU is one unit."""
    return [each for each in sure if written or each.units == 1]


async def _proposals(settings: Settings) -> list[Proposal]:
    rules = app.rules_of(settings)
    async with app.open_vendors(as_a_guest(settings), _unobserved) as vendors:
        skus = await patiently(lambda: read_skus(vendors.rxscale))
        inventory = await patiently(lambda: vendors.pharmaone.inventory(full=True))
    products = {product: inventory.names.get(product, "") for product in inventory.on_hand}
    return propose(skus, products, rules.links.listed)


def _write(path: Path, sure: Sequence[Proposal]) -> None:
    """All or nothing: the file is replaced as a whole. Raises Misconfigured if that cannot be."""
    links = [
        Accepted(each.uid, each.product, each.units, _note(each))
        for each in sure
        if each.product is not None
    ]
    try:
        content = path.read_bytes() if path.exists() else b""
        _replace(path, append(content, links))
    except OSError as error:
        remedy = f"let rxbridge's user write to {path.parent}, or write the lines by hand"
        raise Misconfigured(
            Fault(str(path), f"cannot be written ({error.strerror})", remedy)
        ) from error


def _replace(path: Path, content: bytes) -> None:
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o644
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise


def _note(proposal: Proposal) -> str:
    return f"{proposal.product_name or proposal.name} ({proposal.confidence} % by skus match)"


async def _push(settings: Settings, sure: Sequence[Proposal]) -> list[Proposal]:
    """Sets RxScale's external_id; an absolute write, so it may be repeated. What went through."""
    done: list[Proposal] = []
    quiet = not sys.stderr.isatty()
    async with app.open_vendors(as_a_guest(settings), _unobserved) as vendors:
        with Progress(disable=quiet, transient=True) as bar:
            for each in bar.track(sure, description="setting external_id"):
                if await _set(vendors, each):
                    done.append(each)
    return done


async def _set(vendors: app.Vendors, each: Proposal) -> bool:
    rxscale = vendors.rxscale
    try:
        return await patiently(lambda: rxscale.set_sku(each.uid, external_id=each.product))
    except Refused as refusal:
        print(f"rxbridge: {each.uid}: {refusal.what}", file=sys.stderr)
        return False


def _document(
    found: Sequence[Proposal], written: Sequence[Proposal], pushed: Sequence[Proposal]
) -> dict[str, Any]:
    return {
        "proposals": [
            {
                "sku": each.uid,
                "name": each.name,
                "product": each.product,
                "product_name": each.product_name,
                "units_per_sku": str(each.units),
                "confidence": each.confidence,
                "runner_up": each.runner_up,
                "why": each.why,
            }
            for each in found
        ],
        "written": [each.uid for each in written],
        "pushed": [each.uid for each in pushed],
    }


def _print(
    found: Sequence[Proposal],
    sure: Sequence[Proposal],
    pushed: Sequence[Proposal],
    arguments: argparse.Namespace,
) -> None:
    if not found:
        print("Every SKU is linked.")
        return
    show.as_table(HEADINGS, map(_cells, found))
    if arguments.write:
        print(f"{len(sure)} written to {FILE}; a running bridge takes them up within seconds.")
    else:
        print(f"{len(sure)} of {len(found)} are sure. `--write` adds them to {FILE}.")
    if arguments.push:
        print(f"external_id was set for {len(pushed)}.")
    if len(found) > len(sure):
        print(f"{len(found) - len(sure)} are for you to decide: add their lines to {FILE} by hand.")


def _cells(each: Proposal) -> tuple[Any, ...]:
    why = each.why if each.runner_up is None else f"{each.why}; or is it {each.runner_up}?"
    sure = f"{each.confidence} %" if each.product is not None else ""
    units = f"{each.units:f}" if each.product is not None else ""
    return each.uid, each.name, each.product, each.product_name, units, sure, why


def _unobserved(_: Call) -> None:
    """Calls of a command are counted nowhere: its metrics end with it."""
