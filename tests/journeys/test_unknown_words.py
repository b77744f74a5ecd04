"""A status word that nobody has explained: it is not kept, and counts once it is explained."""

from pathlib import Path

import pytest
from house import House, open_house, open_sandbox

from bridge.core.model import order_key
from bridge.texts import say, steps

WORD = "Abholung Frau Kanarienvogel"
TOLD = "unknown (27 letters, 5f2b)"


async def nothing_kept(house: House, uid: str) -> None:
    for file in house.folder.glob("rxbridge.db*"):
        assert b"Kanarienvogel" not in file.read_bytes()
    assert "Kanarienvogel" not in str(await house.story(uid))


@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
async def test_it_is_told_by_its_length_and_freed_by_its_meaning(tmp_path: Path, vendor: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        if vendor == "rxscale":
            await house.change_at_rxscale(uid, WORD)
        else:
            await house.change(order_id, status=WORD)
        await house.sweep()
        (row,) = await house.stuck()
        assert row.reason.code == "unknown_status"
        assert TOLD in say(row.reason)
        command = {
            "rxscale": f"rxbridge call rxscale GET /pharmacy_orders/{uid}",
            "pharmaone": f"rxbridge call pharmaone GET /orders/{order_id}",
        }[vendor]
        assert command in steps(row.reason, row.key)[0]
        assert row.key == order_key(uid)
        await nothing_kept(house, uid)

        statuses = tmp_path / "mappings" / "statuses.toml"
        table = {"rxscale": "rxscale.current", "pharmaone": "pharmaone.orders"}[vendor]
        text = statuses.read_text().replace(
            f"[{table}.means]\n", f'[{table}.means]\n"{WORD}" = "cancelled"\n', 1
        )
        statuses.write_text(text)
        await house.bridge.reloader.look()
        await house.settle()
        assert "unknown_status" not in [row.reason.code for row in await house.stuck()]
