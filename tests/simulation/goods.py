"""What happens to goods without an order: at the counter, at deliveries, in both portals.

Each doing is drawn from the seed and its number, so that leaving one out changes no other.
"""

from dataclasses import dataclass
from random import Random

from bridge.sandbox.world import World
from simulation.people import opens

FIRST_DOING = 1_000_001
KINDS = (
    *("sold at the counter",) * 8,
    *("delivered",) * 3,
    *("counted",) * 2,
    "price",
    "number changed at RxScale",
    "hidden",
    "shown",
    "new",
    "removed",
    "back again",
)


@dataclass(frozen=True, slots=True)
class Doing:
    """What somebody does to the `place`th of the goods, at a time, and how much of it."""

    number: int
    at: float
    kind: str
    place: float
    amount: float

    def __str__(self) -> str:
        return f"#{self.number} {self.at:.0f} s goods: {self.kind}"


def drawn(seed: int, span: float) -> list[Doing]:
    """One every ten minutes, fewer in long spans; most while the pharmacy is open."""
    count = int(span / max(600.0, span / 3000))
    return [_one(seed, number, span) for number in range(FIRST_DOING, FIRST_DOING + count)]


def _one(seed: int, number: int, span: float) -> Doing:
    luck = Random(f"{seed}/doing {number}")
    return Doing(number, opens(luck, span), luck.choice(KINDS), luck.random(), luck.random())


class Shop:
    """Does it. Staff set numbers by hand at PharmaOne, so nothing is logged there."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._gone: dict[str, dict[str, object]] = {}
        self.hidden: set[str] = set()
        """SKUs that the account does not show; nobody can write their numbers."""
        self._made = 0

    def do(self, doing: Doing) -> None:
        skus = [each for each in self._world.skus.values() if each["external_id"] is not None]
        sku = skus[int(doing.place * len(skus))]
        product, row = sku["external_id"], self._world.inventory.get(sku["external_id"])
        there = row["stockquantity"] if row is not None else 0
        match doing.kind:
            case "sold at the counter" | "delivered" | "counted":
                self._count(product, _left(doing, there))
            case "price" if row is not None:
                euros = round(row["price"] * (0.8 + doing.amount * 0.4), 2)
                self._world.set_inventory([{"p1_id": row["p1_id"], "price": euros}])
            case "number changed at RxScale":
                self._world.set_skus(0, [{"uid": sku["uid"], "stock": int(doing.amount * 60)}])
            case "hidden":
                self.hidden.add(sku["uid"])
                self._world.set_skus(0, [{"uid": sku["uid"], "hidden": True}])
            case "shown":
                self._show_all()
            case "new":
                self._new()
            case "removed" if row is not None and not self._gone:
                self._gone[product] = dict(row)
                self._world.remove_inventory([product])
            case "back again":
                self._all_back()

    def tidy(self) -> None:
        """Everything is shown, and nothing is missing from PharmaOne's list."""
        self._show_all()
        self._all_back()

    def _show_all(self) -> None:
        for uid in sorted(self.hidden):
            self._world.set_skus(0, [{"uid": uid, "hidden": False}])
        self.hidden.clear()

    def _all_back(self) -> None:
        for row in self._gone.values():
            fields = ("p1_id", "name", "stockquantity", "price", "category")
            self._world.set_inventory([{name: row[name] for name in fields}])
        self._gone.clear()

    def _count(self, product: str, units: int) -> None:
        row = self._world.inventory.get(product)
        if row is not None:
            self._world.set_inventory([{"p1_id": row["p1_id"], "stockquantity": units}])

    def _new(self) -> None:
        """At PharmaOne first, and at RxScale with nothing on sale yet."""
        if self._made > 20:
            return
        self._made += 1
        product = 30000 + self._made
        self._world.set_inventory([{"p1_id": product, "stockquantity": 25}])
        [uid] = self._world.set_skus(1)
        self._world.set_skus(0, [{"uid": uid, "external_id": str(product), "stock": 0}])


def _left(doing: Doing, there: int) -> int:
    """How many units there are after it."""
    if doing.kind == "delivered":
        return there + 5 + int(doing.amount * 40)
    if doing.kind == "counted":
        return int(there * (0.9 + doing.amount / 5))
    return max(0, there - 1 - int(doing.amount * 3))
