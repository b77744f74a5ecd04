"""What to do next about one pharmacy order: the heart of the bridge.

`next_step` names the next single step from what is remembered (the link) and what was just seen
(the view). It is called again after every step until it answers Wait, Stuck or Done. Nothing
else in the bridge decides anything about an order.

The order of the questions is the argument for "one order-request per pharmacy order":
nothing is sent before RxScale's side was seen; nothing is sent twice before PharmaOne was
searched; nothing is sent at all while anything is unknown that a person could know.
"""

from collections.abc import Callable

from bridge.core import reasons
from bridge.core.lifecycle import TERMINAL, Vocabulary, reached, route
from bridge.core.model import (
    Gaps,
    P1Order,
    PharmacyOrder,
    Phase,
    State,
)
from bridge.core.steps import (
    Adopt,
    Done,
    Find,
    Look,
    ReadCatalogue,
    SetStatus,
    Step,
    Stuck,
    Submit,
    View,
    Wait,
)

LINKING_CODES = frozenset({"unlinked_sku", "not_in_catalogue"})
"""Gaps that a newer reading of RxScale's SKU list may close."""


def next_step(view: View) -> Step:
    """The next single step for this order."""
    step = _next_step(view)
    if isinstance(step, Stuck) and view.policy.hold_when_stuck:
        return _hold_first(view, step)
    return step


def _next_step(view: View) -> Step:
    if view.link.phase is Phase.DROPPED:
        return Done("a person said to leave it alone")
    if view.gone:
        return _gone(view)
    if view.order is None:
        return Look("what RxScale says of it now")
    state = view.rxscale.means.get(view.order.status)
    if state is None:
        return Stuck(reasons.unknown_status(view.order.status, "RxScale", view.rxscale))
    if state in TERMINAL:
        return _ended(view, state)
    if view.order.status in view.rxscale.arriving:
        return Wait(f"RxScale is still setting it up ({view.order.status})")
    if state is State.ON_HOLD and not view.link.held:
        return Wait("on hold at RxScale: left alone until somebody there releases it")
    return _DECISIONS[view.link.phase](view, view.order)


# -- what each phase asks -------------------------------------------------------------------


def _known(view: View, order: PharmacyOrder) -> Step:
    link = view.link
    if link.must_find and not link.cleared:
        step = _find_before_first(view, order)
        if step is not None:
            return step
    return _submit(view, "nothing was sent for it yet")


def _find_before_first(view: View, order: PharmacyOrder) -> Step | None:
    """An order that was there before this store: None once it may be submitted."""
    link = view.link
    if view.p1_order is not None:
        return Adopt(view.p1_order)
    if view.search is not None and view.search.gap:
        return Stuck(reasons.cannot_know(link, view.search.gap))
    if link.searched_at is None:
        return Find(link.first_seen_at, "it was there before this store was")
    if order.status not in view.rxscale.queue:
        return Stuck(
            reasons.cannot_know(
                link,
                f"it already stands at '{order.status}' and PharmaOne has no order for it; "
                "an order-request may be under review there, which no route can show",
            )
        )
    if not view.policy.repeat_unsure:
        return Stuck(
            reasons.cannot_know(
                link, "an earlier store may have sent it, and PharmaOne shows no order for it"
            )
        )
    return None


def _unsure(view: View, _: PharmacyOrder) -> Step:
    link, policy = view.link, view.policy
    if view.p1_order is not None:
        return Adopt(view.p1_order)
    if link.cleared:
        return _submit(view, "a person looked and said to send it")
    grace_ends = (link.unsure_at or view.now) + policy.grace
    if view.now < grace_ends:
        return Wait("an answer was lost; giving PharmaOne time before looking", grace_ends)
    if view.search is not None and view.search.gap:
        return Stuck(reasons.unsure(link, view.search.gap))
    if link.searched_at is None or link.searched_at < grace_ends:
        return Find(grace_ends, "an answer was lost: it may have arrived")
    if not policy.repeat_unsure:
        return Stuck(reasons.unsure(link, "PharmaOne shows no order for it (yet)"))
    if link.attempts >= policy.most_submissions:
        return Stuck(reasons.unsure(link, f"{link.attempts} submissions went without an answer"))
    return _submit(view, "not found at PharmaOne: sent again with the same key")


def _submit(view: View, why: str) -> Step:
    if isinstance(view.draft, Gaps):
        return _gaps(view, view.draft)
    if view.draft is None or not _fresh(view):
        return Look("seen too long ago to submit on")
    return Submit(view.draft, why)


