"""Days on which one thing goes wrong often and nothing else, where the usual ones have a little of
everything.

A year has few crashes amid a call; a theme has them all day, so that few lives show what such a
crash can do. And where little goes wrong, more must be true (`closely.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random

from simulation.neighbours import Clocks
from simulation.people import DAY, Life
from simulation.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Often:
    """A trouble every `every` seconds or so that lasts `lasts` seconds; from `trouble.Trouble`."""

    where: str
    kind: str
    every: float
    lasts: float = 5.0
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Theme:
    """What happens often, and in which world.

    `deducts`: PharmaOne takes an order's goods off its stock by itself; else the bridge does.
    `rush_seconds`: all orders of a day are placed within so long. `retention_days`: 0 is the
    default. `slow`: staff take days over an order.
    `typed`: what does not come to PharmaOne in time they type in there themselves.
    """

    often: tuple[Often, ...] = ()
    deducts: bool = True
    rush_seconds: float = 0.0
    retention_days: int = 0
    slow: bool = False
    typed: bool = False

    def drawn(self, seed: int, span: float) -> list[Trouble]:
        luck, found = Random(f"{seed}/theme"), list[Trouble]()
        for each in self.often:
            for _ in range(int(span / each.every)):
                begins, number = luck.uniform(10, span), len(found) + 1
                ends, share = begins + each.lasts, each.share or luck.random()
                found.append(Trouble(number, begins, ends, each.where, each.kind, share))
        return found

    def settings(self, drawn: Clocks) -> Clocks:
        """How its vendors behave: as documented, with good clocks."""
        deducts = "handed_over" if self.deducts else None
        return replace(
            drawn,
            p1_deducts_at=deducts,  # type: ignore[arg-type]
            rx_dialect="current",
            rx_clock_ahead_seconds=0.0,
            p1_clock_ahead_seconds=0.0,
        )

    def lived(self, life: Life) -> Life:
        """The life of an order as it goes here: nobody but the bridge does anything odd."""
        life = replace(life, edit_after=None, hold=None, staff="", by_hand="")
        if self.rush_seconds:
            life = replace(life, at=3600 + life.at % self.rush_seconds)
        if self.slow:
            life = replace(life, review=life.review % DAY + 1.2 * DAY)
        if self.typed:
            minutes = Random(f"{life.number}/typed").uniform(20, 40)
            life = replace(life, typed_after=60 * minutes, how="shipped", cancelled_by="")
        return life


THEMES: Mapping[str, Theme] = {
    "quiet": Theme(),
    "rush": Theme(rush_seconds=30.0),
    "crashes": Theme((Often("process", "kill at a write", 300.0, share=0.0),)),
    "lost answers": Theme(
        (
            Often("pharmaone", "cut after", 1200.0, 900.0, 0.7),
            Often("webhooks", "lose", 3600.0, 3600.0),
        ),
    ),
    "liars": Theme(
        (
            Often("pharmaone", "404", 3600.0, 2400.0),
            Often("pharmaone", "empty list", 600.0, 20.0),
        )
    ),
    "adjusting": Theme((Often("pharmaone", "cut after", 1200.0, 900.0, 0.5),), deducts=False),
    "slow staff": Theme(retention_days=1, slow=True),
    "typed": Theme(
        (
            Often("process", "away", 7200.0, 3000.0),
            Often("pharmaone's permission", "order_requests", 7200.0, 3000.0),
            Often("pharmaone", "slow", 10800.0, 1800.0, 0.8),
        ),
        typed=True,
    ),
}
