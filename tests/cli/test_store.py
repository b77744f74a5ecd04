"""`rxbridge store backup|check|restore` as typed."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from store.given import delivery

from bridge.store import Store, backup, deliveries
from bridge.store.migrate import Step, steps

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)


async def _fill(path: Path) -> None:
    store = await Store.open(path, now=NOW)
    await store.write_together(deliveries.receive, delivery(1))
    await store.close()


@pytest.fixture
def store(folder: Path) -> Path:
    path = folder / "rxbridge.db"
    asyncio.run(_fill(path))
    return path


def test_there_and_back_again(typed, store: Path, folder: Path):
    taken = typed("store", "backup", "monday.db")
    assert (taken.code, taken.err) == (0, "")
    assert "monday.db: 1 order, 1 of them open" in taken.out
    checked = typed("store", "check", "monday.db")
    assert (checked.code, checked.err) == (0, "")
    assert "sound" in checked.out
    store.unlink()
    restored = typed("store", "restore", "monday.db")
    assert restored.code == 0, restored.err
    assert "restored, 1 order" in restored.out
    assert "replaced" not in restored.out
    again = typed("store", "restore", "monday.db")
    (kept,) = folder.glob("rxbridge.db.replaced-*")
    assert f"{kept}: the store that was replaced" in again.out
    told = typed("orders", "show", "po-1").out
    assert "the store was restored from a backup" in told


def test_as_json(typed, store: Path, folder: Path):
    taken = json.loads(typed("store", "backup", "monday.db", "--json").out)
    checked = json.loads(typed("store", "check", "--json").out)
    assert checked["path"] == str(store)
    assert taken["sound"] is checked["sound"] is True
    assert taken["orders"] == checked["open_orders"] == 1
    assert checked["schema"] == checked["newest_schema"] == len(steps())
    assert checked["faults"] == []
    assert checked["last_poll_at"] is None
    restored = json.loads(typed("store", "restore", "monday.db", "--json").out)
    assert restored["path"] == str(store)
    assert Path(restored["kept"]).exists()
    assert restored["backup"]["orders"] == 1


def test_a_fault_is_a_finding(typed, store: Path, folder: Path):
    (folder / "letter.db").write_text("a letter")
    checked = typed("store", "check", "letter.db")
    assert checked.code == 1
    assert "letter.db: is damaged, or is no store at all" in checked.err
    document = json.loads(typed("store", "check", "letter.db", "--json").out)
    assert document["sound"] is False
    assert document["faults"]
    refused = typed("store", "restore", "letter.db")
    assert refused.code == 2
    assert "take another backup; the store was left as it is" in refused.err


def test_an_older_schema_is_told(typed, store: Path, monkeypatch: pytest.MonkeyPatch):
    newer = (*steps(), Step(len(steps()) + 1, "made up", ("CREATE TABLE more (a TEXT) STRICT;",)))
    monkeypatch.setattr(backup, "steps", lambda: newer)
    told = f"Its schema is {len(steps())}; the next start makes it {len(newer)}."
    assert told in typed("store", "check").out


def test_where_there_is_no_store(typed, folder: Path):
    assert typed("store", "check").code == 2
    assert typed("store", "backup", "x.db").code == 2
    assert not (folder / "x.db").exists()
