"""A delivery from PharmaOne: proved to be PharmaOne's, then read (pharmaone.md section 14). Pure.

A delivery is only a reason to look. Few events' metadata are documented, so an order's event
without an order's id counts too: it says that something about the orders has changed.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from bridge.core.deliveries import PHARMAONE, Delivery, InventoryChanged, Noted, PharmaOneChanged
from bridge.core.model import OrderId
from bridge.errors import NotTheShape
from bridge.vendor import fields
from bridge.vendor.webhook import Picker, digest_key, digest_of, event_in, header, verify

SIGNATURE = "x-pharmaone-signature"

DELETED = "order_deleted"
ORDER_EVENTS = frozenset(
    {
        "order_created",
        "order_updated",
        "order_status_updated",
        "order_marked_paid",
        DELETED,
    }
)
STOCK_EVENTS = frozenset({"low_stock", "out_of_stock"})
OTHER_EVENTS = frozenset({"prescription_approved", "paperless_signature_completed"})
KNOWN_EVENTS = ORDER_EVENTS | STOCK_EVENTS | OTHER_EVENTS

QUIET_EVENTS = frozenset({"order_updated", "order_marked_paid"})
"""They report no progress: of an order that is known they ask for no look."""
_REFERENCES = ("external_reference", "external_id", "order_request_id", "request_id", "id")
_ENVELOPE = Picker(
    *("id", "event_type", "org_id"),
    metadata=Picker("order_id", "old_status", "new_status", *_REFERENCES),
)


def signed(headers: Mapping[str, str]) -> str:
    """The digest that it is signed with. Raises BadSignature."""
    return digest_of(header(headers, SIGNATURE), prefix="sha256=")


def read(
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    now: datetime,
    refusing: Collection[str] = (),
    known: fields.Known = tuple,
) -> Delivery:
    """What was delivered, once it is proved genuine with any one of `secrets`.

    `refusing` are the account's events that tell of a refused order-request, `known` is as
    `fields.as_word` has it. The headers are not
    signed: the body says which event it is, whatever they say. Raises BadSignature first, then
    NotTheShape; nothing else, whatever comes.
    """
    verify(signed(headers), body, secrets)
    raw = _ENVELOPE(body)
    if raw is None:
        raise NotTheShape
    event, told = event_in(raw["event_type"]), raw["metadata"]
    key = _dedup_key(event, raw, body)
    if event in STOCK_EVENTS:
        return InventoryChanged(event, key, now)
    if event not in KNOWN_EVENTS and event not in refusing:
        return Noted(event, key, now, PHARMAONE, known=False)
    metadata = told if isinstance(told, dict) else {}
    of_an_order = event in ORDER_EVENTS
    order_id = fields.as_id(metadata.get("order_id")) if of_an_order else None
    return PharmaOneChanged(
        event,
        key,
        now,
        order_id=OrderId(order_id) if order_id else None,
        reported_status=_new_status(metadata, known) if of_an_order else None,
        references=_references(metadata),
        quiet=event in QUIET_EVENTS,
        refused=event in refusing,
        deleted=event == DELETED,
        of_an_order=of_an_order,
    )


def named(headers: Mapping[str, str], body: bytes, secrets: Sequence[str]) -> str | None:
    """Which organisation it is about, once it is proved genuine; None where it says none.

    Raises BadSignature.
    """
    verify(signed(headers), body, secrets)
    raw = _ENVELOPE(body)
    return fields.as_id(raw["org_id"]) if raw is not None else None


def _dedup_key(event: str, raw: Mapping[str, Any], body: bytes) -> str:
    """By the event's own id, since it is signed and nobody knows whether a repeat keeps the
    delivery's id; a digest of the body stands in.
    """
    event_id = fields.as_id(raw.get("id"))
    return f"{event}:{event_id}" if event_id else digest_key(event, body)


def _new_status(metadata: Mapping[str, Any], known: fields.Known) -> str | None:
    """Where the status changed: a change of flags alone sends the same event, with an old status
    that is the same or absent.
    """
    old, new = (fields.as_word(metadata.get(name), known) for name in ("old_status", "new_status"))
    return new if old is not None and old != new else None


def _references(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """All ids that may be ours: the names in the metadata are documented for one event only."""
    named = (fields.as_id(metadata.get(name)) for name in _REFERENCES)
    return tuple(dict.fromkeys(name for name in named if name is not None))
