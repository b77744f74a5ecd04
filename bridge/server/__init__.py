"""The bridge's own HTTP side: webhooks in, health and metrics out. Decides nothing."""

from bridge.server.parts import ServerParts
from bridge.server.web import Running, build, serve

__all__ = ["Running", "ServerParts", "build", "serve"]
