"""What happens by the clock: sweeps, searches, reloading and forgetting."""

from bridge.cycles.catalogue import CatalogueReader
from bridge.cycles.finder import Finder, cannot_search
from bridge.cycles.p1sweep import P1Sweep
from bridge.cycles.reload import MappingFacts, Reloader
from bridge.cycles.sweep import OrderSweep
from bridge.cycles.timer import every

__all__ = [
    "CatalogueReader",
    "Finder",
    "MappingFacts",
    "OrderSweep",
    "P1Sweep",
    "Reloader",
    "cannot_search",
    "every",
]
