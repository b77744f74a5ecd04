"""What next_step answers, as tables: one row a situation."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT, LEGACY, PHARMAONE, changed, view_of

from bridge.core import reasons, remember
from bridge.core.facts import Facts
from bridge.core.lifecycle import reached, route
from bridge.core.model import (
    Draft,
    Flag,
    Gaps,
    OrderId,
    OrderRecord,
    OrderRequestId,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
    TrackingLink,
    order_key,
    order_uid,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.submitting import SEARCHED_LATELY
from bridge.core.orders.view import Company, Policy, Search, View
from bridge.core.patience import backoff
from bridge.core.steps import (
    Adopt,
    Cancel,
    Complete,
    Done,
    Find,
    Look,
    LookAtPharmaOne,
    ReadCatalogue,
    SetStatus,
    Stuck,
    Submit,
    Wait,
    Weigh,
)
from bridge.texts import say, steps

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
AGO = NOW - timedelta(minutes=10)
DRAFT = Draft({"items": []})
QUEUED = "waiting for pharmacy"


def a_view(status: str | None = QUEUED, *, seconds_ago: float = 0, **changes) -> View:
    record = changes.pop("record", OrderRecord(UID, AGO))
    order = None
    if status is not None:
        order = PharmacyOrder(UID, status, NOW - timedelta(seconds=seconds_ago))
        record = remember.seen(record, order, changes.get("rxscale", CURRENT))
    if "p1_order" in changes:
        changes = {"p1_looked_at": NOW, "tracking": (), **changes}
    return view_of(record, NOW, **{"order": order, "draft": DRAFT, **changes})


def a_record(phase: Phase, **changes) -> OrderRecord:
    return OrderRecord(UID, AGO, phase=phase, rx_status=QUEUED, **changes)


def an_order(status: str = "awaiting_packing", *flags: Flag) -> P1Order:
    return P1Order(OrderId("ORD_1"), status, NOW, external_id=UID, flags=frozenset(flags))


TOO_MANY = reasons.TOO_MANY_TO_READ(unread=9, most=5)
NO_PRICE = reasons.NO_PRICE(name="B", sku="sku-2", file="orders.toml")


def code(step) -> str:
    assert isinstance(step, Stuck), step
    return step.reason.code


def test_nothing_is_decided_before_a_look():
    assert isinstance(next_step(a_view(None)), Look)


@pytest.mark.parametrize(
    ("seconds_ago", "expected"),
    [(0, SetStatus), (5, SetStatus), (5.1, Look), (60, Look), (-7200, Look)],
)
def test_nothing_is_sent_on_an_old_memory(seconds_ago, expected):
    """Nor on one that this machine's clock dated when it was ahead."""
    assert isinstance(next_step(a_view(seconds_ago=seconds_ago)), expected)


def test_an_order_still_being_set_up_is_waited_for():
    step = next_step(a_view("init"))
    assert isinstance(step, Wait)
    assert step.until is None


def test_somebody_elses_hold_is_left_alone_and_our_own_is_not():
    assert isinstance(next_step(a_view("on-hold")), Wait)
    ours = a_view("on-hold", record=a_record(Phase.KNOWN, held=True))
    assert next_step(ours).claims


def test_what_pharmaone_made_of_an_order_on_hold_is_taken_note_of():
    view = a_view("on-hold", record=a_record(Phase.SUBMITTED), p1_order=an_order())
    assert next_step(view) == Adopt(an_order())
    adopted = changed(view, record=remember.adopted(view.record, an_order()))
    assert isinstance(next_step(adopted), Wait)


def test_a_hold_that_somebody_released_is_no_longer_ours():
    record = remember.seen(
        a_record(Phase.KNOWN, held=True), PharmacyOrder(UID, "pending review", NOW), CURRENT
    )
    assert not record.held


@pytest.mark.parametrize(
    ("status", "phase", "expected"),
    [
        ("completed", Phase.KNOWN, Done),
        ("cancelled", Phase.KNOWN, Done),
        ("completed", Phase.SUBMITTING, Find),
        ("completed", Phase.SUBMITTED, Wait),
        ("cancelled", Phase.DONE, Done),
        ("cancelled", Phase.SUBMITTING, Find),
        ("cancelled", Phase.SUBMITTED, Stuck),
        ("cancelled", Phase.ADOPTED, Stuck),
    ],
)
def test_orders_that_ended_at_rxscale(status, phase, expected):
    assert isinstance(next_step(a_view(status, record=a_record(phase))), expected)


