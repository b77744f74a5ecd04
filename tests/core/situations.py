"""Situations drawn by number, and what the decisions make of them: the rows of `tables/*.txt`.

`python tests/core/situations.py` (`make tables`) writes the tables anew. What changes in them is
what a change of the code makes the bridge do differently: read it line by line.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from words import WORDS, view_of

from bridge.core import deliveries, reasons, remember
from bridge.core.model import (
    AnnouncedBy,
    Draft,
    Flag,
    Gaps,
    OrderId,
    OrderRecord,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacyUid,
    Phase,
    PrescriptionId,
    State,
    TrackingLink,
)
from bridge.core.orders.attention import attentions
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Company, Policy, Search, View
from bridge.core.reasons import Reason

TABLES = Path(__file__).with_name("tables")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
UID, ORDER = PharmacyOrderUid("po-1"), OrderId("ORD_1")
AGO = [0, 1, 5, 6, 30, 31, 60, 61, 300, 301, 600, 900, 901, 1800, 1801, 3600, 86400, 86401, 10**6]
"""Seconds: what the policy and patience name, and one more."""
DRAWN = {"decisions": 16_000, "attentions": 6000, "memory": 1500, "news": 6000}
"""So many situations are looked through for a table; each of its rows shows another outcome."""


def at(luck: Random, share: float = 0.5) -> datetime | None:
    """A time up to now, or none."""
    return NOW - timedelta(seconds=luck.choice(AGO)) if luck.random() < share else None


def surely(luck: Random) -> datetime:
    return NOW - timedelta(seconds=luck.choice(AGO))


def maybe(luck: Random, value: Any, otherwise: Any = None, share: float = 0.5) -> Any:
    return value if luck.random() < share else otherwise


RX_WORDS = [*WORDS.rxscale.means, "odd word"]
OPEN = ["waiting for pharmacy", "pending review", "in-progress", "ready_for_pickup", "cancelled"]
P1_WORDS = [*WORDS.pharmaone.means, "odd word"]


def a_record(luck: Random) -> OrderRecord:
    rx = luck.choice([*RX_WORDS, *OPEN, *OPEN, None])
    adopted = luck.random() < 0.7
    return OrderRecord(
        UID,
        surely(luck),
        phase=luck.choice([*Phase]),
        announced_by=luck.choice([*AnnouncedBy]),
        claimed_as=luck.choice([None, "pending review", rx, rx]),
        doubted_at=at(luck),
        searched_at=at(luck),
        rx_status=rx,
        rx_seen_at=at(luck),
        wrote_at=at(luck),
        is_believed=luck.random() < 0.2,
        rx_gone_since=at(luck, 0.2),
        state=WORDS.rxscale.means.get(rx or ""),
        attempts=luck.choice([0, 1, 4, 5]),
        intent_at=at(luck),
        submitted_at=at(luck),
        request_id=maybe(luck, OrderRequestId("req-1")),
        order_id=ORDER if adopted else None,
        p1_status=luck.choice(P1_WORDS) if adopted else None,
        p1_seen_at=at(luck),
        p1_state=luck.choice([None, *State]) if adopted else None,
        p1_cancelled_at=at(luck, 0.2),
        unheeded=luck.choice([0, 0, 1, 3, 4, 5]),
        p1_gone_since=at(luck, 0.3),
        p1_deleted_at=at(luck, 0.2),
        finished_at=at(luck, 0.2),
        held=luck.random() < 0.2,
        rejected_at=at(luck, 0.2),
        prescription_id=maybe(luck, PrescriptionId("rx-1"), share=0.3),
        prescription_status=luck.choice([None, "new", "approved", "declined", "odd word"]),
        prescription_at=at(luck, 0.3),
        created_at=at(luck),
        unsent_at=at(luck, 0.3),
        untracked_at=at(luck, 0.3),
        sent=luck.choice(["", '{"lines": {"sku": 1}}']),
        snapshot=luck.choice(["", '{"lines": {"sku": 1}}', '{"lines": {"sku": 2}}']),
        wanted_at=at(luck, 0.2),
        edition=luck.choice([1, 1, 2]),
        echoes=luck.choice(["", "in-progress", "pending review\nin-progress"]),
    )


def a_p1_order(luck: Random) -> P1Order:
    flags = luck.choice([None, (), (Flag.SHIPPED,), (Flag.PICKED_UP,), (Flag.CASH_ON_PICKUP,)])
    shown = None if flags is None else frozenset(flags)
    return P1Order(ORDER, luck.choice(P1_WORDS), surely(luck), UID, shown)


def a_rx_order(luck: Random) -> PharmacyOrder:
    theirs = maybe(luck, PharmacyUid("ph-2"), PharmacyUid("ph-1"), 0.1)
    return PharmacyOrder(
        UID,
        luck.choice([*RX_WORDS, *OPEN, *OPEN]),
        surely(luck) if luck.random() < 0.3 else NOW,
        name=maybe(luck, "#1"),
        priority=luck.choice([0, 5]),
        created_at=at(luck),
        pharmacy_uid=maybe(luck, theirs),
        is_believed=luck.random() < 0.2,
    )


def a_view(luck: Random) -> View:
    policy = Policy(
        repeat_unsure=luck.random() < 0.7,
        hold_when_stuck=luck.random() < 0.2,
        reads_back=luck.random() < 0.9,
        pharmacy=PharmacyUid("ph-1"),
        take_from=at(luck, 0.1),
        tracking=timedelta(seconds=luck.choice([0, 0, 600])),
        review=timedelta(seconds=luck.choice([0, 3600, 86400])),
    )
    drafts = [
        None,
        Draft({"items": []}),
        Draft({"items": []}, prescription={"a": "b"}),
        Draft({"items": []}, lacks_prescription=True, goes_without=luck.random() < 0.5),
        Gaps((reasons.NO_PRICE(name="B", sku="sku-2", file="orders.toml"),)),
    ]
    searches = [
        None,
        None,
        Search(surely(luck)),
        Search(surely(luck), gap=reasons.TOO_MANY_TO_READ(unread=9, most=5)),
        Search(surely(luck), gap=reasons.NOT_REACHED()),
        Search(surely(luck), twin=OrderId("ORD_9")),
    ]
    company = Company(
        surely(luck), luck.choice([1, 3, 4, 9]), 20, luck.choice([0, 5]), luck.random() < 0.3
    )
    record = a_record(luck)
    p1_order = maybe(luck, a_p1_order(luck), share=0.8 if record.order_id else 0.1)
    return view_of(
        record,
        NOW,
        policy=policy,
        order=maybe(luck, a_rx_order(luck), share=0.85),
        gone=luck.random() < 0.05,
        draft=luck.choice(drafts),
        catalogue_at=at(luck),
        p1_order=p1_order,
        p1_looked_at=maybe(luck, NOW, at(luck), 0.7),
        p1_gone=luck.random() < 0.2,
        p1_unlisted_at=at(luck),
        tracking=luck.choice([None, (), (TrackingLink("https://dhl.test/1", "dhl"),)]),
        tracking_refused=luck.random() < 0.1,
        refused_word=maybe(luck, "in-progress", share=0.05),
        search=luck.choice(searches),
        prescription_looked=luck.random() < 0.5,
        company=maybe(luck, company, share=0.7),
        rx_unchanged=luck.random() < 0.2,
        pharmaone_ready=luck.random() < 0.9,
    )


# -- as text ---------------------------------------------------------------------------------------


def text(value: Any) -> str:
    """What a decision answers, times as seconds from now."""
    if isinstance(value, datetime):
        return f"{(value - NOW).total_seconds():+.0f}s"
    if isinstance(value, Reason):
        facts = " ".join(f"{name}={text(fact)}" for name, fact in value.facts.items())
        also = "".join(f" & {text(each)}" for each in value.also)
        return f"{value.code}({facts}){also}"
    if isinstance(value, P1Order):
        return str(value.id)
    if isinstance(value, tuple | frozenset):
        return f"[{', '.join(map(text, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{name}: {text(each)}' for name, each in value.items())}}}"
    if is_dataclass(value):
        shown = ((field.name, getattr(value, field.name)) for field in fields(value))
        return f"{type(value).__name__}({' '.join(f'{n}={text(v)}' for n, v in shown if v)})"
    return str(value)


def changes(before: OrderRecord, after: OrderRecord | None) -> str:
    """The fields of a record that are others now."""
    if after is None:
        return "None"
    names = [field.name for field in fields(before)]
    told = (name for name in names if getattr(before, name) != getattr(after, name))
    return " ".join(f"{name}={text(getattr(after, name))}" for name in told) or "the same"


# -- the tables ------------------------------------------------------------------------------------


def decision(luck: Random) -> tuple[str, str]:
    """Where an order stands, and its next step."""
    view = a_view(luck)
    order, record = view.sight.order, view.record
    shown = "not looked at" if order is None else order.status
    there = record.p1_state.value if record.p1_state else "-"
    where = "gone" if view.sight.gone else shown
    return f"{record.phase.value}, {where}, {there}", text(next_step(view))


def attention(luck: Random) -> tuple[str, str]:
    """Where an order stands, and what a person should know of it."""
    view = a_view(luck)
    record = view.record
    return f"{record.phase.value}, {record.state}, {record.p1_state}", text(attentions(view))


def memory(luck: Random) -> tuple[str, str]:
    """What was seen or done, and what changes in the record by it."""
    record, other, there = a_record(luck), a_record(luck), a_p1_order(luck)
    order, vocabulary = a_rx_order(luck), WORDS.rxscale
    state, word = luck.choice([None, *State]), luck.choice(RX_WORDS)
    flip, asked = luck.random() < 0.5, maybe(luck, OrderRequestId("req-2"))
    search = Search(surely(luck), maybe(luck, reasons.NOT_REACHED(), share=0.2))
    happened: dict[str, Callable[[], OrderRecord | None]] = {
        "seen": lambda: remember.seen(record, order, vocabulary),
        "not_heeded": lambda: remember.not_heeded(record, NOW),
        "claiming": lambda: remember.claiming(record, word),
        "not_claimed": lambda: remember.not_claimed(record),
        "status_set": lambda: remember.status_set(record, order, vocabulary, held=flip),
        "status_written": lambda: remember.status_written(record, word, vocabulary, NOW),
        "searched": lambda: remember.searched(record, search, there if flip else None),
        "adopted": lambda: remember.adopted(record, there, state),
        "seen_there": lambda: remember.seen_there(record, there, state, tracked=flip),
        "cancelled_there": lambda: remember.cancelled_there(record, NOW),
        "denied": lambda: remember.denied(record, NOW),
        "denied_there": lambda: remember.denied_there(record, NOW),
        "prescribing": lambda: remember.prescribing(record, NOW),
        "prescribed": lambda: remember.prescribed(record, PrescriptionId("rx-2")),
        "prescription_seen": lambda: remember.prescription_seen(record, maybe(luck, "new")),
        "intended": lambda: remember.intended(record, NOW, "v2", "sent now"),
        "read_again": lambda: remember.read_again(record, "read now", "read first"),
        "submitted": lambda: remember.submitted(record, asked, NOW),
        "answer_lost": lambda: remember.answer_lost(record, NOW),
        "refused": lambda: remember.refused(record, other),
        "taken_up": lambda: remember.taken_up(record, NOW - timedelta(seconds=60)),
        "after_crash": lambda: remember.after_crash(record, NOW),
        "resumed": lambda: remember.resumed(record, NOW),
        "done": lambda: remember.done(record, NOW),
        "confirmed": lambda: remember.confirmed(record, NOW),
    }
    name = luck.choice([*happened])
    more = f", {record.phase.value}" if name in ("resumed", "confirmed", "seen") else ""
    return f"{name}{more}", changes(record, happened[name]())


def news(luck: Random) -> tuple[str, str]:
    """What a delivery tells of an order that stands somewhere, and whether it is an echo."""
    record, stuck = a_record(luck), luck.random() < 0.2
    vendor = luck.choice(["rxscale", "pharmaone"])
    known = [record.rx_status, record.claimed_as, record.p1_status, "in-progress"]
    word = luck.choice([*known, *RX_WORDS, *P1_WORDS, None])
    changed_at = maybe(luck, surely(luck), share=0.3)
    if changed_at is not None and record.wrote_at is not None:
        changed_at = record.wrote_at + timedelta(seconds=luck.choice([-1, 0, 10, 11]))
    is_echo = deliveries.is_echo(
        record, stuck=stuck, vendor=vendor, reported_status=word, changed_at=changed_at
    )
    without = changes(record, deliveries.without_echo(record, vendor, word))
    lines = [f"{vendor}:{word or ''}", *luck.sample([deliveries.OF_PHARMAONE, "rxscale:x"], k=1)]
    told = luck.choice([None, lines[0], "\n".join(lines)])
    after = changes(record, deliveries.without_echoes(record, told, stuck=stuck))
    only_there = deliveries.is_of_pharmaone(told)
    where = f"{record.phase.value}, {record.state}, {record.p1_state}, {vendor}"
    return where, f"{is_echo}; {without}; {after}; {only_there}"


KINDS: Mapping[str, Callable[[Random], tuple[str, str]]] = {
    "decisions": decision,
    "attentions": attention,
    "memory": memory,
    "news": news,
}


def row(kind: str, number: int) -> str:
    """One situation, by its number."""
    where, outcome = KINDS[kind](Random(f"{kind} {number}"))
    return f"{number} | {where} | {outcome}".replace("\n", " / ")


def rows(kind: str) -> Iterator[str]:
    """Of the situations drawn, the first ones of each outcome."""
    shown: dict[str, int] = {}
    for number in range(DRAWN[kind]):
        line = row(kind, number)
        where, _, outcome = line.partition(" | ")[2].partition(" | ")
        outcome = f"{where.partition(',')[0]}: {outcome}"
        shown[outcome] = shown.get(outcome, 0) + 1
        if shown[outcome] <= 1:
            yield line


if __name__ == "__main__":
    for kind in KINDS:
        found = [*rows(kind)]
        (TABLES / f"{kind}.txt").write_text("".join(f"{line}\n" for line in found), "utf-8")
        print(kind, len(found))
