"""What the last complete comparison of both sides came to: one note, and a story a surprise."""

import json
from datetime import datetime

from bridge.core.journal import Event, JournalEntry
from bridge.core.model import Key
from bridge.core.reasons import reason_of
from bridge.core.reconcile import Differing, Proof
from bridge.store import journal, notes
from bridge.store.rows import Connection, micros, moment

PROOF = "proof"
AWAITED_AT = "proof_awaited_at"
"""Since when comparisons take place at all."""
UNEXPLAINED = "unexplained_differences"
"""Counts what a comparison found and the bridge should have: its faults."""
MOST = 1000
"""So many differences are remembered one by one."""


def save(connection: Connection, proof: Proof) -> None:
    """In place of the one before."""
    rows = [
        (d.key, micros(d.since), d.times, d.what.document(), d.doing.document(), d.explained)
        for d in proof.differing[:MOST]
    ]
    note = [micros(proof.compared_at), proof.orders, proof.skus, rows]
    notes.put(connection, PROOF, json.dumps(note, ensure_ascii=False))


def last(connection: Connection) -> Proof | None:
    """None before the first."""
    note = notes.get(connection, PROOF)
    if note is None:
        return None
    at, orders, skus, rows = json.loads(note)
    differing = (
        Differing(Key(key), moment(since), times, reason_of(what), reason_of(doing), explained)
        for key, since, times, what, doing, explained in rows
    )
    return Proof(moment(at), orders, skus, tuple(differing))


def awaited_at(connection: Connection, now: datetime) -> datetime:
    """When the last one was, or since when the first is awaited."""
    since, proof = notes.first_time(connection, AWAITED_AT, now), last(connection)
    return proof.compared_at if proof is not None else since


def unexplained(connection: Connection, differing: Differing, now: datetime) -> None:
    """Counts it, and tells it in the key's story."""
    notes.count(connection, UNEXPLAINED)
    facts = {"what": differing.what, "would": differing.doing}
    journal.write(connection, [JournalEntry(differing.key, now, Event.UNEXPLAINED, facts)])
