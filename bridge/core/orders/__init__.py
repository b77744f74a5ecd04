"""What to do next about one pharmacy order: `next_step`, the heart of the bridge."""

from bridge.core.orders.decide import next_step

__all__ = ["next_step"]
