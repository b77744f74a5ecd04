"""One act for each step that a decision can name, and what it changes in sight and memory."""

import contextlib
import dataclasses
from typing import Any, assert_never

from bridge.core import reasons, remember
from bridge.core.copies import reference
from bridge.core.journal import Event
from bridge.core.model import OrderRecord
from bridge.core.orders.view import Sight
from bridge.core.reasons import Reason
from bridge.core.records import replace
from bridge.core.shadow import Note
from bridge.core.steps import (
    Act,
    Cancel,
    Complete,
    Ending,
    Ingest,
    Sending,
    SetStatus,
    Stuck,
    Submit,
)
from bridge.core.stock.reserve import Lent
from bridge.errors import BridgeError, Misconfigured, Refused, TryLater, Unsure
from bridge.exchange import Priority
from bridge.mapping.rules import Rules
from bridge.pharmaone.dialect import REQUEST_FIELDS
from bridge.store import stock, work
from bridge.texts import say
from bridge.worker.looking import Looker
from bridge.worker.notebook import Notebook
from bridge.worker.parts import Parts

_TRACKING_FIELD = "tracking_links"


class Acts:
    """Does steps for one look. Every call is noted in the book."""

    def __init__(self, parts: Parts, rules: Rules, sight: Sight, book: Notebook) -> None:
        self._parts = parts
        self._rules = rules
        self._sight = sight
        self._book = book
        self._owed = False
        """What a call came to is not on disk yet, though its intent is."""
        self._rxscale, self._pharmaone = parts.rxscale, parts.pharmaone
        self._looker = Looker(parts, rules, sight, book)

    async def do(self, step: Act) -> Ending | None:
        """Raises what the vendors' clients raise; Stuck where a refusal is the end of it."""
        if self._owed and not isinstance(step, Submit):  # which writes it down with its intent
            await self._record()
        if isinstance(step, Sending):
            return await self._send(step)
        await self._looker.look(step)
        return None

    async def recall(self) -> None:
        """What the store knows of PharmaOne's order, where RxScale's side is not looked at."""
        await self._looker.recall()

    async def noted(self) -> tuple[Note, ...]:
        """What a shadow notes of the look."""
        return ()

    async def _send(self, step: Sending) -> Ending | None:
        match step:
            case Submit():
                return await self._submit(step)
            case Ingest():
                await self._ingest(step)
            case SetStatus():
                await self._set_status(step)
            case Complete():
                await self._complete(step)
            case Cancel():
                return await self._cancel(step)
            case _:
                assert_never(step)
        return None

    # -- submitting ------------------------------------------------------------------------

    async def _submit(self, step: Submit) -> Stuck | None:
        sight, before = self._sight, self._sight.record
        try:
            await self._intend(step)
            name = reference(sight.record, self._rules.facts.repeated_reference)
            answer = await self._pharmaone.submit(name, step.draft, self._rules.orders.source)
        except Unsure as failure:
            sight.record = remember.answer_lost(sight.record, self._parts.now())
            self._tell_submission(Event.UNSURE, reason=failure.reason)
            return None
        except Refused as failure:
            sight.record = remember.refused(sight.record, before)
            self._tell_submission(Event.REFUSED, reason=failure.reason)
            return Stuck(_refused(step, failure))
        except (TryLater, Misconfigured):
            sight.record = before
            self._tell_submission(Event.NOT_SENT)
            raise
        sight.record = remember.submitted(sight.record, answer.request_id, self._parts.now())
        self._tell_submission(Event.SUBMITTED, request=answer.request_id, answer=answer.status)
        self._owed = True
        return None

    async def _intend(self, step: Submit) -> None:
        """On disk before the call: after a crash here the submission counts as unsure."""
        sight, version = self._sight, self._rules.version
        sight.record = self._intended()
        rules = list(step.draft.rules)
        self._book.note(Event.INTENDS_TO_SUBMIT, why=step.why, rules=rules, version=version)
        if not remember.is_intended(sight.record, sight.saved):
            await self._record()  # nothing is sent unless this is on disk

    def _intended(self) -> OrderRecord:
        now, version = self._parts.now(), self._rules.version
        return remember.intended(self._sight.record, now, version, self._looker.snapshot())

    def _tell_submission(self, word: Event, **facts: Any) -> None:
        self._parts.count("submission", word)
        self._book.note(word, **facts)

    async def _record(self) -> None:
        """With what its lines take: a look that goes on after a crash sees no lines any more."""
        sight, record, entries = self._sight, self._sight.record, self._book.take()
        write = self._parts.store.write_briefly
        if await write(work.save, record, entries, sight.demands, sight.saved):
            self._parts.stock_changed()
        sight.demands, sight.saved, self._owed = None, record, False

    # -- prescriptions ---------------------------------------------------------------------

    async def _ingest(self, step: Ingest) -> None:
        """As with a submission, the intent is on disk before the call."""
        sight, before = self._sight, self._sight.record
        sight.record = remember.prescribing(sight.record, self._parts.now())
        self._book.note(Event.INTENDS_TO_PRESCRIBE, why=step.why)
        await self._record()
        try:
            number = await self._pharmaone.ingest(step.body)
        except (Refused, TryLater, Misconfigured):
            sight.record = before
            raise
        sight.record = remember.prescribed(sight.record, number)
        sight.prescription_looked = True
        self._book.note(Event.PRESCRIBED, prescription=number)
        self._owed = True

    # -- answering -------------------------------------------------------------------------

    async def _set_status(self, step: SetStatus) -> None:
        was_held = self._sight.record.held
        if step.claims:
            await self._pharmaone.prepare_submission()
            await self._intend_claim(step)
        elif step.comment is not None:
            await self._intend_hold()
        try:
            comment = say(step.comment) if isinstance(step.comment, Reason) else step.comment
            told = await self._rxscale.set_status(self._sight.record.uid, step.word, comment)
        except (TryLater, Misconfigured):
            if not step.claims:  # it was certainly not carried out: a hold that comes is not ours
                self._sight.record = replace(self._sight.record, held=was_held)
            raise
        except Refused as failure:
            record = replace(self._sight.record, held=False)
            self._sight.record = remember.not_claimed(record) if step.claims else record
            self._look_before_giving_up(step.word, failure)
            return
        if told is not None and told != step.word and told in self._rules.words.rxscale.means:
            self._not_heeded(step.word, told)
            return
        self._believe(
            step.word, held=step.comment is not None, shown=step.claims and told == step.word
        )
        event = Event.CLAIMED if step.claims else Event.SET_STATUS
        self._tell_translation(event, step.word, step.rule)

    async def _intend_claim(self, step: SetStatus) -> None:
        """On disk before the call, and with it that the order-request follows."""
        sight = self._sight
        sight.record = claimed = remember.claiming(sight.record, step.word)
        if step.submits:
            sight.record = self._intended()
        try:
            await self._record()
        finally:
            sight.record = claimed

    async def _intend_hold(self) -> None:
        """On disk before the call: whose a hold is could not be told after a lost answer."""
        self._sight.record = replace(self._sight.record, held=True)
        await self._record()

    async def _complete(self, step: Complete) -> None:
        lent = await self._lend()
        try:
            await self._rxscale.complete(self._sight.record.uid, step.tracking)
        except Refused as failure:
            if _about_stock(failure) and not self._sight.is_short:
                self._sight.is_short = True
                self._book.note(Event.STATUS_REFUSED, status=step.word, reason=failure.reason)
                return
            if step.tracking and _about_tracking(failure):
                self._sight.tracking_refused = True
                self._book.note(Event.TRACKING_REFUSED, reason=failure.reason)
                return
            self._look_before_giving_up(step.word, failure)
            return
        finally:
            await self._take_back(lent)
        self._believe(step.word, held=False)
        carrier = step.tracking[0].carrier if step.tracking else None
        self._tell_translation(Event.COMPLETED, step.word, step.rule, carrier=carrier)

    async def _lend(self) -> list[Lent]:
        """RxScale takes an order's pieces off a number from which they are kept back already: where
        it wants them to be there, they are while the order is completed. On disk before the calls.
        """
        refused = self._sight.is_short
        if not refused and self._rules.facts.short_stock_on_complete != "refused":
            return []
        uid = self._sight.record.uid
        lent = await self._parts.store.write(stock.lend, uid, refused=refused)
        if lent:
            told = ", ".join(f"{each.uid} {each.before} \u2192 {each.raised}" for each in lent)
            self._book.note(Event.LENT, skus=told)
        try:
            for each in lent:
                await self._rxscale.set_sku(each.uid, stock=each.raised)
        except BaseException:
            await self._take_back(lent)
            raise
        return lent

    async def _take_back(self, lent: list[Lent]) -> None:
        """What fails here is written by the next round, which is due at once."""
        if not lent:
            return
        with contextlib.suppress(BridgeError):
            for uid, pieces in (await self._parts.store.write(stock.take_back, lent)).items():
                await self._rxscale.set_sku(uid, stock=pieces, priority=Priority.FALLING_STOCK)
        self._parts.stock_changed()

    def _look_before_giving_up(self, word: str, failure: Refused) -> None:
        """A refused step may have been taken meanwhile, by others or by us: look again.

        Raises the refusal the second time.
        """
        self._book.note(Event.STATUS_REFUSED, status=word, reason=failure.reason)
        if self._sight.refused_word == word:
            raise failure
        self._sight.refused_word = word
        self._sight.order = None

    def _not_heeded(self, word: str, told: str) -> None:
        """The answer itself shows that nothing happened: look again."""
        self._book.note(Event.NOT_HEEDED, status=word, told=told)
        self._sight.record = remember.not_heeded(self._sight.record, self._parts.now())
        self._sight.order = None

    def _believe(self, word: str, *, held: bool, shown: bool = False) -> None:
        """An accepted write is as good as a look, but for what rests on it; one whose answer has
        `shown` the word is a look.
        """
        sight, words = self._sight, self._rules.words.rxscale
        if sight.order is None:
            sight.record = remember.status_written(sight.record, word, words, self._parts.now())
            sight.written = True
            return
        now = self._parts.now()
        sight.order = dataclasses.replace(
            sight.order, status=word, seen_at=now, is_believed=not shown
        )
        sight.record = remember.status_set(sight.record, sight.order, words, held=held)

    async def _cancel(self, step: Cancel) -> Stuck | None:
        sight = self._sight
        try:
            await self._pharmaone.set_order_status(step.order_id, step.body)
        except Refused as failure:
            self._book.note(Event.CANCELLATION_REFUSED, reason=failure.reason)
            return Stuck(reasons.CANCELLED_AT_RXSCALE(order=sight.record.order_id))
        sight.record = remember.cancelled_there(sight.record, self._parts.now())
        sight.p1_looked_at = None  # whether it took effect is for a look to tell
        self._tell_translation(Event.CANCELLED_THERE, step.word, step.rule, order=step.order_id)
        return None

    def _tell_translation(self, what: Event, word: str, rule: str, **facts: Any) -> None:
        """Each translation is kept with the version of the files that made it."""
        self._sight.record = replace(self._sight.record, rules_version=self._rules.version)
        self._book.note(what, status=word, rule=rule, version=self._rules.version, **facts)


def _refused(step: Submit, failure: Refused) -> Reason:
    """With the fields that were sent and are documented nowhere: they may be the cause."""
    guessed = ", ".join(
        f"payload.{name}" for name in sorted(step.draft.payload.keys() - REQUEST_FIELDS)
    )
    what = reasons.WITH_UNDOCUMENTED(what=failure.reason, fields=guessed)
    return reasons.REFUSED(
        vendor="PharmaOne",
        doing=reasons.THE_ORDER_REQUEST(),
        what=what if guessed else failure.reason,
    )


def _about_stock(failure: Refused) -> bool:
    """Which field it names is not documented."""
    return failure.status in (400, 409) and any("stock" in field for field in failure.fields)


def _about_tracking(failure: Refused) -> bool:
    """RxScale's 400 for a link or carrier it does not take; or one that names no field at all."""
    named = any(field.startswith(_TRACKING_FIELD) for field in failure.fields)
    return failure.status == 400 and (named or not failure.fields)
