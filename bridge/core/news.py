"""What a person is told of by message, and when: by what is wrong, what was told and the time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bridge.core.alarms import Topic
from bridge.core.memory import StuckRow
from bridge.core.reasons import Kind, Reason

GATHER = timedelta(seconds=60)
"""So long news waits for more of its kind; what is mended meanwhile is not told at all."""
LEAVES = frozenset(
    {"call", "doing", "hours", "of", "order", "pharmacy", "request", "state", "status",
     "submissions", "take_from", "vendor", "where", "why"}
)  # fmt: skip
"""The facts of an order that may leave the pharmacy: none of them says what a person was
prescribed. (A fact that is a reason itself has its own facts looked through.)"""
LEFT_OUT = "…"


@dataclass(frozen=True, slots=True)
class News:
    """Something wrong. `about` is a key (`order:po-...`, `silence:rxscale`) or a check of
    `/health`; `id` tells it from all else that is wrong about that.
    """

    topic: Topic
    about: str
    reason: Reason
    since: datetime

    @property
    def id(self) -> str:
        alone = self.topic in (Topic.VENDOR, Topic.RESTART)
        return self.about if alone else f"{self.about} {self.reason.code}"


@dataclass(frozen=True, slots=True)
class Told:
    """What one address was told, when, and when it was told that it is mended."""

    address: str
    id: str
    topic: Topic
    at: datetime
    mended_at: datetime | None = None

    @property
    def about(self) -> str:
        return self.id.partition(" ")[0]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`every`: from one message to the next at least; `quiet`: local times between which none is
    sent, which may span midnight.
    """

    every: timedelta = timedelta(minutes=15)
    quiet: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Digest:
    """One message: what is new, what is mended, and how much of what was told is still wrong.

    `over` are the ids that are true no more, also those that no person needs to hear of.
    """

    fresh: tuple[News, ...]
    mended: tuple[Told, ...]
    still: int
    over: tuple[str, ...]


def digest(
    wrong: Collection[News],
    told: Collection[Told],
    unknown: Collection[str],
    now: datetime,
    rhythm: Rhythm,
) -> Digest | None:
    """What one address is to be told now; None: nothing. `now` is in the pharmacy's own time.

    `unknown`: checks that tell nothing yet, so that what was told of them counts as still wrong.
    """
    standing = [each for each in told if each.mended_at is None]
    before, ids = {each.id for each in standing}, {each.id for each in wrong}
    fresh = tuple(each for each in wrong if each.id not in before)
    over = [each for each in standing if each.id not in ids and each.about not in unknown]
    otherwise = {each.about for each in wrong}
    mended = tuple(
        each for each in over if each.about not in otherwise and each.topic is not Topic.RESTART
    )
    if not (fresh or mended) or is_quiet(now.time(), rhythm.quiet):
        return None
    if fresh and now - min(each.since for each in fresh) < GATHER:
        return None
    last = max((each.mended_at or each.at for each in told), default=None)
    if last is not None and now - last < rhythm.every:
        return None
    still = len(standing) - len(over)
    return Digest(fresh, mended, still, tuple(each.id for each in over))


def is_quiet(at: time, quiet: tuple[time, time] | None) -> bool:
    if quiet is None:
        return False
    begin, end = quiet
    return begin <= at < end if begin <= end else at >= begin or at < end


def topic_of(row: StuckRow) -> Topic:
    """Of what waits for a person, and of what one should know: orders, SKUs and alarms."""
    kind = row.reason.code.kind
    if kind is Kind.ALARM:
        return Topic(row.key.partition(":")[0])
    return Topic.ATTENTION if kind is Kind.ATTENTION else Topic.STUCK


def sendable(news: News) -> Reason:
    """Why, without what may not leave the pharmacy."""
    return _stripped(news.reason) if news.about.startswith("order:") else news.reason


def _stripped(reason: Reason) -> Reason:
    facts = {
        name: _stripped(fact)
        if isinstance(fact, Reason)
        else (fact if fact is None or name in LEAVES else LEFT_OUT)
        for name, fact in reason.facts.items()
    }
    return Reason(reason.code, facts, tuple(map(_stripped, reason.also)))
