"""Proposes which PharmaOne product a SKU without a link is, and writes accepted ones down."""

from bridge.mapping.matching.append import Accepted, append
from bridge.mapping.matching.propose import Proposal, propose

__all__ = ["Accepted", "Proposal", "append", "propose"]