def test_a_cancelled_order_that_an_earlier_store_may_have_sent_is_searched_for_once():
    record = a_record(Phase.KNOWN, doubted_at=AGO)
    assert isinstance(next_step(a_view("cancelled", record=record)), Find)
    assert next_step(a_view("cancelled", record=record, p1_order=an_order())) == Adopt(an_order())
    too_many = a_view("cancelled", record=record, search=Search(NOW, gap=TOO_MANY))
    assert code(next_step(too_many)) == "cancelled_at_rxscale"
    searched = replace(record, searched_at=NOW)
    assert isinstance(next_step(a_view("cancelled", record=searched)), Done)
    claimed = replace(CLAIMED, rx_status=REVIEW)
    assert isinstance(next_step(a_view("cancelled", record=claimed)), Done)


def test_an_order_made_of_a_cancelled_one_of_which_nothing_was_known_is_adopted():
    view = a_view("cancelled", record=a_record(Phase.DONE), p1_order=an_order())
    assert next_step(view) == Adopt(an_order())


def test_one_cancelled_before_the_first_look_and_met_again_past_the_queue_is_searched_for():
    first = a_view("cancelled", record=OrderRecord(UID, AGO))
    assert isinstance(next_step(first), Find)
    view = a_view("cancelled", record=a_record(Phase.KNOWN))
    assert isinstance(next_step(view), Done)
    again = PharmacyOrder(UID, "in-progress", NOW)
    ended = remember.done(view.record, NOW)
    assert remember.seen(ended, again, CURRENT).doubted_at is not None


def test_a_cancelled_order_whose_request_arrived_after_all_is_adopted_and_then_cancelled():
    record = a_record(Phase.SUBMITTING, doubted_at=AGO)
    view = a_view("cancelled", record=record, p1_order=an_order(), search=Search(NOW))
    assert next_step(view) == Adopt(an_order())
    alone = Company(NOW, same=1, open=1)
    adopted = changed(view, record=remember.adopted(view.record, an_order()), company=alone)
    step = next_step(adopted)
    assert isinstance(step, Cancel)
    assert (step.order_id, step.body) == ("ORD_1", {"status": "cancelled"})
    by_hand = changed(adopted, pharmaone=replace(PHARMAONE, says={}))
    assert code(next_step(by_hand)) == "cancelled_at_rxscale"
    assert next_step(by_hand).reason.facts == {"order": "ORD_1"}


def test_a_cancelled_order_whose_request_was_searched_in_vain_is_told_of():
    record = a_record(Phase.SUBMITTING, searched_at=NOW)
    step = next_step(a_view("cancelled", record=record, search=Search(NOW)))
    assert code(step) == "cancelled_at_rxscale"
    assert "po-1" in steps(step.reason, order_key(UID))[0]


def test_what_a_person_dropped_is_left_alone():
    assert isinstance(next_step(a_view(None, record=a_record(Phase.DROPPED))), Done)


@pytest.mark.parametrize(
    ("phase", "ours", "theirs", "expected"),
    [
        (Phase.KNOWN, "ph-1", "ph-1", SetStatus),
        (Phase.KNOWN, "ph-1", None, SetStatus),
        (Phase.KNOWN, None, "ph-2", SetStatus),
        (Phase.KNOWN, "ph-1", "ph-2", Done),
        (Phase.DONE, "ph-1", "ph-2", Done),
        (Phase.SUBMITTED, "ph-1", "ph-2", Stuck),
    ],
)
def test_an_order_of_another_pharmacy_is_left_alone(phase, ours, theirs, expected):
    view = a_view(QUEUED, record=a_record(phase))
    view.sight.order = replace(view.sight.order, pharmacy_uid=theirs)
    step = next_step(changed(view, policy=Policy(pharmacy=ours)))
    assert isinstance(step, expected)
    if expected is Stuck:
        assert code(step) == "gone_to_another_pharmacy"


