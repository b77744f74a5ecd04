"""Who owns what, in a real PostgreSQL: claims, beats, and what a dead replica leaves behind."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from postgresql import Server
from store.given import NOW

from bridge.app.replica import HERE, Key, Replica, Time, is_gone
from bridge.core.leases import BEAT_SECONDS, DEAD_SECONDS, HELD_SECONDS, STEADY_SECONDS, Other
from bridge.errors import Misconfigured, TryLater
from bridge.place import Database
from bridge.store import Store, notes, run_lock
from bridge.store.postgresql.replicas import Replicas, owner

CALLS = {"rxscale": 7, "pharmaone": 2}


class Clock:
    """Stands still unless it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@asynccontextmanager
async def replica(place: Database, clock: Clock, name: str) -> AsyncIterator[tuple[Replica, Key]]:
    """One that wants the pharmacy's budget; its rounds are made by the test."""
    found = Replica(Replicas(place.url), clock, name)
    try:
        yield found, found.want(place.pharmacy, lambda: CALLS)
    finally:
        await found.close()


@pytest.fixture
async def place(postgresql: Server) -> Database:
    """Entered into a database of its own, where no other test's replicas are."""
    name = f"r{secrets.token_hex(4)}"
    postgresql.admin(f"CREATE DATABASE {name} OWNER rxbridge")
    found = postgresql.place(database=name)
    await (await Store.open(found, now=NOW)).close()
    return found


async def test_the_first_owns_it_and_the_second_does_once_the_first_is_dead(place, clock):
    async with replica(place, clock, "one") as (one, first), replica(place, clock, "two") as second:
        two, other = second
        await one._round()
        await two._round()
        assert first.held.is_set()
        assert not other.held.is_set()
        clock.now += DEAD_SECONDS
        assert not first.lease.may_call()
        await two._round()
        claim = other.lease.claim
        assert claim.fence > first.lease.claim.fence
        assert (claim.calls, claim.unreported_seconds) == ({}, round(HELD_SECONDS + 0.5))
        lost = first.lease
        await one._round()
        assert lost.lost.is_set()
        await one._round()
        assert not first.held.is_set(), "it came back as another, and the second has beaten"
        assert other.lease.may_call()


@pytest.mark.parametrize(
    ("here", "is_awaited"), [(HERE, False), ("another-machine", True), ("", True)]
)
async def test_a_process_of_this_machine_that_has_ended_is_dead_at_once(
    place, clock, monkeypatch, here, is_awaited
):
    """It calls nobody any more. One of another machine, or container, may have the same number."""
    process = await asyncio.create_subprocess_exec("sleep", "60")
    async with replica(place, clock, "two") as (two, other):
        with monkeypatch.context() as there:
            there.setattr("bridge.app.replica.HERE", here)
            one = Replica(Replicas(place.url), clock, f"host:{process.pid}")
            one.want(place.pharmacy, lambda: CALLS)
            await one._round()
            there.setattr("bridge.app.replica.HERE", "" if not here else HERE)
            await two._round()
            assert not other.held.is_set(), "it stands still, for all that anybody knows"
            process.kill()
            await process.wait()
            await two._round()
        assert other.held.is_set() is not is_awaited
        if not is_awaited:
            assert other.lease.claim.unreported_seconds == round(HELD_SECONDS + 0.5)
        clock.now += DEAD_SECONDS
        await two._round()
        await two._round()
        assert other.held.is_set()
        await one._replicas.close()


def test_a_name_that_no_replica_has_is_of_nobody_who_is_gone():
    for name in ("", "a", f"one:{HERE}-12", f"host:0:{HERE}-12", f"host:-4:{HERE}-12"):
        assert not is_gone(name)


async def test_who_beats_keeps_it_whatever_the_others_clock_does(place, clock):
    hasty = Clock()
    async with replica(place, clock, "one") as (one, first), replica(place, hasty, "two") as second:
        two, other = second
        await one._round()
        for _ in range(20):
            clock.now += BEAT_SECONDS
            hasty.now += DEAD_SECONDS * 10
            await one._round()
            await two._round()
        assert first.lease.may_call()
        assert not other.held.is_set()


async def test_its_time_is_the_databases_whatever_this_machines_clock_says(place, clock):
    def wrong() -> datetime:
        return datetime.now(UTC) + timedelta(days=1)

    time = Time(wrong, clock)
    one = Replica(Replicas(place.url), clock, "one", time.told)
    assert time() - datetime.now(UTC) > timedelta(hours=23), "nobody told it yet"
    await one._round()
    told = time()
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=5)
    clock.now += 1.5
    assert time() - told == timedelta(seconds=1.5)
    await one.close()


