"""Synthetic goods, people and orders: clearly artificial, and the same for the same seed."""

import base64
import itertools
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.sandbox.kit import Json

_WORDS: Json = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
"""Names to choose from, and what every SKU, order and row has the same."""
_UNLINKED = 2


def pzn(body: int) -> str | None:
    """The eight-digit PZN whose first seven digits are `body`; None where there is none.

    The check digit is the sum of the digits times 1 to 7, modulo 11; 10 is never given out.
    """
    digits = f"{body:07d}"
    check = sum(weight * int(digit) for weight, digit in enumerate(digits, start=1)) % 11
    return None if check == 10 else f"{digits}{check}"


def goods(pharmacy_uid: str, *, in_grams: bool = True) -> Iterator[Json]:
    """Pharmacy SKUs as RxScale lists them (rxscale.md section 6.7), each another, without end."""
    codes = filter(None, map(pzn, itertools.count(1001001)))
    for index, code in enumerate(codes):
        yield _sku(index, code, pharmacy_uid, in_grams=in_grams)


def catalogue(supply: Iterator[Json], count: int) -> list[Json]:
    """The next `count` goods; the last two have no `external_id`, unless there are no more."""
    rows = list(itertools.islice(supply, count))
    for sku in rows[-_UNLINKED:] if count > _UNLINKED else []:
        sku["external_id"] = None
    return rows


def _sku(index: int, code: str, pharmacy_uid: str, *, in_grams: bool) -> Json:
    number = 1001 + index
    grams = 5 if index % 2 == 0 else 10
    names = _WORDS["products"]
    product = f"{names[index % len(names)]} {number}"
    return {
        **_WORDS["sku"],
        "uid": f"psku-{number}",
        "external_id": str(20401 + index),
        "price": grams * (750 + 25 * index),
        "stock": 40 + index,
        "pharmacy": pharmacy_uid,
        "sku": {
            "uid": f"sku-{number}",
            "display_name": f"{product} {grams}g" if in_grams else product,
            "pzn": code,
            "product_uid": f"prod-{number}",
            "product_display_name": product,
            "standard_selling_unit": float(grams) if in_grams else 1.0,
            "unit": "g" if in_grams else "piece",
            "product_handle": product.lower().replace(" ", "-"),
            "digital": False,
        },
    }


def inventory(skus: Sequence[Json]) -> list[Json]:
    """What PharmaOne has of the same goods, in grams (pharmaone.md section 8)."""
    return [
        {
            **_WORDS["inventory"],
            "p1_id": 20401 + index,
            "name": sku["sku"]["product_display_name"],
            "stockquantity": 400 + 10 * index,
            "price": (750 + 25 * index) / 100,
        }
        for index, sku in enumerate(skus)
    ]


def order(seed: int, number: int, status: str, pharmacy: Json, linked: Sequence[Json]) -> Json:
    """The `number`th pharmacy order of `seed`, with all that any view of it shows.

    Lines come from the pharmacy SKUs `linked` (rxscale.md sections 6.1, 6.2 and 7.1).
    """
    luck = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, not secret
    uid = f"po-{seed}{number:06d}"
    person = _person(luck, number)
    way = _WORDS["pickup" if luck.random() < 0.3 else "parcel"]
    chosen = luck.sample(linked, min(len(linked), luck.randint(1, 3)))
    lines = [order_line(uid, at, sku, luck.randint(1, 3)) for at, sku in enumerate(chosen)]
    sent_to, billed_to = _address(luck, person), _address(luck, person)
    return {
        **_WORDS["order"],
        **way["order"],
        "uid": uid,
        "status": status,
        "name": f"#{1000 + number}",
        "shop_order_name": f"#S{5000 + number}" if luck.random() < 0.8 else None,
        "pharmacy": pharmacy,
        "order": {
            "uid": f"ord-{seed}{number:06d}",
            "delivery_address": sent_to,
            "invoice_address": billed_to if number % 8 == 0 else sent_to,
            "priority": 5 if luck.random() < 0.1 else 0,
        },
        "order_items": lines,
        "shop_shipping_methods": [_shipping_method(way, pharmacy["uid"])],
        "patient_data": person,
        "prescription_file": {
            "filename": f"rezept-{uid}.pdf",
            "content_base64": _prescription(uid),
        },
        "prepaid": int(luck.random() < 0.7),
    }


def order_line(order_uid: str, at: int, sku: Json, amount: int) -> Json:
    """Line `at` of an order: `amount` of the pharmacy SKU `sku`, paid in full."""
    goods = sku["sku"]
    return {
        "uid": f"oi-{order_uid.removeprefix('po-')}-{at + 1}",
        "amount": amount,
        "sku": {key: goods[key] for key in ("uid", "display_name", "pzn")},
        "total_paid_amount": sku["price"] * amount,
    }


def merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> Json:
    """`base` with `changes` laid over it, object by object; anything else is replaced."""
    result = dict(base)
    for key, value in changes.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping):
            result[key] = merged(old, value)
        else:
            result[key] = value
    return result


def _person(luck: random.Random, number: int) -> Json:
    born = f"19{luck.randint(50, 99)}-{luck.randint(1, 12):02d}-{luck.randint(1, 28):02d}"
    first, last = luck.choice(_WORDS["first_names"]), luck.choice(_WORDS["last_names"])
    return {
        "uid": f"pat-{number}",
        "display_name": f"{first} {last}",
        "email": f"patient{number}@example.org",
        "date_of_birth": born,
    }


def _address(luck: random.Random, person: Json) -> Json:
    first, last = person["display_name"].split(" ")
    return {
        "first_name": first,
        "last_name": last,
        "street": luck.choice(_WORDS["streets"]),
        "house_number": str(luck.randint(1, 199)),
        "zip_code": f"{luck.randint(0, 999):05d}",
        "city": luck.choice(_WORDS["cities"]),
        "country": "Germany",
        "additional_address": "2. Hinterhaus" if luck.random() < 0.2 else None,
        "province": None,
    }


def _shipping_method(way: Json, pharmacy_uid: str) -> Json:
    mapping = {
        "pharmacy_uid": pharmacy_uid,
        "shipping_method_identifier_for_pharmacy": way["identifier_for_pharmacy"],
    }
    return {**way["shop_shipping_method"], "pharmacy_mapping": mapping}


def _prescription(uid: str) -> str:
    text = f"%PDF-1.4\n% Musterrezept zu {uid}, kein echtes Dokument\n%%EOF\n"
    return base64.b64encode(text.encode()).decode()
