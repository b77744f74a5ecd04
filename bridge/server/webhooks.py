"""Deliveries: verified, put on disk, acknowledged; in that order, and nothing else meanwhile."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime

from aiohttp import web

from bridge.core.memory import Delivery, Taken
from bridge.core.model import order_key
from bridge.errors import BadSignature, NotTheShape, TryLater
from bridge.metrics import BAD_SIGNATURE, NOT_STORED
from bridge.pharmaone import webhook as pharmaone
from bridge.rxscale import webhook as rxscale
from bridge.server.parts import ServerParts

log = logging.getLogger("bridge.server")

MOST_BYTES = 5 * 1024 * 1024
RETRY_AFTER = {"Retry-After": "30"}

Handler = Callable[[web.Request], Awaitable[web.Response]]
Read = Callable[[Mapping[str, str], bytes], Delivery | None]

_ANSWERS = {word: f'{{"status":"{word.value}"}}'.encode() for word in Taken}
_JSON = {"Content-Type": "application/json"}
_TESTED = b'{"status":"tested"}'


def routes(parts: ServerParts) -> list[web.RouteDef]:
    rx = _receiver(parts, "rxscale", _rxscale_reader(parts))
    p1 = _receiver(parts, "pharmaone", _pharmaone_reader(parts))
    return [web.post("/webhooks/rxscale", rx), web.post("/webhooks/pharmaone", p1)]


def _receiver(parts: ServerParts, vendor: str, read: Read) -> Handler:
    async def receive(request: web.Request) -> web.Response:
        body = await _body(request)
        if body is None:
            return _told(parts, vendor, "too large", refusal(413, "more than 5 MiB"))
        began = time.perf_counter()
        try:
            delivery = read(request.headers, body)
        except BadSignature as wrong:
            return _told(parts, vendor, BAD_SIGNATURE, refusal(401, str(wrong)))
        except NotTheShape as wrong:
            return _told(parts, vendor, "malformed", refusal(400, str(wrong), wrong.field))
        if delivery is None:
            return _told(parts, vendor, "tested", _accepted(_TESTED))
        return await _keep(parts, delivery, began)

    return receive


async def _keep(parts: ServerParts, delivery: Delivery, began: float) -> web.Response:
    try:
        taken = await parts.store.take(delivery)
    except TryLater as failure:
        log.error("delivery not stored", extra={"vendor": delivery.vendor, "why": failure.what})
        answer = refusal(503, "it cannot be stored now; deliver it again", headers=RETRY_AFTER)
        return _told(parts, delivery.vendor, NOT_STORED, answer, delivery.event)
    if taken is Taken.HINTED:
        parts.on_hint()
    elif taken is Taken.UNREAD:
        parts.on_unread()
    elif taken is Taken.STOCK:
        parts.on_stock(delivery.vendor)
    seconds = time.perf_counter() - began
    parts.metrics.delivered(delivery.vendor, delivery.event, taken.value, seconds)
    return _accepted(_ANSWERS[taken])


def _rxscale_reader(parts: ServerParts) -> Read:
    def read(headers: Mapping[str, str], body: bytes) -> Delivery | None:
        told = rxscale.read(headers, body, parts.rxscale_secrets())
        if told.test:
            return None
        ours = parts.pharmacy_uid in (None, told.pharmacy_uid) or told.pharmacy_uid is None
        key = order_key(told.uid) if told.uid is not None and ours else None
        now = parts.now()
        return Delivery(
            vendor="rxscale",
            event=told.event,
            dedup_key=told.dedup_key,
            key=key,
            told_status=told.told_status,
            priority=told.priority,
            name=told.name,
            received_at=now,
            known_event=told.known,
            stock=told.sku_uid is not None and ours,
            sku_uid=told.sku_uid,
            sku_stock=told.sku_stock,
            told_at=_told_at(told.timestamp, now) if told.sku_uid is not None else None,
        )

    return read


def _told_at(timestamp: int | None, now: datetime) -> datetime:
    """When it happened; a time that is yet to come was dated by a clock that is wrong."""
    if timestamp is None or timestamp > now.timestamp() + 60:
        return now
    return datetime.fromtimestamp(timestamp, UTC)


def _pharmaone_reader(parts: ServerParts) -> Read:
    def read(headers: Mapping[str, str], body: bytes) -> Delivery | None:
        told = pharmaone.read(headers, body, parts.pharmaone_secrets())
        rejects = told.event in parts.rejecting()
        return Delivery(
            vendor="pharmaone",
            event=told.event,
            dedup_key=told.dedup_key,
            key=None,
            told_status=told.told_status,
            priority=0,
            name=None,
            received_at=parts.now(),
            known_event=told.known or rejects,
            order_id=told.order_id,
            references=told.references,
            rejects=rejects,
            quiet=told.event in pharmaone.QUIET_EVENTS,
            unread=told.event in pharmaone.ORDER_EVENTS and told.order_id is None,
            stock=told.event in pharmaone.STOCK_EVENTS,
        )

    return read


async def _body(request: web.Request) -> bytes | None:
    """The raw body; None if it is too large, announced or not."""
    if (request.content_length or 0) > MOST_BYTES:
        return None
    content = request.content
    parts = [await content.readany()]
    size = len(parts[0])
    while not content.at_eof() and size <= MOST_BYTES:
        parts.append(await content.readany())
        size += len(parts[-1])
    if size > MOST_BYTES:
        return None
    return parts[0] if len(parts) == 1 else b"".join(parts)


def _told(
    parts: ServerParts, vendor: str, outcome: str, answer: web.Response, event: str = ""
) -> web.Response:
    parts.metrics.delivered(vendor, event, outcome, 0.0)
    return answer


def _accepted(body: bytes) -> web.Response:
    return web.Response(body=body, headers=_JSON)


def refusal(
    status: int, error: str, field: str = "", headers: Mapping[str, str] | None = None
) -> web.Response:
    """An error answer: what is wrong, and where."""
    document = {"error": error, "field": field} if field else {"error": error}
    return web.json_response(document, status=status, headers=headers)
