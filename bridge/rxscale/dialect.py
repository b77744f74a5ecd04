"""What differs between RxScale's accounts and documented generations, as data with its source."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal
from urllib.parse import quote

from bridge.vendor import answers

MOST_ROWS = 200
"""The largest page of any list; a larger `limit` is capped, not refused (rxscale.md section 5)."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One documented generation of the External Pharmacy API; status words are in a mapping file.

    `comments`: setting a status takes a `comment`. `completes`: there is a call that completes
    an order.
    """

    api_path: str
    comments: bool
    completes: bool
    source: str


GENERATIONS: Mapping[str, Generation] = MappingProxyType(
    {
        "current": Generation(
            api_path="/v1/external_pharmacy_api",
            comments=True,
            completes=True,
            source="rxscale.md sections 2 (C-1), 6.3 and 6.4: pages of generations 3 and 4",
        ),
        "legacy": Generation(
            api_path="/v1/external-pharmacy-api-v1",
            comments=False,
            completes=False,
            source="rxscale.md sections 2 (C-1) and 8 (C-14): pages of generation 1",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Route(answers.Route):
    """One route; any one of `permissions` opens it (rxscale.md sections 3 and 6).

    `public`: it is one of the public API, which has an address and keys of its own (2, 11).
    """

    permissions: tuple[str, ...] = ()
    public: bool = False

    @property
    def key_name(self) -> str:
        """The configuration key of what opens it."""
        return "rxscale.public_api_key" if self.public else "rxscale.api_key"

    @property
    def path_name(self) -> str:
        """The configuration key of its API's path."""
        return "rxscale.public_api_path" if self.public else "rxscale.api_path"

    @property
    def address_keys(self) -> str:
        return f"rxscale.base_url, {self.path_name}"


CODES = frozenset(
    {
        "authorization_header_missing", "api_key_missing", "invalid_header", "token_expired",
        "invalid_claims", "invalid_api_key", "permission_denied",
    }
)  # fmt: skip
"""The documented codes of refusals (4)."""
NAMED_FIELDS = frozenset(
    {
        "status", "comment", "tracking_links", "tracking_link", "carrier", "price", "stock",
        "external_id", "target", "notification_type", "pharmacy_uid",
    }
)  # fmt: skip
"""The documented names in what is sent (6.3 to 6.11)."""
HEALTH = Route("GET", "/health/")
ORDERS = Route("GET", "/pharmacy_orders/", ("orders_read",))
ORDER = Route("GET", "/pharmacy_orders/{uid}", ("orders_read",))
ORDER_STATUS = Route("PATCH", "/pharmacy_orders/{uid}/status", ("orders_write",))
COMPLETE = Route("PATCH", "/pharmacy_orders/{uid}/complete_order", ("orders_write",))
SKUS = Route("GET", "/pharmacy_skus/", ("stock_read",))
SKU = Route("PATCH", "/pharmacy_skus/{uid}", ("pharmacy_sku_write",), absolute=True)
SKU_STOCK = Route(
    "PATCH", "/pharmacy_skus/{uid}/stock", ("stock_write", "pharmacy_sku_write"), absolute=True
)
SKU_EXTERNAL_ID = Route(
    "PATCH", "/pharmacy_skus/{uid}/external_id", ("pharmacy_sku_write",), absolute=True
)
PAYOUTS = Route("GET", "/payouts", ("orders_read",))
SUBSCRIPTIONS = Route("GET", "/webhooks/", ("webhooks_read",))
SUBSCRIBE = Route("POST", "/webhooks/", ("webhooks_write",))
UNSUBSCRIBE = Route("DELETE", "/webhooks/{uid}", ("webhooks_write",))
PUBLIC_HEALTH = Route("GET", "/public/health/", public=True)
PUBLIC_PRODUCTS = Route("GET", "/public/products/{shop}", ("product:read",), public=True)
LIVE_STOCK = Route(
    "POST", "/public/products/{shop}/live-stock", ("product:read",), absolute=True, public=True
)
RESERVE = Route(
    "POST", "/public/products/{shop}/reservation", ("create_prescription_checkout",), public=True
)

ROUTES = (
    HEALTH,
    ORDERS, ORDER, ORDER_STATUS, COMPLETE,
    SKUS, SKU, SKU_STOCK, SKU_EXTERNAL_ID,
    PAYOUTS,
    SUBSCRIPTIONS, SUBSCRIBE, UNSUBSCRIBE,
    PUBLIC_HEALTH, PUBLIC_PRODUCTS, LIVE_STOCK, RESERVE,
)  # fmt: skip
"""Every route documented for pharmacies (6), and of the public API what tells of stock (11)."""


@dataclass(frozen=True, slots=True)
class Site:
    """One RxScale account: where it is and what opens it.

    `pharmacy_uid` is needed with a group-wide key and then sent with every call: the documents
    write it out for some routes only and say "most endpoints" (rxscale.md section 3).
    """

    base_url: str
    api_path: str
    api_key: str = field(repr=False)
    pharmacy_uid: str | None = None
    dialect: str = "current"
    stock_via: Literal["sku", "stock"] = "sku"
    """By which route a stock alone is set: the one whose body is documented (6.8), or the one that
    a key with nothing but `stock_write` may use (6.9)."""

    public_api_path: str = "/v2/public"
    """Where the public API is: `/v2/public-api` in the newest pages (C-2)."""
    public_api_key: str = field(default="", repr=False)
    """What opens the public API; empty: the key of the pharmacy."""

    @property
    def generation(self) -> Generation:
        return GENERATIONS[self.dialect]

    def url(self, route: Route, uid: str = "") -> str:
        """The route's address, slashes as documented: with one after lists, without elsewhere."""
        ident = quote(uid, safe="")
        path = route.path.replace("{uid}", ident).replace("{shop}", ident)
        api_path = self.public_api_path if route.public else self.api_path
        path = path.removeprefix("/public") if route.public else path
        return f"{self.base_url.rstrip('/')}/{api_path.strip('/')}{path}"

    def auth_header(self, route: Route) -> dict[str, str]:
        """The header that opens this route."""
        public = route.public and self.public_api_key
        return {"X-API-Key": self.public_api_key if public else self.api_key}
