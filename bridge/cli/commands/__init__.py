"""Commands for whoever keeps the bridge: its memory, its password."""
