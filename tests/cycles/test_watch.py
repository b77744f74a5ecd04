"""Noticing what anybody wrote to the store."""

import os
from datetime import UTC, datetime
from pathlib import Path

from bridge.cycles.watch import Watch
from bridge.store import Store, notes

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)


async def test_a_commit_is_noticed_once_whoever_made_it(tmp_path: Path):
    store = await Store.open(tmp_path / "rxbridge.db", now=NOW)
    beside = await Store.open(tmp_path / "rxbridge.db", now=NOW)
    told: list[str] = []
    watch = Watch(store, lambda: told.append("changed"))
    try:
        await watch.look()
        assert told == ["changed"]  # what was written before it began
        for writer in (store, beside, store):
            await watch.look()
            told.clear()
            await writer.write(notes.touch)
            await watch.look()
            await watch.look()
            assert told == ["changed"]
        told.clear()
        await store.write_quietly(notes.touch)
        await watch.look()
        assert not told
    finally:
        await store.close()
        await beside.close()


async def test_the_store_is_asked_only_where_its_files_show_a_change(tmp_path: Path):
    store = await Store.open(tmp_path / "rxbridge.db", now=NOW)
    asked: list[str] = []
    for each in (store._writer, store._reader):
        each._conn.set_trace_callback(asked.append)
    watch = Watch(store, lambda: None)
    try:
        await watch.look()
        await watch.look()
        assert len(asked) == 2, "another commit may have come within the same tick"
        os.utime(tmp_path / "rxbridge.db-wal", (1, 1))  # long ago
        for _ in range(9):
            await watch.look()
        assert len(asked) == 3
    finally:
        await store.close()
