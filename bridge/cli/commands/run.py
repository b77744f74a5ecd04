"""`rxbridge run`: the sidecar, in the foreground; Ctrl-C drains and stops.

The bridge itself, in the foreground. Ctrl-C (or SIGTERM) ends what is under way and stops within
ten seconds; whatever is left goes on at the next start.

rxbridge run                               # with ./rxbridge.toml
rxbridge --config north/rxbridge.toml run  # with another configuration
rxbridge run --shadow                      # reads and decides everything, and writes nothing
"""

import argparse
import asyncio
import contextlib
import logging
import sys
from functools import partial

from bridge import __version__, app, logs, users
from bridge.cli import loop
from bridge.cli.command import DONE, Noun, argument
from bridge.cli.opening import settings_of
from bridge.errors import Misconfigured
from bridge.server import Running
from bridge.settings import Settings

log = logging.getLogger("bridge")
noun = Noun(__doc__)
PR_SET_DUMPABLE = 4
"""linux/prctl.h"""


@noun.command(
    argument("--shadow", action="store_true", help="write nothing: docs/shadow.md"),
    stays=True,
    json="",
)
def run(arguments: argparse.Namespace) -> int:
    _leave_no_dump()
    settings = settings_of(arguments)
    settings = settings.in_mode("shadow" if arguments.shadow else settings.mode)
    named = users.read(settings.users_file)
    missing = settings.missing_for_run() + settings.unsafe_for_run(users=bool(named))
    if missing:
        raise Misconfigured(missing)
    logs.setup(settings.log.level, settings.log.format, sys.stderr, secrets=settings.secrets())
    for warning in settings.warnings():
        log.warning("%s", warning)
    loop.run(loop.until_stopped(partial(_run, settings)))
    return DONE


def _leave_no_dump() -> None:
    """A crash writes no memory to disk, and nobody may read it: prescriptions pass through it."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # docker/rxbridge.service limits it
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ImportError, OSError, AttributeError, MemoryError, TypeError):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


async def _run(settings: Settings, stop: asyncio.Event) -> None:
    await app.run(settings, stop, _started)


def _started(_: app.Bridge, running: Running) -> None:
    loop.settled()
    print(f"rxbridge {__version__} listens at {running.url} - {running.url}/health", flush=True)
    if running.apart is not None:
        print(f"webhooks listen at {running.webhooks_url}", flush=True)
    print("in another window: rxbridge orders list, rxbridge stuck list", flush=True)
