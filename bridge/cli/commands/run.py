"""`rxbridge run`: the sidecar, in the foreground; Ctrl-C drains and stops."""

import argparse
import asyncio
import contextlib
import logging
import sys
from functools import partial

from bridge import __version__, config, logs, users
from bridge.app.build import Bridge
from bridge.app.run import run as run_one
from bridge.cli import loop
from bridge.cli.command import DONE, Noun, argument
from bridge.cli.language import LANGUAGE
from bridge.cli.opening import settings_of
from bridge.errors import Fault, Misconfigured, Phrase, Several
from bridge.server.web import Running
from bridge.settings import Settings

log = logging.getLogger("bridge")
noun = Noun()
PR_SET_DUMPABLE = 4
"""linux/prctl.h"""


@noun.command(argument("--shadow", action="store_true"), stays=True, json=False)
def run(arguments: argparse.Namespace) -> int:
    _leave_no_dump()
    if arguments.pharmacy:
        raise Misconfigured(Fault("--pharmacy", "runs-all"))
    settings = settings_of(arguments, of_all=True)
    settings = settings.in_mode("shadow" if arguments.shadow else settings.mode)
    several = config.pharmacies(settings.file) is not None
    if several and arguments.shadow:
        raise Misconfigured(Fault("--shadow", "of-one-pharmacy"))
    named = users.read(settings.users_file)
    missing = () if several else settings.missing_for_run()
    missing += settings.unsafe_for_run(users=bool(named))
    if missing:
        raise Misconfigured(missing)
    logs.setup(settings.log.level, settings.log.format, sys.stderr, secrets=settings.secrets())
    for warning in () if several else settings.warnings():  # of several each tells its own
        log.warning("%s", warning)
    loop.run(loop.until_stopped(partial(_run_fleet if several else _run, settings)))
    return DONE


def _leave_no_dump() -> None:
    """A crash writes no memory to disk, and no process may read it: it holds prescriptions."""
    with contextlib.suppress(ImportError, OSError, ValueError):  # docker/rxbridge.service limits it
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(ImportError, OSError, AttributeError, MemoryError, TypeError):
        import ctypes

        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


async def _run(settings: Settings, stop: asyncio.Event) -> None:
    await run_one(settings, stop, _started)


async def _run_fleet(settings: Settings, stop: asyncio.Event) -> None:
    from bridge.app.fleet import run_fleet

    await run_fleet(settings, stop, _listens)


def _started(_: Bridge, running: Running) -> None:
    _listens(running)


def _listens(running: Running) -> None:
    asyncio.get_running_loop().call_later(1.0, loop.settled)  # who waits to be heard comes first
    apart = running.webhooks_url if running.apart is not None else None
    said = Phrase("listens", version=__version__, url=running.url)
    webhooks = [Phrase("webhooks-listen", url=apart)] if apart else []
    lines = Several((said, *webhooks, Phrase("in-another-window")), "\n")
    print(lines.told(LANGUAGE.get()), flush=True)
