"""The to-do table against a model, through whatever order of hints, claims, ends and crashes.

The promise: after every hint that was committed, a look begins that did not begin before it.
"""

import sqlite3
from dataclasses import dataclass, field
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from store.given import LEASE, NOW, hint, key, outcome

from bridge.core.model import Claim, Key, OrderRecord
from bridge.store import todo, work
from bridge.store.migrate import migrate

NUMBERS = st.integers(1, 3)
AGAIN = st.one_of(st.none(), st.integers(-5, 900))


@dataclass
class Expected:
    """What must hold of one key. `owed`: a hint came after the last look began."""

    owed: bool = False
    due_at: object = None
    attempts: int = 0
    priority: int = 0
    looks: dict[int, tuple[Claim, OrderRecord]] = field(default_factory=dict)


class Todo(RuleBasedStateMachine):
    @initialize()
    def open(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, "model")
        self.now = NOW
        self.serial = 0
        self.keys: dict[Key, Expected] = {}
        self.leases: dict[Key, object] = {}

    def teardown(self) -> None:
        if hasattr(self, "connection"):
            self.connection.close()

    @rule(seconds=st.integers(1, 400))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(number=NUMBERS, priority=st.integers(0, 3))
    def hinted(self, number: int, priority: int) -> None:
        todo.hint(self.connection, [hint(number, priority=priority)], self.now)
        expected = self.keys.setdefault(key(number), Expected())
        fresh = expected.due_at is None
        expected.owed = True
        expected.attempts = 0
        expected.priority = priority if fresh else max(expected.priority, priority)
        expected.due_at = self.now if fresh else min(expected.due_at, self.now)

    @rule(limit=st.integers(1, 3))
    def claimed(self, limit: int) -> None:
        free = [
            (-expected.priority, expected.due_at, each)
            for each, expected in self.keys.items()
            if expected.due_at is not None
            and expected.due_at <= self.now
            and self.leases.get(each, self.now) <= self.now
        ]
        taken = todo.claim(self.connection, limit, self.now, LEASE)
        ranks = [(-claim.priority, self.keys[claim.key].due_at) for claim, _ in taken]
        assert ranks == [(rank, due) for rank, due, _ in sorted(free)[:limit]]
        for claim, record in taken:
            expected = self.keys[claim.key]
            assert claim.attempts == expected.attempts
            self.leases[claim.key] = self.now + LEASE
            self.serial += 1
            expected.owed = False
            expected.looks[self.serial] = claim, record

    @rule(data=st.data(), again=AGAIN, failed=st.booleans())
    def settled(self, data: st.DataObject, again: int | None, failed: bool) -> None:
        """The latest look of a key ends. (One that overran its lease is a test of its own.)"""
        under_way = sorted(each for each, expected in self.keys.items() if expected.looks)
        if not under_way:
            return
        expected = self.keys[data.draw(st.sampled_from(under_way))]
        claim, record = expected.looks[max(expected.looks)]
        expected.looks.clear()
        again_at = None if again is None else self.now + timedelta(seconds=again)
        end = outcome(claim, record, again_at=again_at, failed=failed, now=self.now)
        work.settle(self.connection, end)
        self.leases.pop(claim.key, None)
        if expected.owed:
            expected.due_at, expected.attempts = self.now, 0
        elif again_at is None:
            expected.due_at, expected.attempts = None, 0
        else:
            expected.due_at = again_at
            expected.attempts = expected.attempts + 1 if failed else 0

    @rule()
    def crashed(self) -> None:
        todo.take_up(self.connection, self.now)
        self.leases.clear()
        for expected in self.keys.values():
            expected.looks.clear()
            if expected.due_at is not None:
                expected.due_at = min(expected.due_at, self.now)

    @invariant()
    def every_hint_is_followed_by_a_look(self) -> None:
        for each, expected in getattr(self, "keys", {}).items():
            standing = todo.standing(self.connection, each)
            assert (standing and standing.due_at) == expected.due_at
            if expected.owed:
                assert standing is not None
                assert standing.due_at <= self.now

    @invariant()
    def the_next_moment_is_when_a_claim_would_succeed(self) -> None:
        if not hasattr(self, "keys"):
            return
        moments = [
            max(expected.due_at, self.leases.get(each, self.now), self.now)
            for each, expected in self.keys.items()
            if expected.due_at is not None
        ]
        assert todo.next_due(self.connection, self.now) == min(moments, default=None)


Todo.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestTodo = Todo.TestCase
