"""The rounds of stock by themselves: when they come, and what wakes them."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from house import House, open_house, open_sandbox

from bridge.app.run import _drain, _listens_on, _look_at_files, _timers
from bridge.core.stock.model import shelf
from bridge.cycles.timer import every
from bridge.cycles.watch import Watch
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.store import rxscale_lists, stock

PATIENCE_SECONDS = 20


@asynccontextmanager
async def rounds(house: House) -> AsyncIterator[None]:
    watch = Watch(house.bridge.store, house.bridge.stock.look_for_asked)
    running = [
        asyncio.create_task(house.bridge.stock.run()),
        asyncio.create_task(every(lambda: 0.05, "watching the store", watch.look)),
    ]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await house.bridge.pusher.idle()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not true():  # noqa: ASYNC110 - the vendors tell nobody
            await asyncio.sleep(0.01)


def inventories(house: House) -> int:
    return len(house.world.calls("GET /inventory"))


async def test_a_warning_of_pharmaones_is_answered_at_once(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house, rounds(house):
        await until(lambda: house.stock("psku-1006") == 450)
        house.world.set_inventory([{"p1_id": 20406, "stockquantity": 0}])
        await until(lambda: house.stock("psku-1006") == 0)
        assert inventories(house) == 2


async def test_a_new_order_lowers_what_is_offered_without_asking_pharmaone(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house, rounds(house):
        await until(lambda: house.stock("psku-1006") == 450)
        await house.orders_arrive({"order_items": [{"sku": {"uid": "sku-1006"}, "amount": 7}]})
        await until(lambda: house.stock("psku-1006") == 443)
        assert inventories(house) == 1


async def test_a_changed_mapping_file_is_answered_at_once(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house, rounds(house):
        await until(lambda: house.stock("psku-1006") == 450)
        with (tmp_path / "mappings" / "skus.csv").open("a") as file:
            file.write("psku-1006,20406,10,,,\n")
        await house.bridge.reloader.look()
        await until(lambda: house.stock("psku-1006") == 45)


async def test_a_mapping_file_is_not_taken_up_while_it_is_written(tmp_path: Path):
    """Cut off within a line, it may be a good file that offers ten times of what is there."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        csv = tmp_path / "mappings" / "skus.csv"
        before = csv.read_text()
        for written, stands, offered in (
            ("psku-1006,20406,100", 2, 4),
            ("psku-1006,20406,10", 1, 4),
            ("psku-1006,20406,100,,,one hundred grams\n", 1, 4),
            ("psku-1006,20406,50,,,\n", 1, 4),
            ("psku-1006,20406,50,,,\n", 1, 9),
        ):
            if not csv.read_text().endswith(written):
                csv.write_text(before + written)
            for _ in range(stands):
                await _look_at_files(house.bridge)
            await house.sync()
            assert house.stock("psku-1006") == offered


async def test_a_mistake_while_it_is_looked_for_leaves_no_command_unheard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        store, failures = house.bridge.store, [sqlite3.OperationalError("locking protocol")]
        real = store.read

        async def read(question: object, *given: Any, **named: Any) -> Any:
            if question is stock.is_asked and failures:
                raise failures.pop()
            return await real(question, *given, **named)

        monkeypatch.setattr(store, "read", read)
        async with rounds(house):
            await until(lambda: inventories(house) == 1)
            await store.write(stock.ask_for_round, confirm=False)
            await until(lambda: inventories(house) == 2)


async def test_by_the_clock(tmp_path: Path):
    chosen = {"sync_seconds": 0.3}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)
            house.hand("20406", 9)
            await until(lambda: house.stock("psku-1006") == 9)


async def test_by_the_clock_though_it_was_two_hours_ahead_for_a_while(tmp_path: Path):
    chosen = {"sync_seconds": 0.3}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        house.later(7200)
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)
            house.later(-7200)
            house.hand("20406", 9)
            await until(lambda: house.stock("psku-1006") == 9)


