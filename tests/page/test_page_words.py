"""Both languages say the same, and German keeps up with the sentences that code makes."""

import ast
import inspect
import re
import string
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core import reasons
from bridge.core.lifecycle import Prescriptions, Vocabulary
from bridge.core.model import (
    Gap,
    Gaps,
    OrderId,
    OrderRecord,
    PharmacyOrderUid,
    PharmacySkuUid,
    StuckNote,
)
from bridge.core.orders.telling import PHASES, SENTENCES
from bridge.core.stock import judge, plan
from bridge.core.stock import reasons as stock_reasons
from bridge.core.stock.model import Pending, Write
from bridge.cycles import MappingFacts
from bridge.cycles.stock import StockFacts
from bridge.documents.reasons import found
from bridge.health import Facts, Links, report
from bridge.pharmaone.token import TokenFacts
from bridge.server.page.german import translate
from bridge.server.page.render import ago, on_page, say
from bridge.server.page.words import _WORDS, words_of
from bridge.store import StockState, StoreFacts
from bridge.transport import State, VendorFacts

CORE = Path(reasons.__file__).parent
NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
LINK = OrderRecord(PharmacyOrderUid("po-1"), NOW, rx_status="shipped")
MADE = OrderRecord(PharmacyOrderUid("po-1"), NOW, order_id=OrderId("ORD_1"))


def test_both_languages_have_the_same_gaps():
    for key, (english, german) in _WORDS.items():
        assert fields(english) == fields(german), key
    assert words_of("en").keys() == words_of("de").keys()


def fields(text: str) -> list[str | None]:
    return [field for _, field, _, _ in string.Formatter().parse(text) if field is not None]


def notes() -> Iterator[StuckNote]:
    words = Vocabulary("statuses.toml: pharmaone", {}, ())
    yield reasons.gaps(Gaps((Gap("unlinked_sku", *UNLINKED), Gap("bad_pzn", *BAD_PZN))))
    yield reasons.cannot_know(LINK, "an earlier store may have sent it, and " + NO_ORDER)
    yield reasons.unsure(LINK, "3 submissions went without an answer")
    yield reasons.unknown_status("odd", "RxScale", words)
    yield reasons.unknown_prescription("odd", Prescriptions("statuses.toml: p", (), (), ()))
    yield reasons.refused(LINK, "PharmaOne", "the order-request", REFUSED)
    yield reasons.garbled(LINK, "PharmaOne", "items.0")
    for name, function in inspect.getmembers(reasons, inspect.isfunction):
        if list(inspect.signature(function).parameters) == ["record"] and not name.startswith("_"):
            yield function(LINK)
            yield function(MADE)


REFUSED = "PharmaOne refused POST /order-requests (422); it complains of: email"
NO_ORDER = "PharmaOne shows no order for it"
UNLINKED = ("'Name' (sku-1, psku-1) is not linked to a PharmaOne product", "add to skus.csv: x")
NOT_WHOLE = (
    "'Name' (sku-1): 1 x 2.5 is no whole number above 0",
    "correct units_per_sku in mappings/skus.csv",
)
NO_PRICE = (
    "'Name' (sku-1): RxScale sends no total_paid_amount for it",
    "have it corrected at RxScale, or take price out of mappings/orders.toml: require.item",
)
MISSING = (
    "customer_name is missing: RxScale has nothing for order.patient_data.display_name",
    "complete the order at RxScale, or change the expression in mappings/orders.toml",
)
SHIPPING = (
    "shipping_costs_amount is not a whole number of euro cents",
    "have it corrected at RxScale, or set orders.toml: amounts.shipping_in_total = false",
)
BAD_PZN = (
    "'Name' (sku-1): PZN 12 is not eight digits with the right check digit",
    'have it corrected at RxScale, or set mappings/orders.toml: checks.pzn = "ignore"',
)


ENGLISH = re.compile(r"\b(if|it|is|then|sends|the|by|or|not|and|of|to|for|has|no)\b")
SAID_IN_ENGLISH = frozenset({"bad_expression_result"})
"""Mistakes in an expression: for who wrote it, in the words of its language."""


