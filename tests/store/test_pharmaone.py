"""What PharmaOne's deliveries and lists make of the orders that were made of ours."""

from typing import Any

import pytest
from store.given import (
    LEASE,
    NOW,
    after,
    claim_one,
    key,
    outcome,
    record,
    submitted,
    uid,
)

from bridge.core.deliveries import PharmaOneChanged, Receipt
from bridge.core.model import (
    Flag,
    Key,
    OrderId,
    OrderRequestId,
    P1Order,
    Phase,
    PrescriptionId,
    State,
)
from bridge.core.reasons import DELETED_IN_PHARMAONE
from bridge.store import Store, deliveries, notes, orders, pharmaone_lists, todo, views, work

OURS = OrderId("ORD_1")


def told(number: int = 1, order_id: str | None = OURS, **changes: Any) -> PharmaOneChanged:
    """A delivery of PharmaOne's about one of its orders."""
    values: dict[str, Any] = {
        "event": "order_status_updated",
        "dedup_key": f"event-{number}",
        "received_at": NOW,
        "reported_status": "ready_pickup",
        "order_id": OrderId(order_id) if order_id else None,
        "of_an_order": order_id is not None,
    }
    return PharmaOneChanged(**(values | changes))


def adopted(number: int = 1, **changes: Any) -> Any:
    values = {
        "phase": Phase.ADOPTED,
        "order_id": OrderId(f"ORD_{number}"),
        "p1_status": "awaiting_packing",
        "p1_seen_at": NOW,
    }
    return submitted(number, **(values | changes))


def order(number: int = 1, status: str = "awaiting_packing", **changes: Any) -> P1Order:
    values: dict[str, Any] = {
        "id": OrderId(f"ORD_{number}"),
        "status": status,
        "seen_at": after(5),
        "updated_at": NOW,
    }
    return P1Order(**(values | changes))


async def due(store: Store) -> list[Key]:
    at = await store.read(todo.next_due, after(999))
    if at is None:
        return []
    return [
        claim.key
        for claim, _ in await store.write(todo.claim, 9, after(999), after(1000) - after(999))
    ]


# -- deliveries ------------------------------------------------------------------------------


async def test_a_change_of_an_order_of_ours_is_looked_at(store: Store):
    await store.write(work.save, adopted(), [])
    assert await store.write_together(deliveries.receive, told()) is Receipt.HINTED
    assert await due(store) == [key(1)]
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert story.entries[0].facts == {
        "vendor": "pharmaone",
        "event": "order_status_updated",
        "status": "ready_pickup",
    }


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"reported_status": "awaiting_packing"}, {}),  # our own change, or one seen already
        ({"quiet": True, "event": "order_updated"}, {}),
        ({"reported_status": "awaiting_packing"}, {"phase": Phase.DONE, "finished_at": NOW}),
        ({}, {"phase": Phase.DROPPED, "finished_at": NOW, "p1_state": State.COMPLETED}),
    ],
)
async def test_what_tells_nothing_new_costs_no_look(store: Store, changes, state):
    await store.write(work.save, adopted(**state), [])
    assert await store.write_together(deliveries.receive, told(**changes)) is Receipt.ECHO
    assert await due(store) == []


async def test_a_change_of_flags_alone_is_no_echo(store: Store):
    await store.write(work.save, adopted(), [])
    assert (
        await store.write_together(deliveries.receive, told(reported_status=None)) is Receipt.HINTED
    )


@pytest.mark.parametrize(
    ("status", "shown"), [("ready_pickup", None), ("awaiting_packing", frozenset({Flag.SHIPPED}))]
)
async def test_what_was_read_before_the_news_is_not_what_is_there_now(store: Store, status, shown):
    """A sweep read it three seconds before it was shipped, and the look believed the sweep."""
    await store.write(work.save, adopted(), [])
    await store.write(
        pharmaone_lists.save_orders, [order(external_id=uid(1), flags=frozenset({Flag.SHIPPED}))]
    )
    await store.write_together(deliveries.receive, told(reported_status=status))
    known = await store.read(pharmaone_lists.order_for, uid(1))
    assert known is not None
    assert known.flags == shown


async def test_an_order_that_nobody_knows_is_to_be_read(store: Store):
    await store.write(work.save, submitted(1, intent_at=NOW), [])
    assert await store.write_together(deliveries.receive, told()) is Receipt.UNREAD
    assert await store.read(pharmaone_lists.unread, 9) == [OURS]
    assert await store.write(pharmaone_lists.save_read, order(external_id=uid(1)), after(1))
    assert await due(store) == [key(1)]
    assert await store.read(pharmaone_lists.unread, 9) == []


