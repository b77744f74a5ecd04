"""Names the next single step for one pharmacy order.

`next_step` names it from what is remembered (the record) and what was just seen (the view). It is
called again after every step until it answers Wait, Stuck or Done. Nothing else in the bridge
decides anything about an order.

The order of the questions is the argument for "one order-request per pharmacy order":
nothing is sent before RxScale's side was seen; nothing is sent twice before PharmaOne was
searched; nothing is sent at all while anything is unknown that a person could know.
"""

from collections.abc import Callable
from dataclasses import replace

from bridge.core import reasons
from bridge.core.lifecycle import TERMINAL
from bridge.core.model import PharmacyOrder, Phase, State
from bridge.core.orders import endings, progress, submitting
from bridge.core.orders.absence import no_effect, not_shown
from bridge.core.orders.attention import review_ends
from bridge.core.orders.unusual import weighed
from bridge.core.orders.view import View, is_fresh, remembered, unknown_status
from bridge.core.patience import ENOUGH_LOOKS
from bridge.core.steps import (
    Adopt,
    Complete,
    Done,
    Look,
    LookAtPharmaOne,
    Looking,
    SetStatus,
    Step,
    Stuck,
    Wait,
)


def next_step(view: View) -> Step:
    """The next single step for this order."""
    if view.record.phase is Phase.DROPPED:
        return endings.left_alone(view)
    step = weighed(view, _once_seen(view, _content_first(view, _next_step(view))))
    if isinstance(step, Wait) and step.until is None and not step.failed:
        return _until_review_ends(view, step)
    if isinstance(step, Stuck) and view.policy.hold_when_stuck:
        return _hold_first(view, step)
    return step


def _content_first(view: View, step: Step) -> Step:
    """What another store sent is what PharmaOne's order holds: seen before anything rests on it."""
    record, sight = view.record, view.sight
    if not record.is_unread or record.p1_state in TERMINAL or isinstance(step, Looking | Stuck):
        return step
    if record.order_id is None or sight.gone or sight.p1_gone or sight.tracking is not None:
        return step
    if sight.order is None:
        return Look(reasons.WHAT_IT_HOLDS())
    return LookAtPharmaOne(record.order_id, reasons.WHAT_IT_HOLDS())


def _once_seen(view: View, step: Step) -> Step:
    """What RxScale accepted counts once it was seen there, and is not sent for ever."""
    record = view.record
    if isinstance(step, SetStatus | Complete):
        return no_effect(view, "RxScale", record.wrote_at) or step
    if not record.is_believed or not isinstance(step, Wait | Done):
        return step
    until = (record.wrote_at or view.now) + view.policy.confirm
    if record.unheeded >= ENOUGH_LOOKS:
        return Stuck(reasons.NO_EFFECT(vendor="RxScale"), until)
    if isinstance(step, Done):
        return Wait(reasons.END_TO_BE_SEEN(status=record.rx_status), until)
    return step


def _until_review_ends(view: View, wait: Wait) -> Wait:
    """Looked at again when there is something to tell, though no change is told."""
    ends = review_ends(view.record, view.policy)
    return replace(wait, until=ends) if ends is not None and ends > view.now else wait


def _next_step(view: View) -> Step:
    if view.sight.gone:
        return not_shown(view)
    order = view.sight.order or remembered(view)
    if order is None:
        return Look(reasons.FIRST_LOOK())
    if order.pharmacy_uid not in (None, view.policy.pharmacy or order.pharmacy_uid):
        return _of_another_pharmacy(view, order)
    state = view.words.rxscale.means.get(order.status)
    if state is None:
        return unknown_status(view, "RxScale", order.uid, order.status)
    if state in TERMINAL:
        return endings.ended(view, state)
    if order.status in view.words.rxscale.arriving:
        return Wait(reasons.SETTING_UP(status=order.status))
    if state is State.ON_HOLD and not view.record.held:
        if view.sight.p1_order is not None and view.record.order_id is None:
            return Adopt(view.sight.p1_order)
        return Wait(reasons.ON_HOLD_AT_RXSCALE())
    return _DECISIONS[view.record.phase](view, order)


def _of_another_pharmacy(view: View, order: PharmacyOrder) -> Step:
    """Nothing is done with it; what was sent of it while it was ours is for a person."""
    if view.record.phase in (Phase.KNOWN, Phase.DONE):
        return Done(reasons.OF_ANOTHER_PHARMACY(pharmacy=order.pharmacy_uid))
    return Stuck(reasons.GONE_TO_ANOTHER_PHARMACY(pharmacy=order.pharmacy_uid))


def _done_before(view: View, order: PharmacyOrder) -> Step:
    """It was finished here, yet RxScale has it open (again)."""
    if view.record.attempts == 0 and view.record.order_id is None:
        return submitting.known(view, order)
    return Stuck(reasons.REOPENED(status=view.record.rx_status))


def _hold_first(view: View, stuck: Stuck) -> Step:
    """By choice, a stuck order is also paused at RxScale, where its admins see the reason."""
    word = view.words.rxscale.says.get(State.ON_HOLD)
    order = view.sight.order
    if word is None or order is None or view.record.phase is Phase.DONE:
        return stuck
    if stuck.reason.code in _NEVER_HELD:
        return stuck
    if word not in view.words.rxscale.steps.get(order.status, ()):
        return stuck
    if not is_fresh(view):
        return Look(reasons.TOO_OLD_TO_HOLD())
    return SetStatus(word, "rxbridge.toml: orders.hold_when_stuck", stuck.reason)


_NEVER_HELD = (reasons.NO_EFFECT, reasons.GONE_TO_ANOTHER_PHARMACY)
"""A hold would have no effect either, or would be set on an order that is not ours."""
_DECISIONS: dict[Phase, Callable[[View, PharmacyOrder], Step]] = {
    Phase.KNOWN: submitting.known,
    Phase.SUBMITTING: submitting.unsure,
    Phase.SUBMITTED: progress.submitted,
    Phase.ADOPTED: progress.adopted,
    Phase.DONE: _done_before,
}
