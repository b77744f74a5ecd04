"""Which orders are to be cancelled at once: counted within ten minutes, a vendor each."""

import pytest
from store.given import after, claim_one, hint, key, make_stuck, outcome, record, submitted, uid

from bridge.core.model import Phase
from bridge.core.orders.view import Company
from bridge.core.reasons import DELETED_IN_PHARMAONE, UNUSUALLY_MANY
from bridge.store import Store, orders, person, todo, views, waiting, work

MINUTES = 60


async def weigh(store: Store, number: int, vendor: str = "RxScale", minutes: float = 0) -> Company:
    return await store.write(orders.weigh_cancelling, uid(number), vendor, after(minutes * MINUTES))


async def test_those_of_ten_minutes_count_and_each_for_its_vendor(store: Store):
    for number in range(1, 7):
        await store.write(work.save, submitted(number), [])
    await weigh(store, 1)
    await weigh(store, 2, "PharmaOne")
    await weigh(store, 3, minutes=9)
    assert await weigh(store, 4, minutes=11) == Company(after(11 * MINUTES), same=2, open=6)
    assert (await weigh(store, 3, minutes=30)).same == 3, "as of when it was first wanted"
    assert (await weigh(store, 1, minutes=30)).same == 2


async def test_finished_ones_count_and_those_that_are_due_are_told(store: Store):
    for number in (1, 2, 3):
        await store.write(work.save, submitted(number), [])
    await weigh(store, 1)
    done = {"phase": Phase.DONE, "finished_at": after(1)}
    await store.write(work.save, submitted(1, **done), [])
    await store.write(todo.hint, [hint(2), hint(3)], after(1))
    assert await weigh(store, 3, minutes=1) == Company(after(MINUTES), same=2, open=3, due=1)


async def test_one_that_wants_the_same_is_not_counted_as_due_as_well(store: Store):
    for number in (1, 2, 3, 4):
        await store.write(work.save, submitted(number), [])
    await store.write(todo.hint, [hint(1), hint(2), hint(3), hint(4)], after(1))
    await weigh(store, 1)
    await weigh(store, 2, "PharmaOne")
    assert await weigh(store, 3, minutes=1) == Company(after(MINUTES), same=2, open=4, due=2)


async def test_an_order_that_goes_on_is_not_counted_any_more(store: Store):
    await weigh(store, 1)
    await store.write(todo.hint, [hint(1), hint(2)], after(1))
    claim, known = await claim_one(store, after(1))
    await store.write(work.settle, outcome(claim, known, cancels=False))
    assert (await weigh(store, 2)).same == 1


@pytest.mark.parametrize(
    ("keys", "done"), [(None, [1]), ([key(1), key(2), key(3)], [1, 2]), ([key(3)], [])]
)
async def test_what_a_person_confirms(store: Store, keys, done):
    await make_stuck(store, 1, UNUSUALLY_MANY(vendor="RxScale"))
    await make_stuck(store, 2, DELETED_IN_PHARMAONE(order="ORD_2"))
    await make_stuck(store, 3)
    assert (await store.read(views.facts, after(1))).held_back == 1
    assert await store.write(person.confirm, keys, after(1)) == [key(each) for each in done]
    left = {row.key for row in await store.read(waiting.all_stuck)}
    assert left == {key(1), key(2), key(3)} - {key(each) for each in done}
    for number in (1, 2, 3):
        assert (await weigh(store, number)).is_confirmed is (number in done)
    await store.write(work.save, record(1, phase=Phase.DONE, finished_at=after(1)), [])
    await store.write(work.forget, after(2))
    assert not (await weigh(store, 1)).is_confirmed
