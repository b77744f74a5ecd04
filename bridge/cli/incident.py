"""A mistake of ours at the command line: one line for whoever typed it, the rest in a log."""

import argparse
import io
import logging
import secrets

from bridge import logs
from bridge.app.files import write_whole
from bridge.cli.opening import settings_of

log = logging.getLogger("bridge.cli")

SUFFIX = ".incidents"
"""Behind the store's name; where `rxbridge run` has a log, it is that."""
MOST_BYTES = 1_000_000


def told(arguments: argparse.Namespace | None, mistake: Exception) -> str:
    """What to print. Where it came from is written down under the same number."""
    number = secrets.token_hex(4)
    said = f"unexpected: {logs.safe_text(mistake)} - incident {number}"
    try:
        if logs.is_set_up():
            log.error("unexpected", exc_info=mistake, extra={"incident": number})
            return f"{said}: the log says where"
        settings, line = settings_of(arguments or argparse.Namespace(config=None)), io.StringIO()
        logs.setup("error", "json", line, secrets=settings.secrets())
        log.error("unexpected", exc_info=mistake, extra={"incident": number})
        path = settings.store.path.with_name(settings.store.path.name + SUFFIX)
        before = path.read_bytes()[-MOST_BYTES:] if path.exists() else b""
        write_whole(path, before + line.getvalue().encode(), mode=0o600, remedy="")
    except Exception:  # it must not end in another one
        return f"{said}: it could not be written down"
    return f"{said}: {path} says where"
