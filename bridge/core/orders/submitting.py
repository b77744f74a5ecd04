"""Up to the order-request: what must be known before one is sent, and before one is sent again."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bridge.core import reasons, steps
from bridge.core.copies import LONG
from bridge.core.facts import AGAIN, Again
from bridge.core.lifecycle import route
from bridge.core.model import AnnouncedBy, Draft, Gaps, OrderRecord, PharmacyOrder
from bridge.core.orders import progress
from bridge.core.orders.view import View, is_recent, prescription_ends
from bridge.core.reasons import Reason

ASK_AGAIN = timedelta(minutes=10)
"""So often RxScale is asked for a prescription that is missing: it may come without being told."""
SEARCHED_LATELY = timedelta(minutes=1)
"""What was searched for longer ago is searched for anew before it is sent again: meanwhile staff
may have approved it, and PharmaOne lists an order from then on (pharmaone.md section 9).
"""


def known(view: View, order: PharmacyOrder) -> steps.Step:
    """Nothing was sent for it, as far as this store remembers."""
    if view.sight.p1_order is not None:
        return steps.Adopt(view.sight.p1_order)
    if (older := _made_before(view)) is not None:
        return older
    if view.record.doubted_at is not None:
        return _taken_by_another(view, order)
    return _submit(view, order, reasons.NOTHING_SENT())


def _made_before(view: View) -> steps.Done | steps.Stuck | None:
    """By choice, older orders are left alone; a person may want one of them sent all the same."""
    record, take_from = view.record, view.policy.take_from
    if take_from is None or record.wanted_at is not None:
        return None
    told = take_from.isoformat()
    if (record.made_at or record.first_seen_at) < take_from:
        return steps.Done(reasons.MADE_BEFORE(take_from=told))
    if record.made_at is None and record.announced_by is AnnouncedBy.FIRST_SWEEP:
        return steps.Stuck(reasons.UNKNOWN_AGE(take_from=told))
    return None


def _twin(view: View) -> steps.Stuck | None:
    search = view.sight.search
    if search is None or search.twin is None:
        return None
    return steps.Stuck(reasons.TWIN_IN_PHARMAONE(order=search.twin))


def _was_by_hand(view: View, *, soon_after: timedelta = timedelta()) -> bool:
    """Whether it was made while people did everything by hand, or `soon_after`. What a sweep finds
    right after that, and RxScale does not date, was there before.
    """
    record, until = view.record, view.policy.by_hand_until
    if until is None or record.announced_by is AnnouncedBy.FIRST_SWEEP:
        return until is not None
    swept = record.announced_by is AnnouncedBy.SWEEP and record.created_at is None
    return (record.made_at or record.first_seen_at) < until + (LONG if swept else soon_after)


def _taken_by_another(view: View, order: PharmacyOrder) -> steps.Step:
    """It stands past the queue and this store did not claim it: it is never submitted."""
    record = view.record
    was_searched = record.is_searched or view.sight.search is not None
    if _was_by_hand(view) and record.wanted_at is None and was_searched:
        return steps.Done(reasons.BY_HAND())
    if view.sight.search is not None and view.sight.search.gap:
        return steps.Stuck(reasons.CANNOT_KNOW(why=view.sight.search.gap))
    if (twin := _twin(view)) is not None:
        return twin
    if not record.is_searched:
        if (reading := _catalogue(view, view.sight.draft)) is not None:
            return reading  # what it holds is compared in PharmaOne's words
        return steps.Find(record.doubted_at or record.first_seen_at, reasons.TAKEN_BY_ANOTHER())
    return steps.Stuck(reasons.CANNOT_KNOW(why=reasons.PAST_THE_QUEUE(status=order.status)))


def unsure(view: View, order: PharmacyOrder) -> steps.Step:
    """A submission went out and no answer came: it is looked for before anything else."""
    record, policy = view.record, view.policy
    if record.rejected_at is not None:  # so it had arrived
        return progress.submitted(view, order)
    if view.sight.p1_order is not None:
        return steps.Adopt(view.sight.p1_order)
    grace_ends = (record.doubted_at or view.now) + policy.grace
    if view.now < grace_ends:
        return steps.Wait(reasons.GIVING_TIME(), grace_ends)
    fact = view.facts.repeated_reference
    told = f"facts.toml: pharmaone.repeated_reference = {fact}"
    harmless = policy.repeat_unsure and AGAIN[fact] is Again.HARMLESS
    if not harmless and (unfinished := _search(view, grace_ends)) is not None:
        return unfinished
    if AGAIN[fact] is Again.NEVER:
        return steps.Stuck(reasons.UNSURE_SUBMISSION(why=reasons.MAKES_A_SECOND(fact=told)))
    if not policy.repeat_unsure:
        return steps.Stuck(reasons.UNSURE_SUBMISSION(why=reasons.NO_ORDER_YET()))
    is_queued = order.status in view.words.rxscale.queue  # a claim goes before each submission
    if not is_queued and not _is_claimed(record, order):
        return steps.Stuck(reasons.UNSURE_SUBMISSION(why=reasons.MOVED_ON(status=order.status)))
    if record.attempts >= policy.most_submissions:
        return steps.Stuck(
            reasons.UNSURE_SUBMISSION(why=reasons.NEVER_ANSWERED(submissions=record.attempts))
        )
    why = reasons.REPEATING_IS_HARMLESS(fact=told) if harmless else reasons.NOT_FOUND()
    return _submit(view, order, why)


def _search(view: View, since: datetime) -> steps.Step | None:
    """None once a search that began at `since` or later is over and did not find it: in this look,
    or not long ago.
    """
    record, search = view.record, view.sight.search
    if search is not None and search.gap:
        return steps.Stuck(reasons.UNSURE_SUBMISSION(why=search.gap))
    if (twin := _twin(view)) is not None:
        return twin
    if search is not None and search.began_at >= since:
        return None
    since = max(since, view.now - SEARCHED_LATELY)
    if record.searched_at is None or record.searched_at < since:
        return steps.Find(since, reasons.MAY_HAVE_ARRIVED())
    return None


def _submit(view: View, order: PharmacyOrder, why: Reason) -> steps.Step:
    draft = view.sight.draft
    if isinstance(draft, Gaps):
        return _catalogue(view, draft) or steps.Stuck(reasons.together(draft.gaps))
    if draft is None or not is_recent(view):
        return steps.Look(reasons.TOO_OLD_TO_SUBMIT())
    claimed = _is_claimed(view.record, order)
    if (waits := _awaits_prescription(view)) is not None:
        return waits
    if not claimed and not view.pharmaone_ready:
        return steps.Wait(reasons.NOT_REACHED(), failed=True)
    if (first := _compared(view)) is not None:
        return first
    if not claimed:
        return _claim(view, order, draft)
    if order.is_believed:
        return steps.Look(reasons.CLAIM_TO_BE_SEEN())
    if draft.prescription is not None and view.record.prescription_id is None:
        return _ingest(view, draft.prescription)
    return steps.Submit(draft, why)


def _awaits_prescription(view: View) -> steps.Wait | None:
    """The file may come later than the order; without it, it goes only where the file says so."""
    ends = prescription_ends(view)
    if ends is None:
        return None
    return steps.Wait(
        reasons.AWAITS_PRESCRIPTION(), ends if ends > view.now else view.now + ASK_AGAIN
    )


def _compared(view: View) -> steps.Step | None:
    """Staff may have typed into PharmaOne by hand what stood in the queue before this store was, or
    stands there for long, up to a moment ago.
    """
    record, search = view.record, view.sight.search
    if search is not None:
        too_many = search.gap is not None and search.gap.code == reasons.TOO_MANY_TO_READ
        return steps.Stuck(reasons.CANNOT_KNOW(why=search.gap)) if too_many else _twin(view)
    lately, by_hand = view.now - SEARCHED_LATELY, _was_by_hand(view, soon_after=LONG)
    came = record.made_at or record.first_seen_at
    was_there = by_hand or record.announced_by is AnnouncedBy.FIRST_SWEEP
    if not was_there and came >= view.now - LONG:
        return None
    if by_hand:
        lately = max(lately, view.policy.by_hand_until or lately)
    if record.searched_at is not None and record.searched_at >= lately:
        return None
    return steps.Find(max(record.first_seen_at, lately), reasons.MAY_BE_TYPED())


def _is_claimed(record: OrderRecord, order: PharmacyOrder) -> bool:
    """Whether it stands where this store set it, or on the hold that this store put it on."""
    return record.claimed_as is not None and (order.status == record.claimed_as or record.held)


def _claim(view: View, order: PharmacyOrder, draft: Draft) -> steps.Step:
    """RxScale's status first: whatever becomes of this store, the vendor knows it is taken.

    Where a crash amid it may be followed by a search and a second submission, one intent does for
    both calls.
    """
    may_repeat = (
        AGAIN[view.facts.repeated_reference] is not Again.NEVER and view.policy.repeat_unsure
    )
    waits = draft.prescription is not None and view.record.prescription_id is None
    rxscale = view.words.rxscale
    path = route(rxscale, order.status, rxscale.says[view.words.review])
    if not path:
        return steps.Wait(reasons.NO_LEGAL_STEP(status=order.status, state=view.words.review.value))
    return steps.SetStatus(
        path[0],
        f"{rxscale.where}.says.{view.words.review.value}",
        claims=True,
        submits=may_repeat and view.policy.reads_back and not waits,
    )


def _ingest(view: View, body: Mapping[str, Any]) -> steps.Step:
    """The prescription goes first: staff can approve no order-request without it."""
    record = view.record
    if record.prescription_at is None:
        return steps.Ingest(body, reasons.SENT_BY_ITSELF())
    never = AGAIN[view.facts.repeated_prescription] is Again.NEVER
    if never or not view.policy.repeat_unsure:
        return steps.Stuck(reasons.UNSURE_PRESCRIPTION())
    return steps.Ingest(body, reasons.ANSWER_LOST())


def _catalogue(view: View, draft: Draft | Gaps | None) -> steps.ReadCatalogue | None:
    """A newer reading of the SKU list may fill a gap."""
    gaps = draft.gaps if isinstance(draft, Gaps) else ()
    at, oldest = view.sight.catalogue_at, view.now - view.policy.catalogue_fresh
    if any(gap.code.freed_by_catalogue for gap in gaps) and (at is None or at < oldest):
        return steps.ReadCatalogue(reasons.LINE_NOT_LINKED())
    return None