async def test_by_the_clock_however_often_orders_wake_the_rounds(tmp_path: Path):
    """Rounds that read no inventory put off none that does."""
    chosen = {"sync_seconds": 1.0}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)
            house.hand("20406", 9)
            for _ in range(40):
                house.bridge.stock.wake(fetch=False)
                await asyncio.sleep(0.1)
                if house.stock("psku-1006") == 9:
                    break
            assert house.stock("psku-1006") == 9
            assert inventories(house) <= 5


async def test_an_oddity_is_looked_at_again_without_waiting_for_the_clock(tmp_path: Path):
    chosen = {"second_look_seconds": 0.3}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)
            house.world.remove_inventory()
            house.bridge.stock.wake(fetch=True)
            await until(lambda: house.stock("psku-1006") == 0)
        assert inventories(house) >= 3


async def test_what_a_command_asks_for_is_done(tmp_path: Path):
    chosen = {"confirm_by": "person"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)
            house.world.remove_inventory()
            await house.bridge.store.write(stock.ask_for_round, confirm=False)
            await until(lambda: inventories(house) == 2)
            assert house.stock("psku-1006") == 450
            await house.bridge.store.write(stock.ask_for_round, confirm=True)
            await house.bridge.store.write(
                stock.ask_for_round, confirm=False
            )  # does not take the yes back
            await until(lambda: house.stock("psku-1006") == 0)


async def test_a_round_that_fails_is_tried_again(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bridge.cycles.stock.cycle.RETRY_SECONDS", 0.2)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.break_calls(
            Fault(vendor="pharmaone", route="GET /inventory", status=403, times=2),
            Fault(vendor="rxscale", route="GET /pharmacy_skus/", status=403, times=1),
        )
        monkeypatch.setattr(house.bridge.stock, "_shelf_of", None)
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)


async def test_a_write_that_failed_is_tried_again_soon_and_not_by_the_clock(tmp_path: Path):
    """With nothing else happening: a number that promises too much is on sale meanwhile."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house, rounds(house):
        await until(lambda: house.stock("psku-1006") == 450)
        route = "PATCH /pharmacy_skus/{uid}"
        house.world.break_calls(Fault(vendor="rxscale", route=route, status=429, times=1))
        house.world.set_inventory([{"p1_id": 20406, "stockquantity": 9}])
        house.bridge.stock.wake(fetch=True)
        await until(lambda: house.stock("psku-1006") == 9)
        assert inventories(house) == 2


async def test_a_mistake_of_ours_does_not_end_the_rounds(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bridge.cycles.stock.cycle.RETRY_SECONDS", 0.2)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        real, failed = house.bridge.stock.look, []

        async def look(**words: bool):
            if not failed:
                failed.append(1)
                raise RuntimeError("a mistake")
            return await real(**words)

        monkeypatch.setattr(house.bridge.stock, "look", look)
        async with rounds(house):
            await until(lambda: house.stock("psku-1006") == 450)


async def test_what_others_changed_to_nobody_knows_what_is_read_from_the_list(tmp_path: Path):
    chosen = {"on_drift": "report"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        unknown = "UPDATE stock SET drift_at = 1, rx_stock = NULL WHERE pharmacy_sku_uid = ?"
        await house.bridge.store.write(lambda c: c.execute(unknown, ("psku-1002",)))
        house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 5}], announce=False)
        await house.sync(fetch=False)
        found = await house.bridge.store.read(stock.situation, None, house.bridge.started_at)
        known = found.at_rxscale.of("psku-1002")
        assert (known.stock, known.drifts) == (5, True)
        before = len(house.world.calls("GET /pharmacy_skus/"))
        await house.sync(fetch=False)
        assert len(house.world.calls("GET /pharmacy_skus/")) == before


async def test_the_inventory_that_is_believed_is_read_from_the_store_once(tmp_path: Path):
    """Of 200,000 rows each round's reading took 30 MiB and 80 ms."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        cycle, store = house.bridge.stock, house.bridge.store
        believed = cycle.last.plan.situation.stocktake
        assert (await store.read(stock.inventory)) == believed
        assert (await store.read(stock.inventory, believed)) is believed
        older = replace(believed, read_at=believed.read_at - timedelta(seconds=1))
        assert (await store.read(stock.inventory, older)) == believed
        _, before = await cycle.look(fetch=False)
        assert before is believed


