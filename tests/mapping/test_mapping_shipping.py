"""shipping.toml: sent or fetched, carriers, and the mistakes in it."""

from pathlib import Path
from typing import Any

import pytest
from mapping.mapping_files import change, faults

from bridge.mapping.rules import Rules, load


def delivery_type(**words: Any) -> dict[str, Any]:
    return {"delivery_type": {"uid": "dt-1", **words}}


def method(identifier: str | None = None, external_id: Any = "none") -> dict[str, Any]:
    mapped = identifier and {
        "pharmacy_uid": "ph-1",
        "shipping_method_identifier_for_pharmacy": identifier,
    }
    return {"uid": "ssm-1", "external_id": external_id, "pharmacy_mapping": mapped}


@pytest.mark.parametrize(
    ("detail", "way", "key"),
    [
        ({}, "shipping", "default"),
        ({"delivery_type": None, "shop_shipping_methods": None}, "shipping", "default"),
        (delivery_type(identifier="pickup"), "pickup", "delivery_types.pickup"),
        (delivery_type(identifier=" PickUp "), "pickup", "delivery_types.pickup"),
        (delivery_type(display_name="ABHOLUNG"), "pickup", "delivery_types.pickup"),
        (
            delivery_type(identifier="dt-7", display_name="Abholung"),
            "pickup",
            "delivery_types.pickup",
        ),
        (delivery_type(identifier="Versand"), "shipping", "delivery_types.shipping"),
        (delivery_type(identifier=7, display_name=None), "shipping", "default"),
        ({"delivery_type": "pickup"}, "shipping", "default"),
        ({"shop_shipping_methods": [method("pickup")]}, "pickup", "shipping_methods.pickup"),
        ({"shop_shipping_methods": [method(None, "PICKUP")]}, "pickup", "shipping_methods.pickup"),
        (
            {"shop_shipping_methods": ["odd", method("other"), method("DHL_standard")]},
            "shipping",
            "shipping_methods.shipping",
        ),
        (
            {"shop_shipping_methods": [method("DHL_STANDARD", "pickup")]},
            "shipping",
            "shipping_methods.shipping",
        ),
        (
            {
                **delivery_type(identifier="pickup"),
                "shop_shipping_methods": [method("DHL_STANDARD")],
            },
            "pickup",
            "delivery_types.pickup",
        ),
        ({"shop_shipping_methods": {"0": method("pickup")}}, "shipping", "default"),
    ],
)
def test_how_an_order_is_delivered(
    shipped: Rules, detail: dict[str, Any], way: str, key: str
) -> None:
    found = shipped.shipping.delivery(detail)
    assert (found.way, str(found.place)) == (way, f"shipping.toml: {key}")


@pytest.mark.parametrize(("word", "way"), [("pickup", "pickup"), ("unknown", None)])
def test_the_default_is_the_operators(folder: Path, word: str, way: str | None) -> None:
    change(folder, "shipping.toml", 'default = "shipping"', f'default = "{word}"')
    assert load(folder, dialect="current").shipping.delivery({}).way == way


@pytest.mark.parametrize(
    ("name", "carrier"), [("DHL", "DHL"), (" dhl paket", "DHL"), ("GLS", "Other"), ("?", "Other")]
)
def test_carriers(shipped: Rules, name: str, carrier: str) -> None:
    assert shipped.shipping.carrier(name) == carrier


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'default = "shipping"',
            'default = "shiping"',
            "shipping.toml: default: 'shiping' is not a word known here - did you mean 'shipping'?",
        ),
        (
            "[delivery_types]",
            "[delivery_type]",
            "shipping.toml: delivery_type: unknown key - did you mean 'delivery_types'?",
        ),
        (
            'shipping = ["DHL_STANDARD"',
            'shiping = ["DHL_STANDARD"',
            "shipping.toml: shipping_methods.shiping: unknown key - did you mean 'shipping'?",
        ),
        (
            'shipping = ["DHL_STANDARD"',
            'shipping = ["pickup"',
            "shipping.toml: shipping_methods.shipping: 'pickup' is listed twice (letter case does "
            "not count) - keep one",
        ),
        (
            'shipping = ["DHL_STANDARD"',
            'shipping = [" "',
            "shipping.toml: shipping_methods.shipping: an empty word - take it out",
        ),
        (
            '"GLS" = "Other"',
            '"gls" = "Other"\n"GLS" = "Other"',
            "shipping.toml: carriers: 'GLS' is listed twice (letter case does not count) - keep",
        ),
        (
            '"GLS" = "Other"',
            '"GLS" = "hermes"',
            "shipping.toml: carriers.GLS: 'hermes' is not a word known here - did you mean 'H",
        ),
        (
            'shipping = ["DHL_STANDARD", "shopify-standard"]',
            'shipping = "DHL_STANDARD"',
            "shipping.toml: shipping_methods.shipping: a list is wanted here",
        ),
        (
            'shipping = ["DHL_STANDARD", "shopify-standard"]',
            'shipping = ["DHL_STANDARD", 7]',
            "shipping.toml: shipping_methods.shipping.2: a text in quotes is wanted here",
        ),
    ],
)
def test_a_mistake_is_named(folder: Path, old: str, new: str, told: str) -> None:
    change(folder, "shipping.toml", old, new)
    found = faults(folder)
    assert len(found) == 1
    assert found[0].startswith(told)
