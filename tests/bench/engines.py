"""How many deliveries a second each engine of the store acknowledges, and how long one waits.

    .venv/bin/python tests/bench/engines.py

With fsync, as in earnest; the store alone, without HTTP.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import postgresql
from store.given import delivery

from bridge.place import Place
from bridge.store import Store, deliveries

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AT_ONCE = 64
"""So many vendors' connections wait for an answer, in the first measurement."""
A_SECOND = 500
SECONDS = 10


async def rush(store: Store, seconds: float = SECONDS) -> float:
    """Each who is answered comes again: how many a second."""
    began, done = time.perf_counter(), 0

    async def one(number: int) -> None:
        nonlocal done
        while time.perf_counter() < began + seconds:
            done += 1
            await store.write_together(deliveries.receive, delivery(f"{seconds}-{number}-{done}"))

    await asyncio.gather(*(one(number) for number in range(AT_ONCE)))
    return done / (time.perf_counter() - began)


async def steady(store: Store) -> list[float]:
    """How long each waits, in milliseconds, while they come evenly."""
    waited: list[float] = []

    async def one(number: int) -> None:
        began = time.perf_counter()
        await store.write_together(deliveries.receive, delivery(f"steady-{number}"))
        waited.append((time.perf_counter() - began) * 1000)

    began, tasks = time.perf_counter(), []
    for number in range(A_SECOND * SECONDS):
        await asyncio.sleep(max(0.0, began + number / A_SECOND - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
    await asyncio.gather(*tasks)
    return sorted(waited)


async def measure(name: str, place: Place, prepare: Callable[[], None] = lambda: None) -> None:
    store = await Store.open(place, now=NOW)
    try:
        await rush(store, 2)
        prepare()
        rate, waited = await rush(store), await steady(store)
    finally:
        await store.close()
    half, most = waited[len(waited) // 2], waited[len(waited) * 99 // 100]
    print(f"{name}: {rate:,.0f}/s; at {A_SECOND}/s p50 {half:.1f} ms, p99 {most:.1f} ms")


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        await measure("SQLite", Path(folder) / "rxbridge.db")
    with postgresql.serving() as server:
        server.stop("fast")
        server.start("")
        # As autovacuum does within a minute: without statistics every plan reads too much.
        await measure(
            "PostgreSQL", server.place(), lambda: server.admin("ANALYZE", database="rxbridge")
        )


if __name__ == "__main__":
    asyncio.run(main())
