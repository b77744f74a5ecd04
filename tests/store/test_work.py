"""Hints, claims and settlements: what is to be looked at, by whom, and when again."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store.given import (
    LEASE,
    NOTE,
    NOW,
    REFUSED,
    after,
    claim_one,
    delivery,
    entry,
    full_record,
    hint,
    key,
    make_stuck,
    outcome,
    record,
    sql,
    submitted,
    uid,
)

from bridge.core.deliveries import Receipt
from bridge.core.journal import Event, JournalEntry
from bridge.core.model import AnnouncedBy, Hint, Key, Phase
from bridge.core.reasons import CODES, Reason
from bridge.store import Store, deliveries, orders, person, todo, views, waiting, work
from bridge.texts.story import headline


async def claimed(store: Store, limit: int = 100, seconds: float = 0) -> list[str]:
    return [claim.key for claim, _ in await store.write(todo.claim, limit, after(seconds), LEASE)]


# -- hints ---------------------------------------------------------------------------------


async def test_a_hint_remembers_the_order_as_it_was_announced(store: Store):
    told = hint(1, priority=4, announced_by=AnnouncedBy.SWEEP, name="#1")
    await store.write(todo.hint, [told, hint(2)], NOW)
    assert await store.read(orders.find, uid(1)) == record(
        1, announced_by=AnnouncedBy.SWEEP, name="#1", priority=4
    )
    assert await claimed(store) == [key(1), key(2)]


async def test_a_later_hint_makes_more_urgent_never_less(store: Store):
    await store.write(todo.hint, [hint(1, priority=5, why="first")], NOW)
    await store.write(todo.hint, [hint(1, priority=1, why="second")], after(9))
    claim, _ = await claim_one(store, after(9))
    assert (claim.priority, claim.why) == (5, "second")
    facts = await store.read(views.facts, after(10))
    assert facts.oldest_seconds == 10, "it has been waiting since the first hint"


async def test_a_hint_brings_forward_what_was_to_wait(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    claim, known = await claim_one(store)
    await store.write(work.settle, outcome(claim, known, again_at=after(3600), failed=True))
    assert await claimed(store, seconds=1) == []
    await store.write(todo.hint, [hint(1)], after(2))
    again, _ = await claim_one(store, after(2))
    assert again.attempts == 0


async def test_hints_of_other_kinds_are_not_claimed_as_orders(store: Store):
    await store.write(todo.hint, [Hint(Key("sku:psku-1"), "stock")], NOW)
    assert await claimed(store) == []
    assert await store.read(todo.next_due, NOW) is None


async def test_no_hints_are_no_work(store: Store):
    await store.write(todo.hint, [], NOW)
    assert await store.read(todo.next_due, NOW) is None


async def test_a_key_without_a_kind_is_refused(store: Store):
    with pytest.raises(REFUSED, match="key_names_its_kind"):
        await store.write(todo.hint, [Hint(Key("nothing"), "a test")], NOW)


# -- claims --------------------------------------------------------------------------------


async def test_the_most_urgent_comes_first_then_the_longest_waiting(store: Store):
    for number, priority, seconds in ((1, 0, 3), (2, 7, 4), (3, 0, 1), (4, 7, 5), (5, -1, 0)):
        await store.write(todo.hint, [hint(number, priority=priority)], after(seconds))
    assert await claimed(store, limit=2, seconds=9) == [key(2), key(4)]
    assert await claimed(store, seconds=9) == [key(3), key(1), key(5)]


async def test_nobody_else_gets_what_is_claimed_before_the_lease_is_over(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    assert await claimed(store) == [key(1)]
    assert await claimed(store, seconds=LEASE.total_seconds() - 1) == []
    assert await claimed(store, seconds=LEASE.total_seconds()) == [key(1)]


async def test_what_is_due_later_is_not_claimed_yet(store: Store):
    await store.write(todo.hint, [hint(1)], after(60))
    assert await claimed(store, seconds=59) == []
    assert await claimed(store, seconds=60) == [key(1)]


async def test_at_the_start_nobody_holds_a_lease(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    await claimed(store)
    await store.write(todo.take_up, NOW)
    assert await claimed(store) == [key(1)]


async def test_at_the_start_nothing_waits_for_a_time_that_a_clock_ahead_wrote(store: Store):
    await store.write(todo.hint, [hint(1), hint(2)], after(7200))
    await claimed(store, limit=1, seconds=7200)
    await store.write(todo.take_up, NOW)
    assert sorted(await claimed(store)) == [key(1), key(2)]


async def test_when_there_is_something_to_claim_next(store: Store):
    assert await store.read(todo.next_due, NOW) is None
    await store.write(todo.hint, [hint(1)], after(60))
    assert await store.read(todo.next_due, NOW) == after(60)
    assert await store.read(todo.next_due, after(90)) == after(90), "never a time that is over"
    await store.write(todo.claim, 1, after(60), timedelta(seconds=30))
    assert await store.read(todo.next_due, after(60)) == after(90), "when the lease is over"
    await store.write(todo.hint, [hint(2)], after(70))
    assert await store.read(todo.next_due, after(60)) == after(70)


# -- settlements -----------------------------------------------------------------------------


async def test_a_settled_look_is_remembered_and_waits_for_a_hint(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    claim, _ = await claim_one(store)
    await store.write(
        work.settle, outcome(claim, full_record(), entries=(entry(1, "looked", calls=[1, 2]),))
    )
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert story.record == full_record()
    assert story.entries == (entry(1, "looked", calls=[1, 2]),)
    assert (story.stuck, story.due_at) == (None, None)
    assert await store.read(todo.next_due, NOW) is None


async def test_a_failed_look_counts_and_a_good_one_begins_anew(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    for attempts, failed in ((0, True), (1, True), (2, False), (0, True)):
        at = (await store.read(todo.next_due, NOW)) or NOW
        claim, known = await claim_one(store, at)
        assert claim.attempts == attempts
        await store.write(
            work.settle, outcome(claim, known, again_at=at + LEASE, failed=failed, now=at)
        )
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert story.due_at == NOW + 4 * LEASE
    claim, _ = await claim_one(store, NOW + 4 * LEASE)
    assert claim.attempts == 1


@pytest.mark.parametrize("again_at", [None, after(3600)])
@pytest.mark.parametrize("reason", [None, NOTE])
async def test_a_hint_during_the_look_is_not_lost(
    store: Store, again_at: object, reason: Reason | None
):
    await store.write(todo.hint, [hint(1)], NOW)
    claim, known = await claim_one(store)
    await store.write(todo.hint, [hint(1, why="news")], after(1))
    assert await claimed(store, seconds=1) == [], "it is still being looked at"
    await store.write(
        work.settle,
        outcome(claim, known, again_at=again_at, failed=True, stuck=reason, now=after(2)),
    )
    again, _ = await claim_one(store, after(2))
    assert (again.why, again.attempts) == ("news", 0)
    assert [row.reason for row in await store.read(waiting.all_stuck)] == (
        [reason] if reason else []
    )


async def test_a_look_that_overran_its_lease_does_not_take_a_later_hint_away(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    slow, known = await claim_one(store)
    quick, _ = await claim_one(store, NOW + LEASE)
    assert quick.generation == slow.generation
    await store.write(work.settle, outcome(quick, known))
    await store.write(todo.hint, [hint(1, why="news")], NOW + LEASE)
    await store.write(work.settle, outcome(slow, known, now=NOW + LEASE))
    assert await claimed(store, seconds=LEASE.total_seconds()) == [key(1)]


@pytest.mark.parametrize(("again_at", "due"), [(None, None), (after(9), after(9))])
async def test_a_look_whose_row_is_gone_may_still_ask_for_another(
    store: Store, again_at: object, due: object
):
    await store.write(todo.hint, [hint(1)], NOW)
    claim, known = await claim_one(store)
    await store.write(work.settle, outcome(claim, known))
    await store.write(work.settle, outcome(claim, known, again_at=again_at))
    assert await store.read(todo.next_due, NOW) == due


async def test_stuck_since_the_same_reason_first_held(store: Store):
    other_facts = replace(NOTE, facts={**NOTE.facts, "sku": "sku-2"})
    other_code = replace(NOTE, code=CODES["bad_pzn"])
    expected = []
    for seconds, note, since in (
        (1, NOTE, 1),
        (2, NOTE, 1),
        (3, replace(NOTE), 1),
        (4, other_facts, 4),
        (5, other_code, 5),
    ):
        await store.write(todo.hint, [hint(1)], after(seconds))
        claim, known = await claim_one(store, after(seconds))
        await store.write(work.settle, outcome(claim, known, stuck=note, now=after(seconds)))
        (row,) = await store.read(waiting.all_stuck)
        expected.append((row.key, row.since, row.reason) == (key(1), after(since), note))
    assert expected == [True] * 5


async def test_a_look_that_ends_well_frees_what_was_stuck(store: Store):
    await make_stuck(store, 1)
    await store.write(todo.hint, [hint(1)], NOW)
    claim, known = await claim_one(store)
    await store.write(work.settle, outcome(claim, known))
    assert await store.read(waiting.all_stuck) == []


async def test_saving_in_the_middle_leaves_the_work_as_it_is(store: Store):
    await store.write(todo.hint, [hint(1)], NOW)
    claim, known = await claim_one(store)
    intent = replace(known, phase=Phase.SUBMITTING, intent_at=NOW, attempts=1)
    await store.write(
        work.save, intent, [entry(1, Event.INTENDS_TO_SUBMIT), entry(1, Event.SUBMITTED)]
    )
    assert await store.read(orders.find, uid(1)) == intent
    assert await claimed(store) == [], "the lease still holds"
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert [each.what for each in story.entries] == ["intends to submit", "submitted"]
    await store.write(work.settle, outcome(claim, intent, again_at=after(9)))
    assert await store.read(todo.next_due, NOW) == after(9)


# -- what the tables refuse ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"phase": Phase.SUBMITTING}, "submitting_has_its_intent"),
        ({"phase": Phase.SUBMITTED}, "submitted_when"),
        ({"phase": Phase.ADOPTED}, "adopted_which_order"),
        ({"phase": Phase.DONE}, "finished_when"),
        ({"phase": Phase.DROPPED}, "finished_when"),
        ({"attempts": -1}, "attempts >= 0|orders_attempts_check"),
        ({"calls": -1}, "calls >= 0|orders_calls_check"),
        ({"order_id": ""}, "order_id <> ''|orders_order_id_check"),
        ({"request_id": ""}, "request_id <> ''|orders_request_id_check"),
        ({"uid": ""}, "uid <> ''|orders_uid_check"),
        ({"priority": "high"}, "orders.priority|for type bigint"),
    ],
)
async def test_a_link_that_contradicts_itself_is_refused(
    store: Store, wrong: dict[str, object], rule: str
):
    with pytest.raises(REFUSED, match=rule):
        await store.write(work.save, record(1, **wrong), [entry(1)])
    assert await store.read(sql("SELECT * FROM journal")) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("UPDATE orders SET phase = 'odd'", "phase_is_known"),
        ("UPDATE orders SET announced_by = 'odd'", "announced_by_is_known"),
        ("UPDATE orders SET state = 'odd'", "state_is_known"),
    ],
)
async def test_a_word_that_nobody_knows_is_refused(store: Store, change: str, rule: str):
    await store.write(work.save, record(1), [])
    with pytest.raises(REFUSED, match=rule):
        await store.write(sql(change))


async def test_pharmaones_orders_belong_to_one_order_each(store: Store):
    await store.write(work.save, submitted(1, order_id="ORD_1"), [])
    with pytest.raises(REFUSED, match=r"(?i)unique"):
        await store.write(work.save, submitted(2, order_id="ORD_1"), [])
    await store.write(work.save, submitted(1, order_id="ORD_1"), [])


async def test_an_order_requests_id_that_is_given_out_again_is_the_newest_orders(store: Store):
    """A restored PharmaOne counts from where its copy stood: the newest order must be kept."""
    for number in (1, 2, 2):
        await store.write(work.save, submitted(number, request_id="req-1"), [])
    known = await store.read(orders.find_all, [uid(1), uid(2)])
    assert [known[uid(each)].request_id for each in (1, 2)] == [None, "req-1"]


@pytest.mark.parametrize(("code", "attempts"), [("unreadable", 4), ("unlinked_sku", 0)])
async def test_news_of_what_is_stuck_after_several_looks_asks_for_one(
    store: Store, code: str, attempts: int
):
    await make_stuck(store, 1, Reason(CODES[code]))
    assert await store.write_together(deliveries.receive, delivery(1)) is Receipt.HINTED
    claim, _ = await claim_one(store)
    assert claim.attempts == attempts
    await store.write(work.settle, outcome(claim, record(1), stuck=Reason(CODES[code])))
    await store.write(person.retry, None, NOW)
    claim, _ = await claim_one(store)
    assert claim.attempts == 0, "a person asked: several looks again"


async def test_hints_of_one_key_that_come_together_are_as_if_they_came_in_turn(path: Path):
    hints = [
        hint(1, why="first", priority=1, reported="rxscale:a"),
        hint(2, why="of another"),
        hint(1, why="second", priority=5, reported="pharmaone:b"),
        hint(1, why="third", priority=3, reported="rxscale:c"),
    ]
    ends: list[object] = []
    for batches in ([hints], [[each] for each in hints]):
        store = await Store.open(path.with_name(f"{len(ends)}.db"), now=NOW)
        for batch in batches:
            await store.write(todo.hint, batch, NOW)
        kept = "SELECT key, kind, priority, due_at, why, reported, attempts FROM todo ORDER BY key"
        ends.append([await store.read(sql(kept)), await store.read(orders.find, uid(1))])
        await store.close()
    assert ends[0] == ends[1]


async def test_what_is_claimed_next_is_found_by_its_index(store: Store):
    """Nothing tells SQLite which index to use. Only what is due is read and sorted: what waits for
    its time may be thousands of keys.
    """
    given = {"now": 0, "limit": 1, "besides": "[]"}
    steps = await store.read(
        lambda c: c.execute(f"EXPLAIN QUERY PLAN {todo._DUE}", given).fetchall()
    )
    told = " / ".join(step for *_, step in steps)
    assert "SEARCH todo USING COVERING INDEX todo_due (kind=? AND due_at<?)" in told
    assert "SEARCH todo USING PRIMARY KEY" in told
    assert "SEARCH orders USING PRIMARY KEY" in told
    assert "SCAN todo" not in told


async def test_only_what_a_look_changed_is_written_over_what_came_meanwhile(store: Store):
    await store.write(work.save, record(1), [])
    after = replace(record(1), rx_status="pending review")
    await store.write(orders.reject, record(1).uid, NOW)
    await store.write(work.save, after, [], None, record(1))
    found = await store.read(orders.find, record(1).uid)
    assert found == replace(after, rejected_at=NOW)


async def test_a_record_that_is_gone_is_written_whole(store: Store):
    await store.write(work.save, replace(record(1), name="#1"), [], None, record(1))
    found = await store.read(orders.find, record(1).uid)
    assert found == replace(record(1), name="#1")


# -- the story of what comes to nothing again and again ------------------------------------


def waits(seconds: float, why: Reason = REFUSED, status: str = "new") -> list[JournalEntry]:
    """A look that was made then and put off."""
    told = [
        (Event.LOOKED, {"status": status, "calls": [seconds]}),
        (Event.WAITS, {"why": why, "until": str(seconds)}),
    ]
    return [JournalEntry(key(1), after(seconds), what, facts) for what, facts in told]


async def failed(store: Store, *entries: JournalEntry) -> list[tuple[str, object, object]]:
    """What the story tells once a look has failed: its words, how often, since when."""
    await store.write(todo.hint, [hint(1)], entries[0].at)
    claim, known = await claim_one(store, entries[0].at)
    ended = outcome(claim, known, entries=entries, failed=True, again_at=after(10_000))
    await store.write(work.settle, ended)
    story = await store.read(views.story, uid(1))
    assert story is not None
    return [(e.what, e.facts.get("times"), e.facts.get("since")) for e in story.entries]


async def test_what_fails_again_in_the_same_way_is_told_once_with_how_often(store: Store):
    once = [("looked", None, None), ("waits", None, None)]
    assert await failed(store, *waits(1)) == once
    for times in (2, 3):
        told = await failed(store, *waits(60 * times))
        assert told == [once[0], ("waits", times, f"{after(1):%Y-%m-%d %H:%M} UTC")]
    story = await store.read(views.story, uid(1))
    assert [(each.at, each.facts.get("until")) for each in story.entries] == [
        (after(180), None),
        (after(180), "180"),
    ]
    assert await failed(store, *waits(240, status="other")) == [*told, *once]
    assert len(await failed(store, *waits(300, why=NOTE))) == 6


async def test_what_is_stuck_again_for_the_same_reason_is_told_once_with_how_often(store: Store):
    for times in (1, 2, 3):
        await store.write(todo.hint, [hint(1)], after(times))
        claim, known = await claim_one(store, after(times))
        told = [JournalEntry(key(1), after(times), Event.STUCK, {"reason": NOTE})]
        await store.write(work.settle, outcome(claim, known, entries=told, stuck=NOTE))
    story = await store.read(views.story, uid(1))
    assert story is not None
    (entry,) = story.entries
    assert entry.facts["times"] == 3
    assert "(3 times since " in headline(entry)


async def test_what_others_told_meanwhile_keeps_its_place(store: Store):
    await failed(store, *waits(1))
    await store.write(work.save, record(1), [JournalEntry(key(1), after(2), Event.RETRIED)])
    told = [what for what, *_ in await failed(store, *waits(3))]
    assert told == ["looked", "waits", "retried", "looked", "waits"]
