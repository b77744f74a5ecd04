"""Stock goes out: what RxScale offers, after everything that can happen to it."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.core.model import Key
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.store import journal, person, stock, views

HEADER = "pharmacy_sku_uid,p1_id,units_per_sku,safety_stock,share,note\n"


def link(folder: Path, *rows: str) -> None:
    """Writes skus.csv; the sandbox's SKUs that are not in it link by their external id."""
    if not (folder / "mappings").exists():
        shutil.copytree(MAPPINGS, folder / "mappings")
    (folder / "mappings" / "skus.csv").write_text(HEADER + "".join(f"{row}\n" for row in rows))


async def test_everything_is_offered_as_pharmaone_has_it_and_only_changes_cost_calls(tmp_path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        first = await house.sync()
        assert len(first.plan.writes) == 6
        assert [house.stock(f"psku-{1001 + n}") for n in range(6)] == [
            400 + 10 * n for n in range(6)
        ]
        assert house.stock("psku-1007") == 46  # not linked, not touched
        before = house.patches()
        assert (await house.sync()).plan.writes == ()
        assert house.patches() == before
        house.hand("20403", 7)
        await house.sync()
        assert (house.stock("psku-1003"), house.patches()) == (7, before + 1)


async def test_three_skus_from_one_pool_follow_each_other(tmp_path: Path):
    link(tmp_path, "psku-1001,20401,1,,,", "psku-1002,20401,5,10,,", "psku-1003,20401,10,,,")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        assert [house.stock(f"psku-100{n}") for n in (1, 2, 3)] == [400, 78, 40]
        line = {"order_items": [{"sku": {"uid": "sku-1003"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        await house.sync(fetch=False)
        assert [house.stock(f"psku-100{n}") for n in (1, 2, 3)] == [370, 72, 37]
        order_id = await house.approve(uid)
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, picked_up=True)
        assert house.status(uid) == "completed"
        assert house.world.inventory["20401"]["stockquantity"] == 370
        assert house.stock("psku-1003") == 34  # RxScale took three off by itself
        await house.sync()
        assert [house.stock(f"psku-100{n}") for n in (1, 2, 3)] == [370, 72, 37]
        assert (await house.bridge.store.read(stock.state)).drift == 0


async def test_a_split_pool_is_never_offered_twice(tmp_path: Path):
    link(tmp_path, "psku-1001,20401,1,,50 %,", "psku-1002,20401,5,,0.5,")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        assert (house.stock("psku-1001"), house.stock("psku-1002")) == (200, 40)


async def test_sizes_may_come_from_rxscale(tmp_path: Path):
    link(tmp_path, "psku-1002,20402,2,,,")
    stock = {"units_from": "standard_selling_unit"}
    async with (
        open_sandbox(grams=True) as sandbox,
        open_house(sandbox, tmp_path, stock=stock) as house,
    ):
        await house.sync()
        assert house.stock("psku-1001") == 80  # 400 g in 5 g
        assert house.stock("psku-1002") == 205  # skus.csv says 2
        line = {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        (request,) = house.requests(uid)
        assert [item["quantity"] for item in request.payload["items"]] == [15]


async def test_an_open_order_is_not_kept_back_where_that_is_switched_off(tmp_path: Path):
    stock = {"subtract_open_orders": False}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        await house.orders_arrive({"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]})
        await house.sync()
        assert house.stock("psku-1001") == 400


async def test_a_new_order_a_completion_and_a_warning_wake_the_rounds(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        woken: list[bool] = []
        house.bridge.stock.wake = lambda *, fetch: woken.append(fetch)  # type: ignore[method-assign]
        rewire(house)
        await house.orders_arrive({"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]})
        assert woken == [False]
        house.world.set_inventory([{"p1_id": 20402, "stockquantity": 0}])
        await house.settle()
        assert woken == [False, True]
        house.world.set_skus(changes=[{"uid": "psku-1001", "stock": 9}])
        await house.settle()
        assert woken == [False, True, False]


def rewire(house: House) -> None:
    """The worker was given the method itself."""
    parts = house.bridge.worker._parts
    object.__setattr__(parts, "stock_changed", lambda: house.bridge.stock.wake(fetch=False))


async def test_a_price_to_be_confirmed_is_told_until_it_is(tmp_path: Path):
    """A round that does not read the inventory, after an order say, does not forget it."""
    stock = {"sync_prices": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        await house.sync(confirm=True)
        house.world.set_inventory([{"p1_id": 20402, "price": 99}], announce=False)
        assert len((await house.sync()).plan.anomalies) == 1
        assert len((await house.sync(fetch=False)).plan.anomalies) == 1
        await house.sync(confirm=True)
        assert house.world.skus["psku-1002"]["price"] == 9900
        assert (await house.sync(fetch=False)).plan.anomalies == ()


async def test_an_empty_inventory_changes_nothing_until_a_second_look(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        before = house.patches()
        house.world.remove_inventory()
        odd = await house.sync()
        assert odd.pending is not None
        assert odd.pending.reason.code == "empty"
        await house.sync()
        assert house.patches() == before
        health = (await health_of(house))["stock"]
        assert health["status"] == "degraded"
        assert "empty" in health["reason"]
        house.later(31)
        await house.sync()
        assert {house.stock(f"psku-{1001 + n}") for n in range(6)} == {0}


async def health_of(house: House) -> dict:
    from bridge.app import vitals

    return (await vitals.health(house.bridge)).document()["checks"]


async def test_a_halved_inventory_is_confirmed_by_a_person(tmp_path: Path):
    stock = {"confirm_by": "person"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        await house.sync()
        for number in range(6):
            house.hand(str(20401 + number), 10)
        for _ in range(3):
            assert (await house.sync()).pending.reason.code == "halved"
            house.later(600)
        assert house.stock("psku-1001") == 400
        await house.sync(confirm=True)
        assert {house.stock(f"psku-{1001 + n}") for n in range(6)} == {10}


async def test_an_oddity_that_passes_leaves_no_trace(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        before, rows = house.patches(), [dict(row) for row in house.world.inventory.values()]
        house.world.remove_inventory(["20401", "20402"])
        assert (await house.sync()).pending.reason.code == "partial"
        keep = ("p1_id", "stockquantity", "price", "name")
        house.world.set_inventory([{key: row[key] for key in keep} for row in rows])
        house.later(60)
        assert (await house.sync()).pending is None
        assert house.patches() == before


async def test_a_missing_product_is_not_one_of_which_there_is_none(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        house.world.remove_inventory(["20404"])
        house.hand("20401", 300)
        assert (await house.sync()).pending is None
        assert (house.stock("psku-1001"), house.stock("psku-1004")) == (300, 430)
        house.later(31)
        await house.sync()
        assert house.stock("psku-1004") == 0


async def test_a_hidden_sku_is_told_once_and_left_until_it_appears(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        house.world.set_skus(changes=[{"uid": "psku-1002", "hidden": True}])
        house.hand("20402", 5)
        await house.sync()
        calls = len(house.world.calls("PATCH /pharmacy_skus/{uid}", uid="psku-1002"))
        await house.sync()
        assert len(house.world.calls("PATCH /pharmacy_skus/{uid}", uid="psku-1002")) == calls
        assert (await house.bridge.store.read(stock.state)).hidden == 1
        assert (await house.stuck()) == []
        house.world.set_skus(changes=[{"uid": "psku-1002", "hidden": False}])
        await house.bridge.catalogue.read()
        await house.sync()
        assert house.stock("psku-1002") == 5
        assert (await house.bridge.store.read(stock.state)).hidden == 0


@pytest.mark.parametrize("ahead", [-7200.0, 0.0, 7200.0])
async def test_what_others_change_at_rxscale_is_put_right_and_counted(tmp_path: Path, ahead):
    async with (
        open_sandbox(rx_clock_ahead_seconds=ahead) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        await house.sync()
        await long_ago(house)
        house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 999}])
        await house.settle()
        assert (await house.bridge.store.read(stock.state)).drift == 1
        await house.sync(fetch=False)
        assert house.stock("psku-1002") == 410
        state = await house.bridge.store.read(stock.state)
        assert state.drift == 0
        facts = await house.bridge.store.read(views.facts, house.bridge.started_at)
        assert facts.counters["stock_drift"] == 1
        story = await house.bridge.store.read(journal.of, "sku:psku-1002")
        assert [entry.what for entry in story] == ["written", "drifted", "written"]


async def long_ago(house: House) -> None:
    """Our own writes were so long ago that nobody's news can be their echo."""
    hour = 3600 * 10**6
    statement = "UPDATE stock SET ours_at = ours_at - ?, rx_seen_at = rx_seen_at - ?"
    await house.bridge.store.write(lambda c: c.execute(statement, (hour, hour)))


async def test_what_others_change_is_only_told_where_that_is_wanted(tmp_path: Path):
    stock = {"on_drift": "report"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        await house.sync()
        await long_ago(house)
        house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 999}])
        await house.settle()
        await house.sync()
        assert house.stock("psku-1002") == 999
        assert (await health_of(house))["stock"]["drift"] == 1
        house.hand("20402", 400)
        await house.sync()
        assert house.stock("psku-1002") == 400
        assert (await health_of(house))["stock"]["drift"] == 0


async def test_a_change_that_no_webhook_told_is_found_in_the_list(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        await long_ago(house)
        house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 999}], announce=False)
        await house.bridge.catalogue.read()
        assert (await house.bridge.store.read(stock.state)).drift == 1
        await house.sync(fetch=False)
        assert house.stock("psku-1002") == 410


@pytest.mark.parametrize("ahead", [-7200.0, 0.0, 7200.0])
async def test_our_own_writes_come_back_as_echoes(tmp_path: Path, ahead: float):
    async with (
        open_sandbox(rx_clock_ahead_seconds=ahead) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        await house.sync()
        state = await house.bridge.store.read(stock.state)
        assert (state.drift, state.waiting) == (0, 0)
        facts = await house.bridge.store.read(views.facts, house.bridge.started_at)
        assert facts.counters.get("stock_drift", 0) == 0
        assert (await house.sync(fetch=False)).plan.writes == ()


async def test_a_completion_whose_webhook_is_lost_is_no_drift(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        house.world.spoil_webhooks(Chaos(lose=1.0), ("rxscale",))
        (uid,) = await house.orders_arrive(
            {"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 3}]}
        )
        await house.sweep()
        await house.sync(fetch=False)
        assert house.stock("psku-1001") == 397
        order_id = await house.approve(uid)
        await house.change(order_id, picked_up=True)
        assert house.status(uid) == "completed"
        assert house.stock("psku-1001") == 394
        await house.sync()
        assert house.stock("psku-1001") == 397
        assert (await house.bridge.store.read(stock.state)).drift == 0


async def test_prices_go_out_where_asked_and_an_odd_one_waits_for_a_person(tmp_path: Path):
    link(tmp_path, "psku-1001,20401,5,,,", "psku-1002,20402,10,,,")
    stock = {"sync_prices": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        house.world.set_inventory([{"p1_id": "20402", "price": 8.05}])
        first = await house.sync()
        assert house.world.skus["psku-1001"]["price"] == 3750
        assert house.world.skus["psku-1002"]["price"] == 8050
        # the other SKUs' prices are of packs, and a unit's price is far from them
        assert {each.reason.code for each in first.plan.anomalies} == {"price"}
        assert house.world.skus["psku-1003"]["price"] == 4000
        assert house.stock("psku-1003") == 420
        await house.sync(confirm=True)
        assert house.world.skus["psku-1003"]["price"] == 800


async def test_pharmaone_down_past_the_limit_takes_everything_off_sale_and_back(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        down = Fault(vendor="pharmaone", route="GET /inventory", status=500, times=1000)
        house.world.break_calls(down)
        failed = await house.sync()
        assert failed.failure is not None
        assert house.stock("psku-1001") == 400
        house.bridge.vendors.pharmaone_transport._breaker.succeeded()
        house.later(3601)
        await house.sync()
        assert {house.stock(f"psku-{1001 + n}") for n in range(6)} == {0}
        checks = await health_of(house)
        assert "unknown for too long" in checks["stock"]["reason"]
        house.world.faults.clear()
        house.bridge.vendors.pharmaone_transport._breaker.succeeded()
        await house.sync()
        assert house.stock("psku-1001") == 400
        assert (await health_of(house))["stock"]["status"] == "ok"


async def test_nothing_rises_before_every_open_order_was_looked_at(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, swept=False) as house:
        house.world.add_orders(
            1, [{"order_items": [{"sku": {"uid": "sku-1001"}, "amount": 300}]}], announce=False
        )
        await house.sync()
        assert house.stock("psku-1001") == 40
        await house.sweep()
        await house.sync(fetch=False)
        assert house.stock("psku-1001") == 100


async def test_a_sku_that_rxscale_refuses_waits_for_a_person(tmp_path: Path):
    from bridge.sandbox.traffic import Fault

    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        house.world.break_calls(
            Fault(
                vendor="rxscale", route="PATCH /pharmacy_skus/{uid}", status=400, body={"error": {}}
            )
        )
        house.hand("20401", 3)
        await house.sync()
        (row,) = await house.stuck()
        assert (row.key, row.reason.code) == ("sku:psku-1001", "sku_refused")
        await house.sync()
        assert house.stock("psku-1001") == 400
        assert await house.bridge.store.write(person.retry, [row.key], house.bridge.started_at) == [
            row.key
        ]
        assert await house.bridge.store.write(stock.begin_asked) == "sync"
        await house.sync(fetch=False)
        assert house.stock("psku-1001") == 3


async def test_a_dropped_sku_is_left_alone_until_asked_for(tmp_path: Path):
    from bridge.sandbox.traffic import Fault

    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        house.world.break_calls(
            Fault(
                vendor="rxscale", route="PATCH /pharmacy_skus/{uid}", status=400, body={"error": {}}
            )
        )
        house.hand("20401", 3)
        await house.sync()
        key, now = Key("sku:psku-1001"), house.bridge.started_at
        assert await house.bridge.store.write(person.drop, key, "seen to by hand", now)
        house.hand("20401", 2)
        await house.sync()
        assert house.stock("psku-1001") == 400
        assert await house.bridge.store.write(person.retry, [key], now) == [key]
        assert await house.bridge.store.write(person.retry, [key], now) == []
        await house.sync()
        assert house.stock("psku-1001") == 2


async def test_nobodys_data_in_the_store(tmp_path: Path):
    """Of stock only ids and numbers are kept."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive(count=3)
        await house.sync()
        dumped = await house.bridge.store.read(
            lambda c: json.dumps(
                [
                    c.execute(f"SELECT * FROM {t}").fetchall()  # noqa: S608
                    for t in ("stock", "order_lines", "products")
                ]
            )
        )
        for order in house.world.orders.values():
            person = order.data["patient_data"]["display_name"]
            assert person not in dumped


async def test_stale_is_counted_from_the_last_believed_inventory_across_a_restart(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
        async with open_house(sandbox, tmp_path) as house:
            hours = timedelta(hours=2) // timedelta(microseconds=1)
            earlier = "CAST(CAST(value AS BIGINT) - ? AS TEXT)"
            move = f"UPDATE meta SET value = {earlier} WHERE name = 'inventory_read_at'"  # noqa: S608
            await house.bridge.store.write(lambda c: c.execute(move, (hours,)))
            await house.sync(fetch=False)
            assert house.stock("psku-1001") == 0


@pytest.mark.parametrize("route", ["sku", "stock"])
async def test_by_either_route(tmp_path: Path, route: str):
    rxscale = {"stock_via": route}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, rxscale=rxscale) as house:
        await house.sync()
        assert house.stock("psku-1001") == 400
        used = "PATCH /pharmacy_skus/{uid}" + ("/stock" if route == "stock" else "")
        assert len(house.world.calls(used)) == 6


async def test_a_fresh_store_that_cannot_read_the_inventory_counts_too(tmp_path: Path):
    """From the first that failed, and restarts do not begin anew."""
    async with open_sandbox() as sandbox:
        down = Fault(vendor="pharmaone", route="GET /inventory", status=500, times=1000)
        sandbox.world.break_calls(down)
        before = {uid: sku["stock"] for uid, sku in sandbox.world.skus.items()}
        for hours in (0, 0.9):
            async with open_house(sandbox, tmp_path) as house:
                house.later(hours * 3600)
                await house.sync()
                assert {uid: sku["stock"] for uid, sku in house.world.skus.items()} == before
        async with open_house(sandbox, tmp_path) as house:
            house.later(3700)
            await house.sync()
            assert {house.stock(f"psku-{1001 + n}") for n in range(6)} == {0}
            assert house.stock("psku-1007") == before["psku-1007"]  # not linked
            assert "unknown for too long" in (await health_of(house))["stock"]["reason"]
            house.world.faults.clear()
            house.bridge.vendors.pharmaone_transport._breaker.succeeded()
            await house.sync()
            assert house.stock("psku-1001") == 400


# -- the first write ------------------------------------------------------------------------


async def test_a_first_start_only_lowers_numbers_until_somebody_confirms(tmp_path: Path):
    stock = {"write": None}
    async with open_sandbox() as sandbox:
        sandbox.world.skus["psku-1001"]["stock"] = 999
        before = {uid: sku["stock"] for uid, sku in sandbox.world.skus.items()}
        for _ in range(2):  # a restart confirms nothing, and neither do numbers that fell
            async with open_house(sandbox, tmp_path, stock=stock) as house:
                await house.sync()
                await house.sync()
                assert house.stock("psku-1001") == 400
                assert house.stock("psku-1006") == before["psku-1006"] < 450
                check = (await health_of(house))["stock"]
                assert check["status"] == "degraded"
                assert check["reason"].startswith("5 SKUs would rise, and nobody has confirmed")
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            await house.sync(confirm=True)
            assert house.stock("psku-1006") == 450
            assert (await health_of(house))["stock"]["status"] == "ok"
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            house.hand("20406", 600)
            await house.sync()
            assert house.stock("psku-1006") == 600


async def test_a_store_that_wrote_numbers_before_it_was_asked_for_counts_as_confirmed(tmp_path):
    stock = {"write": None}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            forget = "DELETE FROM meta WHERE name = 'stock_first_write'"
            await house.bridge.store.write(lambda c: c.execute(forget))
        async with open_house(sandbox, tmp_path, stock=stock) as house:
            house.hand("20406", 600)
            await house.sync()
            assert house.stock("psku-1006") == 600
        for path in tmp_path.glob("rxbridge.db*"):
            path.unlink()
        async with open_house(sandbox, tmp_path, stock=stock) as house:  # a lost one asks again
            house.hand("20406", 700)
            await house.sync()
            assert house.stock("psku-1006") == 600


# -- SKUs that lose their link --------------------------------------------------------------


async def unlink(house: House, *rows: str) -> None:
    """What is left of skus.csv is taken up."""
    link(house.folder, *rows)
    await house.bridge.reloader.look()


async def test_a_sku_that_loses_its_link_goes_to_0_once(tmp_path: Path):
    link(tmp_path, "psku-1007,20401,1,,,", "psku-1002,20402,5,,,")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        assert house.stock("psku-1007") == 400
        await unlink(house, "psku-1002,20402,5,,,")
        await house.sync()
        assert house.stock("psku-1007") == 0
        story = await house.bridge.store.read(journal.of, Key("sku:psku-1007"))
        assert story[-1].facts["stock"] == 0
        house.world.set_skus(changes=[{"uid": "psku-1007", "stock": 5}])
        await house.settle()
        assert (await house.sync()).plan.writes == ()
        assert house.stock("psku-1007") == 5  # somebody's own number


async def test_so_does_one_that_never_needed_a_write(tmp_path: Path):
    """RxScale had the right number already; and a restart forgets what was linked before."""
    link(tmp_path, "psku-1007,20401,1,,,")
    async with open_sandbox() as sandbox:
        sandbox.world.skus["psku-1007"]["stock"] = 400
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            assert house.patches("psku-1007") == 0
        link(tmp_path)
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            assert (house.stock("psku-1007"), house.patches("psku-1007")) == (0, 1)
            await house.sync()
            assert house.patches("psku-1007") == 1


async def test_or_keeps_its_number_by_choice(tmp_path: Path):
    link(tmp_path, "psku-1007,20401,1,,,")
    stock = {"on_unlink": "leave"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        await house.sync()
        await unlink(house)
        await house.sync()
        assert house.stock("psku-1007") == 400


async def test_a_table_saved_empty_takes_nothing_off_sale_at_once(tmp_path: Path):
    link(tmp_path, *(f"psku-100{n},2040{n},1,,," for n in range(1, 7)))
    async with open_sandbox() as sandbox:
        for n in range(1, 7):
            sandbox.world.skus[f"psku-100{n}"]["external_id"] = None
        async with open_house(sandbox, tmp_path) as house:
            await house.sync()
            await unlink(house)
            result = await house.sync()
            assert result.pending is not None
            assert house.stock("psku-1001") == 400
            house.later(31)
            await house.sync()
            assert [house.stock(f"psku-100{n}") for n in range(1, 7)] == [0] * 6
            assert (await house.sync()).plan.writes == ()
