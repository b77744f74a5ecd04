"""Pictures: how many orders, how long they took, and how the vendors answered, by hour and day."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from aiohttp import web

from bridge.server.page.access import Visitor
from bridge.server.page.render import answer
from bridge.server.page.tables import saved
from bridge.server.parts import PageParts, ServerParts
from bridge.store import views, waiting

HOUR, HOURS, DAYS = timedelta(hours=1), 48, 30
VENDORS = ("rxscale", "pharmaone")
COUNTED = ("orders", *(f"{what} {each}" for each in VENDORS for what in ("calls", "milliseconds")))


FAR = 4


class Point(NamedTuple):
    at: datetime
    value: float


class Chart(NamedTuple):
    """`points` in time order, in `unit`s; `limit`: a line that they should stay below."""

    name: str
    unit: str
    points: Sequence[Point]
    limit: float | None = None

    @property
    def top(self) -> float:
        """The greatest value that is drawn: the limit's line only where it is not far above."""
        most = max([each.value for each in self.points], default=0)
        return max(most, self.limit) if self.limit and self.limit <= most * FAR else most or 1


Counted = Mapping[tuple[str, datetime], int]


def total(seen: Counted, what: str, at: Sequence[datetime]) -> int:
    return sum(seen.get((what, hour), 0) for hour in at)


def charts(
    seen: Counted, spans: Mapping[datetime, Sequence[datetime]], page: PageParts
) -> list[Chart]:
    """One after the other; each span has its beginning and its hours."""

    def drawn(
        name: str, unit: str, what: str, below: str = "", size: int = 1, limit: int | None = None
    ) -> Chart:
        """`what` of each of those `below`, if it is named, in `size`s; with a `limit`, a minute."""
        points = []
        for begin, at in spans.items():
            of = total(seen, below, at) if below else 1 if limit is None else len(at) * 60
            value = total(seen, what, at) / size / (of or 1)
            points.append(Point(begin, round(value, 1 if value >= 1 else 3)))
        return Chart(name, unit, points, limit or None)

    found = [
        drawn("orders", "orders", "orders"),
        drawn("review", "minutes", "seconds reviewed", "reviewed", 60),
        drawn("handover", "minutes", "seconds handed over", "handed over", 60),
    ]
    for each in VENDORS:
        calls = f"calls {each}"
        found.append(drawn(f"answers_{each}", "ms", f"milliseconds {each}", calls))
        found.append(drawn(f"calls_{each}", "per_minute", calls, limit=page.limits[each]))
    return found


async def table(
    parts: ServerParts, page: PageParts, request: web.Request, visitor: Visitor
) -> web.Response:
    """By the hour of two days, or by the day of a month."""
    by_day, now = request.query.get("by") == "day", parts.now()
    this = now.replace(minute=0, second=0, microsecond=0)
    hours = [this - HOUR * n for n in range(DAYS * 24 if by_day else HOURS)][::-1]
    spans: dict[datetime, list[datetime]] = {}
    for hour in hours:
        local = hour.astimezone()
        begin = local.replace(hour=0) if by_day else local
        spans.setdefault(begin, []).append(hour)
    counted = await parts.store.read(views.hours, COUNTED, hours[0])
    found = charts(counted, spans, page)
    kind = request.match_info.get("kind")
    if kind in ("csv", "json"):
        rows = zip(spans, *([each.value for each in chart.points] for chart in found), strict=True)
        return saved(kind, "pictures", ("from", *(c.name for c in found)), rows)
    count = await parts.store.read(waiting.count)
    return answer("pictures.html", visitor, now, charts=found, by_day=by_day, waiting=count)
