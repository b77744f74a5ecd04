"""The two pages there are: the overview, and one order with its story."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from aiohttp import web

from bridge.core.memory import OrderRow, StuckRow
from bridge.core.model import Key, PharmacyOrderUid
from bridge.core.news import Told
from bridge.core.reasons import KEPT_BACK, UNUSUALLY_MANY, Reason
from bridge.core.reconcile import Proof
from bridge.core.remember import resumed
from bridge.core.shadow import Report
from bridge.errors import TryLater
from bridge.health import Check, HealthReport, Status
from bridge.server.page.access import PageRefused, Visitor
from bridge.server.page.render import answer
from bridge.server.parts import PageParts, ServerParts, StockDifferences
from bridge.store import proofs, told
from bridge.store import views as stored
from bridge.texts.story import evidence, headline, next_up

MOST_ORDERS = 200
MOST_SENT = 8
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
    orders: tuple[OrderRow, ...] | None = None
    more_orders: bool = False
    stock: StockDifferences | None = None
    proof: Proof | None = None
    sent: Sequence[Told] = ()
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
    def cards(self) -> list[StuckRow]:
        """What is shown one by one: the longest stuck."""
        return (self.stuck or [])[:MOST_CARDS]

    @property
    def held_back(self) -> list[StuckRow]:
        """Orders that were to be cancelled with too many others: one answer is for them all."""
        return [row for row in self.stuck or () if row.reason.code == UNUSUALLY_MANY]

    @property
    def kept_back(self) -> list[StuckRow]:
        """Orders whose goods are kept back; where there are several, one answer is for them all."""
        rows = [row for row in self.stuck or () if row.reason.code == KEPT_BACK]
        return rows if len(rows) > 1 else []

    def sku_name(self, key: Key) -> str:
        """What the SKU behind a stuck key is called, if its stock is shown as well."""
        rows = self.stock.rows if self.stock is not None else ()
        return next((row.name for row in rows if f"sku:{row.plan.uid}" == key), "")

    @property
    def status(self) -> str:
        """down, degraded, waiting (for a person only) or ok."""
        if self.report.status is Status.DOWN:
            return "down"
        if self.troubles or any(check.reason for check in self.vendors.values()):
            return "degraded"
        return "waiting" if self.waiting else "ok"


async def overview(
    parts: ServerParts, page: PageParts, said: str | None, visitor: Visitor
) -> web.Response:
    view, now = await _gather(parts, await _stock(page)), parts.now()
    with suppress(TryLater):
        view = replace(view, shadow=await page.shadow() if page.shadow is not None else None)
    started = now - timedelta(seconds=view.report.uptime_seconds)
    return answer("overview.html", visitor, now, view=view, said=said, started=started)


async def order(parts: ServerParts, uid: str, said: str | None, visitor: Visitor) -> web.Response:
    """Raises PageRefused where it is not known."""
    story = await parts.store.read(stored.story, PharmacyOrderUid(uid))
    if story is None:
        raise PageRefused(404, "no_such_order", visitor)
    return answer(
        "order.html",
        visitor,
        parts.now(),
        story=story,
        headline=partial(headline, language=visitor.language),
        evidence=partial(evidence, language=visitor.language),
        next=next_up(story, lambda at: at.astimezone().strftime("%H:%M:%S"), visitor.language),
        said=said,
        resumable=resumed(story.record, parts.now()) is not None,
    )


async def _stock(page: PageParts) -> StockDifferences | None:
    try:
        return await page.stock()
    except TryLater:
        return None


async def _gather(parts: ServerParts, stock: StockDifferences | None) -> Overview:
    """Everything at once; what the store cannot tell is left out. Never raises for that."""
    report = await parts.health()
    shown = set(ON_CARDS)
    why = report.checks["stock"].reason
    if stock is not None and stock.unconfirmed and why is not None and why.code in ON_ITS_CARD:
        shown.add("stock")
    troubles = {
        name: check.reason
        for name, check in report.checks.items()
        if check.reason is not None and name not in shown
    }
    try:
        waiting = await parts.store.read(stored.waiting)
        newest = await parts.store.read(stored.newest, limit=MOST_ORDERS)
        still_open = await parts.store.read(stored.newest, open_only=True, limit=MOST_ORDERS)
        proof = await parts.store.read(proofs.last)
        sent = await parts.store.read(told.newest, MOST_SENT)
    except TryLater:
        return Overview(report, troubles)
    rows = todays(newest, still_open, parts.now())
    more = len(newest) == MOST_ORDERS or len(still_open) == MOST_ORDERS
    return Overview(report, troubles, waiting, rows, more, stock, proof, sent)


def todays(
    newest: Iterable[OrderRow], still_open: Iterable[OrderRow], now: datetime
) -> tuple[OrderRow, ...]:
    """What came or ended since midnight here, and what is open from before; the newest first."""
    midnight = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
    rows = {row.record.uid: row for row in still_open}
    rows |= {row.record.uid: row for row in newest if _is_of(row, midnight)}
    ordered = sorted(rows.values(), key=lambda row: row.record.first_seen_at, reverse=True)
    return tuple(ordered)


def _is_of(row: OrderRow, midnight: datetime) -> bool:
    record = row.record
    ended = record.finished_at is not None and record.finished_at >= midnight
    return record.first_seen_at >= midnight or ended or record.finished_at is None
