"""What a vendor does not show: an order it had, or the effect of what it accepted."""

from datetime import datetime, timedelta

from bridge.core import patience, reasons
from bridge.core.model import Phase, State
from bridge.core.orders.view import View
from bridge.core.patience import ENOUGH_LOOKS
from bridge.core.steps import Adopt, Done, Step, Stuck, Wait, Weigh


def not_shown(view: View) -> Step:
    """RxScale answers 404 for the order: it may come back, and nothing may be concluded from it.

    One that was completed needs no person: it is over, shown or not.
    """
    if view.record.phase is Phase.DONE and view.record.state is State.COMPLETED:
        return Done(reasons.COMPLETED())
    since = view.record.rx_gone_since or view.now
    believed = since + view.policy.gone_after
    if view.now < believed:
        again_at = patience.missed(since, view.now, believed)
        return Wait(reasons.NOT_SHOWN(), again_at, failed=True)
    return Stuck(reasons.GONE_AT_RXSCALE())


def disbelieved(view: View) -> Step | None:
    """PharmaOne answers 404 for the order made from ours; None once that is believed.

    It is once PharmaOne has denied the order for `gone_after`, and its whole list has shown other
    orders that we know and not this one since then: a wrong organisation, a restored database or
    an emptied list denies them all. If no list settles it, a person is asked. Another one that
    staff made of the order-request since, as after a restored database, takes its place.
    """
    record, gone_after = view.record, view.policy.gone_after
    since = record.p1_gone_since or view.now
    if view.now < since + gone_after:
        again_at = patience.missed(since, view.now, since + gone_after)
        return Wait(reasons.ORDER_NOT_SHOWN(), again_at, failed=True)
    if (other := view.sight.p1_order) is not None and other.id != record.order_id:
        return Adopt(other)
    if view.sight.p1_unlisted_at is not None and view.sight.p1_unlisted_at >= since:
        return None
    if view.now < since + 2 * gone_after:
        return Wait(reasons.ORDER_NOT_SHOWN(), failed=True)
    return confirmed_by_a_person(view)


def confirmed_by_a_person(view: View) -> Step | None:
    """None once a person has said that PharmaOne's order was deleted."""
    company = view.sight.company
    if company is None:
        return Weigh("RxScale")
    if company.is_confirmed:
        return None
    return Stuck(reasons.DELETED_IN_PHARMAONE(order=view.record.order_id))


def no_effect(view: View, vendor: str, wrote_at: datetime | None) -> Stuck | None:
    """A vendor accepts a write time and again, and each look shows the order as it was.

    None where it may be written (again): after several times in vain that is seldom.
    """
    if view.record.unheeded < ENOUGH_LOOKS or wrote_at is None:
        return None
    again_at = wrote_at + timedelta(seconds=patience.NO_EFFECT_SECONDS)
    return Stuck(reasons.NO_EFFECT(vendor=vendor), again_at) if view.now < again_at else None
