"""Mapping files become checked look-ups that never guess; mistakes are told by file and key."""
