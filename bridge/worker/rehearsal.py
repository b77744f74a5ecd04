"""Shadow mode's acts: looks are real; what would change a vendor's side is noted and supposed."""

from dataclasses import replace
from typing import Any

from bridge.core import reasons, remember, shadow
from bridge.core.journal import Event
from bridge.core.lifecycle import TERMINAL
from bridge.core.model import Draft, OrderId, PharmacyOrder, Phase, State, order_key
from bridge.core.reconcile import describe
from bridge.core.shadow import THERE, Note, What
from bridge.core.steps import (
    Act,
    Cancel,
    Complete,
    Ending,
    Find,
    Ingest,
    Sending,
    SetStatus,
    Submit,
    Wait,
)
from bridge.pharmaone.orders import basket, content
from bridge.store import pharmaone_lists
from bridge.store import shadow as notes
from bridge.worker.acts import Acts


class Rehearsal(Acts):
    """What is supposed stands in the shadow's own store and nowhere else."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self._key = order_key(self._sight.record.uid)
        self._notes: dict[tuple[What, str], Note] | None = None

    async def do(self, step: Act) -> Ending | None:
        """A search also finds what a person typed by hand."""
        if self._notes is None:
            known = await self._parts.store.read(notes.of, self._key)
            self._notes = {(note.what, note.word): note for note in known}
        ending = await super().do(step)
        sight = self._sight
        sight.record = shadow.taken_up(sight.record)
        search = sight.search if isinstance(step, Find) and not sight.record.doubted_at else None
        if search is not None and search.twin is not None:
            if sight.record.phase is Phase.SUBMITTED:
                await self._follow(search.twin)
            sight.search = replace(search, twin=None)
        return ending

    async def noted(self) -> tuple[Note, ...]:
        """With how far both sides have come, of an order that is supposed to have been sent."""
        record, sight, words = self._sight.record, self._sight, self._rules.words.rxscale
        if self._notes is None or not (record.attempts or record.order_id):
            return ()
        for state, word in shadow.passed(words, record.rx_status).items():
            self._note(What.STATUS, state, found=word, found_at=record.rx_seen_at)
        there = State.CANCELLED if record.p1_state is State.REJECTED else record.p1_state
        if there is not None:
            for state, word in shadow.passed(words, words.says.get(there)).items():
                self._note(What.STATUS, state, wanted=word, wanted_at=record.p1_seen_at)
            if there is State.CANCELLED and (What.STATUS, THERE) in self._notes:
                seen_at = record.p1_seen_at
                self._note(What.STATUS, THERE, found=record.p1_status, found_at=seen_at)
        found, draft = self._looker.there, sight.draft
        if found is not None and isinstance(draft, Draft) and (What.ORDER, "") in self._notes:
            ours, at = draft.payload, found.order.created_at or found.order.seen_at
            sums = content(ours).total, content(found.detail).total
            why = shadow.compare(basket(ours, ours), basket(found.detail, ours), sums)
            self._note(What.ORDER, "", found=found.order.id, found_at=at, why=why)
        return tuple(self._notes.values())

    def _note(self, what: What, word: str, **found: Any) -> None:
        assert self._notes is not None  # noqa: S101 - `do` comes first
        before = self._notes.get((what, word))
        self._notes[what, word] = shadow.merged(before, Note(self._key, what, word, **found))

    async def _follow(self, order_id: OrderId) -> None:
        """What a person typed is followed as if it had been made of our order-request."""
        found = await self._pharmaone.order(order_id)
        if found is not None:
            order = replace(found.order, external_id=self._sight.record.uid)
            await self._parts.store.write(pharmaone_lists.save_orders, [order])
            self._sight.p1_order = order

    async def _send(self, step: Sending) -> Ending | None:
        sight, state = self._sight, None
        if isinstance(step, SetStatus | Complete):
            state = self._rules.words.rxscale.means[step.word]
        self._would(step, state)
        if isinstance(step, Cancel) or state in TERMINAL:
            return Wait(reasons.IN_SHADOW())
        if isinstance(step, SetStatus):
            order = sight.order or PharmacyOrder(sight.record.uid, step.word, self._parts.now())
            sight.order = replace(order, status=step.word)
            claim = step.word if step.claims else sight.record.claimed_as
            held = state is State.ON_HOLD
            sight.record = replace(sight.record, claimed_as=claim, held=held)
        elif isinstance(step, Ingest) and isinstance(sight.draft, Draft):
            sight.draft = replace(sight.draft, prescription=None)
        elif isinstance(step, Submit):
            now, sent = self._parts.now(), self._looker.snapshot()
            intended = remember.intended(sight.record, now, self._rules.version, sent)
            sight.record, sight.search = remember.submitted(intended, None, now), None
        return None

    def _would(self, step: Sending, state: State | None) -> None:
        """A wish is told once in the order's story. A hold with a reason is nothing to compare."""
        what, word = What.STATUS, state.value if state is not None else THERE
        wanted = getattr(step, "word", "sent")
        if isinstance(step, Submit | Ingest):
            what, word = What.ORDER, ""
        known = self._notes is not None and self._notes.get((what, word))
        if not known or known.wanted is None:
            self._book.note(Event.WOULD, step=describe(step), rule=getattr(step, "rule", None))
        if not isinstance(step, Ingest) and state is not State.ON_HOLD:
            self._note(what, word, wanted=wanted, wanted_at=self._parts.now())
