"""A delivery from RxScale: proved to be RxScale's, then read (rxscale.md section 7). Pure.

A delivery is only a reason to look, so little of it is needed and nothing of it is trusted to
be the newest: which order, and what is reported of it for deciding how urgent the look is.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bridge.core.deliveries import RXSCALE, Delivery, Noted, OrderChanged, SkuChanged
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid
from bridge.errors import NotTheShape
from bridge.rxscale.wire import as_moment, as_priority, as_public_name
from bridge.vendor import fields
from bridge.vendor.fields import in_our_time
from bridge.vendor.webhook import digest_key, digest_of, event_in, header, verify

SIGNATURE = "x-webhook-signature"
TEST = "x-webhook-test"

ORDER_EVENTS = frozenset({"pharmacy_order_created", "pharmacy_order_updated"})
STOCK_EVENTS = frozenset({"pharmacy_sku_stock_updated"})
NEEDED_EVENTS = ORDER_EVENTS | STOCK_EVENTS
"""What the bridge wants to be told: orders at once, and who else changes a stock."""
OTHER_EVENTS = frozenset({"patient_doctor_meeting_updated", "appointment_reminder_due"})
"""Documented (C-18) and no business of a pharmacy's bridge."""
KNOWN_EVENTS = ORDER_EVENTS | STOCK_EVENTS | OTHER_EVENTS

_MOST_SECONDS = 2**40
_FUTURE_SECONDS = 60
"""An event dated later than this was dated by a wrong clock."""


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
    known: Collection[str] = (),
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
    envelope = _parse(body)
    if envelope.data is not None:
        envelope.data.status = fields.as_word(envelope.data.status, known)
    return _understand(envelope, body, now, pharmacy_uid, ahead)


class _Uid(msgspec.Struct):
    uid: Any = None


class _Parent(msgspec.Struct):
    priority: Any = None


class _Data(msgspec.Struct):
    uid: Any = None
    status: Any = None
    name: Any = None
    stock: Any = None
    created_at: Any = None
    pharmacy: _Uid | str | int | None = None
    order: _Parent | None = None


class _Envelope(msgspec.Struct):
    """All that is ever read of a delivery; None where it is not there, or is of another kind."""

    event_type: Any = None
    timestamp: Any = None
    data: _Data | None = None


_DECODER = msgspec.json.Decoder(_Envelope)


def _parse(body: bytes) -> _Envelope:
    """Names, addresses and whatever else is in the body are skipped, never made into values.

    What is not quite the documented shape is read by `_leniently`.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _leniently(body)


def _leniently(body: bytes) -> _Envelope:
    try:
        raw = fields.parse(body)
    except ValueError:
        raise NotTheShape from None
    if not isinstance(raw, dict):
        raise NotTheShape
    envelope = _Envelope(raw.get("event_type"), raw.get("timestamp"))
    data = raw.get("data")
    if isinstance(data, dict):
        names = ("uid", "status", "name", "stock", "created_at")
        inner = envelope.data = _Data(*(data.get(name) for name in names))
        pharmacy, parent = data.get("pharmacy"), data.get("order")
        inner.pharmacy = _Uid(pharmacy.get("uid")) if isinstance(pharmacy, dict) else pharmacy
        inner.order = _Parent(parent.get("priority")) if isinstance(parent, dict) else None
    return envelope


def _understand(
    envelope: _Envelope, body: bytes, now: datetime, pharmacy_uid: str | None, ahead: timedelta
) -> Delivery:
    event, data = event_in(envelope.event_type), envelope.data
    if event in ORDER_EVENTS:
        return _order(event, envelope, body, now, pharmacy_uid, ahead)
    key = digest_key(event, body)
    if event in STOCK_EVENTS and data is not None:
        sku = fields.as_id(data.uid)  # all that is sure to be there (7.3)
        if sku is not None and _is_ours(data, pharmacy_uid):
            stock, at = fields.as_count(data.stock), _changed_at(envelope.timestamp, now, ahead)
            return SkuChanged(event, key, now, PharmacySkuUid(sku), stock, at)
    return Noted(RXSCALE, event, key, now, event in KNOWN_EVENTS)


def _order(
    event: str,
    envelope: _Envelope,
    body: bytes,
    now: datetime,
    pharmacy_uid: str | None,
    ahead: timedelta,
) -> Delivery:
    data = envelope.data
    if data is None:
        raise NotTheShape("data")
    uid = fields.as_id(data.uid)
    if uid is None:
        raise NotTheShape("data.uid")
    key = _dedup_key(event, envelope.timestamp, uid, data.status, body)
    if not _is_ours(data, pharmacy_uid):
        return Noted(RXSCALE, event, key, now)
    priority = 0 if data.order is None else as_priority(data.order.priority)
    name = as_public_name(data.name)
    at = _changed_at(envelope.timestamp, now, ahead)
    made_at = in_our_time(as_moment(data.created_at), ahead)
    return OrderChanged(
        event, key, now, PharmacyOrderUid(uid), data.status, priority, name, at, made_at
    )


def _dedup_key(event: str, timestamp: object, uid: str, status: str | None, body: bytes) -> str:
    """RxScale advises event, timestamp and uid. Two updates within one second share those, so the
    status is a part as well; where a part is missing, a digest of the body stands in.
    """
    at = _seconds(timestamp)
    if at is None or status is None:
        return digest_key(event, body)
    return f"{event}:{at}:{uid}:{status}"


def _is_ours(data: _Data, pharmacy_uid: str | None) -> bool:
    """Also where it does not say whose it is. `pharmacy` is an object in orders and plain text in
    SKU rows (C-15): either is read.
    """
    if pharmacy_uid is None:
        return True
    told = data.pharmacy
    return fields.as_id(told.uid if isinstance(told, _Uid) else told) in (None, pharmacy_uid)


def _changed_at(timestamp: object, now: datetime, ahead: timedelta) -> datetime:
    """In our own time."""
    seconds = _seconds(timestamp)
    if seconds is None or seconds - ahead.total_seconds() > now.timestamp() + _FUTURE_SECONDS:
        return now
    return in_our_time(datetime.fromtimestamp(seconds, UTC), ahead) or now


def _seconds(value: object) -> int | None:
    """Unix seconds, where it is that."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < _MOST_SECONDS else None
