"""Cancelling is held where too many orders want it at once: a vendor may have gone wrong."""

from datetime import timedelta

from bridge.core import reasons
from bridge.core.model import State
from bridge.core.orders.view import View
from bridge.core.steps import Cancel, SetStatus, Step, Stuck, Wait, Weigh

WINDOW = timedelta(minutes=10)
"""Within so much time, orders that want the same count as at once."""
GATHERING = timedelta(seconds=60)
"""So long an order lets others that are due be looked at first: they may want the same."""
SOON = timedelta(seconds=2)


def weighed(view: View, step: Step) -> Step:
    """The step itself; or, where it cancels and is not alone, what comes before it."""
    vendor = _cancelling_at(view, step)
    if vendor is None:
        return step
    company = view.sight.company
    if company is None:
        return Weigh(vendor)
    if company.is_confirmed:
        return step
    if _is_unusual(view, company.same):
        return Stuck(reasons.UNUSUALLY_MANY(vendor=vendor))
    gathering = view.now < company.wanted_at + GATHERING
    if gathering and _is_unusual(view, company.same + company.due):
        return Wait(reasons.OTHERS_FIRST(), view.now + SOON)
    return step


def _cancelling_at(view: View, step: Step) -> str | None:
    if isinstance(step, Cancel):
        return "PharmaOne"
    ends = isinstance(step, SetStatus) and view.words.rxscale.means[step.word] is State.CANCELLED
    return "RxScale" if ends else None


def _is_unusual(view: View, count: int) -> bool:
    company, policy = view.sight.company, view.policy
    among = company.open if company is not None else 0
    return count > policy.unusual_count and 100 * count > policy.unusual_percent * among
