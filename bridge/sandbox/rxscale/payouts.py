"""What a pharmacy is paid for its orders, and the list of it (rxscale.md section 6.5)."""

from collections.abc import Iterable, Sequence

from bridge.sandbox.kit import Ask, Json, mentions
from bridge.sandbox.rxscale.reading import READ

_SORTS = ("pharmacy_order_created_at", "routing_created_at", "amount")
_NAMES = (
    "pharmacy_order_uid", "pharmacy_order_name", "provider_route_id", "routing_description",
)  # fmt: skip
_NEVER = 2**63


def of_order(order: Json) -> list[Json]:
    """The rows of one order: projected for what is paid and physical, routed once completed."""
    routed = order["status"] == "completed"
    expected = order["physical_prescription"] and order["status"] != "cancelled"
    if not order["prepaid"] or not (routed or expected):
        return []
    parts = [
        ("item_rest", line["total_paid_amount"], f"{line['sku'].get('display_name')} rest amount")
        for line in order["order_items"]
        if line.get("total_paid_amount") is not None
    ]
    if order["shipping_costs_amount"] is not None:
        parts.append(("shipping", order["shipping_costs_amount"], "Shipping costs"))
    return [_row(order, at, routed, *part) for at, part in enumerate(parts, start=1)]


def _row(order: Json, at: int, routed: bool, component: str, amount: int, text: str) -> Json:
    return {
        "status": "routed" if routed else "projected",
        "amount": amount,
        "currency": order["shipping_costs_currency"] or "EUR",
        "component_type": component,
        "routing_description": text,
        "provider_route_id": f"rt-{order['uid']}-{at}" if routed else None,
        "pharmacy_order_uid": order["uid"],
        "pharmacy_order_name": order["name"],
        "pharmacy_order_created_at": order["created_at"],
        "routing_created_at": order["updated_at"] if routed else None,
    }


def asked_for(ask: Ask, rows: Iterable[Json]) -> Sequence[Json]:
    """Those that the query selects, sorted as it says."""
    status = READ.choice(ask, "status", ("projected", "routed"))
    text = ask.query.get("search", "").lower()
    start = READ.number(ask, "start_date")
    end = READ.number(ask, "end_date", default=_NEVER)
    by = READ.choice(ask, "sort_by", _SORTS, default=_SORTS[0])
    descending = READ.choice(ask, "sort_direction", ("desc", "asc"), default="desc") == "desc"
    found = [
        row
        for row in rows
        if (not status or row["status"] == status)
        and start <= _date(row) <= end
        and (not text or mentions(text, *(row[key] for key in _NAMES)))
    ]
    return sorted(found, key=lambda row: row[by] or 0, reverse=descending)


def _date(row: Json) -> int:
    """By which date a row is found: a routed one by its route, else by its order."""
    routed_at: int | None = row["routing_created_at"]
    created_at: int = row["pharmacy_order_created_at"]
    return created_at if routed_at is None else routed_at
