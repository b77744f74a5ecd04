"""From the order-request on: brings RxScale's status, edge by edge, to where PharmaOne stands."""

from bridge.core import reasons
from bridge.core.lifecycle import reached, route
from bridge.core.model import PharmacyOrder, State
from bridge.core.orders.view import View, is_fresh, is_p1_fresh, meaning_of
from bridge.core.steps import (
    Adopt,
    Complete,
    Look,
    LookAtPharmaOne,
    LookAtPrescription,
    SetStatus,
    Step,
    Stuck,
    Wait,
)


def submitted(view: View, order: PharmacyOrder) -> Step:
    """PharmaOne has the order-request; staff review it, and no route shows how far they are."""
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    where = f"{view.words.pharmaone.where} (order-request"
    if view.record.rejected_at is not None:
        if view.words.rejected is None:
            return Stuck(reasons.rejected(view.record))
        return _walk(view, order, view.words.rejected, f"{where} rejected)")
    return _prescription(view) or _walk(view, order, view.words.review, f"{where} under review)")


def _prescription(view: View) -> Step | None:
    """A prescription that was sent by itself: None once it needs nobody's attention."""
    record, words = view.record, view.words.prescriptions
    if record.prescription_id is None or words is None:
        return None
    status = record.prescription_status
    if status in words.accepted:
        return None
    if not view.sight.prescription_looked:
        return LookAtPrescription(record.prescription_id, "whether staff approved it")
    if status in words.declined:
        return Stuck(reasons.declined(record))
    if status is None or status in words.waiting:
        return None
    return Stuck(reasons.unknown_prescription(status, words))


def adopted(view: View, order: PharmacyOrder) -> Step:
    """The order made from our order-request is known: RxScale follows it."""
    record, p1_order = view.record, view.sight.p1_order
    if view.sight.p1_gone:
        return _without_order(view, order)
    if record.order_id is not None and (p1_order is None or not is_p1_fresh(view)):
        return LookAtPharmaOne(record.order_id, "how far it has come there")
    if p1_order is None:
        return Wait("PharmaOne's order is not known yet")
    if record.order_id != p1_order.id:
        return Adopt(p1_order)
    meaning = meaning_of(p1_order, view.words.pharmaone)
    if meaning is None:
        return Stuck(reasons.unknown_status(p1_order.status, "PharmaOne", view.words.pharmaone))
    return _walk(view, order, *meaning)


def _without_order(view: View, order: PharmacyOrder) -> Step:
    """PharmaOne answers 404 for an order it had: deleted, unless it comes back."""
    if view.sight.looks < view.policy.most_looks_for_gone:
        return Wait("PharmaOne does not show its order (404); looking again", failed=True)
    if view.words.pharmaone.gone is None:
        return Stuck(reasons.deleted(view.record))
    return _walk(view, order, view.words.pharmaone.gone, f"{view.words.pharmaone.where}.gone")


def _walk(view: View, order: PharmacyOrder, state: State, rule: str) -> Step:
    wanted = State.CANCELLED if state is State.REJECTED else state
    here = view.words.rxscale.means[order.status]
    if wanted is State.ON_HOLD:
        return _hold(view, order, rule)
    if reached(here, wanted):
        return Wait(_what_comes_next(wanted))
    word = view.words.rxscale.says.get(wanted)
    path = route(view.words.rxscale, order.status, word) if word is not None else None
    if not path:
        return Wait(f"no legal step leads from '{order.status}' to {wanted.value} at RxScale")
    if not is_fresh(view):
        return Look("seen too long ago to write a status on")
    rule = f"{rule} -> {view.words.rxscale.where}.says.{wanted.value}"
    if view.words.rxscale.calls.get(path[0], "status") == "status":
        return SetStatus(path[0], rule)
    return _complete(view, path[0], rule)


def _hold(view: View, order: PharmacyOrder, rule: str) -> Step:
    """Paused at PharmaOne: RxScale wants to be told why."""
    word = view.words.rxscale.says.get(State.ON_HOLD)
    if order.status == word:
        return Wait("both sides have it on hold; PharmaOne's next change is awaited")
    if word is None or word not in view.words.rxscale.steps.get(order.status, ()):
        return Wait(f"on hold at PharmaOne; RxScale has no hold for '{order.status}'")
    if not is_fresh(view):
        return Look("seen too long ago to put it on hold")
    return SetStatus(
        word, f"{rule} -> {view.words.rxscale.where}.says.on_hold", view.words.hold_comment
    )


def _complete(view: View, word: str, rule: str) -> Step:
    if view.sight.tracking is None and view.record.order_id is not None:
        return LookAtPharmaOne(view.record.order_id, "whether it has a tracking link")
    tracking = () if view.sight.tracking_refused else view.sight.tracking or ()
    return Complete(word, tracking, rule)


def _what_comes_next(wanted: State) -> str:
    if wanted is State.IN_REVIEW:
        return "pharmacy staff review the order-request in PharmaOne Manager"
    return f"both sides agree ({wanted.value}); PharmaOne's next change is awaited"
