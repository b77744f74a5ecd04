"""Up to the order-request: what must be known before one is sent, and before one is sent again."""

from collections.abc import Mapping
from typing import Any

from bridge.core import reasons
from bridge.core.model import Gaps, PharmacyOrder
from bridge.core.orders import progress
from bridge.core.orders.view import View, is_fresh
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

LINKING_CODES = frozenset({"unlinked_sku", "not_in_catalogue"})
"""Gaps that a newer reading of RxScale's SKU list may close."""
FREED_BY_MAPPING = LINKING_CODES | {
    "missing_field",
    "no_price",
    "not_whole",
    "bad_pzn",
    "bad_expression_result",
    "unknown_status",
    "rejected_in_pharmaone",
    "prescription_declined",
}
"""Reasons that a changed mapping file may remove: such orders are looked at again by themselves."""


def known(view: View, order: PharmacyOrder) -> Step:
    """Nothing was sent for it, as far as this store remembers."""
    record = view.record
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if record.must_find and not record.cleared:
        step = _find_before_first(view, order)
        if step is not None:
            return step
    return _submit(view, "nothing was sent for it yet")


def _find_before_first(view: View, order: PharmacyOrder) -> Step | None:
    """An order that was there before this store: None once it may be submitted."""
    record = view.record
    if view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.cannot_know(record, view.sight.search.gap))
    if record.searched_at is None:
        return Find(record.first_seen_at, "it was there before this store was")
    if order.status not in view.words.rxscale.queue:
        return Stuck(
            reasons.cannot_know(
                record,
                f"it already stands at '{order.status}' and PharmaOne has no order for it; "
                "an order-request may be under review there, which no route can show",
            )
        )
    if not view.policy.repeat_unsure:
        return Stuck(
            reasons.cannot_know(
                record, "an earlier store may have sent it, and PharmaOne shows no order for it"
            )
        )
    return None


def unsure(view: View, order: PharmacyOrder) -> Step:
    """A submission went out and no answer came: it is looked for before anything else."""
    record, policy = view.record, view.policy
    if record.rejected_at is not None:  # so it had arrived
        return progress.submitted(view, order)
    if view.sight.p1_order is not None:
        return Adopt(view.sight.p1_order)
    if record.cleared:
        return _submit(view, "a person looked and said to send it")
    grace_ends = (record.unsure_at or view.now) + policy.grace
    if view.now < grace_ends:
        return Wait("an answer was lost; giving PharmaOne time before looking", grace_ends)
    if view.sight.search is not None and view.sight.search.gap:
        return Stuck(reasons.unsure(record, view.sight.search.gap))
    if record.searched_at is None or record.searched_at < grace_ends:
        return Find(grace_ends, "an answer was lost: it may have arrived")
    if not policy.repeat_unsure:
        return Stuck(reasons.unsure(record, "PharmaOne shows no order for it (yet)"))
    if record.attempts >= policy.most_submissions:
        return Stuck(
            reasons.unsure(record, f"{record.attempts} submissions went without an answer")
        )
    return _submit(view, "not found at PharmaOne: sent again with the same key")


def _submit(view: View, why: str) -> Step:
    if isinstance(view.sight.draft, Gaps):
        return _gaps(view, view.sight.draft)
    if view.sight.draft is None or not is_fresh(view):
        return Look("seen too long ago to submit on")
    if view.sight.draft.prescription is not None and view.record.prescription_id is None:
        return _ingest(view, view.sight.draft.prescription)
    return Submit(view.sight.draft, why)


def _ingest(view: View, body: Mapping[str, Any]) -> Step:
    """The prescription goes first: staff can approve no order-request without it."""
    record = view.record
    if record.prescription_at is None:
        return Ingest(body, "it is sent by itself (orders.prescriptions)")
    if record.cleared:
        return Ingest(body, "a person looked and said to send it")
    if not view.policy.repeat_unsure:
        return Stuck(reasons.unsure_prescription(record))
    return Ingest(body, "its answer was lost: sent again with the same key")


def _gaps(view: View, gaps: Gaps) -> Step:
    if any(gap.code in LINKING_CODES for gap in gaps.gaps):
        oldest = view.now - view.policy.catalogue_fresh
        if view.sight.catalogue_at is None or view.sight.catalogue_at < oldest:
            return ReadCatalogue("a line is not linked to a PharmaOne product")
    return Stuck(reasons.gaps(gaps))
