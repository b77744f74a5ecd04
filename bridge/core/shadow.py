"""Shadow mode: what the bridge would have done beside what people did by hand, and how often that
was the same.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Literal

from bridge.core import reasons
from bridge.core.copies import NOTHING, Basket
from bridge.core.lifecycle import TERMINAL, Vocabulary, route
from bridge.core.model import AnnouncedBy, Key, OrderRecord, Phase, State
from bridge.core.orders.decide import next_step as live_step
from bridge.core.orders.view import View
from bridge.core.reasons import Reason, reason_of
from bridge.core.steps import Done, Find, Step, Stuck, Wait
from bridge.core.stock.model import Situation
from bridge.core.stock.plan import explain, wanted_price

LATE = timedelta(hours=24)
"""What only one of the two has done for so long counts as another opinion, not as a delay."""
RECENT = timedelta(minutes=1)
"""So old may PharmaOne's list be in which a typed order is looked for."""
SOON, SELDOM = timedelta(minutes=1), timedelta(hours=1)
"""How often an order is looked for that seems not to be typed yet."""
THERE = "pharmaone"
"""Stands for the status of PharmaOne's order: that it is cancelled."""
_INPUT = (State.NEW, State.ON_HOLD, State.CANCELLED)
"""What others may set at RxScale, and the bridge only answers."""


class What(StrEnum):
    """What is compared."""

    ORDER = "order"
    STATUS = "status"
    STOCK = "stock"
    PRICE = "price"


@dataclass(frozen=True, slots=True)
class Note:
    """What the bridge would have done (`wanted`) and what people did (`found`), each with its first
    time. Ids, words and numbers only.

    `word`: of a status, the state; of a number that people wrote, when; "" for an order, and for
    the number as it is now. `why`: how they differ, as a reason's document.
    """

    key: Key
    what: What
    word: str = ""
    wanted: str | None = None
    wanted_at: datetime | None = None
    found: str | None = None
    found_at: datetime | None = None
    why: str = ""

    @property
    def reason(self) -> Reason | None:
        return reason_of(json.loads(self.why)) if self.why else None


# -- an order in shadow mode ---------------------------------------------------------------------


def next_step(view: View) -> Step:
    """As in live mode; but what was supposed to be sent is looked for among what people typed, and
    what people had in hand before is left to them.
    """
    record, step = view.record, live_step(view)
    left = record.phase in (Phase.KNOWN, Phase.DONE) and record.doubted_at is not None
    if left and isinstance(step, Stuck):
        return Done(reasons.BY_HAND())
    if record.phase is not Phase.SUBMITTED or not isinstance(step, Wait | Stuck | Done):
        return step
    if view.sight.search is None and view.sight.order is not None:
        return Find(view.now - (timedelta() if record.state in TERMINAL else RECENT), _TYPED)
    if record.state in TERMINAL:
        return Done(reasons.ENDED_NOT_SENT(state=record.state.value))
    if isinstance(step, Stuck):
        return step
    age = view.now - (record.submitted_at or view.now)
    return Wait(reasons.IN_SHADOW(), view.now + min(max(age / 4, SOON), SELDOM))


_TYPED = reasons.MAY_BE_TYPED()


def taken_up(record: OrderRecord) -> OrderRecord:
    """People were faster: the order is supposed to have been claimed where it stands now. What they
    had in hand before the shadow was there stays theirs.
    """
    theirs = record.announced_by is AnnouncedBy.FIRST_SWEEP
    if record.phase is not Phase.KNOWN or record.doubted_at is None or theirs:
        return record
    return replace(record, claimed_as=record.rx_status, doubted_at=None)


def passed(words: Vocabulary, now: str | None) -> Mapping[State, str]:
    """The states that an order comes through from the queue to the word `now`, each with its word:
    nobody may leave one out.
    """
    start = next(iter(sorted(words.queue)), "")
    path = route(words, start, now) if now is not None else ()
    return {words.means[word]: word for word in path or () if word in words.means}


def merged(known: Note | None, new: Note) -> Note:
    """What is noted of it now: each side's first time stays, and the last comparison counts."""
    if known is None:
        return new
    return replace(
        new,
        wanted=known.wanted or new.wanted,
        wanted_at=known.wanted_at or new.wanted_at,
        found=new.found or known.found,
        found_at=known.found_at or new.found_at,
        why=known.why if new.found is None else new.why,
    )


def compare(ours: Basket, theirs: Basket, sums: tuple[Decimal | None, Decimal | None]) -> str:
    """How two baskets and their `sums` differ, as a reason's document; "" if they are the same."""
    found = [*_goods(ours, theirs)]
    if None not in sums and sums[0] != sums[1]:
        found.append(reasons.TOTAL_DIFFERS(ours=f"{sums[0]:.2f}", theirs=f"{sums[1]:.2f}"))
    return json.dumps(reasons.together(tuple(found)).document()) if found else ""


def _goods(ours: Basket, theirs: Basket) -> Iterator[Reason]:
    for product in sorted({*ours, *theirs}):
        mine, typed = ours.get(product, NOTHING), theirs.get(product, NOTHING)
        if mine.quantity != typed.quantity:
            yield reasons.GOODS_DIFFER(
                product=product, ours=f"{mine.quantity:f}", theirs=f"{typed.quantity:f}"
            )
        elif None not in (mine.euros, typed.euros) and mine.euros != typed.euros:
            yield reasons.PRICE_DIFFERS(
                product=product, ours=f"{mine.euros:.2f}", theirs=f"{typed.euros:.2f}"
            )


