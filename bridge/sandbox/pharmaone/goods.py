"""The goods that the simulated PharmaOne has, and what its one shop sells of them; no HTTP."""

import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bridge.sandbox.kit import Json, Refusal, encode, timestamp
from bridge.sandbox.settings import SandboxSettings

MOST_ENTRIES = 200
"""A product's log shows no more (pharmaone.md section 8)."""
_FIELDS = frozenset({"p1_id", "name", "stockquantity", "price", "category"})
_DAY = 86400.0

Announce = Callable[[str, Json], None]


class Goods:
    """Rows by product id as text. A method given an unknown id raises KeyError."""

    def __init__(self, settings: SandboxSettings, announce: Announce, rows: list[Json]) -> None:
        self._settings = settings
        self._announce = announce
        self.rows = {str(row["p1_id"]): row for row in rows}
        """As the list shows them."""
        self._logs: dict[str, deque[Json]] = {}
        self._listed: bytes | None = None

    def listed(self) -> bytes:
        """The whole list's answer, encoded once for as long as nothing changes."""
        if self._listed is None:
            self._listed = b'{"data":' + encode(list(self.rows.values())) + b"}"
        return self._listed

    def on_hand(self, product: str) -> int:
        found: int = self.rows[product]["stockquantity"]
        return found

    def set(self, rows: Iterable[Mapping[str, Any]], *, announce: bool = True) -> None:
        """Changes or adds products; numbers as staff type them in, with no log entry.

        Raises ValueError, with nothing changed, for a row without `p1_id` or with unknown fields.
        """
        rows = list(rows)
        for row in rows:
            if "p1_id" not in row or row.keys() - _FIELDS:
                raise ValueError(f"a product has p1_id, and of {', '.join(sorted(_FIELDS))}")
        for row in rows:
            name = str(row["p1_id"])
            before = self.rows.get(name)
            fields = {key: value for key, value in row.items() if key != "p1_id"}
            self.rows[name] = {**(before or _new(name)), **fields}
            if announce and before is not None and "stockquantity" in row:
                self._alert(name, before["stockquantity"], row["stockquantity"])
        self._listed = None

    def remove(self, products: Iterable[str] | None = None) -> None:
        """These products are not in the list any more; None: none is."""
        for product in list(self.rows) if products is None else products:
            del self.rows[product]
        self._listed = None

    def adjust(self, product: str, delta: int, reason: str, **more: Any) -> str:
        """Changes what is on hand; the log entry's id. Raises Refusal where it would go below 0."""
        row = self.rows[product]
        before: int = row["stockquantity"]
        after = before + delta
        if after < 0 and self._settings.p1_below_zero == "reject":
            raise Refusal("Stock cannot go below zero")
        now = timestamp(self._settings.clock())
        entry = {
            "id": str(uuid.uuid4()),
            "p1_id": row["p1_id"],
            "shop_id": more.get("shop_id") or self._settings.shop_id,
            "delta_on_hand": delta,
            "delta_incoming": more.get("delta_incoming") or 0,
            "reason": reason,
            "created_at": now,
        }
        if self._settings.p1_log_has_metadata:
            entry["metadata"] = more.get("metadata") or {}
        self._logs.setdefault(product, deque()).appendleft(entry)
        row.update(
            stockquantity=max(0, after), log_entries=row["log_entries"] + 1, last_activity=now
        )
        self._listed = None
        self._alert(product, before, max(0, after))
        return str(entry["id"])

    def deduct(self, items: Sequence[Json], reason: str) -> None:
        """Takes an order's goods off the stock, down to 0; unknown products are passed over."""
        for item in items:
            product = str(item.get("p1_id", ""))
            if product in self.rows:
                most = min(item["quantity"], self.on_hand(product))
                self.adjust(product, -most, reason)

    def _alert(self, product: str, before: int, after: int) -> None:
        """The alerts of section 8; neither their threshold nor their metadata is documented."""
        told = {"p1_id": product, "stockquantity": after}
        metadata = told if self._settings.p1_alerts_say_what else {}
        if after == 0 < before:
            self._announce("out_of_stock", metadata)
        elif after <= self._settings.p1_low_stock_at < before:
            self._announce("low_stock", metadata)

    def log(self, product: str) -> list[Json]:
        known = self.rows[product]
        return list(self._logs.get(str(known["p1_id"]), ()))[:MOST_ENTRIES]

    def history(self, product: str, days: int) -> list[Json]:
        """Changes summed up by day, newest first; the shape is not documented."""
        since = timestamp(self._settings.clock() - days * _DAY)
        sums: dict[str, Json] = {}
        self.on_hand(product)
        for entry in self._logs.get(product, ()):
            if entry["created_at"] < since:
                continue
            date = entry["created_at"][:10]
            day = sums.setdefault(date, {"date": date, "delta_on_hand": 0, "delta_incoming": 0})
            for key in ("delta_on_hand", "delta_incoming"):
                day[key] += entry[key]
        return list(sums.values())


class Shop:
    """One shop's products over the organisation's goods. KeyError for unknown products."""

    def __init__(self, settings: SandboxSettings, goods: Goods) -> None:
        self._settings = settings
        self._goods = goods
        self._attached = {name for name in goods.rows if name not in settings.p1_unattached}
        self._own: dict[str, Json] = {}
        self._overrides: dict[str, Json] = {}

    def rows(self) -> list[Json]:
        return [self.shown(name) for name in sorted(self._attached & self._goods.rows.keys())]

    def shown(self, product: str) -> Json:
        """As the shop has it. Raises KeyError for what it lacks."""
        if product not in self._attached:
            raise KeyError(product)
        row = self._goods.rows[product]
        return {
            "p1_id": product,
            "name": row["name"],
            "slug": "-".join(row["name"].lower().split()),
            "category": row["category"],
            "price": row["price"],
            "stock_quantity": row["stockquantity"],
            **self._own.get(product, {}),
            **self._overrides.get(product, {}),
            "shop_id": self._settings.shop_id,
        }

    def attach(self, product: str) -> None:
        """Raises Refusal for one without stock, in the inventory or not."""
        if product not in self._goods.rows or self._goods.on_hand(product) <= 0:
            raise Refusal("Product must have stock in the inventory")
        self._attached.add(product)

    def detach(self, product: str) -> None:
        self._attached.remove(product)
        self._overrides.pop(product, None)

    def override(self, product: str, fields: Json) -> None:
        if product not in self._attached:
            raise KeyError(product)
        self._overrides.setdefault(product, {}).update(fields)

    def change(self, product: str, fields: Json) -> None:
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


def _new(name: str) -> Json:
    return {
        "p1_id": int(name) if name.isdecimal() else name,
        "name": f"Produkt {name}",
        "stockquantity": 0,
        "price": 7.5,
        "category": "Blüten",
        "log_entries": 0,
        "last_activity": None,
    }
