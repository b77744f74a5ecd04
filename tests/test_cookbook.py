"""Every situation of docs/cookbook.md: its blocks are taken up, and do what the page says."""

import json
from pathlib import Path
from typing import Any

import pytest
from cookbook import SECRETS, Situation, cook, situations
from mapping.mapping_files import catalogue, gaps, line, order, payload

from bridge import config
from bridge.app.policies import rules_of
from bridge.cli.main import main
from bridge.core.lifecycle import route
from bridge.core.model import CatalogueSku, OrderId, P1Order, PharmacySkuUid, SkuUid, State
from bridge.core.orders.view import meaning_of
from bridge.core.stock.model import shelf
from bridge.mapping.rules import Rules
from bridge.settings import Settings

ALL = situations()


def made(number: int, folder: Path) -> tuple[Situation, Settings, Rules]:
    situation = ALL[number - 1]
    settings = config.load(None, SECRETS, cwd=cook(situation, folder))
    return situation, settings, rules_of(settings)


def offers(rules: Rules, on_hand: int) -> dict[str, int]:
    """How many of each SKU are on offer while so many units of each product are there."""
    skus = [CatalogueSku(uid, SkuUid(f"sku-{uid}")) for uid in rules.links.listed]
    links = shelf(rules.links.of(skus))
    return {offer.uid: offer.pieces(on_hand) for found in links.values() for offer in found}


def one(uid: str) -> dict[SkuUid, CatalogueSku]:
    return {SkuUid("sku-1"): CatalogueSku(PharmacySkuUid(uid), SkuUid("sku-1"))}


def promised(situation: Situation, *words: str) -> None:
    """The page still says so; a changed page wants a changed test."""
    for word in words:
        assert any(word in promise for promise in situation.promises), word


def test_there_are_ten_in_order():
    assert [each.number for each in ALL] == list(range(1, 11))
    assert all(each.blocks for each in ALL)


@pytest.mark.parametrize("situation", ALL, ids=lambda each: each.title)
def test_check_offline_accepts_it(
    situation: Situation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(cook(situation, tmp_path))
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    code = main(["check", "--offline", "--json"])
    checks = json.loads(capsys.readouterr().out)["checks"]
    assert [each for each in checks if each["verdict"] == "fail"] == []
    assert code == 0


def test_grams_and_packs(tmp_path: Path):
    situation, settings, rules = made(1, tmp_path)
    sent = payload(rules, order(line(amount=2, paid=8599)), skus=one("psku-flower-5g"))
    assert [(item["quantity"], str(item["price"])) for item in sent["items"]] == [
        (1, "8.59"),
        (9, "8.60"),
    ]
    assert offers(rules, 43) == {"psku-flower-5g": 8, "psku-flower-10g": 4}
    assert settings.stock.units_from == "standard_selling_unit"
    promised(situation, "10 units", "8 bags of 5 g and 4 bags of 10 g", "1 x 8.59 and 9 x 8.60")


def test_two_skus_of_one_product(tmp_path: Path):
    situation, _, rules = made(2, tmp_path)
    assert offers(rules, 100) == {"psku-flower-5g": 5, "psku-flower-10g": 7}
    promised(situation, "5 bags of 5 g (25 g) and 7 bags of 10 g (75 g)")


def test_address_fields(tmp_path: Path):
    _, _, rules = made(3, tmp_path)
    address = {"street": "Weg", "house_number": "2", "zip_code": "50667", "city": "Köln"}
    sent = payload(rules, order(line(), order={"delivery_address": address}))
    fields = {name: value for name, value in sent.items() if name.startswith("address_")}
    assert fields == {
        "address_street": "Weg",
        "address_house_number": "2",
        "address_zip": "50667",
        "address_city": "Köln",
    }


@pytest.mark.parametrize(
    ("prepaid", "at_counter", "word"), [(0, True, "pending"), (1, False, "paid")]
)
def test_pickup(tmp_path: Path, prepaid: int, at_counter: bool, word: str):
    situation, _, rules = made(4, tmp_path)
    given = order(line(), prepaid=prepaid, delivery_type={"identifier": "Counter-Koeln"})
    sent = payload(rules, given)
    assert (sent["cash_on_pickup"], sent["payment_status"]) == (at_counter, word)
    truth = str(at_counter).lower()
    promised(situation, f"`cash_on_pickup` is {truth}, `payment_status` is `{word}`")


def test_the_old_words(tmp_path: Path):
    situation, settings, rules = made(5, tmp_path)
    assert settings.rxscale.api_path == "/v1/external-pharmacy-api-v1"
    words = rules.words.rxscale
    assert words.says[rules.words.review] == "processing"
    assert route(words, "open", words.says[State.COMPLETED]) == ("processing", "shipped")
    promised(situation, "`open` becomes `processing`", "`processing` becomes `shipped`")


def test_several_pharmacies(tmp_path: Path):
    situation, settings, rules = made(6, tmp_path)
    assert (settings.rxscale.pharmacy_uid, settings.pharmaone.shop_id) == ("ph-north", "shop-north")
    assert settings.store.path == tmp_path / "north.db"
    assert offers(rules, 100) == {"psku-north-flower-5g": 12}
    promised(situation, "12 bags of 5 g (60 g)")


def test_pieces_for_the_counter(tmp_path: Path):
    situation, _, rules = made(7, tmp_path)
    assert offers(rules, 10) == {"psku-drops-30ml": 7}
    assert offers(rules, 3) == {"psku-drops-30ml": 0}
    promised(situation, "7 on offer", "0 on offer")


@pytest.mark.parametrize(
    ("word", "state", "at_rxscale"),
    [
        ("courier_called", State.READY, "ready_for_pickup"),
        ("waiting_for_doctor", State.ON_HOLD, "on-hold"),
    ],
)
def test_a_new_status_word(tmp_path: Path, word: str, state: State, at_rxscale: str):
    situation, _, rules = made(8, tmp_path)
    seen = P1Order(OrderId("ORD_1"), word, order().seen_at)
    meaning = meaning_of(seen, rules.words.pharmaone)
    assert meaning is not None
    assert meaning[0] is state
    assert rules.words.rxscale.says[state] == at_rxscale
    assert rules.words.pharmaone.steps[word] == ("cancelled",)
    promised(situation, f"`{at_rxscale}`" if state is State.READY else "`on-hold`")


def test_refused_requests(tmp_path: Path):
    _, _, rules = made(9, tmp_path)
    assert rules.words.rejected is State.CANCELLED
    assert "request_refused" in rules.words.rejecting_events


def test_amounts(tmp_path: Path):
    situation, _, rules = made(10, tmp_path)
    costs = {"shipping_costs_amount": 499, "shipping_costs_currency": "EUR"}
    sent = payload(rules, order(line(amount=3, paid=1299), **costs))
    assert [(item["quantity"], str(item["price"])) for item in sent["items"]] == [(3, "12.99")]
    assert str(sent["total_amount"]) == "43.96"
    promised(situation, "3 x 12.99, `total_amount` 43.96")


def test_without_its_lines_a_situation_is_another(tmp_path: Path):
    """The shipped files alone do none of this: the blocks make the difference."""
    nothing = Situation(0, "nothing", "")
    settings = config.load(None, SECRETS, cwd=cook(nothing, tmp_path))
    rules = rules_of(settings)
    assert rules.links.listed == {}
    assert rules.words.rejected is None
    assert gaps(rules, order(line()), skus=catalogue(sku_1=None))
    unchanged: Any = payload(rules, order(line(amount=3, paid=1299)))
    assert str(unchanged["total_amount"]) == "12.99"
