"""What each thing seen or done changes in what is remembered of an order. Pure, one a function."""

from datetime import datetime
from typing import Any

from bridge.core.lifecycle import RANK, TERMINAL, Vocabulary
from bridge.core.model import (
    Flag,
    OrderRecord,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    Phase,
    PrescriptionId,
    State,
)
from bridge.core.orders.view import Search
from bridge.core.records import replace


def seen(record: OrderRecord, order: PharmacyOrder, vocabulary: Vocabulary) -> OrderRecord:
    """RxScale's side was seen."""
    state = vocabulary.means.get(order.status)
    claimed_as, doubted_at = _claim(record, order, vocabulary)
    after = replace(
        record,
        name=order.name or record.name,
        priority=order.priority,
        rx_status=order.status,
        rx_seen_at=order.seen_at,
        state=state,
        rx_gone_since=None,
        held=record.held and state is State.ON_HOLD,
        unheeded=_unheeded(record, state),
        is_believed=False,
        claimed_as=claimed_as,
        doubted_at=doubted_at,
        created_at=order.created_at or record.created_at,
    )
    return replace(after, unsent_at=order.seen_at) if _is_unsent(after) else after


def _unheeded(record: OrderRecord, state: State | None) -> int:
    """Counts a write that was accepted and is not seen: the order stands before it still."""
    if not record.is_believed or record.state is None or state is None:
        return record.unheeded
    return record.unheeded + 1 if RANK[state] < RANK[record.state] else 0


def not_heeded(record: OrderRecord, now: datetime) -> OrderRecord:
    """RxScale accepted a status, and its answer shows another one."""
    unheeded = record.unheeded + 1
    return replace(record, unheeded=unheeded, wrote_at=now, claimed_as=None, held=False)


def _is_unsent(record: OrderRecord) -> bool:
    """It stands in the queue, or at this store's claim with nothing sent yet."""
    untouched = record.phase in (Phase.KNOWN, Phase.DONE) and record.attempts == 0
    return untouched and record.doubted_at is None and record.state not in TERMINAL


def _claim(
    record: OrderRecord, order: PharmacyOrder, vocabulary: Vocabulary
) -> tuple[str | None, datetime | None]:
    """Whose an order is that this store has not sent, and whether others may have.

    Every bridge claims an order before it sends it, by setting its status past the queue. At a
    queue word nobody has sent it, whatever became of any store. Past the queue, and not by this
    store, a person or an earlier store took it in hand.
    """
    before = record.claimed_as, record.doubted_at
    waiting = vocabulary.arriving | vocabulary.queue
    state = vocabulary.means.get(order.status)
    if record.phase not in (Phase.KNOWN, Phase.DONE):
        return before
    if order.status in waiting:
        return None, None
    is_ours = record.held or record.claimed_as is not None  # whoever holds it: it may be released
    if order.status == record.claimed_as or (is_ours and state is State.ON_HOLD):
        return before
    if state in TERMINAL and (
        state is State.COMPLETED
        or record.phase is Phase.DONE
        or record.claimed_as is not None
        or record.rx_status in waiting
    ):
        return before
    return None, record.doubted_at or record.rx_seen_at or record.first_seen_at


def claiming(record: OrderRecord, word: str) -> OrderRecord:
    """About to set RxScale's status to `word`, which claims the order. On disk before the call."""
    return replace(record, claimed_as=word)


def not_claimed(record: OrderRecord) -> OrderRecord:
    """RxScale refused the status: the order was moved meanwhile, and not by this store."""
    return replace(record, claimed_as=None)


def status_set(
    record: OrderRecord, order: PharmacyOrder, vocabulary: Vocabulary, *, held: bool = False
) -> OrderRecord:
    """RxScale accepted a status: as good as seeing it. `order` already carries the new word.

    `held`: it is on hold, and it is the bridge that put it there.
    """
    echoes = "\n".join((*record.echoes.splitlines(), order.status))
    after = seen(replace(record, held=held, is_believed=False), order, vocabulary)
    return replace(after, held=held, echoes=echoes, is_believed=True, wrote_at=order.seen_at)


