"""What decides a simulation, and what it came to."""

from collections import Counter
from dataclasses import dataclass, field

from simulation.goods import Doing
from simulation.operator import Edit
from simulation.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides a simulation; the same plan, the same simulation byte for byte."""

    seed: int
    lives: int
    days: float
    calm: bool = False
    without: frozenset[int] = frozenset()
    """Troubles, doings and edits that are left out, by their numbers."""
    left_out: frozenset[int] = frozenset()
    """Orders that are left out."""
    theme: str = ""
    """What goes wrong often, and nothing else (`themes.py`); empty: a little of everything."""
    first_only: bool = False
    """Whether it ends with the first invariant that is broken."""

    @property
    def pace(self) -> float:
        """Seconds from one round of the bridge's to the next: a year need not be so close."""
        return 300.0 if self.days <= 30 else 1800.0


@dataclass
class Report:
    """What a simulation came to."""

    plan: Plan
    seconds: float = 0.0
    virtual: float = 0.0
    steps: int = 0
    kills: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    schedule: list[Trouble | Doing | Edit] = field(default_factory=list)
    epoch: float = 0.0
    """When it began, in Unix seconds."""
    sizes: list[int] = field(default_factory=list)
    """Of the store's files in bytes, day by day."""
    digest: str = ""
    stories: dict[str, list[str]] = field(default_factory=dict)
