"""PharmaOne's partner API as its documents describe it."""
