"""Which of several replicas may work for a key, and when it may call: arithmetic on given times.

A replica beats: it raises a number in the database. One that sees the same number for long enough,
by a clock of its own, takes what that replica held. No clock is compared with another machine's, so
none that is put right, or wrong, moves a key. All times are seconds of one machine's boot clock,
which goes on while the machine sleeps.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil

BEAT_SECONDS = 2.0
HELD_SECONDS = 9.5
"""So long after it sent a beat its replica may call. Shorter than `DEAD_SECONDS`: clocks differ in
speed, and between the look at the clock and the wire there is a little time."""
AGE_SECONDS = 2
"""Calls are reported by their age: the first number is of those that are younger than this."""
DEAD_SECONDS = 10.0
"""After so long without a beat others take over."""
HURRY_SECONDS = 0.25
"""So often a replica beats, and looks for free keys, while another one is about to stop."""
STEADY_SECONDS = 20.0
"""So long no replica came or went before a key is handed over to one that has fewer."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """The beat of another replica, and when it was first known to be that one."""

    beat: int
    since: float


@dataclass(frozen=True, slots=True)
class Other:
    """Another replica as its row says: `leaves` if it is about to stop, `holds` so many keys."""

    beat: int
    leaves: bool
    holds: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A budget that is held from now on; `fence` is of this claim alone. What its last owner made
    of it: calls at each vendor within a minute, by age, and how long it may have gone on after it
    told.
    """

    budget: str
    fence: int
    calls: Mapping[str, Sequence[int]]
    unreported_seconds: int


def watched(
    before: Mapping[str, Sighting], beats: Mapping[str, int], read_at: float
) -> dict[str, Sighting]:
    """What is known of the others now that their `beats` were read. `read_at`: after the answer
    was here, which is later than anything that it tells of.
    """
    found: dict[str, Sighting] = {}
    for name, beat in beats.items():
        seen = before.get(name)
        same = seen is not None and seen.beat == beat
        found[name] = seen if seen is not None and same else Sighting(beat, read_at)
    return found


def dead(known: Mapping[str, Sighting], now: float) -> dict[str, int]:
    """Whose keys may be taken, if its beat is still this one by then."""
    return {name: seen.beat for name, seen in known.items() if now >= seen.since + DEAD_SECONDS}


def pause(known: Mapping[str, Sighting], now: float, *, hurry: bool = False) -> float:
    """Seconds until the next beat, or until another one may be found dead. `hurry`: another one is
    about to stop.
    """
    left = (seen.since + DEAD_SECONDS - now for seen in known.values())
    usual = HURRY_SECONDS if hurry else BEAT_SECONDS
    return min((usual, *(each for each in left if each > 0)))


def held_until(sent_at: float) -> float:
    """The end of a lease whose last beat was sent then, and arrived."""
    return sent_at + HELD_SECONDS


def may_call(until: float, now: float) -> bool:
    """Asked right before the wire: a process may have been stopped since it was last asked."""
    return now < until


def heirs(name: str, own: int, others: Mapping[str, int]) -> list[str]:
    """Who may have one of the `own` keys of this one, fewest first: those with at least two fewer.
    None, where another one has more: one hands over at a time.
    """
    if max(((count, other) for other, count in others.items()), default=(0, "")) > (own, name):
        return []
    return sorted((each for each in others if others[each] + 2 <= own), key=others.__getitem__)


def spent(
    reported: Sequence[int], unreported_seconds: float, per_second: int, per_minute: int
) -> list[int]:
    """How many calls a successor counts as made, by age: full speed for the time of which nobody
    knows, and what was reported before that. Limits of 0 are none.
    """
    if not unreported_seconds:
        return [*reported]
    if not per_second:
        return [per_minute]
    return [per_second * AGE_SECONDS] * ceil(unreported_seconds / AGE_SECONDS) + [*reported]
