"""What decides a simulation, and what it came to."""

from collections import Counter
from dataclasses import dataclass, field

from simulation.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Plan:
    """All that decides a simulation; the same plan, the same simulation byte for byte."""

    seed: int
    lives: int
    days: float
    calm: bool = False
    without: frozenset[int] = frozenset()
    """Troubles that are left out."""
    left_out: frozenset[int] = frozenset()
    """Orders that are left out."""


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
    troubles: list[Trouble] = field(default_factory=list)
    digest: str = ""
    stories: dict[str, list[str]] = field(default_factory=dict)