async def test_between_two_rounds_neither_rxscales_numbers_nor_names_are_kept(tmp_path: Path):
    """Of 200,000 rows they weighed 75 MiB, and the next round asks anew."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        first = await house.sync()
        assert not first.products, "names are read once a linked product was never listed"
        assert first.plan.situation.at_rxscale.plain
        kept = house.bridge.stock.last
        assert not kept.plan.situation.at_rxscale.plain
        assert kept.plan.rows == first.plan.rows
        assert kept.plan.situation.stocktake is first.plan.situation.stocktake


async def test_rxscales_list_is_linked_some_skus_at_a_time(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(rxscale_lists, "LINKED_AT_ONCE", 3)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        rules = house.bridge.reloader.rules
        skus = await house.bridge.store.read(rxscale_lists.catalogue)
        assert len(skus) > 3
        assert house.bridge.stock.last.plan.situation.shelf == shelf(rules.links.of(skus))


async def test_the_list_is_read_slowly_unless_somebody_is_in_a_hurry(tmp_path: Path):
    async with open_sandbox(skus=450) as sandbox, open_house(sandbox, tmp_path) as house:
        catalogue = house.bridge.catalogue
        await catalogue.read()
        slow = asyncio.create_task(catalogue.read_slowly(3600))
        before = len(house.world.calls("GET /pharmacy_skus/"))
        await until(lambda: len(house.world.calls("GET /pharmacy_skus/")) == before + 1)
        await catalogue.read()
        await asyncio.wait_for(slow, PATIENCE_SECONDS)
        assert len(house.world.calls("GET /pharmacy_skus/")) == before + 3, (
            "it shows the same again"
        )
        await asyncio.wait_for(catalogue.read_slowly(0.01), PATIENCE_SECONDS)


async def test_what_a_slow_reading_finds_changed_is_looked_at_again_at_once(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        catalogue = house.bridge.catalogue
        await catalogue.read()
        [uid] = house.world.set_skus(1)
        await asyncio.wait_for(catalogue.read_slowly(3600), PATIENCE_SECONDS)
        skus = await house.bridge.store.read(rxscale_lists.catalogue)
        assert uid in {each.pharmacy_sku_uid for each in skus}


async def test_with_all_webhooks_lost_a_raised_number_is_put_right(tmp_path: Path):
    chosen = {"sync_seconds": 0.4}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        house.world.spoil_webhooks(Chaos(lose=1))
        timers = [asyncio.create_task(each) for each in _timers(house.bridge)]
        try:
            await until(lambda: house.stock("psku-1002") == 410)
            house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 500}])
            await until(lambda: house.stock("psku-1002") == 410)
        finally:
            for timer in timers:
                timer.cancel()
            await asyncio.gather(*timers, return_exceptions=True)


async def test_drift_found_in_the_list_wakes_the_rounds(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        hour = 3600 * 10**6
        old = "UPDATE stock SET ours_at = ours_at - ?, rx_seen_at = rx_seen_at - ?"
        await house.bridge.store.write(lambda c: c.execute(old, (hour, hour)))
        async with rounds(house):
            house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 5}], announce=False)
            await house.bridge.catalogue.read()
            await until(lambda: house.stock("psku-1002") == 410)


async def test_a_number_that_is_still_being_written_once_the_drain_is_over_is_given_up(
    tmp_path: Path,
):
    """Else an old number goes out after a newer bridge's, and is noted in a store that is closed,
    in vain and for ever.
    """
    brief, slow = {"drain_seconds": 0.1}, "PATCH /pharmacy_skus/{uid}"
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=brief) as house:
            pusher = house.bridge.pusher
            for _ in range(2):
                house.world.break_calls(Fault(vendor="rxscale", route=slow, delay_seconds=1))
            await house.bridge.stock.sync()
            await until(lambda: not len(house.world.faults))
            at_work = asyncio.create_task(house.bridge.worker.run())
            await _drain(house.bridge, _listens_on, [], at_work)
            assert (pusher.waiting, len(pusher._workers), pusher._recorder) == (0, 0, None)
