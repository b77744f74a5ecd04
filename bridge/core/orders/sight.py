"""What was seen of an order: whether it is fresh enough to write on, and what it means."""

from bridge.core.lifecycle import Vocabulary
from bridge.core.model import P1Order, State
from bridge.core.steps import View


def is_fresh(view: View) -> bool:
    """Whether RxScale's side was seen recently enough to write a status on it."""
    return view.order is not None and view.now - view.order.seen_at <= view.policy.fresh


def is_p1_fresh(view: View) -> bool:
    """Whether PharmaOne's order was looked at itself (lists lack its flags) and recently."""
    seen_at = view.p1_looked_at
    return seen_at is not None and view.now - seen_at <= view.policy.fresh


def meaning_of(order: P1Order, vocabulary: Vocabulary) -> tuple[State, str] | None:
    """The state that PharmaOne's flags and word amount to, and the rule that says so.

    A raised flag outweighs the word. None for a word that is not listed: it is never guessed.
    """
    for flag, state in vocabulary.flags.items():
        if getattr(order, flag, None):
            return state, f"{vocabulary.where}.flags.{flag}"
    state_of_word = vocabulary.means.get(order.status)
    if state_of_word is None:
        return None
    return state_of_word, f"{vocabulary.where}.means.{order.status}"
