"""From the order-request on: brings RxScale's status, edge by edge, to where PharmaOne stands."""

from bridge.core import reasons, steps
from bridge.core.lifecycle import reached, route
from bridge.core.model import PharmacyOrder, State
from bridge.core.orders.absence import confirmed_by_a_person, disbelieved
from bridge.core.orders.view import View, is_fresh, is_p1_fresh, meaning_of, unknown_status


def submitted(view: View, order: PharmacyOrder) -> steps.Step:
    """PharmaOne has the order-request; staff review it, and no route shows how far they are."""
    if view.sight.p1_order is not None:
        return steps.Adopt(view.sight.p1_order)
    where = f"{view.words.pharmaone.where} (order-request"
    if view.record.rejected_at is not None:
        if view.words.rejected is None:
            return steps.Stuck(reasons.REJECTED_IN_PHARMAONE(request=view.record.request_id))
        return _walk(view, order, view.words.rejected, f"{where} rejected)")
    return _prescription(view) or _walk(view, order, view.words.review, f"{where} under review)")


def _prescription(view: View) -> steps.Step | None:
    """A prescription that was sent by itself: None once it needs no attention."""
    record, words = view.record, view.words.prescriptions
    if record.prescription_id is None or words is None:
        return None
    status = record.prescription_status
    if status in words.accepted:
        return None
    if not view.sight.prescription_looked:
        return steps.LookAtPrescription(record.prescription_id, reasons.IS_APPROVED())
    if status in words.declined:
        return steps.Stuck(
            reasons.PRESCRIPTION_DECLINED(prescription=record.prescription_id, status=status)
        )
    if status is None or status in words.waiting:
        return None
    return steps.Stuck(
        reasons.UNKNOWN_STATUS(
            vendor="PharmaOne",
            of="prescription",
            call=f"pharmaone GET /prescriptions/{record.prescription_id}",
            status=status,
            where=words.where,
        )
    )


def adopted(view: View, order: PharmacyOrder) -> steps.Step:
    """The order made from our order-request is known: RxScale follows it."""
    record, p1_order = view.record, view.sight.p1_order
    if view.sight.p1_gone:
        return _without_order(view, order)
    if record.order_id is not None and (p1_order is None or not is_p1_fresh(view)):
        return steps.LookAtPharmaOne(record.order_id, reasons.HOW_FAR())
    if p1_order is None:
        return steps.Wait(reasons.ORDER_NOT_KNOWN())
    if record.order_id != p1_order.id:
        return steps.Adopt(p1_order)
    meaning = meaning_of(p1_order, view.words.pharmaone)
    if meaning is None:
        return unknown_status(view, "PharmaOne", p1_order.id, p1_order.status)
    return _walk(view, order, *meaning)


def _without_order(view: View, order: PharmacyOrder) -> steps.Step:
    """PharmaOne denies an order it had. Without an event that it was deleted, it may be a fault."""
    doubt = disbelieved(view)
    if doubt is not None:
        return doubt
    record, words = view.record, view.words.pharmaone
    seen_at = record.p1_seen_at or record.first_seen_at
    announced = record.p1_deleted_at is not None and record.p1_deleted_at >= seen_at
    state, key = (words.gone, "gone") if announced else (words.gone_unannounced, "gone_unannounced")
    asked = confirmed_by_a_person(view) if state is None else None
    return asked or _walk(view, order, state or State.CANCELLED, f"{words.where}.{key}")


def _walk(view: View, order: PharmacyOrder, state: State, rule: str) -> steps.Step:
    wanted = State.CANCELLED if state is State.REJECTED else state
    here = view.words.rxscale.means[order.status]
    if wanted is State.ON_HOLD:
        return _hold(view, order, rule)
    if reached(here, wanted):
        agree = reasons.BOTH_AGREE(state=wanted.value)
        return steps.Wait(reasons.UNDER_REVIEW() if wanted is State.IN_REVIEW else agree)
    word = view.words.rxscale.says.get(wanted)
    path = route(view.words.rxscale, order.status, word) if word is not None else None
    if not path:
        return steps.Wait(reasons.NO_LEGAL_STEP(status=order.status, state=wanted.value))
    if not is_fresh(view):
        return steps.Look(reasons.TOO_OLD_TO_WRITE())
    rule = f"{rule} -> {view.words.rxscale.where}.says.{wanted.value}"
    if view.sight.order is None:
        rule += "; facts.toml: rxscale.refuses_illegal_steps"
    if view.words.rxscale.calls.get(path[0], "status") == "status":
        return steps.SetStatus(path[0], rule)
    return _complete(view, path[0], rule)


def _hold(view: View, order: PharmacyOrder, rule: str) -> steps.Step:
    """Paused at PharmaOne: RxScale wants to be told why."""
    word = view.words.rxscale.says.get(State.ON_HOLD)
    if order.status == word:
        return steps.Wait(reasons.BOTH_ON_HOLD())
    if word is None or word not in view.words.rxscale.steps.get(order.status, ()):
        return steps.Wait(reasons.NO_HOLD(status=order.status))
    if not is_fresh(view):
        return steps.Look(reasons.TOO_OLD_TO_HOLD())
    return steps.SetStatus(
        word, f"{rule} -> {view.words.rxscale.where}.says.on_hold", view.words.hold_comment
    )


def _complete(view: View, word: str, rule: str) -> steps.Step:
    if view.sight.tracking is None and view.record.order_id is not None:
        return steps.LookAtPharmaOne(view.record.order_id, reasons.HAS_TRACKING())
    tracking = () if view.sight.tracking_refused else view.sight.tracking or ()
    shipped_at = view.record.untracked_at
    if shipped_at is not None and view.now < shipped_at + view.policy.tracking:
        return steps.Wait(reasons.AWAITS_TRACKING(), shipped_at + view.policy.tracking)
    return steps.Complete(word, tracking, rule)
