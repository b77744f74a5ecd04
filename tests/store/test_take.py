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
    key,
    make_stuck,
    noted,
    record,
    sql,
    submitted,
    uid,
)

from bridge.core.deliveries import PharmaOneChanged, Receipt, is_echo
from bridge.core.model import AnnouncedBy, Key, Phase
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
        (claim, known)
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
    await store.write(work.save, submitted(1), [])
    assert (
        await store.write_together(
            deliveries.receive, delivery(1, reported_status="pending review")
        )
        is Receipt.ECHO
    )
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
    known = replace(record(), phase=phase, rx_status="here", p1_status="there")

    def echo(vendor: str) -> bool:
        return is_echo(known, stuck=stuck, vendor=vendor, reported_status=reported_status)

    assert echo("rxscale") is (
        phase is Phase.DROPPED
        or (phase in OUT_OF_OUR_HANDS and not stuck and reported_status == "here")
    )
    assert echo("pharmaone") is (
        phase in (Phase.DROPPED, Phase.DONE)
        or (phase is Phase.ADOPTED and not stuck and reported_status == "there")
    )


@pytest.mark.parametrize("phase", sorted(OUT_OF_OUR_HANDS))
def test_an_order_never_looked_at_has_no_echo(phase: Phase):
    known = replace(record(), phase=phase, rx_status=None)
    assert not is_echo(known, stuck=False, vendor="rxscale", reported_status=None)
