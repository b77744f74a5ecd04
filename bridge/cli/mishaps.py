"""What goes wrong in the demo: an answer is lost, an order is stuck, another one is edited."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from bridge.app.build import Bridge
from bridge.app.files import write_links
from bridge.cli.loop import until
from bridge.core.memory import Story
from bridge.core.model import (
    OrderRecord,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    ProductId,
    order_key,
)
from bridge.core.reasons import Reason
from bridge.core.stock.model import SkuLink
from bridge.errors import Phrase
from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault
from bridge.store import views, waiting

PATIENCE_SECONDS = 20.0
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Mishap:
    """One order, what happened to it, what the bridge said of it, and how it ended."""

    order: str
    what: Phrase
    said: object
    ended: Phrase
    well: bool


@dataclass(frozen=True, slots=True)
class Mishaps:
    """Happens one after the other, and takes some seconds."""

    sandbox: Sandbox
    bridge: Bridge

    async def all(self, sent: PharmacyOrderUid) -> list[Mishap]:
        """`sent`: an order that was sent before, and is now edited."""
        return [await self._lost(), await self._stuck(), await self._edited(sent)]

    async def _lost(self) -> Mishap:
        """PharmaOne takes the order-request, and its answer never comes; staff approve it."""
        world = self.sandbox.world
        lost = Fault(vendor="pharmaone", route="POST /order-requests", when="after", cut=True)
        world.break_calls(lost)
        uid = self.ordered()
        for request in await self._soon(lambda: self._requests(uid)):
            world.approve(request)
        story = await self._story(uid, lambda its: its.phase is Phase.ADOPTED)
        order, requests = story and story.record.order_id, await self._requests(uid)
        ended = Phrase("mishap-found", order=order, requests=len(requests))
        well = order is not None and len(requests) == 1
        said = Phrase("mishap-may-have-happened")
        return Mishap(uid, Phrase("mishap-lost"), said, ended, well)

    async def _stuck(self) -> Mishap:
        """A SKU that is not linked yet; a person links it."""
        skus = self.sandbox.world.skus.values()
        sku = next(each for each in skus if each["external_id"] is None)
        uid = self.ordered({"order_items": [{"sku": {"uid": sku["sku"]["uid"]}, "amount": 1}]})
        why = await self._soon(lambda: self._told(uid))
        await asyncio.to_thread(write_links, self.bridge.settings, [self._link(sku)])
        await self.bridge.reloader.look()
        story = await self._story(uid, lambda its: its.phase is Phase.SUBMITTED)
        ended = Phrase("mishap-freed", request=story.record.request_id if story else None)
        said = why or Phrase("mishap-nothing")
        well = bool(story and why)
        return Mishap(uid, Phrase("mishap-unlinked"), said, ended, well)

    async def _edited(self, uid: PharmacyOrderUid) -> Mishap:
        """RxScale's people change it while PharmaOne's staff review it."""
        await self._story(uid, lambda its: its.submitted_at is not None)
        first, *more = self.sandbox.world.orders[uid].data["order_items"]
        changed = {**first, "amount": first["amount"] + 1}
        self.sandbox.world.edit_order(uid, {"order_items": [changed, *more]})
        said = await self._soon(lambda: self._told(uid)) or Phrase("mishap-nothing")
        well = isinstance(said, Reason)
        return Mishap(uid, Phrase("mishap-edited"), said, Phrase("mishap-goes-on"), well)

    def ordered(self, *changes: dict[str, Any]) -> PharmacyOrderUid:
        return PharmacyOrderUid(self.sandbox.world.add_orders(1, changes)[0])

    async def _requests(self, uid: str) -> list[str]:
        requests = self.sandbox.world.order_requests.values()
        return [each.id for each in requests if each.external_reference == uid]

    def _link(self, sku: dict[str, Any]) -> tuple[SkuLink, str]:
        goods = sku["sku"]
        rows = self.sandbox.world.inventory.items()
        product = next(key for key, row in rows if row["name"] == goods["product_display_name"])
        units = Decimal(f"{goods['standard_selling_unit']:g}")
        return SkuLink(PharmacySkuUid(sku["uid"]), ProductId(product), units), "linked in the demo"

    async def _story(
        self, uid: PharmacyOrderUid, is_there: Callable[[OrderRecord], bool]
    ) -> Story | None:
        """What the store has of the order, once it is as wanted; None if that takes too long."""

        async def found() -> Story | None:
            story = await self.bridge.store.read(views.story, uid)
            return story if story is not None and is_there(story.record) else None

        return await self._soon(found)

    async def _soon(self, ask: Callable[[], Awaitable[Answer]]) -> Answer:
        return await until(ask, PATIENCE_SECONDS, pause=0.05)

    async def _told(self, uid: PharmacyOrderUid) -> Reason | None:
        """Why it is stuck, or what a person should know of it."""
        rows = await self.bridge.store.read(waiting.everything)
        return next((row.reason for row in rows if row.key == order_key(uid)), None)
