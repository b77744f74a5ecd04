"""The bridge's memory on disk: what to look at, how far each order has come, what was done.

A `Store` is asked by functions: `await store.read(views.story, uid)`. Each module has the SQL of
one question or table.
"""

from bridge.store.engine import Store, exists, is_behind, run_lock
from bridge.store.stock import StockState
from bridge.store.views import StoreFacts

__all__ = ["StockState", "Store", "StoreFacts", "exists", "is_behind", "run_lock"]
