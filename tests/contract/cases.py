"""Every documented route of both vendors, and how the bridge's client calls it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bridge.core.model import (
    Draft,
    OrderId,
    PharmacyOrderUid,
    PharmacySkuUid,
    PrescriptionId,
    ProductId,
    SkuUid,
    TrackingLink,
)
from bridge.pharmaone import dialect as p1
from bridge.pharmaone.client import PharmaOne
from bridge.pharmaone.order_book import OrderUpsert, UpsertItem
from bridge.pharmaone.products import ProductChange
from bridge.rxscale import dialect as rx
from bridge.rxscale.client import RxScale


@dataclass(frozen=True)
class Held:
    """What there is to be asked about; the defaults are for answers that a script gives."""

    uid: PharmacyOrderUid = PharmacyOrderUid("po-1")
    ready: PharmacyOrderUid = PharmacyOrderUid("po-1")
    """An order that may be completed."""
    psku: PharmacySkuUid = PharmacySkuUid("psku-1001")
    sku: SkuUid = SkuUid("sku-1001")
    subscription: str = "sub-1"
    product: ProductId = ProductId("20401")
    new_product: ProductId = ProductId("20901")
    order: OrderId = OrderId("ORD_1")
    prescription: PrescriptionId = PrescriptionId("org1-pq-000001")
    shop: str = "sandbox-shop"


@dataclass(frozen=True)
class Case:
    """One route: `method` is the client's, `call` calls it.

    `answers` is False for a change whose answer is not documented and hence not read.
    `none_is` is what a 404 stands for, where it is an answer.
    """

    route: Any
    method: str
    call: Callable[[Any, Held], Awaitable[Any]]
    answers: bool = True
    absent: bool = False
    status: int = 200

    @property
    def vendor(self) -> str:
        return "pharmaone" if isinstance(self.route, p1.Route) else "rxscale"

    @property
    def id(self) -> str:
        return f"{self.vendor} {self.route.name}"


DAY = date(2026, 1, 2)
PAID: dict[str, Any] = {
    "status": "projected",
    "search": "po-",
    "start": datetime(2020, 1, 1, tzinfo=UTC),
    "end": datetime(2100, 1, 1, tzinfo=UTC),
}
DRAFT = Draft(
    {
        "shop_id": "shop1",
        "customer_name": "Erika Beispiel",
        "total_amount": Decimal("30.00"),
        "items": [{"name": "Beispielsorte", "quantity": 4, "price": Decimal("7.5")}],
    }
)
CHANGE = ProductChange(
    "Beispielsorte", "beispielsorte", "mild", "Blüten", Decimal("8.25"), True,
    {"thc": 20.5, "cbd": 1},
)  # fmt: skip
OVERRIDES = {**CHANGE.body(), "price": Decimal("9.50")}
UPSERT = OrderUpsert(
    "shop1",
    "EXT-1",
    (UpsertItem(4, ProductId("20401"), "Beispielsorte", Decimal("7.50")),),
    "42",
    datetime(2026, 1, 2, 8, tzinfo=UTC),
    {
        "payment_status": "paid",
        "customer_name": "Erika Beispiel",
        "customer_email": "erika@example.org",
        "total_amount": Decimal("30.00"),
        "cash_on_pickup": False,
    },
)


async def rows(found: AsyncIterator[Any]) -> list[Any]:
    return [row async for row in found]


async def submit(client: PharmaOne, held: Held) -> Any:
    return await client.submit(held.uid, DRAFT)


def shop(client: RxScale, held: Held) -> Any:
    return client.shop(held.shop, "DE")


PHARMAONE = [
    Case(p1.TOKEN, "exchange", lambda c, h: c.tokens.get()),
    Case(p1.SHOPS, "PharmaOne.shops", lambda c, h: c.shops()),
    Case(
        p1.ATTACH,
        "Products.attach",
        lambda c, h: c.products.attach(h.product, "shop1", {"position": 1}),
        answers=False,
    ),
    Case(
        p1.DETACH,
        "Products.detach",
        lambda c, h: c.products.detach(h.product, "shop1"),
        answers=False,
    ),
    Case(
        p1.OVERRIDE,
        "Products.override",
        lambda c, h: c.products.override(h.product, "shop1", OVERRIDES),
        answers=False,
    ),
    Case(p1.PRODUCTS, "Products.all", lambda c, h: rows(c.products.all("shop1", 3))),
    Case(p1.PRODUCT, "Products.one", lambda c, h: c.products.one(h.product, "shop1"), absent=True),
    Case(
        p1.ADD_PRODUCT,
        "Products.add_to_inventory",
        lambda c, h: c.products.add_to_inventory(
            h.new_product, initial_stock=0, price=Decimal("3.50")
        ),
        answers=False,
    ),
    Case(
        p1.CHANGE_PRODUCT,
        "Products.change",
        lambda c, h: c.products.change(h.product, CHANGE),
        answers=False,
    ),
    Case(p1.INVENTORY, "PharmaOne.inventory", lambda c, h: c.inventory(full=True)),
    Case(
        p1.ADJUST,
        "PharmaOne.adjust",
        lambda c, h: c.adjust(
            h.product, -3, "ref 1", delta_incoming=2, metadata={"receipt": "r-1"}
        ),
        answers=False,
    ),
    Case(
        p1.INVENTORY_LOG,
        "PharmaOne.inventory_log",
        lambda c, h: c.inventory_log(h.product),
        absent=True,
    ),
    Case(
        p1.INVENTORY_HISTORY,
        "PharmaOne.inventory_history",
        lambda c, h: c.inventory_history(h.product, 7),
        absent=True,
    ),
    Case(
        p1.ORDERS,
        "Orders.all",
        lambda c, h: rows(c.order_book.all(status="awaiting_packing", shop_id="shop1")),
    ),
    Case(p1.ORDER, "PharmaOne.order", lambda c, h: c.order(h.order), absent=True),
    Case(p1.UPSERT_ORDER, "Orders.upsert", lambda c, h: c.order_book.upsert(UPSERT), answers=False),
    Case(
        p1.CHANGE_ORDER,
        "Orders.change",
        lambda c, h: c.order_book.change(h.order, UPSERT),
        answers=False,
    ),
    Case(
        p1.ORDER_STATUS,
        "PharmaOne.set_order_status",
        lambda c, h: c.set_order_status(
            h.order, {"status": "ready_pickup", "shipped": False, "picked_up": False}
        ),
        answers=False,
    ),
    *(Case(route, "PharmaOne.submit", submit, answers=False) for route in p1.SUBMIT.values()),
    Case(
        p1.PRESCRIPTIONS,
        "PrescriptionBook.all",
        lambda c, h: rows(c.prescriptions.all(status="new")),
    ),
    Case(
        p1.PRESCRIPTION,
        "PrescriptionBook.one",
        lambda c, h: c.prescriptions.one(h.prescription),
        absent=True,
    ),
    Case(
        p1.INGEST,
        "PharmaOne.ingest",
        lambda c, h: c.ingest({"shop_id": "shop1", "customer_email": "erika@example.org"}),
    ),
    Case(p1.STATS, "Reports.stats", lambda c, h: c.reports.stats(DAY, DAY)),
    Case(
        p1.PRODUCT_PERFORMANCE,
        "Reports.product_performance",
        lambda c, h: c.reports.product_performance(DAY, DAY),
    ),
    Case(p1.PRODUCT_SALES, "Reports.product_sales", lambda c, h: c.reports.product_sales(DAY, DAY)),
    Case(p1.BILLING, "Reports.billing", lambda c, h: c.reports.billing(DAY, DAY)),
]
RXSCALE = [
    Case(rx.HEALTH, "RxScale.health", lambda c, h: c.health(), answers=False),
    Case(
        rx.ORDERS,
        "RxScale.orders_page",
        lambda c, h: c.orders_page("waiting for pharmacy", 0, search=h.uid),
    ),
    Case(rx.ORDER, "RxScale.order", lambda c, h: c.order(h.uid), absent=True),
    Case(
        rx.ORDER_STATUS,
        "RxScale.set_status",
        lambda c, h: c.set_status(h.uid, "on-hold", "is it 5 g or 10 g?"),
        answers=False,
    ),
    Case(
        rx.COMPLETE,
        "RxScale.complete",
        lambda c, h: c.complete(h.ready, [TrackingLink("https://dhl.example/1", "DHL")]),
        answers=False,
    ),
    Case(rx.SKUS, "Skus.all", lambda c, h: rows(c.skus.all())),
    Case(
        rx.SKU,
        "RxScale.set_sku",
        lambda c, h: c.set_sku(h.psku, stock=7, price_cents=999, external_id="20401"),
        answers=False,
        absent=True,
    ),
    Case(
        rx.SKU_STOCK,
        "RxScale.set_sku",
        lambda c, h: c.set_sku(h.psku, stock=8),
        answers=False,
        absent=True,
    ),
    Case(
        rx.SKU_EXTERNAL_ID,
        "RxScale.set_external_id",
        lambda c, h: c.set_external_id(h.psku, "20401"),
        answers=False,
        absent=True,
    ),
    Case(rx.PAYOUTS, "Payouts.all", lambda c, h: rows(c.payouts.all(**PAID))),
    Case(rx.SUBSCRIPTIONS, "RxScale.subscriptions", lambda c, h: c.subscriptions()),
    Case(
        rx.SUBSCRIBE,
        "RxScale.subscribe",
        lambda c, h: c.subscribe("http://127.0.0.1:9/hook", "pharmacy_order_created"),
        status=201,
    ),
    Case(
        rx.UNSUBSCRIBE,
        "RxScale.unsubscribe",
        lambda c, h: c.unsubscribe(h.subscription),
        answers=False,
        absent=True,
        status=204,
    ),
    Case(rx.PUBLIC_HEALTH, "Shop.health", lambda c, h: shop(c, h).health(), answers=False),
    Case(rx.PUBLIC_PRODUCTS, "Shop.products", lambda c, h: rows(shop(c, h).products(search="10"))),
    Case(rx.LIVE_STOCK, "Shop.live_stock", lambda c, h: shop(c, h).live_stock({h.sku: 1})),
    Case(rx.RESERVE, "Shop.reserve", lambda c, h: shop(c, h).reserve({h.sku: 1}, "ref-1")),
]
CASES = [*PHARMAONE, *RXSCALE]
