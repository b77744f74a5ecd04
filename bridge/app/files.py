"""Files of the operator's that the bridge writes: each whole, or not at all."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bridge.core.stock.model import SkuLink
from bridge.errors import Fault, Misconfigured
from bridge.mapping.adding import written
from bridge.settings import Settings


def write_links(settings: Settings, links: Iterable[tuple[SkuLink, str]]) -> None:
    """Adds the links, each with its note, to skus.csv, or confirms their units there.

    Raises Misconfigured if that cannot be.
    """
    path = settings.mappings.dir / "skus.csv"
    there = path.exists()
    content = written(path.read_bytes() if there else b"", links)
    mode = path.stat().st_mode & 0o777 if there else 0o644
    remedy = f"let rxbridge's user write to {path.parent}, or write the lines by hand"
    write_whole(path, content, mode=mode, remedy=remedy)


def write_whole(path: Path, content: bytes, *, mode: int, remedy: str) -> None:
    """Replaces the file; `mode` as for chmod. Raises Misconfigured with `remedy` if it cannot."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
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
        fault = Fault(str(path), f"cannot be written ({error.strerror})", remedy)
        raise Misconfigured(fault) from error
