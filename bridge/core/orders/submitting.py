"""Up to the order-request: what must be known before one is sent, and before one is sent again."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bridge.core import reasons
from bridge.core.lifecycle import route
from bridge.core.model import Gaps, OrderRecord, PharmacyOrder
from bridge.core.orders import progress
from bridge.core.orders.view import View, is_fresh, prescription_ends
from bridge.core.reasons import Reason
from bridge.core.steps import (
    Adopt,
    Find,
    Ingest,
    Look,
    ReadCatalogue,
    SetStatus,
    Step,
    Stuck,
    Submit,
    Wait,
)

ASK_AGAIN = timedelta(minutes=10)
"""So often RxScale is asked for a prescription that is missing: nobody may tell when it comes."""


def known(view: View, order: PharmacyOrder) -> Step:
    """Nothing was sent for it, as far as this store remembers."""
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if view.record.doubted_at is not None:
        return _taken_by_another(view, order)
    return _submit(view, order, reasons.NOTHING_SENT())


def _taken_by_another(view: View, order: PharmacyOrder) -> Step:
    """It stands past the queue and this store did not claim it: it is never submitted."""
    record = view.record
    if view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.CANNOT_KNOW(why=view.sight.search.gap))
    if not record.is_searched:
        return Find(record.doubted_at or record.first_seen_at, reasons.TAKEN_BY_ANOTHER())
    return Stuck(reasons.CANNOT_KNOW(why=reasons.PAST_THE_QUEUE(status=order.status)))


def unsure(view: View, order: PharmacyOrder) -> Step:
    """A submission went out and no answer came: it is looked for before anything else."""
    record, policy = view.record, view.policy
    if record.rejected_at is not None:  # so it had arrived
        return progress.submitted(view, order)
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    grace_ends = (record.doubted_at or view.now) + policy.grace
    if view.now < grace_ends:
        return Wait(reasons.GIVING_TIME(), grace_ends)
    if view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.UNSURE_SUBMISSION(why=view.sight.search.gap))
    if record.searched_at is None or record.searched_at < grace_ends:
        return Find(grace_ends, reasons.MAY_HAVE_ARRIVED())
    if not policy.repeat_unsure:
        return Stuck(reasons.UNSURE_SUBMISSION(why=reasons.NO_ORDER_YET()))
    if not _is_claimed(record, order):
        return Stuck(reasons.UNSURE_SUBMISSION(why=reasons.MOVED_ON(status=order.status)))
    if record.attempts >= policy.most_submissions:
        return Stuck(
            reasons.UNSURE_SUBMISSION(why=reasons.NEVER_ANSWERED(submissions=record.attempts))
        )
    return _submit(view, order, reasons.NOT_FOUND())


def _submit(view: View, order: PharmacyOrder, why: Reason) -> Step:
    if isinstance(view.sight.draft, Gaps):
        return _gaps(view, view.sight.draft)
    if view.sight.draft is None or not is_fresh(view):
        return Look(reasons.TOO_OLD_TO_SUBMIT())
    awaits = _awaits_prescription(view)
    if awaits is not None:
        return awaits
    if not _is_claimed(view.record, order):
        return _claim(view, order)
    if view.sight.draft.prescription is not None and view.record.prescription_id is None:
        return _ingest(view, view.sight.draft.prescription)
    return Submit(view.sight.draft, why)


def _awaits_prescription(view: View) -> Wait | None:
    """The file may come later than the order; without it, it goes only where the file says so."""
    ends = prescription_ends(view)
    if ends is None:
        return None
    return Wait(reasons.AWAITS_PRESCRIPTION(), ends if ends > view.now else view.now + ASK_AGAIN)


def _is_claimed(record: OrderRecord, order: PharmacyOrder) -> bool:
    """Whether it stands where this store set it, or on the hold that this store put it on."""
    return record.claimed_as is not None and (order.status == record.claimed_as or record.held)


def _claim(view: View, order: PharmacyOrder) -> Step:
    """RxScale's status first: whatever becomes of this store, the vendor knows it is taken."""
    if not view.pharmaone_ready:
        return Wait(reasons.NOT_REACHED(), failed=True)
    rxscale = view.words.rxscale
    path = route(rxscale, order.status, rxscale.says[view.words.review])
    if not path:
        return Wait(reasons.NO_LEGAL_STEP(status=order.status, state=view.words.review.value))
    return SetStatus(path[0], f"{rxscale.where}.says.{view.words.review.value}", claims=True)


def _ingest(view: View, body: Mapping[str, Any]) -> Step:
    """The prescription goes first: staff can approve no order-request without it."""
    record = view.record
    if record.prescription_at is None:
        return Ingest(body, reasons.SENT_BY_ITSELF())
    if not view.policy.repeat_unsure:
        return Stuck(reasons.UNSURE_PRESCRIPTION())
    return Ingest(body, reasons.ANSWER_LOST())


def _gaps(view: View, gaps: Gaps) -> Step:
    if any(gap.code.freed_by_catalogue for gap in gaps.gaps):
        oldest = view.now - view.policy.catalogue_fresh
        if view.sight.catalogue_at is None or view.sight.catalogue_at < oldest:
            return ReadCatalogue(reasons.LINE_NOT_LINKED())
    return Stuck(reasons.together(gaps.gaps))
