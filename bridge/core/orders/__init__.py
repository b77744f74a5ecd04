"""What to do next about one pharmacy order: `next_step`, the heart of the bridge."""

from bridge.core.orders.decide import next_step
from bridge.core.orders.submitting import FREED_BY_MAPPING, LINKING_CODES

__all__ = ["FREED_BY_MAPPING", "LINKING_CODES", "next_step"]
