"""`rxbridge demo`: both vendors simulated and real orders through it."""

import argparse
import asyncio
import logging
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bridge.app.build import Bridge
from bridge.app.files import write_links
from bridge.app.run import run
from bridge.cli import loop, rehearsing, show
from bridge.cli.command import DONE, FAILED, Noun, argument, whole_number
from bridge.cli.commands.sandbox import configuration
from bridge.cli.mishaps import Mishaps
from bridge.cli.opening import now
from bridge.core.memory import OrderRow
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid, Phase, ProductId
from bridge.core.stock.model import SkuLink
from bridge.core.stock.plan import PlanRow, explain
from bridge.errors import Phrase
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.sandbox.settings import VENDORS
from bridge.server.web import Running
from bridge.store import views

PATIENCE_SECONDS = 120.0
MOST_ORDERS = 1_000_000
LIVES = 5
"""How many of the orders are followed to their end."""
QUICK = {"orders.unsure_grace_seconds": "1", "orders.poll_seconds": "3"}
ENDED = (Phase.SUBMITTED, Phase.ADOPTED, Phase.DONE, Phase.DROPPED)

noun = Noun()


@dataclass(frozen=True, slots=True)
class Result:
    """One order as each of the three ended up with it."""

    order: str
    name: str | None
    state: object
    phase: str
    request: str | None
    made: str | None
    at_rxscale: str
    at_pharmaone: int
    calls: int


