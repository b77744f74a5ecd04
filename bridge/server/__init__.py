"""The bridge's own HTTP side: webhooks in; health, metrics and the page out. Decides nothing."""

from bridge.server.door import Door, Limits
from bridge.server.parts import ServerParts
from bridge.server.web import Running, build, build_webhooks, refuse_taken, serve

__all__ = [
    "Door",
    "Limits",
    "Running",
    "ServerParts",
    "build",
    "build_webhooks",
    "refuse_taken",
    "serve",
]
