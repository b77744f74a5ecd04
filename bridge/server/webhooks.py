"""Receives webhook deliveries: verified, put on disk, acknowledged, in that order."""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bridge.core.deliveries import Delivery, Receipt
from bridge.errors import BadSignature, NotTheShape, TryLater
from bridge.metrics import BAD_SIGNATURE, NOT_STORED
from bridge.pharmaone import webhook as pharmaone
from bridge.rxscale import webhook as rxscale
from bridge.server.parts import ServerParts
from bridge.store import deliveries

log = logging.getLogger("bridge.server")

MOST_BYTES = 5 * 1024 * 1024
RETRY_AFTER = {"Retry-After": "30"}

Handler = Callable[[web.Request], Awaitable[web.Response]]
Read = Callable[[Mapping[str, str], bytes], Delivery | None]

_ANSWERS = {word: f'{{"status":"{word.value}"}}'.encode() for word in Receipt}
_JSON = {"Content-Type": "application/json"}
_TESTED = b'{"status":"tested"}'


def routes(parts: ServerParts) -> list[web.RouteDef]:
    def from_rxscale(headers: Mapping[str, str], body: bytes) -> Delivery | None:
        secrets, ours = parts.rxscale_secrets(), parts.pharmacy_uid
        ahead, known = parts.rxscale_ahead(), parts.known_words()
        return rxscale.read(headers, body, secrets, parts.now(), ours, ahead, known)

    def from_pharmaone(headers: Mapping[str, str], body: bytes) -> Delivery | None:
        secrets, refusing = parts.pharmaone_secrets(), parts.rejecting()
        return pharmaone.read(headers, body, secrets, parts.now(), refusing, parts.known_words())

    readers = {"rxscale": from_rxscale, "pharmaone": from_pharmaone}
    return [
        web.post(f"/webhooks/{vendor}", _receiver(parts, vendor, read))
        for vendor, read in readers.items()
    ]


def _receiver(parts: ServerParts, vendor: str, read: Read) -> Handler:
    async def receive(request: web.Request) -> web.Response:
        body = await _body(request)
        if body is None:
            return _counted(parts, vendor, "too large", refusal(413, "more than 5 MiB"))
        began = time.perf_counter()
        try:
            delivery = read(request.headers, body)
        except BadSignature as wrong:
            return _counted(parts, vendor, BAD_SIGNATURE, refusal(401, str(wrong)))
        except NotTheShape as wrong:
            return _counted(parts, vendor, "malformed", refusal(400, str(wrong), wrong.field))
        if delivery is None:
            return _counted(parts, vendor, "tested", _accepted(_TESTED))
        return await _keep(parts, delivery, began)

    return receive


async def _keep(parts: ServerParts, delivery: Delivery, began: float) -> web.Response:
    try:
        receipt = await parts.store.write_together(deliveries.receive, delivery)
    except TryLater as failure:
        log.error("delivery not stored", extra={"vendor": delivery.vendor, "why": failure.what})
        answer = refusal(503, "it cannot be stored now; deliver it again", headers=RETRY_AFTER)
        return _counted(parts, delivery.vendor, NOT_STORED, answer, delivery.event)
    if receipt is Receipt.HINTED:
        parts.on_hint()
    elif receipt is Receipt.UNREAD:
        parts.on_unread()
    elif receipt is Receipt.STOCK:
        parts.on_stock(delivery.vendor)
    seconds = time.perf_counter() - began
    parts.metrics.delivered(delivery.vendor, delivery.event, receipt.value, seconds)
    return _accepted(_ANSWERS[receipt])


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


def _counted(
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
