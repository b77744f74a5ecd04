"""What a person said or staff decided is taken up again, and nothing is doubled by it."""

import shutil
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Key, Phase, order_key
from bridge.sandbox.traffic import Fault
from bridge.store import orders, person

REFERENCES = ("same", "second", "conflict")


async def resume(house: House, uid: str) -> None:
    assert await house.bridge.store.write(person.resume, Key(f"order:{uid}"), now())
    await house.settle()


async def reject(house: House, uid: str) -> None:
    """Staff do, and an event tells of it."""
    (request,) = [each for each in house.requests(uid) if each.status == "pending"]
    house.world.reject(request.id)
    await house.bridge.store.write(orders.reject, uid, now())


def held(house: House, uid: str) -> dict[str, str]:
    """Each order-request of it, by its reference."""
    requests = house.world.order_requests.values()
    return {
        r.external_reference: r.status for r in requests if r.external_reference.startswith(uid)
    }


@pytest.mark.parametrize("mode", REFERENCES)
@pytest.mark.parametrize("named_in_list", [True, False])
async def test_what_staff_rejected_is_sent_again_and_followed(
    tmp_path: Path, mode: str, named_in_list: bool
):
    async with open_sandbox(reference_mode=mode, list_has_external_id=named_in_list) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = await house.orders_arrive()
            await reject(house, uid)
            await resume(house, uid)
            assert held(house, uid) == {uid: "rejected", f"{uid}-2": "pending"}
            order_id = house.world.approve(
                next(r.id for r in house.world.order_requests.values() if r.status == "pending")
            )
            await house.settle()
            await house.sweep()
            record = await house.record(uid)
            assert (record.phase, record.order_id) == (Phase.ADOPTED, order_id)
            assert house.world.p1_orders[order_id].external_id == f"{uid}-2"
        (tmp_path / "rxbridge.db").unlink()
        async with open_house(sandbox, tmp_path) as house:
            assert (await house.record(uid)).order_id == order_id, "also by a new store"
            assert await house.stuck() == []


async def test_where_a_repeated_reference_is_known_to_be_new_it_is_repeated(tmp_path: Path):
    shutil.copytree(MAPPINGS, tmp_path / "mappings")
    file = tmp_path / "mappings" / "facts.toml"
    fact = 'pharmaone.repeated_reference = "%s"'
    file.write_text(file.read_text().replace(fact % "unknown", fact % "second"))
    async with open_sandbox(reference_mode="second") as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = await house.orders_arrive()
            await reject(house, uid)
            await resume(house, uid)
            assert [each.status for each in house.requests(uid)] == ["rejected", "pending"]
            order_id = house.world.approve(house.requests(uid)[1].id)
            await house.settle()
            assert (await house.record(uid)).order_id == order_id


async def test_a_second_sending_whose_answer_was_lost_is_not_doubled(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await reject(house, uid)
        cut = Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")
        house.world.break_calls(cut)
        await resume(house, uid)
        assert held(house, uid) == {uid: "rejected", f"{uid}-2": "pending"}
        assert (await house.record(uid)).phase is Phase.SUBMITTED


async def test_what_was_dropped_goes_on_from_where_it_had_come(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        reviewed, made = await house.orders_arrive(count=2)
        order_id = await house.approve(made)
        for uid in (reviewed, made):
            await house.bridge.store.write(person.drop, order_key(uid), "a slip", now())
        await house.change(order_id, status="ready_pickup")
        assert house.status(made) == "in-progress", "it is left alone"
        for uid in (reviewed, made):
            await resume(house, uid)
            assert len(house.requests(uid)) == 1
        assert house.status(made) == "ready_for_pickup"
        await house.approve(reviewed)
        assert house.status(reviewed) == "in-progress"


async def test_a_dropped_order_that_was_never_sent_is_sent(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        refusal = Fault(vendor="pharmaone", route="POST /order-requests", status=422)
        house.world.break_calls(refusal)
        (uid,) = await house.orders_arrive()
        await house.bridge.store.write(person.drop, order_key(uid), "a slip", now())
        await resume(house, uid)
        assert len(house.requests(uid)) == 1
        assert (await house.record(uid)).phase is Phase.SUBMITTED


async def test_a_wrong_mark_is_taken_back(tmp_path: Path):
    """Somebody said that it is at PharmaOne, and it is not."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        refusal = Fault(vendor="pharmaone", route="POST /order-requests", status=422)
        house.world.break_calls(refusal)
        (uid,) = await house.orders_arrive()
        await house.bridge.store.write(person.mark_submitted, order_key(uid), now())
        await house.settle()
        assert house.requests(uid) == []
        await resume(house, uid)
        assert len(house.requests(uid)) == 1


async def test_what_is_left_alone_is_taken_up_by_a_person(tmp_path: Path):
    async with open_sandbox(rx_tells_created=True) as sandbox:
        (uid,) = sandbox.world.add_orders(1, [{"created_at": 1_700_000_000}], announce=False)
        async with open_house(sandbox, tmp_path, orders={"take_from": now()}) as house:
            assert house.requests(uid) == []
            await resume(house, uid)
            assert len(house.requests(uid)) == 1
