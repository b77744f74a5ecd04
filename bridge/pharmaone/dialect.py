"""PharmaOne's routes, API versions and scopes, and what one account needs, as data with source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from bridge.vendor import answers

MOST_ROWS = 200
"""The largest page of orders (pharmaone.md section 9)."""

ApiVersion = Literal["v2", "v1", "connector"]


@dataclass(frozen=True, slots=True)
class Route(answers.Route):
    """One route. `scope` is what a v2 token must hold for it; other versions know none (4)."""

    api_version: ApiVersion = "v2"
    scope: str = ""

    @property
    def takes_key(self) -> bool:
        """The API key itself opens it, not a token (3.2, 10, 11)."""
        return self.api_version != "v2" or self.path == "/auth/token"

    @property
    def address_keys(self) -> str:
        if self.api_version == "connector":
            return "pharmaone.connector_url"
        return "pharmaone.base_url, pharmaone.org_id"


TOKEN = Route("POST", "/auth/token", absolute=True)  # a second token does no harm
ORDERS = Route("GET", "/orders", scope="orders.read")
ORDER = Route("GET", "/orders/{id}", scope="orders.read")
ORDER_STATUS = Route("PATCH", "/orders/{id}/status", scope="orders.write")
PRESCRIPTIONS = Route("GET", "/prescriptions", scope="prescriptions.read")
PRESCRIPTION = Route("GET", "/prescriptions/{id}", scope="prescriptions.read")
INGEST = Route("POST", "/prescriptions", scope="prescriptions.write")
INVENTORY = Route("GET", "/inventory", scope="inventory.read")
INVENTORY_LOG = Route("GET", "/inventory/{id}/log", scope="inventory.read")
ADJUST = Route("POST", "/inventory/adjust", scope="inventory.write")
INVENTORY_HISTORY = Route("GET", "/inventory/{id}/history", scope="inventory.read")
SHOPS = Route("GET", "/shops", scope="products.read")
ATTACH = Route("POST", "/shops/attach-product", scope="products.write")
DETACH = Route("POST", "/shops/detach-product", scope="products.write")
OVERRIDE = Route("POST", "/shops/product-overrides", scope="products.write")
PRODUCTS = Route("GET", "/products", scope="products.read")
PRODUCT = Route("GET", "/products/{id}", scope="products.read")
ADD_PRODUCT = Route("POST", "/products/add-to-inventory", scope="products.write")
CHANGE_PRODUCT = Route("PUT", "/products/{id}", scope="products.write")
UPSERT_ORDER = Route("POST", "/orders", scope="orders.write")
CHANGE_ORDER = Route("PUT", "/orders/{id}", scope="orders.write")
STATS = Route("GET", "/reports/stats", scope="reports.read")
PRODUCT_PERFORMANCE = Route("GET", "/reports/product-performance", scope="reports.read")
PRODUCT_SALES = Route("GET", "/reports/product-sales", scope="reports.read")
BILLING = Route("GET", "/reports/pharmaone", scope="reports.read")

SUBMIT: Mapping[ApiVersion, Route] = MappingProxyType(
    {
        "v2": Route("POST", "/order-requests", scope="order_requests.write"),
        "v1": Route("POST", "/v1/order-requests", "v1"),
        "connector": Route("POST", "/external-order", "connector"),
    }
)
"""The three ways in for an order-request (sections 10 and 11)."""

ROUTES = (
    TOKEN,
    SHOPS, ATTACH, DETACH, OVERRIDE,
    PRODUCTS, PRODUCT, ADD_PRODUCT, CHANGE_PRODUCT,
    INVENTORY, ADJUST, INVENTORY_LOG, INVENTORY_HISTORY,
    ORDERS, ORDER, UPSERT_ORDER, CHANGE_ORDER, ORDER_STATUS,
    *SUBMIT.values(),
    PRESCRIPTIONS, PRESCRIPTION, INGEST,
    STATS, PRODUCT_PERFORMANCE, PRODUCT_SALES, BILLING,
)  # fmt: skip
"""Every documented route: the overview's route map, v1 and the connector (sections 2 to 13)."""

SCOPES = frozenset(route.scope for route in ROUTES) - {""}
"""All documented scopes (4): each opens a route."""

REQUEST_FIELDS = frozenset(
    {
        "external_reference", "source", "payload", "shop_id", "customer_email", "customer_name",
        "items", "prescription_pdf_base64", "prescription_pdf_url", "external_id",
        "payment_status", "cash_on_pickup", "address_street", "address_city", "total_amount",
        "quantity", "price", "p1_id", "product_id",
    }
)  # fmt: skip
"""The documented names in an order-request (10)."""
CODES = frozenset({"org_mismatch", "insufficient_scope"})
"""The documented codes of refusals (5.2)."""
NAMED_FIELDS = REQUEST_FIELDS | {
    "address_postal_code", "address_country", "address_additional", "note",
}  # fmt: skip
"""All that is picked out of a refusal's text: those, and what `orders.toml` adds as shipped."""


STOCK = frozenset({INVENTORY.scope})
"""What reading the inventory needs of a token beside the rest."""
ADJUSTING = frozenset({ADJUST.scope})
"""What `stock.adopt_external`, or that it never deducts, needs of a token beside the rest."""
INGESTING = frozenset({PRESCRIPTIONS.scope, INGEST.scope})
"""What sending prescriptions by themselves needs of a token beside the rest."""


@dataclass(frozen=True, slots=True)
class Site:
    """One PharmaOne organisation and shop: where it is and what opens it.

    `connector_url` is the shop's own address, for the `connector`, which knows shop and
    organisation by it (11).
    """

    base_url: str
    org_id: str
    shop_id: str | None
    api_key: str = field(repr=False)
    submit_via: ApiVersion = "v2"
    connector_url: str | None = None
    key_header: str = "apikey"
    """The key's header wherever a key is taken (sections 3.1 and 10); `X-API-Key` is another."""

    @property
    def needed_scopes(self) -> frozenset[str]:
        """What orders need of a token: finding them, cancelling them, and sending requests."""
        needed = {ORDERS.scope, ORDER_STATUS.scope, SUBMIT[self.submit_via].scope}
        return frozenset(needed - {""})

    def url(self, route: Route, ident: str = "") -> str:
        path = route.path.replace("{id}", quote(ident, safe=""))
        if route.api_version == "connector":
            return f"{(self.connector_url or '').rstrip('/')}/api/v1{path}"
        version, path = (
            ("v1", path.removeprefix("/v1")) if route.api_version == "v1" else ("v2", path)
        )
        org = quote(self.org_id, safe="")
        return f"{self.base_url.rstrip('/')}/api/{version}/public/orgs/{org}{path}"
