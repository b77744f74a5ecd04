"""The operator's files: who else may write to them, and how the bridge does: whole or not."""

import os
import stat
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from bridge.app import shipped
from bridge.config import SECRETS
from bridge.core.stock.model import SkuLink
from bridge.errors import Fault, Foreign, Misconfigured, Phrase
from bridge.mapping.adding import written
from bridge.mapping.reading import FILES, SKUS, place_of
from bridge.settings import Settings


def mapping_file(settings: Settings, name: str) -> Path:
    """Where a mapping file is: a pharmacy's own outweighs that of all."""
    return place_of(settings.mappings.dir, settings.source.own, name)


def open_to_others(settings: Settings) -> list[Fault]:
    """Files that decide what the bridge does, and that others than their owners may write to."""
    mappings = [mapping_file(settings, name) for name in FILES]
    found = [path for path in (*settings.source.files, *mappings) if path.exists()]
    own = {settings.source.home / SECRETS} if settings.source.home else set()
    return [Fault(path, "others-write", path=path) for path in found if _is_open(path.stat())] + [
        Fault(path, "others-look", path=path)
        for path in own & {path.parent for path in settings.source.files}
        if hasattr(os, "geteuid") and path.stat().st_mode & 0o077
    ]


def _is_open(found: os.stat_result) -> bool:
    """A group that only the owner is in, as many systems give to each user, is no other.

    Windows has other rights, which are not looked at.
    """
    try:
        import grp
        import pwd
    except ImportError:
        return False
    if found.st_mode & stat.S_IWOTH or not found.st_mode & stat.S_IWGRP:
        return bool(found.st_mode & stat.S_IWOTH)
    try:
        owner, group = pwd.getpwuid(found.st_uid), grp.getgrgid(found.st_gid)
    except KeyError:  # a container does not know every user
        return True
    own = owner.pw_gid == found.st_gid and owner.pw_name == group.gr_name
    return not own or bool(group.gr_mem)


def stamp(file: Path) -> object:
    """Another one after each change of a file, and of who may read it; None where there is none."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_ctime_ns, found.st_size


def mark_of(content: bytes) -> str:
    """Another one after each change of a file."""
    return sha256(content).hexdigest()[:16]


def write_links(
    settings: Settings, links: Iterable[tuple[SkuLink, str]], *, seen: str | None = None
) -> None:
    """Adds the links, each with its note, to skus.csv, or confirms their units there. `seen`: the
    mark of the file that the person was shown, who also says the safety stock.

    Raises Misconfigured if that cannot be.
    """
    shipped.refuse(settings.mappings.dir)
    shown = mapping_file(settings, SKUS)
    path = (settings.source.own or settings.mappings.dir) / SKUS
    there = path.exists()
    content = shown.read_bytes() if shown.exists() else b""
    if seen is not None and seen != mark_of(content):
        raise Misconfigured(Fault(SKUS, "changed-meanwhile"))
    content = written(content, links, safety=seen is not None)
    mode = path.stat().st_mode & 0o777 if there else 0o644
    way = Phrase("let-write", folder=path.parent, kind="lines")
    write_whole(path, content, mode=mode, way=way)


def write_whole(path: Path, content: bytes, *, mode: int, way: Phrase) -> None:
    """Replaces the file; `mode` as for chmod. Raises Misconfigured with the `way` out if it cannot.

    A link, a device or a folder is never replaced, nor what a link leads to. (mkstemp makes with
    O_EXCL and O_NOFOLLOW.)
    """
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.lstat().st_mode):
            raise Misconfigured(Fault(path, "no-plain-file", way=way))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                if hasattr(os, "fchmod"):
                    os.fchmod(handle, mode)
                file.write(content)
                file.flush()
                os.fsync(handle)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as error:
        fault = Fault(path, "not-written", why=Foreign(error.strerror), way=way)
        raise Misconfigured(fault) from error
