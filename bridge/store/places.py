"""What is asked of a store before it is open, wherever it is: in a file or in a database."""

from pathlib import Path
from types import ModuleType

from bridge.errors import Fault, Misconfigured
from bridge.place import Place
from bridge.store import backup, connection


def postgresql() -> ModuleType:
    """What opens a database; loaded for whoever has one. Raises Misconfigured without psycopg."""
    try:
        from bridge.store.postgresql import opening
    except ImportError:
        raise Misconfigured(Fault("store.url", "no-psycopg")) from None
    return opening


def exists(place: Place) -> bool:
    """Whether there is a store. Raises Misconfigured, or TryLater where nobody answers."""
    return place.exists() if isinstance(place, Path) else bool(postgresql().exists(place))


def is_behind(place: Place) -> bool:
    """Whether opening it would bring it up to this version, which an earlier one cannot read.

    An empty one is. Raises as opening it would.
    """
    if isinstance(place, Path):
        return backup.is_behind(place)
    return bool(postgresql().is_behind(place))


def run_lock(place: Place, *, leased: bool = False) -> connection.RunLock:
    """At most one `run` works on a store: held from `acquire` to `release`, or by `with`.

    `leased`: for a replica, which only looks whether a command holds it.
    """
    if isinstance(place, Path):
        return connection.RunLock(place)
    found: connection.RunLock = postgresql().RunLock(place, leased=leased)
    return found