# -- numbers -------------------------------------------------------------------------------------


def numbers(situation: Situation) -> Iterator[tuple[Key, What, int, int]]:
    """Of each SKU: its key, what the bridge would write, and what RxScale shows."""
    links = {link.uid: link for links in situation.shelf.values() for link in links}
    for row in explain(situation):
        sku = situation.at_rxscale.of(row.uid)
        if row.target is None or sku is None:
            continue
        if sku.stock is not None:
            yield Key(f"sku:{row.uid}"), What.STOCK, row.target, sku.stock
        euros = situation.prices.get(row.product)
        if euros is not None and sku.price_cents is not None and situation.policy.sync_prices:
            price = wanted_price(euros, links[row.uid], None, None)
            if isinstance(price, int):
                yield Key(f"sku:{row.uid}"), What.PRICE, price, sku.price_cents


def changed(
    known: Mapping[tuple[Key, What], Note],
    now: Iterable[tuple[Key, What, int, int]],
    at: datetime,
) -> Iterator[Note]:
    """What is to be noted of numbers: each as it is now, and once more where it is another one at
    RxScale than before, which others wrote.
    """
    for key, what, ours, theirs in now:
        before, wanted, found = known.get((key, what)), str(ours), str(theirs)
        if before is not None and (before.wanted, before.found) == (wanted, found):
            continue
        same = before is not None and before.wanted == wanted
        since = before.wanted_at if before is not None and same else at
        written = before is None or before.found != found
        shown = at if written or before is None else before.found_at
        why = "" if ours == theirs else _number(what, wanted, found)
        note = Note(key, what, "", wanted, since, found, shown, why)
        yield note
        if written:
            yield replace(note, word=at.isoformat())


def _number(what: What, ours: str, theirs: str) -> str:
    code = reasons.STOCK_IS if what is What.STOCK else reasons.PRICE_IS
    return json.dumps(code(ours=ours, theirs=theirs).document())


# -- the report ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Figure:
    """How many were compared, and how many of them were the same; `open`: people or the bridge are
    not so far yet.
    """

    compared: int = 0
    agreed: int = 0
    open: int = 0

    @property
    def percent(self) -> float | None:
        """None while nothing was compared. Only all of them are 100."""
        return self.agreed * 1000 // self.compared / 10 if self.compared else None


@dataclass(frozen=True, slots=True)
class Report:
    """`seen`: orders; `would_send` of them; `differing`: what was not the same, and why."""

    seen: int
    would_send: int
    figures: Mapping[What, Figure]
    differing: tuple[tuple[Note, Reason], ...]


def report(notes: Iterable[Note], orders: Mapping[Key, OrderRecord], now: datetime) -> Report:
    """`orders` are all that the shadow has met."""
    compared, agreed, waiting = (dict.fromkeys(What, 0) for _ in range(3))
    differing: list[tuple[Note, Reason]] = []
    would_send = 0
    for note in notes:
        record, what = orders.get(note.key), note.what
        if what is What.ORDER:
            would_send += 1
        if what in (What.STOCK, What.PRICE):
            waiting[what] += not note.word and bool(note.why)
            if not note.word:
                continue
        verdict = judged(note, record, now)
        if verdict is None:
            waiting[what] += record is not None and record.phase is not Phase.DONE
            continue
        compared[what] += 1
        if verdict is True:
            agreed[what] += 1
        else:
            differing.append((note, verdict))
    figures = {what: Figure(compared[what], agreed[what], waiting[what]) for what in What}
    return Report(len(orders), would_send, figures, tuple(differing))


def judged(note: Note, record: OrderRecord | None, now: datetime) -> Literal[True] | Reason | None:
    """True: both did the same; a reason: they did not; None: it cannot be told, or not yet."""
    if note.what is not What.STATUS:
        over = record is None or record.phase is Phase.DONE
        if note.found is None:
            return reasons.NOT_TYPED() if over else None
        return note.reason or True
    if note.wanted is not None and note.found is not None:
        return True
    ends_it = note.word in (*_INPUT, THERE)
    cancelled = record is None or record.state in (State.CANCELLED, State.REJECTED)
    if (note.wanted is None and note.word in _INPUT) or (cancelled and not ends_it):
        return None
    since = note.wanted_at or note.found_at or now
    if record is not None and record.phase is not Phase.DONE and now - since < LATE:
        return None
    if note.wanted is None:
        return reasons.ONLY_PEOPLE(status=note.found)
    return reasons.ONLY_THE_BRIDGE(status=note.wanted)


# -- from shadow to live -------------------------------------------------------------------------


def fate(record: OrderRecord, stuck: Reason | None, words: Vocabulary) -> Reason:
    """What becomes of an open order once the bridge is live."""
    if record.rx_status not in words.queue | words.arriving:
        return reasons.LIVE_LEAVES(status=record.rx_status)
    if record.order_id is not None:
        return reasons.LIVE_ASKS(order=record.order_id)
    return reasons.WOULD_BE_STUCK(why=stuck) if stuck is not None else reasons.LIVE_SENDS()
