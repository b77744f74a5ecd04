"""Taking deliveries in: new, repeated, unknown, echoes; each is remembered once and for good."""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

import pytest
from store.given import (
    LEASE,
    NOW,
    after,
    claim_one,
    delivery,
    hint,
    key,
    make_stuck,
    noted,
    record,
    sql,
    submitted,
    uid,
)

from bridge.core.deliveries import PharmaOneChanged, Receipt, is_echo
from bridge.core.model import AnnouncedBy, Key, Phase, State
from bridge.store import Store, deliveries, orders, todo, views, work


async def counters(store: Store) -> dict[str, int]:
    return dict((await store.read(views.facts, NOW)).counters)


async def told(store: Store, about: Key) -> list[Any]:
    return await store.read(sql("SELECT what, facts FROM journal WHERE key = ? ORDER BY id", about))


async def test_a_new_order_is_remembered_and_due(store: Store):
    taken = await store.write_together(deliveries.receive, delivery(1, priority=2))
    assert taken is Receipt.HINTED
    claim, known = await claim_one(store)
    assert known == record(1, name="#1", priority=2)
    assert known.announced_by is AnnouncedBy.WEBHOOK
    assert (claim.key, claim.why, claim.priority) == (key(1), "rxscale: pharmacy_order_created", 2)
    assert claim.attempts == 0
    story = await store.read(views.story, uid(1))
    assert story is not None
    event = {"vendor": "rxscale", "event": "pharmacy_order_created"}
    assert [(entry.at, entry.what, entry.facts) for entry in story.entries] == [
        (NOW, "delivered", {**event, "status": "waiting for pharmacy"})
    ]


async def test_a_known_orders_link_stays_as_it_is(store: Store):
    await store.write(work.save, submitted(1, name="kept"), [])
    assert (
        await store.write_together(
            deliveries.receive, delivery(1, reported_status="cancelled", priority=9)
        )
        is Receipt.HINTED
    )
    claim, known = await claim_one(store)
    assert known == submitted(1, name="kept")
    assert claim.priority == 9


async def test_a_repeated_delivery_changes_nothing_but_two_counts(store: Store):
    await store.write_together(deliveries.receive, delivery(1))
    claim, known = await claim_one(store)
    for times in (2, 3):
        assert (
            await store.write_together(deliveries.receive, delivery(1, received_at=after(9)))
            is Receipt.DUPLICATE
        )
        rows = await store.read(sql("SELECT times, received_at FROM deliveries"))
        assert rows == [(times, NOW.timestamp() * 1e6)]
    assert await counters(store) == {"deliveries_duplicate": 2}
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert [(e.what, e.facts["times"]) for e in story.entries] == [("delivered", 3)]
    assert await store.write(todo.claim, 1, after(LEASE.total_seconds() + 1), LEASE) == [
        (replace(claim, reported=None), known)  # who told was for the look that was cut short
    ]


async def test_the_same_dedup_key_of_another_vendor_is_another_delivery(store: Store):
    await store.write_together(deliveries.receive, delivery(1))
    same = delivery(1).dedup_key
    other = PharmaOneChanged("order_created", same, NOW, references=(uid(1),))
    assert await store.write_together(deliveries.receive, other) is Receipt.HINTED


async def test_a_doubled_delivery_in_one_commit_is_taken_once(store: Store):
    taken = await asyncio.gather(
        *(store.write_together(deliveries.receive, delivery(1)) for _ in range(5))
    )
    assert sorted(taken) == [Receipt.DUPLICATE] * 4 + [Receipt.HINTED]


async def test_an_unknown_event_is_counted_and_journalled(store: Store):
    odd = noted(event="pharmacy_order_sung", known=False)
    assert await store.write_together(deliveries.receive, odd) is Receipt.NOTED
    assert await counters(store) == {"deliveries_unknown_event": 1}
    assert await told(store, Key("event:pharmacy_order_sung")) == [
        ("unknown event", '{"vendor":"rxscale","event":"pharmacy_order_sung"}')
    ]
    assert await store.read(orders.find, uid(1)) is None
    assert await store.read(todo.next_due, NOW) is None


async def test_an_event_about_nothing_to_look_at_is_counted(store: Store):
    assert await store.write_together(deliveries.receive, noted()) is Receipt.NOTED
    assert await counters(store) == {"deliveries_noted": 1}
    assert await store.read(todo.next_due, NOW) is None


async def test_an_echo_costs_nothing(store: Store):
    await store.write(work.save, submitted(1, echoes="pending review"), [])
    ours = delivery(1, reported_status="pending review")
    assert await store.write_together(deliveries.receive, ours) is Receipt.ECHO
    assert await counters(store) == {"deliveries_echo": 1}
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert [entry.what for entry in story.entries] == ["echo"]
    assert await store.read(todo.next_due, NOW) is None


