"""Noticing what anybody wrote to the store."""

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
    finally:
        await store.close()
        await beside.close()
