"""A delivery from RxScale: proved to be RxScale's, then read (rxscale.md section 7). Pure.

A delivery is only a reason to look, so little of it is needed and nothing of it is trusted to
be the newest: which order, and what is reported of it for deciding how urgent the look is.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.core.deliveries import RXSCALE, Delivery, Noted, OrderChanged, SkuChanged
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid
from bridge.errors import NotTheShape
from bridge.rxscale.wire import as_moment, as_pharmacy, as_priority, as_public_name
from bridge.vendor import fields
from bridge.vendor.fields import in_our_time
from bridge.vendor.webhook import Picker, digest_key, digest_of, event_in, header, verify

SIGNATURE = "x-webhook-signature"
TEST = "x-webhook-test"

CREATED = "pharmacy_order_created"
ORDER_EVENTS = frozenset({CREATED, "pharmacy_order_updated"})
STOCK_EVENTS = frozenset({"pharmacy_sku_stock_updated"})
NEEDED_EVENTS = ORDER_EVENTS | STOCK_EVENTS
"""What the bridge wants to be told: orders at once, and who else changes a stock."""
OTHER_EVENTS = frozenset({"patient_doctor_meeting_updated", "appointment_reminder_due"})
"""Documented (C-18) and no business of a pharmacy's bridge."""
KNOWN_EVENTS = ORDER_EVENTS | STOCK_EVENTS | OTHER_EVENTS

_Picked = Mapping[str, Any]
_MOST_SECONDS = 2**40


def signed(headers: Mapping[str, str]) -> str:
    """The digest that it is signed with. Raises BadSignature."""
    return digest_of(header(headers, SIGNATURE))


def read(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    pharmacy_uid: str | None = None,
    ahead: timedelta = timedelta(),
    known: fields.Known = tuple,
) -> Delivery | None:
    """What was delivered, once it is proved genuine with any one of `secrets`; None for a test.

    A test delivery may have any shape. The headers are not signed: the body says which event it
    is, whatever they say. With a `pharmacy_uid`, events of other pharmacies are only noted.
    RxScale's clock is `ahead` of ours; `known`: as `fields.as_word` has it.
    Raises BadSignature first, then NotTheShape; nothing else, whatever comes.
    """
    verify(signed(headers), body, secrets)
    if header(headers, TEST).lower() == "true":
        return None
    envelope = _ENVELOPE(body)
    if envelope is None:
        raise NotTheShape
    if isinstance(data := envelope["data"], dict):
        data["status"] = fields.as_word(data["status"], known)
    return _understand(envelope, body, now, pharmacy_uid, ahead)


def named(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> str | None:
    """Which pharmacy it is about, by its uid, once it is proved genuine; None where it says none.

    Raises BadSignature.
    """
    verify(signed(headers), body, secrets)
    envelope = _ENVELOPE(body)
    data = envelope["data"] if envelope is not None else None
    return as_pharmacy(data["pharmacy"]) if isinstance(data, dict) else None


_ENVELOPE = Picker(
    *("event_type", "timestamp"),
    data=Picker(
        *("uid", "status", "name", "stock", "created_at"),
        pharmacy=Picker("uid"),
        order=Picker("priority"),
    ),
)


def _understand(
    envelope: _Picked, body: bytes, now: datetime, pharmacy_uid: str | None, ahead: timedelta
) -> Delivery:
    event, data = event_in(envelope["event_type"]), envelope["data"]
    if event in ORDER_EVENTS:
        return _order(event, envelope, body, now, pharmacy_uid, ahead)
    key = digest_key(event, body)
    if event in STOCK_EVENTS and isinstance(data, dict):
        sku = fields.as_id(data["uid"])  # all that is sure to be there (7.3)
        if sku is not None and _is_ours(data, pharmacy_uid):
            stock, timestamp = fields.as_count(data["stock"]), envelope["timestamp"]
            changed_at = _changed_at(timestamp, now, ahead)
            return SkuChanged(event, key, now, PharmacySkuUid(sku), stock, changed_at)
    return Noted(event, key, now, RXSCALE, event in KNOWN_EVENTS)


def _order(
    event: str,
    envelope: _Picked,
    body: bytes,
    now: datetime,
    pharmacy_uid: str | None,
    ahead: timedelta,
) -> Delivery:
    data, timestamp = envelope["data"], envelope["timestamp"]
    if not isinstance(data, dict):
        raise NotTheShape("data")
    uid = fields.as_id(data["uid"])
    if uid is None:
        raise NotTheShape("data.uid")
    key = _dedup_key(event, timestamp, uid, data["status"], body)
    if not _is_ours(data, pharmacy_uid):
        return Noted(event, key, now, RXSCALE)
    parent = data["order"]
    priority = as_priority(parent["priority"]) if isinstance(parent, dict) else 0
    name, at = as_public_name(data["name"]), _changed_at(timestamp, now, ahead)
    made_at = in_our_time(as_moment(data["created_at"]), ahead)
    return OrderChanged(
        event, key, now, PharmacyOrderUid(uid), data["status"], priority, name, at, made_at
    )


def _dedup_key(event: str, timestamp: object, uid: str, status: str | None, body: bytes) -> str:
    """RxScale advises event, timestamp and uid. Two updates within one second share those, so the
    status is a part as well; where a part is missing, a digest of the body stands in.
    """
    at = _seconds(timestamp)
    if at is None or status is None:
        return digest_key(event, body)
    return f"{event}:{at}:{uid}:{status}"


def _is_ours(data: _Picked, pharmacy_uid: str | None) -> bool:
    """Also where it does not say whose it is."""
    return pharmacy_uid is None or as_pharmacy(data["pharmacy"]) in (None, pharmacy_uid)


def _changed_at(timestamp: object, now: datetime, ahead: timedelta) -> datetime:
    """In our own time, and no later than it is told: how far RxScale's clock is ahead is not known
    better than to the second, and what is dated later than a write of ours would outlast it.
    """
    seconds = _seconds(timestamp)
    if seconds is None or seconds - ahead.total_seconds() > now.timestamp():
        return now
    return in_our_time(datetime.fromtimestamp(seconds, UTC), ahead) or now


def _seconds(value: object) -> int | None:
    """Unix seconds, where it is that."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < _MOST_SECONDS else None
