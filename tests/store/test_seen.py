"""What the vendors' lists said: RxScale's SKUs and PharmaOne's orders."""

from dataclasses import replace
from typing import Any

import pytest
from store.given import NOW, after, uid

from bridge.core.model import (
    CatalogueSku,
    Flag,
    OrderId,
    P1Order,
    PharmacySkuUid,
    SkuUid,
)
from bridge.store import Store, notes, pharmaone_lists, rxscale_lists

SHIPPED, PICKED_UP = frozenset({Flag.SHIPPED}), frozenset({Flag.PICKED_UP})


def sku(number: int, pharmacy_sku: str = "", **changes: Any) -> CatalogueSku:
    values: dict[str, Any] = {
        "pharmacy_sku_uid": PharmacySkuUid(pharmacy_sku or f"psku-{number}"),
        "sku_uid": SkuUid(f"sku-{number}"),
    }
    return CatalogueSku(**(values | changes))


def order(number: int, **changes: Any) -> P1Order:
    values: dict[str, Any] = {"id": OrderId(f"ORD_{number}"), "status": "pending", "seen_at": NOW}
    return P1Order(**(values | changes))


async def catalogue(store: Store, skus: list[SkuUid]) -> dict[SkuUid, CatalogueSku]:
    _, known, *_ = await store.read(rxscale_lists.for_submission, uid(1), skus)
    return known


async def one(store: Store, number: int) -> CatalogueSku | None:
    return (await catalogue(store, [SkuUid(f"sku-{number}")])).get(SkuUid(f"sku-{number}"))


async def test_the_catalogue_answers_for_what_it_has(store: Store):
    full = sku(1, external_id="20417", name="Beispielsorte 5 g", pzn="01234562")
    await store.write(
        rxscale_lists.save_catalogue, [full, sku(2), sku(3)], seen_at=NOW, complete=True
    )
    asked = [SkuUid("sku-1"), SkuUid("sku-3"), SkuUid("sku-9")]
    assert await catalogue(store, asked) == {"sku-1": full, "sku-3": sku(3)}
    assert await catalogue(store, []) == {}


async def test_a_whole_reading_forgets_what_is_gone_a_part_does_not(store: Store):
    assert await store.read(notes.get_time, notes.CATALOGUE_AT) is None
    await store.write(rxscale_lists.save_catalogue, [sku(1), sku(2)], seen_at=NOW, complete=True)
    assert await store.read(notes.get_time, notes.CATALOGUE_AT) == NOW
    await store.write(
        rxscale_lists.save_catalogue, [sku(1, name="new")], seen_at=after(1), complete=False
    )
    assert await store.read(notes.get_time, notes.CATALOGUE_AT) == NOW
    assert (await one(store, 1), await one(store, 2)) == (sku(1, name="new"), sku(2))
    await store.write(rxscale_lists.save_catalogue, [sku(2)], seen_at=after(2), complete=True)
    assert await store.read(notes.get_time, notes.CATALOGUE_AT) == after(2)
    assert (await one(store, 1), await one(store, 2)) == (None, sku(2))


async def test_of_several_pharmacies_skus_one_with_an_external_id(store: Store):
    skus = [
        sku(1, "psku-a"),
        sku(1, "psku-c", external_id="3"),
        sku(1, "psku-b", external_id="2"),
        sku(1, "psku-d"),
    ]
    await store.write(rxscale_lists.save_catalogue, skus, seen_at=NOW, complete=True)
    assert await one(store, 1) == skus[2]


async def test_an_order_is_found_by_the_pharmacy_order_it_was_made_from(store: Store):
    whole = order(
        1,
        external_id=uid(1),
        flags=frozenset({Flag.SHIPPED, Flag.CASH_ON_PICKUP}),
        created_at=after(1),
        updated_at=after(2),
    )
    await store.write(
        pharmaone_lists.save_orders, [whole, order(2, external_id="EXT-17"), order(3)]
    )
    assert await store.read(pharmaone_lists.order_for, uid(1)) == whole
    assert await store.read(pharmaone_lists.order_for, uid(2)) is None


async def test_of_several_orders_the_first_that_was_made(store: Store):
    orders = [
        order(1, external_id=uid(1)),
        order(2, external_id=uid(1), created_at=after(2)),
        order(4, external_id=uid(1), created_at=after(1)),
        order(3, external_id=uid(1), created_at=after(1)),
    ]
    await store.write(pharmaone_lists.save_orders, orders)
    assert await store.read(pharmaone_lists.order_for, uid(1)) == orders[3]


async def test_what_is_known_of_orders_external_ids(store: Store):
    await store.write(
        pharmaone_lists.save_orders,
        [order(1, external_id=uid(1)), order(2, external_id=""), order(3), order(4)],
    )
    asked = [OrderId(f"ORD_{number}") for number in (1, 2, 3, 9)]
    assert await store.read(pharmaone_lists.external_ids, asked) == {"ORD_1": uid(1), "ORD_2": None}
    assert await store.read(pharmaone_lists.external_ids, []) == {}


@pytest.mark.parametrize(
    ("first", "then", "known"),
    [
        (None, None, {}),
        (None, "", {"ORD_1": None}),
        (None, "po-1", {"ORD_1": "po-1"}),
        ("", None, {"ORD_1": None}),
        ("", "po-1", {"ORD_1": "po-1"}),
        ("po-1", None, {"ORD_1": "po-1"}),
        ("po-1", "", {"ORD_1": "po-1"}),
    ],
)
@pytest.mark.parametrize("seconds", [-1, 1])
async def test_a_known_external_id_is_never_unlearnt(
    store: Store, first: str | None, then: str | None, known: object, seconds: int
):
    await store.write(pharmaone_lists.save_orders, [order(1, external_id=first)])
    await store.write(
        pharmaone_lists.save_orders, [order(1, external_id=then, seen_at=after(seconds))]
    )
    assert await store.read(pharmaone_lists.external_ids, [OrderId("ORD_1")]) == known


async def test_the_newest_sight_counts_and_silence_takes_nothing_away(store: Store):
    at = {"updated_at": after(0)}
    detail = order(1, external_id=uid(1), flags=SHIPPED, created_at=NOW, seen_at=after(5), **at)
    listed = order(1, status="awaiting_packing", seen_at=after(9), **at)
    late = order(1, status="older", flags=PICKED_UP, seen_at=after(1), **at)
    for each in (detail, listed, late):
        await store.write(pharmaone_lists.save_orders, [each])
    assert await store.read(pharmaone_lists.order_for, uid(1)) == replace(
        detail,
        status="awaiting_packing",
        seen_at=after(9),
    )


@pytest.mark.parametrize("changed_at", [after(8), None])
async def test_flags_are_unknown_once_an_order_may_have_changed(store: Store, changed_at: object):
    detail = order(1, external_id=uid(1), flags=frozenset(), updated_at=after(2))
    listed = order(1, updated_at=changed_at, seen_at=after(9))
    for each in (detail, listed, detail):
        await store.write(pharmaone_lists.save_orders, [each])
    found = await store.read(pharmaone_lists.order_for, uid(1))
    assert found is not None
    assert found.flags is None


async def test_how_many_skus_have_a_record(store: Store):
    skus = [sku(1, external_id="20417"), sku(2), sku(3, external_id=""), sku(4)]
    await store.write(rxscale_lists.save_catalogue, skus, seen_at=NOW, complete=True)
    listed = [PharmacySkuUid("psku-2"), PharmacySkuUid("psku-1"), PharmacySkuUid("psku-9")]
    assert await store.read(rxscale_lists.linked, listed) == (2, 2)
