"""Up to the order-request: what must be known before one is sent, and before one is sent again."""

from collections.abc import Mapping
from typing import Any

from bridge.core import reasons
from bridge.core.model import Gaps, PharmacyOrder
from bridge.core.orders import progress
from bridge.core.orders.view import View, is_fresh
from bridge.core.reasons import Reason
from bridge.core.steps import (
    Adopt,
    Find,
    Ingest,
    Look,
    ReadCatalogue,
    Step,
    Stuck,
    Submit,
    Wait,
)


def known(view: View, order: PharmacyOrder) -> Step:
    """Nothing was sent for it, as far as this store remembers."""
    record = view.record
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if record.must_find and not record.cleared:
        step = _find_before_first(view, order)
        if step is not None:
            return step
    return _submit(view, reasons.NOTHING_SENT())


def _find_before_first(view: View, order: PharmacyOrder) -> Step | None:
    """An order that was there before this store: None once it may be submitted."""
    record = view.record
    if view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.CANNOT_KNOW(why=view.sight.search.gap))
    if record.searched_at is None:
        return Find(record.first_seen_at, reasons.THERE_BEFORE())
    if order.status not in view.words.rxscale.queue:
        return Stuck(reasons.CANNOT_KNOW(why=reasons.PAST_THE_QUEUE(status=order.status)))
    if not view.policy.repeat_unsure:
        return Stuck(reasons.CANNOT_KNOW(why=reasons.EARLIER_STORE()))
    return None


def unsure(view: View, order: PharmacyOrder) -> Step:
    """A submission went out and no answer came: it is looked for before anything else."""
    record, policy = view.record, view.policy
    if record.rejected_at is not None:  # so it had arrived
        return progress.submitted(view, order)
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if record.cleared:
        return _submit(view, reasons.TOLD_TO_SEND())
    grace_ends = (record.unsure_at or view.now) + policy.grace
    if view.now < grace_ends:
        return Wait(reasons.GIVING_TIME(), grace_ends)
    if view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.UNSURE_SUBMISSION(why=view.sight.search.gap))
    if record.searched_at is None or record.searched_at < grace_ends:
        return Find(grace_ends, reasons.MAY_HAVE_ARRIVED())
    if not policy.repeat_unsure:
        return Stuck(reasons.UNSURE_SUBMISSION(why=reasons.NO_ORDER_YET()))
    if record.attempts >= policy.most_submissions:
        return Stuck(
            reasons.UNSURE_SUBMISSION(why=reasons.NEVER_ANSWERED(submissions=record.attempts))
        )
    return _submit(view, reasons.NOT_FOUND())


def _submit(view: View, why: Reason) -> Step:
    if isinstance(view.sight.draft, Gaps):
        return _gaps(view, view.sight.draft)
    if view.sight.draft is None or not is_fresh(view):
        return Look(reasons.TOO_OLD_TO_SUBMIT())
    if view.sight.draft.prescription is not None and view.record.prescription_id is None:
        return _ingest(view, view.sight.draft.prescription)
    return Submit(view.sight.draft, why)


def _ingest(view: View, body: Mapping[str, Any]) -> Step:
    """The prescription goes first: staff can approve no order-request without it."""
    record = view.record
    if record.prescription_at is None:
        return Ingest(body, reasons.SENT_BY_ITSELF())
    if record.cleared:
        return Ingest(body, reasons.TOLD_TO_SEND())
    if not view.policy.repeat_unsure:
        return Stuck(reasons.UNSURE_PRESCRIPTION())
    return Ingest(body, reasons.ANSWER_LOST())


def _gaps(view: View, gaps: Gaps) -> Step:
    if any(gap.code.freed_by_catalogue for gap in gaps.gaps):
        oldest = view.now - view.policy.catalogue_fresh
        if view.sight.catalogue_at is None or view.sight.catalogue_at < oldest:
            return ReadCatalogue(reasons.LINE_NOT_LINKED())
    return Stuck(reasons.together(gaps.gaps))
