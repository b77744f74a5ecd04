"""What is forgotten is gone from every file, and nothing is forgotten that would be sent again."""

import asyncio
import contextlib
import os
import re
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from store.given import (
    NOW,
    after,
    delivery,
    entry,
    hint,
    key,
    make_stuck,
    sql,
    submitted,
    uid,
)
from store.test_upkeep import finished, p1_order

from bridge.core.memory import SweptOrder
from bridge.core.model import OrderId, PharmacySkuUid, ProductId
from bridge.core.reasons import NO_GOOD_BACKUP
from bridge.core.stock.reserve import Demand
from bridge.cycles.upkeep import Upkeep
from bridge.errors import Misconfigured, UnderWay
from bridge.store import (
    Store,
    backup,
    deliveries,
    notes,
    orders,
    person,
    pharmaone_lists,
    rxscale_lists,
    todo,
    views,
    waiting,
    work,
)


def rows(table: str):
    return sql(" ".join(("SELECT * FROM", table)))


DAY = timedelta(days=1)
WORD = "remembered-for-a-while"


def files_of(store: Store) -> bytes:
    beside = store.path.parent.glob(f"{store.path.name}*")
    return b"".join(each.read_bytes() for each in beside)


def upkeep(store: Store, days: float) -> Upkeep:
    return Upkeep(store, None, None, lambda: NOW + days * DAY, 90, 365, float)


async def test_what_was_forgotten_is_in_none_of_the_files(
    path: Path, monkeypatch: pytest.MonkeyPatch
):
    connect = sqlite3.connect

    def forgetful(*args, **named):
        connection = connect(*args, **named)
        connection.execute("PRAGMA secure_delete = OFF")  # as SQLite is built elsewhere
        return connection

    monkeypatch.setattr(sqlite3, "connect", forgetful)
    store = await Store.open(path, now=NOW)
    told = [entry(1, WORD=f"{WORD} {number}") for number in range(500)]
    await store.write(work.save, finished(1, 0), told)
    await store.truncate_log()
    assert WORD.encode() in path.read_bytes()
    await upkeep(store, 91).forget()
    assert WORD.encode() not in files_of(store)
    await store.close()


async def test_all_slices_are_forgotten_in_one_round(store: Store, monkeypatch):
    sliced = partial(work.forget, most=2)
    monkeypatch.setattr(work, "forget", sliced)
    for number in range(5):
        await store.write(work.save, finished(number, 0), [])
    await upkeep(store, 91).forget()
    assert await store.read(rows("orders")) == []


async def test_an_order_that_never_ends_is_forgotten_after_a_year(store: Store):
    lines = [Demand(1, PharmacySkuUid("psku-1"), ProductId("20417"), 1, 1)]
    await store.write(work.save, submitted(1), [entry(1)], lines)
    await upkeep(store, 364).forget()
    assert await store.read(orders.find, uid(1)) is not None
    await upkeep(store, 366).forget()
    for table in ("orders", "journal", "order_lines"):
        assert await store.read(rows(table)) == []


async def test_one_that_rxscale_still_lists_is_not(store: Store):
    """A sweep would meet it as new."""
    await store.write(work.save, submitted(1), [])
    rows = {uid(1): SweptOrder("pending review")}
    late = NOW + 366 * DAY
    await store.write(rxscale_lists.compare_orders, rows, began_at=late, now=late, settled=True)
    await upkeep(store, 366).forget()
    assert await store.read(orders.find, uid(1)) is not None


# -- erasing one on request ------------------------------------------------------------------


async def test_an_order_is_erased_from_every_table(store: Store):
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1), hint(2)], NOW)
    lines = [Demand(1, PharmacySkuUid("psku-1"), ProductId("20417"), 1, 1)]
    for number in (1, 2):
        known = submitted(number, order_id=OrderId(f"ORD_{number}"))
        await store.write(work.save, known, [entry(number)], lines)
        await store.write_together(deliveries.receive, delivery(number))
        found = [p1_order(number, None), p1_order(number + 10, uid(number))]
        await store.write(pharmaone_lists.save_orders, found)
    await store.write(notes.put, notes.STILL_LISTED, '["po-1", "po-2"]')
    assert await store.write(person.erase, key(1), NOW)
    for number, found in ((1, False), (2, True)):
        for word in (uid(number), f"ORD_{number}"):
            assert (await mentions(store, word) != []) is found
    assert not await store.write(person.erase, key(1), NOW), "nothing is left of it"


async def mentions(store: Store, word: str) -> list[str]:
    """The tables in which the word stands: of a key, a list or as it is."""
    found = []
    for table in (each["table"] for each in await store.read(views.tables)):
        cells = [cell for row in await store.read(rows(table)) for cell in row]
        if any(str(cell) in (word, f"order:{word}") or f'"{word}"' in str(cell) for cell in cells):
            found.append(table)
    return found


async def test_no_table_of_orders_is_left_out(store: Store):
    """A new table with a key or a uid is one more place to erase from."""
    found = await store.read(views.tables)
    tables = {each["table"] for each in found if {"key", "uid"} & {*each["columns"]}}
    erased = {word for each in work._ERASE for word in each.split()}
    assert tables > {"orders", "journal"}
    assert tables <= erased


