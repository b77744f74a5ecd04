"""The bridge's memory on disk: what to look at, how far each order has come, what was done.

A `Store` is asked by functions: `await store.read(views.story, uid)`. Each module has the SQL of
one question or table.
"""

from bridge.store.backup import (
    Checked,
    Restored,
    back_up,
    check,
    doubt,
    forget_made,
    last_good,
    restore,
    take_daily,
)
from bridge.store.connection import RunLock
from bridge.store.engine import Store, exists, is_behind, run_lock
from bridge.store.moving import move, whose
from bridge.store.stock import Pushed, StockState
from bridge.store.views import StoreFacts

__all__ = [
    "Checked",
    "Pushed",
    "Restored",
    "RunLock",
    "StockState",
    "Store",
    "StoreFacts",
    "back_up",
    "check",
    "doubt",
    "exists",
    "forget_made",
    "is_behind",
    "last_good",
    "move",
    "restore",
    "run_lock",
    "take_daily",
    "whose",
]