def _gaps(view: View, gaps: Gaps) -> Step:
    if any(gap.code in LINKING_CODES for gap in gaps.gaps):
        oldest = view.now - view.policy.catalogue_fresh
        if view.catalogue_at is None or view.catalogue_at < oldest:
            return ReadCatalogue("a line is not linked to a PharmaOne product")
    return Stuck(reasons.gaps(gaps))


def _under_way(view: View, order: PharmacyOrder) -> Step:
    """Submitted or adopted: bring RxScale's status to what PharmaOne's side says."""
    if view.p1_order is not None and view.link.order_id != view.p1_order.id:
        return Adopt(view.p1_order)
    wanted, rule = view.review, f"{view.pharmaone.where} (order-request under review)"
    if view.p1_order is not None:
        meaning = _meaning_of(view.p1_order, view.pharmaone)
        if meaning is None:
            return Stuck(reasons.unknown_status(view.p1_order.status, "PharmaOne", view.pharmaone))
        wanted, rule = meaning
    return _walk(view, order, wanted, rule)


def _meaning_of(order: P1Order, vocabulary: Vocabulary) -> tuple[State, str] | None:
    for flag, state in vocabulary.flags.items():
        if getattr(order, flag, None):
            return state, f"{vocabulary.where}.flags.{flag}"
    state_of_word = vocabulary.means.get(order.status)
    if state_of_word is None:
        return None
    return state_of_word, f"{vocabulary.where}.means.{order.status}"


def _walk(view: View, order: PharmacyOrder, wanted: State, rule: str) -> Step:
    if reached(view.rxscale.means[order.status], wanted):
        return Wait(_what_comes_next(wanted))
    word = view.rxscale.says.get(wanted)
    path = route(view.rxscale, order.status, word) if word is not None else None
    if not path:
        return Wait(f"no legal step leads from '{order.status}' to {wanted.value} at RxScale")
    if view.rxscale.calls.get(path[0], "status") != "status":
        return Wait(f"'{path[0]}' is to be set in RxScale's portal")
    if not _fresh(view):
        return Look("seen too long ago to write a status on")
    return SetStatus(path[0], f"{rule} -> {view.rxscale.where}.says.{wanted.value}")


def _what_comes_next(wanted: State) -> str:
    if wanted is State.IN_REVIEW:
        return "pharmacy staff review the order-request in PharmaOne Manager"
    return f"both sides agree ({wanted.value}); PharmaOne's next change is awaited"


# -- endings ---------------------------------------------------------------------------------


def _ended(view: View, state: State) -> Step:
    phase = view.link.phase
    if state is State.COMPLETED:
        return Done("completed at RxScale")
    if phase in (Phase.KNOWN, Phase.DONE):
        return Done(f"{state.value} at RxScale; nothing was sent to PharmaOne")
    if _never_searched(view):
        since = view.link.unsure_at or view.now
        return Find(since, "cancelled while an answer was missing: did it arrive?")
    if view.p1_order is not None and view.link.order_id != view.p1_order.id:
        return Adopt(view.p1_order)
    return Stuck(reasons.cancelled(view.link))


def _never_searched(view: View) -> bool:
    if view.link.phase not in (Phase.UNSURE, Phase.SUBMITTING):
        return False
    return view.link.searched_at is None and view.search is None and view.p1_order is None


def _gone(view: View) -> Step:
    if view.looks < view.policy.most_looks_for_gone:
        return Wait("RxScale does not show it (404); looking again", failed=True)
    return Stuck(reasons.gone(view.link))


def _done_before(view: View, order: PharmacyOrder) -> Step:
    """It was finished here, yet RxScale has it open (again)."""
    if view.link.attempts == 0:
        return _known(view, order)
    return Stuck(reasons.reopened(view.link))


def _hold_first(view: View, stuck: Stuck) -> Step:
    """By choice, a stuck order is also paused at RxScale, where its admins see the reason."""
    word = view.rxscale.says.get(State.ON_HOLD)
    order = view.order
    if word is None or order is None or view.link.phase in (Phase.DONE, Phase.DROPPED):
        return stuck
    if word not in view.rxscale.steps.get(order.status, ()):
        return stuck
    if not _fresh(view):
        return Look("seen too long ago to put it on hold")
    return SetStatus(word, "rxbridge.toml: orders.hold_when_stuck", stuck.note.reason)


def _fresh(view: View) -> bool:
    return view.order is not None and view.now - view.order.seen_at <= view.policy.fresh


_DECISIONS: dict[Phase, Callable[[View, PharmacyOrder], Step]] = {
    Phase.KNOWN: _known,
    Phase.SUBMITTING: _unsure,
    Phase.UNSURE: _unsure,
    Phase.SUBMITTED: _under_way,
    Phase.ADOPTED: _under_way,
    Phase.DONE: _done_before,
}
