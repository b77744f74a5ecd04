"""What each thing seen or done changes in what is remembered of an order. Pure, one a function."""

from dataclasses import replace
from datetime import datetime

from bridge.core.lifecycle import TERMINAL, Vocabulary
from bridge.core.model import (
    Link,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    Phase,
    PrescriptionId,
    State,
)
from bridge.core.steps import Search


def seen(link: Link, order: PharmacyOrder, vocabulary: Vocabulary) -> Link:
    """RxScale's side was seen.

    An order first met past the pharmacy's queue, or met there again after its end, may have been
    submitted by an earlier store or taken by hand, so it must be searched for before anything is
    sent.
    """
    state = vocabulary.means.get(order.status)
    untouched = order.status in vocabulary.arriving | vocabulary.queue or state in TERMINAL
    first_look = link.rx_status is None or link.state in TERMINAL
    return replace(
        link,
        name=order.name or link.name,
        priority=order.priority,
        rx_status=order.status,
        rx_seen_at=order.seen_at,
        state=state,
        held=link.held and state is State.ON_HOLD,
        echoes="",
        must_find=link.must_find or (first_look and not untouched),
    )


def status_set(
    link: Link, order: PharmacyOrder, vocabulary: Vocabulary, *, held: bool = False
) -> Link:
    """RxScale accepted a status: as good as seeing it. `order` already carries the new word.

    `held`: it is on hold, and it is the bridge that put it there.
    """
    echoes = "\n".join((*link.echoes.splitlines(), order.status))
    return replace(seen(link, order, vocabulary), held=held, echoes=echoes)


def searched(link: Link, search: Search, order: P1Order | None) -> Link:
    """PharmaOne's orders were searched; only a whole search that found nothing says anything."""
    if order is not None or search.gap:
        return link
    return replace(link, searched_at=search.began_at)


def adopted(link: Link, order: P1Order) -> Link:
    return replace(
        link,
        phase=Phase.ADOPTED,
        order_id=order.id,
        p1_status=order.status,
        p1_seen_at=order.seen_at,
        finished_at=None,
    )


def seen_there(link: Link, order: P1Order) -> Link:
    """PharmaOne's order itself was seen."""
    return replace(link, p1_status=order.status, p1_seen_at=order.seen_at)


def prescribing(link: Link, now: datetime) -> Link:
    """About to send the prescription. On disk before the call."""
    return replace(link, prescription_at=now)


def prescribed(link: Link, prescription_id: PrescriptionId) -> Link:
    return replace(link, prescription_id=prescription_id, prescription_at=None)


def prescription_seen(link: Link, status: str | None) -> Link:
    """`status` is None where PharmaOne does not show it (yet)."""
    return replace(link, prescription_status=status or link.prescription_status)


def intended(link: Link, now: datetime, rules_version: str) -> Link:
    """About to submit. On disk before the call, so that a crash around it is known of."""
    return replace(
        link,
        phase=Phase.SUBMITTING,
        intent_at=now,
        attempts=link.attempts + 1,
        cleared=False,
        finished_at=None,
        rules_version=rules_version,
    )


def submitted(link: Link, request_id: OrderRequestId | None, now: datetime) -> Link:
    return replace(link, phase=Phase.SUBMITTED, request_id=request_id, submitted_at=now)


def answer_lost(link: Link, now: datetime) -> Link:
    """The submission may have arrived: to be looked for before anything else."""
    return replace(link, phase=Phase.UNSURE, unsure_at=now)


def refused(link: Link, before: Link) -> Link:
    """PharmaOne said no: this submission made nothing, and what was so before is so again."""
    return replace(before, attempts=link.attempts)


def after_crash(link: Link, now: datetime) -> Link:
    """An intent without an outcome: the process died around the call, which may have happened."""
    return answer_lost(link, now) if link.phase is Phase.SUBMITTING else link


def done(link: Link, now: datetime) -> Link:
    if link.phase is Phase.DROPPED:
        return link
    return replace(link, phase=Phase.DONE, finished_at=link.finished_at or now)
