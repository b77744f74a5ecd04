"""What a vendor no longer shows: how long that is looked at before it is believed."""

from bridge.core import reasons
from bridge.core.model import Phase, State
from bridge.core.orders.view import View
from bridge.core.steps import Done, Step, Stuck, Wait


def not_shown(view: View) -> Step:
    """RxScale answers 404 for the order: it may come back, and nothing may be concluded from it.

    One that was completed needs nobody: it is over, shown or not.
    """
    if view.record.phase is Phase.DONE and view.record.state is State.COMPLETED:
        return Done(reasons.COMPLETED())
    since = view.record.rx_gone_since or view.now
    if view.now < since + view.policy.gone_after:
        return Wait(reasons.NOT_SHOWN(), failed=True)
    return Stuck(reasons.GONE_AT_RXSCALE())


def disbelieved(view: View) -> Step | None:
    """PharmaOne answers 404 for the order made from ours; None once that is believed.

    It is once PharmaOne has denied the order for `gone_after`, and its whole list has shown other
    orders that we know and not this one since then: a wrong organisation, a restored database or
    an emptied list denies them all. If no list settles it, a person is asked.
    """
    record, patience = view.record, view.policy.gone_after
    since = record.p1_gone_since or view.now
    if view.now < since + patience:
        return Wait(reasons.ORDER_NOT_SHOWN(), failed=True)
    if view.sight.p1_unlisted_at is not None and view.sight.p1_unlisted_at >= since:
        return None
    if view.now < since + 2 * patience:
        return Wait(reasons.ORDER_NOT_SHOWN(), failed=True)
    return Stuck(reasons.DELETED_IN_PHARMAONE(order=record.order_id))
