"""Takes a backup of the store, beside a bridge at work."""

from pathlib import Path

from bridge.errors import Fault, Misconfigured
from bridge.store.copies.checking import Checked, check, sound
from bridge.store.copies.files import COMPANIONS, companion, copy, is_a_store, made_beside
from bridge.store.copies.files import put_in_place as put
from bridge.store.failures import damaged


def back_up(store: Path, target: Path) -> Checked:
    """Copies the store to `target`, of mode 600, checked before it is given that name.

    An older backup of that name is replaced at the last moment. Raises Misconfigured if `target`
    is anything else, and for a store that is damaged; TryLater for a full disk.
    """
    if not store.is_file():
        remedy = "start `rxbridge run` first, or name its configuration with --config"
        raise Misconfigured(Fault(str(store), "there is no store here yet", remedy))
    _refuse(store, target)
    with made_beside(target) as made:
        copy(store, made)
        sound(check(made), damaged(store).remedy)
        put(made, target)
    return check(target)


def _refuse(store: Path, target: Path) -> None:
    what = _why_not(store, target)
    if what is not None:
        raise Misconfigured(Fault(str(target), what, "name another file for the backup"))


def _why_not(store: Path, target: Path) -> str | None:
    if target.is_dir():
        return "is a folder"
    if target.absolute() in [companion(store.absolute(), suffix) for suffix in _BESIDE]:
        return "belongs to the store"
    if not target.exists():
        return None
    if target.samefile(store):
        return "is the store itself"
    if any(companion(target, suffix).exists() for suffix in _BESIDE):
        return "is another bridge's store"
    if target.stat().st_size and not is_a_store(target):
        return "is no backup of rxbridge's, and would be overwritten"
    return None


_BESIDE = (*COMPANIONS, ".lock")
