"""How little is asked while nothing happens, and what no webhook tells is found all the same."""

from pathlib import Path

from house import House, open_house, open_sandbox

from bridge.app.run import _reread_seconds
from bridge.app.vitals import try_to_write
from bridge.core.model import State
from bridge.cycles.sweep import WHOLE_EVERY
from bridge.cycles.watch import Watch
from bridge.sandbox.webhooks import Chaos

LISTS = ("GET /pharmacy_orders/", "GET /pharmacy_skus/")


def asked(house: House) -> int:
    """Calls of RxScale's lists so far."""
    return sum(len(house.world.calls(route)) for route in LISTS)


async def minute(house: House) -> None:
    """What the timers do by default in a minute, but for the SKU list."""
    await house.bridge.sweep.round()
    await house.bridge.p1_sweep.run()
    await house.settle()


async def hour(house: House) -> int:
    """How many calls an idle hour takes."""
    before = len(house.world.calls())
    readings = 3600 / _reread_seconds(house.bridge)
    for number in range(60):
        await minute(house)
        if number % (60 / min(readings, 60)) == 0:
            await house.bridge.catalogue.read_slowly(0.0)
    return sum(call.vendor == "rxscale" for call in house.world.calls()[before:])


async def test_an_idle_hour_while_webhooks_are_proved_to_come(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        assert await hour(house) > 6 * 60, "nothing proves it yet"
        await house.orders_arrive()
        uid, *_ = house.world.skus
        house.world.set_skus(changes=[{"uid": uid, "stock": 3}])
        await house.sync()
        assert await hour(house) <= 2.2 * 60


async def test_an_idle_minute_takes_at_most_a_statement_a_second(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive()
        asked: list[str] = []
        told: list[None] = []
        bridge = house.bridge
        watch = Watch(bridge.store, lambda: told.append(None))
        for each in (bridge.store._writer, bridge.store._reader):
            each._conn.set_trace_callback(asked.append)
        for number in range(2 * WHOLE_EVERY):
            if number == WHOLE_EVERY:
                asked.clear()
                told.clear()
            await minute(house)
            await watch.look()
            await try_to_write(bridge)
            for _ in range(3):
                await watch.look()
        assert not told, "what the bridge does by itself wakes nobody"
        assert len(asked) <= WHOLE_EVERY * 60


async def test_a_new_order_that_no_webhook_told_of_is_found_by_the_next_sweep(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive()
        for _ in range(WHOLE_EVERY):
            await minute(house)
        (uid,) = await house.orders_arrive(announce=False)
        before = asked(house)
        await minute(house)
        assert house.requests(uid)
        assert asked(house) - before < 6, "the queue alone was read"
        before = asked(house)
        await minute(house)
        assert asked(house) - before >= 6, "nothing is proved any more"


async def test_a_change_that_no_webhook_told_of_is_found_by_the_next_whole_sweep(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await minute(house)
        house.world.spoil_webhooks(Chaos(lose=1.0))
        house.world.set_order_status(uid, "cancelled")
        for _ in range(WHOLE_EVERY - 1):
            assert (await house.record(uid)).state is State.IN_REVIEW
            await minute(house)
        assert (await house.record(uid)).state is State.CANCELLED
        assert not house.bridge.listening.is_told("orders")