def test_an_unknown_status_is_never_guessed():
    step = next_step(a_view("teleported"))
    assert code(step) == "unknown_status"
    assert "'teleported'" in say(step.reason)
    show, mend, _ = steps(step.reason, order_key(UID))
    assert f"rxbridge call rxscale GET /pharmacy_orders/{UID}" in show
    assert "statuses.toml: rxscale.current.means" in mend


REVIEW = "pending review"
CLAIMED = a_record(Phase.KNOWN, claimed_as=REVIEW)
TAKEN = a_record(Phase.KNOWN, doubted_at=AGO)


class TestClaim:
    """RxScale's status is set before anything is sent: the vendor remembers what is taken."""

    def test_a_queued_order_is_claimed_first(self):
        rule = "statuses.toml: rxscale.current.says.in_review"
        assert next_step(a_view()) == SetStatus(REVIEW, rule, claims=True, submits=True)

    @pytest.mark.parametrize(
        ("facts", "changes"),
        [
            (Facts(), {"policy": Policy(repeat_unsure=False)}),
            (Facts(), {"policy": Policy(reads_back=False)}),  # no search would end the doubt
            (Facts(repeated_reference="second"), {}),
            (Facts(), {"draft": replace(DRAFT, prescription={"file": "x"})}),
        ],
    )
    def test_what_is_never_repeated_is_not_in_doubt_because_of_its_claim(self, facts, changes):
        step = next_step(replace(a_view(**changes), facts=facts))
        assert (step.claims, step.submits) == (True, False)

    def test_then_it_is_submitted(self):
        view = a_view(REVIEW, record=CLAIMED)
        assert next_step(view) == Submit(DRAFT, reasons.NOTHING_SENT())

    def test_only_what_is_ready_to_go(self):
        lacking = a_view(draft=TestGaps.UNLINKED, catalogue_at=NOW)
        assert isinstance(next_step(lacking), Stuck)

    def test_not_while_pharmaone_cannot_be_reached(self):
        step = next_step(a_view(pharmaone_ready=False))
        assert isinstance(step, Wait)
        assert step.failed

    def test_an_intent_that_did_not_reach_rxscale_is_no_claim(self):
        view = a_view(record=CLAIMED)
        assert view.record.claimed_as is None
        assert next_step(view).claims

    def test_a_claim_of_which_no_answer_came_was_made_if_rxscale_shows_it(self):
        assert a_view(REVIEW, record=CLAIMED).record.doubted_at is None

    def test_a_refused_claim_leaves_the_order_to_whoever_moved_it(self):
        view = a_view(REVIEW, record=remember.not_claimed(CLAIMED))
        assert view.record.doubted_at is not None
        assert isinstance(next_step(view), Find)

    def test_what_staff_moved_on_after_the_claim_is_theirs(self):
        view = a_view("in-progress", record=CLAIMED)
        assert (view.record.claimed_as, view.record.doubted_at) == (None, AGO)
        assert isinstance(next_step(view), Find)

    def test_somebodys_hold_takes_no_claim_away(self):
        on_hold = a_view("on-hold", record=CLAIMED)
        assert isinstance(next_step(on_hold), Wait)
        released = a_view(REVIEW, record=on_hold.record)
        assert isinstance(next_step(released), Submit)
        moved_on = a_view("in-progress", record=on_hold.record)
        assert isinstance(next_step(moved_on), Find)

    def test_where_no_step_leads_to_a_claim_nothing_is_sent(self):
        words = replace(CURRENT, steps={**CURRENT.steps, "on-hold": ("cancelled",)})
        view = a_view("on-hold", record=a_record(Phase.KNOWN, held=True), rxscale=words)
        step = next_step(view)
        assert isinstance(step, Wait)
        assert step.why.code == "no_legal_step"

    def test_our_own_hold_is_claimed_from(self):
        held = a_view("on-hold", record=a_record(Phase.KNOWN, held=True))
        assert next_step(held).word == REVIEW
        assert next_step(held).claims
        kept = a_view("on-hold", record=replace(CLAIMED, held=True))
        assert isinstance(next_step(kept), Submit)


