"""What the worker is given: every hand a look needs, as one value."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from bridge.core.copies import Content
from bridge.core.model import OrderRecord
from bridge.core.orders.view import Policy, Search
from bridge.mapping.rules import Rules
from bridge.pharmaone.client import PharmaOne
from bridge.rxscale.client import RxScale
from bridge.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a look needs, given once by the composition root."""

    store: Store
    rxscale: RxScale
    pharmaone: PharmaOne
    rules: Callable[[], Rules]
    """The mapping in force: asked anew at each look, since it may be reloaded."""
    shop_id: str | None
    policy: Policy
    prescriptions: Literal["attach", "ingest", "off"]
    find: Callable[[datetime, OrderRecord, Content | None], Awaitable[Search]]
    """Search PharmaOne's orders for this one, and for one that was typed by hand and looks like it;
    the search begins at the given time or later.
    """
    read_catalogue: Callable[[], Awaitable[None]]
    """Read RxScale's SKU list anew, or join a reading under way."""
    now: Callable[[], datetime]
    jitter: Callable[[], float]
    count: Callable[[str, str], None]
    """Counts what happened, for the metrics: kind and word."""
    counted_calls: Callable[[int], None]
    prints: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda _: {}
    """Fingerprints of what RxScale's order holds."""
    pharmaone_rests: Callable[[], float] = lambda: 0.0
    """For how many seconds no call to PharmaOne is made, since it failed repeatedly."""
    is_pharmaone_left_alone: Callable[[], bool] = lambda: False
    """Whether it failed repeatedly, so that no call to it is made just now."""
    rxscale_rests: Callable[[], float] = lambda: 0.0
    is_rxscale_left_alone: Callable[[], bool] = lambda: False
    stock_changed: Callable[[], None] = lambda: None
    """What may be offered at RxScale is another number since the last settlement."""
    shadow: bool = False
    """Nothing is written at a vendor: what would be is noted and compared with what people do."""
