"""Which products the simulated PharmaOne's shop has, and what it has otherwise of them; no HTTP."""

from typing import Any

from bridge.sandbox.pharmaone.goods import Goods
from bridge.sandbox.pharmaone.records import Json
from bridge.sandbox.settings import SandboxSettings

CHANGEABLE = {
    "name": str,
    "slug": str,
    "description": str,
    "category": str,
    "price": float,
    "available": bool,
    "thc": float,
    "cbd": float,
}
"""What PUT takes (pharmaone.md section 7); the names for THC and CBD are not documented."""


class NotAssignable(Exception):  # noqa: N818 - an answer, not a fault of ours
    """A product goes into a shop only with stock above 0."""


class Shops:
    """One shop's products over the organisation's goods. KeyError for unknown products."""

    def __init__(self, settings: SandboxSettings, goods: Goods) -> None:
        self._settings = settings
        self._goods = goods
        self._attached = {name for name in goods.rows if name not in settings.p1_unattached}
        self._own: dict[str, Json] = {}
        self._overrides: dict[str, Json] = {}

    def rows(self) -> list[Json]:
        """The shop's products, by their ids."""
        return [self.shown(name) for name in sorted(self._attached & self._goods.rows.keys())]

    def shown(self, product: str) -> Json:
        """As the shop has it. Raises KeyError for what it lacks."""
        if product not in self._attached:
            raise KeyError(product)
        row = self._goods.rows[product]
        return {
            "p1_id": product,
            "name": row["name"],
            "slug": _slug(row["name"]),
            "category": row["category"],
            "price": row["price"],
            "stock_quantity": row["stockquantity"],
            **self._own.get(product, {}),
            **self._overrides.get(product, {}),
            "shop_id": self._settings.shop_id,
        }

    def attach(self, product: str) -> None:
        """Raises NotAssignable for one without stock, in the inventory or not."""
        if product not in self._goods.rows or self._goods.on_hand(product) <= 0:
            raise NotAssignable
        self._attached.add(product)

    def detach(self, product: str) -> None:
        self._attached.remove(product)
        self._overrides.pop(product, None)

    def override(self, product: str, fields: Json) -> None:
        if product not in self._attached:
            raise KeyError(product)
        self._overrides.setdefault(product, {}).update(fields)

    def change(self, product: str, fields: Json) -> None:
        """Of a product in the inventory."""
        row = self._goods.rows[product]
        listed: Json = {
            key: value for key, value in fields.items() if key in {"name", "price", "category"}
        }
        self._goods.set([{"p1_id": row["p1_id"], **listed}])
        rest = {key: value for key, value in fields.items() if key not in listed}
        self._own.setdefault(product, {}).update(rest)

    def add(self, product: str, stock: int, price: float | None) -> None:
        """From PharmaOne's catalogue; one that is there already stays as it is."""
        if product in self._goods.rows:
            return
        if product not in self._settings.p1_catalogue:
            raise KeyError(product)
        more: dict[str, Any] = {} if price is None else {"price": price}
        self._goods.set([{"p1_id": product, "stockquantity": stock, **more}])


def _slug(name: str) -> str:
    return "-".join(name.lower().split())
