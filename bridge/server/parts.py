"""What the HTTP side is given."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bridge.health import HealthReport
from bridge.metrics import Metrics
from bridge.store import Store


@dataclass(frozen=True, slots=True)
class ServerParts:
    """`ready` answers None, or why no delivery can be taken; `on_hint` wakes the worker.

    `on_unread` is called when PharmaOne told of an order that nobody knows yet, `on_stock` with the
    vendor that told of another stock, and `rejecting`
    names its events that tell of a refused order-request. `pharmacy_uid` is ours, where the key
    is a group's: deliveries about others are not for us.
    """

    store: Store
    rxscale_secrets: Callable[[], Sequence[str]]
    pharmaone_secrets: Callable[[], Sequence[str]]
    health: Callable[[], Awaitable[HealthReport]]
    ready: Callable[[], Awaitable[str | None]]
    metrics: Metrics
    on_hint: Callable[[], None]
    now: Callable[[], datetime]
    on_unread: Callable[[], None] = lambda: None
    on_stock: Callable[[str], None] = lambda _: None
    rejecting: Callable[[], Collection[str]] = tuple
    pharmacy_uid: str | None = None
