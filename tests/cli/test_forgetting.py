"""Forgetting as a person types it: one order at once, and what is kept for how long."""

import contextlib
import io
import json
import sqlite3
from pathlib import Path

import pytest


def test_orders_forget_asks_and_erases(typed, one_stuck, monkeypatch: pytest.MonkeyPatch):
    change_store("UPDATE orders SET state = 'cancelled', phase = 'done', finished_at = 1")
    for said in ("n\n", ""):
        monkeypatch.setattr("sys.stdin", io.StringIO(said))
        kept = typed("orders", "forget", "po-1", "--json")
        assert (kept.code, kept.out) == (1, "")
        assert "order:po-1 was left as it is" in kept.err
    monkeypatch.setattr("sys.stdin", io.StringIO("yes\n"))
    assert json.loads(typed("orders", "forget", "po-1", "--json").out) == {
        "forgotten": "order:po-1"
    }
    assert typed("orders", "show", "po-1").code == 1
    assert not Path("rxbridge.db-wal").exists()
    for file in Path.cwd().glob("rxbridge.db*"):
        assert b"order:po-1" not in file.read_bytes().replace(b"forgetorder:po-1", b"")
    for uid in ("po-1", "sku:psku-1"):
        assert "no order" in typed("orders", "forget", uid, "--yes").err
    assert "orders forget" in typed("audit", "list").out


@pytest.mark.parametrize(
    ("how_it_stands", "words", "code"),
    [
        ("state = 'preparing'", (), 1),
        ("state = 'preparing', finished_at = 1, phase = 'dropped'", (), 1),
        ("state = 'preparing'", ("--open",), 0),
        ("state = 'cancelled', finished_at = 1, phase = 'done'", (), 0),
        ("state = 'cancelled', finished_at = 1, order_id = 'ORD_1', p1_state = 'ready'", (), 1),
        ("state = 'cancelled', finished_at = 1, order_id = 'ORD_1', p1_state = 'cancelled'", (), 0),
        ("rx_status = 'waiting for pharmacy', attempts = 1", ("--open",), 1),
        ("rx_status = 'waiting for pharmacy', order_id = 'ORD_1'", ("--open",), 1),
        ("rx_status = 'waiting for pharmacy'", ("--open",), 0),
    ],
)
def test_an_order_that_could_be_sent_again_is_not_forgotten(
    typed, one_stuck, how_it_stands: str, words: tuple[str, ...], code: int
):
    change_store(f"UPDATE orders SET {how_it_stands}")  # noqa: S608 - the rows above
    answer = typed("orders", "forget", "po-1", "--yes", *words)
    assert answer.code == code
    assert (typed("orders", "show", "po-1").code == 0) is bool(code)


def test_the_privacy_report_tells_what_is_stored_since_when_and_how_long(typed, one_stuck):
    kept = Path("rxbridge.db.replaced-20260102T080000Z")
    kept.write_text("x")
    report = json.loads(typed("privacy", "report", "--json").out)
    tables = {each["table"]: each for each in report["tables"]}
    assert {"orders", "journal", "deliveries", "p1_orders", "audit"} <= tables.keys()
    assert tables["orders"]["rows"] > 0
    assert tables["orders"]["oldest_at"].startswith("2026-01-02T08:00:00")
    assert {"uid", "name", "rx_status"} <= set(tables["orders"]["columns"])
    assert tables["counters"]["oldest_at"] is None
    assert set(report["kept_days"].values()) == {90, 365}
    assert report["copies"] == [str(kept.absolute())]
    text = typed("privacy", "report").out
    assert "orders that never finish: 365 days" in text
    assert f"beside the store: {kept.absolute()}" in text


def change_store(statement: str) -> None:
    with contextlib.closing(sqlite3.connect("rxbridge.db")) as store:
        store.execute(statement)
        store.commit()
