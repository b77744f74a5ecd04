"""A whole house for journeys: both vendors over real HTTP, the real bridge on a real file.

Nothing here waits for luck: `settle` goes on until no delivery is under way and nothing is due.
"""

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from bridge.app.build import Bridge, open_bridge
from bridge.app.machine import now
from bridge.app.web import parts_of
from bridge.core.memory import OrderRow, Story, StuckRow
from bridge.core.model import OrderRecord, PharmacyOrderUid
from bridge.cycles.stock.cycle import SyncResult
from bridge.errors import BridgeError
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.sandbox.traffic import Call
from bridge.server.web import Running, build, serve
from bridge.settings import Settings
from bridge.store import orders, todo, views, waiting

SECRET = "whsec_canary_rxscale"
P1_SECRET = "whsec_canary_pharmaone"
MAPPINGS = Path(__file__).parent.parent / "mappings"
CHAIN = """
[rxscale]
base_url = "{rxscale}"
[pharmaone]
base_url = "{pharmaone}"
org_id = "org1"
shop_id = "shop1"
[server]
port = 0
"""
"""The beginning of a fleet's `rxbridge.toml`; the two vendors' addresses go into it."""
PHARMACY = """
[rxscale]
key = "{key}"
pharmacy_uid = "ph-{name}"
"""
"""The file of a fleet's pharmacy; its name and the key that it shares go into it."""
PATIENCE = timedelta(seconds=3)
"""Work that falls due within this time is waited for; what is due later is left."""


rows_of: Callable[[Path], Mapping[str, str]] | None = None
"""What sets another place for the store of a house in this folder (tests/journeys/conftest.py)."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def sandbox_settings(**changes: Any) -> SandboxSettings:
    """No limits, and retries fast enough for a test."""
    calm = {
        "rx_per_second": 0,
        "rx_per_minute": 0,
        "webhook_base_seconds": 0.05,
        "grams": False,
        "rx_webhook_secret": SECRET,
        "rx_api_key": "canary-api-key",
    }
    return SandboxSettings(**{**calm, **changes})


def bridge_settings(sandbox: Sandbox, folder: Path, changes: Mapping[str, Any]) -> Settings:
    """A configuration that points at the sandbox; `changes` go section by section."""
    if not (folder / "mappings").exists():
        shutil.copytree(MAPPINGS, folder / "mappings")
    sections: dict[str, dict[str, Any]] = {
        "rxscale": {
            "base_url": sandbox.rxscale_url,
            "api_key": sandbox.settings.rx_api_key,
            "webhook_secrets": [SECRET],
            "requests_per_second": 0,
            "requests_per_minute": 0,
            "dialect": sandbox.settings.rx_dialect,
        },
        "pharmaone": {
            "base_url": sandbox.pharmaone_url,
            "api_key": sandbox.settings.p1_api_key,
            "org_id": sandbox.settings.org_id,
            "shop_id": sandbox.settings.shop_id,
            "requests_per_second": 0,
            "requests_per_minute": 0,
            "webhook_secrets": [P1_SECRET],
        },
        "server": {"port": 0},
        "store": {"path": folder / "rxbridge.db", **(rows_of(folder) if rows_of else {})},
        "mappings": {"dir": folder / "mappings"},
        "stock": {"write": True},
        "orders": {"unsure_grace_seconds": 0.1, "gone_after_seconds": 0.3, "poll_seconds": 0.3},
    }
    mode = changes.get("mode", "live")
    for section, keys in changes.items():
        if section != "mode":
            sections.setdefault(section, {}).update(keys)
    return Settings.model_validate({**sections, "mode": mode}).in_mode(mode)


def unknown_word(statuses: Path, place: str) -> None:
    """An open word of RxScale's that no RxScale knows, as the first or the last of them."""
    text = statuses.read_text()
    begin = text.index("open = [")
    at = begin + len("open = [") if place == "first" else text.index("]", begin)
    text = f'{text[:at]}\n  "picking",\n{text[at:]}'
    means = "[rxscale.current.means]\n"
    steps = "[rxscale.current.steps]\n"
    text = text.replace(means, f'{means}"picking" = "preparing"\n', 1)
    text = text.replace(steps, f'{steps}"picking" = ["cancelled"]\n', 1)
    text = text.replace('"in-progress" = ["ready', '"in-progress" = ["picking", "ready', 1)
    statuses.write_text(text)


