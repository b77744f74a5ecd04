"""Order-requests that were sent again under another name: whose they are."""

from dataclasses import replace

import pytest
from store.given import NOW, after, key, record, sql, submitted, uid
from store.test_pharmaone import due, order, sweep, told

from bridge.core.deliveries import Receipt
from bridge.core.model import PharmacyOrderUid, Phase
from bridge.store import Store, deliveries, orders, person, pharmaone_lists, views, work


async def test_the_order_made_of_it_is_found_by_either_name(store: Store):
    await store.write(work.save, submitted(1, edition=2, intent_at=NOW), [])
    made = order(external_id="po-1-2")
    assert await sweep(store, made) == [key(1)]
    found = await store.read(pharmaone_lists.order_for, uid(1))
    assert found is not None
    assert found.id == made.id


async def test_so_is_one_that_is_read_by_itself(store: Store):
    await store.write(work.save, submitted(1, edition=2, intent_at=NOW), [])
    assert await store.write(pharmaone_lists.save_read, order(external_id="po-1-2"), after(1))
    assert await due(store) == [key(1)]


async def test_so_is_one_that_was_read_before_its_order_was_known(store: Store):
    """After a lost store, nobody remembers that it was sent again."""
    await store.write(pharmaone_lists.save_read, order(external_id="po-1-2"), after(1))
    await store.write(work.save, record(1), [])
    assert await store.read(pharmaone_lists.order_for, uid(1)) is not None


UUID = "3f2504e0-4f89-41d3-9a0c-0305e82c3301"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        *((name, name) for name in ("po-1", "po-1-2", "po-abc123", "PO-9", UUID, f"{UUID}-2")),
        *((name, "") for name in ("Abholung Frau K.", "Meier", "EXT-17", "po-", "po-ä", "po- 1")),
        ("ours", "ours"),
        ("ours-2", "ours"),
        ("", ""),
        (None, None),
    ],
)
async def test_of_names_only_those_that_may_be_ours_are_kept(store: Store, name, kept):
    """PharmaOne's `external_id` is free text: another's may hold a patient's name."""
    await store.write(work.save, replace(record(1), uid=PharmacyOrderUid("ours")), [])
    await store.write(pharmaone_lists.save_orders, [order(external_id=name)])
    assert await store.read(sql("SELECT external_id FROM p1_orders")) == [(kept,)]


@pytest.mark.parametrize("name", ["po-1-1", "po-1-0", "po-1-x", "po-2-2", "-2", "po-1-200"])
async def test_other_names_are_not_ours(store: Store, name: str):
    await store.write(work.save, submitted(1, edition=2), [])
    assert await store.read(pharmaone_lists.our_names, [name, None]) == {}


async def test_a_pharmacy_order_of_that_very_name_comes_first(store: Store):
    await store.write(work.save, submitted(1), [])
    await store.write(work.save, submitted("1-2"), [])
    assert await sweep(store, order(external_id="po-1-2")) == [key("1-2")]
    assert await store.read(pharmaone_lists.order_for, uid(1)) is None
    assert await store.read(pharmaone_lists.order_for, uid("1-2")) is not None


async def test_a_refusal_names_it(store: Store):
    await store.write(work.save, submitted(1, edition=2), [])
    refused = told(order_id=None, reported_status=None, references=("po-1-2",), refused=True)
    assert await store.write_together(deliveries.receive, refused) is Receipt.HINTED
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert known.rejected_at == NOW


async def test_a_refusal_that_is_delivered_again_does_not_refuse_it_again(store: Store):
    await store.write(work.save, submitted(1, intent_at=NOW), [])
    refused = told(order_id=None, reported_status=None, references=("po-1",), refused=True)
    await store.write_together(deliveries.receive, refused)
    assert await store.write(person.resume, key(1), after(1))
    assert await store.write_together(deliveries.receive, refused) is Receipt.DUPLICATE
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert known.rejected_at is None


async def test_a_resumed_order_is_due_and_told_of(store: Store):
    await store.write(work.save, submitted(1, rejected_at=NOW, attempts=1), [])
    assert await store.write(person.resume, key(1), after(1))
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert (known.phase, known.rejected_at, known.edition) == (Phase.KNOWN, None, 2)
    assert not await store.write(person.resume, key(1), after(2)), "once is enough"
    assert await due(store) == [key(1)]
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert [entry.what for entry in story.entries] == ["resumed"]


@pytest.mark.parametrize("name", ["order:po-9", "sku:psku-1"])
async def test_what_is_not_known_is_not_resumed(store: Store, name):
    assert not await store.write(person.resume, name, after(1))
