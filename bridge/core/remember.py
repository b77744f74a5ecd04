"""What each thing seen or done changes in what is remembered of an order. Pure, one a function."""

from dataclasses import replace
from datetime import datetime

from bridge.core.lifecycle import TERMINAL, Vocabulary
from bridge.core.model import (
    OrderRecord,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    Phase,
    PrescriptionId,
    State,
)
from bridge.core.orders.view import Search


def seen(record: OrderRecord, order: PharmacyOrder, vocabulary: Vocabulary) -> OrderRecord:
    """RxScale's side was seen.

    An order first met past the pharmacy's queue, or met there again after its end, may have been
    submitted by an earlier store or taken by hand, so it must be searched for before anything is
    sent.
    """
    state = vocabulary.means.get(order.status)
    untouched = order.status in vocabulary.arriving | vocabulary.queue or state in TERMINAL
    first_look = record.rx_status is None or record.state in TERMINAL
    return replace(
        record,
        name=order.name or record.name,
        priority=order.priority,
        rx_status=order.status,
        rx_seen_at=order.seen_at,
        state=state,
        held=record.held and state is State.ON_HOLD,
        echoes="",
        must_find=record.must_find or (first_look and not untouched),
    )


def status_set(
    record: OrderRecord, order: PharmacyOrder, vocabulary: Vocabulary, *, held: bool = False
) -> OrderRecord:
    """RxScale accepted a status: as good as seeing it. `order` already carries the new word.

    `held`: it is on hold, and it is the bridge that put it there.
    """
    echoes = "\n".join((*record.echoes.splitlines(), order.status))
    return replace(seen(record, order, vocabulary), held=held, echoes=echoes)


def searched(record: OrderRecord, search: Search, order: P1Order | None) -> OrderRecord:
    """PharmaOne's orders were searched; only a whole search that found nothing says anything."""
    if order is not None or search.gap:
        return record
    return replace(record, searched_at=search.began_at)


def adopted(record: OrderRecord, order: P1Order) -> OrderRecord:
    return replace(
        record,
        phase=Phase.ADOPTED,
        order_id=order.id,
        p1_status=order.status,
        p1_seen_at=order.seen_at,
        finished_at=None,
    )


def seen_there(record: OrderRecord, order: P1Order) -> OrderRecord:
    """PharmaOne's order itself was seen."""
    return replace(record, p1_status=order.status, p1_seen_at=order.seen_at)


def prescribing(record: OrderRecord, now: datetime) -> OrderRecord:
    """About to send the prescription. On disk before the call."""
    return replace(record, prescription_at=now)


def prescribed(record: OrderRecord, prescription_id: PrescriptionId) -> OrderRecord:
    return replace(record, prescription_id=prescription_id, prescription_at=None)


def prescription_seen(record: OrderRecord, status: str | None) -> OrderRecord:
    """`status` is None where PharmaOne does not show it (yet)."""
    return replace(record, prescription_status=status or record.prescription_status)


def intended(record: OrderRecord, now: datetime, rules_version: str) -> OrderRecord:
    """About to submit. On disk before the call, so that a crash around it is known of."""
    return replace(
        record,
        phase=Phase.SUBMITTING,
        intent_at=now,
        attempts=record.attempts + 1,
        cleared=False,
        finished_at=None,
        rules_version=rules_version,
    )


def submitted(record: OrderRecord, request_id: OrderRequestId | None, now: datetime) -> OrderRecord:
    return replace(record, phase=Phase.SUBMITTED, request_id=request_id, submitted_at=now)


def answer_lost(record: OrderRecord, now: datetime) -> OrderRecord:
    """The submission may have arrived: to be looked for before anything else."""
    return replace(record, phase=Phase.UNSURE, unsure_at=now)


def refused(record: OrderRecord, before: OrderRecord) -> OrderRecord:
    """PharmaOne said no: this submission made nothing, and what was so before is so again."""
    return replace(before, attempts=record.attempts)


def after_crash(record: OrderRecord, now: datetime) -> OrderRecord:
    """An intent without an outcome: the process died around the call, which may have happened."""
    return answer_lost(record, now) if record.phase is Phase.SUBMITTING else record


def done(record: OrderRecord, now: datetime) -> OrderRecord:
    if record.phase is Phase.DROPPED:
        return record
    return replace(record, phase=Phase.DONE, finished_at=record.finished_at or now)
