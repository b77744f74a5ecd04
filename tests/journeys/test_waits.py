"""What an order waits for beside people: the file of its prescription, a parcel's link."""

from pathlib import Path
from typing import Any

from house import House, open_house, open_sandbox

from bridge.store import attentions

NO_FILE = {"prescription_file": None}
FILE = {"prescription_file": {"filename": "p.pdf", "content_base64": "JVBERi0="}}
AT_ONCE: dict[str, Any] = {"orders": {"prescription_minutes": 0}}


async def told(house: House) -> list[str]:
    return [row.reason.code for row in await house.bridge.store.read(attentions.open_ones)]


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
