"""What a restored store must not be sure of: all that may have happened since it was copied.

An order may have been sent, a number written, an adjustment made; the copy remembers none of it.
So each order counts as one that an earlier store may have sent (docs/architecture.md, The store),
each is looked at again, and numbers at RxScale count as never seen. What a person decided stays,
but for "send it": that was done.
"""

import sqlite3
from datetime import datetime

from bridge.core.journal import Event
from bridge.store.stock import stocktake
from bridge.store.tables import notes, seen
from bridge.store.tables.rows import micros

_FORGOTTEN = (
    notes.FIRST_SWEEP_AT,
    notes.CATALOGUE_AT,
    seen.CATALOGUE_MARK,
    stocktake.PENDING,
    stocktake.ASKED,
)
_DOUBTS = (
    # To be searched for at PharmaOne before anything is sent: known() in core/orders/submitting.
    """
    UPDATE orders SET must_find = 1, cleared = 0, searched_at = NULL,
      phase = CASE WHEN phase = 'submitting' OR phase = 'unsure' THEN 'known' ELSE phase END
    WHERE phase <> 'dropped'
    """,
    "UPDATE orders SET rx_seen_at = NULL, echoes = '' WHERE finished_at IS NULL",
    """
    INSERT INTO todo (key, generation, priority, due_at, hinted_at, attempts, why)
    SELECT 'order:' || uid, :at, priority, :at, :at, 0, 'the store was restored'
    FROM orders WHERE finished_at IS NULL
    ON CONFLICT (key) DO UPDATE SET due_at = min(due_at, excluded.due_at), attempts = 0,
      generation = generation + 1, lease_until = NULL
    """,
    """
    INSERT INTO journal (key, at, what, facts)
    SELECT 'order:' || uid, :at, :restored, '{}' FROM orders WHERE finished_at IS NULL
    """,
    # A number that differs from the one remembered is nobody's change: ours came after the copy.
    "DELETE FROM stock WHERE left_at IS NULL",
    """
    UPDATE stock SET rx_stock = NULL, rx_price = NULL, rx_seen_at = NULL, pushed = NULL,
      pushed_price = NULL, read_at = NULL, wanted = NULL, wanted_price = NULL,
      wanted_read_at = NULL, ours_at = NULL, drift_at = NULL
    """,
    # It may have been sent since: its reference is looked for in PharmaOne's log first.
    "UPDATE adjustments SET sent_at = begun_at WHERE sent_at IS NULL",
)


def doubt(connection: sqlite3.Connection, now: datetime) -> None:
    """Inside the caller's transaction."""
    for statement in _DOUBTS:
        connection.execute(statement, {"at": micros(now), "restored": Event.RESTORED.value})
    connection.executemany("DELETE FROM meta WHERE name = ?", [(name,) for name in _FORGOTTEN])
