"""The search through PharmaOne's orders: which of them it reads, and what it says of the rest."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from fakes import START, Clock

from bridge.core.copies import MARGIN, Content
from bridge.core.model import OrderId, OrderRecord, P1Order, P1Row, P1Sight, PharmacyOrderUid
from bridge.cycles.finder import Finder
from bridge.cycles.p1sweep import P1Sweep
from bridge.errors import TryLater
from bridge.store import Store, pharmaone_lists, work
from bridge.store.pharmaone_lists import NEW
from bridge.vendor.paging import Page

UID = PharmacyOrderUid("po-1")
DAY = timedelta(days=1)


@dataclass
class PharmaOne:
    """Lists orders without `external_id`; `ours` is the one that was made from UID."""

    orders: list[P1Row]
    ours: str = ""
    hidden: str = ""
    uid: PharmacyOrderUid = UID
    lists: int = 0
    read: list[str] = field(default_factory=list)

    async def orders_page(self, limit: int, offset: int, *_: object) -> Page[P1Row]:
        self.lists += offset == 0
        return Page(tuple(self.orders[offset : offset + limit]), len(self.orders))

    async def order(self, order_id: OrderId, _: object) -> P1Sight | None:
        self.read.append(order_id)
        if order_id == self.hidden:
            return None
        order = next(each for each in self.orders if each.id == order_id)
        return P1Sight(replace(order, external_id=self.uid if order_id == self.ours else None))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await Store.open(tmp_path / "x.db", now=START)
    yield opened
    await opened.close()


def met(made_at: datetime | None = None, **changes: Any) -> OrderRecord:
    """A pharmacy order that cannot be at PharmaOne before `made_at`."""
    unsent_at = None if made_at is None else made_at + MARGIN
    return OrderRecord(UID, START, unsent_at=unsent_at, **changes)


def order(number: int, made_at: Any = START) -> P1Row:
    return P1Row(OrderId(f"ORD_{number}"), "awaiting_packing", START, created_at=made_at)


def finder(store: Store, pharmaone: PharmaOne, most: int = 5) -> Finder:
    vendor, clock = cast("Any", pharmaone), Clock(START + DAY)
    sweep = P1Sweep(store, vendor, cast("Any", None), clock, lambda: None, most_details=most)
    return Finder(store, vendor, clock, sweep.learn_one, most_details=most)


async def test_a_shop_with_20000_orders_is_searched_in_a_few_calls(store: Store):
    old = [order(number, START - number * DAY / 100) for number in range(1, 20_001)]
    pharmaone = PharmaOne([*old, order(0)], ours="ORD_0")
    search = await finder(store, pharmaone).find(START, met(START - DAY / 50))
    assert search.gap is None
    assert pharmaone.read == ["ORD_0", "ORD_1", "ORD_2"]
    found = await store.read(pharmaone_lists.order_for, UID)
    assert found is not None
    assert found.id == "ORD_0"


async def test_without_a_bound_all_count(store: Store):
    pharmaone = PharmaOne([order(number, START - number * DAY) for number in range(9)])
    search = await finder(store, pharmaone).find(START, met())
    assert search.gap is not None
    assert search.gap.facts == {"unread": 9, "most": 5}
    assert pharmaone.read == [f"ORD_{number}" for number in range(5)], "the newest first"


async def test_one_order_without_a_bound_is_no_gap_for_the_others(store: Store):
    pharmaone = PharmaOne([order(number, START - number * DAY) for number in range(20)])
    search = finder(store, pharmaone)
    assert (await search.find(START, met())).gap is not None
    assert (await search.find(START, met(START - 7 * DAY))).gap is None
    assert len(pharmaone.read) == 8, "what was read once is known"
    lists = pharmaone.lists
    assert (await search.find(START, met(START - 9 * DAY))).gap is None
    assert pharmaone.lists == lists, "one reading of the list serves them all"


async def test_one_whose_time_is_not_told_may_be_it(store: Store):
    pharmaone = PharmaOne([order(1, None)], ours="ORD_1")
    await finder(store, pharmaone).find(START, met(START - DAY))
    assert pharmaone.read == ["ORD_1"]


@pytest.mark.parametrize("made_at", [START + DAY, START])
async def test_one_that_is_listed_and_not_shown_is_waited_for(store: Store, made_at: datetime):
    """New or old: a search that passes over it may have its order-request sent a second time."""
    pharmaone = PharmaOne([order(1, made_at)], ours="ORD_1", hidden="ORD_1")
    search = finder(store, pharmaone)
    with pytest.raises(TryLater):
        await search.find(START, met())
    pharmaone.hidden = ""
    assert (await search.find(START, met())).gap is None
    assert await store.read(pharmaone_lists.order_for, UID) is not None


async def test_an_old_one_that_is_not_shown_for_an_hour_is_none_of_ours(store: Store):
    search = finder(store, PharmaOne([order(1)], hidden="ORD_1"))
    with pytest.raises(TryLater):
        await search.find(START, met())
    cast("Any", search._now).advance(NEW.total_seconds())
    assert (await search.find(START, met())).gap is None


# -- what was typed by hand -------------------------------------------------------------------

LOOKS = Content(frozenset({"beispiel"}), frozenset({"20417"}), Decimal("30.00"))
HERS = met(START, created_at=START - DAY + MARGIN, not_twins="ORD_7\n")


@dataclass
class Typed:
    """Orders in the list, some of which have no `external_id`."""

    details: list[dict[str, Any]]
    read: list[str] = field(default_factory=list)

    async def orders_page(self, limit: int, offset: int, *_: object) -> Page[P1Row]:
        rows = [listed(each) for each in self.details]
        return Page(tuple(rows[offset : offset + limit]), len(rows))

    async def order(self, order_id: OrderId, _: object) -> P1Sight | None:
        self.read.append(order_id)
        detail = next(each for each in self.details if each["id"] == order_id)
        if detail.get("hidden"):
            return None
        row = listed(detail)
        order = P1Order(row.id, row.status, START, detail.get("external_id"))
        return P1Sight(order, detail)


def listed(detail: dict[str, Any]) -> P1Row:
    return P1Row(
        OrderId(detail["id"]),
        "awaiting_packing",
        START,
        created_at=detail["made_at"],
        customer_name=detail.get("customer_name"),
        total=detail.get("total_amount"),
    )


def typed(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"ORD_{number}",
        "customer_name": "Erika Beispiel",
        "total_amount": Decimal("30.00"),
        "items": [{"p1_id": 20417, "name": "Beispielsorte", "quantity": 4}],
        "made_at": START - DAY / 2,
        **changes,
    }


@pytest.mark.parametrize(
    ("there", "twin", "read"),
    [
        pytest.param(typed(1), "ORD_1", 1, id="the same"),
        pytest.param(typed(1, total_amount=None, items=None), "ORD_1", 1, id="tells little"),
        pytest.param(typed(1, made_at=START - 2 * DAY), None, 0, id="older than the order"),
        pytest.param(typed(1, customer_name="Max Muster"), None, 0, id="another customer"),
        pytest.param(
            typed(1, items=[{"name": "x"}], total_amount=Decimal(9)), None, 1, id="other goods"
        ),
        pytest.param(typed(1, external_id="shop-7"), None, 1, id="from elsewhere"),
        pytest.param(typed(1, hidden=True), None, 1, id="not shown"),
        pytest.param(typed(7), None, 0, id="another one, as a person said"),
    ],
)
async def test_what_somebody_typed_by_hand(store: Store, there, twin, read):
    pharmaone = Typed([there, typed(2, customer_name="Otto Anders")])
    search = await finder(store, cast("Any", pharmaone)).find(START, HERS, LOOKS)
    assert (search.gap, search.twin) == (None, twin)
    assert len(pharmaone.read) == read


async def test_what_was_read_for_its_external_id_is_read_again_for_what_it_holds(store: Store):
    """Nothing of what it holds was remembered."""
    pharmaone = Typed([typed(1)])
    search = finder(store, cast("Any", pharmaone))
    assert (await search.find(START, met())).twin is None
    assert (await search.find(START, HERS, LOOKS)).twin == "ORD_1"
    assert pharmaone.read == ["ORD_1", "ORD_1"]


async def test_more_than_may_be_read_is_said(store: Store):
    others = [typed(n, items=[{"name": "x"}], total_amount=Decimal(9)) for n in range(6)]
    pharmaone = Typed(others)
    search = await finder(store, cast("Any", pharmaone)).find(START, HERS, LOOKS)
    assert search.gap is not None
    assert search.gap.facts == {"unread": 6, "most": 5}


async def test_names_are_not_kept_for_long(store: Store, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("bridge.cycles.finder.KEPT_SECONDS", 0)
    search = finder(store, cast("Any", Typed([typed(1)])))
    await search.find(START, HERS, LOOKS)
    await asyncio.sleep(0.01)
    assert search._list is None


async def test_a_note_in_place_of_an_id_is_typed_by_hand_too(store: Store):
    """Of a free text as `external_id`, the client shows only that there is one."""

    class Noted(Typed):
        async def orders_page(self, limit: int, offset: int, *_: object) -> Page[P1Row]:
            page = await super().orders_page(limit, offset)
            return replace(page, rows=tuple(replace(row, external_id="") for row in page.rows))

    pharmaone = Noted([typed(1, external_id="")])
    search = await finder(store, cast("Any", pharmaone)).find(START, HERS, LOOKS)
    assert (search.twin, pharmaone.read) == ("ORD_1", ["ORD_1"])


async def test_an_order_whose_uid_has_another_shape_is_found_though_it_was_read_before(
    store: Store,
):
    """It was not known for one of ours then, so whose it is was not kept."""
    odd = PharmacyOrderUid("4711")
    pharmaone = PharmaOne([order(1, START)], ours="ORD_1", uid=odd)
    await finder(store, pharmaone).find(START, met(START - DAY))
    await store.write(work.save, replace(met(START - DAY), uid=odd), [])
    await finder(store, pharmaone).find(START, replace(met(START - DAY), uid=odd))
    assert await store.read(pharmaone_lists.order_for, odd) is not None
