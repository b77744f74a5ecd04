"""What is shown of the store: the list, a story, the numbers."""

from datetime import timedelta
from typing import Any

import pytest
from store.given import (
    NOTE,
    NOW,
    after,
    claim_one,
    entry,
    full_record,
    hint,
    key,
    make_stuck,
    outcome,
    record,
    sql,
    submitted,
    uid,
)

from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import OrderRow, StuckRow
from bridge.core.model import (
    CatalogueSku,
    Hint,
    Key,
    OrderId,
    OrderRequestId,
    PharmacySkuUid,
    Phase,
    ProductId,
    SkuUid,
    State,
)
from bridge.core.stock.reserve import Demand
from bridge.store import Store, StoreFacts, notes, orders, rxscale_lists, todo, views, waiting, work


async def test_orders_are_listed_newest_first(store: Store):
    await store.write(work.save, record(1, first_seen_at=after(1)), [])
    await store.write(work.save, record(2, first_seen_at=after(3)), [])
    await store.write(work.save, record(4, first_seen_at=after(2)), [])
    await store.write(work.save, record(3, first_seen_at=after(2)), [])
    rows = await store.read(views.newest)
    assert [row.record.uid for row in rows] == [uid(2), uid(3), uid(4), uid(1)]
    assert [row.record.uid for row in await store.read(views.newest, limit=1)] == [uid(2)]


async def test_a_listed_order_shows_its_link_why_it_is_stuck_and_when_it_is_due(store: Store):
    await make_stuck(store, 2)
    await store.write(todo.hint, [hint(3)], after(5))
    await store.write(work.save, full_record(), [])
    by_uid = {row.record.uid: row for row in await store.read(views.newest)}
    assert by_uid[uid(1)] == OrderRow(full_record(), None, None)
    assert (by_uid[uid(2)].stuck, by_uid[uid(2)].due_at) == (NOTE, None)
    assert (by_uid[uid(3)].stuck, by_uid[uid(3)].due_at) == (None, after(5))


async def test_only_the_open_ones(store: Store):
    await store.write(work.save, record(1), [])
    await store.write(work.save, submitted(2, phase=Phase.DONE, finished_at=NOW), [])
    await store.write(work.save, submitted(3, phase=Phase.DROPPED, finished_at=NOW), [])
    assert [
        row.record.uid for row in await store.read(views.newest, views.Wanted(state="open"))
    ] == [uid(1)]
    assert len(await store.read(views.newest)) == 3


async def test_a_story_has_everything_in_time_order(store: Store):
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1)], after(1))
    claim, known = await claim_one(store, after(1))
    told = (
        entry(1, Event.LOOKED, status="open", calls=[{"route": "GET /x", "milliseconds": 7}]),
        JournalEntry(key(1), after(2), Event.STUCK, {"reason": "Größe fehlt", "at": after(2)}),
    )
    await store.write(work.save, known, [entry(2, Event.LOOKED)])
    await store.write(
        work.settle,
        outcome(claim, known, entries=told, stuck=NOTE, again_at=after(60), failed=True),
    )
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert story.record == known
    assert story.entries[0] == told[0]
    assert story.entries[1].facts == {"reason": "Größe fehlt", "at": str(after(2))}
    assert story.stuck == StuckRow(key(1), NOW, NOTE)
    assert story.due_at == after(60)


async def test_there_is_no_story_of_an_unknown_order(store: Store):
    assert await store.read(views.story, uid(1)) is None
    assert await store.read(orders.find, uid(1)) is None


async def test_what_waits_for_a_person_the_longest_first(store: Store):
    for number, seconds in ((1, 9), (2, 3), (3, 3)):
        await store.write(todo.hint, [hint(number)], after(seconds))
        claim, known = await claim_one(store, after(9))
        await store.write(work.settle, outcome(claim, known, stuck=NOTE, now=after(seconds)))
    assert await store.read(waiting.all_stuck) == [
        StuckRow(key(2), after(3), NOTE),
        StuckRow(key(3), after(3), NOTE),
        StuckRow(key(1), after(9), NOTE),
    ]


async def test_the_numbers_of_an_empty_store(store: Store):
    assert await store.read(views.facts, NOW) == StoreFacts()


async def test_the_numbers(store: Store):
    await make_stuck(store, 9)
    for number in (1, 2):
        await store.write(
            work.save, record(number, phase=Phase.SUBMITTING, intent_at=NOW, doubted_at=NOW), []
        )
    await store.write(work.save, submitted(3, phase=Phase.DONE, finished_at=NOW), [])
    await store.write(work.save, submitted(4), [])
    await store.write(todo.hint, [hint(5)], after(10))
    await store.write(todo.hint, [Hint(Key("sku:psku-1"), "stock")], after(20))
    await store.write(todo.hint, [hint(6)], after(500))
    await store.write(notes.count, "b")
    await store.write(notes.count, "b", 4)
    await store.write(notes.count, "a", 0)
    await store.write(rxscale_lists.save_catalogue, [], seen_at=after(7), complete=True)
    await store.write(rxscale_lists.compare_orders, {}, began_at=NOW, now=after(8), settled=True)
    facts = await store.read(views.facts, after(40.5))
    assert facts.pending == 4, "hinted: 5 and the SKU; left behind, so the sweep says: 1 and 2"
    assert (facts.unsure, facts.stuck, facts.open_orders) == (2, 1, 6)
    assert facts.oldest_seconds == 32.5
    assert (facts.first_sweep_at, facts.last_poll_at) == (after(8), after(8))
    assert await store.read(notes.get_time, notes.CATALOGUE_AT) == after(7)
    assert facts.counters == {"a": 0, "b": 5}


