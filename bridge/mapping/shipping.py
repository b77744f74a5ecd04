"""shipping.toml: whether an order is sent or fetched, and which carrier's name RxScale takes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from bridge.core.model import TrackingLink
from bridge.mapping.expressions import CannotEvaluate, Expression, compile_expression
from bridge.mapping.reading import SHIPPING, Faults, Place, Table, check

_URL = re.compile(r"https?://[!-~]{3,2000}")
Carrier = Literal["DHL", "DPD", "UPS", "Hermes", "FedEx", "Other"]
"""The six words RxScale allows (rxscale.md section 6.4)."""


class _Ways(Table):
    pickup: tuple[str, ...] = ()
    shipping: tuple[str, ...] = ()


class _Tracking(Table):
    link: str = ""
    carrier: str = ""


class ShippingFile(Table):
    default: Literal["shipping", "pickup", "unknown"] = "shipping"
    delivery_types: _Ways = _Ways()
    shipping_methods: _Ways = _Ways()
    carriers: dict[str, Carrier] = Field(default_factory=dict)
    tracking: _Tracking = _Tracking()


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an order reaches the patient, and the rule that says so; None is not known."""

    way: str | None
    place: Place


@dataclass(frozen=True, slots=True)
class Shipping:
    """The look-ups of shipping.toml; letter case and outer blanks do not count."""

    types: Mapping[str, Delivery]
    methods: Mapping[str, Delivery]
    default: Delivery
    carriers: Mapping[str, str]
    link_of: Expression | None = None
    carrier_of: Expression | None = None

    def delivery(self, detail: Mapping[str, Any]) -> Delivery:
        """The order's delivery type decides (rxscale.md section 7.1); else its shop's shipping
        methods (6.6), the first that is listed; else the default.
        """
        for word in _words(detail.get("delivery_type"), "identifier", "display_name"):
            if word in self.types:
                return self.types[word]
        methods = detail.get("shop_shipping_methods")
        for method in methods if isinstance(methods, list) else ():
            for word in _method_words(method):
                if word in self.methods:
                    return self.methods[word]
        return self.default

    def carrier(self, name: str) -> str:
        """RxScale's word for a carrier; `Other` for one that is not listed."""
        return self.carriers.get(_fold(name), "Other")

    def tracking(self, detail: Mapping[str, Any]) -> tuple[TrackingLink, ...]:
        """The parcel's page and carrier, where PharmaOne's order names a usable address."""
        url = _text_of(self.link_of, detail)
        if not _URL.fullmatch(url):
            return ()
        return (TrackingLink(url, self.carrier(_text_of(self.carrier_of, detail))),)


def _text_of(expression: Expression | None, detail: Mapping[str, Any]) -> str:
    """Empty where nothing usable is there: a missing parcel never holds up a handover."""
    try:
        value = expression(detail) if expression is not None else None
    except CannotEvaluate:
        return ""
    return value.strip() if isinstance(value, str) else ""


def _fold(word: str) -> str:
    return word.strip().casefold()


def _words(table: Any, *keys: str) -> Iterator[str]:
    if isinstance(table, Mapping):
        yield from (_fold(table[key]) for key in keys if isinstance(table.get(key), str))


def _method_words(method: Any) -> Iterator[str]:
    """The pharmacy's own identifier first: a person there chose it."""
    if isinstance(method, Mapping):
        mapped = method.get("pharmacy_mapping")
        yield from _words(mapped, "shipping_method_identifier_for_pharmacy")
        yield from _words(method, "external_id")


def read_shipping(data: dict[str, Any] | None, faults: Faults) -> Shipping | None:
    """The look-ups, or None with every fault told."""
    file = None if data is None else check(ShippingFile, data, Place(SHIPPING), faults)
    if file is None:
        return None
    return Shipping(
        types=_ways(file.delivery_types, "delivery_types", faults),
        methods=_ways(file.shipping_methods, "shipping_methods", faults),
        default=Delivery(
            None if file.default == "unknown" else file.default, Place(SHIPPING, "default")
        ),
        carriers=_carriers(file.carriers, faults),
        link_of=_expression("link", file.tracking.link, faults),
        carrier_of=_expression("carrier", file.tracking.carrier, faults),
    )


def _expression(key: str, text: str, faults: Faults) -> Expression | None:
    place = Place(SHIPPING, f"tracking.{key}")
    return compile_expression(text, None, place, faults) if text.strip() else None


def _ways(table: _Ways, key: str, faults: Faults) -> dict[str, Delivery]:
    found: dict[str, Delivery] = {}
    ways = (("pickup", table.pickup), ("shipping", table.shipping))
    for way, words in ways:
        place = Place(SHIPPING, f"{key}.{way}")
        for word in _once(words, found, place, faults):
            found[word] = Delivery(way, place)
    return found


def _carriers(table: Mapping[str, Carrier], faults: Faults) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, carrier in table.items():
        for word in _once([name], found, Place(SHIPPING, "carriers"), faults):
            found[word] = carrier
    return found


def _once(
    words: Iterable[str], found: Mapping[str, object], place: Place, faults: Faults
) -> Iterator[str]:
    for word in words:
        if not _fold(word):
            faults.tell(place, "empty-word")
        elif _fold(word) in found:
            faults.tell(place, "listed-twice", word=word)
        else:
            yield _fold(word)
