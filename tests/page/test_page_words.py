"""The page says in German what it says in English: reasons, stories, buttons and checks."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core import reasons
from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import StuckRow
from bridge.core.model import Key, Phase
from bridge.core.reasons import CODES, Code, Kind, Reason
from bridge.core.stock.model import Pending
from bridge.cycles.reload import MappingFacts
from bridge.cycles.stock.cycle import StockFacts
from bridge.errors import BridgeError, Refused, TryLater, Unsure
from bridge.exchange import Priority, Request
from bridge.health import Facts, Links, report
from bridge.pharmaone.token import TokenFacts
from bridge.server.page.render import ago, steps
from bridge.store import StockState, StoreFacts
from bridge.texts import Words, say, word
from bridge.texts.story import headline
from bridge.transport.answers import Loss, Lost
from bridge.transport.answers import error as no_answer
from bridge.transport.breaker import State
from bridge.transport.client import VendorFacts

OTHERS_SAY = (reasons.SAID, reasons.BAD_EXPRESSION_RESULT)
"""Told in the words of a vendor, or of the language of expressions."""
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
KEY = Key("order:po-1")
UNSURE = reasons.UNSURE_SUBMISSION(why=reasons.NO_ORDER_YET())
ENGLISH = re.compile(r"\b(if|it|is|then|sends|the|by|or|not|and|of|to|for|has|no)\b")


def in_german(text: str) -> str:
    """The German sentence, and nothing but German."""
    assert not ENGLISH.search(text), text
    return text


def whole(code: Code) -> Reason:
    """A reason with something for each of its facts."""
    return Reason(code, dict.fromkeys(code.facts, "X"))


@pytest.mark.parametrize("code", CODES.values())
def test_every_reason_is_said_in_german(code: Code):
    assert in_german(say(whole(code), "de")) != say(whole(code)) or code in OTHERS_SAY


@pytest.mark.parametrize(
    "code",
    [
        code
        for code in CODES.values()
        if code.kind in (Kind.ORDER, Kind.ATTENTION, Kind.GAP, Kind.SKU)
    ],
)
def test_what_to_do_is_said_in_german_and_with_the_pages_buttons(code: Code):
    told = steps(StuckRow(KEY, NOW, whole(code)), Words("de"))
    assert "rxbridge" not in "".join(told)
    for step in told:
        bare = re.sub(r"„[^“]*“|waiting, accepted oder declined", "", step)
        in_german(bare)


def test_a_reason_within_a_reason_is_said_in_the_same_language():
    assert say(UNSURE, "de").endswith("PharmaOne zeigt (noch) keine Bestellung dazu")
    refused = reasons.REFUSED(
        vendor="PharmaOne", doing=reasons.THE_ORDER_REQUEST(), what="it complains of: email"
    )
    told = say(refused, "de")
    assert told == "PharmaOne hat die Bestellanfrage abgelehnt: it complains of: email"


GET = Request("GET", "http://127.0.0.1/x", "GET /x", Priority.ORDER, repeatable=True)
POST = replace(GET, method="POST", route="POST /x", repeatable=False)


@pytest.mark.parametrize(
    "failure",
    [
        no_answer("PharmaOne", POST, Lost(Loss.NO_ANSWER, "ServerDisconnected")),
        no_answer("PharmaOne", GET, Lost(Loss.NO_ANSWER)),
        no_answer("RxScale", GET, Lost(Loss.NO_CONNECTION, "TimeoutError")),
        no_answer("RxScale", GET, Lost(Loss.TOO_LONG)),
        TryLater(reasons.LIMIT_REACHED(vendor="RxScale", route="GET /x")),
        Unsure(reasons.ANSWERED_BADLY(vendor="PharmaOne", status=502, route="POST /x")),
        Refused(
            reasons.CALL_REFUSED(vendor="RxScale", route="PATCH /x", status=422, fields="email"),
            status=422,
        ),
    ],
    ids=str,
)
def test_what_a_vendor_did_not_answer_is_told_in_german(failure: BridgeError):
    waits = JournalEntry(KEY, NOW, Event.WAITS, {"why": failure.reason})
    told = in_german(headline(waits, "de"))
    assert told.startswith("wartet: ")
    assert str(failure) not in told


def test_what_to_do_names_the_pages_buttons():
    row = StuckRow(KEY, NOW, UNSURE)
    assert steps(row, Words("de")) == [
        "im PharmaOne Manager nach der externen Referenz po-1 suchen",
        "ist sie da: „Ist schon da“",
        "ist sie nicht da: „Ist nicht da: senden“ schickt sie ab",
        "wurde sie von Hand erledigt: „Nicht mehr anfassen“",
    ]
    assert steps(row, Words("en")) == [
        "look in PharmaOne Manager for external reference po-1",
        "if it is there: “It is there already”",
        "if it is not: “It is not there: send it” sends it",
        "if it was handled by hand: “Leave it alone”",
    ]


def test_everything_that_is_lacking_is_told_together_and_its_remedy_once():
    def unlinked(number: int) -> Reason:
        return reasons.NOT_IN_CATALOGUE(name=f"Flower {number}", sku=f"sku-{number}")

    found = reasons.together(tuple(map(unlinked, range(150))))
    told = say(found, "de")
    assert told.startswith("'Flower 0' (sku-0) steht nicht in RxScales Artikelliste")
    assert told.count("steht nicht") == 150
    assert len(steps(StuckRow(KEY, NOW, found), Words("de"))) == 3


@pytest.mark.parametrize("name", ["' (" * 4000, "; " * 5000, "{ $name }", "\u2068x\u2069"])
def test_no_text_of_a_vendors_takes_long_or_is_taken_for_ours(name: str):
    """The page makes its sentences on every view, in the loop that answers webhooks."""
    say(UNSURE, "de")
    began = time.process_time()
    found = reasons.together((reasons.NO_PRICE(name=name, sku="sku-1", file="x"),) * 200)
    stuck = JournalEntry(KEY, NOW, Event.STUCK, {"reason": found})
    assert headline(stuck, "de").count(name) >= 200
    assert say(found, "de").count(name) >= 200
    assert time.process_time() - began < 1


@given(st.text(max_size=60))
def test_no_fact_is_too_odd_to_be_told(text: str):
    assert say(reasons.SAID(what=text), "de") == text


def test_the_page_does_not_send_to_the_command_line_for_what_it_shows():
    waits = reasons.WAITS_FOR_A_PERSON()
    assert say(waits, "en", on_page=True) == "it waits for a person: see above"
    assert say(waits, "de", on_page=True) == "wartet auf einen Menschen: siehe oben"
    assert say(waits) == "it waits for a person: rxbridge stuck list"


@pytest.mark.parametrize(("stock", "cents"), [(3, None), (None, 990), (3, 990)])
def test_what_rxscale_does_not_take_is_told_in_german(stock: int | None, cents: int | None):
    told = say(reasons.SKU_REFUSED(stock=stock, cents=cents, what="422"), "de")
    assert in_german(told).endswith(" nicht an: 422")
    assert ("den Bestand 3" in told) == (stock is not None)
    assert ("den Preis 990 Cent" in told) == (cents is not None)


@pytest.mark.parametrize("event", Event)
def test_a_story_is_told_in_german(event: Event):
    facts: dict[str, Any] = {"status": "x", "request": "r-1", "carrier": "dhl", "order": "ORD_1"}
    facts |= {"why": reasons.NOTHING_SENT(), "reason": UNSURE, "prescription": "p", "event": "x"}
    facts |= {"product": "1", "delta": "-3", "reference": "r", "stock": 3}
    for entry in (JournalEntry(KEY, NOW, event, facts), JournalEntry(KEY, NOW, event, facts)):
        told = headline(entry, "de")
        assert told != headline(entry)
        assert "{" not in in_german(told)


def test_a_repeated_delivery_is_told_with_its_times():
    facts = {"vendor": "pharmaone", "event": "order_shipped", "status": "done", "times": 3}
    entry = JournalEntry(KEY, NOW, Event.ECHO, facts)
    assert headline(entry) == (
        "PharmaOne told of it (order_shipped, done, 3 times): known already, nothing to do"
    )
    assert headline(entry, "de") == (
        "PharmaOne meldete sie (order_shipped, done, 3-mal): schon bekannt, nichts zu tun"
    )


FAILING = VendorFacts(last_error_at=NOW, last_error="GET /x: 500")
ALONE = VendorFacts(breaker=State.OPEN)
EMPTY = StockState(pending=Pending(reasons.EMPTY(), NOW))
AS_IT_SHOULD_BE = Facts(
    version="0",
    now=NOW,
    started_at=NOW,
    poll_seconds=60.0,
    sync_seconds=300.0,
    mappings=MappingFacts(""),
    rxscale=VendorFacts(),
    pharmaone=VendorFacts(),
    token=TokenFacts(),
    round=StockFacts(),
    is_store_read=True,
    links=Links(1),
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"round": StockFacts(stale=True)},
        {"stock": EMPTY},
        {"round": StockFacts(trouble="x")},
        {"round": StockFacts(anomalies=2)},
        {"work": StoreFacts(unsure=1)},
        {"work": StoreFacts(oldest_seconds=900.0)},
        {"is_store_read": False},
        {"rxscale": FAILING},
        {"rxscale": ALONE},
        {"token": TokenFacts(missing_scopes=("orders.read",))},
        {"mappings": MappingFacts("", "x")},
    ],
    ids=str,
)
def test_what_is_wrong_is_said_in_german(wrong: dict[str, Any]):
    checks = report(replace(AS_IT_SHOULD_BE, **wrong)).checks.values()
    (reason,) = (check.reason for check in checks if check.reason)
    assert in_german(say(reason, "de")) != say(reason)


def test_how_far_an_order_is_is_said_in_german():
    for phase in Phase:
        assert word(f"phase-{phase}", "de") != word(f"phase-{phase}", "en")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 days")],
)
def test_how_long_ago(seconds: int, said: str):
    assert ago(timedelta(seconds=seconds), Words("en")) == f"{said} ago"
