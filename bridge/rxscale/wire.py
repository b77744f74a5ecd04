"""RxScale's JSON as it comes over the wire: its words, its nesting, its documented variety.

What the bridge cannot do without is strict, so that a wrong type is named by its place. What
only describes is read if it can be and is absent otherwise: an odd display name must not hold
up an order. Unknown keys are ignored. Sources: rxscale.md sections 4 to 7.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
)
from pydantic_core import from_json

from bridge.core.model import TrackingLink

_ID = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:~-]{0,127}")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _-]{0,63}")
_PUBLIC_NAME = re.compile(r"[#A-Za-z0-9_-]{1,40}")
_SIZE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")
MOST_PRIORITY = 1_000_000
MOST_COUNT = 2**31 - 1

Item = TypeVar("Item")


def parse(body: bytes) -> Any:
    """The JSON in `body`. Raises ValueError for everything else, however deep, long or odd."""
    return from_json(body, cache_strings="keys")  # only keys: values may be a patient's


def as_id(value: object) -> str | None:
    """An id, sent as text or as a number; None if it cannot be one.

    Narrow on purpose: ids become keys, log lines and parts of addresses.
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def as_word(value: object) -> str | None:
    """A status word as RxScale writes them ("waiting for pharmacy", "on-hold"), else None."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else None


def as_text(value: object) -> str | None:
    """Descriptive text or a number in its place; None for nothing, blanks and other types."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63:
        value = str(value)
    return (value.strip() or None) if isinstance(value, str) else None


def as_public_name(value: object) -> str | None:
    """An order's name in either documented form (`#1001`, `PO-XXXX-XXXX-XXXX`: C-9), else None.

    Names are remembered and shown, and free text might hold a person's name.
    """
    return value if isinstance(value, str) and _PUBLIC_NAME.fullmatch(value) else None


def as_priority(value: object) -> int:
    """How urgent; 0 where nothing usable is said. Kept within what a database column holds."""
    if not isinstance(value, int) or isinstance(value, bool):
        return 0
    return max(-MOST_PRIORITY, min(MOST_PRIORITY, value))


def as_count(value: object) -> int | None:
    """A whole number, also where it is written 7.0; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MOST_COUNT:
        return None
    return int(value) if value == int(value) else None


def as_size(value: object) -> str | None:
    """A number above 0 as its plain decimal digits ("10", "2.5"); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    found = _SIZE.fullmatch(str(value).strip())
    size = found[0].rstrip("0").rstrip(".") if found and "." in found[0] else found and found[0]
    return size if size and size.strip("0.") else None


def _id(value: object) -> str:
    found = as_id(value)
    if found is None:
        raise ValueError("an id is missing or unusable")
    return found


def _word(value: object) -> str:
    found = as_word(value)
    if found is None:
        raise ValueError("a status word is missing or unusable")
    return found


def _empty_for_null(value: object) -> object:
    return () if value is None else value


def _object_or_none(value: object) -> object:
    return value if isinstance(value, dict) else None


def as_moment(value: object) -> datetime | None:
    """Unix seconds as UTC; None for nothing and for what is no time."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None


Moment = Annotated[datetime | None, BeforeValidator(as_moment)]
Count = Annotated[int | None, BeforeValidator(as_count)]
Word = Annotated[str, BeforeValidator(_word)]
Id = Annotated[str, BeforeValidator(_id)]
MaybeId = Annotated[str | None, BeforeValidator(as_id)]
Text = Annotated[str | None, BeforeValidator(as_text)]
Rows = Annotated[tuple[Item, ...], BeforeValidator(_empty_for_null)]


class _Wire(BaseModel):
    # built when first used: many are for calls that few bridges make
    model_config = ConfigDict(
        extra="ignore", frozen=True, hide_input_in_errors=True, defer_build=True
    )


def completion(tracking: Sequence[TrackingLink]) -> dict[str, Any]:
    """What completes an order (6.4); `{}` without a link, since no body is not documented."""
    links = [{"tracking_link": link.url, "carrier": link.carrier} for link in tracking]
    return {"tracking_links": links} if links else {}


class Parent(_Wire):
    """The order of which a pharmacy order is a part."""

    priority: Annotated[int, BeforeValidator(as_priority)] = 0


class OrderRow(_Wire):
    """A pharmacy order as far as a list row is believed; an odd status is "" (6.1)."""

    uid: Id
    status: Annotated[str, BeforeValidator(lambda value: as_word(value) or "")] = ""
    name: Annotated[str | None, BeforeValidator(as_public_name)] = None
    order: Annotated[Parent | None, BeforeValidator(_object_or_none)] = None

    @property
    def priority(self) -> int:
        return self.order.priority if self.order else 0


class ItemSku(_Wire):
    uid: Id
    display_name: Text = None
    pzn: Text = None


class ItemPharmacySku(_Wire):
    """In webhooks only, as far as documented; over REST if it comes (6.1, 7.1)."""

    uid: MaybeId = None
    external_id: Text = None


class OrderItem(_Wire):
    """`amount` is the documented name; `quantity` is PharmaOne's and other RxScale APIs' word."""

    uid: MaybeId = None
    amount: StrictInt = Field(validation_alias=AliasChoices("amount", "quantity"))
    total_paid_amount: StrictInt | None = None
    sku: ItemSku
    pharmacy_sku: ItemPharmacySku | None = None


class Order(OrderRow):
    """A pharmacy order's detail, as far as the bridge itself reads it (6.2)."""

    status: Annotated[str, BeforeValidator(_word)]
    order_items: Rows[OrderItem] = ()


class Page(_Wire):
    """The list envelope; `totalPages` can be worked out where it is missing (5)."""

    total: StrictInt = Field(validation_alias="totalRegistries", ge=0)
    pages: StrictInt | None = Field(default=None, validation_alias="totalPages", ge=0)


class OrdersPage(Page):
    data: Rows[OrderRow]


class CatalogueItem(_Wire):
    """What a pharmacy SKU is; its fields are named as the core's `CatalogueSku` names them."""

    uid: MaybeId = None
    name: Annotated[str, BeforeValidator(lambda value: as_text(value) or "")] = Field(
        default="", validation_alias="display_name"
    )
    pzn: Text = None
    selling_unit: Annotated[str | None, BeforeValidator(as_size)] = Field(
        default=None, validation_alias="standard_selling_unit"
    )
    unit: Text = None
    digital: Annotated[bool, BeforeValidator(lambda value: value is True)] = False


class SkuRow(_Wire):
    """A pharmacy SKU; its `pharmacy` is text here and an object in orders (C-15): not read."""

    uid: Id
    external_id: Text = None
    stock: Annotated[int | None, BeforeValidator(as_count)] = None
    price: Annotated[int | None, BeforeValidator(as_count)] = None
    sku: CatalogueItem | None = None
    deleted_at: Any = None


class SkusPage(Page):
    data: Rows[SkuRow]


class SubscriptionRow(_Wire):
    uid: Id
    target: Text = None
    notification_type: Text = None


class Registered(_Wire):
    """What a registration is answered with: the only time that its secret is shown (6.11)."""

    signing_secret: Annotated[str, Field(min_length=1, repr=False)]


class Subscriptions(_Wire):
    """A bare array, against the pagination page (C-7): wrapped by whoever reads it."""

    data: Rows[SubscriptionRow]
