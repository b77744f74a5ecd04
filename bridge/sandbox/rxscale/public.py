"""RxScale's Public API v2 (rxscale.md section 11): products, live stock, reservations.

Prescriptions, treatments and orders of a shop are not simulated: their documents are cut.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bridge.sandbox.kit import Answer, Ask, Json, Refusal, Route, answer, encode, is_whole, mentions
from bridge.sandbox.rxscale.access import READ, Keys, body_list, invalid, not_found, page
from bridge.sandbox.rxscale.shelf import Shelf
from bridge.sandbox.settings import SandboxSettings

PUBLIC_BASES = ("/v2/public", "/v2/public-api")
"""Both documented base paths; which of them the real servers know is not documented (C-2)."""
MOST_PRODUCTS = 150
RESERVED_SECONDS = 24 * 3600
_BUCKETS = ((0, "Unavailable"), (10, "Low"), (30, "Medium"))
"""Up to how much stock counts as what; the documents only name the buckets."""
_GONE = {"deleted_at": 0}

Read = Callable[[Ask, str], Answer]
"""Answers a call made with this key."""


class PublicRoutes:
    """The public routes over the SKUs of the settings' pharmacy, as one shop sells them."""

    def __init__(self, settings: SandboxSettings, shelf: Shelf, keys: Keys) -> None:
        self._settings = settings
        self._shelf = shelf
        self._keys = keys
        self._drafts = 0
        self._reserved: list[tuple[float, dict[str, int]]] = []

    def all(self) -> list[Route]:
        shop, reads, sells = "/products/{shop}", "product:read", "create_prescription_checkout"
        return [
            *self._route("GET", "/health/", (), lambda _ask, _key: answer({"status": "ok"})),
            *self._route("GET", shop, (reads,), self._list_products),
            *self._route("POST", f"{shop}/live-stock", (reads,), self._live_stock),
            *self._route("POST", f"{shop}/reservation", (sells,), self._reserve),
        ]

    def _route(self, method: str, path: str, any_of: tuple[str, ...], read: Read) -> list[Route]:
        def of_the_shop(ask: Ask, key: str) -> Answer:
            if ask.params.get("shop", self._settings.rx_shop) != self._settings.rx_shop:
                raise not_found()
            return read(ask, key)

        return self._keys.routes(PUBLIC_BASES, method, path, any_of, of_the_shop, public=True)

    def _list_products(self, ask: Ask, _key: str) -> Answer:
        """`search` keeps the products of that name whole, and of others the SKUs of that name."""
        market = ask.query.get("market")
        if not market:
            raise Refusal("Missing required parameters: market")
        found = self._all_products() if market == self._settings.rx_market else []
        text = ask.query.get("search", "").lower()
        if text:
            names = "product_display_name", "display_name"
            kept = (
                [sku for sku in skus if mentions(text, *(sku["sku"][name] for name in names))]
                for skus in found
            )
            found = [skus for skus in kept if skus]
        return page(ask, found, lambda skus: encode(_product(skus)), MOST_PRODUCTS)

    def _all_products(self) -> list[list[Json]]:
        products: dict[str, list[Json]] = {}
        for sku in self._sold.values():
            if sku["deleted_at"] is None:
                products.setdefault(sku["sku"]["product_uid"], []).append(sku)
        return [*products.values()]

    @property
    def _sold(self) -> Mapping[str, Json]:
        return self._shelf.sold(self._settings.pharmacy_uid)

    def _live_stock(self, ask: Ask, _key: str) -> Answer:
        wanted = self._quantities(body_list(ask), nested=False)
        lines = [
            {
                "sku_uid": uid,
                "quantity": quantity,
                "available": quantity <= (stock := self._available(uid)),
                "available_stock": stock,
            }
            for uid, quantity in wanted.items()
        ]
        enough = all(line["available"] for line in lines)
        return answer({"available": enough, "lines": lines}, 200 if enough else 409)

    def _reserve(self, ask: Ask, key: str) -> Answer:
        """Holds stock for a day: live stock shows less of it. What happens if there is not
        enough is not documented; here it is a 400.
        """
        if key != self._settings.rx_public_key:  # no provider stands behind any other
            raise Refusal("API key is not linked to a telemedicine provider")
        wanted = READ.body(ask)
        name, rows = wanted.get("external_reservation_id"), wanted.get("lines")
        if name is not None and not isinstance(name, str):
            raise invalid({"external_reservation_id": ["Not a valid string."]})
        if not isinstance(rows, list):
            raise invalid({"lines": ["Not a valid list."]})
        lines = self._quantities(rows, nested=True)
        for at, (uid, quantity) in enumerate(lines.items()):
            if quantity > self._available(uid):
                raise invalid({"lines": {str(at): {"quantity": ["Not enough stock."]}}})
        ends = self._settings.clock() + RESERVED_SECONDS
        self._reserved.append((ends, lines))
        return answer(self._draft(name, ends))

    def _draft(self, name: str | None, ends: float) -> Json:
        self._drafts += 1
        until = datetime.fromtimestamp(int(ends), UTC).isoformat().replace("+00:00", "Z")
        return {
            "status": "success",
            "external_reservation_id": name,
            "draft_order": {
                "id": str(self._drafts),
                "invoiceUrl": f"https://shop.example.org/invoice/{self._drafts}",
                "reserve_inventory_until": until,
            },
        }

    def _available(self, sku_uid: str) -> int:
        """What is in stock and not reserved."""
        now = self._settings.clock()
        self._reserved = [each for each in self._reserved if each[0] > now]
        held = sum(lines.get(sku_uid, 0) for _, lines in self._reserved)
        stock: int = self._sold[sku_uid]["stock"]
        return max(0, stock - held)

    def _quantities(self, rows: list[Any], *, nested: bool) -> dict[str, int]:
        """How much is wanted, by uid of the SKU. Raises Refusal for lines that cannot be."""
        errors: Json = {str(at): wrong for at, row in enumerate(rows) if (wrong := _errors(row))}
        if not rows:
            errors = {"_schema": ["At least one line is needed."]}
        if errors:
            raise invalid({"lines": errors} if nested else errors)
        wanted = {row["sku_uid"]: row["quantity"] for row in rows}
        if len(wanted) < len(rows):
            raise Refusal("Duplicate sku_uid values")
        if any(self._sold.get(uid, _GONE)["deleted_at"] is not None for uid in wanted):
            raise not_found()
        return wanted


def _errors(row: object) -> Json:
    if not isinstance(row, dict):
        return {"_schema": ["Invalid input type."]}
    errors = {}
    if not isinstance(row.get("sku_uid"), str):
        errors["sku_uid"] = ["Not a valid string."]
    if not is_whole(row.get("quantity"), 1):
        errors["quantity"] = ["Must be at least 1."]
    return errors


def _product(skus: list[Json]) -> Json:
    goods = skus[0]["sku"]
    return {
        "uid": goods["product_uid"],
        "display_name": goods["product_display_name"],
        "attributes": {"category": "Flowers"},
        "skus": [_sku(sku) for sku in skus],
    }


def _sku(sku: Json) -> Json:
    goods = sku["sku"]
    return {
        "uid": goods["uid"],
        "display_name": goods["display_name"],
        "attributes": {"package_size": f"{goods['standard_selling_unit']:g}{goods['unit']}"},
        "availability": next((word for most, word in _BUCKETS if sku["stock"] <= most), "High"),
        "telemedicine_provider_data": {"external_id": f"partner-{goods['uid']}"},
        "price": sku["price"],
        "currency": "EUR",
        "unit": goods["unit"],
        "standard_selling_unit": goods["standard_selling_unit"],
    }
