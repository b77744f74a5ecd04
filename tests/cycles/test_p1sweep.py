"""The sweep over PharmaOne's orders: what it asks for, and what it learns."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from fakes import START, Clock
from words import WORDS

from bridge.core.model import (
    OrderId,
    OrderRecord,
    P1Order,
    P1Row,
    P1Sight,
    PharmacyOrderUid,
    Phase,
    PrescriptionId,
    order_key,
)
from bridge.cycles import p1sweep
from bridge.cycles.p1sweep import P1Sweep
from bridge.errors import TryLater
from bridge.pharmaone.prescriptions import Prescription
from bridge.store import Store, pharmaone_lists, todo, work
from bridge.store.pharmaone_lists import NEW
from bridge.vendor.paging import Page

UID = PharmacyOrderUid("po-1")


@dataclass
class PharmaOne:
    """Answers from a table, and keeps what it was asked."""

    orders: list[P1Order] = field(default_factory=list)
    details: Mapping[str, P1Order] = field(default_factory=dict)
    ingested: list[tuple[str, str]] = field(default_factory=list)
    most_prescriptions: int = 200
    asked: list[Any] = field(default_factory=list)

    async def orders_page(self, limit: int, offset: int, _: object, status: str) -> Page[P1Row]:
        self.asked.append(status)
        kept = [order for order in self.orders if status in ("", order.status)]
        rows = [P1Row(**{"customer_name": None, **asdict(order)}) for order in kept]
        return Page(tuple(rows[offset : offset + limit]), len(rows))

    async def order(self, order_id: OrderId, _: object) -> P1Sight | None:
        self.asked.append(order_id)
        found = self.details.get(order_id)
        return None if found is None else P1Sight(found)

    @property
    def prescriptions(self) -> Any:
        return SimpleNamespace(page=self._prescriptions_page)

    async def _prescriptions_page(self, limit: int, offset: int) -> Page[Prescription]:
        self.asked.append(offset)
        rows = self.ingested[offset : offset + min(limit, self.most_prescriptions)]
        return Page(tuple(Prescription(id=name, status=status) for name, status in rows))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "x.db", now=START)
    yield opened
    await opened.close()


def sweep_over(store: Store, pharmaone: PharmaOne, woke: list[int]) -> P1Sweep:
    rules = cast("Any", SimpleNamespace(words=WORDS))
    return P1Sweep(
        store,
        cast("Any", pharmaone),
        lambda: rules,
        Clock(),
        lambda: woke.append(1),
        most_details=500,
    )


def order(number: int, status: str = "awaiting_packing", **changes: Any) -> P1Order:
    return replace(P1Order(OrderId(f"ORD_{number}"), status, START, created_at=START), **changes)


def submitted(**changes: Any) -> OrderRecord:
    record = OrderRecord(UID, START, phase=Phase.SUBMITTED, submitted_at=START, intent_at=START)
    return replace(record, **changes)


async def test_an_order_whose_list_row_is_silent_is_read_and_found_to_be_ours(store: Store):
    await store.write(work.save, submitted(), [])
    woke: list[int] = []
    pharmaone = PharmaOne([order(1), order(2)], {"ORD_1": order(1, external_id=UID)})
    sweep = sweep_over(store, pharmaone, woke)
    assert await sweep.run() == 1
    assert woke
    ((claim, _),) = await store.write(todo.claim, 9, START, START - START)
    assert claim.key == order_key(UID)
    before = pharmaone.asked.count("ORD_1")
    await sweep.run()
    assert (before, pharmaone.asked.count("ORD_1")) == (1, 1)


async def test_an_order_that_is_not_shown_yet_is_asked_for_again(store: Store):
    """PharmaOne tells of an order, or lists it, before it answers for it."""
    await store.write(work.save, submitted(), [])
    pharmaone = PharmaOne([order(1)])
    sweep = sweep_over(store, pharmaone, [])
    assert await sweep.run() == 0
    assert pharmaone.asked.count("ORD_1") == 1
    pharmaone.details = {"ORD_1": order(1, external_id=UID)}
    assert await sweep.run() == 1
    ((claim, _),) = await store.write(todo.claim, 9, START, START - START)
    assert claim.key == order_key(UID)


async def test_an_old_order_that_is_not_shown_is_not_asked_for_again(store: Store):
    await store.write(work.save, submitted(unsent_at=START - NEW), [])
    pharmaone = PharmaOne([order(1, created_at=START - NEW)])
    sweep = sweep_over(store, pharmaone, [])
    await sweep.run()
    cast("Any", sweep._now).advance(NEW.total_seconds())
    await sweep.run()
    await sweep.run()
    assert pharmaone.asked.count("ORD_1") == 2


async def test_an_old_order_that_is_not_shown_once_is_asked_for_again(store: Store):
    """A 404 of an order that is listed is no proof that it is none of ours."""
    await store.write(work.save, submitted(unsent_at=START - NEW), [])
    pharmaone = PharmaOne([order(1, created_at=START - NEW)])
    sweep = sweep_over(store, pharmaone, [])
    assert await sweep.run() == 0
    pharmaone.details = {"ORD_1": order(1, external_id=UID, created_at=START - NEW)}
    assert await sweep.run() == 1
    ((claim, _),) = await store.write(todo.claim, 9, START, START - START)
    assert claim.key == order_key(UID)


async def test_an_order_that_is_no_longer_listed_is_not_asked_for_again(store: Store):
    await store.write(work.save, submitted(), [])
    pharmaone = PharmaOne([order(1)])
    sweep = sweep_over(store, pharmaone, [])
    await sweep.run()
    pharmaone.orders = []
    await sweep.run()
    assert pharmaone.asked.count("ORD_1") == 1


async def test_however_many_are_unknown_all_are_read(store: Store):
    await store.write(work.save, submitted(), [])
    orders = [order(number) for number in range(3 * p1sweep.AT_ONCE + 1)]
    pharmaone = PharmaOne(orders, {"ORD_0": order(0, external_id=UID)})
    assert await sweep_over(store, pharmaone, []).run() == 1
    assert len([each for each in pharmaone.asked if each]) == len(orders)


async def test_an_order_that_cannot_be_read_stops_none_of_the_others(store: Store):
    await store.write(work.save, submitted(), [])

    class Failing(PharmaOne):
        async def order(self, order_id: OrderId, _: object) -> P1Sight | None:
            if order_id == "ORD_2":
                raise TryLater("not now")
            return await super().order(order_id, _)

    pharmaone = Failing([order(1), order(2), order(3)], {"ORD_1": order(1, external_id=UID)})
    sweep = sweep_over(store, pharmaone, [])
    with pytest.raises(TryLater):
        await sweep.run()
    assert await store.read(pharmaone_lists.unread, 9) == ["ORD_2"]
    assert len(await store.write(todo.claim, 9, START, START - START)) == 1


async def test_a_change_in_the_list_wakes_the_worker(store: Store):
    known = submitted(phase=Phase.ADOPTED, order_id=OrderId("ORD_1"), p1_status="pending")
    await store.write(work.save, known, [])
    woke: list[int] = []
    assert await sweep_over(store, PharmaOne([order(1, external_id=UID)]), woke).run() == 1
    assert woke


async def test_a_long_list_is_read_by_open_words_and_wholly_now_and_then(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(p1sweep, "SHORT_LIST", 2)
    pharmaone = PharmaOne([order(number, external_id="other") for number in range(3)])
    sweep = sweep_over(store, pharmaone, [])
    wholly = []
    for _ in range(p1sweep.WHOLE_EVERY + 1):
        pharmaone.asked.clear()
        await sweep.run()
        wholly.append(set(pharmaone.asked) == {""})
        assert wholly[-1] or set(pharmaone.asked) == set(WORDS.pharmaone.open)
    assert [at for at, whole in enumerate(wholly) if whole] == [0, p1sweep.WHOLE_EVERY]


async def test_a_declined_prescription_is_noticed(store: Store):
    number = PrescriptionId("org1-pq-1")
    await store.write(work.save, submitted(prescription_id=number, prescription_status="new"), [])
    woke: list[int] = []
    others = [(f"org1-pq-x{n}", "new") for n in range(p1sweep.MOST_ROWS)]
    pharmaone = PharmaOne(ingested=[*others, (number, "declined"), *others])
    sweep = sweep_over(store, pharmaone, woke)
    assert await sweep.run() == 1
    assert woke
    assert [each for each in pharmaone.asked if isinstance(each, int)] == [0, p1sweep.MOST_ROWS]


async def test_a_declined_prescription_is_noticed_behind_pages_that_are_capped(store: Store):
    """How many prescriptions a page may hold is not documented."""
    number = PrescriptionId("org1-pq-1")
    await store.write(work.save, submitted(prescription_id=number, prescription_status="new"), [])
    others = [(f"org1-pq-x{n}", "new") for n in range(130)]
    pharmaone = PharmaOne(ingested=[*others, (number, "declined")], most_prescriptions=50)
    assert await sweep_over(store, pharmaone, []).run() == 1
    assert [each for each in pharmaone.asked if isinstance(each, int)] == [0, 50, 100]


async def test_without_prescriptions_of_ours_none_are_listed(store: Store):
    await store.write(work.save, submitted(), [])
    pharmaone = PharmaOne()
    await sweep_over(store, pharmaone, []).run()
    assert not [each for each in pharmaone.asked if isinstance(each, int)]
