"""Synthetic values for the store's tests, and a clock's worth of times."""

import sqlite3
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from bridge.core.deliveries import Noted, OrderChanged
from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import Outcome
from bridge.core.model import (
    AnnouncedBy,
    Claim,
    Hint,
    Key,
    OrderId,
    OrderRecord,
    OrderRequestId,
    PharmacyOrderUid,
    Phase,
    PrescriptionId,
    State,
    order_key,
)
from bridge.core.reasons import UNLINKED_SKU, Reason
from bridge.store import Store, todo, work
from bridge.store.rows import Connection

REFUSED = (sqlite3.IntegrityError, psycopg.Error)
"""What the tables do not take."""
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)
NOTE = UNLINKED_SKU(name="Größe", sku="sku-1", pharmacy_sku="psku-1", file="skus.csv")


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def uid(number: int | str) -> PharmacyOrderUid:
    return PharmacyOrderUid(f"po-{number}")


def key(number: int | str) -> Key:
    return order_key(uid(number))


def delivery(number: int | str = 1, **changes: Any) -> OrderChanged:
    """RxScale's, about a pharmacy order."""
    values: dict[str, Any] = {
        "event": "pharmacy_order_created",
        "dedup_key": f"created/{number}",
        "received_at": NOW,
        "uid": uid(number),
        "reported_status": "waiting for pharmacy",
        "name": f"#{number}",
    }
    return OrderChanged(**(values | changes))


def noted(number: int | str = 1, **changes: Any) -> Noted:
    """RxScale's, with nothing to look at."""
    values: dict[str, Any] = {
        "vendor": "rxscale",
        "event": "appointment_reminder_due",
        "dedup_key": f"noted/{number}",
        "received_at": NOW,
    }
    return Noted(**(values | changes))


def hint(number: int | str = 1, **changes: Any) -> Hint:
    return Hint(**({"key": key(number), "why": "a test"} | changes))


def record(number: int | str = 1, **changes: Any) -> OrderRecord:
    return OrderRecord(**({"uid": uid(number), "first_seen_at": NOW} | changes))


def submitted(number: int | str = 1, **changes: Any) -> OrderRecord:
    values: dict[str, Any] = {
        "phase": Phase.SUBMITTED,
        "submitted_at": NOW,
        "rx_status": "pending review",
        "rx_seen_at": NOW,
    }
    return record(number, **(values | changes))


def full_record() -> OrderRecord:
    """A record with every field set to something that is not its default."""
    whole = OrderRecord(
        uid=uid(1),
        first_seen_at=NOW + timedelta(microseconds=1),
        phase=Phase.ADOPTED,
        announced_by=AnnouncedBy.FIRST_SWEEP,
        name="#1",
        priority=3,
        claimed_as="pending review",
        doubted_at=after(4),
        searched_at=after(5),
        rx_status="in-progress",
        rx_seen_at=after(2),
        wrote_at=after(16),
        is_believed=True,
        rx_gone_since=after(12),
        state=State.PREPARING,
        attempts=2,
        intent_at=after(3),
        submitted_at=after(6),
        request_id=OrderRequestId("req-1"),
        order_id=OrderId("ORD_1"),
        p1_status="awaiting_packing",
        p1_seen_at=after(7),
        p1_state=State.PREPARING,
        p1_cancelled_at=after(15),
        unheeded=2,
        p1_gone_since=after(13),
        p1_deleted_at=after(14),
        calls=9,
        rules_version="0123456789ab",
        finished_at=after(8),
        held=True,
        rejected_at=after(10),
        prescription_id=PrescriptionId("org1-pq-1"),
        prescription_status="new",
        prescription_at=after(11),
        untracked_at=NOW,
        created_at=after(12),
        unsent_at=after(13),
        wanted_at=after(14),
        not_twins="ORD_7\n",
        edition=2,
        sent='{"lines": {}}',
        snapshot='{"lines": {"sku-1": 1}}',
        echoes="in-progress\nready_for_pickup",
    )
    plain = record(1)
    same = [f.name for f in fields(OrderRecord) if getattr(whole, f.name) == getattr(plain, f.name)]
    assert same == ["uid"], "a new field is to be set here too"
    return whole


def entry(number: int | str = 1, what: Event = Event.LOOKED, **facts: Any) -> JournalEntry:
    return JournalEntry(key(number), NOW, what, facts)


def outcome(claim: Claim, record: OrderRecord, **changes: Any) -> Outcome:
    values: dict[str, Any] = {
        "claim": claim,
        "record": record,
        "entries": (),
        "again_at": None,
        "failed": False,
        "stuck": None,
        "now": NOW,
    }
    return Outcome(**(values | changes))


async def claim_one(store: Store, now: datetime = NOW) -> tuple[Claim, OrderRecord]:
    (claimed,) = await store.write(todo.claim, 1, now, LEASE)
    return claimed


async def make_stuck(store: Store, number: int | str, reason: Reason = NOTE) -> None:
    """Hints the order, claims it and settles it as stuck."""
    await store.write(todo.hint, [hint(number)], NOW)
    for claim, known in await store.write(todo.claim, 100, NOW, LEASE):
        await store.write(
            work.settle, outcome(claim, known, stuck=reason if claim.key == key(number) else None)
        )


def sql(statement: str, *values: Any) -> Callable[[Connection], list[Any]]:
    """A body that runs one statement and returns its rows."""

    def body(connection: Connection) -> list[Any]:
        found = connection.execute(statement, values)
        reads = statement.lstrip().startswith(("SELECT", "PRAGMA", "EXPLAIN"))
        return found.fetchall() if reads else []

    return body


def content_of(path: Path) -> bytes:
    return path.read_bytes()


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def rows_of(path: Path, statement: str) -> list[Any]:
    """What another process would see."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(statement).fetchall()
    finally:
        connection.close()
