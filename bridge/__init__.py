"""rxbridge: an async, bidirectional bridge between PharmaOne and RxScale."""

import os

__version__ = "0.1.0"

# pydantic looks for plugins in everything that is installed, and shows them all that is validated:
# patients' data must not reach a plugin.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# aiohttp's few frozen lists in C++ would bring libstdc++, a megabyte that nothing else here uses.
os.environ.setdefault("FROZENLIST_NO_EXTENSIONS", "1")
