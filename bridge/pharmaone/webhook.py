"""A delivery from PharmaOne: proved to be PharmaOne's, then read (pharmaone.md section 14). Pure.

A delivery is only a reason to look. Few events' metadata are documented, so an order's event
without an order's id is taken too: it says that something about the orders has changed.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bridge.core.model import OrderId
from bridge.errors import BadSignature, NotTheShape
from bridge.pharmaone import wire

SIGNATURE = "x-pharmaone-signature"
DELIVERY_ID = "x-pharmaone-delivery-id"

ORDER_EVENTS = frozenset(
    {
        "order_created",
        "order_updated",
        "order_status_updated",
        "order_marked_paid",
        "order_deleted",
    }
)
STOCK_EVENTS = frozenset({"low_stock", "out_of_stock"})
OTHER_EVENTS = frozenset({"prescription_approved", "paperless_signature_completed"})
KNOWN_EVENTS = ORDER_EVENTS | STOCK_EVENTS | OTHER_EVENTS

QUIET_EVENTS = frozenset({"order_updated", "order_marked_paid"})
"""They tell of no progress: of an order that is known they ask for no look."""
_REFERENCES = ("external_reference", "external_id", "order_request_id", "request_id", "id")

_SIGNATURE = re.compile(r"sha256=[0-9a-f]{64}")
_EVENT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


@dataclass(slots=True)  # not frozen: made for every delivery, at a third of the cost
class Delivered:
    """What a delivery tells.

    `dedup_key` is the same for a repeated delivery: the event's own id, since it is signed and
    nobody knows whether a repeat keeps the delivery's id. A digest of the body stands in.
    `told_status` is the new status where the status changed; a change of flags alone tells the
    event as well, with an old status that is the same or absent. `references` are all ids that
    the event names and that may be ours: names of metadata are documented for one event only.
    """

    event: str
    known: bool
    dedup_key: str
    delivery_id: str | None = None
    event_id: str | None = None
    order_id: OrderId | None = None
    told_status: str | None = None
    references: tuple[str, ...] = ()
    org_id: str | None = None


def read(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> Delivered:
    """What was delivered, once it is proved genuine with any one of `secrets`.

    The headers are not signed: the body says which event it is, whatever they say. Raises
    BadSignature first, then NotTheShape; nothing else, whatever comes.
    """
    _verify(_header(headers, SIGNATURE), body, secrets)
    raw = _parse(body)
    event = raw.get("event_type")
    if not isinstance(event, str) or not _EVENT.fullmatch(event):
        raise NotTheShape("event_type")
    event_id = wire.as_id(raw.get("id"))
    told = raw.get("metadata")
    metadata = told if isinstance(told, dict) and event in ORDER_EVENTS else {}
    order_id = wire.as_id(metadata.get("order_id"))
    return Delivered(
        event=event,
        known=event in KNOWN_EVENTS,
        dedup_key=f"{event}:{event_id or hashlib.sha256(body).hexdigest()[:16]}",
        delivery_id=wire.as_id(_header(headers, DELIVERY_ID)),
        event_id=event_id,
        order_id=OrderId(order_id) if order_id else None,
        told_status=_told_status(metadata),
        references=_references(told),
        org_id=wire.as_id(raw.get("org_id")),
    )


def _told_status(metadata: Mapping[str, Any]) -> str | None:
    old, new = wire.as_word(metadata.get("old_status")), wire.as_word(metadata.get("new_status"))
    return new if old is not None and old != new else None


def _references(metadata: object) -> tuple[str, ...]:
    if not isinstance(metadata, dict):
        return ()
    named = (wire.as_id(metadata.get(name)) for name in _REFERENCES)
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _header(headers: Mapping[str, str], name: str) -> str:
    for key in headers:
        if len(key) == len(name) and key.lower() == name:
            return headers[key]
    return ""


def _verify(signature: str, body: bytes, secrets: Sequence[str]) -> None:
    """A malformed signature is a wrong one. An empty secret would let everybody sign."""
    if not _SIGNATURE.fullmatch(signature):
        raise BadSignature("the signature is missing or malformed")
    keys = [secret.encode("utf-8", "surrogatepass") for secret in secrets if secret]
    told = signature.removeprefix("sha256=").encode()
    matches = [
        hmac.compare_digest(hmac.digest(key, body, "sha256").hex().encode(), told) for key in keys
    ]
    if not any(matches):
        raise BadSignature("the signature fits none of the configured secrets")


def _parse(body: bytes) -> Mapping[str, Any]:
    try:
        raw = wire.parse(body)
    except ValueError:
        raise NotTheShape from None
    if not isinstance(raw, dict):
        raise NotTheShape
    return raw
