"""The worker itself: one look at a key at a time, woken by hints, drained at the end."""

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from asked import instead_of
from house import House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Hint, Key, PharmacyOrderUid, order_key
from bridge.errors import TryLater
from bridge.sandbox.traffic import Fault
from bridge.store import rxscale_lists, todo, work
from bridge.transport.breaker import FAILURES
from bridge.worker import pool


async def reached(house: House, uid: str, status: str) -> None:
    async with asyncio.timeout(10):
        while house.status(uid) != status:  # noqa: ASYNC110 - the sandbox tells nobody
            await asyncio.sleep(0.01)


async def test_a_look_that_outlives_its_lease_is_not_joined_by_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pool, "LEASE", timedelta(seconds=0))
    async with open_sandbox(reference_mode="second") as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            slow = Fault(vendor="pharmaone", route="POST /order-requests", delay_seconds=0.5)
            house.world.break_calls(slow)
            (uid,) = house.world.add_orders()
            await sandbox.drain()
            working = asyncio.create_task(house.bridge.worker.run())
            await reached(house, uid, "pending review")
            await house.bridge.worker.stop()
            await working
            assert len(house.requests(uid)) == 1


async def test_it_works_when_woken_and_drains_when_stopped(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        working = asyncio.create_task(house.bridge.worker.run())
        uids = house.world.add_orders(5)
        for uid in uids:
            await reached(house, uid, "pending review")
        await house.bridge.worker.stop()
        await asyncio.wait_for(working, 5)
        assert [len(house.requests(uid)) for uid in uids] == [1] * 5


async def test_what_was_being_claimed_as_it_was_stopped_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Else its look goes on with a store that is closed."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        worker, claimed, goes_on = house.bridge.worker, asyncio.Event(), asyncio.Event()
        real = worker._parts.store.write_last

        async def slowly(*given: object) -> object:
            found = await real(*given)
            claimed.set()
            await goes_on.wait()
            return found

        uids = house.world.add_orders(1)
        await sandbox.drain()
        monkeypatch.setattr(worker._parts.store, "write_last", slowly)
        working = asyncio.create_task(worker.run())
        await asyncio.wait_for(claimed.wait(), 5)
        await worker.stop()
        goes_on.set()
        await asyncio.wait_for(working, 5)
        assert not worker._looks
        assert house.status(uids[0]) == "pending review"


async def test_a_mistake_while_claiming_ends_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """SQLite says "locking protocol" when many open a file at once, which is no passing trouble."""
    monkeypatch.setattr(pool, "RETRY_SECONDS", 0.01)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        worker, failures = house.bridge.worker, [sqlite3.OperationalError("locking protocol")]
        real = worker._parts.store.write_last

        async def write_last(*given: object) -> object:
            if failures:
                raise failures.pop()
            return await real(*given)

        monkeypatch.setattr(worker._parts.store, "write_last", write_last)
        (uid,) = house.world.add_orders(1)
        working = asyncio.create_task(worker.run())
        await asyncio.wait(
            [working, asyncio.create_task(reached(house, uid, "pending review"))],
            return_when=asyncio.FIRST_COMPLETED,
        )
        assert not working.done()
        assert caplog.messages.count("claiming work failed unexpectedly") == 1
        await worker.stop()
        await working


async def test_one_that_is_cancelled_leaves_no_look_behind(tmp_path: Path):
    """Else it goes on with a store that is closed."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        worker = house.bridge.worker
        house.world.break_calls(
            Fault(vendor="pharmaone", route="POST /order-requests", delay_seconds=0.5)
        )
        house.world.add_orders(1)
        await sandbox.drain()
        working = asyncio.create_task(worker.run())

        async with asyncio.timeout(5):
            while len(house.world.faults):  # noqa: ASYNC110 - the sandbox tells nobody
                await asyncio.sleep(0.01)
        looks = [*worker._looks]
        working.cancel()
        await asyncio.wait([working])
        assert [look.cancelled() for look in looks] == [True]


async def test_what_waits_for_a_time_that_a_clock_ahead_wrote_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A lease, and what was to be looked at again: neither waits two hours for the time to come."""
    monkeypatch.setattr(pool, "NAP_SECONDS", 0.05)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = house.world.add_orders(2, announce=False)
        store, worker = house.bridge.store, house.bridge.worker
        ahead = timedelta(hours=2)
        hints = [Hint(order_key(PharmacyOrderUid(uid)), "a test") for uid in uids]
        await store.write(todo.hint, hints, now() + ahead)
        await store.write(todo.claim, 1, now() + ahead, pool.LEASE)
        worker._latest += ahead
        working = asyncio.create_task(worker.run())
        for uid in uids:
            await reached(house, uid, "pending review")
        await worker.stop()
        await working


async def test_a_store_that_cannot_be_claimed_from_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(pool, "RETRY_SECONDS", 0.01)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        fails = iter([True] * 3)

        async def failing(ask, *_):
            if next(fails, False):
                raise TryLater("locked")
            return await ask()

        instead_of(monkeypatch, todo.claim, failing)
        instead_of(monkeypatch, todo.next_due, failing)
        working = asyncio.create_task(house.bridge.worker.run())
        (uid,) = house.world.add_orders()
        await reached(house, uid, "pending review")
        await house.bridge.worker.stop()
        await working


async def test_a_sku_list_that_arrives_between_two_questions_makes_nothing_stuck(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Another order's look reads the list just after this one found nothing in it."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        first = iter([True])

        async def overtaken(ask, *_):
            found = await ask()
            if next(first, False):
                await house.bridge.catalogue.read()
            return found

        instead_of(monkeypatch, rxscale_lists.for_submission, overtaken)
        (uid,) = await house.orders_arrive()
        assert not await house.stuck()
        assert len(house.requests(uid)) == 1


async def test_news_between_a_settlement_and_the_end_of_its_look_is_looked_at_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Else it would be claimed for a look that nobody takes, and wait until the lease is over."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        store, worker, first = house.bridge.store, house.bridge.worker, iter([True])

        async def overtaken(ask, outcome):
            changed = await ask()
            if next(first, False):
                await store.write(todo.hint, [Hint(outcome.claim.key, "news")], now())
                await worker._claim()
            return changed

        instead_of(monkeypatch, work.settle, overtaken)
        (uid,) = house.world.add_orders()
        await sandbox.drain()
        await worker.run_until_idle()
        due = await house.bridge.store.read(todo.next_due, now())
        assert due is not None
        assert due > now() + timedelta(hours=23), "not before staff take too long"
        looks = [each for each in (await house.story(uid)).entries if each.what == "waits"]
        assert len(looks) == 2


async def test_whoever_waits_for_the_look_that_asks_does_not_wake_all_the_time(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        worker, transport = house.bridge.worker, house.bridge.vendors.rxscale_transport
        for _ in range(FAILURES):
            transport._breaker.failed(transport._clock(), probe=False, jitter=0.0)
        worker.wake()
        assert 4.0 < worker._seconds_until_due() <= 5.0, "as long as RxScale is left alone"
        transport._breaker._until = 0.0
        assert worker._seconds_until_due() < 0.1, "somebody is to ask"
        worker._looks[asyncio.create_task(asyncio.sleep(0))] = Key("order:po-1")
        assert worker._seconds_until_due() == pool.NAP_SECONDS, "who asks wakes it"
        worker._looks.clear()


async def test_while_rxscale_is_left_alone_one_look_asks_whether_it_is_back(tmp_path: Path):
    """Else each order is claimed and put off again and again all night long, a commit each."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        bridge, uids = house.bridge, house.world.add_orders(9, announce=False)
        keys = [order_key(PharmacyOrderUid(uid)) for uid in uids]
        await bridge.store.write(todo.hint, [Hint(each, "a test") for each in keys], now())
        transport = bridge.vendors.rxscale_transport
        for _ in range(FAILURES):
            transport._breaker.failed(transport._clock(), probe=False, jitter=0.0)
        await bridge.worker.run_until_idle()
        assert not await bridge.store.read(todo.tried)
        house.world.break_calls(Fault(vendor="rxscale", status=500, times=9))
        transport._breaker._until = 0.0
        await bridge.worker.run_until_idle()
        (tried,) = await bridge.store.read(todo.tried)
        house.world.faults.clear()
        transport._breaker._until = 0.0
        await house.settle()
        assert {order_key(uid) for uid in uids if house.requests(uid)} >= {*keys} - {tried}
