"""What the HTTP routes are given: the parts they call, and what the page shows of the stock."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

from bridge.core.model import PharmacyOrderUid, ProductId
from bridge.core.reasons import Reason
from bridge.core.shadow import Report
from bridge.core.stock.goods import Good, Moved, Standing
from bridge.core.stock.model import Situation, SkuLink
from bridge.core.users import User
from bridge.health import HealthReport, Status
from bridge.metrics import Metrics
from bridge.server.addresses import Network
from bridge.store import Store


@dataclass(frozen=True, slots=True)
class StockSeen:
    """How the stock stands. `compared_at` None: not compared yet. `writing`: numbers that are being
    written; `left`: SKUs that differ, or nobody knows whether, and are not written by themselves.

    `unconfirmed`: what waits for a person, who may say that it is true: an inventory, prices.
    """

    compared_at: datetime | None
    writing: int
    left: int
    unconfirmed: tuple[Reason, ...]

    @property
    def mark(self) -> str:
        """Differs where something else waits for a person."""
        return sha256(repr(self.unconfirmed).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Shelves:
    """SKUs as the plan has them: the `goods` that are shown, of `total`; and how many of all stand
    how. What waits for a person: products of an odd inventory (`moved`), and prices that are not
    written.
    """

    goods: Sequence[Good]
    total: int
    counts: Mapping[Standing, int]
    situation: Situation
    moved: Sequence[Moved]
    odd_prices: Sequence[Good]


class Choice(NamedTuple):
    """A product that a SKU may be: how sure that is, in percent, and why."""

    product: ProductId
    name: str
    units: Decimal
    confidence: int
    why: Sequence[Reason]


NONE = slice(0)


class Products(Protocol):
    """What the page asks of products. Each raises BridgeError."""

    names: Mapping[ProductId, str]
    """PharmaOne's products, as last read."""

    async def look(self, words: str = "", standing: str = "", part: slice = NONE) -> Shelves:
        """This `part` of the SKUs that stand so and are found by the words: what needs somebody
        comes first.
        """

    async def good(self, uid: str) -> tuple[Good | None, Situation]:
        """None where RxScale does not list it."""

    async def offered(self) -> Mapping[ProductId, str]:
        """PharmaOne's products with their names."""

    async def choices(self, good: Good) -> Sequence[Choice]:
        """What it may be, the surest first."""

    async def file(self) -> tuple[str, datetime | None]:
        """A mark of skus.csv, and when it was last changed."""

    async def save(self, link: SkuLink, note: str, seen: str) -> None:
        """Writes the link into skus.csv if the file still has the mark `seen`."""


class Sheet(NamedTuple):
    """A table of a mapping file: what each key says."""

    file: str
    table: str
    rows: Sequence[tuple[str, str]]


class Rehearsed(NamedTuple):
    """What the mapping files make of one order: the gaps, or the order-request. Each field has its
    rule and its value, masked wherever it may be a patient's.
    """

    gaps: Sequence[Reason]
    fields: Sequence[tuple[str, str, str]]
    rules: Sequence[str]


class Configured(Protocol):
    """What the page shows of the settings."""

    def told(self) -> Sequence[tuple[str, str, object]]:
        """Each key, its value in force and where that came from, "" for a default."""

    async def sheets(self) -> Sequence[Sheet]:
        """The mapping files as they stand on disk."""

    async def rehearse(self, uid: PharmacyOrderUid) -> Rehearsed | None:
        """In memory only; None where RxScale knows no such order. Raises BridgeError."""


class Line(NamedTuple):
    """What is told of each pharmacy of several. `why`: what is wrong, if anything is."""

    name: str
    status: Status
    why: str | None = None
    open_orders: int = 0
    stuck: int = 0
    last_poll_at: datetime | None = None
    owner: str | None = None
    """The replica that works for it, where there are several."""

    def document(self) -> dict[str, Any]:
        """As JSON."""
        reason = {} if self.why is None else {"reason": str(self.why)}
        found = {"open": self.open_orders, "stuck": self.stuck}
        owner = {} if self.owner is None else {"owner": self.owner}
        return {"status": self.status.value, **reason, **found, **owner}


@dataclass(frozen=True, slots=True)
class PageParts:
    """What only the operator's page needs."""

    stock: Callable[[], Awaitable[StockSeen]]
    products: Products
    configured: Configured
    limits: Mapping[str, int]
    """Calls a minute that each vendor may be sent, 0 for no limit."""
    sessions: Any = None
    """Those of all pharmacies, where a process has several: who logged in may see each."""
    pharmacies: Callable[[], Awaitable[Sequence["Line"]]] | None = None
    """All of them; None for the only one."""
    pharmacy: str = ""
    """Which of them this is."""
    users: Callable[[], Mapping[str, User]] = dict
    """Who may log in, by name; while there never was one, no login is needed."""
    proxies: Sequence[Network] = ()
    """Whose word is believed of who asks, and whether by https."""
    public_url: str = ""
    shadow: Callable[[], Awaitable[Report | None]] | None = None
    """In shadow mode: what people did as the bridge would have done it."""
    names: bool = True
    """An order's story names a person; else the role."""
    links: Mapping[str, str] = field(default_factory=dict)
    """An order's address in the portal of each vendor, with `{uid}` or `{id}` in it."""
    facts: Callable[[], Mapping[str, str]] = dict
    """What is known of what the vendors' documents leave open, and how (facts.toml)."""


@dataclass(frozen=True, slots=True)
class ServerParts:
    """What the routes call; the composition root gives it."""

    store: Store
    rxscale_secrets: Callable[[], Sequence[str]]
    pharmaone_secrets: Callable[[], Sequence[str]]
    health: Callable[[], Awaitable[HealthReport]]
    ready: Callable[[], Awaitable[str | None]]
    """None, or why no delivery can be taken."""
    metrics: Metrics
    measure: Callable[[], Awaitable[None]]
    """Sets the gauges, for who asks for them now. Raises TryLater if the store cannot be read."""
    on_hint: Callable[[], None]
    """Something is due: wakes the worker."""
    now: Callable[[], datetime]
    on_unread: Callable[[], None] = lambda: None
    """PharmaOne reported an order that is not known yet."""
    on_stock: Callable[[str], None] = lambda _: None
    """This vendor reported another stock."""
    on_heard: Callable[..., None] = lambda *_, **__: None
    """A delivery is on disk; `fresh`: not for the second time."""
    on_forged: Callable[[str], None] = lambda _: None
    """This vendor's delivery was signed with another secret."""
    rejecting: Callable[[], Collection[str]] = tuple
    """PharmaOne's events that report a refused order-request."""
    known_words: Callable[[], Collection[str]] = tuple
    """The status words that statuses.toml has."""
    rxscale_ahead: Callable[[], timedelta] = timedelta
    """How far RxScale's clock is ahead of ours."""
    pharmacy_uid: str | None = None
    """Ours, where the key is a group's: deliveries about other pharmacies are not for us."""
    org_id: str | None = None
    """Ours at PharmaOne."""
    pharmacy: str = ""
    """Its id, where a process has several."""
    page: PageParts | None = None
    """None: there is no page."""
    webhooks_apart: bool = False
    """Webhooks listen at their own port, and only there."""
