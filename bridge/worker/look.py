"""One look at one order: observe, decide, take the step, write it down, until it must wait."""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime
from typing import Any, assert_never

from bridge.core import patience, reasons, remember
from bridge.core.memory import Outcome
from bridge.core.model import (
    Claim,
    Draft,
    Gaps,
    Link,
    P1Order,
    PharmacyOrder,
    Phase,
    StuckNote,
)
from bridge.core.orders import next_step
from bridge.core.steps import (
    Adopt,
    Done,
    Find,
    Look,
    ReadCatalogue,
    Search,
    SetStatus,
    Step,
    Stuck,
    Submit,
    View,
    Wait,
)
from bridge.errors import Garbled, Misconfigured, Refused, TryLater, Unsure
from bridge.worker.notebook import Notebook
from bridge.worker.parts import Parts

log = logging.getLogger("bridge.worker")

MOST_STEPS = 12
"""More steps than any order needs in one go: a loop that does not end is a fault, not work."""
MOST_GARBLED = 4
MOST_WRITES = 6

Ending = Wait | Stuck | Done


class OrderLook:
    """Carries what one look has seen and done so far; made for one claim, used once."""

    def __init__(self, parts: Parts, claim: Claim, link: Link) -> None:
        self._parts = parts
        self._claim = claim
        self._link = link
        self._book = Notebook(claim.key, parts.now)
        listening = self._book.listening
        self._rxscale = replace(parts.rxscale, send=listening("rxscale", parts.rxscale.send))
        self._pharmaone = replace(
            parts.pharmaone, send=listening("pharmaone", parts.pharmaone.send)
        )
        self._rules = parts.rules()
        self._order: PharmacyOrder | None = None
        self._gone = False
        self._draft: Draft | Gaps | None = None
        self._catalogue_at: datetime | None = None
        self._p1_order: P1Order | None = None
        self._search: Search | None = None
        self._refused_word: str | None = None

    async def run(self) -> None:
        """Steps until the order must wait, is stuck or done; settles it in the store."""
        for _ in range(MOST_STEPS):
            ending = await self._take(next_step(self._view()))
            if ending is not None:
                await self._settle(ending)
                return
        await self.put_off(f"no end after {MOST_STEPS} steps")

    async def put_off(self, why: str) -> None:
        """Settles the look as failed: it is tried again later."""
        await self._settle(self._later(why))

    def _view(self) -> View:
        return View(
            now=self._parts.now(),
            link=self._link,
            policy=self._parts.policy,
            rxscale=self._rules.rxscale,
            pharmaone=self._rules.pharmaone,
            review=self._rules.review_state,
            order=self._order,
            gone=self._gone,
            looks=self._claim.attempts,
            draft=self._draft,
            catalogue_at=self._catalogue_at,
            p1_order=self._p1_order,
            search=self._search,
        )

    async def _take(self, step: Step) -> Ending | None:
        """One step. What the vendors' errors mean for the order is said here, once."""
        if isinstance(step, Wait | Stuck | Done):
            return step
        self._parts.told("step", type(step).__name__)
        try:
            return await self._act(step)
        except Garbled as failure:
            if self._claim.attempts >= MOST_GARBLED:
                return Stuck(reasons.garbled(self._link, "the vendor", failure.what))
            return self._later(failure.what, failure.after)
        except TryLater as failure:
            return self._later(failure.what, failure.after)
        except Unsure as failure:
            return self._later(failure.what)
        except Misconfigured as failure:
            return self._later(str(failure), patience.MISCONFIGURED_SECONDS)
        except Refused as failure:
            return Stuck(reasons.refused(self._link, "the vendor", _doing(step), failure.what))

    async def _act(
        self, step: Look | ReadCatalogue | Find | Adopt | Submit | SetStatus
    ) -> Ending | None:
        match step:
            case Look():
                await self._look_at_rxscale(step)
            case ReadCatalogue():
                await self._read_catalogue(step)
            case Find():
                await self._find(step)
            case Adopt():
                self._adopt(step)
            case Submit():
                return await self._submit(step)
            case SetStatus():
                await self._set_status(step)
            case _:
                assert_never(step)
        return None

    async def _look_at_rxscale(self, step: Look) -> None:
        order = await self._rxscale.order(self._link.uid)
        if order is None:
            self._gone = True
            self._book.note("looked", why=step.why, status="404")
            return
        self._order = order
        self._link = remember.seen(self._link, order, self._rules.rxscale)
        self._book.note("looked", why=step.why, status=order.status)
        if self._link.phase in (Phase.KNOWN, Phase.UNSURE, Phase.DONE):
            await self._prepare(order)

    async def _prepare(self, order: PharmacyOrder) -> None:
        store = self._parts.store
        self._catalogue_at = await store.catalogue_at()  # first: never newer than what is read
        skus = await store.catalogue([line.sku_uid for line in order.lines])
        self._draft = self._rules.draft(order, skus, shop_id=self._parts.shop_id)

    async def _read_catalogue(self, step: ReadCatalogue) -> None:
        await self._parts.read_catalogue()
        self._book.note("read catalogue", why=step.why)
        if self._order is not None:
            await self._prepare(self._order)
        self._catalogue_at = self._parts.now()

    async def _find(self, step: Find) -> None:
        search = await self._parts.find(step.since)
        self._p1_order = await self._parts.store.p1_order_for(self._link.uid)
        self._search = search
        found = self._p1_order.id if self._p1_order else None
        self._link = remember.searched(self._link, search, self._p1_order)
        self._book.note("searched PharmaOne", why=step.why, found=found, gap=search.gap or None)

    def _adopt(self, step: Adopt) -> None:
        order = step.order
        self._link = remember.adopted(self._link, order)
        self._parts.told("submission", "adopted")
        self._book.note("adopted", order=order.id, status=order.status)

    async def _submit(self, step: Submit) -> Ending | None:
        before = self._link
        try:
            await self._intend(step)
            answer = await self._pharmaone.submit(self._link.uid, step.draft, self._rules.source)
        except Unsure as failure:
            self._become_unsure(failure)
            return None
        except Refused as failure:
            self._link = remember.refused(self._link, before)
            self._tell_submission("refused", reason=failure.what)
            return Stuck(reasons.refused(before, "PharmaOne", _doing(step), failure.what))
        except (TryLater, Misconfigured):
            self._link = before
            self._tell_submission("not sent")
            raise
        self._link = remember.submitted(self._link, answer.request_id, self._parts.now())
        self._tell_submission("submitted", request=answer.request_id, answer=answer.status)
        await self._record()
        return None

    async def _intend(self, step: Submit) -> None:
        """On disk before the call: after a crash here the submission counts as unsure."""
        self._link = remember.intended(self._link, self._parts.now(), self._rules.version)
        self._book.note("intends to submit", why=step.why, rules=list(step.draft.rules))
        await self._record()  # nothing is sent unless this is on disk

    def _become_unsure(self, failure: Unsure) -> None:
        self._link = remember.answer_lost(self._link, self._parts.now())
        self._tell_submission("unsure", reason=failure.what)

    async def _set_status(self, step: SetStatus) -> None:
        try:
            await self._rxscale.set_status(self._link.uid, step.word, step.comment)
        except Refused as failure:
            self._book.note("status refused", status=step.word, reason=failure.what)
            if self._refused_word == step.word:
                raise
            self._refused_word = step.word
            self._order = None  # it may have moved meanwhile: look before giving up
            return
        self._believe(step)
        self._book.note("set status", status=step.word, rule=step.rule)

    def _believe(self, step: SetStatus) -> None:
        """An accepted write is as good as a look."""
        if self._order is None:
            return
        self._order = replace(self._order, status=step.word, seen_at=self._parts.now())
        self._link = remember.status_set(self._link, self._order, step, self._rules.rxscale)

    def _later(self, why: str, after: float | None = None) -> Wait:
        wait = patience.backoff(self._claim.attempts, self._parts.jitter(), after)
        return Wait(why, self._parts.now() + wait, failed=True)

    def _tell_submission(self, word: str, **facts: Any) -> None:
        self._parts.told("submission", word)
        self._book.note(word, **facts)

    async def _record(self) -> None:
        await self._parts.store.save(self._link, self._book.take())

    async def _settle(self, ending: Ending) -> None:
        now = self._parts.now()
        stuck: StuckNote | None = None
        again_at: datetime | None = None
        match ending:
            case Wait(why, until, failed):
                again_at = until or (self._later(why).until if failed else None)
                self._book.note("waits", why=why, until=_text(again_at))
            case Stuck(note):
                stuck = note
                self._book.note("stuck", code=note.code, reason=note.reason, remedy=note.remedy)
            case Done(why):
                self._finish(why, now)
        self._link = replace(self._link, calls=self._link.calls + self._book.call_count)
        if isinstance(ending, Done):
            self._parts.counted_calls(self._link.calls)
        failed = isinstance(ending, Wait) and ending.failed
        await self._write_down(
            Outcome(
                claim=self._claim,
                link=self._link,
                entries=self._book.take(),
                again_at=again_at,
                failed=failed,
                stuck=stuck,
                now=now,
            )
        )

    async def _write_down(self, outcome: Outcome) -> None:
        """What was done must be remembered: a store that cannot write is waited for."""
        for attempt in range(MOST_WRITES):
            try:
                await self._parts.store.settle(outcome)
            except TryLater as failure:
                if attempt == MOST_WRITES - 1:
                    raise
                log.warning("cannot settle", extra={"key": outcome.claim.key, "why": failure.what})
                await asyncio.sleep(2.0**attempt)
            else:
                return

    def _finish(self, why: str, now: datetime) -> None:
        self._book.note("done", why=why)
        self._link = remember.done(self._link, now)


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


def _doing(step: Step) -> str:
    return {Submit: "the order-request", SetStatus: "the status", Look: "the question"}.get(
        type(step), "a call"
    )