async def test_cut_off_alone_it_works_as_soon_as_the_database_is_back(place, clock, monkeypatch):
    async def unreachable(*_: object) -> None:
        raise TryLater("nobody answers")

    async with replica(place, clock, "one") as (one, key):
        await one._round()
        before = key.lease
        clock.now += DEAD_SECONDS
        with monkeypatch.context() as cut:
            cut.setattr(one._replicas, "leave", unreachable)
            with pytest.raises(TryLater):
                await one._round()
        assert before.lost.is_set()
        await one._round()
        assert key.lease is not None, "it does not wait for its own end"
        assert (key.lease.claim.calls, key.lease.claim.unreported_seconds) == (CALLS, 0)


async def test_handed_over_it_comes_with_what_was_called_and_nothing_unknown(place, clock):
    async with replica(place, clock, "two") as (two, other):
        async with replica(place, clock, "one") as (one, first):
            await one._round()
            await two._round()
            lease = first.lease
        assert lease.lost.is_set()
        await two._round()
        assert (other.lease.claim.calls, other.lease.claim.unreported_seconds) == (CALLS, 0)
        await two.drop(other)
        async with replica(place, clock, "three") as (three, key):
            await three._round()
            assert (key.lease.claim.calls, key.lease.claim.unreported_seconds) == (CALLS, 0)


async def test_one_that_leaves_works_on_takes_nothing_more_and_has_the_others_hurry(place, clock):
    async with replica(place, clock, "one") as (one, first), replica(place, clock, "two") as second:
        two, _ = second
        await one._round()
        began = time.monotonic()
        await one.linger(60.0)
        assert time.monotonic() < began + 30, "nobody would take over"
        await two._round()
        assert {name for name, other in two._others.items() if other.leaves} == {one._id}
        began = time.monotonic()
        await one.linger(0.1)
        assert time.monotonic() >= began + 0.1
        await one._round()
        assert first.held.is_set()
        await one.drop(first)
        again = one.want(place.pharmacy, dict)
        await one._round()
        assert not again.held.is_set()
        await two._round()
        assert second[1].held.is_set()
        began = time.monotonic()
        await two.linger(60.0)
        assert time.monotonic() < began + 30, "the other one leaves as well"


async def test_a_dead_one_that_beats_just_then_is_not_buried(place, clock):
    rows = Replicas(place.url)
    await rows.enter("a", "a")
    await rows.enter("b", "b")
    assert await rows.beat("a", {}) == (True, {"b": Other(0, leaves=False, holds=0)})
    _, known = await rows.beat("b", {})
    assert [each.budget for each in await rows.claim("a", [place.pharmacy])] == [place.pharmacy]
    await rows.beat("a", {place.pharmacy: CALLS})
    await rows.bury("a", known["a"].beat)
    assert await rows.claim("b", [place.pharmacy]) == []
    await rows.bury("a", known["a"].beat + 1)
    assert (await rows.beat("a", {}))[0] is False
    with pytest.raises(TryLater):
        await rows.claim("a", [place.pharmacy])  # a row that is gone owns nothing
    assert len(await rows.claim("b", [place.pharmacy])) == 1
    await rows.close()


@asynccontextmanager
async def both_wanted(place: Database, clock: Clock) -> AsyncIterator[list[Replica]]:
    """The first has two keys that both want."""
    await (await Store.open(Database(place.url, "second"), now=NOW)).close()
    async with replica(place, clock, "one") as (one, _), replica(place, clock, "two") as (two, _):
        for each in (one, two):
            each.want("second", lambda: CALLS)
            await each._round()
        yield [one, two]


async def go_on(clock: Clock, seconds: float, *replicas: Replica) -> None:
    until = clock.now + seconds
    while clock.now < until:
        clock.now = min(until, clock.now + BEAT_SECONDS)
        for each in replicas:
            await each._round()


def held(one: Replica) -> set[str]:
    return {name for name, key in one._keys.items() if key.lease is not None}


async def test_one_that_has_two_more_hands_one_over_once_nobody_comes_or_goes(place, clock):
    async with both_wanted(place, clock) as (one, two):
        await one._round()
        await go_on(clock, STEADY_SECONDS - 0.001, two, one)
        assert len(held(one)) == 2
        clock.now += 0.001
        await one._round()
        assert (len(held(one)), held(two)) == (1, set()), "it claims it with its next beat"
        await two._round()
        assert held(one) | held(two) == {place.pharmacy, "second"}
        (claim,) = (key.lease.claim for key in two._keys.values() if key.lease)
        assert (claim.calls, claim.unreported_seconds) == (CALLS, 0)
        before = held(one), held(two)
        await go_on(clock, 2 * STEADY_SECONDS, one, two)
        assert (held(one), held(two)) == before


