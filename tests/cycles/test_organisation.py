"""What several pharmacies of one organisation read once, and what each of them reads itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from cycles.test_p1sweep import PharmaOne, order
from fakes import START, Clock
from words import WORDS

from bridge.app.vendors import Wire
from bridge.core.model import (
    Hint,
    OrderId,
    OrderRecord,
    P1Row,
    PharmacyOrderUid,
    Phase,
    order_key,
)
from bridge.cycles.organisation import MOST_KNOWN, Organisation
from bridge.cycles.p1sweep import KEPT, SHARED, P1Sweep
from bridge.errors import TryLater
from bridge.store import Store, notes, orders, todo, work

HERE, THERE = PharmacyOrderUid("po-here"), PharmacyOrderUid("po-there")


def submitted(uid: PharmacyOrderUid) -> OrderRecord:
    return OrderRecord(
        uid, START, phase=Phase.SUBMITTED, submitted_at=START, intent_at=START, rx_seen_at=START
    )


class Two:
    """Two pharmacies, each with an order under review and a store of its own."""

    def __init__(self, stores: list[Store]) -> None:
        self.pharmaone, self.clock = PharmaOne(), Clock()
        self.organisation = Organisation()
        self.organisation.stores |= {*stores}
        self.stores = stores
        rules = cast("Any", SimpleNamespace(words=WORDS))
        self.here, self.there = (
            P1Sweep(
                store,
                cast("Any", self.pharmaone),
                lambda: rules,
                self.clock,
                lambda: None,
                most_details=500,
                organisation=self.organisation,
            )
            for store in stores
        )

    def lists(self) -> int:
        return self.pharmaone.asked.count("")


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[Two]:
    stores = [await Store.open(folder / f"{name}.db", now=START) for name in ("here", "there")]
    for store, uid in zip(stores, (HERE, THERE), strict=True):
        await store.write(work.save, submitted(uid), [])
    try:
        yield Two(stores)
    finally:
        for store in stores:
            await store.close()


async def claimed(store: Store) -> list[str]:
    return [claim.key for claim, _ in await store.write(todo.claim, 9, START, timedelta(0))]


async def test_one_reading_tells_each_whose_an_order_is(tmp_path: Path):
    async with opened(tmp_path) as two:
        two.pharmaone.orders = [order(number) for number in (1, 2, 3)]
        two.pharmaone.details = {
            "ORD_1": order(1, external_id=HERE),
            "ORD_2": order(2, external_id=THERE),
            "ORD_3": order(3),
        }
        assert await asyncio.gather(two.here.run(), two.there.run()) == [1, 1]
        assert sorted(two.pharmaone.asked) == ["", "", "ORD_1", "ORD_2", "ORD_3"], (
            "a list is read twice, until both agree"
        )
        assert [await claimed(store) for store in two.stores] == [
            [order_key(HERE)],
            [order_key(THERE)],
        ]


async def test_a_list_that_is_older_or_was_used_already_is_read_anew(tmp_path: Path):
    async with opened(tmp_path) as two:
        await two.here.run()
        once = two.lists()
        await two.here.run()
        assert two.lists() == 2 * once, "its own last one tells it nothing"
        two.clock.advance(SHARED.total_seconds())
        await two.there.run()
        assert two.lists() == 2 * once
        two.clock.advance(0.001)
        await two.here.run()
        two.clock.advance(SHARED.total_seconds() + 0.001)
        await two.there.run()
        assert two.lists() == 4 * once


async def test_no_name_of_a_customer_is_kept(tmp_path: Path):
    async with opened(tmp_path) as two:
        row = P1Row(OrderId("ORD_1"), "pending", START, customer_name="Erika Beispiel")
        two.pharmaone.orders = [row]
        await two.here.run()
        rows, _, _ = two.organisation._known["",]
        assert [each.customer_name for each in rows.values()] == [None]


async def test_who_fails_leaves_it_to_the_next_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with opened(tmp_path) as two:
        failures = [TryLater("once")]
        real = PharmaOne.orders_page

        async def page(self: PharmaOne, *given: Any) -> Any:
            await asyncio.sleep(0)
            if failures:
                raise failures.pop()
            return await real(self, *given)

        monkeypatch.setattr(PharmaOne, "orders_page", page)
        first, second = await asyncio.gather(
            two.here.run(), two.there.run(), return_exceptions=True
        )
        assert isinstance(first, TryLater)
        assert second == 0


async def test_what_is_not_shown_is_asked_for_by_each(tmp_path: Path):
    async with opened(tmp_path) as two:
        two.pharmaone.orders = [order(1)]
        await two.here.run()
        two.pharmaone.details = {"ORD_1": order(1, external_id=THERE)}
        assert await two.there.run() == 1


async def test_what_an_order_said_is_known_for_a_while(tmp_path: Path):
    async with opened(tmp_path) as two:
        two.pharmaone.orders = [order(1)]
        two.pharmaone.details = {"ORD_1": order(1)}
        await two.here.run()
        two.clock.advance(KEPT.total_seconds())
        await two.there.run()
        assert two.pharmaone.asked.count("ORD_1") == 2


async def test_the_oldest_of_too_many_is_forgotten():
    told = iter(range(MOST_KNOWN + 2))

    async def read() -> int:
        return next(told)

    found = Organisation()
    for what in (*range(MOST_KNOWN), 0, MOST_KNOWN):
        await found.once(what, lambda _: True, read)
    assert found._known.keys() == {0, *range(2, MOST_KNOWN + 1)}


async def test_an_order_that_rxscale_showed_to_another_is_not_looked_for(tmp_path: Path):
    """Where a store has forgotten its own, nobody else knows it, and RxScale is asked."""
    async with opened(tmp_path) as two:
        met = PharmacyOrderUid("po-met")  # and not seen: whose it is, is not known
        await two.stores[0].write(work.save, OrderRecord(met, START), [])
        await two.stores[1].write(notes.put_time, notes.FIRST_SWEEP_AT, START)
        lost = PharmacyOrderUid("po-lost")
        two.pharmaone.orders = [
            order(n, external_id=uid) for n, uid in enumerate((HERE, THERE, met, lost))
        ]
        await two.there.run()
        known = await two.stores[1].read(orders.find_all, [HERE, met, lost])
        assert known.keys() == {met, lost}


async def test_a_store_in_trouble_keeps_nobody_from_looking(tmp_path: Path):
    async with opened(tmp_path) as two:

        async def broken(*_: object) -> None:
            raise TryLater("its disk is full")

        two.organisation.stores = cast("Any", [SimpleNamespace(read=broken)])
        found = [Hint(order_key(HERE), "why")]
        assert await two.organisation.of_nobody(found) == found


def test_pharmacies_with_several_keys_of_an_organisation_know_of_each_others_orders():
    """What each key reads is its own; whose an order is, each of their stores may tell."""
    wire = Wire(*cast("Any", (None, None, None)))
    first, second = transports = cast("Any", (object(), object()))
    one, two = (wire.organisation(each, "org1") for each in transports)
    assert one is not two
    assert one.stores is two.stores
    assert wire.organisation(first, "org1") is one
    assert wire.organisation(second, "org2").stores is not one.stores