async def test_what_is_being_looked_at_is_pending_too(store: Store):
    await store.write(todo.hint, [hint(1)], after(10))
    await store.write(todo.hint, [hint(2)], after(900))
    await claim_one(store, after(10))
    facts = await store.read(views.facts, after(20))
    assert (facts.pending, facts.oldest_seconds) == (1, 10.0)
    assert (await store.read(views.facts, NOW)).oldest_seconds == 0.0, (
        "a clock set back makes no minus"
    )


async def found(store: Store, words: str = "", **more: Any) -> list[str]:
    rows = await store.read(views.newest, views.Wanted(words, **more))
    return [row.record.uid for row in rows]


async def given_some(store: Store) -> None:
    """1 under review, 2 made and open, 3 completed, 4 cancelled before it was sent, 5 dropped."""
    ended: dict[str, Any] = {"phase": Phase.DONE, "finished_at": NOW}
    made = {"order_id": OrderId("ORD_7"), "state": State.PREPARING, "phase": Phase.ADOPTED}
    for each in (
        submitted(1, name="#1013", state=State.IN_REVIEW, request_id=OrderRequestId("or-1")),
        submitted(2, name="#1014", first_seen_at=after(1), **made),
        submitted(3, **ended, state=State.COMPLETED, order_id=OrderId("ORD_8")),
        record(4, **ended, state=State.CANCELLED),
        record(5, phase=Phase.DROPPED, finished_at=NOW, first_seen_at=after(90_000)),
    ):
        await store.write(work.save, each, [])
    await store.write(waiting.put_stuck, key(1), NOTE, NOW)
    sku = CatalogueSku(PharmacySkuUid("psku-9"), SkuUid("sku-9"), name="Ibuflam 400", pzn="00123")
    await store.write(rxscale_lists.save_catalogue, [sku], seen_at=NOW, complete=True)
    line = Demand(1, PharmacySkuUid("psku-9"), ProductId("20401"), 2, 2)
    await store.write(orders.save_lines, uid(2), [line], sent=False)


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("#1013", [1]),
        ("1014", [2]),
        ("#10", [2, 1]),
        (uid(3), [3]),
        (f"order:{uid(3)}", [3]),
        (uid(3).upper(), [3]),
        ("or-1", [1]),
        ("ord_7", [2]),
        ("psku-9", [2]),
        ("sku:psku-9", [2]),
        ("ibu 400", [2]),
        ("123", []),
        ("00123", [2]),
        ("nobody", []),
        ("%", [2]),
        ("", [5, 2, 1, 3, 4]),
    ],
)
async def test_orders_are_found_by_any_of_their_names(store: Store, words: str, numbers: list[int]):
    await given_some(store)
    assert await found(store, words) == [uid(each) for each in numbers]


async def test_a_whole_name_goes_before_those_that_begin_so(store: Store):
    await given_some(store)
    await store.write(work.save, record(6, name="#10131", first_seen_at=after(3)), [])
    cases = {"#1013": [1], "1013": [1], "#101": [6, 2, 1], uid(1): [1], "ibu 400": [2], "x": []}
    for words, numbers in cases.items():
        rows = await store.read(views.called, words, 10)
        assert [row.record.uid for row in rows] == [uid(number) for number in numbers], words


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"state": "open"}, [2, 1]),
        ({"state": "in_review"}, [1]),
        ({"state": "preparing"}, [2]),
        ({"state": "completed"}, [3]),
        ({"state": "cancelled"}, [4]),
        ({"state": "left_alone"}, [5]),
        ({"state": "ready"}, []),
        ({"stuck": True}, [1]),
        ({"side": "rxscale"}, [5, 4]),
        ({"side": "pharmaone"}, [2, 1, 3]),
        ({"side": "pharmaone", "state": "open", "stuck": True}, [1]),
        ({"since": after(1)}, [5, 2]),
        ({"since": after(1), "until": after(2)}, [2]),
    ],
)
async def test_orders_are_filtered(store: Store, filters: dict[str, Any], numbers: list[int]):
    await given_some(store)
    assert await found(store, **filters) == [uid(each) for each in numbers]


async def test_open_orders_are_counted_with_their_oldest(store: Store):
    await given_some(store)
    assert await store.read(views.open_by_state) == {
        "in_review": views.Count(1, NOW),
        "preparing": views.Count(1, after(1)),
    }
    assert await store.read(views.came_since, after(1)) == views.Count(2, after(1))
    assert await store.read(views.came_since, after(100_000)) == views.Count()


async def test_what_is_ordered_more_than_is_offered_runs_out(store: Store):
    await given_some(store)
    sku = PharmacySkuUid("psku-9")
    for offered, runs_out in ((2, []), (1, [views.RunsOut(sku, "Ibuflam 400", 1, 2)])):
        put = "INSERT INTO stock (pharmacy_sku_uid, rx_stock) VALUES (?, ?)"
        again = "ON CONFLICT (pharmacy_sku_uid) DO UPDATE SET rx_stock = excluded.rx_stock"
        await store.write(sql(f"{put} {again}", sku, offered))
        assert await store.read(views.runs_out, NOW) == runs_out
    assert await store.read(views.runs_out, after(2)) == []


def test_a_day_lasts_from_midnight_to_midnight():
    since, until = views.day_of("2026-01-31")
    assert until - since == timedelta(days=1)
    assert (since.hour, since.utcoffset() is None) == (0, False)
    with pytest.raises(ValueError, match="isoformat"):
        views.day_of("31.01.2026")
