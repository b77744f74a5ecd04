"""At most one `run` works on a store: a lock that the kernel releases when its process ends."""

import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bridge.errors import Fault, Misconfigured
from bridge.store.connection import no_access


class RunLock:
    """Held from `acquire` to `release`, or until the process ends in whatever way.

    Windows hides the process id from the others while it is held.
    It is a lock on the file `<store>.lock`, which stays where it is and holds the last owner's
    process id. Commands beside a running `run` do not need it.
    """

    def __init__(self, store: Path) -> None:
        self._store = store
        self._path = store.with_name(f"{store.name}.lock")
        self._file: int | None = None

    def acquire(self) -> Self:
        """Raises Misconfigured if another process holds it, or the file cannot be written."""
        try:
            no_link = getattr(os, "O_NOFOLLOW", 0)
            file = os.open(self._path, os.O_RDWR | os.O_CREAT | no_link, 0o600)
        except OSError as error:
            fault = no_access(self._store, error.strerror)
            raise Misconfigured(fault) from error
        from filelock import lock_descriptor  # 30 ms, which `--help` need not wait for

        if not lock_descriptor(file, blocking=False):
            pid = b""
            with suppress(OSError):
                pid = os.read(file, 32)
            os.close(file)
            raise Misconfigured(self._held_by(pid))
        os.ftruncate(file, 0)
        os.write(file, str(os.getpid()).encode())
        self._file = file
        return self

    def release(self) -> None:
        """Lets the next one in; harmless if not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def __enter__(self) -> Self:
        return self.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.release()

    def _held_by(self, pid: bytes) -> Fault:
        return Fault(self._store, "in-use", pid=pid.decode() if pid.isdigit() else None)
