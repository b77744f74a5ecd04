"""What shadow mode makes of the bridge's wishes and people's deeds, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from words import CURRENT, view_of

from bridge.core import reasons, remember
from bridge.core.copies import Goods
from bridge.core.lifecycle import Vocabulary
from bridge.core.model import (
    AnnouncedBy,
    Draft,
    Key,
    OrderId,
    OrderRecord,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    ProductId,
    State,
)
from bridge.core.orders.view import Search
from bridge.core.shadow import (
    RECENT,
    THERE,
    Figure,
    Note,
    What,
    changed,
    compare,
    fate,
    judged,
    merged,
    next_step,
    numbers,
    passed,
    report,
    taken_up,
)
from bridge.core.steps import Done, Find, Look, Stuck, Wait
from bridge.core.stock.model import (
    RxScaleStock,
    Situation,
    SkuLink,
    SkuStock,
    StockPolicy,
    Stocktake,
    shelf,
)

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEY, SKU = Key("order:po-1"), Key("sku:psku-1")
OPEN = OrderRecord(PharmacyOrderUid("po-1"), NOW, phase=Phase.SUBMITTED, state=State.IN_REVIEW)
DONE = replace(OPEN, phase=Phase.DONE, state=State.COMPLETED)
GONE = replace(OPEN, phase=Phase.DONE, state=State.CANCELLED)
WORDS = Vocabulary(
    where="words",
    means={
        "queue": State.NEW,
        "review": State.IN_REVIEW,
        "packing": State.PREPARING,
        "done": State.COMPLETED,
        "off": State.CANCELLED,
    },
    open=("queue", "review", "packing"),
    queue=frozenset({"queue"}),
    steps={"queue": ("review", "off"), "review": ("packing", "off"), "packing": ("done",)},
)


def goods(**of: tuple[int, str | None]) -> dict[str, Goods]:
    return {
        name.removeprefix("p"): Goods(Decimal(count), Decimal(euros) if euros else None)
        for name, (count, euros) in of.items()
    }


@pytest.mark.parametrize(
    ("ours", "theirs", "sums", "codes"),
    [
        (goods(p1=(2, "5")), goods(p1=(2, "5.00")), ("5", "5.00"), []),
        (goods(p1=(2, "5")), goods(p1=(2, None)), ("5", None), []),
        (goods(p1=(2, "5")), goods(p1=(3, "5")), ("5", "5"), ["goods_differ"]),
        (goods(p1=(2, "5")), goods(p2=(2, "5")), ("5", "5"), ["goods_differ", "goods_differ"]),
        (goods(p1=(2, "5")), goods(p1=(2, "6")), ("5", "6"), ["price_differs", "total_differs"]),
        ({}, {}, (None, None), []),
    ],
)
def test_two_baskets(ours, theirs, sums, codes) -> None:
    mine, typed = (Decimal(each) if each else None for each in sums)
    why = Note(KEY, What.ORDER, why=compare(ours, theirs, (mine, typed))).reason
    assert ([why.code, *(each.code for each in why.also)] if why else []) == codes


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("queue", []),
        ("packing", [State.IN_REVIEW, State.PREPARING]),
        ("off", [State.CANCELLED]),
        ("unheard of", []),
        (None, []),
    ],
)
def test_nobody_may_leave_a_state_out(word: str | None, states: list[State]) -> None:
    assert [*passed(WORDS, word)] == states


DIFFERENT = compare(goods(p1=(1, None)), goods(p1=(2, None)), (None, None))
ORDER = Note(KEY, What.ORDER, wanted="sent", wanted_at=NOW)
STATUS = Note(KEY, What.STATUS, State.PREPARING)
WANTED = replace(STATUS, wanted="packing", wanted_at=NOW)
FOUND = replace(STATUS, found="packing", found_at=NOW)
NUMBER = Note(SKU, What.STOCK, "at", wanted="3", wanted_at=NOW, found="3", found_at=NOW)


@pytest.mark.parametrize(
    ("note", "record", "after", "verdict"),
    [
        (ORDER, OPEN, HOUR, None),
        (ORDER, DONE, HOUR, "not_typed"),
        (replace(ORDER, found="ORD_1"), OPEN, HOUR, True),
        (replace(ORDER, found="ORD_1", why=DIFFERENT), OPEN, HOUR, "goods_differ"),
        (replace(WANTED, found="packing"), OPEN, HOUR, True),
        (WANTED, OPEN, HOUR, None),
        (WANTED, OPEN, 25 * HOUR, "only_the_bridge"),
        (WANTED, DONE, HOUR, "only_the_bridge"),
        (WANTED, GONE, HOUR, None),
        (WANTED, None, HOUR, None),
        (FOUND, OPEN, HOUR, None),
        (FOUND, OPEN, 25 * HOUR, "only_people"),
        (FOUND, DONE, HOUR, "only_people"),
        (replace(FOUND, word=State.CANCELLED), GONE, 25 * HOUR, None),
        (replace(FOUND, word=State.ON_HOLD), OPEN, 25 * HOUR, None),
        (replace(WANTED, word=State.CANCELLED), GONE, HOUR, "only_the_bridge"),
        (replace(WANTED, word=THERE), GONE, HOUR, "only_the_bridge"),
        (NUMBER, None, HOUR, True),
    ],
)
def test_what_counts_as_the_same(note, record, after: timedelta, verdict) -> None:
    found = judged(note, record, NOW + after)
    assert (found if found is None or found is True else found.code) == verdict


def test_each_sides_first_time_stays_and_the_last_comparison_counts() -> None:
    later = NOW + HOUR
    assert merged(None, WANTED) is WANTED
    both = merged(WANTED, replace(FOUND, wanted="other", wanted_at=later))
    assert (both.wanted, both.wanted_at, both.found, both.found_at) == (
        "packing",
        NOW,
        "packing",
        NOW,
    )
    typed = replace(ORDER, found="ORD_1", found_at=NOW, why=DIFFERENT)
    assert merged(typed, ORDER).why == DIFFERENT, "nobody looked"
    assert merged(typed, replace(typed, why="")).why == "", "they put it right"


def test_numbers_as_they_are_and_as_they_were_written() -> None:
    def at(hours: int, known: list[Note], *now) -> list[Note]:
        kept = {(note.key, note.what): note for note in known if not note.word}
        return [*changed(kept, [(SKU, What.STOCK, *each) for each in now], NOW + hours * HOUR)]

    first = at(0, [], (3, 5))
    assert [(n.word != "", n.wanted, n.found, n.why != "") for n in first] == [
        (False, "3", "5", True),
        (True, "3", "5", True),
    ]
    assert at(1, first, (3, 5)) == []
    (moved,) = at(2, first, (4, 5))
    assert (moved.wanted_at, moved.found_at) == (NOW + 2 * HOUR, NOW), "nobody wrote anything"
    now, written = at(3, first, (3, 3))
    assert (now.wanted_at, now.found_at, now.why) == (NOW, NOW + 3 * HOUR, "")
    assert written == replace(now, word=(NOW + 3 * HOUR).isoformat())


def test_what_each_sku_would_be() -> None:
    links = [SkuLink(PharmacySkuUid(f"psku-{n}"), ProductId(f"{n}")) for n in range(1, 6)]
    known = {
        1: SkuStock(links[0].uid, 5, 700),
        2: SkuStock(links[1].uid, None, None),
        4: SkuStock(links[3].uid, 4, 500),
        5: SkuStock(links[4].uid, 4, 500),
    }
    situation = Situation(
        now=NOW,
        stocktake=Stocktake({ProductId(f"{n}"): 7 for n in (1, 2, 3, 5)}, NOW, {}),
        at_rxscale=RxScaleStock(special={sku.uid: sku for sku in known.values()}),
        shelf=shelf(links),
        policy=StockPolicy(sync_prices=True),
        prices={ProductId("1"): Decimal("7.50"), ProductId("5"): Decimal("0.001")},
    )
    assert [*numbers(situation)] == [
        (Key("sku:psku-1"), What.STOCK, 7, 5),
        (Key("sku:psku-1"), What.PRICE, 750, 700),
        (Key("sku:psku-5"), What.STOCK, 7, 4),
    ]


def test_the_report() -> None:
    price = replace(NUMBER, what=What.PRICE, wanted="4", why=DIFFERENT)
    notes = [
        replace(ORDER, found="ORD_1", why=DIFFERENT),
        replace(ORDER, key=Key("order:po-2")),
        replace(WANTED, found="packing"),
        replace(WANTED, key=Key("order:po-2")),
        replace(WANTED, key=Key("order:po-3")),
        NUMBER,
        replace(NUMBER, word=""),
        price,
        replace(price, word=""),
    ]
    met = {KEY: DONE, Key("order:po-2"): OPEN, Key("order:po-3"): GONE}
    found = report(notes, met, NOW + HOUR)
    assert (found.seen, found.would_send) == (3, 2)
    assert found.figures == {
        What.ORDER: Figure(1, 0, open=1),
        What.STATUS: Figure(1, 1, open=1),
        What.STOCK: Figure(1, 1),
        What.PRICE: Figure(1, 0, open=1),
    }
    assert [(note.key, why.code) for note, why in found.differing] == [
        (KEY, "goods_differ"),
        (SKU, "goods_differ"),
    ]


def test_only_all_of_them_are_a_hundred_per_cent() -> None:
    assert Figure().percent is None
    assert Figure(3000, 2999).percent == 99.9
    assert Figure(3, 3).percent == 100
    assert Figure(3, 0).percent == 0


@pytest.mark.parametrize(
    ("changes", "claimed"),
    [
        ({"phase": Phase.KNOWN, "doubted_at": NOW}, "review"),
        ({"phase": Phase.KNOWN}, None),
        ({"phase": Phase.SUBMITTED, "doubted_at": NOW}, None),
        (
            {
                "phase": Phase.KNOWN,
                "doubted_at": NOW,
                "announced_by": AnnouncedBy.FIRST_SWEEP,
            },
            None,
        ),
    ],
)
def test_people_may_be_faster(changes, claimed: str | None) -> None:
    record = replace(OPEN, rx_status="review", **changes)
    assert taken_up(record).claimed_as == claimed


@pytest.mark.parametrize(
    ("status", "order", "stuck", "code"),
    [
        ("queue", None, None, "live_sends"),
        ("queue", None, reasons.UNKNOWN_PRODUCT, "would_be_stuck"),
        ("queue", "ORD_1", None, "live_asks"),
        ("review", None, None, "live_leaves"),
        ("packing", "ORD_1", None, "live_leaves"),
    ],
)
def test_what_becomes_of_an_order(status: str, order: str | None, stuck, code: str) -> None:
    record = replace(OPEN, rx_status=status, order_id=OrderId(order) if order else None)
    reason = reasons.Reason(stuck) if stuck else None
    assert fate(record, reason, WORDS).code == code


SENT = replace(OPEN, submitted_at=NOW - 2 * HOUR, attempts=1)
LOOKED = PharmacyOrder(PharmacyOrderUid("po-1"), "pending review", NOW)
SEARCH = Search(NOW)


@pytest.mark.parametrize(
    ("record", "order", "search", "expected"),
    [
        (SENT, LOOKED, None, Find(NOW - RECENT, reasons.MAY_BE_TYPED())),
        (SENT, LOOKED, SEARCH, Wait(reasons.IN_SHADOW(), NOW + timedelta(minutes=30))),
        (
            replace(SENT, submitted_at=NOW),
            LOOKED,
            SEARCH,
            Wait(reasons.IN_SHADOW(), NOW + timedelta(minutes=1)),
        ),
        (
            replace(SENT, submitted_at=None),
            LOOKED,
            SEARCH,
            Wait(reasons.IN_SHADOW(), NOW + timedelta(minutes=1)),
        ),
        (SENT, replace(LOOKED, status="completed"), None, Find(NOW, reasons.MAY_BE_TYPED())),
        (
            SENT,
            replace(LOOKED, status="cancelled"),
            SEARCH,
            Done(reasons.ENDED_NOT_SENT(state="cancelled")),
        ),
        (replace(SENT, phase=Phase.KNOWN), None, None, Look(reasons.FIRST_LOOK())),
    ],
)
def test_the_next_step_of_a_shadow(record, order, search, expected) -> None:
    if order is not None:
        record = remember.seen(record, order, CURRENT)
    view = view_of(record, NOW, order=order, search=search, draft=Draft({}))
    assert next_step(view) == expected


def test_what_is_stuck_in_shadow_mode_too() -> None:
    order = replace(LOOKED, status="unheard of")
    record = remember.seen(SENT, order, CURRENT)
    found = next_step(view_of(record, NOW, order=order, search=SEARCH))
    assert isinstance(found, Stuck)
    assert found.reason.code == "unknown_status"


def test_what_people_have_in_hand_is_nobodys_question() -> None:
    record = replace(OPEN, phase=Phase.KNOWN, announced_by=AnnouncedBy.FIRST_SWEEP)
    record = remember.seen(record, LOOKED, CURRENT)
    twin = Search(NOW, twin=OrderId("ORD_9"))
    view = view_of(record, NOW, order=LOOKED, search=twin, draft=Draft({}))
    assert next_step(view) == Done(reasons.BY_HAND())


@pytest.mark.parametrize(
    ("ours", "theirs", "sums", "found"),
    [
        (goods(p1=(2, "5")), {}, (None, None), [("1", "2", "0")]),
        ({}, goods(p1=(2, "5")), (None, None), [("1", "0", "2")]),
        ({}, {}, ("5", "6.5"), [("5.00", "6.50")]),
        ({}, {}, ("5", None), []),
        ({}, {}, (None, "5"), []),
        (goods(p1=(1, "5")), goods(p1=(1, "6.5")), ("1", "1"), [("1", "5.00", "6.50")]),
        (goods(p1=(1, None)), goods(p1=(1, "6")), ("1", "1"), []),
        (
            goods(p2=(1, "5"), p1=(1, None)),
            goods(p3=(1, "5"), p1=(2, None)),
            ("1", "2"),
            [("1", "1", "2"), ("2", "1", "0"), ("3", "0", "1"), ("1.00", "2.00")],
        ),
    ],
)
def test_how_two_baskets_differ_is_told_product_by_product(ours, theirs, sums, found) -> None:
    mine, typed = (Decimal(each) if each else None for each in sums)
    why = Note(KEY, What.ORDER, why=compare(ours, theirs, (mine, typed))).reason
    told = [why, *why.also] if why is not None else []
    shown = [
        tuple(each.facts[name] for name in ("product", "ours", "theirs") if name in each.facts)
        for each in told
    ]
    assert shown == found
    assert Note(KEY, What.ORDER).reason is None


@pytest.mark.parametrize(
    ("note", "record", "after", "verdict"),
    [
        (ORDER, None, HOUR, reasons.NOT_TYPED()),
        (WANTED, DONE, HOUR, reasons.ONLY_THE_BRIDGE(status="packing")),
        (FOUND, DONE, HOUR, reasons.ONLY_PEOPLE(status="packing")),
        (FOUND, None, 25 * HOUR, None),
        (
            replace(WANTED, word=State.CANCELLED),
            None,
            HOUR,
            reasons.ONLY_THE_BRIDGE(status="packing"),
        ),
        (replace(FOUND, word=State.NEW), DONE, 25 * HOUR, None),
        (replace(FOUND, word=THERE), GONE, HOUR, reasons.ONLY_PEOPLE(status="packing")),
        (WANTED, OPEN, 24 * HOUR, reasons.ONLY_THE_BRIDGE(status="packing")),
        (WANTED, OPEN, 24 * HOUR - timedelta(seconds=1), None),
        (FOUND, OPEN, 24 * HOUR, reasons.ONLY_PEOPLE(status="packing")),
        (FOUND, OPEN, 24 * HOUR - timedelta(seconds=1), None),
        (replace(WANTED, wanted_at=None), OPEN, 25 * HOUR, None),
        (WANTED, replace(GONE, state=State.REJECTED), HOUR, None),
        (
            replace(WANTED, word=State.ON_HOLD),
            replace(GONE, state=State.REJECTED),
            HOUR,
            reasons.ONLY_THE_BRIDGE(status="packing"),
        ),
        (replace(WANTED, found_at=NOW - 25 * HOUR), OPEN, HOUR, None),
        (replace(NUMBER, found=None), OPEN, HOUR, None),
        (replace(NUMBER, found=None), DONE, HOUR, reasons.NOT_TYPED()),
    ],
)
def test_a_verdict_names_what_only_one_of_them_did(note, record, after, verdict) -> None:
    assert judged(note, record, NOW + after) == verdict


@pytest.mark.parametrize(
    ("what", "code"), [(What.STOCK, reasons.STOCK_IS), (What.PRICE, reasons.PRICE_IS)]
)
def test_a_number_that_differs_is_told_with_both(what: What, code) -> None:
    now, written = changed({}, [(SKU, what, 3, 5)], NOW)
    expected = Note(SKU, what, "", "3", NOW, "5", NOW, now.why)
    assert now == expected
    assert now.reason == code(ours="3", theirs="5")
    assert written == replace(expected, word=NOW.isoformat())
    known, later = {(SKU, what): now}, NOW + HOUR
    assert [*changed(known, [(SKU, what, 3, 5)], later)] == []
    now, written = changed(known, [(SKU, what, 4, 6)], later)
    assert now == Note(SKU, what, "", "4", later, "6", later, now.why)
    assert now.reason == code(ours="4", theirs="6")
    assert written.word == later.isoformat()
    other = What.PRICE if what is What.STOCK else What.STOCK
    assert len([*changed(known, [(SKU, other, 3, 5)], later)]) == 2
    assert len([*changed(known, [(KEY, what, 3, 5)], later)]) == 2
    none_before, _ = changed({}, [(SKU, what, 5, 5)], later)
    assert (none_before.why, none_before.reason) == ("", None)


def test_the_others_time_is_kept_where_only_one_has_one() -> None:
    later = NOW + HOUR
    nobody = Note(KEY, What.STATUS, State.PREPARING)
    new = replace(WANTED, found="there", found_at=later, why=DIFFERENT)
    assert merged(nobody, new) == new
    assert merged(FOUND, WANTED) == replace(WANTED, found="packing", found_at=NOW)
    kept = replace(FOUND, why=DIFFERENT)
    assert merged(kept, replace(WANTED, why="")).why == DIFFERENT
    assert merged(kept, replace(FOUND, found_at=later)).found_at == NOW
    assert merged(kept, replace(FOUND, found="other")).found == "other"


def test_the_report_counts_numbers_once_and_leaves_the_finished_out() -> None:
    notes = [
        replace(ORDER, key=Key("order:po-9")),
        replace(FOUND, word=State.NEW),
        replace(NUMBER, word="", why=""),
        replace(NUMBER, word="", why=DIFFERENT),
        replace(NUMBER, word="later", why=DIFFERENT),
        replace(NUMBER, what=What.PRICE),
    ]
    found = report(notes, {KEY: DONE}, NOW + HOUR)
    assert (found.seen, found.would_send) == (1, 1)
    assert found.figures == {
        What.ORDER: Figure(1, 0, 0),
        What.STATUS: Figure(0, 0, 0),
        What.STOCK: Figure(1, 0, 1),
        What.PRICE: Figure(1, 1, 0),
    }
    assert [(note.what, why.code) for note, why in found.differing] == [
        (What.ORDER, "not_typed"),
        (What.STOCK, "goods_differ"),
    ]
    assert report([replace(FOUND, word=State.NEW)], {KEY: OPEN}, NOW).figures[What.STATUS].open == 1
    assert report([replace(FOUND, word=State.NEW)], {}, NOW).figures[What.STATUS].open == 0
    assert report([], {}, NOW).figures == dict.fromkeys(What, Figure())


@pytest.mark.parametrize(
    ("figure", "percent"),
    [(Figure(1000, 999), 99.9), (Figure(8, 1), 12.5), (Figure(3, 2), 66.6), (Figure(1, 1), 100.0)],
)
def test_a_share_is_rounded_down_to_a_tenth(figure: Figure, percent: float) -> None:
    assert figure.percent == percent


def test_what_becomes_of_an_order_is_told_with_its_facts() -> None:
    record, why = replace(OPEN, rx_status="queue"), reasons.NOT_TYPED()
    assert fate(record, None, WORDS) == reasons.LIVE_SENDS()
    assert fate(record, why, WORDS) == reasons.WOULD_BE_STUCK(why=why)
    asks = replace(record, order_id=OrderId("ORD_1"))
    assert fate(asks, why, WORDS) == reasons.LIVE_ASKS(order="ORD_1")
    taken = replace(asks, rx_status="review")
    assert fate(taken, why, WORDS) == reasons.LIVE_LEAVES(status="review")
    arriving = replace(WORDS, arriving=frozenset({"coming"}))
    assert fate(replace(record, rx_status="coming"), None, arriving) == reasons.LIVE_SENDS()


@pytest.mark.parametrize("hours", [0, 4, 8])
def test_an_order_that_nobody_typed_is_looked_for_ever_more_seldom(hours: int) -> None:
    sent = remember.seen(replace(SENT, submitted_at=NOW - hours * HOUR), LOOKED, CURRENT)
    found = next_step(view_of(sent, NOW, order=LOOKED, search=SEARCH, draft=Draft({})))
    after = {0: timedelta(minutes=1), 4: HOUR, 8: HOUR}[hours]
    assert found == Wait(reasons.IN_SHADOW(), NOW + after)


def test_it_is_taken_up_where_it_stands_and_without_a_doubt() -> None:
    record = replace(OPEN, phase=Phase.KNOWN, doubted_at=NOW, rx_status="review")
    assert taken_up(record) == replace(record, claimed_as="review", doubted_at=None)
    theirs = replace(record, announced_by=AnnouncedBy.FIRST_SWEEP)
    assert taken_up(theirs) is theirs


def test_the_way_begins_at_the_first_word_of_the_queue() -> None:
    two = replace(
        WORDS, queue=frozenset({"queue", "arrived"}), steps={**WORDS.steps, "arrived": ("off",)}
    )
    assert [*passed(two, "packing")] == []
    assert passed(WORDS, "packing") == {State.IN_REVIEW: "review", State.PREPARING: "packing"}
    unknown = replace(WORDS, means={k: v for k, v in WORDS.means.items() if k != "review"})
    assert passed(unknown, "packing") == {State.PREPARING: "packing"}
    assert passed(replace(WORDS, queue=frozenset()), "packing") == {}


def test_what_is_as_before_hides_nothing_behind_it() -> None:
    known, _ = changed({}, [(SKU, What.STOCK, 3, 3)], NOW)
    now = [(SKU, What.STOCK, 3, 3), (KEY, What.STOCK, 1, 2)]
    assert [note.key for note in changed({(SKU, What.STOCK): known}, now, NOW)] == [KEY, KEY]


def test_all_that_was_compared_is_counted() -> None:
    same = replace(WANTED, found="packing")
    notes = [same, replace(same, word=State.READY), replace(same, word=State.IN_REVIEW), FOUND]
    assert report(notes, {KEY: DONE}, NOW).figures[What.STATUS] == Figure(4, 3)


def test_what_is_stuck_before_it_was_sent_stays_so_unless_people_had_it() -> None:
    order = replace(LOOKED, status="unheard of")
    record = remember.seen(replace(SENT, phase=Phase.KNOWN, doubted_at=None), order, CURRENT)
    view = view_of(replace(record, doubted_at=None), NOW, order=order, search=SEARCH)
    assert isinstance(next_step(view), Stuck)
    mine = replace(record, phase=Phase.SUBMITTED, doubted_at=NOW)
    assert isinstance(next_step(view_of(mine, NOW, order=order, search=SEARCH)), Stuck)


def test_what_was_sent_is_looked_at_before_it_is_looked_for() -> None:
    assert isinstance(next_step(view_of(SENT, NOW)), Look)