@dataclass(slots=True)
class Demo:
    """What takes part in a demo; `quiet`: only JSON is printed, at the end."""

    sandbox: Sandbox
    bridge: Bridge
    running: Running
    stop: asyncio.Event
    quiet: bool

    async def show(self, count: int, secret: str) -> bool:
        """Every order up to PharmaOne's acceptance, some of them to their end, and what goes wrong.

        Whether all came out well.
        """
        self._say("demo-begins", bridge=self.running, sandbox=self.sandbox)
        world = self.sandbox.world
        for vendor in VENDORS:
            world.subscribe(vendor, f"{self.running.url}/webhooks/{vendor}", secret)
        await self._first_sweep()
        began, mishaps = time.monotonic(), Mishaps(self.sandbox, self.bridge)
        edited = mishaps.ordered()
        uids = [PharmacyOrderUid(uid) for uid in world.add_orders(count)]
        arrived = await self._watch(uids, Phrase("demo-accepted"), _has_arrived)
        seconds = time.monotonic() - began
        good, calls = sum(map(_is_good, arrived)), sum(each.calls for each in arrived)
        self._say("demo-arrived", orders=arrived, seconds=seconds, good=good, calls=calls)
        self._approve_and_hand_over(uids[:LIVES])
        lived = await self._watch(uids[:LIVES], Phrase("demo-handed-over"), _has_ended)
        self._say("demo-ends", orders=lived)
        troubles = await mishaps.all(edited)
        self._say("demo-mishaps", mishaps=troubles)
        stock = await self._stock()
        self._say("demo-stock", rows=[row._asdict() for row in stock])
        if self.quiet:
            show.as_json(
                {
                    "orders": arrived,
                    "seconds": round(seconds, 1),
                    "lives": lived,
                    "mishaps": troubles,
                    "stock": [
                        {"sku": row.uid, "target": row.target, "at_rxscale": row.at_rxscale}
                        for row in stock
                    ],
                }
            )
        well = all(map(_is_good, arrived)) and all(each.well for each in troubles)
        return well and len(arrived) == count and all(map(_is_over, lived))

    async def keep(self) -> None:
        if not self.stop.is_set():
            state = f"{self.sandbox.rxscale_url}/_sandbox/state"
            print(show.spoken(Phrase("still-up", url=self.running.url, state=state)), flush=True)
            await self.stop.wait()

    def _say(self, template: str, **about: Any) -> None:
        if not self.quiet:
            show.page(template, **about)

    def _approve_and_hand_over(self, uids: list[PharmacyOrderUid]) -> None:
        """What staff do with these orders in PharmaOne Manager; RxScale follows by itself."""
        world = self.sandbox.world
        asked = {each.external_reference: each.id for each in world.order_requests.values()}
        made = [world.approve(asked[uid]) for uid in uids if uid in asked]
        for order_id in made:
            world.change_p1_order(order_id, status="ready_pickup")
        for order_id in made:
            world.change_p1_order(order_id, picked_up=True)

    async def _first_sweep(self) -> None:
        async def swept() -> datetime | None:
            return (await self.bridge.store.read(views.facts, now())).first_sweep_at

        await loop.until(swept, PATIENCE_SECONDS, pause=0.05)

    async def _watch(
        self, uids: list[PharmacyOrderUid], what: Phrase, is_there: Callable[[OrderRow], bool]
    ) -> list[Result]:
        """These orders, once each has come as far as it can by itself."""
        said = TextColumn(show.spoken(what))
        columns = (said, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        store, rows = self.bridge.store, list[OrderRow]()
        with Progress(*columns, disable=self.quiet) as bar:
            task = bar.add_task("", total=len(uids))

            async def over() -> bool:
                newest = await store.read(views.newest, limit=MOST_ORDERS)
                known = {row.record.uid: row for row in newest}
                rows[:] = [known[uid] for uid in uids if uid in known]
                ended = sum(map(is_there, rows))
                bar.update(task, completed=ended)
                idle = (await store.read(views.facts, now())).pending == 0
                return self.stop.is_set() or (ended >= len(uids) and idle)

            await loop.until(over, PATIENCE_SECONDS)
        return [_result(row, self.sandbox) for row in rows]

    async def _stock(self) -> list[PlanRow]:
        """Every linked SKU, once RxScale offers what there is, or when that takes too long."""
        self.bridge.stock.wake(fetch=True)
        rows: list[PlanRow] = []

        async def over() -> bool:
            result, _ = await self.bridge.stock.look()
            rows[:] = explain(result.plan.situation)
            return self.stop.is_set() or all(row.change == 0 for row in rows)

        await loop.until(over, PATIENCE_SECONDS, pause=0.5)
        return rows


@noun.command(
    argument("--orders", type=whole_number(1), default=25, metavar="N"),
    argument("--keep", action="store_true"),
    argument("--once", action="store_true"),
    argument("--pharmacies", type=whole_number(2, 999), metavar="N"),
    stays=True,
)
def demo(arguments: argparse.Namespace) -> int:
    logging.getLogger("bridge").addHandler(logging.NullHandler())  # what goes wrong is shown below
    with tempfile.TemporaryDirectory(prefix="rxbridge-demo-") as folder:
        work = partial(_demo, arguments, Path(folder))
        return DONE if loop.run(loop.until_stopped(work)) else FAILED


async def _demo(arguments: argparse.Namespace, folder: Path, stop: asyncio.Event) -> bool:
    stays = sys.stdin.isatty() and sys.stdout.isatty() and not arguments.json
    stays = arguments.keep or (stays and not arguments.once)
    if arguments.pharmacies:
        from bridge.cli import chain

        quiet = arguments.json
        return await chain.run(arguments.pharmacies, folder, stop, quiet=quiet, stays=stays)
    secret = f"whsec_{secrets.token_hex(16)}"
    signed = SandboxSettings(rx_webhook_secret=secret, p1_webhook_secret=secret)
    async with Sandbox(signed) as sandbox:
        said = configuration(signed, sandbox) | QUICK
        settings, _ = rehearsing.made(folder, said)
        write_links(settings, _confirmed(sandbox))
        async with rehearsing.running(partial(run, settings)) as (bridge, running):
            it = Demo(sandbox, bridge, running, stop, quiet=arguments.json)
            well = await it.show(arguments.orders, secret)
            if stays:
                await it.keep()
            return well


def _confirmed(sandbox: Sandbox) -> Iterator[tuple[SkuLink, str]]:
    """What `rxbridge skus match --write` writes for a real start: how many grams each SKU holds."""
    for sku in sandbox.world.skus.values():
        if sku["external_id"] is not None:
            uid, goods = PharmacySkuUid(sku["uid"]), sku["sku"]
            units = Decimal(f"{goods['standard_selling_unit']:g}")
            yield SkuLink(uid, ProductId(sku["external_id"]), units), goods["display_name"]


def _has_arrived(row: OrderRow) -> bool:
    return row.record.phase in ENDED or row.stuck is not None


def _has_ended(row: OrderRow) -> bool:
    return row.record.phase is Phase.DONE or row.stuck is not None


def _result(row: OrderRow, sandbox: Sandbox) -> Result:
    record, requests = row.record, sandbox.world.order_requests.values()
    return Result(
        order=record.uid,
        name=record.name,
        state=Phrase("is-stuck", why=row.stuck) if row.stuck else record.state,
        phase=record.phase.value,
        request=record.request_id,
        made=record.order_id,
        at_rxscale=sandbox.world.orders[record.uid].status,
        at_pharmaone=sum(request.external_reference == record.uid for request in requests),
        calls=record.calls,
    )


def _is_over(result: Result) -> bool:
    return result.phase == Phase.DONE and result.at_rxscale == "completed"


def _is_good(result: Result) -> bool:
    return result.phase == Phase.SUBMITTED and result.at_pharmaone == 1
