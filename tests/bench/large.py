"""A store as it is after months of a busy pharmacy, filled by SQL in some seconds.

`python -m bench.large PATH` makes one to look at.
"""

import asyncio
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bridge.store import Store, notes
from bridge.store.rows import micros

ORDERS, OPEN, STUCK = 100_000, 5_000, 1_000
DELIVERIES_EACH = 10
DAYS = 80

# Of orders: the first STUCK wait for a person, the next are under review up to OPEN, the others
# ended. `of` has a row an order: its number and its time.
_FILL = (
    "CREATE TEMP TABLE of (n INTEGER, at INTEGER)",
    """
    INSERT INTO of WITH RECURSIVE of (n) AS (
      SELECT 0 UNION ALL SELECT n + 1 FROM of WHERE n + 1 < :orders)
    SELECT n, :now - :span * n / :orders FROM of
    """,
    """
    INSERT INTO orders (uid, first_seen_at, phase, announced_by, name, priority, claimed_as,
      rx_status, rx_seen_at, state, attempts, intent_at, submitted_at, request_id, order_id,
      p1_status, p1_seen_at, p1_state, calls, rules_version, finished_at, created_at)
    SELECT printf('po-large-%06d', n), at,
      CASE WHEN n < :stuck THEN 'known' WHEN n < :open THEN 'submitted' ELSE 'done' END,
      'webhook', '#' || (200000 + n), 0, iif(n < :stuck, NULL, 'pending review'),
      CASE WHEN n < :stuck THEN 'waiting for pharmacy' WHEN n < :open THEN 'pending review'
        ELSE 'completed' END, at,
      CASE WHEN n < :stuck THEN 'new' WHEN n < :open THEN 'in_review' ELSE 'completed' END,
      n >= :stuck, iif(n < :stuck, NULL, at), iif(n < :stuck, NULL, at),
      iif(n < :stuck, NULL, printf('REQ_large_%06d', n)),
      iif(n < :open, NULL, printf('ORD_large_%06d', n)),
      iif(n < :open, NULL, 'completed'), iif(n < :open, NULL, at),
      iif(n < :open, NULL, 'completed'), 8, 'large', iif(n < :open, NULL, at), at
    FROM of ORDER BY 1
    """,
    """
    INSERT INTO order_lines
      (uid, place, pharmacy_sku_uid, p1_id, amount, units, released_at, sold_at)
    SELECT printf('po-large-%06d', n), place, 'psku-' || (1001 + n * 7 % 500), 20401 + n * 7 % 500,
      1, 1, iif(n < :open, NULL, at), iif(n < :open, NULL, at)
    FROM of, (SELECT 1 AS place UNION ALL SELECT 2) WHERE n >= :stuck ORDER BY 1, 2
    """,
    """
    INSERT INTO p1_orders
      (id, status, seen_at, first_seen_at, external_id, flags, created_at, updated_at)
    SELECT printf('ORD_large_%06d', n), 'completed', at, at,
      printf('po-large-%06d', n), '', at, at
    FROM of WHERE n >= :open ORDER BY 1
    """,
    """
    INSERT INTO stuck (key, since, code, facts)
    SELECT printf('order:po-large-%06d', n), at, 'unlinked_sku',
      '{"name": "Musterblüte ' || (n % 50) || '", "sku": "sku-' || (n % 50) ||
      '", "pharmacy_sku": "psku-' || (n % 50) || '", "file": "skus.csv"}'
    FROM of WHERE n < :stuck ORDER BY 1
    """,
    """
    INSERT INTO journal (key, kind, at, what, facts)
    SELECT printf('order:po-large-%06d', n), 'order', at, what, facts
    FROM of, (SELECT 'looked' AS what, '{"status":"waiting for pharmacy"}' AS facts
      UNION ALL SELECT 'claimed', '{"status":"pending review"}'
      UNION ALL SELECT 'submitted', '{"request":"REQ_1"}'
      UNION ALL SELECT 'set status', '{"status":"in-progress"}'
      UNION ALL SELECT 'set status', '{"status":"ready_for_pickup"}'
      UNION ALL SELECT 'done', '{}')
    ORDER BY n DESC
    """,
    """
    INSERT INTO deliveries
      (vendor, dedup_key, event, key, received_at, reported_status, became, times)
    SELECT 'rxscale', lower(hex(randomblob(16))), 'pharmacy_order_updated',
      printf('order:po-large-%06d', n), at + each * 1000000, 'in-progress',
      iif(each % 2, 'echo', 'hinted'), 1
    FROM of, (WITH RECURSIVE times (each) AS (
      SELECT 0 UNION ALL SELECT each + 1 FROM times WHERE each + 1 < :deliveries_each)
      SELECT each FROM times)
    ORDER BY 2
    """,
    """
    INSERT INTO hours (what, at, count)
    SELECT what, (:now / 3600000000 - n) * 3600000000, 1 + abs(n * 7919 % most)
    FROM (SELECT 'orders' AS what, 40 AS most UNION ALL SELECT 'calls rxscale', 900
      UNION ALL SELECT 'milliseconds rxscale', 90000 UNION ALL SELECT 'calls pharmaone', 400
      UNION ALL SELECT 'milliseconds pharmaone', 60000),
      (WITH RECURSIVE back (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM back WHERE n < 24 * 31)
      SELECT n FROM back) AS hours ORDER BY 1, 2
    """,
)


async def make(path: Path, orders: int = ORDERS, deliveries_each: int = DELIVERIES_EACH) -> None:
    """The store of this bridge, with all of it, the newest order just met; its sweeps are over."""
    now = datetime.now(UTC)
    store = await Store.open(path, now=now - timedelta(days=DAYS))
    await store.write(notes.put_time, notes.FIRST_SWEEP_AT, now - timedelta(days=DAYS))
    await store.write(notes.put_time, notes.LAST_POLL_AT, now)
    await store.close()
    given = {
        "orders": orders,
        "open": orders * OPEN // ORDERS,
        "stuck": orders * STUCK // ORDERS,
        "deliveries_each": deliveries_each,
        "now": micros(now),
        "span": timedelta(days=DAYS) // timedelta(microseconds=1),
    }
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        for statement in _FILL:
            connection.execute(statement, given)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


if __name__ == "__main__":
    asyncio.run(make(Path(sys.argv[1])))
