"""Carries requests to the vendors over HTTP: within their limits, once where once matters."""

from bridge.transport.breaker import State
from bridge.transport.budget import Limits
from bridge.transport.client import Transport, VendorFacts
from bridge.transport.session import Exchange, exchange, session

__all__ = ["Exchange", "Limits", "State", "Transport", "VendorFacts", "exchange", "session"]
