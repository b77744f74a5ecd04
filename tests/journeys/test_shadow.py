"""Shadow mode: everything is read and decided, nothing is written, and people do it all by hand."""

from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from conftest import Canary
from house import House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Phase
from bridge.core.shadow import Figure, Report, What, report
from bridge.errors import Misconfigured
from bridge.sandbox.world import World
from bridge.store import notes, shadow, views

ADDRESS = {"first_name": "Erika", "last_name": "Kanarienvogel"}
ITEM = {"uid": "oi-1", "amount": 1, "sku": {"uid": "sku-1001"}, "total_paid_amount": 2500}
ORDER = {
    "patient_data": {"display_name": "Erika Kanarienvogel", "email": "canary@example.org"},
    "order": {"delivery_address": ADDRESS, "invoice_address": ADDRESS},
    "order_items": [ITEM],
}


@pytest.fixture(autouse=True)
def _looked_for_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look reads PharmaOne's list anew, instead of one a minute."""
    monkeypatch.setattr("bridge.core.shadow.RECENT", timedelta())


def typed(world: World, name: str = "Kanarienvogel, Erika", **changes: object) -> str:
    """Staff enter an order in PharmaOne Manager; its id."""
    item = {"p1_id": "20401", "name": "Sorte", "qty": 1, "price": 25}
    body = {"external_id": "", "customer_name": name, "items": [item], **changes}
    return world.pharmaone.upsert(body).id


def writes(world: World) -> list[str]:
    """Every call that both vendors got and that is no question; a token is none."""
    return [
        call.route
        for call in world.calls()
        if not call.route.startswith("GET ") and not call.route.endswith("/auth/token")
    ]


async def told(house: House) -> Report:
    found = await house.bridge.store.read(shadow.everything)
    rows = await house.bridge.store.read(views.newest, limit=1000)
    return report(found, {f"order:{row.record.uid}": row.record for row in rows}, now())


async def test_an_order_that_people_do_by_hand_as_the_bridge_would(tmp_path: Path, canary: Canary):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        (uid,) = await house.orders_arrive(ORDER)
        assert house.status(uid) == "waiting for pharmacy", "nobody claimed it"
        first = await told(house)
        assert (first.seen, first.would_send) == (1, 1)
        assert first.figures[What.ORDER] == Figure(0, 0, open=1)
        await house.change_at_rxscale(uid, "pending review")
        order_id = typed(house.world)
        await house.change_at_rxscale(uid, "in-progress")
        assert (await house.record(uid)).order_id == order_id
        await house.change_at_rxscale(uid, "ready_for_pickup")
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, status="shipped", shipped=True)
        assert house.status(uid) == "ready_for_pickup"
        await house.change_at_rxscale(uid, "completed")
        await house.sweep()
        assert (await house.record(uid)).phase is Phase.DONE
        last = await told(house)
        assert last.figures[What.ORDER] == Figure(1, 1)
        assert last.figures[What.STATUS] == Figure(4, 4)
        assert last.differing == ()
        assert await house.stuck() == []
        assert writes(house.world) == []
        story = [entry.what for entry in (await house.story(uid)).entries]
        assert story.count("would") == 3, (
            "claim, send, complete: people were faster with the others"
        )
    for file in tmp_path.glob("rxbridge*"):
        if file.is_file():
            canary.check(file.read_bytes().decode("latin-1"), file.name)


