"""One look at one order: observe, decide, take the step, write it down, until it must wait."""

import asyncio
import logging
from datetime import datetime

from bridge.core import patience, reasons, remember, shadow
from bridge.core.deliveries import is_of_pharmaone
from bridge.core.journal import Event
from bridge.core.lifecycle import TERMINAL
from bridge.core.memory import Outcome
from bridge.core.model import Claim, OrderRecord, Phase
from bridge.core.orders.attention import attentions
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Sight, View, meaning_of, remembered
from bridge.core.reasons import Reason
from bridge.core.records import replace
from bridge.core.remember import taken_up
from bridge.core.steps import (
    Act,
    Cancel,
    Complete,
    Done,
    Ending,
    Find,
    Ingest,
    Look,
    LookAtPharmaOne,
    LookAtPrescription,
    SetStatus,
    Stuck,
    Submit,
    Wait,
)
from bridge.core.stock.reserve import released_at
from bridge.errors import Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.store import work
from bridge.worker.acts import Acts
from bridge.worker.notebook import Notebook
from bridge.worker.parts import Parts
from bridge.worker.rehearsal import Rehearsal

log = logging.getLogger("bridge.worker")

MOST_STEPS = 24
"""More steps than any order needs in one go: a loop that does not end is a fault, not work."""
MOST_WRITES = 6

_AT_PHARMAONE = (LookAtPharmaOne, Cancel, Submit, Ingest, LookAtPrescription, Find)
_NEEDS_IT = (Phase.KNOWN, Phase.ADOPTED)
"""Of which no look ends without PharmaOne."""
_DOING = {
    Submit: reasons.THE_ORDER_REQUEST,
    Ingest: reasons.THE_PRESCRIPTION,
    SetStatus: reasons.THE_STATUS,
    Complete: reasons.THE_COMPLETION,
    Look: reasons.THE_QUESTION,
    LookAtPharmaOne: reasons.THE_QUESTION,
}