@dataclass
class House:
    """One running bridge beside one running sandbox. Timers do not run: tests call them."""

    sandbox: Sandbox
    bridge: Bridge
    running: Running
    folder: Path

    @property
    def world(self):
        return self.sandbox.world

    async def settle(self) -> None:
        """Until every webhook was delivered and everything due (soon) was looked at."""
        while True:
            await self.sandbox.drain()
            if self.bridge.p1_news.is_set():
                self.bridge.p1_news.clear()
                with contextlib.suppress(BridgeError):  # logged and left to the next sweep
                    await self.bridge.p1_sweep.learn()
            await self.bridge.worker.run_until_idle()
            if self.bridge.p1_news.is_set() or self.sandbox.world.courier.pending:
                continue
            at = now()
            due = await self.bridge.store.read(todo.next_due, at)
            if due is None or due - at > PATIENCE:
                return
            await asyncio.sleep(max(0.0, (due - at).total_seconds()))

    async def sync(self, *, fetch: bool = True, confirm: bool = False) -> SyncResult:
        """One round of the stock, its writes, and whatever their webhooks hint."""
        result = await self.bridge.stock.sync(fetch=fetch, confirm=confirm)
        await self.bridge.pusher.idle()
        await self.settle()
        return result

    def later(self, seconds: float) -> None:
        """The rounds of stock take place so much later from now on."""
        before = self.bridge.stock._now
        now = self.bridge.stock._now = lambda: before() + timedelta(seconds=seconds)
        self.bridge.stock._adjuster._now = now

    def stock(self, sku: str) -> int:
        """What RxScale offers of a SKU."""
        return int(self.world.skus[sku]["stock"])

    def hand(self, product: str, units: int) -> None:
        """PharmaOne has so many units of a product, and says nothing."""
        self.world.set_inventory([{"p1_id": product, "stockquantity": units}], announce=False)

    def patches(self, sku: str | None = None) -> int:
        """How many writes of stock RxScale carried out."""
        calls = self.world.calls("PATCH /pharmacy_skus/{uid}", uid=sku)
        return sum(call.done for call in calls)

    async def sweep(self) -> None:
        """Both sweeps, one after the other, and whatever they hint."""
        await self.bridge.sweep.run()
        await self.bridge.p1_sweep.run()
        await self.settle()

    async def approve(self, uid: str) -> str:
        """Staff make an order of its order-request; the order's id."""
        (request,) = self.requests(uid)
        order_id = self.world.approve(request.id)
        await self.settle()
        return order_id

    async def change(self, order_id: str, **changes: str | bool) -> None:
        """Somebody at PharmaOne changes an order's status or flags."""
        self.world.change_p1_order(order_id, **changes)
        await self.settle()

    async def change_at_rxscale(self, uid: str, status: str, comment: str | None = None) -> None:
        """Somebody at RxScale changes a pharmacy order."""
        self.world.set_order_status(uid, status, comment)
        await self.settle()

    async def orders_arrive(
        self, *overrides: Mapping[str, object], count: int = 1, announce: bool = True
    ) -> list[str]:
        """New pharmacy orders, announced and worked off."""
        uids = self.world.add_orders(count, overrides, announce=announce)
        await self.settle()
        return uids

    async def record(self, uid: str) -> OrderRecord:
        record = await self.bridge.store.read(orders.find, PharmacyOrderUid(uid))
        assert record is not None, f"{uid} is not known"
        return record

    async def story(self, uid: str) -> Story:
        story = await self.bridge.store.read(views.story, PharmacyOrderUid(uid))
        assert story is not None
        return story

    async def rows(self) -> list[OrderRow]:
        return await self.bridge.store.read(views.newest)

    async def stuck(self) -> list[StuckRow]:
        return await self.bridge.store.read(waiting.all_stuck)

    def requests(self, uid: str) -> list[Any]:
        """The order-requests PharmaOne holds for a pharmacy order."""
        held = self.world.order_requests.values()
        return [request for request in held if request.external_reference == uid]

    def status(self, uid: str) -> str:
        return self.world.orders[uid].status

    def calls(self, uid: str | None = None) -> list[Call]:
        return self.world.calls(uid=uid)


@asynccontextmanager
async def open_sandbox(**changes: Any) -> AsyncIterator[Sandbox]:
    async with Sandbox(sandbox_settings(**changes)) as sandbox:
        yield sandbox


@asynccontextmanager
async def open_house(
    sandbox: Sandbox, folder: Path, *, swept: bool = True, **changes: Any
) -> AsyncIterator[House]:
    """A bridge that listens and works when told; `swept`: its first sweep is behind it."""
    settings = bridge_settings(sandbox, folder, changes)
    async with open_bridge(settings) as bridge:
        running = await serve(build(parts_of(bridge)), "127.0.0.1", 0)
        subscriptions = sandbox.world.subscribe(
            "rxscale", f"{running.url}/webhooks/rxscale", SECRET
        )
        subscriptions += sandbox.world.subscribe(
            "pharmaone", f"{running.url}/webhooks/pharmaone", P1_SECRET
        )
        house = House(sandbox, bridge, running, folder)
        try:
            if swept:
                await house.sweep()
            yield house
        finally:
            await sandbox.drain()
            for subscription in subscriptions:
                sandbox.world.unsubscribe(subscription.uid)
            await running.stop()
