"""The bridge's memory on disk: what to look at, how far each order has come, what was done."""

from bridge.store.copies import Checked, Restored, back_up, check, is_behind, restore
from bridge.store.runlock import RunLock
from bridge.store.stock.numbers import Pushed, ShownNow
from bridge.store.stock.store import StockState
from bridge.store.store import Store
from bridge.store.views import StoreFacts

__all__ = [
    "Checked",
    "Pushed",
    "Restored",
    "RunLock",
    "ShownNow",
    "StockState",
    "Store",
    "StoreFacts",
    "back_up",
    "check",
    "is_behind",
    "restore",
]
