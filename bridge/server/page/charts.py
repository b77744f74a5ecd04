"""Bars that the server draws: a template writes them as SVG, each with its table."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

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
