"""Notes, counters, the check of health, and forgetting what is over."""

from dataclasses import replace
from typing import Any

from store.given import (
    NOW,
    after,
    delivery,
    entry,
    hint,
    key,
    make_stuck,
    noted,
    record,
    sql,
    submitted,
    uid,
)

from bridge.core.deliveries import Receipt
from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import SweptOrder
from bridge.core.model import Hint, Key, OrderId, P1Order, Phase
from bridge.store import (
    Store,
    deliveries,
    notes,
    pharmaone_lists,
    rxscale_lists,
    todo,
    views,
    waiting,
    work,
)
from bridge.store.work import Forgotten

BEFORE = after(1000)


async def column(store: Store, statement: str) -> list[Any]:
    return [value for (value,) in await store.read(sql(statement))]


async def test_notes(store: Store):
    assert await store.read(notes.get, "said") is None
    await store.write(notes.put, "said", "so")
    await store.write(notes.put, "said", "")
    assert await store.read(notes.get, "said") == ""


async def test_the_check_changes_nothing_that_counts(store: Store):
    before = await store.read(views.facts, NOW)
    await store.write(notes.touch)
    await store.write(notes.touch)
    assert await store.read(views.facts, NOW) == before


def finished(number: int, seconds: float, phase: Phase = Phase.DONE) -> Any:
    return submitted(number, phase=phase, finished_at=after(seconds))


async def test_finished_orders_are_forgotten_with_all_about_them(store: Store):
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1), hint(2)], NOW)
    await store.write(work.save, finished(1, 999), [entry(1)])
    await store.write(work.save, finished(2, 1000), [entry(2)])
    await store.write(work.save, finished(3, 999, Phase.DROPPED), [entry(3)])
    await store.write(work.save, submitted(4), [entry(4)])
    assert (await store.write(work.forget, BEFORE)).orders == 2
    assert await column(store, "SELECT uid FROM orders ORDER BY uid") == [uid(2), uid(4)]
    assert await column(store, "SELECT key FROM journal ORDER BY key") == [key(2), key(4)]
    assert await column(store, "SELECT key FROM todo") == [key(2)]
    assert await store.read(waiting.all_stuck) == []
    assert (await store.write(work.forget, BEFORE)).orders == 0


async def test_they_are_forgotten_a_slice_at_a_time(store: Store):
    """Deliveries wait for each write. While orders are left, what hangs on them is passed over at
    each slice: so that comes afterwards.
    """
    for number in range(5):
        await store.write(work.save, finished(number, number), [])
        await store.write_together(deliveries.receive, noted(number, received_at=NOW))
    slices = [await store.write(work.forget, BEFORE, most=2) for _ in range(5)]
    assert slices == [Forgotten(orders, more=True) for orders in (2, 2, 1, 0)] + [
        Forgotten(0, more=False)
    ]
    assert await column(store, "SELECT uid FROM orders") == []
    assert await column(store, "SELECT key FROM deliveries") == []


async def test_old_deliveries_about_no_order_are_forgotten(store: Store):
    for number, received_at in ((1, after(999)), (2, BEFORE)):
        await store.write_together(deliveries.receive, noted(number, received_at=received_at))
    await store.write(work.forget, BEFORE)
    assert await store.write_together(deliveries.receive, noted(2)) is Receipt.DUPLICATE
    assert await store.write_together(deliveries.receive, noted(1)) is Receipt.NOTED


async def test_a_delivery_is_part_of_its_orders_story_as_long_as_that_is_remembered(store: Store):
    await store.write_together(deliveries.receive, delivery(1, received_at=after(1)))
    await store.write(work.forget, BEFORE)
    assert await column(store, "SELECT key FROM deliveries") == [key(1)]
    await store.write(work.save, record(1, phase=Phase.DONE, finished_at=after(2)), [])
    await store.write(work.forget, BEFORE)
    assert await column(store, "SELECT key FROM deliveries") == []


