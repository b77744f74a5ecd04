"""The worker: claim, look, decide, take one step, write it down, look again."""

from bridge.worker.parts import Parts
from bridge.worker.pool import Worker

__all__ = ["Parts", "Worker"]
