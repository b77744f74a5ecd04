"""RxScale says that it is over: what is left to do at PharmaOne."""

from bridge.core import reasons
from bridge.core.lifecycle import TERMINAL
from bridge.core.model import OrderId, Phase, State
from bridge.core.orders.absence import disbelieved, no_effect
from bridge.core.orders.view import View, is_p1_fresh, meaning_of, unknown_status
from bridge.core.patience import ENOUGH_LOOKS
from bridge.core.steps import Adopt, Cancel, Done, Find, LookAtPharmaOne, Step, Stuck, Wait

_CANCELLED = (State.CANCELLED, State.REJECTED)


def ended(view: View, state: State) -> Step:
    """RxScale shows an end. It is one once PharmaOne's side was seen at the same end, or can no
    longer come into being.
    """
    record = view.record
    if record.order_id is not None and state is State.COMPLETED:
        return _completed(view, record.order_id)
    if record.order_id is not None:
        return _cancel_there(view, record.order_id)
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if record.phase in (Phase.KNOWN, Phase.DONE):
        return _nothing_sent(view, state)
    if record.rejected_at is not None:
        return Done(reasons.ENDED_AND_REJECTED(state=state.value))
    unsearched = record.searched_at is None and view.sight.search is None
    if unsearched and record.phase is Phase.SUBMITTING:
        since = record.doubted_at or view.now
        return Find(since, reasons.CANCELLED_UNANSWERED())
    if state is State.COMPLETED and not view.policy.reads_back:
        return Done(reasons.COMPLETED())
    if state is State.COMPLETED and record.phase is Phase.SUBMITTED:
        return Wait(reasons.COMPLETED_BEFORE())
    if state is State.COMPLETED:
        return Stuck(reasons.UNSURE_SUBMISSION(why=reasons.MOVED_ON(status=record.rx_status)))
    return Stuck(reasons.CANCELLED_AT_RXSCALE(order=record.order_id))


def left_alone(view: View) -> Step:
    """A dropped order: nothing is done with it, and what it takes off the stock is followed."""
    record, sight = view.record, view.sight
    if record.order_id is None:
        return Done(reasons.LEFT_ALONE()) if sight.p1_order is None else Adopt(sight.p1_order)
    if sight.p1_gone or record.p1_state in TERMINAL or is_p1_fresh(view):
        return Done(reasons.LEFT_ALONE())
    return LookAtPharmaOne(record.order_id, reasons.HOW_FAR())


def _completed(view: View, order_id: OrderId) -> Step:
    """What PharmaOne says later of a finished order counts as much as what it said before."""
    record, sight = view.record, view.sight
    if sight.p1_gone:
        return _doubt(view) or Done(reasons.COMPLETED())
    is_known = record.p1_state is State.COMPLETED and record.phase is not Phase.DONE
    if not (is_known or is_p1_fresh(view)):
        return LookAtPharmaOne(order_id, reasons.HOW_FAR())
    if record.p1_state is State.COMPLETED:
        return Done(reasons.COMPLETED())
    status = record.p1_status or ""
    if record.p1_state is None:
        return unknown_status(view, "PharmaOne", order_id, status)
    if record.p1_state in TERMINAL or record.phase is Phase.DONE:
        return Stuck(reasons.CONTRADICTED(order=order_id, status=status))
    return Wait(reasons.COMPLETED_BEFORE())


def _doubt(view: View) -> Step | None:
    """An order that is gone after its end contradicts nothing."""
    return None if view.record.phase is Phase.DONE else disbelieved(view)


def _nothing_sent(view: View, state: State) -> Step:
    """So this store says. What an earlier one may have sent is looked for once.

    A request still under review then shows no order: one that is made of it later is cancelled.
    """
    record = view.record
    if state is State.COMPLETED:
        return Done(reasons.COMPLETED())
    may_be = record.phase is Phase.KNOWN and record.doubted_at is not None
    if may_be and view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.CANCELLED_AT_RXSCALE(order=record.order_id))
    if may_be and not record.is_searched:
        return Find(record.first_seen_at, reasons.CANCELLED_THERE_BEFORE())
    if may_be:
        return Done(reasons.ENDED_NOT_FOUND(state=state.value))
    return Done(reasons.ENDED_NOT_SENT(state=state.value))


def _cancel_there(view: View, order_id: OrderId) -> Step:
    """PharmaOne's order is cancelled too, if it still may be; what was handed over stays so."""
    order, record = view.sight.p1_order, view.record
    if view.sight.p1_gone:
        return _doubt(view) or Done(reasons.CANCELLED_AND_GONE())
    if record.p1_state in _CANCELLED and record.phase is not Phase.DONE:
        return Done(reasons.CANCELLED_ON_BOTH())
    if order is None or not is_p1_fresh(view):
        return LookAtPharmaOne(order_id, reasons.HOW_FAR_IF_CANCELLED())
    meaning = meaning_of(order, view.words.pharmaone)
    if meaning is None:
        return unknown_status(view, "PharmaOne", order_id, order.status)
    if meaning[0] in _CANCELLED:
        return Done(reasons.CANCELLED_ON_BOTH())
    if meaning[0] is State.COMPLETED:
        return Stuck(reasons.CANCELLED_AFTER_HANDOVER(order=order_id))
    if record.phase is Phase.DONE:
        return Stuck(reasons.CONTRADICTED(order=order_id, status=order.status))
    if record.p1_cancelled_at is not None and record.unheeded < ENOUGH_LOOKS:
        return Wait(reasons.NOT_CANCELLED_YET(order=order_id), failed=True)
    stuck = no_effect(view, "PharmaOne", record.p1_cancelled_at)
    return stuck or _cancel(view, order_id, order.status)


def _cancel(view: View, order_id: OrderId, status: str) -> Step:
    words = view.words.pharmaone
    word = words.says.get(State.CANCELLED)
    if word is None or word not in words.steps.get(status, ()):
        return Stuck(reasons.CANCELLED_AT_RXSCALE(order=order_id))
    rule = f"{view.words.rxscale.where} (cancelled) -> {words.where}.says.cancelled"
    return Cancel(order_id, word, words.bodies.get(word, {"status": word}), rule)
