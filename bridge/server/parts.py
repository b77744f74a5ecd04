"""What the HTTP routes are given: the parts they call, and what the page shows of the stock."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from bridge.core.reasons import Reason
from bridge.core.shadow import Report
from bridge.core.stock.model import SkuLink
from bridge.core.stock.plan import PlanRow
from bridge.core.users import User
from bridge.health import HealthReport
from bridge.metrics import Metrics
from bridge.server.addresses import Network
from bridge.store import Store


class SkuDifference(NamedTuple):
    """A SKU whose number at RxScale is not what the plan says, as it is now: pieces."""

    plan: PlanRow
    name: str
    at_rxscale: int | None
    why: Reason
    likely: str = ""
    """Which product it may be, where PharmaOne never listed the one that it is linked to."""


@dataclass(frozen=True, slots=True)
class StockDifferences:
    """What differs: the worst `rows` of `total`. `compared_at` None: not compared yet.

    `unconfirmed`: what waits for a person, who may say that it is true: an inventory, prices.
    """

    rows: tuple[SkuDifference, ...]
    total: int
    compared_at: datetime | None
    unconfirmed: tuple[Reason, ...]

    @property
    def mark(self) -> str:
        """Differs where something else waits for a person."""
        return sha256(repr(self.unconfirmed).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PageParts:
    """What only the operator's page needs."""

    stock: Callable[[], Awaitable[StockDifferences]]
    confirm: Callable[[SkuLink, str], Awaitable[bool]]
    """Writes a link with its units, and a note, into skus.csv; whether that could be."""
    users: Callable[[], Mapping[str, User]] = dict
    """Who may log in, by name; while there never was one, nobody has to."""
    proxies: Sequence[Network] = ()
    """Whose word is believed of who asks, and whether by https."""
    public_url: str = ""
    shadow: Callable[[], Awaitable[Report | None]] | None = None
    """In shadow mode: what people did as the bridge would have done it."""
    names: bool = True
    """An order's story names a person; else the role."""


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
    page: PageParts | None = None
    """None: there is no page."""
    webhooks_apart: bool = False
    """Webhooks listen at their own port, and only there."""
