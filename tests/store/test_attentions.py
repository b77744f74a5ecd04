"""What a person should know of orders that go on: kept while true, hidden once accepted."""

from store.given import after, claim_one, hint, key, outcome, record

from bridge.core.model import Key
from bridge.core.reasons import HELD_AT_RXSCALE, LONG_IN_REVIEW, Reason
from bridge.store import Store, person, todo, views, waiting, work

HELD, LONG = HELD_AT_RXSCALE(), LONG_IN_REVIEW(hours=24)


async def looked(store: Store, seconds: float, *found: Reason) -> None:
    """A look of order 1 that ends with these."""
    await store.write(todo.hint, [hint(1)], after(seconds))
    claim, known = await claim_one(store, after(seconds))
    ended = outcome(claim, known, attentions=found, now=after(seconds))
    await store.write(work.settle, ended)


async def told(store: Store) -> list[tuple[Key, str, float]]:
    rows = await store.read(waiting.everything)
    return [(r.key, r.reason.code, (r.since - after(0)).total_seconds()) for r in rows]


async def test_it_is_told_since_when_until_it_is_over(store: Store):
    await looked(store, 1, HELD)
    await looked(store, 2, HELD, LONG)
    assert await told(store) == [(key(1), HELD.code, 1), (key(1), LONG.code, 2)]
    await looked(store, 3, LONG)
    assert await told(store) == [(key(1), LONG.code, 2)]
    await looked(store, 4)
    assert await told(store) == []


async def test_what_is_accepted_is_not_told_again_unless_it_changes(store: Store):
    await looked(store, 1, HELD, LONG)
    assert await store.write(person.accept, key(1), after(2), LONG.code)
    assert await told(store) == [(key(1), HELD.code, 1)]
    await looked(store, 3, HELD, LONG)
    assert await told(store) == [(key(1), HELD.code, 1)]
    await looked(store, 4, LONG_IN_REVIEW(hours=48))
    assert await told(store) == [(key(1), LONG.code, 4)]


async def test_all_of_a_key_are_accepted_at_once_and_the_story_says_so(store: Store):
    await looked(store, 1, HELD, LONG)
    assert await store.write(person.accept, key(1), after(2))
    assert not await store.write(person.accept, key(1), after(3))
    story = await store.read(views.story, record(1).uid)
    assert [dict(entry.facts) for entry in story.entries] == [
        {"codes": "held_at_rxscale, long_in_review"}
    ]


async def test_a_look_that_saw_nothing_leaves_them(store: Store):
    await looked(store, 1, HELD)
    await store.write(todo.hint, [hint(1)], after(2))
    claim, known = await claim_one(store, after(2))
    await store.write(work.settle, outcome(claim, known))
    assert (await store.read(views.facts, after(2))).attentions == 1


async def test_an_order_that_is_dropped_or_forgotten_leaves_none(store: Store):
    await looked(store, 1, HELD)
    await store.write(person.drop, key(1), "by hand", after(2))
    assert await store.read(waiting.count_attentions) == 0
    await looked(store, 3, HELD)
    assert (await store.write(work.forget, after(4))).orders == 1
    assert await store.read(waiting.count_attentions) == 0
