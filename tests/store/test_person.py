"""What a person says about stuck orders: try again, leave it alone, it is there already."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from store.given import (
    LEASE,
    NOTE,
    NOW,
    after,
    claim_one,
    hint,
    key,
    make_stuck,
    outcome,
    record,
    sql,
    submitted,
    uid,
)

from bridge.core.model import Hint, Key, OrderId, Phase, State
from bridge.core.reasons import CODES, TWIN_IN_PHARMAONE, UNSURE_SUBMISSION, Kind, Reason
from bridge.errors import TryLater
from bridge.store import Store, orders, person, todo, views, waiting, work

UNSURE = UNSURE_SUBMISSION(why="its answer was lost")
SKU = Key("sku:psku-1")
LOOKED_FOR = [code for code in CODES.values() if code.kind is Kind.ORDER and code.must_look]
LATER = after(60)


async def entries(store: Store, number: int = 1) -> list[tuple[str, dict[str, object]]]:
    story = await store.read(views.story, uid(number))
    assert story is not None
    return [(each.what, dict(each.facts)) for each in story.entries]


async def stuck_keys(store: Store) -> list[Key]:
    return [row.key for row in await store.read(waiting.all_stuck)]


async def make_sku_stuck(store: Store) -> None:
    put = "INSERT INTO stuck (key, since, code, facts) VALUES (?, 0, 'sku_refused', '{}')"
    await store.write(sql(put, SKU))


async def test_a_retry_frees_and_makes_due(store: Store):
    await make_stuck(store, 1)
    await make_stuck(store, 2)
    assert await store.write(person.retry, [key(1), key("unheard-of")], LATER) == [key(1)]
    assert await stuck_keys(store) == [key(2)]
    claim, known = await claim_one(store, LATER)
    assert (claim.key, known.claimed_as) == (key(1), None)
    assert (await entries(store)) == [("retried", {"code": NOTE.code})]


async def test_a_retry_of_everything(store: Store):
    for number in (1, 2, 3):
        await make_stuck(store, number)
    await make_sku_stuck(store)
    assert sorted(await store.write(person.retry, None, LATER)) == [key(1), key(2), key(3), SKU]
    assert await stuck_keys(store) == []
    assert await store.write(person.retry, None, LATER) == []


async def test_what_is_not_stuck_is_not_retried(store: Store):
    await store.write(work.save, record(1), [])
    assert await store.write(person.retry, [key(1)], LATER) == []
    assert await store.read(todo.next_due, LATER) is None


@pytest.mark.parametrize("code", LOOKED_FOR)
async def test_a_retry_says_that_a_person_looked_where_that_was_the_question(
    store: Store, code: str
):
    await make_stuck(store, 1, Reason(code))
    doubted = {"phase": Phase.SUBMITTING, "intent_at": NOW, "doubted_at": NOW, "searched_at": NOW}
    known = record(1, rx_status="pending review", prescription_at=NOW, **doubted)
    await store.write(work.save, known, [])
    assert await store.write(person.retry, None, LATER) == [], "nobody looked for this one"
    assert await stuck_keys(store) == [key(1)]
    await store.write(person.retry, [key(1)], LATER)
    assert await store.read(orders.find, uid(1)) == record(
        1,
        rx_status="pending review",
        claimed_as="pending review",
        intent_at=NOW,
        wanted_at=LATER,
    )


async def test_a_dropped_order_is_left_alone(store: Store):
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1)], NOW)
    assert await store.write(person.drop, key(1), "handled by hand", LATER)
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert (known.phase, known.finished_at) == (Phase.DROPPED, LATER)
    assert await stuck_keys(store) == []
    assert await store.read(todo.next_due, LATER) is None
    assert await entries(store) == [("dropped", {"reason": "handled by hand"})]


async def test_an_order_need_not_be_stuck_to_be_dropped(store: Store):
    await store.write(work.save, record(1), [])
    assert await store.write(person.drop, key(1), "a test order", LATER)


async def test_a_stuck_sku_is_dropped_too(store: Store):
    await make_sku_stuck(store)
    await store.write(todo.hint, [Hint(SKU, "stock")], NOW)
    assert await store.write(person.drop, SKU, "not sold any more", LATER)
    assert await stuck_keys(store) == []
    assert await store.read(sql("SELECT * FROM todo")) == []
    assert not await store.write(person.drop, SKU, "not sold any more", LATER)


async def test_what_is_not_known_cannot_be_dropped(store: Store):
    assert not await store.write(person.drop, key(1), "no reason", LATER)
    assert await store.read(sql("SELECT * FROM journal")) == []


@pytest.mark.parametrize(
    "known",
    [
        record(1),
        record(1, phase=Phase.SUBMITTING, intent_at=NOW),
        record(1, phase=Phase.SUBMITTING, intent_at=NOW, doubted_at=NOW),
    ],
    ids=["known", "submitting", "unsure"],
)
async def test_a_person_saw_the_order_request(store: Store, known: object):
    await make_stuck(store, 1, UNSURE)
    await store.write(work.save, known, [])
    assert await store.write(person.mark_submitted, key(1), LATER)
    now_known = await store.read(orders.find, uid(1))
    assert now_known == replace(known, phase=Phase.SUBMITTED, submitted_at=LATER)
    assert await stuck_keys(store) == []
    assert await store.read(todo.next_due, LATER) == LATER
    assert await entries(store) == [("marked submitted", {})]


@pytest.mark.parametrize(
    "known",
    [
        submitted(1),
        submitted(1, phase=Phase.ADOPTED, order_id=OrderId("ORD_1")),
        submitted(1, phase=Phase.DONE, finished_at=NOW),
        submitted(1, phase=Phase.DROPPED, finished_at=NOW),
    ],
    ids=lambda known: known.phase,
)
async def test_nothing_moves_backwards_on_a_persons_word(store: Store, known: object):
    await store.write(work.save, known, [])
    assert not await store.write(person.mark_submitted, key(1), LATER)
    assert await store.read(orders.find, uid(1)) == known
    assert await entries(store) == []


@pytest.mark.parametrize("unknown", [key(1), SKU])
async def test_what_is_not_known_was_not_submitted(store: Store, unknown: Key):
    assert not await store.write(person.mark_submitted, unknown, LATER)


Said = Callable[[Store], Awaitable[object]]


@pytest.mark.parametrize(
    "said",
    [
        lambda store: store.write(person.retry, None, LATER),
        lambda store: store.write(person.drop, key(1), "no", LATER),
        lambda store: store.write(person.mark_submitted, key(1), LATER),
    ],
    ids=["retry", "drop", "mark_submitted"],
)
async def test_a_look_under_way_is_not_spoken_over(store: Store, said: Said):
    await make_stuck(store, 2)
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1)], NOW)
    claim, known = await claim_one(store)
    with pytest.raises(TryLater, match=r"order:po-1 is being looked at right now"):
        await said(store)
    assert await stuck_keys(store) == [key(1), key(2)], "nothing was done by halves"
    await store.write(work.settle, outcome(claim, known, stuck=NOTE))
    assert await said(store)


async def test_a_lease_that_is_over_holds_nobody_up(store: Store):
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1)], NOW)
    await claim_one(store)
    assert await store.write(person.drop, key(1), "it hung", NOW + LEASE)


async def test_a_new_mapping_is_a_reason_to_look_again(store: Store):
    await make_stuck(store, 1)
    await make_stuck(store, 2, UNSURE)
    await make_stuck(store, 3)
    assert (
        await store.write(person.hint_stuck, {NOTE.code, "bad_pzn"}, "new mapping files", LATER)
        == 2
    )
    claims = await store.write(todo.claim, 9, LATER, LEASE)
    assert [(claim.key, claim.why) for claim, _ in claims] == [
        (key(1), "new mapping files"),
        (key(3), "new mapping files"),
    ]
    assert len(await stuck_keys(store)) == 3, "stuck until the look says otherwise"
    assert await store.write(person.hint_stuck, set(), "nothing", LATER) == 0


async def test_new_orders_do_not_wait_for_all_that_is_stuck(store: Store):
    await make_stuck(store, 1)
    await store.write(person.hint_stuck, {NOTE.code}, "new mapping files", NOW)
    await store.write(todo.hint, [hint(2)], LATER)
    claims = await store.write(todo.claim, 9, LATER, LEASE)
    assert [claim.key for claim, _ in claims] == [key(2), key(1)]


async def test_a_person_may_say_more_than_once_that_what_looks_alike_is_another_order(store: Store):
    for twin in ("ORD_1", "ORD_2"):
        await make_stuck(store, 1, TWIN_IN_PHARMAONE(order=twin))
        await store.write(person.retry, [key(1)], LATER)
    known = await store.read(orders.find, uid(1))
    assert known is not None
    assert known.not_twins.split() == ["ORD_1", "ORD_2"]


async def test_what_is_left_alone_is_listed(store: Store):
    done = {"phase": Phase.DONE, "finished_at": NOW}
    for number, changes in enumerate(
        [
            {"state": State.NEW, **done},
            {"state": State.CANCELLED, **done},
            {"state": State.NEW, "attempts": 1, **done},
            {"state": State.NEW},
        ]
    ):
        known = record(number, **changes)
        await store.write(work.save, known, [])
        assert known.is_left_alone is (number == 0)
    assert await store.read(orders.left_alone) == [uid(0)]