def status_written(
    record: OrderRecord, word: str, vocabulary: Vocabulary, now: datetime
) -> OrderRecord:
    """RxScale accepted a status of an order that this look did not fetch (`facts.toml`)."""
    echoes = "\n".join((*record.echoes.splitlines(), word))
    state = vocabulary.means.get(word)
    after = replace(record, rx_status=word, rx_seen_at=now, state=state, echoes=echoes)
    return replace(after, is_believed=True, wrote_at=now)


def searched(record: OrderRecord, search: Search, order: P1Order | None) -> OrderRecord:
    """PharmaOne's orders were searched; only a whole search that found nothing says anything."""
    if order is not None or search.gap or search.twin:
        return record
    return replace(record, searched_at=search.began_at)


def adopted(record: OrderRecord, order: P1Order, state: State | None = None) -> OrderRecord:
    """The order made from ours is known; `state`: what it amounts to, where its flags were seen.

    A dropped one stays so. What was asked of one that it replaces was not asked of this one.
    """
    is_dropped = record.phase is Phase.DROPPED
    is_other = record.order_id not in (None, order.id)
    return replace(
        record,
        phase=Phase.DROPPED if is_dropped else Phase.ADOPTED,
        order_id=order.id,
        p1_status=order.status,
        p1_seen_at=order.seen_at,
        p1_state=state,
        p1_gone_since=None,
        p1_cancelled_at=None if is_other else record.p1_cancelled_at,
        finished_at=record.finished_at if is_dropped else None,
    )


def seen_there(
    record: OrderRecord, order: P1Order, state: State | None = None, *, tracked: bool = False
) -> OrderRecord:
    """PharmaOne's order itself was seen. `state`: what it amounts to, None for an unknown word;
    `tracked`: it names its parcel's page.

    One that was completed without its parcel's page stays so, whatever comes later.
    """
    untracked_at = record.untracked_at
    if Flag.SHIPPED in (order.flags or ()) and not tracked:
        untracked_at = untracked_at or order.seen_at
    elif record.phase is not Phase.DONE:
        untracked_at = None
    unheeded = record.unheeded
    if record.p1_cancelled_at is not None:
        unheeded = 0 if state in TERMINAL else unheeded + 1
    return replace(
        record,
        p1_status=order.status,
        p1_seen_at=order.seen_at,
        p1_state=state,
        p1_gone_since=None,
        unheeded=unheeded,
        untracked_at=untracked_at,
    )


def cancelled_there(record: OrderRecord, now: datetime) -> OrderRecord:
    """PharmaOne accepted our cancellation of its order."""
    return replace(record, p1_cancelled_at=now)


def denied(record: OrderRecord, now: datetime) -> OrderRecord:
    """RxScale answers that there is no such order."""
    return replace(record, rx_gone_since=record.rx_gone_since or now)


def denied_there(record: OrderRecord, now: datetime) -> OrderRecord:
    """PharmaOne answers that there is no such order."""
    return replace(record, p1_gone_since=record.p1_gone_since or now)


def prescribing(record: OrderRecord, now: datetime) -> OrderRecord:
    """About to send the prescription. On disk before the call."""
    return replace(record, prescription_at=now)


def prescribed(record: OrderRecord, prescription_id: PrescriptionId) -> OrderRecord:
    return replace(record, prescription_id=prescription_id, prescription_at=None)


def prescription_seen(record: OrderRecord, status: str | None) -> OrderRecord:
    """`status` is None where PharmaOne does not show it (yet)."""
    return replace(record, prescription_status=status or record.prescription_status)


def intended(record: OrderRecord, now: datetime, rules_version: str, sent: str = "") -> OrderRecord:
    """About to submit. On disk before the call, so that a crash around it is known of."""
    return replace(
        record,
        phase=Phase.SUBMITTING,
        intent_at=now,
        attempts=record.attempts + 1,
        doubted_at=None,
        searched_at=None,
        finished_at=None,
        rules_version=rules_version,
        sent=sent,
        snapshot=sent,
    )


def is_intended(record: OrderRecord, saved: OrderRecord | None) -> bool:
    """Whether the store has the intent of this very submission, written down with its claim."""
    if saved is None or saved.phase is not Phase.SUBMITTING or saved.doubted_at is not None:
        return False
    return (saved.attempts, saved.sent) == (record.attempts, record.sent)


