"""What the vendors' documents leave open and was found out, with what follows from each.

`unknown` counts as the worse case. A fact's consequence is a row of a table here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal

from bridge.core.model import State

Repeated = Literal["same", "refused", "second", "unknown"]
DeductsAt = Literal["approved", "handed_over", "never", "unknown"]
ShortStock = Literal["zero", "negative", "refused", "unknown"]
YesOrNo = Literal["true", "false", "unknown"]


@dataclass(frozen=True, slots=True)
class Facts:
    """All of them, as `facts.toml` tells; what each means stands in `mapping/facts.py`."""

    repeated_reference: Repeated = "unknown"
    repeated_prescription: Repeated = "unknown"
    deducts_at: DeductsAt = "unknown"
    short_stock_on_complete: ShortStock = "unknown"
    refuses_illegal_steps: YesOrNo = "unknown"

    @property
    def adjusts(self) -> bool:
        """The bridge itself takes an order's goods off PharmaOne's stock."""
        return self.deducts_at == "never"


class Again(Enum):
    """Whether something is sent again whose answer was lost."""

    HARMLESS = auto()  # at once, without a search
    CONFIGURED = auto()  # after a search, if the configuration says so
    NEVER = auto()  # a person decides


AGAIN: Mapping[Repeated, Again] = {
    "same": Again.HARMLESS,
    "refused": Again.HARMLESS,
    "second": Again.NEVER,
    "unknown": Again.CONFIGURED,
}
DEDUCTING: Mapping[DeductsAt, frozenset[State] | None] = {
    "approved": frozenset(State),
    "handed_over": frozenset({State.COMPLETED}),
    "never": frozenset(),
    "unknown": None,
}
"""The states of PharmaOne's order in which its goods are off its stock; None: `deducts` says."""
KEEPS_STATUS: Mapping[YesOrNo, bool] = {"true": True, "false": False, "unknown": False}
"""Whether RxScale's status may be written on the one that was last seen, if no news was told."""
LOWEST: Mapping[ShortStock, int | None] = {
    "zero": 0,
    "negative": -1,
    "refused": None,
    "unknown": None,
}
"""What RxScale's stock falls to where an order took more than was there: 0, or below 0 (any
negative number); None: nobody knows, so it is written again."""