async def test_an_order_that_is_not_ours_is_read_once(store: Store):
    await store.write(work.save, submitted(1, intent_at=NOW), [])
    await store.write_together(deliveries.receive, told())
    assert not await store.write(pharmaone_lists.save_read, order(external_id=""), after(1))
    assert await store.read(pharmaone_lists.unread, 9) == []
    assert await store.write_together(deliveries.receive, told(2)) is Receipt.NOTED


async def test_nothing_is_read_while_every_order_request_is_accounted_for(store: Store):
    await store.write(work.save, adopted(2), [])
    assert await store.write_together(deliveries.receive, told()) is Receipt.UNREAD
    assert await store.read(pharmaone_lists.unread, 9) == []


async def test_an_order_older_than_our_submissions_is_not_read(store: Store):
    await store.write(work.save, submitted(1, unsent_at=after(7200)), [])
    rows = {each.id: each for each in (order(1, created_at=NOW), order(2, created_at=after(7000)))}
    await store.write(pharmaone_lists.compare_orders, rows, began_at=NOW, now=after(1), listed=None)
    assert await store.read(pharmaone_lists.unread, 9) == [OrderId("ORD_2")]


@pytest.mark.parametrize("reference", ["po-1", "or-7"])
async def test_a_rejected_order_request_is_remembered_and_looked_at(store: Store, reference: str):
    await store.write(work.save, submitted(1, request_id=OrderRequestId("or-7")), [])
    refused = told(
        order_id=None,
        event="order_request_rejected",
        reported_status=None,
        references=(reference, "other"),
        refused=True,
    )
    assert await store.write_together(deliveries.receive, refused) is Receipt.HINTED
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert known.rejected_at == refused.received_at
    await store.write(work.save, submitted(1), [])  # by a look that began before it was told
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert known.rejected_at == refused.received_at


async def test_a_rejection_of_somebody_elses_is_noted(store: Store):
    refused = told(order_id=None, references=("po-9",), refused=True)
    assert await store.write_together(deliveries.receive, refused) is Receipt.NOTED


# -- sweeps ----------------------------------------------------------------------------------


async def sweep(store: Store, *orders: P1Order, listed: Any = None, began: float = 3) -> list[Key]:
    rows = {each.id: each for each in orders}
    await store.write(
        pharmaone_lists.compare_orders,
        rows,
        began_at=after(began),
        now=after(began + 1),
        listed=listed,
    )
    return await due(store)


async def test_what_is_stuck_as_deleted_is_left_alone_until_it_is_listed_again(store: Store):
    await store.write(work.save, adopted(), [])
    assert await sweep(store) == [key(1)]
    (claim,) = [each for each, _ in await store.write(todo.claim, 9, after(2001), LEASE)]
    stuck = DELETED_IN_PHARMAONE(order="ORD_1")
    await store.write(work.settle, outcome(claim, adopted(), stuck=stuck))
    assert await sweep(store) == []
    assert await sweep(store, order()) == [key(1)]


async def test_sweeps_do_not_count_anew_how_often_a_missing_one_was_looked_for(store: Store):
    await store.write(work.save, adopted(), [])
    await store.write(
        pharmaone_lists.compare_orders, {}, began_at=after(3), now=after(4), listed=None
    )
    claim, _ = await claim_one(store, after(4))
    await store.write(work.settle, outcome(claim, adopted(), again_at=after(60), failed=True))
    await store.write(
        pharmaone_lists.compare_orders, {}, began_at=after(5), now=after(6), listed=None
    )
    claim, _ = await claim_one(store, after(60))
    assert claim.attempts == 1


async def test_a_first_sight_of_an_order_of_ours_is_looked_at(store: Store):
    await store.write(work.save, adopted(), [])
    assert await sweep(store, order()) == [key(1)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (order(), []),
        (order(status="ready_pickup"), [key(1)]),
        (order(updated_at=after(2)), [key(1)]),
        (order(updated_at=None), [key(1)]),  # it cannot show a raised flag
    ],
)
async def test_what_changed_since_is_looked_at(store: Store, row: P1Order, expected: list[Key]):
    await store.write(work.save, adopted(), [])
    await store.write(pharmaone_lists.save_orders, [order(seen_at=NOW)])
    assert await sweep(store, row) == expected