async def test_of_the_journal_only_what_is_about_no_order_grows_old(store: Store):
    odd, sku = Key("event:odd"), Key("sku:psku-1")
    told = [
        JournalEntry(about, after(at), Event.LOOKED)
        for about in (odd, sku, key(1))
        for at in (999, 1000)
    ]
    await store.write(work.save, submitted(1), told)
    await store.write(work.forget, BEFORE)
    rows = await store.read(sql("SELECT key, count(*) FROM journal GROUP BY key ORDER BY key"))
    assert rows == [(odd, 1), (key(1), 2), (sku, 1)]


def p1_order(number: int, external_id: str | None, seconds: float = 0) -> P1Order:
    return P1Order(OrderId(f"ORD_{number}"), "pending", after(seconds), external_id)


async def test_pharmaones_other_orders_are_forgotten(store: Store):
    await store.write(work.save, submitted(1), [])
    await store.write(work.save, submitted(2, order_id=OrderId("ORD_2")), [])
    await store.write(
        pharmaone_lists.save_orders,
        [
            p1_order(1, uid(1)),
            p1_order(2, None),
            p1_order(3, "EXT-17"),
            p1_order(4, ""),
            p1_order(5, None, 1000),
        ],
    )
    await store.write(work.forget, BEFORE)
    assert await column(store, "SELECT id FROM p1_orders ORDER BY id") == [
        "ORD_1",
        "ORD_2",
        "ORD_5",
    ]


async def test_they_are_forgotten_by_their_own_age_however_often_they_are_listed(store: Store):
    await store.write(work.save, submitted(1), [])
    young = replace(p1_order(2, None), created_at=BEFORE)
    rows = [replace(p1_order(1, ""), created_at=NOW), young, p1_order(3, None)]
    rows.append(replace(p1_order(4, uid(1)), created_at=NOW))
    ours = ["ORD_2", "ORD_4"]
    for at in (NOW, after(1001), after(2000)):
        listed = [replace(row, seen_at=at) for row in rows]
        await store.write(pharmaone_lists.save_orders, listed)
        await store.write(work.forget, BEFORE)
        kept = await column(store, "SELECT id FROM p1_orders ORDER BY id")
        assert kept == ours if at == NOW else kept == ["ORD_2", "ORD_3", "ORD_4"], "3 is met anew"


async def test_one_that_was_forgotten_is_read_but_once_more(store: Store):
    """Or reading what nobody knows would never come to its end."""
    await store.write(work.save, submitted(1, unsent_at=NOW), [])
    await store.write(work.forget, BEFORE)
    await store.write(pharmaone_lists.save_orders, [p1_order(1, None, 2000)])
    assert await store.read(pharmaone_lists.unread, 9) == ["ORD_1"]
    old = replace(p1_order(1, "EXT-17", 2001), created_at=after(5))
    assert not await store.write(pharmaone_lists.save_read, old, after(2002))
    assert await store.read(pharmaone_lists.unread, 9) == []


async def test_what_rxscale_still_lists_as_open_is_not_forgotten(store: Store):
    await store.write(work.save, finished(1, 5, Phase.DROPPED), [])
    await store.write(work.save, finished(2, 5), [])
    rows = {uid(1): SweptOrder("waiting for pharmacy")}
    await store.write(
        rxscale_lists.compare_orders, rows, began_at=after(6), now=after(7), settled=True
    )
    assert (await store.write(work.forget, BEFORE)).orders == 1
    again = await store.write(
        rxscale_lists.compare_orders, rows, began_at=after(8), now=after(9), settled=True
    )
    assert again.new == 0, "or it would be sent, though a person dropped it"
    await store.write(
        rxscale_lists.compare_orders, {}, began_at=after(10), now=after(11), settled=True
    )
    assert (await store.write(work.forget, BEFORE)).orders == 1


async def test_a_sku_has_no_order_to_be_forgotten_with(store: Store):
    await store.write(todo.hint, [Hint(Key("sku:psku-1"), "stock")], NOW)
    await store.write(work.forget, BEFORE)
    assert await column(store, "SELECT key FROM todo") == ["sku:psku-1"]
