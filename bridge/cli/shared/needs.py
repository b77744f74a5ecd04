"""Which routes a configuration needs, and how each is tried without changing anything.

A change is tried on something that is not there: "not found" says that the key may, 403 that it
may not. What an order-request or an adjustment would need is read off the token.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bridge.app import Vendors
from bridge.core.model import OrderId, PharmacyOrderUid, PharmacySkuUid, PrescriptionId, ProductId
from bridge.errors import Refused
from bridge.exchange import Priority, routes_of
from bridge.mapping.rules import Rules
from bridge.pharmaone import dialect as p1
from bridge.rxscale import dialect as rx
from bridge.rxscale.client import RxScale
from bridge.rxscale.resources import Shop
from bridge.settings import Settings

NOBODY = "rxbridge-check"
"""No order, SKU or product has this name."""

Try = Callable[[], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Need:
    """A route that is needed, what opens it, and how to try it; `attempt` None: it cannot be."""

    vendor: str
    route: str
    right: str
    attempt: Try | None

    @property
    def what(self) -> str:
        return f"{self.vendor} {self.route}"

    @property
    def is_single(self) -> bool:
        """It names something that is not there: "not found" is the good answer, if anything is at
        this address. The public API has one of its own and is asked for it first.
        """
        return "{" in self.route and "/public/" not in self.route


def of_rxscale(settings: Settings, rules: Rules | None, client: RxScale) -> Iterator[Need]:
    """In the order in which they tell most."""
    uid, sku = PharmacyOrderUid(NOBODY), PharmacySkuUid(NOBODY)
    first = rules.words.rxscale.open[0] if rules else ""
    word = next(iter(rules.words.rxscale.says.values()), first) if rules else "pending review"
    yield _rx(client.health, client.health)
    yield _rx(client.orders_page, lambda: client.orders_page(first, 0, 1))
    yield _rx(client.order, _refusal_is_well(lambda: client.order(uid)))
    yield _rx(client.set_status, _refusal_is_well(lambda: client.set_status(uid, word)))
    if client.site.generation.completes:
        yield _rx(client.complete, _refusal_is_well(lambda: client.complete(uid)))
    yield _rx(client.skus_page, lambda: client.skus_page(0, 1))
    by_stock = settings.rxscale.stock_via == "stock" and not settings.stock.sync_prices
    prices = 0 if settings.stock.sync_prices else None
    route = rx.SKU_STOCK if by_stock else rx.SKU
    write = _refusal_is_well(lambda: client.set_sku(sku, stock=0, price_cents=prices))
    yield Need("RxScale", route.name, _rights(route), write)
    if settings.rxscale.public_api_key is not None:
        shop = client.shop(NOBODY, settings.rxscale.market)
        yield _rx(shop.page, lambda: _sells(shop))


async def _sells(shop: Shop) -> None:
    """Which shop is not configured; one that is not there tells of the key all the same."""
    await shop.health()  # or is it the address? It says so
    await _refusal_is_well(lambda: shop.page(0, 1))()


def of_pharmaone(settings: Settings, vendors: Vendors) -> Iterator[Need]:
    """Reads are made; of changes, the token says whether it may."""
    client = vendors.pharmaone
    order, product = OrderId(NOBODY), ProductId(NOBODY)
    yield _p1(client.orders_page, lambda: client.orders_page(1, 0, Priority.ORDER))
    yield _p1(client.order, _refusal_is_well(lambda: client.order(order)))
    yield _p1(client.inventory, client.inventory)
    yield _scoped(vendors, p1.ORDER_STATUS)
    yield _scoped(vendors, p1.SUBMIT[settings.pharmaone.submit_via])
    if settings.orders.prescriptions == "ingest":
        name = PrescriptionId(NOBODY)
        yield _p1(client.prescriptions_page, lambda: client.prescriptions_page(1, 0))
        yield _p1(client.prescription, _refusal_is_well(lambda: client.prescription(name)))
        yield _scoped(vendors, p1.INGEST)
    if settings.stock.adopt_external:
        yield _p1(client.inventory_log, _refusal_is_well(lambda: client.inventory_log(product)))
        yield _scoped(vendors, p1.ADJUST)


def _rx(method: Callable[..., Any], attempt: Try) -> Need:
    (route,) = routes_of(method)
    return Need("RxScale", route.name, _rights(route), attempt)


def _rights(route: rx.Route) -> str:
    return " or ".join(route.permissions)


def _p1(method: Callable[..., Any], attempt: Try) -> Need:
    (route,) = routes_of(method)
    return Need("PharmaOne", route.name, route.scope, attempt)


def _scoped(vendors: Vendors, route: p1.Route) -> Need:
    """Doors that take the key itself know no scopes, and nothing short of a request tries them."""
    if route.door != "v2":
        return Need("PharmaOne", route.name, "the API key", None)
    tokens = vendors.pharmaone.tokens
    return Need("PharmaOne", route.name, route.scope, lambda: tokens.get(route.scope))


def _refusal_is_well(attempt: Try) -> Try:
    """A key that may is told that there is no such thing, or that it is no good."""

    async def tried() -> None:
        try:
            await attempt()
        except Refused:
            return

    return tried
