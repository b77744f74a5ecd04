"""What an order waits for beside people: the file of its prescription, a parcel's link."""

from pathlib import Path
from typing import Any

import pytest
from house import House, open_house, open_sandbox

from bridge.core.model import Phase
from bridge.sandbox.webhooks import Chaos
from bridge.store import waiting

NO_FILE = {"prescription_file": None}
FILE = {"prescription_file": {"filename": "p.pdf", "content_base64": "JVBERi0="}}
LINK = "https://track.example/1"
AT_ONCE: dict[str, Any] = {"orders": {"prescription_minutes": 0}}


def patient(seconds: float) -> dict[str, Any]:
    return {"orders": {"tracking_minutes": seconds / 60}}


async def told(house: House) -> list[str]:
    return [row.reason.code for row in await house.bridge.store.read(waiting.open_attentions)]


async def test_an_order_is_not_sent_before_its_prescription_is_there(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NO_FILE)
        assert (house.status(uid), house.requests(uid)) == ("waiting for pharmacy", [])
        assert (await told(house), await house.stuck()) == ([], [])
        house.world.edit_order(uid, FILE)
        await house.settle()
        (request,) = house.requests(uid)
        assert request.payload["prescription_pdf_base64"] == "JVBERi0="
        assert "NOT SENT" not in request.payload["note"]


async def test_a_person_is_told_and_the_file_may_still_come(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **AT_ONCE) as house:
        (uid,) = await house.orders_arrive(NO_FILE)
        assert (house.status(uid), house.requests(uid)) == ("waiting for pharmacy", [])
        assert (await told(house), await house.stuck()) == (["prescription_missing"], [])
        house.world.edit_order(uid, FILE)
        await house.settle()
        assert len(house.requests(uid)) == 1
        assert await told(house) == []


async def test_it_goes_without_only_where_the_file_says_so(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **AT_ONCE) as house:
        path = tmp_path / "mappings" / "orders.toml"
        text = path.read_text("utf-8")
        ask, send = 'without_prescription = "ask"', 'without_prescription = "send"'
        path.write_text(text.replace(ask, send), "utf-8")
        await house.bridge.reloader.look()
        (uid,) = await house.orders_arrive(NO_FILE)
        (request,) = house.requests(uid)
        assert "!! NOT SENT, see RxScale: prescription" in request.payload["note"]
        assert "prescription_pdf_base64" not in request.payload


async def shipped(house: House) -> tuple[str, str]:
    """An order whose parcel is on its way, and no page of it."""
    (uid,) = await house.orders_arrive()
    order_id = await house.approve(uid)
    await house.change(order_id, shipped=True)
    return uid, order_id


async def test_completing_waits_for_the_parcels_page(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **patient(600)) as house:
        uid, order_id = await shipped(house)
        assert house.status(uid) == "ready_for_pickup"
        await house.change(order_id, tracking_url=LINK, carrier="DHL")
        assert house.status(uid) == "completed"
        assert house.world.orders[uid].tracking == {"tracking_link": LINK, "carrier": "DHL"}
        assert await told(house) == []


async def test_it_waits_no_longer_than_it_should(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **patient(0.5)) as house:
        uid, _ = await shipped(house)
        assert (house.status(uid), house.world.orders[uid].tracking) == ("completed", None)


@pytest.mark.parametrize("lost", [False, True], ids=["told", "swept"])
async def test_a_page_that_comes_after_completion_reaches_a_person(tmp_path: Path, lost: bool):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, order_id = await shipped(house)
        assert (house.status(uid), await told(house)) == ("completed", [])
        if lost:
            house.world.spoil_webhooks(Chaos(lose=1))
        await house.change(order_id, tracking_url=LINK, carrier="DHL")
        await house.sweep()
        assert await told(house) == ["tracking_after_completion"]
        assert (house.world.orders[uid].tracking, await house.stuck()) == (None, [])
        assert (await house.record(uid)).phase is Phase.DONE


async def test_an_order_that_was_fetched_waits_for_no_parcel(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **patient(600)) as house:
        (uid,) = await house.orders_arrive()
        await house.change(await house.approve(uid), picked_up=True)
        assert house.status(uid) == "completed"