class TestTaken:
    """Orders past the queue that this store did not claim."""

    @pytest.mark.parametrize(
        "record",
        [
            pytest.param(OrderRecord(UID, AGO), id="first met"),
            pytest.param(a_record(Phase.KNOWN), id="seen in the queue before"),
            pytest.param(replace(a_record(Phase.KNOWN), rx_status="init"), id="seen at init"),
        ],
    )
    @pytest.mark.parametrize("status", [REVIEW, "in-progress", "ready_for_pickup", "on-hold"])
    def test_they_are_doubted(self, record, status):
        assert a_view(status, record=record).record.doubted_at is not None

    @pytest.mark.parametrize("status", ["init", QUEUED])
    def test_one_at_a_queue_word_was_sent_by_nobody(self, status):
        record = a_view(status, record=TAKEN).record
        assert record.doubted_at is None

    def test_they_are_searched_for_once(self):
        step = next_step(a_view(REVIEW, record=TAKEN))
        assert isinstance(step, Find)
        assert step.since == AGO

    def test_what_is_not_found_is_never_submitted(self):
        step = next_step(a_view(REVIEW, record=replace(TAKEN, searched_at=NOW)))
        assert code(step) == "cannot_know"

    def test_an_older_search_does_not_count(self):
        record = replace(TAKEN, searched_at=AGO - timedelta(seconds=1))
        assert isinstance(next_step(a_view(REVIEW, record=record)), Find)

    def test_what_a_search_could_not_see_is_not_known(self):
        step = next_step(a_view(REVIEW, record=TAKEN, search=Search(NOW, TOO_MANY)))
        assert code(step) == "cannot_know"
        assert step.reason.facts["why"] == TOO_MANY

    def test_what_is_found_is_adopted(self):
        assert next_step(a_view(REVIEW, record=TAKEN, p1_order=an_order())) == Adopt(an_order())


class TestUnsure:
    """A submission whose answer was lost."""

    LOST = a_record(Phase.SUBMITTING, doubted_at=NOW, attempts=1, claimed_as=REVIEW)
    PAST_GRACE = replace(LOST, doubted_at=AGO)

    def test_it_is_given_time(self):
        step = next_step(a_view(REVIEW, record=self.LOST))
        assert isinstance(step, Wait)
        assert step.until == NOW + timedelta(seconds=30)

    def test_then_it_is_searched_for(self):
        step = next_step(a_view(REVIEW, record=self.PAST_GRACE))
        assert isinstance(step, Find)
        assert step.since == NOW - SEARCHED_LATELY
        just_past = replace(self.LOST, doubted_at=NOW - timedelta(seconds=31))
        step = next_step(a_view(REVIEW, record=just_past))
        assert step.since == NOW - timedelta(seconds=1)

    @pytest.mark.parametrize("ago", [timedelta(minutes=10), timedelta(seconds=61)])
    def test_an_older_search_does_not_count(self, ago):
        """Staff may have approved it since: PharmaOne lists it only then."""
        record = replace(self.PAST_GRACE, searched_at=NOW - ago)
        assert isinstance(next_step(a_view(REVIEW, record=record)), Find)

    def test_this_looks_search_counts_however_long_the_reading_took(self):
        began_at = NOW - timedelta(minutes=5)
        record = replace(self.PAST_GRACE, searched_at=began_at)
        view = a_view(REVIEW, record=record, search=Search(began_at))
        assert isinstance(next_step(view), Submit)
        older = Search(AGO)
        assert isinstance(next_step(changed(view, search=older)), Find)

    @pytest.mark.parametrize(
        ("policy", "attempts", "expected"),
        [(Policy(), 1, Submit), (Policy(), 5, Stuck), (Policy(repeat_unsure=False), 1, Stuck)],
    )
    def test_what_is_not_found_is_repeated_or_asked(self, policy, attempts, expected):
        record = replace(self.PAST_GRACE, searched_at=NOW, attempts=attempts)
        assert isinstance(next_step(a_view(REVIEW, record=record, policy=policy)), expected)

    def test_what_stands_in_the_queue_is_claimed_before_it_is_repeated(self):
        """A crash amid its claim looks the same as one amid its submission."""
        assert isinstance(next_step(a_view(record=self.LOST)), Wait)
        assert isinstance(next_step(a_view(record=self.PAST_GRACE)), Find)
        record = replace(self.PAST_GRACE, searched_at=NOW)
        assert next_step(a_view(record=record)).claims
        never = replace(record, attempts=5)
        assert isinstance(next_step(a_view(record=never)), Stuck)
        assert isinstance(next_step(a_view("in-progress", record=record)), Stuck)

    def test_what_is_found_is_adopted(self):
        step = next_step(a_view(REVIEW, record=self.LOST, p1_order=an_order()))
        assert isinstance(step, Adopt)

    def test_what_a_search_could_not_see_is_asked(self):
        view = a_view(REVIEW, record=self.PAST_GRACE, search=Search(NOW, "the list kept changing"))
        assert code(next_step(view)) == "unsure_submission"

    def test_one_that_was_moved_on_meanwhile_is_not_sent_again(self):
        record = replace(self.PAST_GRACE, searched_at=NOW)
        step = next_step(a_view("in-progress", record=record))
        assert code(step) == "unsure_submission"


