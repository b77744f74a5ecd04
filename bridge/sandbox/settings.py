"""How the two simulated vendors behave: every switch, with what the documents leave open."""

import time
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

Vendor = Literal["rxscale", "pharmaone"]
VENDORS: tuple[Vendor, ...] = ("rxscale", "pharmaone")

DOCUMENTED: Mapping[str, Any] = tomllib.loads(
    Path(__file__).with_name("documented.toml").read_text("utf-8")
)
"""The vendors' words: permissions, scopes, statuses and so on; the file says from where."""
FLAGS: tuple[str, ...] = tuple(DOCUMENTED["pharmaone"]["flags"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    """Everything has a default; port 0 takes a free one. Times are in seconds.

    Names that begin with `rx_` are RxScale's, with `p1_` PharmaOne's. A limit of 0 is no limit.
    """

    host: str = "127.0.0.1"
    rxscale_port: int = 0
    pharmaone_port: int = 0
    seed: int = 0
    """Makes the catalogue's orders and the chaos the same in every run; part of every order uid."""
    clock: Callable[[], float] = time.time
    """Unix seconds: for timestamps, the life of tokens and the rate limits."""
    rx_clock_ahead_seconds: float = 0.0
    """How far RxScale's own clock is ahead of that one; negative: behind it."""
    p1_clock_ahead_seconds: float = 0.0
    log_limit: int | None = None
    """How many calls the log keeps; None keeps all, 0 keeps none."""

    rx_dialect: Literal["current", "legacy"] = "current"
    rx_api_key: str = "rx-sandbox-key"
    group_key: str | None = None
    """A group-wide key, which has to name the `pharmacy_uid`."""
    rx_permissions: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """What a key may do, by key. A key not listed may do everything; listing one makes it valid."""
    pharmacy_uid: str = "ph-sandbox"
    pharmacy_name: str = "Musterapotheke"
    skus: int = 8
    grams: bool = True
    """SKUs are packs of grams, as PharmaOne counts them; else each is one piece of its product."""
    rx_per_second: int = 10
    rx_per_minute: int = 600
    rx_list_order: Literal["newest", "oldest"] = "newest"
    """Which order comes first in the list; the documents do not say."""
    rx_tells_created: bool = False
    """Whether an order's detail has `created_at`; it is documented for webhooks only."""
    rx_completes_from: tuple[str, ...] = ("ready_for_pickup",)
    """current: from where a pharmacy may complete an order; the documents do not say."""
    rx_deducts_stock: bool = True
    """Whether a completed order takes its goods out of stock, as documented."""
    rx_short_stock: Literal["zero", "negative", "refuse"] = "zero"
    """Completed with too little stock: it falls to 0, or below, or `complete_order` is refused."""
    rx_hidden_types: frozenset[str] = frozenset()
    """`digital` or `physical`: SKUs that the account does not show (section 6.7)."""
    rx_lists_deleted: bool = True
    """Whether deleted SKUs stay in the list, with `deleted_at`; the documents do not say."""
    rx_public_key: str = "rx-public-sandbox-key"
    """A telemedicine provider's key for the public API."""
    rx_shop: str = "sandbox-shop"
    rx_market: str = "DE"
    auto_complete_seconds: float | None = 1.0
    """legacy: how long after `shipped` RxScale itself completes an order; None: never."""
    rx_webhook_target: str | None = None
    rx_webhook_secret: str = "whsec_sandbox_only"  # noqa: S105 - opens nothing but the simulation

    p1_api_key: str = "p1-sandbox-key"
    org_id: str = "org1"
    shop_id: str = "shop1"
    shop_name: str = "Musterapotheke"
    token_seconds: int = 3600
    token_has_exp: bool = True
    """Whether a token carries `exp`, `iat` and `jti`; the documented sample does not."""
    token_claims: Mapping[str, Any] = field(default_factory=dict)
    """Claims that replace the usual ones, such as a foreign `org_id` or fewer `scopes`."""
    reference_mode: Literal["same", "second", "conflict"] = "same"
    """A repeated `external_reference`: the first request again, another one, or a 409."""
    p1_unknown_fields: Literal["ignore", "refuse"] = "ignore"
    """What becomes of a field in an order-request that no document names."""
    list_has_external_id: bool = False
    """Whether rows of the order list carry `external_id`: the live sample's do not."""
    p1_statuses: frozenset[str] = frozenset(
        {"pending", "awaiting_packing", "ready_pickup", "shipped", "completed", "cancelled"}
    )
    """The status words taken by PATCH; only the first three occur in the documents."""
    auto_approve_seconds: float | None = None
    """How soon staff approve an order-request; None: only when told to."""
    p1_below_zero: Literal["reject", "clamp"] = "reject"
    """An adjustment that would take stock below 0: refused, or it ends at 0 (section 8)."""
    p1_low_stock_at: int = 5
    """At or below so many units `low_stock` is told; the documents do not say."""
    p1_alerts_say_what: bool = True
    """Whether stock alerts name the product; their metadata is not documented."""
    p1_log_has_metadata: bool = False
    """Whether log entries show an adjustment's `metadata`: the sample does not (C6)."""
    p1_unattached: frozenset[str] = frozenset()
    """Products of the inventory that the shop lacks."""
    p1_catalogue: frozenset[str] = frozenset({"20901", "20902"})
    """Products that can be added to the inventory; no route tells of them."""
    p1_products_shape: Literal["nested", "flat"] = "nested"
    """How a page of products is laid out: it was not seen."""
    p1_deducts_at: Literal["approved", "handed_over"] | None = "handed_over"
    """When an order's goods leave the stock: not documented. None: never by themselves."""
    p1_per_second: int = 0
    p1_per_minute: int = 0
    p1_webhook_target: str | None = None
    p1_webhook_secret: str = "p1-sandbox-secret"  # noqa: S105 - as above

    retry_after_header: bool = False
    """Whether a 429 says when to come back; neither vendor documents it."""
    webhook_base_seconds: float = 1.0
    """The wait before the first redelivery; it doubles with each one."""
    webhook_attempts: int = 6
    webhook_timeout_seconds: float = 5.0
    webhook_connections: int = 16

    def of(self, vendor: Vendor) -> "SandboxSettings":
        """The same, with that vendor's own clock."""
        is_rxscale = vendor == "rxscale"
        ahead = self.rx_clock_ahead_seconds if is_rxscale else self.p1_clock_ahead_seconds
        return replace(self, clock=lambda: self.clock() + ahead) if ahead else self