async def test_forgetting_many_orders_reads_no_table_for_each_of_them(store: Store):
    """A year's deliveries would be read ten thousand times, with every webhook kept waiting."""
    for statement in work._FORGET:
        named = statement.replace(":uids", "'[]'").replace(":keys", "'[]'")
        plan = [row[3] for row in await store.read(sql(f"EXPLAIN QUERY PLAN {named}"))]
        assert not [told for told in plan if re.match("SCAN (?!json_each)", told)], statement


async def test_one_that_is_looked_at_right_now_is_not_erased(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    await store.write(todo.claim, 1, NOW, DAY)
    with pytest.raises(UnderWay):
        await store.write(person.erase, key(1), after(1))
    assert await store.read(orders.find, uid(1)) is not None


# -- the files that the bridge made ----------------------------------------------------------


def test_stores_that_were_replaced_are_forgotten_and_nobodys_own_files(path: Path):
    old, young = "20251001T000000Z", "20260101T000000Z"
    ours = [f"{path.name}.replaced-{old}", f"{path.name}.replaced-{old}-wal"]
    ours.append(f"{path.name}.replaced-{old}-2")
    others = [
        f"{path.name}.replaced-{young}",
        f"{path.name}.replaced-before-the-move",
        f"{path.name}.replaced-{old}.keep",
        f"other.db.replaced-{old}",
        path.name,
    ]
    for name in ours + others:
        (path.parent / name).write_text("x")
    backup.forget_made(path, NOW - 90 * DAY)
    assert sorted(each.name for each in path.parent.iterdir()) == sorted(others)


async def test_the_upkeep_forgets_them_by_the_stores_retention(store: Store):
    kept = store.path.with_name(f"{store.path.name}.replaced-20260102T080000Z")
    kept.write_text("x")
    await upkeep(store, 89).forget()
    assert kept.exists()
    await upkeep(store, 91).forget()
    assert not kept.exists()


async def test_emptying_the_log_keeps_no_delivery_waiting(store: Store):
    """A backup under way reads for as long as it takes; a vendor waits five seconds at most."""
    await store.write(work.save, submitted(1), [])
    with closing(sqlite3.connect(store.path, isolation_level=None)) as slow:
        slow.execute("BEGIN")
        slow.execute("SELECT * FROM orders").fetchall()
        await store.write(work.save, submitted(2), [])
        emptied = asyncio.create_task(store.truncate_log())
        began = time.monotonic()
        while not emptied.done():
            await asyncio.sleep(0.01)
            await store.write_together(deliveries.receive, delivery(3))
        assert time.monotonic() - began < 2
    await store.truncate_log()
    assert store.path.with_name(f"{store.path.name}-wal").stat().st_size == 0


# -- the copy of every day -------------------------------------------------------------------


async def test_every_day_is_copied_once_and_the_newest_copies_stay(store: Store):
    mine = store.path.with_name(f"{store.path.name}.backup-20260101")
    mine.write_text("a person's")
    for day in range(20):
        for hour in (1, 3, 4):
            at = (NOW + day * DAY).astimezone().replace(hour=hour)
            each = replace(upkeep(store, 0), now=lambda at=at: at, backup_hour=3, backup_keep=5)
            await each.forget()
            if day == 0:
                assert len(dailies(store)) == (hour >= 3)
    newest = [f"daily-{(NOW + day * DAY).astimezone():%Y%m%d}" for day in range(15, 20)]
    assert [each.name.rpartition(".")[2] for each in dailies(store)] == newest
    assert backup.check(dailies(store)[0]).faults == ()
    assert mine.exists()


async def test_copies_of_long_ago_go_however_few_they_are(store: Store):
    at = NOW.astimezone().replace(hour=23)
    await replace(upkeep(store, 0), now=lambda: at, backup_hour=3).forget()
    assert len(dailies(store)) == 1
    await upkeep(store, 91).forget()
    assert dailies(store) == [], "there are none without store.backup_hour, nor are old ones kept"


def dailies(store: Store) -> list[Path]:
    return sorted(store.path.parent.glob(f"{store.path.name}.daily-*"))


async def test_a_good_copy_that_lacks_for_two_days_is_an_alarm_until_there_is_one(store: Store):
    at = NOW.astimezone().replace(hour=4)

    async def standing(after: timedelta) -> list[str]:
        each = replace(upkeep(store, 0), now=lambda: at + after, backup_hour=3)
        with contextlib.suppress(Misconfigured):
            await each.back_up()
        return [alarm.reason.code for alarm in await store.read(waiting.open_alarms)]

    def dated(when: datetime) -> None:
        for path in dailies(store):
            os.utime(path, (when.timestamp(), when.timestamp()))

    assert await standing(timedelta()) == []
    dated(at)
    await store.write(notes.put_time, notes.GOOD_BACKUP_AT, at)
    assert await standing(timedelta(hours=1)) == []
    for path in dailies(store):
        path.write_bytes(b"rot")
    for day in (1, 2):  # and from now on none can be made
        store.path.with_name(f"{store.path.name}.daily-{at + day * DAY:%Y%m%d}").mkdir()
    dated(at)
    assert await standing(1 * DAY) == []
    assert await standing(2 * DAY) == []
    assert await standing(2 * DAY + timedelta(hours=1)) == [NO_GOOD_BACKUP]
    for day in (1, 2):
        store.path.with_name(f"{store.path.name}.daily-{at + day * DAY:%Y%m%d}").rmdir()
    assert await standing(2 * DAY + timedelta(hours=2)) == []
