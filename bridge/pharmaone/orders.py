"""PharmaOne's orders, and the order-requests they are made from (pharmaone.md 9 to 11)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, model_validator

from bridge.core.copies import NOTHING, Basket, Content, Goods, product, words
from bridge.core.model import HANDOVER, Draft, Flag, OrderId, OrderRequestId, P1Order, P1Row
from bridge.pharmaone.dialect import ApiVersion
from bridge.pharmaone.wire import Euros, Time, as_flag
from bridge.vendor.fields import (
    Id,
    Listed,
    MaybeId,
    MaybeWord,
    Open,
    Text,
    Wire,
    Word,
    WordOrEmpty,
    as_id,
    as_objects,
    as_text,
    in_our_time,
)


def as_reference(value: object) -> str | None:
    """Whose it is: an id, "" for any other text, which a person wrote for himself; else None."""
    text = as_text(value)
    return None if text is None else as_id(text) or ""


class OrderSummary(Open):
    """An order in the list; `total_amount` in euros. A customer's name comes too: see `more`.

    Rows lack the flags and may lack `external_id` (C4); an odd status is "".
    """

    id: Id
    status: WordOrEmpty = ""
    external_id: Annotated[str | None, BeforeValidator(as_reference)] = None
    shop_id: Text = None
    total_amount: Euros = None
    payment_status: MaybeWord = None
    flags: frozenset[Flag] | None = None
    """Those that are raised (9); None where none is shown that says where the goods are."""
    created_at: Time = None
    updated_at: Time = None

    @model_validator(mode="before")
    @classmethod
    def _gather_flags(cls, row: Any) -> Any:
        if not isinstance(row, dict):
            return row
        shown = {flag: as_flag(row.get(flag)) for flag in Flag}
        known = any(shown[flag] is not None for flag in HANDOVER)
        return {**row, "flags": {flag for flag, up in shown.items() if up} if known else None}

    def listed(self, at: datetime, ahead: timedelta) -> P1Row:
        """As `seen`, with whose it is and its sum."""
        name, seen = as_text(self.more.get("customer_name")), self.seen(at, ahead)
        kept = {each.name: getattr(seen, each.name) for each in fields(seen)}
        return P1Row(**kept, customer_name=name, total=self.total_amount)

    def seen(self, at: datetime, ahead: timedelta = timedelta(0)) -> P1Order:
        """The same in the bridge's own words; PharmaOne's clock is so far `ahead` of ours."""
        return P1Order(
            id=OrderId(self.id),
            status=self.status,
            seen_at=at,
            external_id=self.external_id,
            flags=self.flags,
            created_at=in_our_time(self.created_at, ahead),
            updated_at=self.updated_at,
        )


class SingleOrder(OrderSummary):
    """A single order; what it holds is read by `content`, where a caller needs it."""

    status: Word


class Item(Wire):
    """An ordered line (C1, C4), as far as it tells what was ordered."""

    p1_id: MaybeId = None
    name: Text = None
    quantity: Euros = None
    price: Euros = None


class Held(Wire):
    """What an order or an order-request holds; no part of it is certain (9, 10)."""

    customer_name: Text = None
    total_amount: Euros = None
    items: Annotated[tuple[Item, ...], BeforeValidator(as_objects)] = ()


def content(raw: Mapping[str, Any]) -> Content:
    """What an order's detail or an order-request's payload holds, to compare it. Never raises."""
    held = Held.model_validate(raw)
    goods = {item.p1_id for item in held.items} | {product(item.name or "") for item in held.items}
    products = frozenset(name for name in goods if name)
    return Content(words(held.customer_name), products or None, held.total_amount)


def basket(raw: Mapping[str, Any], ours: Mapping[str, Any]) -> Basket:
    """The same by product; a line that names none has that which `ours` calls so. An amount that
    is not told is one. Never raises.
    """
    named = {product(each.name or ""): each.p1_id for each in Held.model_validate(ours).items}
    found: dict[str, Goods] = {}
    for item in Held.model_validate(raw).items:
        name = item.p1_id or named.get(product(item.name or "")) or "?"
        before, quantity = found.get(name, NOTHING), item.quantity or Decimal(1)
        known = before.euros is not None and item.price is not None
        euros = (before.euros or 0) + quantity * (item.price or 0) if known else None
        found[name] = Goods(before.quantity + quantity, euros)
    return found


OrderSummaries = Listed[OrderSummary]


@dataclass(frozen=True, slots=True)
class Submitted:
    """PharmaOne has the order-request. `request_id` and `status` are None if it did not say."""

    request_id: OrderRequestId | None
    status: str | None


class RequestAnswer(Wire):
    """What an accepted order-request is answered with; no part of it is certain (10)."""

    id: MaybeId = None
    status: MaybeWord = None


def envelope(reference: str, draft: Draft, source: str, version: ApiVersion) -> dict[str, Any]:
    """The order-request to send: its reference is the order's `external_id` as well.

    The connector knows shop and organisation by its address and wants neither named (C11).
    """
    payload: dict[str, Any] = {**draft.payload, "external_id": reference}
    if version == "connector":
        for named_by_address in ("shop_id", "org_id"):
            payload.pop(named_by_address, None)
    return {"external_reference": reference, "source": source, "payload": payload}


def submitted(raw: Mapping[str, Any]) -> Submitted:
    """Reads the answer to an accepted order-request, bare or under `data`. Never raises."""
    inner = raw.get("data")
    answer = RequestAnswer.model_validate(inner if isinstance(inner, dict) else raw)
    return Submitted(OrderRequestId(answer.id) if answer.id else None, answer.status)
