"""How many calls a vendor may be sent and when the next may go: arithmetic, fed with the time."""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

from bridge.core.leases import AGE_SECONDS

# A little more than the vendor's, whose clock may be quicker, or round.
SECOND = 1.01
MINUTE = 60.1
FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
# A sleeper must find the clock moved when it wakes, whatever float rounding did to the sum.
SHORTEST_WAIT = 0.001


@dataclass(frozen=True, slots=True)
class Limits:
    """What one vendor may be asked, and how long an answer may take.

    `per_second` and `per_minute` count calls in any sliding window of that length; 0 lifts the
    limit. `at_once` bounds the calls under way. `deadline_seconds` runs from the sending of a call
    to the last byte of its answer, all tries and the pauses between them included, waiting for the
    budget not; `connect_seconds` is the part of it a connection may take. An answer of more than
    `answer_bytes` (after decompression) is not read. Raises ValueError for limits that cannot be
    kept.
    """

    per_second: int
    per_minute: int
    at_once: int = 16
    deadline_seconds: float = 20
    connect_seconds: float = 5
    answer_bytes: int = 32 * 1024 * 1024

    def part(self, parts: int) -> "Limits":
        """One of so many parts of each rate, but one call at least."""
        second, minute = (
            rate and max(1, rate // parts) for rate in (self.per_second, self.per_minute)
        )
        return replace(self, per_second=second, per_minute=minute)

    def __post_init__(self) -> None:
        if min(self.per_second, self.per_minute) < 0 or min(self.at_once, self.answer_bytes) < 1:
            raise ValueError("limits are counts: rates from 0, at_once and answer_bytes from 1")
        # Otherwise the deadline could strike while connecting, and it would not be known
        # whether anything had been sent.
        if not 0 < self.connect_seconds < self.deadline_seconds:
            raise ValueError("connect_seconds must be above 0 and below deadline_seconds")


class _Window:
    """At most `limit` arrivals at the vendor in any `seconds`."""

    __slots__ = ("_ends", "_inherited", "_limit", "_seconds")

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit = limit
        self._seconds = seconds
        self._ends: deque[float] = deque(maxlen=limit)
        self._inherited: deque[float] = deque(maxlen=limit)

    def wait(self, now: float, under_way: int, *, spare: bool) -> float:
        room = self._limit - under_way - (self._limit // 2 if spare else 0)
        if room <= 0:
            return inf
        if len(self._ends) < room:
            return 0.0
        return self._ends[-room] + self._seconds - now

    def add(self, now: float) -> None:
        self._ends.append(now)

    def inherit(self, at: float, calls: int) -> None:
        known = sum(at - AGE_SECONDS < each <= at for each in self._inherited)
        more = [at] * (min(calls, self._limit) - known)
        self._inherited.extend(more)
        self._ends = deque(sorted([*self._ends, *more]), maxlen=self._limit)

    def ages(self, now: float) -> Iterator[float]:
        """Of those that count."""
        return (now - end for end in self._ends if end > now - self._seconds)


class Budget:
    """One vendor's allowance. All times are seconds of one monotonic clock.

    The vendor counts arrivals, which we do not see: a call arrives after it was taken and before
    its answer is here, however long the network or a busy process keep it. So from when it is taken
    it holds a place in every window, until so long after it ended. Then no order of events lets
    more calls arrive than the vendor allows; only what ends without an answer may arrive later.
    """

    def __init__(self, limits: Limits) -> None:
        rates = ((limits.per_second, SECOND), (limits.per_minute, MINUTE))
        self._windows = tuple(_Window(limit, seconds) for limit, seconds in rates if limit)
        self._at_once = limits.at_once
        self._under_way = 0
        self._paused_until = -inf
        self._pause = 0.0
        self._refused_at = -inf

    def wait(self, now: float, *, spare: bool = False) -> float:
        """Seconds until the next call may be taken; 0 is now, inf until another ends.

        `spare`: only where half of each limit stays free for others.
        """
        if self._under_way >= self._at_once:
            return inf
        wait = self._paused_until - now
        for window in self._windows:
            wait = max(wait, window.wait(now, self._under_way, spare=spare))
        return max(wait, SHORTEST_WAIT) if wait > 0 else 0.0

    def paused(self, now: float) -> float:
        """Seconds left of the pause the vendor asked for; 0 if it asked for none."""
        return max(self._paused_until - now, 0.0)

    def take(self) -> None:
        """A call is on its way. Only where `wait` was 0."""
        self._under_way += 1

    def drop(self) -> None:
        """A taken call ends without having been sent: it costs nothing."""
        self._under_way -= 1

    def end(self, now: float) -> None:
        """A sent call is over."""
        self._under_way -= 1
        for window in self._windows:
            window.add(now)

    def recent(self, now: float) -> list[int]:
        """How many calls count in the longest window, by their age in `AGE_SECONDS`."""
        found = [0] * (int(MINUTE / AGE_SECONDS) + 1)
        found[0] = self._under_way
        for age in self._windows[-1].ages(now) if self._windows else ():
            found[int(age / AGE_SECONDS)] += 1
        return found

    def inherit(self, at: float, calls: Sequence[int]) -> None:
        """So many were made by others, by their age at that time; what was told before counts
        once. Several claims tell of the same calls: pharmacies share a key, keys a process.
        """
        for age, count in reversed([*enumerate(calls)]):
            for window in self._windows:
                window.inherit(at - age * AGE_SECONDS, count)

    def refused(self, now: float, *, sent_at: float, asked: float | None) -> float:
        """The vendor wants fewer calls: pause all of them. Returns the seconds until the next.

        `asked` is the vendor's `Retry-After`. Without one the pause is 1 s and doubles, up to a
        minute, with each refusal of a call that was sent since the last one: of many calls under
        way at once, all refused, only the first counts.
        """
        if sent_at >= self._refused_at:
            self._refused_at = now
            self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
        pause = self._pause if asked is None else asked
        self._paused_until = max(self._paused_until, now + pause)
        return self.paused(now)

    def welcomed(self, *, sent_at: float) -> None:
        """The vendor took a call: if it was sent since the last refusal, pauses start small."""
        if sent_at >= self._refused_at:
            self._pause = 0.0
