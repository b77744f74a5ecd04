"""Both vendors' status words, what they mean here, and the legal way from one to the next.

The words are data (`statuses.toml`); this module only walks them. A vendor's words form a graph:
an edge is a step that this pharmacy may take at that vendor. The bridge takes the first edge of
the shortest path to the word it wants, looks again, and so never jumps. States have a rank, and
an order that already stands at or past the wanted rank is left alone: nothing moves backwards.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.core.model import Flag, State

RANK: Mapping[State, int] = {
    State.NEW: 0,
    State.ON_HOLD: 0,  # a pause before work goes on: everything after it is still ahead
    State.IN_REVIEW: 1,
    State.PREPARING: 2,
    State.READY: 3,
    State.COMPLETED: 4,
    State.CANCELLED: 5,
    State.REJECTED: 5,
}
TERMINAL = frozenset({State.COMPLETED, State.CANCELLED, State.REJECTED})


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """One vendor's status words in one dialect, as `statuses.toml` gives them.

    `where` names the table in the file, for reasons and stories. `open` is in the order in which
    an order normally passes through the words; `arriving` words are not ours to touch yet;
    `queue` words mean that the order was not worked on.
    """

    where: str
    means: Mapping[str, State]
    open: tuple[str, ...]
    arriving: frozenset[str] = frozenset()
    queue: frozenset[str] = frozenset()
    says: Mapping[State, str] = field(default_factory=dict)
    steps: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    calls: Mapping[str, str] = field(default_factory=dict)
    """Which call sets a word: `status` unless named here."""
    flags: Mapping[Flag, State] = field(default_factory=dict)
    """What a raised flag (`shipped`, `picked_up`) means; a flag outweighs the word."""
    bodies: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What is sent to set a word, where its body is a matter of choice."""
    gone: State | None = None
    """What an order that was deleted amounts to, as an event told; None: a person says."""
    gone_unannounced: State | None = None
    """The same of one that is gone though no event told that it was deleted."""


@dataclass(frozen=True, slots=True)
class Prescriptions:
    """What PharmaOne's words for a prescription mean: still to be decided, good, or refused."""

    where: str
    waiting: frozenset[str]
    accepted: frozenset[str]
    declined: frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """What both vendors' words mean, in the dialect in force: all of `statuses.toml`.

    `review` is what an order-request under review amounts to, `rejected` a refused one (None: a
    person decides); `rejecting_events` are PharmaOne's events that tell of one. `hold_comment` is
    the reason RxScale is given for a hold that comes from PharmaOne. In `deducting` states
    PharmaOne has taken an order's goods off its stock.
    """

    rxscale: Vocabulary
    pharmaone: Vocabulary
    prescriptions: Prescriptions
    hold_comment: str
    review: State = State.IN_REVIEW
    rejected: State | None = None
    rejecting_events: frozenset[str] = frozenset()
    deducting: frozenset[State] = frozenset()

    @property
    def known(self) -> frozenset[str]:
        """Every status word of either vendor."""
        prescribed = self.prescriptions
        words = prescribed.waiting | prescribed.accepted | prescribed.declined
        return words.union(self.rxscale.means, self.pharmaone.means)


def route(vocabulary: Vocabulary, here: str, there: str) -> tuple[str, ...] | None:
    """The shortest legal path of words after `here` up to `there`; () if there already.

    None where no legal path exists. Of equally short paths the one listed first wins.
    """
    if here == there:
        return ()
    came_from: dict[str, str] = {here: here}
    ahead = deque([here])
    while ahead:
        word = ahead.popleft()
        for following in vocabulary.steps.get(word, ()):
            if following in came_from or _is_detour(vocabulary, following, there):
                continue
            came_from[following] = word
            if following == there:
                return _unwind(came_from, here, there)
            ahead.append(following)
    return None


def _is_detour(vocabulary: Vocabulary, word: str, there: str) -> bool:
    """A hold needs a reason and a person; no order passes through one on the way elsewhere."""
    return word != there and vocabulary.means.get(word) is State.ON_HOLD


def _unwind(came_from: Mapping[str, str], here: str, there: str) -> tuple[str, ...]:
    path = [there]
    while came_from[path[-1]] != here:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))


def reached(state: State, wanted: State) -> bool:
    """Whether an order in `state` needs nothing more to count as `wanted`."""
    return RANK[state] >= RANK[wanted]