class TestGaps:
    UNLINKED = Gaps((reasons.NOT_IN_CATALOGUE(name="A", sku="sku-1"), NO_PRICE))

    def test_all_are_told_together(self):
        step = next_step(a_view(draft=self.UNLINKED, catalogue_at=NOW))
        assert code(step) == "not_in_catalogue"
        assert say(step.reason).count("'A' (sku-1)") == 1
        assert say(step.reason).endswith(f"; {say(NO_PRICE)}")
        told = steps(step.reason, order_key(UID))
        assert told[0] == "add the product to this pharmacy at RxScale"
        assert told[3:] == steps(NO_PRICE)

    @pytest.mark.parametrize("read_at", [None, NOW - timedelta(minutes=2)])
    def test_an_old_sku_list_is_read_again_first(self, read_at):
        assert isinstance(
            next_step(a_view(draft=self.UNLINKED, catalogue_at=read_at)), ReadCatalogue
        )

    def test_a_gap_that_no_sku_list_can_close_is_told_at_once(self):
        assert code(next_step(a_view(draft=Gaps((NO_PRICE,))))) == "no_price"


class TestUnderWay:
    SUBMITTED = a_record(Phase.SUBMITTED, attempts=1)

    def test_under_review_is_said_at_rxscale(self):
        step = next_step(a_view(record=self.SUBMITTED))
        assert isinstance(step, SetStatus)
        assert step.word == "pending review"
        assert "rxscale.current.says.in_review" in step.rule

    def test_a_rejected_request_is_for_a_person_or_for_the_word_that_the_file_has_for_it(self):
        rejected = replace(self.SUBMITTED, rejected_at=NOW)
        assert code(next_step(a_view(REVIEW, record=rejected))) == "rejected_in_pharmaone"
        view = a_view(REVIEW, record=rejected)
        told = replace(view, words=replace(view.words, rejected=State.CANCELLED))
        assert next_step(told) == Weigh(vendor="RxScale")
        company = Company(wanted_at=NOW, same=1, open=9, due=0)
        step = next_step(changed(told, company=company))
        assert isinstance(step, SetStatus)
        assert (step.word, "rejected" in step.rule) == ("cancelled", True)

    def test_in_the_legacy_dialect_it_is_processing(self):
        step = next_step(a_view("open", record=self.SUBMITTED, rxscale=LEGACY))
        assert isinstance(step, SetStatus)
        assert step.word == "processing"

    def test_not_on_an_old_memory(self):
        assert isinstance(next_step(a_view(record=self.SUBMITTED, seconds_ago=6)), Look)

    @pytest.mark.parametrize("status", ["pending review", "in-progress", "ready_for_pickup"])
    def test_never_backwards(self, status):
        assert isinstance(next_step(a_view(status, record=self.SUBMITTED)), Wait)

    def test_one_step_at_a_time(self):
        record = remember.adopted(self.SUBMITTED, an_order("ready_pickup"))
        step = next_step(a_view(record=record, p1_order=an_order("ready_pickup")))
        assert isinstance(step, SetStatus)
        assert step.word == "pending review"

    def test_a_flag_outweighs_the_word_and_completing_is_not_a_status(self):
        order = an_order("awaiting_packing", Flag.PICKED_UP)
        record = remember.adopted(self.SUBMITTED, order)
        step = next_step(a_view("ready_for_pickup", record=record, p1_order=order))
        assert isinstance(step, Complete)
        assert (step.word, step.tracking) == ("completed", ())
        assert step.rule.startswith("statuses.toml: pharmaone.orders.flags.picked_up -> ")

    def test_completing_asks_for_a_tracking_link_first_and_does_without_a_refused_one(self):
        order = an_order("awaiting_packing", Flag.SHIPPED)
        record = remember.adopted(self.SUBMITTED, order)
        view = a_view("ready_for_pickup", record=record, p1_order=order, tracking=None)
        assert isinstance(next_step(view), LookAtPharmaOne)
        parcel = (TrackingLink("https://track.example/1", "DHL"),)
        assert next_step(changed(view, tracking=parcel)).tracking == parcel
        refused = changed(view, tracking=parcel, tracking_refused=True)
        assert next_step(refused).tracking == ()

    def test_an_unknown_word_of_pharmaone_is_told(self):
        order = an_order("levitating")
        record = remember.adopted(self.SUBMITTED, order)
        step = next_step(a_view("pending review", record=record, p1_order=order))
        assert code(step) == "unknown_status"

    def test_an_order_that_turns_up_is_adopted(self):
        step = next_step(a_view("pending review", record=self.SUBMITTED, p1_order=an_order()))
        assert isinstance(step, Adopt)

    def test_where_no_step_leads_it_waits(self):
        nowhere = replace(CURRENT, steps={})
        assert isinstance(next_step(a_view(record=self.SUBMITTED, rxscale=nowhere)), Wait)


