"""A sweep against what is remembered: what it hints, what it counts, what it leaves alone."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from store.given import (
    LEASE,
    NOTE,
    NOW,
    after,
    claim_one,
    entry,
    hint,
    key,
    outcome,
    record,
    submitted,
    uid,
)

from bridge.core.memory import SweepResult, SweptOrder
from bridge.core.model import (
    AnnouncedBy,
    Hint,
    OrderId,
    OrderRecord,
    PharmacyOrderUid,
    Phase,
    State,
)
from bridge.core.reasons import CODES, Reason
from bridge.store import Store, orders, rxscale_lists, todo, views, work
from bridge.store.rxscale_lists import FOUND_BY_SWEEP

BEGAN, ENDED = after(100), after(110)
WAITING = SweptOrder("waiting for pharmacy")
REVIEW = SweptOrder("pending review")


async def sweep(
    store: Store,
    rows: Mapping[PharmacyOrderUid, SweptOrder],
    *,
    began_at: datetime = BEGAN,
    now: datetime = ENDED,
    settled: bool = True,
    unlisted: Collection[str] = (),
) -> SweepResult:
    return await store.write(
        rxscale_lists.compare_orders,
        rows,
        began_at=began_at,
        now=now,
        settled=settled,
        unlisted=unlisted,
    )


async def whys(store: Store, now: datetime = ENDED) -> dict[str, str]:
    return {claim.key: claim.why for claim, _ in await store.write(todo.claim, 100, now, LEASE)}


async def swept_once(store: Store) -> None:
    """The first sweep is over: from now on an order that nobody announced is a lost webhook."""
    await sweep(store, {}, began_at=NOW, now=NOW)


async def test_the_first_sweep_meets_what_was_there_before_this_store(store: Store):
    result = await sweep(store, {uid(1): SweptOrder("pending review", 4, "#1"), uid(2): WAITING})
    assert result == SweepResult(seen=2, new=2)
    assert await store.read(orders.find, uid(1)) == record(
        1,
        first_seen_at=ENDED,
        announced_by=AnnouncedBy.FIRST_SWEEP,
        name="#1",
        priority=4,
    )
    facts = await store.read(views.facts, ENDED)
    assert (facts.first_sweep_at, facts.last_poll_at) == (ENDED, ENDED)
    assert FOUND_BY_SWEEP not in facts.counters
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert [(each.what, each.facts, each.at) for each in story.entries] == [
        ("swept", {"status": "pending review"}, ENDED)
    ]
    claim, _ = await claim_one(store, ENDED)
    assert (claim.key, claim.priority) == (key(1), 4)


@pytest.mark.parametrize(
    ("minutes", "made_at"), [(14, None), (16, NOW)], ids=["as always", "nobody had looked"]
)
async def test_an_order_found_after_a_pause_was_made_in_it(store: Store, minutes, made_at):
    await swept_once(store)
    later = NOW + timedelta(minutes=minutes)
    await sweep(store, {uid(1): WAITING}, began_at=later, now=later)
    found = await store.read(orders.find, uid(1))
    assert found is not None
    assert found.made_at == made_at


async def test_a_later_sweep_counts_what_no_webhook_had_told(store: Store):
    await swept_once(store)
    result = await sweep(store, {uid(1): WAITING, uid(2): WAITING})
    assert result == SweepResult(seen=2, new=2, lost_webhooks=2, untold=2)
    found = await store.read(orders.find, uid(1))
    assert found is not None
    assert found.announced_by is AnnouncedBy.SWEEP
    assert (await store.read(views.facts, ENDED)).counters[FOUND_BY_SWEEP] == 2
    assert await sweep(store, {uid(1): WAITING, uid(2): WAITING}) == SweepResult(seen=2)


async def test_a_list_that_never_rests_is_read_all_the_same(store: Store):
    await sweep(store, {uid(1): WAITING}, settled=False)
    await sweep(store, {uid(2): WAITING}, settled=False)
    facts = await store.read(views.facts, ENDED)
    assert (facts.first_sweep_at, facts.last_poll_at) == (None, ENDED)
    for number in (1, 2):
        met = await store.read(orders.find, uid(number))
        assert met is not None
        assert met.announced_by is AnnouncedBy.FIRST_SWEEP
    await sweep(store, {uid(2): WAITING}, settled=False)
    assert (await store.read(views.facts, ENDED)).first_sweep_at == ENDED, (
        "nothing that was not known"
    )


@pytest.mark.parametrize(("unlisted", "missing"), [((), 1), (("pending review",), 0)])
async def test_what_no_list_can_show_is_not_missing(
    store: Store, unlisted: Collection[str], missing: int
):
    await swept_once(store)
    await store.write(work.save, submitted(), [])
    assert (await sweep(store, {}, unlisted=unlisted)).missing == missing


async def test_the_first_sweep_is_noted_once_the_last_each_time(store: Store):
    await sweep(store, {}, now=after(1))
    await sweep(store, {}, now=after(2))
    facts = await store.read(views.facts, ENDED)
    assert (facts.first_sweep_at, facts.last_poll_at) == (after(1), after(2))


CHANGED, MISSING, UNSUBMITTED = (
    "sweep: RxScale's list shows another status",
    "sweep: no longer in RxScale's open list",
    "sweep: still to be submitted",
)
DONE = {"phase": Phase.DONE, "finished_at": NOW}
DROPPED = {"phase": Phase.DROPPED, "finished_at": NOW}
ADOPTED = {"phase": Phase.ADOPTED, "order_id": OrderId("ORD_1")}


@pytest.mark.parametrize(
    ("known", "row", "settled", "why"),
    [
        pytest.param(submitted(), REVIEW, True, None, id="the same status"),
        pytest.param(submitted(), WAITING, True, CHANGED, id="another status"),
        pytest.param(submitted(), WAITING, False, CHANGED, id="in a list that never rests"),
        pytest.param(submitted(rx_seen_at=None), WAITING, True, CHANGED, id="told, not seen"),
        pytest.param(submitted(rx_seen_at=BEGAN), WAITING, True, None, id="seen since"),
        pytest.param(submitted(rx_status=None), WAITING, True, CHANGED, id="never looked at"),
        pytest.param(submitted(**DROPPED), WAITING, True, None, id="dropped"),
        pytest.param(submitted(**DONE), WAITING, True, CHANGED, id="done, open again"),
        pytest.param(submitted(**DONE), REVIEW, True, None, id="done, as it was"),
        pytest.param(submitted(), None, True, MISSING, id="gone from the list"),
        pytest.param(submitted(**ADOPTED), None, True, MISSING, id="adopted and gone"),
        pytest.param(submitted(), None, False, MISSING, id="in none of many readings"),
        pytest.param(submitted(first_seen_at=BEGAN), None, True, None, id="met during the sweep"),
        pytest.param(submitted(rx_seen_at=BEGAN), None, True, None, id="seen during the sweep"),
        pytest.param(submitted(rx_seen_at=None), None, True, MISSING, id="gone, never seen"),
        pytest.param(
            submitted(state=State.CANCELLED), None, True, None, id="gone because it was cancelled"
        ),
        pytest.param(
            submitted(state=State.PREPARING), None, True, MISSING, id="gone for another reason"
        ),
        pytest.param(submitted(**DROPPED), None, True, None, id="dropped and gone"),
        pytest.param(submitted(**DONE), None, True, None, id="done and gone"),
        pytest.param(record(rx_status=REVIEW.status), REVIEW, True, UNSUBMITTED, id="left behind"),
        pytest.param(
            record(rx_status=REVIEW.status, phase=Phase.SUBMITTING, intent_at=NOW),
            REVIEW,
            True,
            UNSUBMITTED,
            id="left behind with an intent",
        ),
        pytest.param(
            record(rx_status=REVIEW.status, phase=Phase.SUBMITTING, intent_at=NOW, doubted_at=NOW),
            REVIEW,
            False,
            UNSUBMITTED,
            id="left behind unsure",
        ),
        pytest.param(
            record(rx_seen_at=BEGAN), None, True, UNSUBMITTED, id="left behind, not listed"
        ),
        pytest.param(
            record(rx_status=REVIEW.status, state=State.ON_HOLD), REVIEW, True, None, id="on hold"
        ),
    ],
)
async def test_why_a_known_order_is_looked_at(
    store: Store, known: OrderRecord, row: SweptOrder | None, settled: bool, why: str | None
):
    await swept_once(store)
    await store.write(work.save, known, [])
    result = await sweep(store, {} if row is None else {known.uid: row}, settled=settled)
    assert await whys(store) == ({} if why is None else {key(1): why})
    assert result == SweepResult(
        seen=0 if row is None else 1,
        changed=1 if why == CHANGED else 0,
        missing=1 if why == MISSING else 0,
        untold=why in (CHANGED, MISSING) and known.rx_status is not None,
    )


async def test_a_change_that_is_to_be_looked_at_already_was_told(store: Store):
    await swept_once(store)
    await store.write(work.save, submitted(1), [])
    await store.write(todo.hint, [Hint(key(1), "webhook")], NOW)
    result = await sweep(store, {uid(1): SweptOrder("on-hold", 8)})
    assert (result.changed, result.untold) == (1, 0)


async def test_a_change_is_told_once_and_hinted_until_it_is_seen(store: Store):
    await swept_once(store)
    await store.write(work.save, submitted(1, priority=1), [entry(1)])
    for _ in range(3):
        result = await sweep(store, {uid(1): SweptOrder("on-hold", 8)})
        assert result.changed == 1
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert [each.what for each in story.entries] == ["looked", "swept"]
    claim, _ = await claim_one(store, ENDED)
    assert claim.priority == 8


async def test_what_is_gone_is_hinted_with_its_own_priority_and_not_told(store: Store):
    await swept_once(store)
    await store.write(work.save, submitted(1, priority=6), [])
    await sweep(store, {})
    claim, _ = await claim_one(store, ENDED)
    assert claim.priority == 6
    story = await store.read(views.story, uid(1))
    assert story is not None
    assert story.entries == ()


async def test_sweeps_do_not_count_anew_how_often_a_missing_one_was_looked_for(store: Store):
    await swept_once(store)
    await store.write(work.save, submitted(1), [])
    await sweep(store, {})
    claim, known = await claim_one(store, ENDED)
    await store.write(
        work.settle, outcome(claim, known, again_at=after(120), failed=True, now=ENDED)
    )
    assert await sweep(store, {}, began_at=after(111)) == SweepResult(seen=0)
    claim, _ = await claim_one(store, after(120))
    assert claim.attempts == 1


@pytest.mark.parametrize(("minutes", "missing"), [(59, 0), (61, 1)])
async def test_an_order_at_an_unknown_word_is_in_no_list_and_seldom_looked_at(
    store: Store, minutes: int, missing: int
):
    await swept_once(store)
    await store.write(todo.hint, [hint(1)], NOW)
    claim, _ = await claim_one(store)
    odd = Reason(CODES["unknown_status"])
    known = submitted(1, rx_status="paused", rx_seen_at=NOW)
    await store.write(work.settle, outcome(claim, known, stuck=odd, again_at=None))
    began_at = NOW + timedelta(minutes=minutes)
    assert (await sweep(store, {}, began_at=began_at, now=began_at)).missing == missing


async def test_a_new_order_whose_first_look_is_due_is_left_to_that(store: Store):
    await store.write(todo.hint, [hint(1, why="webhook")], NOW)
    assert await sweep(store, {uid(1): WAITING}) == SweepResult(seen=1)
    assert await whys(store) == {key(1): "webhook"}


@pytest.mark.parametrize("phase", [Phase.KNOWN, Phase.SUBMITTING])
async def test_what_waits_or_is_stuck_is_not_left_behind(store: Store, phase: Phase):
    seen: dict[str, Any] = {"rx_status": WAITING.status, "rx_seen_at": NOW, "intent_at": NOW}
    for number, stuck, again_at in ((1, NOTE, None), (2, None, after(3600))):
        await store.write(todo.hint, [hint(number)], NOW)
        claim, _ = await claim_one(store)
        known = record(number, phase=phase, **seen)
        await store.write(work.settle, outcome(claim, known, stuck=stuck, again_at=again_at))
    assert await sweep(store, {uid(1): WAITING, uid(2): WAITING}) == SweepResult(seen=2)
    assert await whys(store) == {}


async def test_five_thousand_orders_are_no_burden(store: Store):
    rows = {uid(number): WAITING for number in range(5000)}
    assert (await sweep(store, rows)).new == 5000
    assert (await sweep(store, rows)) == SweepResult(seen=5000)
    assert (
        await sweep(store, dict(list(rows.items())[:4000]), began_at=after(900))
    ).missing == 1000
    assert (await store.read(views.facts, ENDED)).pending == 5000


async def test_of_what_is_listed_as_it_was_nothing_more_is_made(store: Store, monkeypatch):
    """5,000 open orders of each sweep; whoever wants to write waits meanwhile."""
    await swept_once(store)
    for number in range(5):
        await store.write(work.save, submitted(number, rx_status=REVIEW.status), [])
    seen = {uid(number): REVIEW for number in range(5)}
    judged: list[Any] = []
    monkeypatch.setattr(rxscale_lists, "_finding", lambda order, _: judged.append(order))
    assert await sweep(store, seen) == SweepResult(seen=5)
    assert judged == []