def in_german(text: str) -> str:
    """The German sentence, and nothing but German."""
    german = translate(text)
    assert german is not None, text
    assert not ENGLISH.search(german), german
    return german


@pytest.mark.parametrize("note", list(notes()), ids=lambda note: note.code)
def test_why_an_order_is_stuck_is_said_in_german(note: StuckNote):
    in_german(note.reason)
    remedy = on_page(note.remedy, lambda verb: f"<{verb}>")
    assert "rxbridge stuck" not in remedy
    in_german(remedy)


@pytest.mark.parametrize(
    "says",
    [
        re.sub("<[^>]*>", "X", reason.says)
        for reason in found()
        if reason.kind in ("Gap", "Anomaly", "Why") and reason.code not in SAID_IN_ENGLISH
    ],
)
def test_every_reason_of_the_page_on_them_is_said_in_german(says: str):
    in_german(says)


def test_what_to_do_is_told_sentence_by_sentence():
    """The first sentence ends with a name; the name is not all that follows."""
    note = reasons.unsure(LINK, "PharmaOne shows no order for it (yet)")
    assert in_german(on_page(note.remedy, lambda verb: f"<{verb}>")) == (
        "im PharmaOne Manager nach der externen Referenz po-1 suchen; ist sie da: <submitted>; "
        "ist sie nicht da: <retry> schickt sie ab; wurde sie von Hand erledigt: <drop>"
    )


@pytest.mark.parametrize("gap", [UNLINKED, BAD_PZN, NOT_WHOLE, NO_PRICE, MISSING, SHIPPING])
def test_what_is_lacking_is_told_in_german(gap: tuple[str, str]):
    for text in gap:
        in_german(text)


@pytest.mark.parametrize(("stock", "cents"), [(3, None), (None, 990), (3, 990)])
def test_what_rxscale_does_not_take_is_told_in_german(stock: int | None, cents: int | None):
    note = stock_reasons.refused(
        Write(PharmacySkuUid("psku-1"), stock, cents, 1), "RxScale refused PATCH /x (422)"
    )
    assert in_german(note.reason).endswith(" nicht an: RxScale lehnte PATCH /x ab (422)")


@pytest.mark.parametrize(
    "what",
    [
        "PharmaOne answered 502 to POST /order-requests",
        "RxScale's limit is reached (GET /pharmacy_orders/)",
        "no answer from pharmaone to POST /order-requests",
        "no answer from pharmaone to POST /order-requests (ServerDisconnectedError)",
    ],
)
def test_what_a_vendor_did_not_answer_is_told_in_german(what: str):
    in_german(f"waits: {what}")


def test_the_page_does_not_send_to_the_command_line_for_what_it_shows():
    assert str(say(plan.WAITS_FOR_A_PERSON, "en")) == "it waits for a person: see above"
    assert str(say(plan.WAITS_FOR_A_PERSON, "de")) == "wartet auf einen Menschen: siehe oben"


def test_an_order_with_many_gaps_is_told_in_german():
    gap = "'Flower {}' (sku-{}) is not linked to a PharmaOne product"
    reason = "not sent: " + "; ".join(gap.format(n, n) for n in range(150))
    told = translate(reason)
    assert told is not None
    assert told.startswith("nicht gesendet: 'Flower 0' (sku-0) ist keinem PharmaOne-Produkt")
    assert told.endswith("'Flower 149' (sku-149) ist keinem PharmaOne-Produkt zugeordnet")
    assert told.count("ist keinem") == 150


