"""How long to wait before doing something again. Pure: the dice are an argument."""

from datetime import datetime, timedelta

FIRST_SECONDS = 1.0
SOON_SECONDS = 2.0
MOST_SECONDS = 300.0
ENOUGH_LOOKS = 4
"""So many looks in a row that came to nothing say that the next one will be no better."""
NO_EFFECT_SECONDS = 300.0
"""What a vendor accepted several times without doing it is tried again so seldom."""
MISCONFIGURED_SECONDS = 60.0
"""A wrong key or a missing permission: only the operator's change helps; ask once a minute."""
MISSED_SECONDS = 5.0
REREAD_SHARE = 0.05
"""The part of RxScale's budget that reading its SKU list again may take."""


def reread_seconds(
    calls: int, per_second: float, per_minute: float, *, shortest: float, longest: float
) -> float:
    """From one reading of RxScale's SKU list, which takes so many `calls`, to the next.

    Of the limits, 0 is none. `longest` outweighs `shortest`.
    """
    limits = [limit for limit in (per_second, per_minute / 60) if limit]
    affordable = calls / (min(limits) * REREAD_SHARE) if limits else 0.0
    return min(longest, max(shortest, affordable))


def backoff(attempts: int, jitter: float, after: float | None = None) -> timedelta:
    """Exponential back-off, half of it by chance; never shorter than the vendor asked for.

    `attempts` counts the failures before this one, `jitter` lies in 0..1, `after` is in seconds.
    Were all of it by chance, there would be half as many looks more, and what waits for a vendor
    would be looked at hardly sooner once it is back.
    """
    ceiling = min(MOST_SECONDS, FIRST_SECONDS * 2 ** min(attempts, 16))
    return timedelta(seconds=max(ceiling * (1 + jitter) / 2, after or 0.0))


def missed(since: datetime, now: datetime, until: datetime) -> datetime:
    """When to look again for what a vendor has not shown since then: after twice as long again, and
    `until` at the latest.
    """
    return min(until, now + max(timedelta(seconds=MISSED_SECONDS), 2 * (now - since)))


def pause(failures: int, usual_seconds: float) -> float:
    """Seconds until a round is made again: sooner than usual after failures in a row, if any."""
    if not failures:
        return usual_seconds
    return min(usual_seconds, SOON_SECONDS * 2.0 ** min(failures - 1, 16))
