"""Which of PharmaOne's orders may be a pharmacy order's copy: by its time, and by what it holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from unicodedata import combining, normalize

from bridge.core.facts import Repeated
from bridge.core.model import OrderRecord

MARGIN = timedelta(hours=1)
"""How much too early PharmaOne may date an order, beyond what its clock is known to differ."""
LONG = timedelta(minutes=15)
"""An order that waits in the queue for longer may be typed into PharmaOne by hand."""
LONGEST_QUEUE = timedelta(days=14)
"""So old may an order be that stands in the queue when it is not told when it was made."""

_UID = re.compile(
    r"po(-[a-z0-9_]+)+|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(-\d{1,2})?",
    re.ASCII | re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_SPELT = (("ae", "a"), ("oe", "o"), ("ue", "u"))
"""Umlauts are typed in two ways: both become the plain letter."""


def may_be_ours(name: str) -> bool:
    """Whether it is written as a pharmacy order's uid is: `po-abc123` (rxscale.md 6.1), or a UUID.

    PharmaOne's `external_id` is free text: what else stands there may be a patient's name.
    """
    return _UID.fullmatch(name) is not None


def reference(record: OrderRecord, repeated: Repeated) -> str:
    """What its next order-request goes by, also as `external_id` of the order made from it.

    Unless a `repeated` reference makes a second request at PharmaOne, one that is sent again after
    staff refused it needs a name of its own.
    """
    return record.uid if repeated == "second" else record.names[-1]


def made_since(record: OrderRecord) -> datetime | None:
    """PharmaOne's order that a bridge made from it is dated no earlier; None where nobody knows.

    No bridge sends an order before RxScale made it, nor while it stands in RxScale's queue: it is
    claimed first.
    """
    known = [at for at in (record.made_at, record.unsent_at) if at is not None]
    return max(known) - MARGIN if known else None


def typed_since(record: OrderRecord) -> datetime:
    """A person who types it into PharmaOne by hand does so no earlier."""
    return (record.made_at or record.first_seen_at - LONGEST_QUEUE) - MARGIN


@dataclass(frozen=True, slots=True)
class Goods:
    """So much of one product; `euros` for all of it, None where that is not told."""

    quantity: Decimal
    euros: Decimal | None = None


NOTHING = Goods(Decimal(0), Decimal(0))
Basket = Mapping[str, Goods]
"""By product; "?" for what is not known."""


@dataclass(frozen=True, slots=True)
class Content:
    """What an order holds, as far as its side tells. A patient's data: memory only.

    `names` are words of its customers' names, `products` ids and names of what was ordered (None:
    not told), `total` is in euros.
    """

    names: frozenset[str] = field(default=frozenset(), repr=False)
    products: frozenset[str] | None = field(default=None, repr=False)
    total: Decimal | None = None


def words(*names: str | None) -> frozenset[str]:
    """The words of these names, however they are written."""
    return frozenset(word for name in names if name for word in _WORD.findall(_plain(name)))


def surnames(*names: str | None) -> frozenset[str]:
    """Their last words, or the last before a comma; both halves of a double name."""
    return words(*("".join((name or "").partition(",")[0].split()[-1:]) for name in names))


def product(name: str) -> str:
    """A product's name, however it is written."""
    return " ".join(_plain(name).split())


def folded(text: str) -> str:
    """Without accents, in small letters."""
    return "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))


def _plain(name: str) -> str:
    plain = folded(name)
    for long, short in _SPELT:
        plain = plain.replace(long, short)
    return plain


def may_be_twin(ours: Content, theirs: Content) -> bool:
    """Whether it is worth reading: what a side does not tell may agree."""
    if ours.names and theirs.names:
        return not ours.names.isdisjoint(theirs.names)
    return None in (ours.total, theirs.total) or ours.total == theirs.total


def is_likely_twin(ours: Content, theirs: Content) -> bool:
    """Whether `theirs`, which a person typed into PharmaOne, is likely `ours`.

    The surname agrees, and a product or the sum, unless there is nothing to compare. Where a side
    tells no name, a product and the sum have to agree.
    """
    goods = not (ours.products or frozenset()).isdisjoint(theirs.products or ())
    same_sum = ours.total is not None and ours.total == theirs.total
    if not (ours.names and theirs.names):
        return goods and same_sum
    untold = ours.products is None or theirs.products is None
    return may_be_twin(ours, theirs) and (goods or same_sum or untold)
