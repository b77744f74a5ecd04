"""Writes SKUs at RxScale in the order of a plan; the newest plan replaces all that still waits.

Each SKU has one write under way at most, so that an older number cannot arrive after a newer one.
What a write came to is noted in the store with others: a crash before that makes the number
unsure, and it is written again.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bridge.core.model import PharmacySkuUid
from bridge.core.reasons import SKU_REFUSED
from bridge.core.stock.model import Write
from bridge.errors import BridgeError, Misconfigured, Refused, TryLater
from bridge.exchange import Priority
from bridge.rxscale.client import RxScale
from bridge.store import Store, stock, waiting
from bridge.store.stock import Pushed

log = logging.getLogger("bridge.stock")

RECORD_SECONDS = 0.05
MOST_FAILURES = 3
"""After so many failures in a row the rest is not tried either, but planned anew later."""


class Pusher:
    """Keeps up to `at_once` writes under way until its plan is carried out."""

    def __init__(
        self,
        rxscale: RxScale,
        store: Store,
        now: Callable[[], datetime],
        *,
        at_once: int,
        count: Callable[[str, str], None],
    ) -> None:
        self._rxscale = rxscale
        self._store = store
        self._now = now
        self._at_once = at_once
        self._count = count
        self._queue: deque[Write] = deque()
        self._next: dict[PharmacySkuUid, Write] = {}
        self._read_at = datetime.min.replace(tzinfo=UTC)
        """When the inventory was asked for that the queue was planned with."""
        self._under_way: dict[PharmacySkuUid, Write] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._recorder: asyncio.Task[None] | None = None
        self._came = asyncio.Event()
        """A result, or a worker's end."""
        self._results: list[Pushed] = []
        self._recent: list[Pushed] = []
        self._failures = 0
        self.on_failure: Callable[[BridgeError], None] = lambda _: None
        """Told of each write that failed, and may be done by another plan."""
        self.trouble: BridgeError | None = None
        """Why the last write failed; None after one that went through."""

    def mark(self) -> None:
        """A plan is being made from here on: what is written meanwhile is not written again."""
        self._recent.clear()

    def replace(self, writes: Iterable[Write], read_at: datetime) -> None:
        """From now on this is what is to be written. Starts at once."""
        done = {each.write.uid: each for each in self._recent}
        self._drop()
        self._read_at = read_at
        self._failures = 0
        for write in writes:
            before = done.get(write.uid)
            if before is not None and _is_same(before.write, write):
                self._results.append(before)
            elif not _is_same(self._under_way.get(write.uid), write):
                self._queue.append(write)
        self._start()

    @property
    def waiting(self) -> int:
        """How many writes are not answered yet."""
        return len(self._queue) + len(self._next) + len(self._under_way)

    async def idle(self) -> None:
        """Until everything was tried, and what came of it is on disk."""
        while self._workers or self._recorder is not None:
            tasks = {*self._workers, *([self._recorder] if self._recorder else [])}
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)

    async def stop(self) -> None:
        """Ends what is under way and begins nothing more; what was written is noted."""
        self._drop()
        await self.idle()

    def cancel(self) -> None:
        """Ends at once; what was under way is unsure, and written again by the next plan."""
        self._drop()
        for task in self._workers:
            task.cancel()
        if self._recorder is not None:
            self._recorder.cancel()
            self._recorder = None

    async def flush(self) -> None:
        """Notes everything that was answered so far. Raises TryLater, with nothing lost."""
        results, self._results = self._results, []
        if not results:
            return
        try:
            await self._store.write(stock.pushed, results)
        except BaseException:
            self._results[:0] = results
            raise

    def _start(self) -> None:
        while len(self._workers) < min(self._at_once, len(self._queue) + len(self._workers)):
            worker = asyncio.create_task(self._work())
            self._workers.add(worker)
            worker.add_done_callback(self._ended)
            if len(self._workers) >= len(self._queue):
                break
        if self._recorder is None and (self._workers or self._results):
            self._recorder = asyncio.create_task(self._record())

    def _ended(self, worker: asyncio.Task[None]) -> None:
        self._workers.discard(worker)
        self._came.set()

    async def _work(self) -> None:
        while self._queue:
            write = self._queue.popleft()
            uid = write.uid
            if uid in self._under_way:
                self._next[uid] = write
                continue
            self._under_way[uid] = write
            try:
                await self._push(write, self._read_at)
            finally:
                del self._under_way[uid]
            if uid in self._next:
                self._queue.appendleft(self._next.pop(uid))

    async def _push(self, write: Write, read_at: datetime) -> None:
        try:
            shown = await self._rxscale.set_sku(
                write.uid,
                stock=write.stock,
                price_cents=write.price_cents,
                priority=Priority.FALLING_STOCK if write.falls else Priority.RISING_STOCK,
            )
        except Refused as refusal:
            await self._refused(write, refusal)
            return
        except BridgeError as failure:
            self._failed(failure)
            return
        self._failures, self.trouble = 0, None
        result = Pushed(write, read_at, self._now(), hidden=not shown)
        self._results.append(result)
        self._recent.append(result)
        self._came.set()
        self._count("stock", _word(result))
        if result.hidden:
            log.warning("RxScale does not show a SKU", extra={"sku": write.uid})

    async def _refused(self, write: Write, refusal: Refused) -> None:
        self._count("stock", "refused")
        reason = SKU_REFUSED(stock=write.stock, cents=write.price_cents, what=refusal.reason)
        with contextlib.suppress(TryLater):  # it stays wanted, and is refused again
            await self._store.write(
                waiting.put_stuck, stock.sku_key(write.uid), reason, self._now()
            )

    def _failed(self, failure: BridgeError) -> None:
        """The number stays wanted; after some failures in a row so does everything else."""
        self._count("stock", "failed")
        self.trouble = failure
        self.on_failure(failure)
        self._failures += 1
        if self._failures >= MOST_FAILURES or isinstance(failure, Misconfigured):
            self._drop()

    def _drop(self) -> None:
        self._queue.clear()
        self._next.clear()

    async def _record(self) -> None:
        while self._workers or self._results:
            if not self._results:
                self._came.clear()
                await self._came.wait()
            if self._workers:
                await asyncio.wait([*self._workers], timeout=RECORD_SECONDS)
            try:
                await self.flush()
            except TryLater as failure:
                log.warning("cannot note what was written", extra={"why": failure})
                await asyncio.sleep(1.0)
        self._recorder = None


def _is_same(one: Write | None, other: Write) -> bool:
    return one is not None and (one.stock, one.price_cents) == (other.stock, other.price_cents)


def _word(result: Pushed) -> str:
    if result.hidden:
        return "hidden"
    return "fell" if result.write.falls else "rose"