async def test_keys_with_common_limits_stay_together(place, clock):
    """Two replicas would make twice as many calls."""
    account = object()
    await (await Store.open(Database(place.url, "second"), now=NOW)).close()
    async with replica(place, clock, "two") as (two, _):
        one = Replica(Replicas(place.url), clock, "one")
        for each in (one, two):
            each.want("second", lambda: CALLS, account)
        one.want(place.pharmacy, lambda: CALLS, account)
        await go_on(clock, STEADY_SECONDS + 2 * BEAT_SECONDS, one, two)
        assert held(one) == {place.pharmacy, "second"}
        await one.close()


async def test_what_is_handed_over_is_worked_for_until_the_last_has_ended(place, clock):
    async with both_wanted(place, clock) as (one, two):
        await one._round()
        keys = [*one._keys.values()]
        async with AsyncExitStack() as work:
            for key in keys:
                await work.enter_async_context(one.working(key, key.lease))
                await work.enter_async_context(one.working(key, key.lease))
            await go_on(clock, STEADY_SECONDS + BEAT_SECONDS, one, two)
            (given,) = (key for key in keys if key.lease.given.is_set())
            lease = given.lease
            assert not given.held.is_set(), "nobody begins with it any more"
            assert lease.may_call()
            assert held(two) == set()
        assert not lease.may_call()
        await two._round()
        assert held(two) == {given.budget}


async def test_what_was_lost_meanwhile_is_not_handed_over(place, clock):
    async with both_wanted(place, clock) as (one, two):
        await one._round()
        (key, *_) = one._keys.values()
        lost = key.lease
        async with one.working(key, lost):
            clock.now += STEADY_SECONDS
            await two._round()  # has it buried
            await one._round()
            await one._round()
            lost.given.set()
            lost.heir = two._id
            mine = held(one)
        assert held(one) == mine


async def test_nothing_goes_to_one_that_does_not_want_it_or_is_about_to_stop(place, clock):
    async with both_wanted(place, clock) as (one, two):
        for key in [*two._keys.values()]:
            await two.drop(key)
        await go_on(clock, STEADY_SECONDS + BEAT_SECONDS, two, one)
        assert len(held(one)) == 2
        two.want("second", lambda: CALLS)
        two._leaves = True
        for each in (two, one):
            await each._round()
        assert len(held(one)) == 2
        two._leaves = False
        for each in (two, one):
            await each._round()
        assert held(one) == {place.pharmacy}
        await two.drop(two._keys["second"])  # before it has claimed it
        for each in (two, one):
            await each._round()
        assert len(held(one)) == 2


async def test_what_died_before_it_told_hands_on_what_it_was_told(place, clock):
    async with replica(place, clock, "two") as (two, other):
        async with replica(place, clock, "one") as (one, _):
            await one._round()
        rows = Replicas(place.url)
        await rows.enter("hasty", "hasty")
        await rows.claim("hasty", [place.pharmacy])
        await rows.bury("hasty", 0)
        await rows.close()
        await two._round()
        assert other.lease.claim.calls == CALLS


async def test_an_outdated_fence_writes_nothing_and_whoever_has_none_takes_deliveries(place, clock):
    stores = [await Store.open(place, now=NOW) for _ in range(3)]
    working, next_one, standing = stores
    async with replica(place, clock, "one") as (one, key):
        await one._round()
        await working.own(key.lease.claim.fence)
        assert await working.read(owner) == "one"
        await one.drop(key)
        again = one.want(place.pharmacy, dict)
        await one._round()
        await next_one.own(again.lease.claim.fence)
        with pytest.raises(TryLater, match="taken it over"):
            await working.write(notes.touch)
        await standing.write(notes.touch)
    for each in stores:
        await each.close()


async def test_a_command_that_needs_the_store_alone_is_refused_while_a_replica_beats(place, clock):
    async with replica(place, clock, "one") as (one, _):
        await one._round()
        beating = asyncio.create_task(one.run())  # by the real clock
        with pytest.raises(Misconfigured, match="another rxbridge run"):
            await asyncio.to_thread(run_lock(place).acquire)
        with run_lock(place, leased=True):
            pass
        beating.cancel()
    with run_lock(place), pytest.raises(Misconfigured, match="another rxbridge run"):
        run_lock(place, leased=True).acquire()
