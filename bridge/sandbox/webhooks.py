"""Sends both vendors' webhooks: signed, repeated until acknowledged, and spoilt on request."""

import asyncio
import hmac
import random
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Literal, get_args

import aiohttp

from bridge.sandbox.kit import JSON_TYPE, encode
from bridge.sandbox.settings import DOCUMENTED, VENDORS, SandboxSettings, Vendor

Fate = Literal["deliver", "lose", "double", "reorder"]
HOLD_SECONDS = 0.5
"""How long a delivery to be overtaken waits for one that overtakes it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    uid: str
    vendor: Vendor
    event: str
    target: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chaos:
    """How often deliveries are lost, doubled or overtaken: fractions, after a plan for the next."""

    lose: float = 0.0
    double: float = 0.0
    reorder: float = 0.0
    plan: tuple[Fate, ...] = ()

    def __post_init__(self) -> None:
        shares = (self.lose, self.double, self.reorder)
        if min(shares) < 0 or sum(shares) > 1 or set(self.plan) - set(get_args(Fate)):
            raise ValueError(f"not a chaos: {self}")


@dataclass(slots=True)
class Delivery:
    """One POST to one subscriber. A redelivery is the same bytes under the same id."""

    number: int
    target: str
    headers: Mapping[str, str]
    body: bytes
    attempt: int = 0


class Timers:
    """What happens later by itself, and can be called off all at once."""

    def __init__(self) -> None:
        self._handles: set[asyncio.TimerHandle] = set()

    def later(self, seconds: float, action: Callable[[], object]) -> None:
        def fire() -> None:
            self._handles.discard(handle)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, fire)
        self._handles.add(handle)

    def close(self) -> None:
        for handle in self._handles:
            handle.cancel()
        self._handles.clear()


class Courier:
    """Takes events, sends them to their subscribers, and knows when nothing is under way."""

    def __init__(self, settings: SandboxSettings, timers: Timers) -> None:
        self._settings = settings
        self._timers = timers
        self._queue: asyncio.Queue[Delivery] = asyncio.Queue()
        self._held: list[Delivery] = []
        self._idle = asyncio.Event()
        self._idle.set()
        self._senders: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None
        self._number = 0
        self._chaos: dict[Vendor, Chaos] = {}
        self._plans: dict[Vendor, deque[Fate]] = {vendor: deque() for vendor in VENDORS}
        self._luck = random.Random(settings.seed)  # noqa: S311 - repeatable, not secret
        self.subscriptions: dict[str, Subscription] = {}
        self.pending = 0
        self.counts: Counter[str] = Counter()
        """Deliveries acknowledged, refused, given_up; and how many met each fate but `deliver`."""

    def subscribe(
        self, vendor: Vendor, target: str, secret: str, events: Iterable[str] | None = None
    ) -> list[Subscription]:
        """One subscription for each of `events`; for all that are sent if None."""
        added = []
        for event in DOCUMENTED[vendor]["events"] if events is None else events:
            self._number += 1
            one = Subscription(f"ws-{self._number}", vendor, event, target, secret)
            self.subscriptions[one.uid] = one
            added.append(one)
        return added

    def unsubscribe(self, uid: str) -> None:
        """Raises KeyError for an unknown subscription. What is under way still arrives."""
        del self.subscriptions[uid]

    def spoil(self, chaos: Chaos, vendors: Iterable[Vendor] = VENDORS) -> None:
        """Replaces the chaos of `vendors`; `Chaos()` ends it."""
        for vendor in vendors:
            self._chaos[vendor] = chaos
            self._plans[vendor] = deque(chaos.plan)

    def announce(
        self, vendor: Vendor, event: str, build: Callable[[], Mapping[str, Any]], test: bool = False
    ) -> None:
        """Sends the event that `build` makes, if anyone wants it."""
        wanted = [
            one
            for one in self.subscriptions.values()
            if one.vendor == vendor and one.event == event
        ]
        if not wanted:
            return
        body = encode(build())
        for one in wanted:
            headers = _headers(one, body, test)
            self._dispatch(self._fate(vendor), one.target, headers, body)

    def _fate(self, vendor: Vendor) -> Fate:
        if self._plans[vendor]:
            return self._plans[vendor].popleft()
        chaos = self._chaos.get(vendor)
        if chaos is None:
            return "deliver"
        fates: tuple[Fate, ...] = ("lose", "double", "reorder", "deliver")
        shares = (chaos.lose, chaos.double, chaos.reorder)
        [fate] = self._luck.choices(fates, (*shares, 1 - sum(shares)))
        return fate

    def _dispatch(self, fate: Fate, target: str, headers: Mapping[str, str], body: bytes) -> None:
        if fate != "deliver":
            self.counts[fate] += 1
        for _ in range({"lose": 0, "double": 2}.get(fate, 1)):
            self._number += 1
            delivery = Delivery(self._number, target, headers, body)
            self.pending += 1
            self._idle.clear()
            if fate == "reorder":
                self._hold(delivery)
            else:
                self._queue.put_nowait(delivery)

    def _hold(self, delivery: Delivery) -> None:
        self._held.append(delivery)
        self._timers.later(HOLD_SECONDS, lambda: self._release(delivery))

    def _release(self, by: Delivery) -> None:
        """Lets go of the deliveries held for the same target since before `by` was made."""
        due = [one for one in self._held if one.number <= by.number and one.target == by.target]
        for one in due:
            self._held.remove(one)
            self._queue.put_nowait(one)

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self._settings.webhook_timeout_seconds)
        connector = aiohttp.TCPConnector(limit=self._settings.webhook_connections)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)
        self._senders = [
            asyncio.create_task(self._keep_sending(self._session))
            for _ in range(self._settings.webhook_connections)
        ]

    async def close(self) -> None:
        for sender in self._senders:
            sender.cancel()
        await asyncio.gather(*self._senders, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    async def drain(self) -> None:
        """Returns once every delivery is acknowledged, lost or given up."""
        await self._idle.wait()

    async def _keep_sending(self, session: aiohttp.ClientSession) -> None:
        while True:
            delivery = await self._queue.get()
            delivery.attempt += 1
            taken = await self._post(session, delivery)
            self.counts["acknowledged" if taken else "refused"] += 1
            if taken or delivery.attempt >= self._settings.webhook_attempts:
                self._settle(delivery, taken)
            else:
                wait = self._settings.webhook_base_seconds * 2 ** (delivery.attempt - 1)
                self._timers.later(wait, partial(self._queue.put_nowait, delivery))

    @staticmethod
    async def _post(session: aiohttp.ClientSession, delivery: Delivery) -> bool:
        """Whether the subscriber acknowledged: a 2xx in time (rxscale.md section 7)."""
        try:
            async with session.post(
                delivery.target, data=delivery.body, headers=delivery.headers, allow_redirects=False
            ) as response:
                return 200 <= response.status < 300
        except (aiohttp.ClientError, TimeoutError):
            return False

    def _settle(self, delivery: Delivery, taken: bool) -> None:
        if not taken:
            self.counts["given_up"] += 1
        self.pending -= 1
        self._release(delivery)
        if not self.pending:
            self._idle.set()


def _headers(to: Subscription, body: bytes, test: bool) -> dict[str, str]:
    """rxscale.md section 7 (hex, no prefix, keyed with the secret as given); pharmaone.md 14."""
    proof = hmac.digest(to.secret.encode(), body, "sha256").hex()
    if to.vendor == "rxscale":
        headers = {"X-Webhook-Event": to.event, "X-Webhook-Signature": proof}
        headers |= {"X-Webhook-Test": "true"} if test else {}
    else:
        headers = {
            "X-PharmaOne-Event": to.event,
            "X-PharmaOne-Delivery-Id": str(uuid.uuid4()),
            "X-PharmaOne-Signature": f"sha256={proof}",
        }
    return {"Content-Type": JSON_TYPE, **headers}