class OrderLook:
    """Carries one look from its claim to its settlement; used once."""

    def __init__(self, parts: Parts, claim: Claim, record: OrderRecord) -> None:
        self._parts = parts
        self._claim = claim
        self._rules = parts.rules()
        self._sight = Sight(taken_up(record, parts.now()), saved=record)
        self._was_over = self._sight.record.state in TERMINAL
        self._book = Notebook(claim.key, parts.now)
        acts, self._decide = (Rehearsal, shadow.next_step) if parts.shadow else (Acts, next_step)
        self._acts = acts(parts, self._rules, self._sight, self._book)
        self.again_at: datetime | None = None
        """Once it is settled: when it is to be looked at again, if it is not hinted before."""

    async def run(self) -> None:
        """Steps until the order must wait, is stuck or done; settles it in the store."""
        if (rest := self._rest()) > 0:
            await self._settle(self._later(reasons.FAILED_REPEATEDLY(vendor="PharmaOne"), rest))
            return
        is_dropped = self._sight.record.phase is Phase.DROPPED
        if is_dropped or remembered(self._view()) is not None:
            await self._acts.recall()
        for _ in range(MOST_STEPS):
            step = self._decide(self._view())
            ending = step if isinstance(step, Ending) else await self._take(step)
            if ending is not None:
                await self._settle(ending)
                return
        await self.put_off(reasons.NO_END(steps=MOST_STEPS))

    def _rest(self) -> float:
        """How long a look would end where the last one did: at a PharmaOne that is left alone. What
        was not hinted since is not asked for at RxScale meanwhile.
        """
        record = self._sight.record
        if not self._claim.attempts or record.rx_seen_at is None or record.phase not in _NEEDS_IT:
            return 0.0
        return self._parts.pharmaone_rests()

    def _view(self) -> View:
        return View(
            self._parts.now(),
            self._parts.policy,
            self._rules.words,
            self._sight,
            self._rules.facts,
            rx_unchanged=is_of_pharmaone(self._claim.reported),
            pharmaone_ready=not self._parts.is_pharmaone_left_alone(),
        )

    async def put_off(self, why: Reason) -> None:
        """Settles the look as failed: it is tried again later."""
        await self._settle(self._later(why))

    async def _take(self, step: Act) -> Ending | None:
        """One step. What the vendors' errors mean for the order is said here, once."""
        self._parts.count("step", type(step).__name__)
        vendor = "PharmaOne" if isinstance(step, _AT_PHARMAONE) else "RxScale"
        try:
            return await self._acts.do(step)
        except Garbled as failure:
            if self._claim.attempts >= patience.ENOUGH_LOOKS:
                return Stuck(reasons.UNREADABLE(vendor=vendor, what=failure.reason))
            return self._later(failure.reason, failure.after)
        except TryLater as failure:
            return self._later(failure.reason, failure.after)
        except Unsure as failure:
            return self._later(failure.reason)
        except Misconfigured as failure:
            return self._later(failure.reason, patience.MISCONFIGURED_SECONDS)
        except Refused as failure:
            doing = _DOING.get(type(step), reasons.A_CALL)()
            return Stuck(reasons.REFUSED(vendor=vendor, doing=doing, what=failure.reason))

    def _later(self, why: Reason, after: float | None = None) -> Wait:
        wait = patience.backoff(self._claim.attempts, self._parts.jitter(), after)
        return Wait(why, self._parts.now() + wait, failed=True)

    async def _settle(self, ending: Ending) -> None:
        now, sight = self._parts.now(), self._sight
        stuck: Reason | None = None
        again_at: datetime | None = None
        match ending:
            case Wait(why, until, failed):
                again_at = until or (self._later(why).until if failed else None)
                self._book.note(Event.WAITS, why=why, until=_text(again_at))
            case Stuck(stuck, again_at):
                self._book.note(Event.STUCK, reason=stuck)
            case Done(why):
                self._book.note(Event.DONE, why=why)
                sight.record = remember.done(sight.record, now)
                if why.code == reasons.OF_ANOTHER_PHARMACY:
                    sight.demands = ()
        noted = await self._acts.noted()
        sight.record = replace(sight.record, calls=sight.record.calls + self._book.call_count)
        if sight.record.state in TERMINAL and not self._was_over:
            self._parts.counted_calls(sight.record.calls)
        await self._write_down(
            Outcome(
                claim=self._claim,
                record=sight.record,
                entries=self._book.take(),
                again_at=again_at,
                failed=isinstance(ending, Wait) and ending.failed,
                stuck=stuck,
                now=now,
                attentions=() if self._parts.shadow else attentions(self._view()),
                cancels=sight.company is not None or sight.record.state in TERMINAL,
                p1_order=sight.p1_order if sight.p1_looked_at is not None else None,
                takes=sight.demands,
                released_at=self._released_at(),
                short_stock=self._rules.facts.short_stock_on_complete,
                noted=noted,
                before=sight.saved,
            )
        )

    def _released_at(self) -> datetime | None:
        order = self._sight.p1_order
        there = meaning_of(order, self._rules.words.pharmaone) if order is not None else None
        state = there[0] if there is not None else None
        deducts = self._rules.words.deducting
        return released_at(self._sight.record, state, deducts, self._parts.now())

    async def _write_down(self, outcome: Outcome) -> None:
        """What was done must be remembered: a store that cannot write is waited for."""
        for attempt in range(MOST_WRITES):
            try:
                changed = await self._parts.store.write_soon(work.settle, outcome)
            except TryLater as failure:
                if attempt == MOST_WRITES - 1:
                    raise
                log.warning("cannot settle", extra={"key": outcome.claim.key, "why": failure})
                await asyncio.sleep(2.0**attempt)
            else:
                self.again_at = outcome.again_at
                if changed:
                    self._parts.stock_changed()
                return


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