async def test_what_would_be_an_echo_is_looked_at_while_the_order_is_stuck(store: Store):
    await make_stuck(store, 1)
    await store.write(work.save, submitted(1), [])
    assert (
        await store.write_together(
            deliveries.receive, delivery(1, reported_status="pending review")
        )
        is Receipt.HINTED
    )


OUT_OF_OUR_HANDS = {Phase.SUBMITTED, Phase.ADOPTED, Phase.DONE}


@pytest.mark.parametrize(
    ("phase", "stuck", "reported_status"),
    list(itertools.product(Phase, (True, False), ("here", "there", "elsewhere", None))),
)
def test_what_an_echo_is(phase: Phase, stuck: bool, reported_status: str | None):
    known = replace(
        record(), phase=phase, rx_status="here", p1_status="there", echoes="here", wrote_at=NOW
    )

    def echo(vendor: str, **changes) -> bool:
        told = {"vendor": vendor, "reported_status": reported_status, **changes}
        return is_echo(known, stuck=stuck, **told)

    dropped, done = phase is Phase.DROPPED, phase is Phase.DONE
    ours = phase in OUT_OF_OUR_HANDS and not stuck and reported_status == "here"
    assert echo("rxscale") is echo("rxscale", changed_at=after(9)) is (dropped or ours)
    assert echo("rxscale", changed_at=after(11)) is dropped
    same = phase is Phase.ADOPTED and not stuck
    assert echo("pharmaone") is ((same or done) and reported_status == "there")
    known = replace(known, p1_state=State.COMPLETED)
    assert not dropped or echo("pharmaone")


@pytest.mark.parametrize(
    ("state", "untracked_at", "reported_status", "echo"),
    [
        (State.COMPLETED, None, None, True),
        (State.COMPLETED, NOW, None, False),  # its parcel's page may come
        (State.COMPLETED, None, "cancelled", False),
        (State.CANCELLED, None, None, False),  # a flag: it may have been shipped
        (State.CANCELLED, None, "there", True),
        (State.CANCELLED, None, "ready_pickup", False),
    ],
)
def test_what_pharmaone_tells_of_an_order_that_is_over(state, untracked_at, reported_status, echo):
    known = replace(record(), phase=Phase.DONE, state=state, p1_status="there")
    known = replace(known, untracked_at=untracked_at)
    assert is_echo(known, stuck=False, vendor="pharmaone", reported_status=reported_status) is echo


async def test_the_same_status_again_is_looked_at_once_our_own_came_back(store: Store):
    """It may tell of changed details."""
    await store.write(work.save, submitted(1, echoes="pending review"), [])
    receipts = [
        await store.write_together(
            deliveries.receive,
            delivery(1, reported_status="pending review", dedup_key=f"updated/{number}"),
        )
        for number in range(2)
    ]
    assert receipts == [Receipt.ECHO, Receipt.HINTED]


COMPLETED = {"echoes": "completed", "is_believed": True, "rx_status": "completed"}


@pytest.mark.parametrize(
    ("changes", "over"),
    [
        ({"state": State.COMPLETED, "p1_state": State.COMPLETED, **COMPLETED}, True),
        ({"state": State.COMPLETED, "p1_state": State.PREPARING, **COMPLETED}, False),
        ({"state": State.CANCELLED, "p1_state": State.CANCELLED, **COMPLETED}, True),
        ({"state": State.CANCELLED, "rejected_at": NOW, **COMPLETED}, True),
        ({"state": State.CANCELLED, **COMPLETED}, False),
        ({"state": State.READY, "p1_state": State.COMPLETED, **COMPLETED}, False),
    ],
)
async def test_an_end_that_we_set_is_one_once_rxscale_tells_of_it(store: Store, changes, over):
    await store.write(work.save, submitted(1, **changes), [])
    await store.write(todo.hint, [hint(1)], NOW)
    told = delivery(1, reported_status="completed", received_at=after(1))
    assert await store.write_together(deliveries.receive, told) is Receipt.ECHO
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert (known.phase is Phase.DONE, known.finished_at) == (over, after(1) if over else None)
    assert (await store.read(todo.next_due, NOW) is None) is over


@pytest.mark.parametrize("phase", sorted(OUT_OF_OUR_HANDS))
def test_an_order_never_looked_at_has_no_echo(phase: Phase):
    known = replace(record(), phase=phase, rx_status=None)
    assert not is_echo(known, stuck=False, vendor="rxscale", reported_status=None)
