"""Whether what a person is told of an order is so, by what both vendors really hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bridge.core import reasons
from bridge.sandbox.world import World
from simulation.people import own_name


@dataclass(frozen=True, slots=True)
class Case:
    """All that the vendors hold of one pharmacy order."""

    status: str | None
    """RxScale's; None: it has no such order."""
    made: tuple[Any, ...]
    """PharmaOne's orders of it."""
    asked: tuple[Any, ...]
    """Its order-requests."""

    @property
    def typed(self) -> tuple[Any, ...]:
        """PharmaOne's orders that staff typed in themselves."""
        return tuple(each for each in self.made if not each.data.get("external_id"))

    @property
    def is_over(self) -> bool:
        return any(each.data["shipped"] or each.data["picked_up"] for each in self.made)

    @property
    def is_alive(self) -> bool:
        """Whether PharmaOne's staff may still hand it over, or did."""
        waits = any(each.status == "pending" for each in self.asked)
        return waits or any(each.status != "cancelled" for each in self.made)

    @property
    def is_agreed(self) -> str | None:
        """How it ended on both sides alike; None if it has not."""
        if self.status == "completed" and self.is_over:
            return "completed"
        return "cancelled" if self.status == "cancelled" and not self.is_alive else None


def cases(world: World) -> dict[str, Case]:
    """By pharmacy order, also those that one side alone has."""
    made: dict[str, list[Any]] = {}
    asked: dict[str, list[Any]] = {}
    for order in world.p1_orders.values():
        made.setdefault(own_name(order.data), []).append(order)
    for request in world.order_requests.values():
        asked.setdefault(own_name(request.payload), []).append(request)
    statuses = {uid: order.status for uid, order in world.orders.items()}
    return {
        uid: Case(statuses.get(uid), (*made.get(uid, ()),), (*asked.get(uid, ()),))
        for uid in sorted(made.keys() | asked.keys() | statuses.keys())
    }


TRUE: Mapping[str, Callable[[Case], bool]] = {
    reasons.LONG_IN_REVIEW: lambda case: not case.made,
    reasons.REJECTED_IN_PHARMAONE: lambda case: (
        not case.made and any(each.status == "rejected" for each in case.asked)
    ),
    reasons.CANCELLED_AFTER_HANDOVER: lambda case: case.status == "cancelled" and case.is_over,
    reasons.CANCELLED_AT_RXSCALE: lambda case: case.status == "cancelled" and case.is_alive,
    reasons.GONE_AT_RXSCALE: lambda case: case.status is None,
    reasons.DELETED_IN_PHARMAONE: lambda _: True,  # `told` has looked for the order it names
    reasons.OPEN_IN_PHARMAONE: lambda case: case.is_alive and not case.is_over,
    reasons.TWIN_IN_PHARMAONE: lambda case: bool(case.typed),
    reasons.CANNOT_KNOW: lambda case: not case.made,
    reasons.UNSURE_SUBMISSION: lambda case: not case.made,
    reasons.REOPENED: lambda case: case.status not in ("completed", "cancelled", None),
    reasons.CONTRADICTED: lambda case: case.is_agreed is None,
    reasons.UNKNOWN_STATUS: lambda case: any(each.status == "backordered" for each in case.made),
    reasons.HELD_AT_RXSCALE: lambda case: case.status == "on-hold",
}
"""By the reasons that an order may wait for a person with, once nothing goes wrong any more."""


def untrue(codes: list[str], case: Case) -> list[str]:
    """Those that are not so, or are none that an order may wait with."""
    return [code for code in codes if not TRUE.get(code, lambda _: False)(case)]
