"""Looking at both sides: what each look adds to what was seen of an order."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, assert_never

from bridge.core import remember
from bridge.core.copies import Content, surnames
from bridge.core.journal import Event
from bridge.core.lifecycle import TERMINAL
from bridge.core.model import Draft, P1Order, P1Sight, PharmacyOrder, Phase, State
from bridge.core.orders.edits import held_there, of_first_look, snapshot
from bridge.core.orders.view import Sight, meaning_of
from bridge.core.steps import (
    Adopt,
    Find,
    Look,
    LookAtPharmaOne,
    LookAtPrescription,
    Looking,
    ReadCatalogue,
    Weigh,
)
from bridge.core.stock.reserve import at_least
from bridge.mapping.rules import Rules
from bridge.pharmaone.orders import basket, content
from bridge.rxscale.orders import last_names
from bridge.store import orders, pharmaone_lists, rxscale_lists
from bridge.worker.notebook import Notebook
from bridge.worker.parts import Parts

NEEDS_A_DRAFT = frozenset({Phase.KNOWN, Phase.SUBMITTING, Phase.DONE})


class Looker:
    """Looks for one look's sake."""

    def __init__(self, parts: Parts, rules: Rules, sight: Sight, book: Notebook) -> None:
        self._parts = parts
        self._rules = rules
        self._sight = sight
        self._book = book
        self._rxscale, self._pharmaone = parts.rxscale, parts.pharmaone
        self.there: P1Sight | None = None
        """PharmaOne's order as this look saw it itself."""
        self._taken: tuple[Mapping[str, Any] | None, str] = (None, "")
        """RxScale's order as it was read, and its snapshot."""

    async def look(self, step: Looking) -> None:
        match step:
            case Look():
                await self._look_at_rxscale(step)
            case LookAtPharmaOne():
                await self._look_at_pharmaone(step)
            case LookAtPrescription():
                await self._look_at_prescription(step)
            case ReadCatalogue():
                await self._read_catalogue(step)
            case Find():
                await self._find(step)
            case Weigh():
                await self._weigh(step)
            case Adopt():
                self._adopt(step.order)
            case _:
                assert_never(step)

    async def _look_at_rxscale(self, step: Look) -> None:
        sight = self._sight
        order = await self._rxscale.order(sight.record.uid)
        if order is None:
            sight.gone = True
            sight.record = remember.denied(sight.record, self._parts.now())
            self._book.note(Event.LOOKED, why=step.why, status="404")
            return
        is_first = sight.record.rx_seen_at is None
        sight.order, sight.warnings = order, self._rules.warnings(order)
        sight.record = remember.seen(sight.record, order, self._rules.words.rxscale)
        self._book.note(Event.LOOKED, why=step.why, status=order.status)
        if sight.record.phase in NEEDS_A_DRAFT or is_first or self._parts.shadow:
            await self._prepare(order)
        elif (now := self.snapshot()) != sight.record.snapshot or sight.record.is_unread:
            sight.record = remember.read_again(sight.record, now, of_first_look(now))
            await self._prepare(order)  # what it takes may be less
        else:
            await self.recall()

    def snapshot(self) -> str:
        """What RxScale's order holds, as it may be kept; "" where it was not seen."""
        order = self._sight.order
        if order is None:
            return ""
        if order.detail is not self._taken[0]:
            self._taken = order.detail, snapshot(order, self._parts.prints(order.detail))
        return self._taken[1]

    async def recall(self) -> None:
        """PharmaOne's order that was made of it, where it was not told yet."""
        sight = self._sight
        phase, is_known = sight.record.phase, sight.record.order_id or sight.p1_order
        if phase in (Phase.SUBMITTED, Phase.DROPPED) and not is_known:
            self._know(await self._parts.store.glance(pharmaone_lists.order_for, sight.record.uid))

    async def _look_at_pharmaone(self, step: LookAtPharmaOne) -> None:
        found = await self._pharmaone.order(step.order_id)
        if found is None:
            self._sight.p1_gone = True
            self._sight.record = remember.denied_there(self._sight.record, self._parts.now())
            unlisted_at = pharmaone_lists.unlisted_at
            self._sight.p1_unlisted_at = await self._parts.store.read(unlisted_at, step.order_id)
            other = partial(pharmaone_lists.order_for, but=step.order_id)
            self._know(await self._parts.store.read(other, self._sight.record.uid))
            self._book.note(Event.LOOKED_AT_PHARMAONE, why=step.why, status="404")
            return
        self._see_there(found)
        flags = ", ".join(found.order.handed_over) or None
        self._book.note(
            Event.LOOKED_AT_PHARMAONE, why=step.why, status=found.order.status, flags=flags
        )

    def _see_there(self, found: P1Sight) -> None:
        sight, self.there = self._sight, found
        sight.p1_order, sight.p1_looked_at = found.order, found.order.seen_at
        sight.tracking = self._rules.shipping.tracking(found.detail)
        state, tracked = self._amounts_to(found.order), bool(sight.tracking)
        sight.record = remember.seen_there(sight.record, found.order, state, tracked=tracked)
        if sight.record.is_unread and sight.order is not None:
            self._read_content(sight.order, found.detail)

    def _read_content(self, order: PharmacyOrder, detail: Mapping[str, Any]) -> None:
        """What is there of an order that this store did not send counts, not what RxScale shows."""
        sight, now, takes = self._sight, self.snapshot(), self._sight.demands or ()
        ours = sight.draft.payload if isinstance(sight.draft, Draft) else {}
        known, theirs = sight.record.sent or now, basket(detail, ours)
        held = held_there(order, known, takes, basket(ours, ours), theirs)
        sight.demands = at_least(takes, held.takes)
        if ours:
            sight.record = remember.held_there(sight.record, held.snapshot, now)

    def _amounts_to(self, order: P1Order) -> State | None:
        meaning = meaning_of(order, self._rules.words.pharmaone)
        return meaning[0] if meaning is not None else None

    def _know(self, order: P1Order | None) -> None:
        """An order that was read for the store a moment ago need not be asked for again.

        One that PharmaOne denied since is not believed to be there.
        """
        self._sight.p1_order = order
        denied = self._sight.record.p1_gone_since is not None
        shows_flags = order is not None and order.flags is not None and not denied
        self._sight.p1_looked_at = order.seen_at if order is not None and shows_flags else None

    async def _prepare(self, order: PharmacyOrder) -> None:
        sight = self._sight
        skus = [line.sku_uid for line in order.lines]
        ask = partial(self._parts.store.glance, rxscale_lists.for_submission, order.uid, skus)
        sight.catalogue_at, known, made, unlisted = await ask()
        if sight.catalogue_at is None:  # a new store: what its lines take is told by the list alone
            await self._parts.read_catalogue()
            sight.catalogue_at, known, made, unlisted = await ask()
        if made is not None and (sight.record.order_id is None or not self._parts.shadow):
            self._know(made)
        sight.demands = self._rules.links.demand(order, known)
        record = sight.record
        if not (record.phase in NEEDS_A_DRAFT or record.is_unread or self._parts.shadow):
            return
        sight.draft = self._rules.draft(
            order,
            known,
            shop_id=self._parts.shop_id,
            prescriptions=self._parts.prescriptions,
            unlisted=unlisted,
        )

    async def _read_catalogue(self, step: ReadCatalogue) -> None:
        await self._parts.read_catalogue()
        self._book.note(Event.READ_CATALOGUE, why=step.why)
        if self._sight.order is not None:
            await self._prepare(self._sight.order)
        self._sight.catalogue_at = self._parts.now()

    async def _find(self, step: Find) -> None:
        sight = self._sight
        search = await self._parts.find(step.since, sight.record, self._looks())
        self._know(await self._parts.store.read(pharmaone_lists.order_for, sight.record.uid))
        sight.search = search
        found = sight.p1_order.id if sight.p1_order else None
        sight.record = remember.searched(sight.record, search, sight.p1_order)
        self._book.note(Event.SEARCHED_PHARMAONE, why=step.why, found=found, gap=search.gap)

    def _looks(self) -> Content | None:
        """What it would hold, typed by hand; None where that is not known or matters not."""
        order, draft = self._sight.order, self._sight.draft
        over = self._sight.record.state in TERMINAL and not self._parts.shadow
        if order is None or not isinstance(draft, Draft) or over:
            return None
        names = surnames(draft.payload.get("customer_name"), *last_names(order.detail))
        return replace(content(draft.payload), names=names)

    async def _weigh(self, step: Weigh) -> None:
        store, uid, now = self._parts.store, self._sight.record.uid, self._parts.now()
        self._sight.company = await store.write(orders.weigh_cancelling, uid, step.vendor, now)

    def _adopt(self, order: P1Order) -> None:
        state = self._amounts_to(order) if order.flags is not None else None
        self._sight.record = remember.adopted(self._sight.record, order, state)
        self._sight.p1_gone = False  # the one before
        self._parts.count("submission", "adopted")
        self._book.note(Event.ADOPTED, order=order.id, status=order.status)

    async def _look_at_prescription(self, step: LookAtPrescription) -> None:
        status = await self._pharmaone.prescription(step.prescription_id)
        self._sight.record = remember.prescription_seen(self._sight.record, status)
        self._sight.prescription_looked = True
        self._book.note(Event.LOOKED_AT_PRESCRIPTION, why=step.why, status=status or "404")
