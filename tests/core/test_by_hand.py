"""Orders that staff may have typed into PharmaOne by hand, or that are to be left alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from words import CURRENT, changed, view_of

from bridge.core import reasons, remember
from bridge.core.copies import LONG
from bridge.core.facts import Facts
from bridge.core.model import (
    AnnouncedBy,
    Draft,
    Gaps,
    OrderId,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.submitting import SEARCHED_LATELY
from bridge.core.orders.view import Policy, Search, View
from bridge.core.steps import Adopt, Done, Find, ReadCatalogue, SetStatus, Stuck, Submit, Wait

UID = PharmacyOrderUid("po-1")
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
JUST = NOW - timedelta(seconds=10)
AGES = NOW - timedelta(minutes=16)
MINUTES = NOW - timedelta(minutes=2)
QUEUED, REVIEW = "waiting for pharmacy", "pending review"
TWIN = Search(NOW, twin=OrderId("ORD_9"))
TOO_MANY = Search(NOW, reasons.TOO_MANY_TO_READ(unread=9, most=5))
UNSETTLED = Search(NOW, reasons.LIST_NOT_SETTLED())


def a_view(record: OrderRecord, status: str = QUEUED, **changes) -> View:
    created_at = changes.pop("created_at", None)
    order = PharmacyOrder(UID, status, NOW, created_at=created_at)
    record = remember.seen(record, order, CURRENT)
    search = changes.get("search")
    if search is not None:
        record = remember.searched(record, search, None)
    return view_of(record, NOW, **{"order": order, "draft": Draft({"items": []}), **changes})


NEW = OrderRecord(UID, JUST)
THERE_BEFORE = OrderRecord(UID, JUST, announced_by=AnnouncedBy.FIRST_SWEEP)
WAITED = OrderRecord(UID, AGES)


class TestTyped:
    def test_a_new_order_costs_no_search(self):
        assert isinstance(next_step(a_view(NEW)), SetStatus)

    @pytest.mark.parametrize(
        ("record", "created_at"),
        [
            pytest.param(THERE_BEFORE, None, id="in the queue before this store was"),
            pytest.param(WAITED, None, id="in the queue for long"),
            pytest.param(NEW, AGES, id="met late"),
            pytest.param(replace(WAITED, searched_at=MINUTES), None, id="compared before it went"),
            pytest.param(replace(THERE_BEFORE, searched_at=MINUTES), None, id="both"),
        ],
    )
    def test_one_that_waited_is_compared_before_it_is_claimed(self, record, created_at):
        step = next_step(a_view(record, created_at=created_at))
        assert isinstance(step, Find)
        assert step.since == max(record.first_seen_at, NOW - SEARCHED_LATELY)

    @pytest.mark.parametrize(("seconds", "searches"), [(-1, False), (0, False), (1, True)])
    def test_long_is_more_than_a_quarter_of_an_hour(self, seconds, searches):
        record = OrderRecord(UID, NOW - LONG - timedelta(seconds=seconds))
        assert isinstance(next_step(a_view(record)), Find if searches else SetStatus)

    @pytest.mark.parametrize("record", [THERE_BEFORE, WAITED])
    def test_without_a_twin_it_goes_on(self, record):
        assert isinstance(next_step(a_view(record, search=Search(NOW))), SetStatus)
        assert isinstance(next_step(a_view(replace(record, searched_at=JUST))), SetStatus)

    def test_nothing_is_searched_while_it_cannot_be_sent(self):
        step = next_step(a_view(WAITED, pharmaone_ready=False))
        assert step == Wait(reasons.NOT_REACHED(), failed=True)

    def test_a_list_that_never_rests_is_compared_as_far_as_it_was_seen(self):
        assert isinstance(next_step(a_view(THERE_BEFORE, search=UNSETTLED)), SetStatus)

    def test_more_than_may_be_read_is_for_a_person(self):
        step = next_step(a_view(THERE_BEFORE, search=TOO_MANY))
        assert step == Stuck(reasons.CANNOT_KNOW(why=TOO_MANY.gap))

    def test_a_twin_is_for_a_person(self):
        view = a_view(THERE_BEFORE, search=TWIN)
        assert next_step(view) == Stuck(reasons.TWIN_IN_PHARMAONE(order="ORD_9"))
        assert view.record.searched_at is None, "the next look has to find it again"

    def test_so_is_a_twin_of_one_that_somebody_took(self):
        step = next_step(a_view(NEW, "in-progress", search=TWIN))
        assert step == Stuck(reasons.TWIN_IN_PHARMAONE(order="ORD_9"))

    def test_what_it_holds_is_compared_in_pharmaones_words(self):
        unlinked = reasons.NOT_IN_CATALOGUE(name="A", sku="sku-1")
        view = a_view(NEW, "in-progress", draft=Gaps((unlinked,)))
        assert isinstance(next_step(view), ReadCatalogue)
        assert isinstance(next_step(changed(view, catalogue_at=NOW)), Find)

    def test_so_is_one_of_a_submission_whose_answer_was_lost(self):
        lost = replace(NEW, phase=Phase.SUBMITTING, doubted_at=AGES, attempts=1, claimed_as=REVIEW)
        step = next_step(a_view(lost, REVIEW, search=TWIN))
        assert step == Stuck(reasons.TWIN_IN_PHARMAONE(order="ORD_9"))

    def test_so_is_one_that_would_be_repeated_without_a_search(self):
        lost = replace(WAITED, phase=Phase.SUBMITTING, doubted_at=AGES, claimed_as=REVIEW)
        facts = Facts(repeated_reference="same")
        assert isinstance(next_step(a_view(lost, REVIEW, facts=facts)), Find)
        step = next_step(a_view(lost, REVIEW, facts=facts, search=TWIN))
        assert step == Stuck(reasons.TWIN_IN_PHARMAONE(order="ORD_9"))

    def test_so_is_one_that_was_claimed_and_could_not_be_sent_for_long(self):
        claimed = replace(WAITED, claimed_as=REVIEW)
        assert isinstance(next_step(a_view(claimed, REVIEW)), Find)
        assert isinstance(next_step(a_view(claimed, REVIEW, search=Search(NOW))), Submit)
        assert isinstance(next_step(a_view(replace(NEW, claimed_as=REVIEW), REVIEW)), Submit)


class TestTakeFrom:
    POLICY = Policy(take_from=JUST)
    EARLIER = JUST - timedelta(seconds=1)

    def look(self, record: OrderRecord, status: str = QUEUED, **changes):
        return next_step(a_view(record, status, policy=self.POLICY, **changes))

    @pytest.mark.parametrize("status", [QUEUED, REVIEW, "in-progress"])
    def test_what_was_made_before_is_left_alone(self, status):
        step = self.look(NEW, status, created_at=self.EARLIER)
        assert step == Done(reasons.MADE_BEFORE(take_from=JUST.isoformat()))
        assert self.look(replace(NEW, first_seen_at=AGES), status) == step

    def test_it_stays_so_whatever_happens_to_it(self):
        done = remember.done(a_view(NEW, created_at=self.EARLIER).record, NOW)
        assert done.is_left_alone
        assert isinstance(self.look(done, "in-progress"), Done)

    @pytest.mark.parametrize("created_at", [JUST, None])
    def test_what_was_made_later_is_taken(self, created_at):
        assert isinstance(self.look(NEW, created_at=created_at), SetStatus)

    def test_where_nobody_tells_when_it_was_made_a_person_decides(self):
        step = self.look(THERE_BEFORE)
        assert step == Stuck(reasons.UNKNOWN_AGE(take_from=JUST.isoformat()))
        told = self.look(replace(THERE_BEFORE, first_seen_at=NOW), created_at=JUST)
        assert isinstance(told, Find)

    def test_what_a_person_wants_is_taken(self):
        wanted = replace(THERE_BEFORE, wanted_at=NOW)
        assert isinstance(self.look(wanted, created_at=self.EARLIER), Find)

    def test_what_this_bridge_sent_is_gone_on_with(self):
        made = P1Order(OrderId("ORD_1"), "awaiting_packing", NOW, external_id=UID)
        assert self.look(NEW, created_at=self.EARLIER, p1_order=made) == Adopt(made)


class TestAfterAShadow:
    """Until `UNTIL` people did everything by hand, and a shadow looked on."""

    UNTIL = NOW - timedelta(minutes=1)
    POLICY = Policy(by_hand_until=UNTIL)
    SWEPT = OrderRecord(UID, JUST, announced_by=AnnouncedBy.SWEEP)
    SEARCHED = Search(NOW)

    def look(self, record: OrderRecord, status: str = REVIEW, **changes):
        return next_step(a_view(record, status, policy=self.POLICY, **changes))

    @pytest.mark.parametrize("search", [SEARCHED, TWIN, TOO_MANY, UNSETTLED])
    @pytest.mark.parametrize("record", [THERE_BEFORE, WAITED, SWEPT])
    def test_what_people_have_in_hand_is_left_to_them_after_a_search(self, record, search):
        assert isinstance(self.look(record), Find)
        assert self.look(record, search=search) == Done(reasons.BY_HAND())

    def test_what_an_earlier_store_sent_is_gone_on_with(self):
        made = P1Order(OrderId("ORD_1"), "awaiting_packing", NOW, external_id=UID)
        assert self.look(THERE_BEFORE, p1_order=made) == Adopt(made)

    @pytest.mark.parametrize("created_at", [None, JUST])
    def test_what_came_later_and_somebody_took_is_for_a_person(self, created_at):
        assert isinstance(self.look(NEW, created_at=created_at, search=self.SEARCHED), Stuck)
        told = self.look(self.SWEPT, created_at=JUST, search=self.SEARCHED)
        assert isinstance(told, Stuck), "RxScale dates it"

    def test_so_is_what_a_person_wants(self):
        wanted = replace(THERE_BEFORE, wanted_at=NOW)
        assert isinstance(self.look(wanted, search=self.SEARCHED), Stuck)

    @pytest.mark.parametrize("record", [NEW, WAITED, THERE_BEFORE, SWEPT])
    def test_what_is_in_the_queue_is_compared_once_more_since_then(self, record):
        before = replace(record, searched_at=self.UNTIL - timedelta(seconds=1))
        step = self.look(before, QUEUED)
        assert isinstance(step, Find)
        assert step.since >= self.UNTIL
        assert isinstance(self.look(before, QUEUED, search=TWIN), Stuck)
        assert isinstance(self.look(before, QUEUED, search=self.SEARCHED), SetStatus)
        assert isinstance(self.look(replace(record, searched_at=JUST), QUEUED), SetStatus)

    @pytest.mark.parametrize(
        ("by", "met", "created", "is_theirs"),
        [
            (AnnouncedBy.WEBHOOK, -1, None, True),
            (AnnouncedBy.WEBHOOK, 0, None, False),  # from this second on the bridge works
            (AnnouncedBy.WEBHOOK, 1, None, False),
            (AnnouncedBy.WEBHOOK, 60, -1, True),  # RxScale's date outweighs when it was met
            (AnnouncedBy.WEBHOOK, 60, 0, False),
            (AnnouncedBy.SWEEP, 60, None, True),  # nobody told of it: it was there before
            (AnnouncedBy.SWEEP, 60, -1, True),
            (AnnouncedBy.SWEEP, 60, 0, False),
            (AnnouncedBy.SWEEP, LONG.total_seconds() - 1, None, True),
            (AnnouncedBy.SWEEP, LONG.total_seconds(), None, False),
            (AnnouncedBy.FIRST_SWEEP, 3600, None, True),  # by definition
        ],
    )
    def test_whose_an_order_is_by_the_second(self, by, met, created, is_theirs):
        """`met` and `created`: seconds after people left it to the bridge, an hour ago."""
        until = NOW - timedelta(hours=1)

        def at(seconds: float) -> datetime:
            return until + timedelta(seconds=seconds)

        record = OrderRecord(UID, at(met), announced_by=by)
        created_at = None if created is None else at(created)
        if created_at is not None:
            record = replace(record, created_at=created_at)
        policy = Policy(by_hand_until=until)
        view = a_view(record, REVIEW, created_at=created_at, policy=policy, search=Search(NOW))
        is_left = next_step(view) == Done(reasons.BY_HAND())
        assert is_left is is_theirs

    def test_a_person_may_want_one_of_theirs_sent(self):
        wanted = replace(THERE_BEFORE, wanted_at=JUST)
        assert self.look(wanted, search=self.SEARCHED) != Done(reasons.BY_HAND())

    @pytest.mark.parametrize(("seconds", "searches"), [(-1, True), (0, False), (1, False)])
    def test_up_to_a_quarter_of_an_hour_after_it_is_compared(self, seconds, searches):
        until = JUST - LONG - timedelta(seconds=seconds)
        step = next_step(a_view(NEW, policy=Policy(by_hand_until=until)))
        assert isinstance(step, Find if searches else SetStatus)

    @pytest.mark.parametrize(("before", "searches"), [(1, True), (0, False), (-1, False)])
    def test_a_search_before_people_stopped_is_none(self, before, searches):
        """What they typed after it is not among what it read."""
        until, met = NOW - timedelta(seconds=30), NOW - timedelta(seconds=40)
        record = replace(
            THERE_BEFORE, first_seen_at=met, searched_at=until - timedelta(seconds=before)
        )
        step = next_step(a_view(record, policy=Policy(by_hand_until=until)))
        assert isinstance(step, Find if searches else SetStatus)
        if isinstance(step, Find):
            assert step.since == until

    def test_a_quarter_of_an_hour_later_a_new_order_costs_no_search(self):
        policy = Policy(by_hand_until=JUST - LONG)
        assert isinstance(next_step(a_view(NEW, policy=policy)), SetStatus)