async def test_people_who_are_slower_and_type_something_else(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        (uid,) = await house.orders_arrive(ORDER)
        lines = [{"p1_id": "20401", "name": "Sorte", "qty": 2, "price": 12}]
        order_id = typed(house.world, items=lines)
        await house.change_at_rxscale(uid, "pending review")
        await house.change(order_id, status="ready_pickup")
        story = (await house.story(uid)).entries
        steps = [entry.facts["step"] for entry in story if entry.what == "would"]
        assert [step.facts.get("status") for step in steps] == [
            "pending review",
            None,
            "in-progress",
            "ready_for_pickup",
        ]
        await house.change_at_rxscale(uid, "cancelled")
        await house.change(order_id, status="cancelled")
        found = await told(house)
        assert found.figures[What.ORDER] == Figure(1, 0)
        assert found.figures[What.STATUS] == Figure(3, 3), "what came of the rest nobody knows"
        ((note, why),) = found.differing
        assert note.found == order_id
        assert [(why.code, why.facts), *((each.code, each.facts) for each in why.also)] == [
            ("goods_differ", {"product": "20401", "ours": "1", "theirs": "2"}),
            ("total_differs", {"ours": "25.00", "theirs": "24.00"}),
        ]
        assert await house.stuck() == []
        assert writes(house.world) == []


async def test_an_order_that_nobody_types(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        (uid,) = await house.orders_arrive(ORDER)
        await house.change_at_rxscale(uid, "cancelled")
        assert (await house.record(uid)).phase is Phase.DONE
        found = await told(house)
        assert [why.code for _, why in found.differing] == ["not_typed"]
        assert await house.stuck() == []


async def test_what_people_had_in_hand_before_is_left_to_them(tmp_path: Path):
    async with open_sandbox() as sandbox:
        (uid,) = sandbox.world.add_orders(1, [{**ORDER, "status": "in-progress"}], announce=False)
        typed(sandbox.world)
        async with open_house(sandbox, tmp_path, mode="shadow") as house:
            assert (await house.record(uid)).is_left_alone
            await house.change_at_rxscale(uid, "ready_for_pickup")
            assert await house.stuck() == []
            assert (await told(house)).would_send == 0
            assert (await told(house)).figures[What.STATUS] == Figure()


async def test_people_who_were_faster_than_the_first_look(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        (uid,) = house.world.add_orders(1, [{**ORDER, "status": "pending review"}], announce=False)
        order_id = typed(house.world)
        await house.sweep()
        assert (await house.record(uid)).order_id == order_id
        assert (await told(house)).figures[What.ORDER] == Figure(1, 1)
        assert await house.stuck() == []


async def test_what_would_be_stuck_is_told(tmp_path: Path):
    line = {**ITEM, "sku": {"uid": "sku-unknown"}}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        (uid,) = await house.orders_arrive({**ORDER, "order_items": [line]})
        assert [row.key for row in await house.stuck()] == [f"order:{uid}"]
        await house.change_at_rxscale(uid, "pending review")
        assert [row.key for row in await house.stuck()] == [f"order:{uid}"]
        assert (await told(house)).would_send == 0


async def test_two_orders_of_one_patient_are_two(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        uids = await house.orders_arrive(ORDER, ORDER, count=2)
        ids = {typed(house.world), typed(house.world)}
        for uid in uids:
            await house.change_at_rxscale(uid, "pending review")
        assert {(await house.record(uid)).order_id for uid in uids} == ids
        assert (await told(house)).figures[What.ORDER] == Figure(2, 2)


async def test_numbers_that_people_write(tmp_path: Path):
    async with open_sandbox() as sandbox:
        sku, product = "psku-1001", "20401"
        sandbox.world.set_skus(changes=[{"uid": sku, "stock": 3}])
        async with open_house(sandbox, tmp_path, mode="shadow") as house:
            house.hand(product, 7)
            await house.sync()
            key = f"sku:{sku}"
            mine = [n for n in await house.bridge.store.read(shadow.everything) if n.key == key]
            assert {(n.wanted, n.found) for n in mine} == {("7", "3")}
            assert house.stock(sku) == 3
            house.world.set_skus(changes=[{"uid": sku, "stock": 7}])
            await house.settle()
            await house.bridge.stock.reread()
            await house.sync()
            found = await told(house)
            about = [(why.code, why.facts) for note, why in found.differing if note.key == key]
            assert about == [("stock_is", {"ours": "7", "theirs": "3"})], "3 stood there, then 7"
            now_ = [n for n in await house.bridge.store.read(shadow.of, key) if not n.word]
            assert [(n.wanted, n.found, n.why) for n in now_] == [("7", "7", "")]
            assert writes(house.world) == []


async def test_nothing_passes_whoever_sends_it(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        (uid,) = await house.orders_arrive(ORDER)
        rxscale, pharmaone = house.bridge.vendors.rxscale, house.bridge.vendors.pharmaone
        for write in (
            rxscale.set_status(uid, "pending review"),
            rxscale.complete(uid),
            rxscale.set_sku("psku-1001", stock=1),
            rxscale.subscribe("https://example.org", "pharmacy_order_created"),
            rxscale.unsubscribe("sub-1"),
            pharmaone.set_order_status("ORD_1", {"status": "cancelled"}),
            pharmaone.adjust("20401", 1, "x"),
        ):
            with pytest.raises(Misconfigured, match="shadow: nothing is written"):
                await write
        assert writes(house.world) == []


@pytest.mark.parametrize(
    ("language", "title", "row"),
    [
        ("en", "Shadow: nothing is written", "Orders typed"),
        ("de", "Schattenmodus: nichts wird geschrieben", "Eingegebene Bestellungen"),
    ],
)
async def test_the_page_and_health_say_so(tmp_path: Path, language: str, title: str, row: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, mode="shadow") as house:
        await house.orders_arrive(ORDER)
        typed(house.world, items=[{"p1_id": "20401", "name": "Sorte", "qty": 2, "price": 25}])
        await house.change_at_rxscale("po-0000001", "pending review")
        async with aiohttp.ClientSession(house.running.url) as http:
            async with http.get(f"/?lang={language}") as answer:
                page = await answer.text()
            async with http.get("/health") as answer:
                assert (await answer.json())["mode"] == "shadow"
            async with http.get("/metrics") as answer:
                assert "rxbridge_shadow 1.0" in await answer.text()
        assert title in page
        assert row in page
        assert "order:po-0000001: " in page


# -- from shadow to live -------------------------------------------------------------------------


async def test_going_live_sends_what_is_new_and_nothing_that_people_typed(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, mode="shadow") as house:
            taken, typed_in, new = await house.orders_arrive(
                ORDER, _of("Zweig"), _of("Drossel"), count=3
            )
            typed(house.world)
            await house.change_at_rxscale(taken, "pending review")
            order_id = typed(house.world, "Zweig")  # and RxScale's status is not set yet
        async with open_house(sandbox, tmp_path, swept=False) as house:
            assert "shadow" not in str(house.bridge.store.place)
            await house.sweep()
            assert [len(house.requests(uid)) for uid in (taken, typed_in, new)] == [0, 0, 1]
            assert (await house.record(taken)).is_left_alone, "and nobody is asked"
            ((key, facts),) = [(row.key, row.reason.facts) for row in await house.stuck()]
            assert (key, facts) == (f"order:{typed_in}", {"order": order_id})
            assert house.status(taken) == "pending review"
            await house.change_at_rxscale(taken, "in-progress")
            assert (await house.record(taken)).is_left_alone


async def test_a_webhook_right_at_go_live_is_compared_as_well(tmp_path: Path):
    """Nobody has swept yet, and the order is so young that it would not be compared else."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, mode="shadow"):
            pass
        typed(sandbox.world)
        async with open_house(sandbox, tmp_path, swept=False) as house:
            (uid,) = await house.orders_arrive(ORDER)
            assert house.requests(uid) == []
            assert [row.reason.code for row in await house.stuck()] == ["twin_in_pharmaone"]


async def test_live_shadow_and_live_again(tmp_path: Path):
    """What the live store did stays known; what came meanwhile is people's."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            (sent,) = await house.orders_arrive(ORDER)
            assert len(house.requests(sent)) == 1
        async with open_house(sandbox, tmp_path, mode="shadow") as house:
            (meanwhile,) = await house.orders_arrive(_of("Amsel"))
            await house.approve(sent)
            await house.change_at_rxscale(meanwhile, "pending review")
            before = len(writes(house.world))
        async with open_house(sandbox, tmp_path) as house:
            assert len(house.requests(sent)) == 1
            assert house.requests(meanwhile) == []
            assert house.status(sent) == "in-progress", "it is followed again"
            assert await house.stuck() == []
            assert len(writes(house.world)) > before
        async with open_house(sandbox, tmp_path) as house:
            until = await house.bridge.store.read(notes.get_time, shadow.BY_HAND_UNTIL)
            assert until is not None
            assert until < house.bridge.started_at, "the second start changes nothing"


def _of(name: str) -> dict[str, object]:
    address = {"first_name": "Kim", "last_name": name}
    people = {"delivery_address": address, "invoice_address": address}
    return {**ORDER, "patient_data": {"display_name": f"Kim {name}"}, "order": people}
