"""A mistake of ours at the command line: one line for whoever typed it, the rest in a log."""

import argparse
import logging
import os
import secrets
from pathlib import Path

from bridge import logs
from bridge.cli.opening import settings_of

log = logging.getLogger("bridge.cli")

SUFFIX = ".incidents"
"""Behind the store's name; where `rxbridge run` has a log, it is that."""
MOST_BYTES = 1_000_000


def told(arguments: argparse.Namespace | None, mistake: Exception) -> str:
    """What to print. Where it came from is written down under the same number."""
    number = secrets.token_hex(4)
    where = _written(arguments, mistake, {"incident": number})
    return f"unexpected: {logs.safe_text(mistake)} - incident {number}: {where}"


def _written(
    arguments: argparse.Namespace | None, mistake: Exception, extra: dict[str, object]
) -> str:
    if logs.is_set_up():
        log.error("unexpected", exc_info=mistake, extra=extra)
        return "the log says where"
    caught = (type(mistake), mistake, mistake.__traceback__)
    record = log.makeRecord(
        log.name, logging.ERROR, __file__, 0, "unexpected", (), caught, extra=extra
    )
    try:
        settings = settings_of(arguments or argparse.Namespace(config=None))
        path = settings.store.path.with_name(settings.store.path.name + SUFFIX)
        _append(path, logs.formatter("json", settings.secrets()).format(record))
    except Exception:
        return "it could not be written down"
    return f"{path} says where"


def _append(path: Path, line: str) -> None:
    """For the owner of the folder alone; begun anew when it has grown long."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "a", encoding="utf-8") as file:
        if os.geteuid() == 0:
            folder = path.parent.stat()
            os.fchown(handle, folder.st_uid, folder.st_gid)
        if file.tell() > MOST_BYTES:
            file.truncate(0)
        file.write(f"{line}\n")
