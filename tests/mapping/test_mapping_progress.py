"""What the mapping files say of the way back: PharmaOne's words, parcels, prescriptions."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from mapping.mapping_files import change, faults

from bridge.core.model import Draft, State, TrackingLink
from bridge.mapping.draft import Drafting, draft
from bridge.mapping.examples import SEEN_AT, _catalogue, _links, _Order
from bridge.mapping.rules import Rules, load
from bridge.rxscale.orders import order as read_order


def loaded(folder: Path) -> Rules:
    return load(folder, dialect="current")


def test_the_shipped_words(folder: Path) -> None:
    rules = loaded(folder)
    words = rules.words.pharmaone
    assert words.bodies == {"cancelled": {"status": "cancelled"}}
    assert words.gone is State.CANCELLED
    assert words.steps["ready_pickup"] == ("cancelled",)
    assert rules.words.rejected is None
    assert "order_request_rejected" in rules.words.rejecting_events
    assert rules.words.hold_comment == "The pharmacy has put the order on hold."
    assert rules.words.prescriptions.declined == {"declined"}


def test_the_choices(folder: Path) -> None:
    change(folder, "statuses.toml", 'gone = "cancelled"', 'gone = "stuck"')
    change(folder, "statuses.toml", 'rejected = "stuck"', 'rejected = "cancelled"')
    change(folder, "statuses.toml", 'status = "{word}"', 'order_status = "{word}"\nnotify = true')
    rules = loaded(folder)
    assert rules.words.pharmaone.gone is None
    assert rules.words.rejected is State.CANCELLED
    assert rules.words.pharmaone.bodies["cancelled"] == {
        "order_status": "cancelled",
        "notify": True,
    }


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '[pharmaone.orders.says]\ncancelled = "cancelled"',
            '[pharmaone.orders.says]\ncancelled = "cancelld"',
            "pharmaone.orders.says.cancelled: 'cancelld' has no meaning",
        ),
        (
            '[pharmaone.orders.says]\ncancelled = "cancelled"',
            '[pharmaone.orders.says]\ncancelled = "pending"',
            "'pending' means in_review: setting it does not reach it",
        ),
        ('"ready_pickup" = ["cancelled"]', '"ready_pickup" = ["away"]', "'away' has no meaning"),
        ('status = "{word}"', 'status = "cancelled"', "no field of the body holds {word}"),
        (
            'accepted = ["signed",',
            'accepted = ["new", "signed",',
            "'new' stands in waiting as well",
        ),
        (
            '"pending review" = "in_review"  ',
            '"pending review" = "in_review"\n"lost" = "preparing"  ',
            "no step leads to 'lost'",
        ),
    ],
)
def test_mistakes_are_named(folder: Path, old: str, new: str, told: str) -> None:
    change(folder, "statuses.toml", old, new)
    assert any(told in fault for fault in faults(folder)), faults(folder)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"tracking_url": "https://t.example/1", "carrier": "dhl paket"}, "DHL"),
        ({"tracking_link": "http://t.example/1", "shipping_carrier": "GLS"}, "Other"),
        ({"tracking": {"url": "https://t.example/1", "carrier": "Hermes"}}, "Hermes"),
        ({"tracking_url": " https://t.example/1 "}, "Other"),
        ({"tracking_url": "ftp://t.example/1"}, None),
        ({"tracking_url": "https://t.example/a b"}, None),
        ({"tracking_url": 17}, None),
        ({}, None),
    ],
)
def test_parcels(folder: Path, detail: dict[str, object], told: str | None) -> None:
    parcels = loaded(folder).shipping.tracking(detail)
    assert [parcel.carrier for parcel in parcels] == ([told] if told else [])
    if told and "tracking_url" in detail:
        assert parcels == (TrackingLink("https://t.example/1", told),)


def test_an_expression_that_fails_for_one_order_costs_the_link_only(folder: Path) -> None:
    link = 'link = "tracking_url || tracking_link || tracking.url"'
    change(folder, "shipping.toml", link, "link = \"join(', ', tracking_url)\"")
    assert loaded(folder).shipping.tracking({"tracking_url": 17}) == ()


def test_no_expression_is_no_link(folder: Path) -> None:
    text = (folder / "shipping.toml").read_text()
    (folder / "shipping.toml").write_text(text[: text.index("[tracking]")])
    assert loaded(folder).shipping.tracking({"tracking_url": "https://t.example/1"}) == ()


def test_a_broken_expression_is_named(folder: Path) -> None:
    change(folder, "shipping.toml", 'carrier = "carrier ||', 'carrier = "carrier |||')
    assert any("shipping.toml: tracking.carrier: no JMESPath" in each for each in faults(folder))


@pytest.mark.parametrize(
    ("handling", "attached", "alone"),
    [("attach", True, False), ("ingest", False, True), ("off", False, False)],
)
def test_where_the_prescription_goes(folder: Path, handling, attached, alone) -> None:
    rules = loaded(folder)
    example = rules.orders.examples[0]
    order = read_order(
        _Order.model_validate(example.given.order), example.given.order, SEEN_AT, timedelta()
    )
    drafting = Drafting(rules.orders, _links(example.given), rules.shipping, [], handling)
    made = draft(drafting, order, _catalogue(example.given), example.given.shop_id)
    assert isinstance(made, Draft)
    assert ("prescription_pdf_base64" in made.payload) is attached
    assert (made.prescription is not None) is alone
    if made.prescription is not None:
        assert made.prescription["external_id"] == order.uid
    bare = replace(order, detail={**order.detail, "prescription_file": None})
    again = draft(
        replace(drafting, gaps=[]), bare, _catalogue(example.given), example.given.shop_id
    )
    assert isinstance(again, Draft)
    assert again.prescription is None
