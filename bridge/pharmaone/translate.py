"""From PharmaOne's words to the bridge's own, and an order-request into its envelope."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bridge.core.model import Draft, OrderId, OrderRequestId, P1Order, PharmacyOrderUid
from bridge.pharmaone import wire
from bridge.pharmaone.dialect import Door


@dataclass(frozen=True, slots=True)
class P1Page:
    """One page of orders; `total` rows in all, None where PharmaOne does not say (C3).

    An order's status is "" where its row held no usable word.
    """

    rows: tuple[P1Order, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Submitted:
    """PharmaOne has the order-request. `request_id` and `status` are None if it did not say."""

    request_id: OrderRequestId | None
    status: str | None


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of the organisation; `active` is None if PharmaOne does not say."""

    shop_id: str
    name: str
    active: bool | None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One change in a product's log (section 8); None where the answer does not say.

    `delta` and `incoming` count units: of what is on hand, and of what is on its way.
    """

    delta: int | None
    reason: str
    at: datetime | None
    incoming: int | None = None
    shop_id: str | None = None
    id: str | None = None


def log(page: wire.LogPage) -> tuple[LogEntry, ...]:
    return tuple(
        LogEntry(
            row.delta_on_hand,
            row.reason or "",
            row.created_at,
            row.delta_incoming,
            row.shop_id,
            row.id,
        )
        for row in page.data
    )


def order(row: wire.OrderRow, seen_at: datetime) -> P1Order:
    return P1Order(
        id=OrderId(row.id),
        status=row.status,
        seen_at=seen_at,
        external_id=row.external_id,
        flags=row.flags,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def orders_page(page: wire.OrdersPage, seen_at: datetime) -> P1Page:
    total = page.pagination.total if page.pagination else None
    return P1Page(tuple(order(row, seen_at) for row in page.data), total)


def shops(page: wire.ShopsPage) -> tuple[Shop, ...]:
    return tuple(Shop(row.shop_id, row.name or "", row.is_active) for row in page.data)


def envelope(uid: PharmacyOrderUid, draft: Draft, source: str, door: Door) -> dict[str, Any]:
    """The order-request to send: the uid is both its reference and the order's `external_id`.

    The connector knows shop and organisation by its address and wants neither named (C11).
    """
    payload: dict[str, Any] = {**draft.payload, "external_id": uid}
    if door == "connector":
        for named_by_address in ("shop_id", "org_id"):
            payload.pop(named_by_address, None)
    return {"external_reference": uid, "source": source, "payload": payload}


def submitted(raw: Mapping[str, Any]) -> Submitted:
    """Reads the answer to an accepted order-request, bare or under `data`. Never raises."""
    inner = raw.get("data")
    answer = wire.RequestAnswer.model_validate(inner if isinstance(inner, dict) else raw)
    return Submitted(OrderRequestId(answer.id) if answer.id else None, answer.status)
