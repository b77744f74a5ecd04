"""When to leave a failing vendor alone, and whom to send to see whether it is back."""

from enum import StrEnum

FAILURES = 5
FIRST_REST = 5.0
LONGEST_REST = 60.0
# How soon to ask again while another call is finding out.
PROBE_PATIENCE = 1.0


class State(StrEnum):
    """Closed lets every call through, open none; probing has exactly one under way."""

    CLOSED = "closed"
    OPEN = "open"
    PROBING = "probing"


class Breaker:
    """Opens after five failures in a row; rests 5 s, doubled up to 60 s by each failing probe.

    All times are seconds of one monotonic clock; `jitter` is a number from 0 to 1 and shortens a
    rest by up to half of it.
    """

    def __init__(self) -> None:
        self.state = State.CLOSED
        self._failures = 0
        self._rest = 0.0
        self._until = 0.0

    def wait(self, now: float) -> float:
        """Seconds until a call is worth trying; 0 is now."""
        if self.state is State.CLOSED:
            return 0.0
        left = max(self._until - now, 0.0)
        return max(left, PROBE_PATIENCE) if self.state is State.PROBING else left

    def enter(self) -> bool:
        """A call goes out; true if it is the probe. Only where `wait` was 0."""
        if self.state is State.CLOSED:
            return False
        self.state = State.PROBING
        return True

    def succeeded(self) -> None:
        """The vendor answered: all is forgiven."""
        self.state = State.CLOSED
        self._failures = 0
        self._rest = 0.0

    def failed(self, now: float, *, probe: bool, jitter: float) -> None:
        """A call came to nothing. Calls from before the breaker opened change nothing now."""
        if self.state is State.CLOSED:
            self._failures += 1
            if self._failures >= FAILURES:
                self._open(now, jitter)
        elif probe and self.state is State.PROBING:
            self._open(now, jitter)

    def abandoned(self, *, probe: bool) -> None:
        """A call was given up before anything could be learnt: the next one may be the probe."""
        if probe and self.state is State.PROBING:
            self.state = State.OPEN

    def _open(self, now: float, jitter: float) -> None:
        self.state = State.OPEN
        self._rest = min(max(self._rest * 2, FIRST_REST), LONGEST_REST)
        self._until = now + self._rest * (1 - jitter / 2)
