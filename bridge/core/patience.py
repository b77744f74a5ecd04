"""How long to wait before trying again. Pure: the dice are an argument."""

from datetime import timedelta

FIRST_SECONDS = 1.0
SOON_SECONDS = 2.0
MOST_SECONDS = 300.0
ENOUGH_LOOKS = 4
"""So many looks in a row that came to nothing say that the next one will be no better."""
NO_EFFECT_SECONDS = 300.0
"""What a vendor accepted several times without doing it is tried again so seldom."""
MISCONFIGURED_SECONDS = 60.0
"""A wrong key or a missing permission: only the operator's change helps; ask once a minute."""


def backoff(attempts: int, jitter: float, after: float | None = None) -> timedelta:
    """Exponential back-off with full jitter, never shorter than the vendor asked for.

    `attempts` counts the failures before this one, `jitter` lies in 0..1, `after` is in seconds.
    """
    ceiling = min(MOST_SECONDS, FIRST_SECONDS * 2 ** min(attempts, 16))
    wait = max(0.1, ceiling * jitter)
    return timedelta(seconds=max(wait, after or 0.0))


def pause(failures: int, usual_seconds: float) -> float:
    """Seconds until a round is made again: sooner than usual after failures in a row, if any."""
    if not failures:
        return usual_seconds
    return min(usual_seconds, SOON_SECONDS * 2.0 ** min(failures - 1, 16))
