"""How far a vendor's clock is ahead of ours, as the `Date` of its answers shows (RFC 9110, 6.6.1).

A date tells the second in which an answer was made, somewhere between the sending of the call and
the end of its answer. So one answer is wrong by up to half a second and half of the call's time;
the median of the last few is far better, and one odd answer does not move it.
"""

from collections import deque
from datetime import datetime, timedelta
from statistics import median

LAST = 9
"""So many answers are kept: a clock that was put right is believed after half of them."""
QUICK_SECONDS = 2.0
"""A slower answer says too little."""
_HALF = 0.5


class Skew:
    """Learns from each answer."""

    def __init__(self) -> None:
        self._samples: deque[float] = deque(maxlen=LAST)

    def learn(self, dated: datetime, at: datetime, seconds: float) -> None:
        """An answer of that date was complete at `at`, `seconds` after its call was sent."""
        if seconds <= QUICK_SECONDS:
            made_at = at - timedelta(seconds=seconds / 2)
            self._samples.append((dated - made_at).total_seconds() + _HALF)

    @property
    def seconds(self) -> float | None:
        """Negative: the vendor's clock is behind ours. None: no answer has told."""
        return median(self._samples) if self._samples else None
