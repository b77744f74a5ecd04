"""Canaries in every free text of both vendors' answers and deliveries: none is kept or told.

What products are called is no secret: the names of RxScale's SKUs are stored and shown.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from conftest import Canary
from house import House, open_house, open_sandbox

from bridge.core.model import PharmacyOrderUid
from bridge.sandbox import kit
from bridge.sandbox.traffic import Fault
from bridge.store import views
from bridge.store.backup import back_up
from bridge.texts import say, steps

TEXTS = frozenset(
    # rxscale.md 4, 6.1 to 6.6, 7; pharmaone.md 5.2, 6 to 10, 12, 14
    {
        "first_name", "last_name", "street", "house_number", "zip_code", "city", "province",
        "additional_address", "email", "date_of_birth", "filename", "shop_order_name",
        "external_status", "routing_description", "comment", "description", "title", "message",
        "reason", "customer_name", "customer_email", "payment_reference", "postal_code", "phone",
        "category", "slug", "name", "display_name", "shipping_costs_currency",
    }
)  # fmt: skip


NOT_ASKED_FOR = {"comment", "province", "reason", "routing_description", "slug"}
"""They stand in answers that a running bridge never asks for."""


class Birdcage:
    """Stands in for `json` where the sandbox writes what it answers and delivers."""

    loads = staticmethod(json.loads)

    def __init__(self, bird: str) -> None:
        self.bird = bird
        self.filled = set[str]()

    def dumps(self, value: Any, **options: Any) -> str:
        return json.dumps(self.fill(value), **options)

    def fill(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.fill(each) for each in value]
        if not isinstance(value, dict):
            return value
        is_sku = "pzn" in value
        found = {
            key: each if is_sku and "display_name" in key else self._field(key, each)
            for key, each in value.items()
        }
        if value.keys() & {"uid", "id"}:  # an undocumented field is a free text too
            found |= {"remarks": self.bird, self.bird: self.bird, "labels": [self.bird]}
        return found

    def _field(self, key: str, value: Any) -> Any:
        self.filled.add(key)
        if key == "error":
            return {self.bird: [self.bird]} if isinstance(value, dict) else self.bird
        if key == "data" and value == {}:
            return {"note": self.bird}
        return self.bird if key in TEXTS else self.fill(value)


@pytest.fixture(params=["Abholung Frau Kanarienvogel", "Kanarienvogel", "frau_Kanarienvogel"])
def cage(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Birdcage:
    cage = Birdcage(request.param)
    monkeypatch.setattr(kit, "json", cage)
    return cage


async def the_life_of_orders(house: House, bird: str) -> list[str]:
    """Completed; cancelled; stuck; refused; odd; and somebody else's at PharmaOne."""
    world = house.world
    world.pharmaone.upsert({"external_id": bird, "customer_name": bird, "items": []})
    done, ended, odd, kept = await house.orders_arrive(count=4)
    order_id = await house.approve(done)
    await house.change(order_id, status="ready_pickup")
    await house.change(order_id, shipped=True)
    await house.change_at_rxscale(ended, "cancelled", bird)
    await house.change(await house.approve(odd), status=bird)
    await house.change_at_rxscale(kept, bird)
    unlinked = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    wrong = {"shipping_costs_amount": bird, "prepaid": bird}
    stuck = await house.orders_arrive(unlinked, wrong, count=2)
    refusals = (
        (400, {"error": {bird: [bird], "status": {bird: bird}}}),
        (400, {"error": bird, "message": bird}),
        (422, {"code": bird, "description": bird}),
        (404, {"error": bird}),
        (403, {"error": bird, "message": f"Missing scope: {bird}"}),
        (500, {"error": bird}),
        (200, {"data": bird, "status": bird, "id": {bird: bird}}),
    )
    for status, body in refusals:
        world.break_calls(Fault(vendor="*", status=status, body=body))
        stuck += await house.orders_arrive()
    await house.sweep()
    for status, body in refusals:
        world.break_calls(
            Fault(vendor="pharmaone", route="GET /inventory", status=status, body=body)
        )
        await house.sync(confirm=True)
    house.hand("20401", 3)
    await house.sync(confirm=True)
    return [done, ended, odd, kept, *stuck]


async def told(house: House, uids: list[str]) -> dict[str, str]:
    """All that is shown, kept or copied, by where it stands."""
    found = {}
    async with aiohttp.ClientSession() as http:
        for path in ("/", "/health", "/metrics", *(f"/orders/{uid}" for uid in uids)):
            async with http.get(house.running.url + path) as answer:
                found[path] = await answer.text()
    for uid in uids:
        story = await house.bridge.store.read(views.story, PharmacyOrderUid(uid))
        found[f"orders show {uid}"] = repr(asdict(story)) if story else ""
    found["stuck list"] = "".join(
        f"{row.key} {say(row.reason, language)} {steps(row.reason, row.key, language)}"
        for row in await house.stuck()
        for language in ("en", "de")
    )
    backup = house.folder / "copy.db"
    back_up(house.bridge.store.path, backup)
    files = [backup, *house.folder.glob("rxbridge.db*")]
    return found | {each.name: each.read_bytes().decode("latin-1") for each in files}


async def test_no_free_text_is_kept_or_told(tmp_path: Path, cage: Birdcage, canary: Canary):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await the_life_of_orders(house, cage.bird)
        places = await told(house, uids)
        assert places.keys() >= {"/", "/metrics", "copy.db", "rxbridge.db", "rxbridge.db-wal"}
        assert house.status(uids[0]) == "completed"
        assert len(await house.stuck()) > 2
        for where, text in places.items():
            canary.check(text, where)
        assert not canary.found
        assert cage.filled >= TEXTS - NOT_ASKED_FOR
