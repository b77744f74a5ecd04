"""A delivery from RxScale: proved to be RxScale's, then read (rxscale.md section 7). Pure.

A delivery is only a reason to look, so little of it is needed and nothing of it is trusted to
be the newest: which order, and what is told about it for deciding how urgent the look is.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from bridge.core.model import PharmacyOrderUid, PharmacySkuUid, PharmacyUid
from bridge.errors import BadSignature, NotTheShape
from bridge.rxscale import wire

SIGNATURE = "x-webhook-signature"
TEST = "x-webhook-test"

ORDER_EVENTS = frozenset({"pharmacy_order_created", "pharmacy_order_updated"})
STOCK_EVENTS = frozenset({"pharmacy_sku_stock_updated"})
NEEDED_EVENTS = ORDER_EVENTS | STOCK_EVENTS
"""What the bridge wants to be told: orders at once, and who else changes a stock."""
OTHER_EVENTS = frozenset({"patient_doctor_meeting_updated", "appointment_reminder_due"})
"""Documented (C-18) and no business of a pharmacy's bridge."""
KNOWN_EVENTS = ORDER_EVENTS | STOCK_EVENTS | OTHER_EVENTS

_SIGNATURE = re.compile(r"[0-9a-f]{64}")
_EVENT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_TEST_EVENT = "test"
_MOST_SECONDS = 2**40


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Delivered:
    """What a delivery tells.

    `dedup_key` is the same for a repeated delivery. RxScale advises event type, timestamp and
    uid; two updates within one second share those, so the told status is a part as well, and
    a digest of the body stands in where a part is missing. `timestamp` is in Unix seconds.
    `test` deliveries may have any shape and ask for nothing. A stock's event names `sku_uid`, and
    `sku_stock` where it says how many there are.
    """

    event: str
    test: bool
    known: bool
    dedup_key: str
    uid: PharmacyOrderUid | None = None
    told_status: str | None = None
    priority: int = 0
    name: str | None = None
    pharmacy_uid: PharmacyUid | None = None
    timestamp: int | None = None
    sku_uid: PharmacySkuUid | None = None
    sku_stock: int | None = None


