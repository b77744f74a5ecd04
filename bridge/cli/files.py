"""Writes a file as a whole or not at all."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from bridge.errors import Fault, Misconfigured


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
