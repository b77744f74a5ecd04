"""What the pictures are drawn from: hours that were counted, and orders by when they came along."""

import sqlite3
from datetime import timedelta

from store.given import NOW

from bridge.core.model import PharmacySkuUid
from bridge.store import notes, views
from bridge.store.rows import micros

HOUR = NOW.replace(minute=0, second=0, microsecond=0)


async def test_orders_are_counted_in_the_hour_in_which_they_came_along(store):
    def given(connection: sqlite3.Connection) -> None:
        add = """
        INSERT INTO orders (uid, first_seen_at, created_at, phase, announced_by, priority,
          submitted_at, intent_at, finished_at, state)
        VALUES (?, ?, ?, ?, 'webhook', 0, ?, ?, ?, ?)
        """
        for uid, created, sent, ended, state in (
            ("po-1", -7200, -7000, -60, "completed"),
            ("po-2", None, -3400, -30, "completed"),
            ("po-3", -3600, None, -30, "cancelled"),
            ("po-4", -90_000, -90_000, -89_000, "completed"),
        ):
            seen = HOUR + timedelta(seconds=-3600 if uid != "po-4" else -90_000)
            at = [s if s is None else micros(HOUR + timedelta(seconds=s)) for s in (created, sent)]
            end = micros(HOUR + timedelta(seconds=ended))
            phase = "done"
            connection.execute(add, (uid, micros(seen), at[0], phase, at[1], at[1], end, state))
        line = """
            INSERT INTO order_lines (uid, place, pharmacy_sku_uid, p1_id, amount, units)
            VALUES (?, 1, ?, 'P1', ?, 1)
        """
        connection.execute(line, ("po-1", "psku-1", 2))
        connection.execute(line, ("po-2", "psku-2", 1))
        connection.execute(line, ("po-4", "psku-1", 1))
        notes.count_in_hour(connection, {"orders": 2}, HOUR)
        notes.count_in_hour(connection, {"orders": 1, "calls rxscale": 4}, HOUR)
        notes.count_in_hour(connection, {"orders": 9}, HOUR - timedelta(days=1))

    await store.write(given)
    since = HOUR - timedelta(hours=5)
    before, then = HOUR - timedelta(hours=1), HOUR - timedelta(hours=2)
    assert await store.read(views.hours, ["orders"], since) == {
        ("orders", HOUR): 3,
        ("reviewed", then): 1,
        ("seconds reviewed", then): 200,
        ("reviewed", before): 1,
        ("seconds reviewed", before): 200,
        ("handed over", before): 2,
        ("seconds handed over", before): 7140 + 3570,
    }
    (taker,) = await store.read(views.takers, PharmacySkuUid("psku-1"), since)
    assert (taker.uid, taker.name, taker.amount, taker.at) == ("po-1", "", 2, before)
    all_of_it = await store.read(views.takers, PharmacySkuUid("psku-1"), HOUR - timedelta(days=3))
    assert [each.uid for each in all_of_it] == ["po-1", "po-4"]