def read(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivered:
    """What was delivered, once it is proved genuine with any one of `secrets`.

    The headers are not signed: the body says which event it is, whatever they say. Raises
    BadSignature first, then NotTheShape; nothing else, whatever comes.
    """
    signature, tested = _headers(headers)
    _verify(signature, body, secrets)
    test = tested.lower() == "true"
    try:
        return _understand(_parse(body), body, test=test)
    except NotTheShape:
        if test:
            return Delivered(_TEST_EVENT, True, False, _digested(_TEST_EVENT, body))
        raise


def _headers(headers: Mapping[str, str]) -> tuple[str, str]:
    """The signature, and whether it is a test; "" for what is not there."""
    signature = test = ""
    for key in headers:
        size = len(key)
        if size == len(SIGNATURE) and not signature and key.lower() == SIGNATURE:
            signature = headers[key]
        elif size == len(TEST) and not test and key.lower() == TEST:
            test = headers[key]
    return signature, test


def _verify(signature: str, body: bytes, secrets: Sequence[str]) -> None:
    """A malformed signature is a wrong one. An empty secret would let everybody sign."""
    if not _SIGNATURE.fullmatch(signature):
        raise BadSignature("the signature is missing or malformed")
    matches = [
        hmac.compare_digest(_signature(secret, body), signature) for secret in secrets if secret
    ]
    if not any(matches):
        raise BadSignature("the signature fits none of the configured secrets")


def _signature(secret: str, body: bytes) -> str:
    keyed = _keyed(secret).copy()
    keyed.update(body)
    return keyed.hexdigest()


@lru_cache(maxsize=16)
def _keyed(secret: str) -> hmac.HMAC:
    """Made once: to set up a key takes longer than to sign a delivery with it."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), digestmod="sha256")


class _Uid(msgspec.Struct):
    uid: Any = None


class _Parent(msgspec.Struct):
    priority: Any = None


class _Data(msgspec.Struct):
    uid: Any = None
    status: Any = None
    name: Any = None
    stock: Any = None
    pharmacy: _Uid | str | int | None = None
    order: _Parent | None = None


class _Told(msgspec.Struct):
    """All that is ever read of a delivery; None where it is not there, or is of another kind."""

    event_type: Any = None
    timestamp: Any = None
    data: _Data | None = None


_DECODER = msgspec.json.Decoder(_Told)


def _parse(body: bytes) -> _Told:
    """Names, addresses and whatever else is in the body are passed over, never made into values.

    What is not quite the documented shape is read at leisure.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return _leniently(body)


def _leniently(body: bytes) -> _Told:
    try:
        raw = wire.parse(body)
    except ValueError:
        raise NotTheShape from None
    if not isinstance(raw, dict):
        raise NotTheShape
    told = _Told(raw.get("event_type"), raw.get("timestamp"))
    data = raw.get("data")
    if isinstance(data, dict):
        names = ("uid", "status", "name", "stock")
        told.data = _Data(*(data.get(name) for name in names))
        pharmacy, parent = data.get("pharmacy"), data.get("order")
        told.data.pharmacy = _Uid(pharmacy.get("uid")) if isinstance(pharmacy, dict) else pharmacy
        told.data.order = _Parent(parent.get("priority")) if isinstance(parent, dict) else None
    return told


def _understand(raw: _Told, body: bytes, *, test: bool) -> Delivered:
    event, data = raw.event_type, raw.data
    if not isinstance(event, str) or not _EVENT.fullmatch(event):
        raise NotTheShape("event_type")
    timestamp = _timestamp(raw.timestamp)
    if event in ORDER_EVENTS:
        return _order(event, timestamp, data, body, test=test)
    told = Delivered(
        event, test, event in KNOWN_EVENTS, _digested(event, body), timestamp=timestamp
    )
    if event in STOCK_EVENTS and data is not None:
        _read_stock(told, data)
    return told


def _read_stock(told: Delivered, data: _Data) -> None:
    """Only the SKU's uid is sure to be there (7.3); its stock is read if it comes."""
    sku, pharmacy = wire.as_id(data.uid), _pharmacy(data.pharmacy)
    told.sku_uid = PharmacySkuUid(sku) if sku else None
    told.sku_stock = wire.as_count(data.stock)
    told.pharmacy_uid = PharmacyUid(pharmacy) if pharmacy else None


def _order(
    event: str, timestamp: int | None, data: _Data | None, body: bytes, *, test: bool
) -> Delivered:
    if data is None:
        raise NotTheShape("data")
    uid = wire.as_id(data.uid)
    if uid is None:
        raise NotTheShape("data.uid")
    status = wire.as_word(data.status)
    pharmacy = _pharmacy(data.pharmacy)
    complete = timestamp is not None and status is not None
    return Delivered(
        event,
        test,
        True,
        f"{event}:{timestamp}:{uid}:{status}" if complete else _digested(event, body),
        uid=PharmacyOrderUid(uid),
        told_status=status,
        priority=0 if data.order is None else wire.as_priority(data.order.priority),
        name=wire.as_public_name(data.name),
        pharmacy_uid=PharmacyUid(pharmacy) if pharmacy else None,
        timestamp=timestamp,
    )


def _pharmacy(value: object) -> str | None:
    """An object in orders, plain text in SKU rows (C-15): either is read."""
    return wire.as_id(value.uid if isinstance(value, _Uid) else value)


def _timestamp(value: object) -> int | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value < _MOST_SECONDS else None


def _digested(event: str, body: bytes) -> str:
    return f"{event}:{hashlib.sha256(body).hexdigest()[:16]}"
