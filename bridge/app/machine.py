"""What a bridge takes from the machine that it runs on: clocks, chance, disk, wire and port."""

import random
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bridge.server.web import Running, serve
from bridge.store import Store, run_lock
from bridge.transport.session import Exchange, exchange, session


def now() -> datetime:
    """The time, aware and UTC."""
    return datetime.now(UTC)


def _reference() -> str:
    return secrets.token_hex(8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """The real one, if nothing is given. Timers and sleeps are the event loop's.

    `clock` is monotonic seconds, `jitter` a number from 0 to 1, `reference` different each time.
    What others may have changed is looked at again and again: the store every `watch_seconds`, the
    mapping files every `reload_seconds`. Whether the store can be written is tried every
    `try_seconds`, what was heard is judged every `judge_seconds`.
    """

    now: Callable[[], datetime] = now
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random
    reference: Callable[[], str] = _reference
    lock: Callable[..., AbstractContextManager[Any]] = run_lock
    open_store: Callable[..., Awaitable[Store]] = Store.open
    session: Callable[[], AbstractAsyncContextManager[Any]] = session
    exchange: Exchange = exchange
    serve: Callable[..., Awaitable[Running]] = serve
    watch_seconds: float = 1.0
    reload_seconds: float = 4.0
    try_seconds: float = 60.0
    judge_seconds: float = 300.0
