"""Stock goes out: read PharmaOne's inventory, plan, write RxScale's SKUs; and back, by choice."""

from bridge.cycles.stock.adjust import Adjuster
from bridge.cycles.stock.cycle import StockCycle, StockFacts, SyncResult
from bridge.cycles.stock.push import Pusher

__all__ = ["Adjuster", "Pusher", "StockCycle", "StockFacts", "SyncResult"]