class TestReopened:
    def test_one_that_was_never_sent_is_new_again(self):
        assert next_step(a_view(record=a_record(Phase.DONE))).claims

    def test_one_that_was_sent_is_a_persons_business(self):
        assert code(next_step(a_view(record=a_record(Phase.DONE, attempts=1)))) == "reopened"

    def test_one_that_was_found_at_pharmaone_is_too(self):
        record = a_record(Phase.DONE, order_id=OrderId("ORD_1"))
        assert code(next_step(a_view(record=record, p1_order=an_order("cancelled")))) == "reopened"


class TestHoldWhenStuck:
    POLICY = Policy(hold_when_stuck=True)
    GAPS = Gaps((NO_PRICE,))

    def test_a_stuck_order_is_paused_with_the_reason(self):
        step = next_step(a_view(draft=self.GAPS, policy=self.POLICY))
        assert isinstance(step, SetStatus)
        assert (step.word, step.comment) == ("on-hold", NO_PRICE)

    def test_but_only_once(self):
        record = a_record(Phase.KNOWN, held=True)
        step = next_step(a_view("on-hold", record=record, draft=self.GAPS, policy=self.POLICY))
        assert code(step) == "no_price"

    @pytest.mark.parametrize(
        "changes",
        [
            {"rxscale": LEGACY, "status": "open"},  # legacy knows no hold
            {"status": "teleported"},  # no step is known from there
            {"record": a_record(Phase.DONE, attempts=1)},
        ],
    )
    def test_not_where_it_cannot_be(self, changes):
        shown = {"status": QUEUED, **changes}
        step = next_step(a_view(draft=self.GAPS, policy=self.POLICY, **shown))
        assert isinstance(step, Stuck)

    def test_not_on_an_old_memory(self):
        view = a_view(draft=self.GAPS, policy=self.POLICY, seconds_ago=9)
        assert isinstance(next_step(view), Look)

    def test_the_hold_is_remembered_as_ours(self):
        order = PharmacyOrder(UID, "on-hold", NOW)
        assert remember.status_set(a_record(Phase.KNOWN), order, CURRENT, held=True).held
        assert not remember.status_set(a_record(Phase.KNOWN), order, CURRENT).held


