"""The first view: how it is, how many orders are where, and what waits for a person."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from aiohttp import web

from bridge.core.memory import OrderRow, StuckRow
from bridge.core.model import Key, OrderRecord, order_uid
from bridge.core.reasons import KEPT_BACK, UNUSUALLY_MANY, Reason
from bridge.core.reconcile import Proof
from bridge.core.shadow import Report
from bridge.errors import TryLater
from bridge.health import Check, HealthReport, Status
from bridge.server.page.access import Visitor
from bridge.server.page.render import answer
from bridge.server.parts import PageParts, ServerParts, StockSeen
from bridge.store import orders, proofs, rxscale_lists, waiting
from bridge.store import views as stored
from bridge.texts import say

NEWEST = 10
"""Orders that the first view shows one by one."""
PACE = timedelta(days=7)
"""What was ordered in so long is compared with what is offered."""
MOST_RUN_OUT = 10
NONE = stored.Count()
COUNTED = ("in_review", "preparing", "ready", "on_hold")
MOST_CARDS = 50
"""More than a person goes through before looking anew: a thousand cards were 1.9 MB."""
ON_CARDS = ("stuck", "rxscale", "pharmaone", "webhooks", "proof")
"""The checks that need no line of their own."""
ON_ITS_CARD = ("to_be_confirmed", "prices_to_confirm")
"""Why stock is not ok, where a card with a button says more."""


@dataclass(frozen=True, slots=True)
class Overview:
    """What the first page shows; `troubles`, by their check, are what is shown nowhere else.

    `stuck`, `orders` and `stock` are None where the store cannot be read.
    """

    report: HealthReport
    troubles: Mapping[str, Reason]
    stuck: list[StuckRow] | None = None
    orders: Sequence[OrderRow] = ()
    records: Mapping[Key, OrderRecord] = field(default_factory=dict)
    """Of the stuck orders, by their keys."""
    names: Mapping[Key, str] = field(default_factory=dict)
    """Of the stuck SKUs, by their keys."""
    counts: Sequence["Counted"] = ()
    runs_out: Sequence[stored.RunsOut] = ()
    stock: StockSeen | None = None
    proof: Proof | None = None
    shadow: Report | None = None
    """What shadow mode found; None while the bridge is live."""

    @property
    def vendors(self) -> dict[str, Check]:
        """Their checks: when each last answered, and what is wrong with it."""
        checks = self.report.checks
        return {"RxScale": checks["rxscale"], "PharmaOne": checks["pharmaone"]}

    @property
    def waiting(self) -> int:
        """How much waits for a person."""
        return len(self.stuck or ()) + (self.stock is not None and bool(self.stock.unconfirmed))

    @property
    def cards(self) -> list[list[StuckRow]]:
        """The longest stuck, those of the same reason on one card: one answer is for them all.

        What has to be looked for one by one has a card of its own, and so has what is answered
        for all above.
        """
        found: dict[object, list[StuckRow]] = {}
        for row in (self.stuck or [])[:MOST_CARDS]:
            code = row.reason.code
            alone = code.must_look or code in (UNUSUALLY_MANY, KEPT_BACK)
            found.setdefault(row.key if alone else (code, say(row.reason)), []).append(row)
        return list(found.values())

    @property
    def more_stuck(self) -> int:
        return max(0, len(self.stuck or ()) - MOST_CARDS)

    @property
    def held_back(self) -> list[StuckRow]:
        """Orders that were to be cancelled with too many others: one answer is for them all."""
        return [row for row in self.stuck or () if row.reason.code == UNUSUALLY_MANY]

    @property
    def kept_back(self) -> list[StuckRow]:
        """Orders whose goods are kept back; where there are several, one answer is for them all."""
        rows = [row for row in self.stuck or () if row.reason.code == KEPT_BACK]
        return rows if len(rows) > 1 else []

    @property
    def status(self) -> str:
        """down, degraded, waiting (for a person only) or ok."""
        if self.report.status is Status.DOWN:
            return "down"
        if self.troubles or any(check.reason for check in self.vendors.values()):
            return "degraded"
        return "waiting" if self.waiting else "ok"


async def overview(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    said = request.query.get("said")
    view, now = await _gather(parts, await _stock(page)), parts.now()
    with suppress(TryLater):
        view = replace(view, shadow=await page.shadow() if page.shadow is not None else None)
    started = now - timedelta(seconds=view.report.uptime_seconds)
    return answer("overview.html", visitor, now, view=view, said=said, started=started)


async def _stock(page: PageParts) -> StockSeen | None:
    try:
        return await page.stock()
    except TryLater:
        return None


async def _gather(parts: ServerParts, seen: StockSeen | None) -> Overview:
    """Everything at once; what the store cannot tell is left out. Never raises for that."""
    report = await parts.health()
    shown = set(ON_CARDS)
    why = report.checks["stock"].reason
    if seen is not None and seen.unconfirmed and why is not None and why.code in ON_ITS_CARD:
        shown.add("stock")
    troubles = {
        name: check.reason
        for name, check in report.checks.items()
        if check.reason is not None and name not in shown
    }
    try:
        return await _read(parts, Overview(report, troubles, stock=seen))
    except TryLater:
        return Overview(report, troubles)


async def _read(parts: ServerParts, view: Overview) -> Overview:
    """The same with what the store knows. Raises TryLater."""
    read, now = parts.store.read, parts.now()
    rows = await read(waiting.everything)
    shown = [row.key for row in rows[:MOST_CARDS]]
    keys = [key for key in shown if key.startswith("order:")]
    skus = await read(rxscale_lists.skus, [key.removeprefix("sku:") for key in shown])
    records = await read(orders.find_all, map(order_uid, keys))
    return replace(
        view,
        stuck=rows,
        orders=await read(stored.newest, limit=NEWEST),
        records={key: records[order_uid(key)] for key in keys if order_uid(key) in records},
        names={Key(f"sku:{sku.pharmacy_sku_uid}"): sku.name for sku in skus},
        counts=await _counts(parts, rows, now),
        runs_out=(await read(stored.runs_out, now - PACE))[:MOST_RUN_OUT],
        proof=await read(proofs.last),
    )


class Counted(NamedTuple):
    """How many orders are so, since when the oldest is, and where they are shown."""

    what: str
    orders: int
    oldest_at: datetime | None
    link: str


async def _counts(
    parts: ServerParts, rows: Sequence[StuckRow], now: datetime
) -> tuple[Counted, ...]:
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    came = await parts.store.read(stored.came_since, midnight)
    states = await parts.store.read(stored.open_by_state)
    oldest = min((row.since for row in rows), default=None)
    return (
        Counted("today", *came, f"/orders?day={midnight:%Y-%m-%d}"),
        *(Counted(each, *states.get(each, NONE), f"/orders?state={each}") for each in COUNTED),
        Counted("person", len(rows), oldest, "#stuck"),
    )
