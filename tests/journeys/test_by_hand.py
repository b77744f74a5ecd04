"""What staff typed into PharmaOne by hand before the bridge was there is not entered twice."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Canary
from house import House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Phase
from bridge.core.reasons import Verb
from bridge.sandbox import Sandbox
from bridge.store import notes, orders, person

PATIENT = {"display_name": "Erika Kanarienvogel", "email": "canary@example.org"}
ADDRESS = {"first_name": "Erika", "last_name": "Kanarienvogel"}
ORDER = {
    "patient_data": PATIENT,
    "order": {"delivery_address": ADDRESS, "invoice_address": ADDRESS},
    "order_items": [
        {"uid": "oi-1", "amount": 1, "sku": {"uid": "sku-1001"}, "total_paid_amount": 2500}
    ],
}


def typed(sandbox: Sandbox, **changes: object) -> str:
    """Staff enter it in PharmaOne Manager; the order's id."""
    body = {
        "external_id": "",
        "customer_name": "Kanarienvogel, Erika",
        "items": [{"p1_id": "20401", "name": "Sorte", "qty": 1, "price": 26}],
        **changes,
    }
    return sandbox.world.pharmaone.upsert(body).id


def sent(house: House, *uids: str) -> list[int]:
    return [len(house.requests(uid)) for uid in uids]


@pytest.mark.parametrize("tells", [True, False])
async def test_an_order_that_staff_typed_in_before_go_live(
    tmp_path: Path, tells: bool, canary: Canary
):
    async with open_sandbox(rx_tells_created=tells) as sandbox:
        twin, other = sandbox.world.add_orders(2, [ORDER, {}], announce=False)
        order_id = typed(sandbox)
        async with open_house(sandbox, tmp_path) as house:
            (row,) = await house.stuck()
            assert (row.key, row.reason.code) == (f"order:{twin}", "twin_in_pharmaone")
            assert row.reason.facts == {"order": order_id}
            assert house.status(twin) == "waiting for pharmacy", "nobody claimed it"
            assert sent(house, twin, other) == [0, 1]
            await house.sweep()
            assert sent(house, twin, other) == [0, 1]
            await house.bridge.store.write(person.drop, row.key, "typed in", now())
            await house.sweep()
            assert await house.stuck() == []
            assert sent(house, twin, other) == [0, 1]
        for file in tmp_path.glob("rxbridge.db*"):
            canary.check(file.read_bytes().decode("latin-1"), file.name)


async def away(house: House) -> None:
    """The last sweep is an hour ago."""
    hour_ago = now() - timedelta(hours=1)
    await house.bridge.store.write(notes.put_time, notes.LAST_POLL_AT, hour_ago)


@pytest.mark.parametrize("announced", [True, False])
async def test_an_order_that_staff_typed_in_while_the_bridge_was_away(
    tmp_path: Path, announced: bool
):
    made_at = int(now().timestamp()) - 3000
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await away(house)
        order_id = typed(sandbox)
        async with open_house(sandbox, tmp_path, swept=False) as house:
            (uid,) = await house.orders_arrive({**ORDER, "created_at": made_at}, announce=announced)
            await house.sweep()
            assert [row.reason.facts for row in await house.stuck()] == [{"order": order_id}]
            assert sent(house, uid) == [0]


async def test_a_person_says_that_it_is_another_order(tmp_path: Path):
    async with open_sandbox() as sandbox:
        (uid,) = sandbox.world.add_orders(1, [ORDER], announce=False)
        typed(sandbox)
        async with open_house(sandbox, tmp_path) as house:
            (row,) = await house.stuck()
            assert row.reason.code.verbs == (Verb.RETRY, Verb.DROP)
            await house.bridge.store.write(person.retry, [row.key], now())
            await house.settle()
            assert await house.stuck() == []
            assert sent(house, uid) == [1]


async def test_one_that_staff_took_in_the_portal_and_typed_in(tmp_path: Path):
    async with open_sandbox() as sandbox:
        (uid,) = sandbox.world.add_orders(1, [{**ORDER, "status": "in-progress"}], announce=False)
        order_id = typed(sandbox)
        async with open_house(sandbox, tmp_path) as house:
            (row,) = await house.stuck()
            assert row.reason.facts == {"order": order_id}
            assert sent(house, uid) == [0]


async def test_the_orders_of_others_stop_nobody(tmp_path: Path):
    async with open_sandbox(rx_tells_created=True) as sandbox:
        (uid,) = sandbox.world.add_orders(1, [ORDER], announce=False)
        typed(sandbox, customer_name="Max Anders")
        typed(sandbox, external_id="shop-1")
        earlier = typed(sandbox, external_id="shop-2")
        told = (now() - timedelta(days=2)).isoformat()
        sandbox.world.p1_orders[earlier].data.update(external_id="", created_at=told)
        async with open_house(sandbox, tmp_path) as house:
            assert await house.stuck() == []
            assert sent(house, uid) == [1]


async def test_orders_made_before_take_from_are_left_alone(tmp_path: Path):
    begins = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
    before, after = int(begins.timestamp()) - 60, int(begins.timestamp()) + 60
    async with open_sandbox(rx_tells_created=True) as sandbox:
        old, moved, new = sandbox.world.add_orders(
            3,
            [
                {"created_at": before},
                {"created_at": before, "status": "in-progress"},
                {"created_at": after},
            ],
            announce=False,
        )
        async with open_house(sandbox, tmp_path, orders={"take_from": begins}) as house:
            assert await house.stuck() == []
            assert sent(house, old, moved, new) == [0, 0, 1]
            assert house.status(old) == "waiting for pharmacy"
            assert set(await house.bridge.store.read(orders.left_alone)) == {old, moved}
            calls = len(house.calls(old))
            await house.sweep()
            assert len(house.calls(old)) == calls, "nobody asks for it again"
            await house.change_at_rxscale(old, "pending review")
            assert (await house.record(old)).phase is Phase.DONE
            assert sent(house, old) == [0]


async def test_where_rxscale_does_not_tell_a_person_says_whether_it_is_taken(tmp_path: Path):
    async with open_sandbox() as sandbox:
        (uid,) = sandbox.world.add_orders(1, announce=False)
        begins = now() - timedelta(minutes=1)
        async with open_house(sandbox, tmp_path, orders={"take_from": begins}) as house:
            (row,) = await house.stuck()
            assert row.reason.code == "unknown_age"
            await house.bridge.store.write(person.retry, [row.key], now())
            (later,) = await house.orders_arrive()
            assert await house.stuck() == []
            assert sent(house, uid, later) == [1, 1]
