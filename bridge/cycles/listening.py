"""Whether the vendors still tell: what webhooks and sweeps bring is counted, and judged."""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from bridge.core.alarms import Heard, Hours, Topic, is_told, silent, subscribed, total
from bridge.core.deliveries import PHARMAONE, RXSCALE, Delivery, PharmaOneChanged, Taken
from bridge.core.reasons import NOT_SUBSCRIBED, Reason
from bridge.cycles.subscribing import subscribe
from bridge.rxscale.client import RxScale
from bridge.rxscale.webhook import CREATED, NEEDED_EVENTS, STOCK_EVENTS
from bridge.store import Store, notes, views, waiting
from bridge.texts import say

log = logging.getLogger("bridge.alarms")

READ_SECONDS = 3600.0
ORDERS, LOST = "orders", "lost"
"""What is counted by the hour, beside each vendor's deliveries: orders that came, and of those the
ones that no webhook told of."""
STOCK = "stock"


@dataclass(frozen=True, slots=True)
class WebhookFacts:
    """`subscriptions` at RxScale: ok, differ, or unknown where they were not read."""

    last_delivery_at: datetime | None = None
    lost_today: int = 0
    subscriptions: str = "unknown"


async def settle(
    store: Store, topic: Topic, about: str, found: Iterable[Reason], now: datetime
) -> None:
    """These are all alarms about that; what is new of them, or mended, is logged."""
    fresh, mended = await store.write(waiting.keep_alarms, topic, about, list(found), now)
    for each in fresh:
        log.warning("alarm: %s", say(each.reason), extra={"key": each.key})
    for each in mended:
        log.info("mended: %s", say(each.reason), extra={"key": each.key})


class Listening:
    """Counts what comes in; `look` judges it, `read_subscriptions` asks who is to be told."""

    def __init__(
        self,
        store: Store,
        rxscale: RxScale,
        now: Callable[[], datetime],
        zone: tzinfo,
        *,
        awaited: Callable[[], Collection[str]],
        target: str | None,
        keep: Callable[[str], None] | None = None,
    ) -> None:
        """`awaited`: the vendors whose webhooks can be accepted. `target`: where RxScale reaches
        them; None where nobody knows. `keep` a signing secret, where subscriptions are mended.
        """
        self._store, self._rxscale, self._now, self._zone = store, rxscale, now, zone
        self._awaited, self._target, self._keep = awaited, target, keep
        self._began_at = now()
        self._counts = Counter[str]()
        self._told: set[str] = set()
        """Whose orders were told of since the last look."""
        self._missed = Counter[str]()
        self._forged = Counter[str]()
        self._swept: dict[str, int] | None = None
        self._last_at: datetime | None = None
        self._heard_at: dict[str, datetime] = {}
        self._missed_at: dict[str, datetime] = {}
        """What RxScale tells of (`ORDERS`, `STOCK`): the last delivery, the last change without."""
        self._lost: Hours = {}
        self._subscriptions = "unknown"

    def heard(self, delivery: Delivery, *, fresh: bool) -> None:
        """A delivery is on disk; `fresh`: it was not there before."""
        of_order = isinstance(delivery, PharmaOneChanged)
        taken = Taken(delivery.vendor, delivery.event, delivery.received_at, fresh, of_order)
        self.came(taken)

    def came(self, taken: Taken) -> None:
        """As `heard`, of whichever process took it in."""
        vendor, event = taken.vendor, taken.event
        self._counts[vendor] += 1
        self._counts[ORDERS] += taken.fresh and event == CREATED
        del self._forged[vendor]
        if event == CREATED or taken.of_their_order:
            self._told.add(vendor)
        self._last_at = taken.received_at
        if vendor == RXSCALE:
            self._heard_at[STOCK if event in STOCK_EVENTS else ORDERS] = self._now()

    def missed(self, what: str) -> None:
        """Something changed at RxScale, of its `ORDERS` or its `STOCK`, and nothing told of it."""
        self._missed_at[what] = self._now()

    def is_told(self, what: str) -> bool:
        """Whether a delivery may be awaited for each change, so that lists are read seldom."""
        return is_told(self._heard_at.get(what), self._missed_at.get(what), self._now())

    def forged(self, vendor: str) -> None:
        """A delivery was signed with a secret that is not ours."""
        self._forged[vendor] += 1

    @property
    def facts(self) -> WebhookFacts:
        midnight = self._now().astimezone(self._zone).replace(hour=0, minute=0)
        today = midnight.replace(second=0, microsecond=0)
        lost = total(self._lost, today, self._now())
        return WebhookFacts(self._last_at, lost, self._subscriptions)

    async def look(self) -> None:
        """Notes what was counted, and judges it."""
        now, (polled_at, swept) = self._now(), await self._store.read(views.found_by_sweeps)
        if polled_at is None or polled_at < self._began_at:
            return  # what the first sweep finds was missed while no bridge ran
        before, self._swept = self._swept or swept, swept
        for vendor, found in swept.items():
            self._missed[vendor] += found - before[vendor]
        for vendor in self._told:
            del self._missed[vendor]
        lost = swept[RXSCALE] - before[RXSCALE]
        self._counts.update({ORDERS: lost, LOST: lost})
        counts, self._counts, self._told = self._counts, Counter(), set()
        await self._store.write(notes.count_in_hour, counts, now)
        names = (RXSCALE, PHARMAONE, ORDERS, LOST)
        hours = {name: await self._store.read(notes.hours_of, name) for name in names}
        self._lost = hours[LOST]
        for vendor in (RXSCALE, PHARMAONE):
            wrong = silent(self._heard(vendor, hours), self._began_at, now, self._zone)
            await settle(self._store, Topic.SILENCE, vendor, wrong, now)

    def _heard(self, vendor: str, hours: Mapping[str, Hours]) -> Heard:
        """Nothing is missed of webhooks that cannot be accepted."""
        orders = hours[ORDERS] if vendor == RXSCALE else {}
        if vendor not in self._awaited():
            return Heard(vendor, orders=orders)
        missed, forged = self._missed[vendor], self._forged[vendor]
        lost = hours[LOST] if vendor == RXSCALE else {}
        return Heard(vendor, missed, forged, hours[vendor], orders, lost)

    async def read_subscriptions(self) -> None:
        """Judges who is told what at RxScale, and mends what lacks where that is wished. Raises
        what the client raises.
        """
        if self._target is None:
            return
        self._subscriptions = "unknown"
        wrong = await self._unsubscribed(self._target)
        if self._keep is not None and any(each.code == NOT_SUBSCRIBED for each in wrong):
            await settle(self._store, Topic.SILENCE, "subscriptions", wrong, self._now())
            await subscribe(self._rxscale, self._target, NEEDED_EVENTS, self._keep)
            wrong = await self._unsubscribed(self._target)
        self._subscriptions = "differ" if wrong else "ok"
        await settle(self._store, Topic.SILENCE, "subscriptions", wrong, self._now())

    async def _unsubscribed(self, target: str) -> list[Reason]:
        return list(subscribed(await self._rxscale.subscriptions(), target, NEEDED_EVENTS))