class TestMemory:
    def test_a_refusal_made_nothing_but_counts(self):
        before = a_record(Phase.KNOWN)
        after = remember.refused(remember.intended(before, NOW, "v"), before)
        assert (after.phase, after.attempts) == (Phase.KNOWN, 1)

    def test_a_crash_around_a_call_leaves_it_unsure(self):
        record = remember.after_crash(remember.intended(a_record(Phase.KNOWN), AGO, "v"), NOW)
        assert (record.phase, record.doubted_at) == (Phase.SUBMITTING, NOW)
        submitted = remember.submitted(record, OrderRequestId("r"), NOW)
        assert remember.after_crash(submitted, NOW) == submitted

    def test_what_a_clock_ahead_wrote_does_not_lie_ahead(self):
        later = NOW + timedelta(hours=2)
        ahead = a_record(Phase.SUBMITTING, doubted_at=later, searched_at=later, wrote_at=AGO)
        record = remember.taken_up(ahead, NOW)
        assert (record.doubted_at, record.searched_at, record.wrote_at) == (NOW, None, AGO)

    def test_an_intent_begins_without_a_doubt(self):
        doubted = a_record(Phase.SUBMITTING, doubted_at=AGO, searched_at=NOW)
        intended = remember.intended(doubted, NOW, "v")
        assert (intended.doubted_at, intended.searched_at) == (None, None)

    @pytest.mark.parametrize(
        ("search", "order", "expected"),
        [
            (Search(NOW), None, NOW),
            (Search(NOW, TOO_MANY), None, None),
            (Search(NOW), an_order(), None),
        ],
    )
    def test_only_a_whole_search_in_vain_counts(self, search, order, expected):
        assert remember.searched(a_record(Phase.KNOWN), search, order).searched_at == expected

    def test_done_keeps_when_it_was_finished_first(self):
        first = remember.done(a_record(Phase.SUBMITTED), AGO)
        assert remember.done(first, NOW).finished_at == AGO
        dropped = a_record(Phase.DROPPED)
        assert remember.done(dropped, NOW) == dropped

    @pytest.mark.parametrize(
        ("phase", "after"),
        [(Phase.SUBMITTED, Phase.DONE), (Phase.DONE, Phase.DONE), (Phase.DROPPED, Phase.DROPPED)],
    )
    def test_what_has_ended_is_left_as_it_is(self, phase, after):
        both = {"state": State.COMPLETED, "p1_state": State.COMPLETED}
        record = a_record(phase, **both)
        confirmed = remember.confirmed(record, NOW)
        assert confirmed.phase is after
        assert (confirmed == record) is (phase is after)


@pytest.mark.parametrize(
    ("here", "there", "path"),
    [
        (QUEUED, QUEUED, ()),
        (QUEUED, "pending review", ("pending review",)),
        (QUEUED, "ready_for_pickup", ("pending review", "in-progress", "ready_for_pickup")),
        ("in-progress", "pending review", None),  # a hold is no way round
        ("on-hold", "pending review", ("pending review",)),
        ("in-progress", "on-hold", ("on-hold",)),
        ("completed", "in-progress", None),
        ("nonsense", "completed", None),
    ],
)
def test_routes(here, there, path):
    assert route(CURRENT, here, there) == path


def test_ranks():
    assert reached(State.READY, State.PREPARING)
    assert not reached(State.ON_HOLD, State.IN_REVIEW)


@pytest.mark.parametrize(
    ("attempts", "jitter", "after", "seconds"),
    [
        (0, 1.0, None, 1),
        (3, 1.0, None, 8),
        (3, 0.5, None, 6),
        (50, 1.0, None, 300),
        (0, 0.0, None, 0.5),
        (0, 1.0, 17.0, 17),
    ],
)
def test_back_off(attempts, jitter, after, seconds):
    assert backoff(attempts, jitter, after) == timedelta(seconds=seconds)


def test_keys():
    for uid in (UID, PharmacyOrderUid("po:1")):
        assert order_uid(order_key(uid)) == uid
    for wrong in ("sku:psku-1", "order:", "nonsense"):
        with pytest.raises(ValueError, match="not an order's key"):
            order_uid(wrong)


def test_the_words_of_both_vendors_are_known():
    words = a_view().words
    assert {"pending review", "awaiting_packing"} <= words.known
    assert words.prescriptions.waiting <= words.known
    assert "levitating" not in words.known
