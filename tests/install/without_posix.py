"""Put beside the installed packages as `sitecustomize`: what Windows does not have is not there.

filelock is loaded before, for it brings a lock of its own there; the rest has to do without.
"""

import asyncio
import os
import sys

import filelock  # noqa: F401 - it keeps its own fcntl


def _not_here(*_: object) -> None:
    raise NotImplementedError


for name in ("fcntl", "grp", "pwd", "resource", "termios", "tty", "uvloop"):
    sys.modules[name] = None  # type: ignore[assignment]
GONE = "O_NOFOLLOW O_NONBLOCK O_DIRECTORY geteuid getuid getgid chown fchmod pread pwrite fork"
for name in GONE.split():
    delattr(os, name)
asyncio.SelectorEventLoop.add_signal_handler = _not_here  # type: ignore[method-assign]
asyncio.SelectorEventLoop.remove_signal_handler = _not_here  # type: ignore[method-assign]
print("without POSIX", file=sys.stderr)
