"""A mistake of ours at the command line: one line for the operator, the rest in a log."""

import argparse
import io
import logging
import secrets

from bridge import logs
from bridge.app.files import write_whole
from bridge.cli.opening import settings_of
from bridge.errors import Phrase

log = logging.getLogger("bridge.cli")

SUFFIX = ".incidents"
"""Behind the store's name; where `rxbridge run` has a log, it is that."""
MOST_BYTES = 1_000_000


def told(arguments: argparse.Namespace | None, mistake: Exception) -> Phrase:
    """What to print. Where it came from is written down under the same number."""
    number = secrets.token_hex(4)
    about = {"mistake": logs.safe_text(mistake), "number": number}
    try:
        if logs.is_set_up():
            log.error("unexpected", exc_info=mistake, extra={"incident": number})
            return Phrase("incident-logged", **about)
        settings, line = settings_of(arguments or argparse.Namespace(config=None)), io.StringIO()
        logs.setup("error", "json", line, secrets=settings.secrets())
        log.error("unexpected", exc_info=mistake, extra={"incident": number})
        path = settings.store.path.with_name(settings.store.path.name + SUFFIX)
        before = path.read_bytes()[-MOST_BYTES:] if path.exists() else b""
        content = before + line.getvalue().encode()
        write_whole(path, content, mode=0o600, way=Phrase("nothing"))
    except Exception:  # it must not end in another one
        return Phrase("incident-lost", **about)
    return Phrase("incident", path=path, **about)
