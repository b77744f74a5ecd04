"""Mapping files become checked look-ups that never guess; mistakes are told by file and key."""

from bridge.mapping.reading import Place
from bridge.mapping.rules import Rules, fingerprint, load, refuse_to_forget

__all__ = ["Place", "Rules", "fingerprint", "load", "refuse_to_forget"]
