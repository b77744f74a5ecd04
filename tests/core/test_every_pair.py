"""Every pair of sides: whatever RxScale and PharmaOne show together, the next step is lawful.

The shipped mapping files decide. For each state of an order-request, each RxScale status, each
word and each flag of PharmaOne's order, in both dialects, the steps are followed in a model of
both vendors until the look ends.
"""

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from words import WORDS
from worlds import changed

from bridge.core import remember
from bridge.core.lifecycle import TERMINAL, reached
from bridge.core.model import (
    HANDOVER,
    Draft,
    Flag,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
    order_key,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Company, Policy, Search, Sight, View, meaning_of
from bridge.core.steps import (
    Adopt,
    Cancel,
    Complete,
    Done,
    Ending,
    Find,
    Look,
    LookAtPharmaOne,
    SetStatus,
    Stuck,
    Submit,
    Wait,
    Weigh,
)
from bridge.mapping.rules import Rules, load
from bridge.texts import say, steps

UID = PharmacyOrderUid("po-1")
ORDER = OrderId("ORD_1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AGO = NOW - timedelta(hours=1)
MAPPINGS = Path(__file__).parents[2] / "mappings"
UNKNOWN = "levitating"
NO_FLAG: frozenset[Flag] = frozenset()
FLAGS = [None, *(frozenset(each) for n in range(4) for each in itertools.combinations(Flag, n))]
MOST_STEPS = 16


@dataclass(frozen=True)
class Pair:
    """Both vendors and the link, at one moment. `there` is None where PharmaOne has no order."""

    rules: Rules
    record: OrderRecord
    here: str
    there: str | None
    flags: frozenset[Flag] | None = None
    believed: bool = False
    """What PharmaOne denies has been denied for long, and its list confirms it."""
    order: PharmacyOrder | None = None
    p1_order: P1Order | None = None
    p1_looked: bool = False
    p1_gone: bool = False
    search: Search | None = None
    company: Company | None = None
    submissions: int = 0

    def view(self) -> View:
        return View(
            now=NOW,
            policy=Policy(),
            words=self.rules.words,
            sight=self.sight(),
        )

    def sight(self) -> Sight:
        return Sight(
            record=self.record,
            order=self.order,
            draft=Draft({"items": []}),
            p1_order=self.p1_order,
            p1_looked_at=NOW if self.p1_looked else None,
            p1_gone=self.p1_gone,
            p1_unlisted_at=NOW if self.believed else None,
            tracking=() if self.p1_looked else None,
            search=self.search,
            company=self.company,
        )

    def held(self) -> P1Order | None:
        if self.there is None:
            return None
        return P1Order(ORDER, self.there, NOW, UID, self.flags)


def follow(pair: Pair) -> tuple[Pair, Ending]:
    """Takes one step after another; a look that does not end is a failed test."""
    for _ in range(MOST_STEPS):
        step = next_step(pair.view())
        if isinstance(step, Ending):
            return pair, step
        pair = take(pair, step)
    raise AssertionError(f"no end: {pair}")


def take(pair: Pair, step) -> Pair:
    words, record = pair.rules.words.rxscale, pair.record
    match step:
        case Look():
            order = PharmacyOrder(UID, pair.here, NOW)
            known = pair.held() if record.phase is not Phase.ADOPTED else None
            seen_link = remember.seen(record, order, words)
            return changed(pair, order=order, record=seen_link, p1_order=known)
        case LookAtPharmaOne():
            seen = pair.held()
            if seen is None:
                since = AGO if pair.believed else NOW
                return changed(pair, p1_gone=True, record=remember.denied_there(record, since))
            seen_link = remember.seen_there(record, seen, meaning(pair, seen))
            return changed(pair, p1_order=seen, p1_looked=True, record=seen_link)
        case Find():
            search, found = Search(max(NOW, step.since)), pair.held()
            after = remember.searched(record, search, found)
            return changed(pair, search=search, p1_order=found, record=after)
        case Weigh():
            return changed(pair, company=Company(NOW, same=1, open=1))
        case Adopt():
            return changed(pair, record=remember.adopted(record, step.order))
        case Submit():
            assert record.doubted_at is not None or record.attempts == 0, "sent what was sent"
            assert pair.here not in words.queue, "sent without a claim at RxScale"
            assert pair.there is None, "sent although an order was made of it"
            after = remember.submitted(remember.intended(record, NOW, "v"), None, NOW)
            return changed(pair, record=after, submissions=pair.submissions + 1)
        case SetStatus() | Complete():
            return set_status(pair, step)
        case Cancel():
            return cancel(pair, step)
    raise AssertionError(step)


def set_status(pair: Pair, step) -> Pair:
    """Held against the table of steps, whatever the decision thought."""
    words, record = pair.rules.words.rxscale, pair.record
    assert step.word in words.steps.get(pair.here, ()), f"{pair.here} -> {step.word}"
    by_call = words.calls.get(step.word, "status") == "complete_order"
    assert isinstance(step, Complete) is by_call
    before, after = words.means[pair.here], words.means[step.word]
    assert before not in TERMINAL
    assert after in (State.CANCELLED, State.ON_HOLD) or reached(after, before), "backwards"
    assert step.rule
    order = PharmacyOrder(UID, step.word, NOW, is_believed=True)
    if isinstance(step, SetStatus) and step.claims:
        record = remember.claiming(record, step.word)
    record = remember.status_set(record, order, words)
    return changed(pair, here=step.word, order=order, record=record)


def cancel(pair: Pair, step: Cancel) -> Pair:
    words = pair.rules.words.pharmaone
    assert step.word in words.steps[pair.there], f"{pair.there} -> {step.word}"
    assert not (pair.flags or NO_FLAG) & {*HANDOVER}, "cancelled after the handover"
    assert pair.rules.words.rxscale.means[pair.here] is State.CANCELLED
    assert step.body == {"status": step.word}
    record = remember.cancelled_there(pair.record, NOW)
    return changed(pair, there=step.word, p1_looked=False, record=record)


def meaning(pair: Pair, order: P1Order) -> State | None:
    found = meaning_of(order, pair.rules.words.pharmaone)
    return found[0] if found is not None else None


def links() -> list[OrderRecord]:
    sent = {"submitted_at": AGO, "attempts": 1}
    unsure = {"doubted_at": AGO, "intent_at": AGO, "attempts": 1}
    review = WORDS.rxscale.says[State.IN_REVIEW]
    return [
        OrderRecord(UID, AGO),
        OrderRecord(UID, AGO, doubted_at=AGO),
        OrderRecord(UID, AGO, claimed_as=review),
        OrderRecord(UID, AGO, phase=Phase.SUBMITTING, claimed_as=review, **unsure),
        OrderRecord(UID, AGO, phase=Phase.SUBMITTED, **sent),
        OrderRecord(UID, AGO, phase=Phase.SUBMITTED, rejected_at=AGO, **sent),
        OrderRecord(UID, AGO, phase=Phase.ADOPTED, order_id=ORDER, **sent),
        OrderRecord(UID, AGO, phase=Phase.ADOPTED, order_id=ORDER, held=True, **sent),
        OrderRecord(UID, AGO, phase=Phase.DONE, finished_at=AGO),
        OrderRecord(UID, AGO, phase=Phase.DONE, order_id=ORDER, finished_at=AGO, **sent),
        OrderRecord(UID, AGO, phase=Phase.DROPPED, finished_at=AGO),
    ]


@pytest.fixture(scope="module", params=["current", "legacy"])
def rules(request: pytest.FixtureRequest) -> Rules:
    return load(MAPPINGS, dialect=request.param)


def pairs(rules: Rules) -> list[Pair]:
    here = [*rules.words.rxscale.means, UNKNOWN]
    there = [None, *rules.words.pharmaone.means, UNKNOWN]
    every = itertools.product(links(), here, there, FLAGS, (False, True))
    return [
        Pair(rules, record, rx, p1, flags, believed)
        for record, rx, p1, flags, believed in every
        if p1 is not None or flags == NO_FLAG
    ]


def test_every_pair_comes_to_a_lawful_end(rules: Rules):
    count = 0
    for pair in pairs(rules):
        after, ending = follow(pair)
        count += 1
        assert after.submissions <= 1
        if isinstance(ending, Stuck):
            assert say(ending.reason), pair
            assert steps(ending.reason, order_key(UID)), pair
        else:
            assert say(ending.why)
        if pair.record.phase is Phase.DROPPED:
            assert isinstance(ending, Done)
            assert (after.here, after.there) == (pair.here, pair.there)
    assert count > 10_000


def test_the_same_again_changes_nothing(rules: Rules):
    """A look at what a look left behind takes no step at either vendor."""
    for pair in pairs(rules):
        after, ending = follow(pair)
        record = remember.done(after.record, NOW) if isinstance(ending, Done) else after.record
        again, _ = follow(changed(pair, record=record, here=after.here, there=after.there))
        assert (again.here, again.there) == (after.here, after.there), pair
        assert again.submissions == 0 or after.submissions == 0


def test_where_both_sides_are_known_and_open_rxscale_gets_to_where_pharmaone_is(rules: Rules):
    sent = {"submitted_at": AGO, "attempts": 1}
    record = OrderRecord(UID, AGO, phase=Phase.ADOPTED, order_id=ORDER, **sent)
    words = rules.words.rxscale
    for here, there in itertools.product(words.open, rules.words.pharmaone.means):
        if here in words.arriving or words.means[here] is State.ON_HOLD:
            continue
        pair = Pair(rules, record, here, there, flags=NO_FLAG)
        after, _ = follow(pair)
        wanted = meaning(pair, pair.held())
        assert wanted is not None
        if wanted in words.says:
            assert reached(words.means[after.here], wanted), (here, there)


def test_what_waits_says_for_what(rules: Rules):
    for pair in pairs(rules):
        _, ending = follow(pair)
        if isinstance(ending, Wait):
            assert len(say(ending.why)) > 10
