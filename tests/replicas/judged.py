"""What a theme came to: the checks of all that was seen, and its line in the table."""

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from math import inf

from bridge.cli.chain import most_within
from replicas.database import Owned
from replicas.themes import Event, Log
from replicas.town import ACCOUNTS, BUDGETS, KEY, Called, Town

COLUMNS = (
    "theme",
    "minutes",
    "what was done",
    "taken over after: median, 99 of 100, longest",
    "the next owner's first call after: median, longest",
    "orders, deliveries",
    "calls of a key at RxScale in a second, a minute",
    "at PharmaOne",
    "outdated calls",
    "doubles",
    "lost",
)
FOLLOWED_SECONDS = 11.0
"""Whoever fails for longer than that is followed by another."""
HEAD = f"| {' | '.join(COLUMNS)} |\n|{' --- |' * len(COLUMNS)}"


@dataclass
class Judged:
    """`takeovers`, `first_calls`: seconds after a failure."""

    theme: str
    minutes: float
    done: Counter[str] = field(default_factory=Counter)
    takeovers: list[float] = field(default_factory=list)
    first_calls: list[float] = field(default_factory=list)
    orders: int = 0
    deliveries: int = 0
    rxscale: tuple[int, int] = (0, 0)
    pharmaone: tuple[int, int] = (0, 0)
    outdated: list[str] = field(default_factory=list)
    doubles: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def row(self) -> str:
        done = ", ".join(f"{count} {what}" for what, count in sorted(self.done.items()))
        cells = (
            self.theme,
            f"{self.minutes:.0f}",
            done,
            f"{_at(self.takeovers, 0.5)}, {_at(self.takeovers, 0.99)}, {_at(self.takeovers, 1)}",
            f"{_at(self.first_calls, 0.5)}, {_at(self.first_calls, 1)}",
            f"{self.orders}, {self.deliveries}",
            "{}, {}".format(*self.rxscale),
            "{}, {}".format(*self.pharmaone),
            len(self.outdated),
            len(self.doubles),
            len(self.lost),
        )
        return f"| {' | '.join(map(str, cells))} |"

    @property
    def faults(self) -> list[str]:
        found = [f"{self.theme}: called by who had lost the key: {each}" for each in self.outdated]
        found += [f"{self.theme}: sent twice: {each}" for each in self.doubles]
        found += [f"{self.theme}: lost: {each}" for each in self.lost]
        for name, (second, minute) in (("RxScale", self.rxscale), ("PharmaOne", self.pharmaone)):
            if second > 10 or minute > 600:
                found.append(
                    f"{self.theme}: {second} calls in a second, {minute} a minute at {name}"
                )
        if sum(each > 15 for each in self.takeovers) * 100 > len(self.takeovers):
            found.append(f"{self.theme}: taken over too late: {sorted(self.takeovers)[-3:]}")
        return found


def judged(theme: str, seconds: float, town: Town, log: Log, late: list[str]) -> Judged:
    """`late`: orders that did not reach their end. Made once all is at rest."""
    owners, world = town.pair.owners(), town.sandbox.world
    calls = sorted(town.calls, key=lambda each: each.at)
    found = Judged(theme, seconds / 60, Counter(each.what for each in log.events))
    for event in log.events:
        for budget in event.budgets if event.lasts > FOLLOWED_SECONDS else ():
            _follow(found, owners, calls, event, budget)
    times = {key: [c.at for c in calls if c.key == key] for key in (*BUDGETS, *ACCOUNTS)}
    most = {key: (most_within(1.0, its), most_within(60.0, its)) for key, its in times.items()}
    found.rxscale = tuple(max(most[key][at] for key in BUDGETS) for at in (0, 1))
    found.pharmaone = tuple(max(most[key][at] for key in ACCOUNTS) for at in (0, 1))
    found.outdated = outdated(town, owners, calls)
    sent = Counter(each.external_reference for each in world.order_requests.values())
    found.doubles = [uid for uid, count in sent.items() if count > 1]
    found.orders, found.deliveries = len(world.orders), len(town.taken)
    kept, pharmacies = town.pair.deliveries(), len(town.names)
    found.lost = [f"order {uid}" for uid in late] + [
        f"delivery {each}: {kept.get(each, 0)}"
        for each in town.taken
        if kept.get(each, 0) < (pharmacies if each[0] == "pharmaone" else 1)
    ]
    return found


def _follow(
    found: Judged, owners: list[Owned], calls: list[Called], event: Event, budget: str
) -> None:
    """Who had the key next, and when that one called RxScale."""
    key, at = next(key for key, its in BUDGETS.items() if its == budget), event.at
    taken = at
    if event.whom is not None:
        rows = (row.at for row in owners if row.budget == budget and row.owner)
        taken = next((each for each in rows if each > at), inf)
        found.takeovers.append(taken - at)
    if key == KEY:  # there is always something to do for it
        after = (each.at for each in calls if each.key == key and each.at > taken)
        found.first_calls.append(next(after, inf) - at)


def outdated(town: Town, owners: list[Owned], calls: list[Called]) -> list[str]:
    """The calls of a replica that came when another one had the key, since note is taken."""
    found = []
    for key, budget in BUDGETS.items():
        rows = [row for row in owners if row.budget == budget and row.owner is not None]
        times = [row.at for row in rows]
        noted = min((row.at for row in owners if row.budget == budget), default=inf)
        for call in (each for each in calls if each.key == key and each.at >= noted):
            place = bisect_right(times, call.at)
            whose = town.number_of(rows[place - 1].owner) if place else None
            if whose != call.by:
                since = call.at - times[place - 1] if place else 0.0
                found.append(f"{budget}: by {call.by}, {since:.3f} s after {whose} took it")
    return found


def _at(values: list[float], share: float) -> str:
    if not values:
        return "-"
    return f"{sorted(values)[min(len(values) - 1, int(share * len(values)))]:.1f} s"
