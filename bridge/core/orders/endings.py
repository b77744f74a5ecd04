"""RxScale says that it is over (or no longer shows it): what is left to do at PharmaOne."""

from bridge.core import reasons
from bridge.core.model import OrderId, Phase, State
from bridge.core.orders.view import View, is_p1_fresh, meaning_of
from bridge.core.steps import (
    Adopt,
    Cancel,
    Done,
    Find,
    LookAtPharmaOne,
    Step,
    Stuck,
    Wait,
)


def gone(view: View) -> Step:
    """RxScale answers 404."""
    if view.sight.looks < view.policy.most_looks_for_gone:
        return Wait("RxScale does not show it (404); looking again", failed=True)
    return Stuck(reasons.gone(view.record))


def ended(view: View, state: State) -> Step:
    """RxScale shows an end; what it cancelled may still live on at PharmaOne."""
    record = view.record
    if state is State.COMPLETED:
        return Done("completed at RxScale")
    if record.order_id is not None:
        return _cancel_there(view, record.order_id)
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if record.phase in (Phase.KNOWN, Phase.DONE):
        return _nothing_sent(view, state)
    if record.rejected_at is not None:
        return Done(f"{state.value} at RxScale, and its order-request rejected in PharmaOne")
    if _never_searched(view):
        since = record.unsure_at or view.now
        return Find(since, "cancelled while an answer was missing: did it arrive?")
    return Stuck(reasons.cancelled(record))


def _nothing_sent(view: View, state: State) -> Step:
    """So this store says. What an earlier one may have sent is looked for once.

    A request still under review then shows no order: one that is made of it later is cancelled.
    """
    record = view.record
    may_be = record.phase is Phase.KNOWN and record.must_find and not record.cleared
    if may_be and view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.cancelled(record))
    if may_be and record.searched_at is None:
        return Find(record.first_seen_at, "cancelled, and it was there before this store was")
    if may_be:
        return Done(f"{state.value} at RxScale; PharmaOne has no order of it, or none yet")
    return Done(f"{state.value} at RxScale; nothing was sent to PharmaOne")


def _cancel_there(view: View, order_id: OrderId) -> Step:
    """PharmaOne's order is cancelled too, if it still may be; what was handed over stays so."""
    order = view.sight.p1_order
    if view.sight.p1_gone:
        return Done("cancelled at RxScale, and no longer in PharmaOne")
    if order is None or not is_p1_fresh(view):
        return LookAtPharmaOne(order_id, "cancelled at RxScale: how far it has come there")
    meaning = meaning_of(order, view.words.pharmaone)
    if meaning is None:
        return Stuck(reasons.unknown_status(order.status, "PharmaOne", view.words.pharmaone))
    if meaning[0] in (State.CANCELLED, State.REJECTED):
        return Done("cancelled on both sides")
    if meaning[0] is State.COMPLETED:
        return Stuck(reasons.cancelled_after_handover(view.record))
    return _cancel(view, order_id, order.status)


def _cancel(view: View, order_id: OrderId, status: str) -> Step:
    words = view.words.pharmaone
    word = words.says.get(State.CANCELLED)
    if word is None or word not in words.steps.get(status, ()):
        return Stuck(reasons.cancelled(view.record))
    rule = f"{view.words.rxscale.where} (cancelled) -> {words.where}.says.cancelled"
    return Cancel(order_id, word, words.bodies.get(word, {"status": word}), rule)


def _never_searched(view: View) -> bool:
    if view.record.phase not in (Phase.UNSURE, Phase.SUBMITTING):
        return False
    return (
        view.record.searched_at is None
        and view.sight.search is None
        and view.sight.p1_order is None
    )
