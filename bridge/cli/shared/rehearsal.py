"""What the demo shows of its orders and SKUs."""

from dataclasses import dataclass

from bridge.cli.shared import show
from bridge.core.model import Phase
from bridge.core.stock.plan import PlanRow


@dataclass(frozen=True, slots=True)
class Result:
    """One order as each of the three ended up with it."""

    order: str
    name: str | None
    state: str | None
    phase: str
    request: str | None
    made: str | None
    at_rxscale: str
    at_pharmaone: int
    calls: int


def is_good(result: Result) -> bool:
    return result.phase == Phase.SUBMITTED and result.at_pharmaone == 1


def tell_ends(results: list[Result]) -> None:
    show.as_table(
        ("order", "name", "state", "PharmaOne's order", "RxScale holds", "calls"),
        [(r.order, r.name, r.state, r.made, r.at_rxscale, r.calls) for r in results],
    )
    print("RxScale followed PharmaOne one legal step at a time, up to complete_order.")


def tell_stock(rows: list[PlanRow]) -> None:
    show.as_table(
        ("SKU", "product", "PharmaOne has", "open orders take", "RxScale offers"),
        [
            (
                row.uid,
                row.product,
                f"{row.on_hand} g",
                f"{row.open_units} g",
                f"{row.at_rxscale} packs",
            )
            for row in rows
        ],
    )
    print("RxScale offers what PharmaOne has, less what open orders will take, in whole packs.")


def tell_arrived(results: list[Result], seconds: float) -> None:
    show.as_table(
        ("order", "name", "state", "request", "RxScale holds", "PharmaOne holds"),
        [
            (r.order, r.name, r.state, r.request, r.at_rxscale, f"{r.at_pharmaone} under review")
            for r in results
        ],
    )
    good = sum(is_good(result) for result in results)
    calls = sum(result.calls for result in results)
    each = calls / len(results) if results else 0.0
    print(f"{good} of {len(results)} orders: one order-request each, in {seconds:.1f} s;", end=" ")
    print(f"{each:.1f} calls an order (RxScale allows 10 a second).")