def read_again(record: OrderRecord, snapshot: str, first: str) -> OrderRecord:
    """RxScale's order was seen whole after it was sent. `first`: the same, if it is the first look
    at one that another store sent; what that sent is for PharmaOne's order to tell.
    """
    return replace(record, sent=record.sent or first, snapshot=snapshot)


def held_there(record: OrderRecord, sent: str, snapshot: str) -> OrderRecord:
    """What another store sent was seen at PharmaOne, beside what RxScale's order holds now."""
    return replace(record, sent=sent, snapshot=snapshot)


def submitted(record: OrderRecord, request_id: OrderRequestId | None, now: datetime) -> OrderRecord:
    return replace(
        record,
        phase=Phase.SUBMITTED,
        request_id=request_id,
        submitted_at=now,
        doubted_at=None,
        searched_at=None,
    )


def answer_lost(record: OrderRecord, now: datetime) -> OrderRecord:
    """The submission may have arrived: to be looked for before anything else."""
    return replace(record, doubted_at=now)


def refused(record: OrderRecord, before: OrderRecord) -> OrderRecord:
    """PharmaOne said no: this submission made nothing, and what was so before is so again."""
    return replace(before, attempts=record.attempts)


_OURS = ("doubted_at", "wrote_at", "intent_at", "submitted_at", "wanted_at", "unsent_at",
         "rx_gone_since", "p1_gone_since", "untracked_at")  # fmt: skip
"""Times by this machine's clock from which something is waited for."""


def taken_up(record: OrderRecord, now: datetime) -> OrderRecord:
    """As the store has it, and no time later than now: this machine's clock was ahead then."""
    ahead: dict[str, Any] = {name: now for name in _OURS if (getattr(record, name) or now) > now}
    if record.searched_at is not None and record.searched_at > now:
        ahead["searched_at"] = None
    return after_crash(replace(record, **ahead) if ahead else record, now)


def after_crash(record: OrderRecord, now: datetime) -> OrderRecord:
    """An intent without an outcome: the process died around the call, which may have happened."""
    lost = record.phase is Phase.SUBMITTING and record.doubted_at is None
    return answer_lost(record, now) if lost else record


def resumed(record: OrderRecord, now: datetime) -> OrderRecord | None:
    """A person takes up again what was dropped, left alone, marked as submitted or refused by
    staff, as far as it had come; None for anything else.
    """
    tried_anew = replace(record, unheeded=0, p1_cancelled_at=None, searched_at=None)
    open_again = replace(tried_anew, finished_at=None, wanted_at=now)
    rejected = record.rejected_at is not None and record.order_id is None
    if rejected and record.phase is not Phase.DONE:
        again = replace(open_again, phase=Phase.KNOWN, edition=record.edition + 1)
        ours = replace(again, claimed_as=record.rx_status, doubted_at=None)
        return replace(ours, submitted_at=None, request_id=None, rejected_at=None)
    if record.phase is Phase.SUBMITTED and record.is_marked:
        return _unsent(replace(open_again, submitted_at=None), now)
    if record.phase is not Phase.DROPPED and not record.is_left_alone:
        return None
    if record.order_id is not None:
        return replace(open_again, phase=Phase.ADOPTED)
    if record.submitted_at is not None:
        return replace(open_again, phase=Phase.SUBMITTED)
    return _unsent(open_again, now)


def _unsent(record: OrderRecord, now: datetime) -> OrderRecord:
    """Not known to be there: what was sent and not refused may be, and is looked for first."""
    if record.intent_at is None:
        return replace(record, phase=Phase.KNOWN)
    return replace(record, phase=Phase.SUBMITTING, doubted_at=now)


def done(record: OrderRecord, now: datetime) -> OrderRecord:
    if record.phase is Phase.DROPPED:
        return record
    return replace(record, phase=Phase.DONE, finished_at=record.finished_at or now)


def confirmed(record: OrderRecord, now: datetime) -> OrderRecord:
    """Done, if only RxScale's own word of an end that we set was awaited, and it has come."""
    if record.phase in (Phase.DONE, Phase.DROPPED) or record.is_believed:
        return record
    cancelled = record.p1_state in (State.CANCELLED, State.REJECTED) or record.rejected_at
    over = {
        State.COMPLETED: record.p1_state is State.COMPLETED,
        State.CANCELLED: bool(cancelled),
        State.REJECTED: bool(cancelled),
    }
    return done(record, now) if record.state and over.get(record.state) else record