async def test_what_was_looked_at_during_the_reading_is_no_news(store: Store):
    await store.write(work.save, adopted(p1_seen_at=after(4)), [])
    assert await sweep(store, order(status="ready_pickup")) == []
    assert await sweep(store, listed=None) == []


async def test_what_changed_after_a_look_during_the_reading_is_looked_at(store: Store):
    await store.write(work.save, adopted(p1_seen_at=after(4)), [])
    await store.write(pharmaone_lists.save_orders, [order(seen_at=after(4))])
    assert await sweep(store, order(updated_at=after(4))) == [key(1)]
    assert await sweep(store, order(updated_at=after(4))) == []


@pytest.mark.parametrize(
    ("listed", "expected"),
    [(None, [key(1)]), (("awaiting_packing",), [key(1)]), (("pending",), []), ((), [])],
)
async def test_an_order_that_should_be_in_the_list_and_is_not_is_looked_at(
    store: Store, listed: Any, expected: list[Key]
):
    await store.write(work.save, adopted(), [])
    assert await sweep(store, listed=listed) == expected


async def test_an_order_made_of_ours_is_found_by_its_external_id(store: Store):
    await store.write(work.save, submitted(1), [])
    assert await sweep(store, order(external_id=uid(1))) == [key(1)]


async def test_one_that_an_earlier_store_may_have_sent_is_found_so_too(store: Store):
    await store.write(work.save, record(1, doubted_at=NOW), [])
    assert await sweep(store, order(external_id=uid(1))) == [key(1)]


async def test_orders_of_others_and_finished_ones_hint_nothing(store: Store):
    await store.write(work.save, adopted(1, phase=Phase.DONE, finished_at=NOW), [])
    await store.write(work.save, record(2), [])
    assert await sweep(store, order(1, "ready_pickup"), order(3), order(4, external_id="x")) == []


# -- prescriptions ---------------------------------------------------------------------------


async def test_a_prescription_whose_status_changed_is_looked_at(store: Store):
    number = PrescriptionId("org1-pq-1")
    await store.write(
        work.save, submitted(1, prescription_id=number, prescription_status="new"), []
    )
    await store.write(work.save, adopted(2, prescription_id=PrescriptionId("org1-pq-2")), [])
    assert await store.read(pharmaone_lists.prescriptions) == {number: "new"}
    assert await store.write(pharmaone_lists.compare_prescriptions, {number: "new"}, NOW) == 0
    assert await store.write(pharmaone_lists.compare_prescriptions, {}, NOW) == 0
    assert await store.write(pharmaone_lists.compare_prescriptions, {number: "declined"}, NOW) == 1
    assert await due(store) == [key(1)]


async def test_an_event_about_a_prescription_finds_its_order(store: Store):
    await store.write(work.save, submitted(1, prescription_id=PrescriptionId("org1-pq-1")), [])
    event = told(order_id=None, event="prescription_approved", references=("org1-pq-1",))
    assert await store.write_together(deliveries.receive, event) is Receipt.HINTED


OPEN = ["awaiting_packing"]


@pytest.mark.parametrize(
    ("hours", "status", "changed", "hinted"),
    [
        (-24, "awaiting_packing", -24, 1),  # an earlier store may have known it
        (2, "awaiting_packing", 2, 1),  # this machine's clock may have been behind
        (4, "awaiting_packing", 4, 0),  # this store was there: it would know it
        (-24, "shipped", -24, 1),  # over, and lately
        (-24 * 9, "shipped", -24 * 9, 0),
        (-24 * 9, "awaiting_packing", -24 * 9, 1),
    ],
)
async def test_an_order_that_an_earlier_store_may_have_known_is_looked_for(
    store: Store, hours: int, status: str, changed: int, hinted: int
):
    await store.write(notes.put_first_time, notes.FIRST_SWEEP_AT, NOW)
    dated = {"created_at": after(hours * 3600), "updated_at": after(changed * 3600)}
    unread = order(2, status, **dated)
    named = order(1, status, external_id=uid(1), **dated)
    await store.write(pharmaone_lists.save_orders, [named, unread])
    assert await store.read(pharmaone_lists.unread, 9, OPEN, 9) == ["ORD_2"] * hinted
    assert await store.read(pharmaone_lists.unread, 9, OPEN, 0) == []
    hints = await store.read(pharmaone_lists.orphans, OPEN)
    assert len(hints) == hinted
    await store.write(todo.hint, hints, NOW)
    assert (await store.read(orders.find, uid(1)) is not None) == bool(hinted)
    assert await store.read(pharmaone_lists.orphans, OPEN) == [], "once"