@pytest.mark.parametrize(
    "reason",
    [
        "not sent: '" + "' (" * 400 + "): PZN " * 400 + "' (x): PZN 12 is not eight digits",
        "not sent: " + "; ".join(["'A' (b) is not linked to a PharmaOne product"] * 2000),
        "; " * 5000,
    ],
    ids=["a name made of brackets", "very many", "nothing but separators"],
)
def test_no_text_of_a_vendors_takes_long(reason: str):
    """The page looks its words up on every view, in the loop that answers webhooks."""
    began = time.process_time()
    assert translate(reason) is None
    assert "<span" in say(reason, "de")
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    "text",
    ["not sent: " * 55 + "a; b", "then: " + "or: a; then: " * 45, "RxScale refused a: " * 30 + ";"],
)
def test_no_sentence_within_sentences_takes_long(text: str):
    began = time.process_time()
    translate(text)
    assert time.process_time() - began < 1


def test_a_remedy_names_the_pages_buttons():
    note = reasons.unsure(LINK, "x")
    assert on_page(note.remedy, str.upper) == (
        "look in PharmaOne Manager for external reference po-1; if it is there: SUBMITTED; "
        "if it is not: RETRY sends it; if it was handled by hand: DROP"
    )


def sentences_in(*files: Path) -> Iterator[str]:
    """The first words given to Wait, Done and Find, as they read with something in each gap."""
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Wait", "Done"):
                yield from texts(node.args[0])


def texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [part.value if isinstance(part, ast.Constant) else "X" for part in node.values]
        yield "".join(map(str, parts))
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


@pytest.mark.parametrize("sentence", sorted(set(sentences_in(*(CORE / "orders").glob("*.py")))))
def test_what_an_order_waits_for_is_said_in_german(sentence: str):
    assert translate(sentence), sentence


@pytest.mark.parametrize("what", [*SENTENCES, "more"])
def test_a_story_is_told_in_german(what: str):
    facts = {"why": "new", "status": "x", "reason": "x", "request": "or-1", "carrier": "dhl"}
    if what == "more":
        assert translate("RxScale told of it (order, x, 3 times): known already, nothing to do")
        return
    _, tell = SENTENCES[what]
    assert translate(tell(facts | {"order": "ORD_1", "prescription": "rx-1"})), what


def returned(module: object, *names: str) -> set[str]:
    tree = ast.parse(Path(inspect.getfile(module)).read_text())  # type: ignore[arg-type]
    found: set[str] = set()
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and function.name in names:
            for node in ast.walk(function):
                if isinstance(node, ast.Return) and node.value is not None:
                    found |= set(texts(node.value))
    return found


@pytest.mark.parametrize(
    "sentence", sorted(returned(plan, "_why", "why_left", "_change") | {plan.WAITS_FOR_A_PERSON})
)
def test_why_stock_differs_is_said_in_german(sentence: str):
    assert translate(sentence), sentence


def test_what_makes_an_inventory_odd_is_said_in_german():
    source = ast.parse(Path(judge.__file__).read_text())
    said = {
        text
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Anomaly"
        for text in texts(node.args[1])
    }
    assert said
    assert all(translate(text) for text in said)
    assert translate(stock_reasons.unsure_adjustment.__doc__ or "") is None


FAILING = VendorFacts(last_error_at=NOW, last_error="no connection to rxscale (x)")
ALONE = VendorFacts(breaker=State.OPEN)
EMPTY = StockState(pending=Pending("empty", "PharmaOne's inventory is empty", NOW))
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
    assert translate(reason), reason


def test_how_far_an_order_is_is_said_in_german():
    assert all(map(translate, PHASES.values()))


def test_what_is_not_known_is_english_and_marked():
    assert str(say("a <b>vendor's</b> words", "de")) == (
        '<span lang="en">a &lt;b&gt;vendor&#39;s&lt;/b&gt; words</span>'
    )
    assert str(say("a <b>", "en")) == "a &lt;b&gt;"
    assert str(say("waits: <b>", "de")) == "wartet: &lt;b&gt;"


@given(st.text(alphabet="a;: '{}(),0", max_size=60))
def test_nothing_is_too_odd_to_be_looked_up(text: str):
    assert translate(text) is None or isinstance(translate(f"waits: {text}"), str)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (200_000, "2 days")],
)
def test_how_long_ago(seconds: int, said: str):
    from datetime import timedelta

    assert ago(timedelta(seconds=seconds), words_of("en")) == f"{said} ago"
