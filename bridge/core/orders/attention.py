"""What a person should know of an order that goes on all the same.

Each attention is closed by itself once it is true no more, or by a person (`stuck accept`).
"""

from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256

from bridge.core import reasons
from bridge.core.lifecycle import TERMINAL
from bridge.core.model import OrderRecord, Phase, State
from bridge.core.orders.edits import changes
from bridge.core.orders.view import Policy, View, prescription_ends
from bridge.core.reasons import Reason
from bridge.core.stock.reserve import came_back, is_unseen

_AT_PHARMAONE = frozenset({Phase.SUBMITTING, Phase.SUBMITTED, Phase.ADOPTED})


def attentions(view: View) -> tuple[Reason, ...] | None:
    """All that is true of the order now; None where this look did not see RxScale's side."""
    record = view.record
    if record.phase in (Phase.DONE, Phase.DROPPED):
        return tuple(_after_its_end(view))
    return tuple(_found(view)) if view.sight.order is not None else None


def _after_its_end(view: View) -> Iterator[Reason]:
    record = view.record
    if record.phase is Phase.DONE and record.untracked_at is not None and view.sight.tracking:
        yield reasons.TRACKING_AFTER_COMPLETION(order=record.order_id)
    if is_unseen(record, view.words.deducting, adjusts=view.facts.adjusts):
        yield reasons.KEPT_BACK()
    is_back = came_back(record, view.words.pharmaone.means) or record.state is State.CANCELLED
    if record.order_id is not None and is_back:
        yield reasons.CAME_BACK()


def _found(view: View) -> Iterator[Reason]:
    record = view.record
    held = record.state is State.ON_HOLD and not record.held
    if held and record.phase in _AT_PHARMAONE:
        yield reasons.HELD_AT_RXSCALE()
    changed = changes(record.sent, record.snapshot)
    goes_on = record.phase in _AT_PHARMAONE and record.state is not State.CANCELLED
    if changed is not None and goes_on:
        mark = sha256(record.snapshot.encode()).hexdigest()[:6]
        yield reasons.CHANGED_AT_RXSCALE(what=changed, mark=mark)
    if record.state is State.COMPLETED and record.p1_state not in TERMINAL:
        yield reasons.OPEN_IN_PHARMAONE(order=record.order_id)
    awaited = prescription_ends(view)
    if awaited is not None and awaited <= view.now:
        yield reasons.PRESCRIPTION_MISSING()
    if view.sight.warnings:
        yield reasons.together(view.sight.warnings)
    ends = review_ends(record, view.policy)
    if ends is not None and ends <= view.now:
        yield reasons.LONG_IN_REVIEW(hours=round(view.policy.review.total_seconds() / 3600))


def review_ends(record: OrderRecord, policy: Policy) -> datetime | None:
    """When a person is told that staff have not decided about the order-request yet."""
    if record.phase is not Phase.SUBMITTED or record.submitted_at is None or not policy.review:
        return None
    return record.submitted_at + policy.review
