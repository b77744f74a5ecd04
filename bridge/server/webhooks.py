"""Receives webhook deliveries: verified, put on disk, acknowledged, in that order."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from operator import attrgetter

from aiohttp import web
from aiohttp.streams import StreamReader

from bridge.core.deliveries import Delivery, Receipt
from bridge.errors import BadSignature, NotTheShape, TryLater
from bridge.metrics import BAD_SIGNATURE, NOT_STORED
from bridge.pharmaone import webhook as pharmaone
from bridge.rxscale import webhook as rxscale
from bridge.server.parts import ServerParts
from bridge.store import deliveries

log = logging.getLogger("bridge.server")

MOST_BYTES = 5 * 1024 * 1024
LARGE_BYTES = 256 * 1024
"""A delivery beyond this is unusual: there is memory for few at the same time."""
MOST_LARGE = 8
RETRY_AFTER = {"Retry-After": "30"}

Handler = Callable[[web.Request], Awaitable[web.Response]]
Read = Callable[[Mapping[str, str], bytes], Sequence[tuple[ServerParts, Delivery]]]
Signed = Callable[[Mapping[str, str]], str]

_ANSWERS = {word: f'{{"status":"{word.value}"}}'.encode() for word in Receipt}
_JSON = {"Content-Type": "application/json"}
_TESTED = b'{"status":"tested"}'


def routes(parts: ServerParts) -> list[web.RouteDef]:
    return [web.post(f"/webhooks/{vendor}", each) for vendor, each in receivers(parts).items()]


def receivers(parts: ServerParts) -> dict[str, Handler]:
    """What takes each vendor's deliveries."""

    def from_rxscale(headers: Mapping[str, str], body: bytes) -> list[tuple[ServerParts, Delivery]]:
        found = _from_rxscale(parts, headers, body)
        return [] if found is None else [(parts, found)]

    def from_pharmaone(
        headers: Mapping[str, str], body: bytes
    ) -> list[tuple[ServerParts, Delivery]]:
        secrets, refusing, known = parts.pharmaone_secrets(), parts.rejecting(), parts.known_words
        found = pharmaone.read(headers, body, secrets, parts.now(), refusing, known)
        return [] if found is None else [(parts, found)]

    return {
        "rxscale": _receiver(parts, "rxscale", rxscale.signed, from_rxscale),
        "pharmaone": _receiver(parts, "pharmaone", pharmaone.signed, from_pharmaone),
    }


def receiver_of(sharing: Sequence[ServerParts]) -> Handler:
    """What takes RxScale's deliveries for pharmacies that share a key: each for the one that it
    names, and for all of them if it names none.
    """

    def read(headers: Mapping[str, str], body: bytes) -> list[tuple[ServerParts, Delivery]]:
        uid = rxscale.named(headers, body, sharing[0].rxscale_secrets())
        chosen = [parts for parts in sharing if uid in (None, parts.pharmacy_uid)]
        if not chosen:
            raise TryLater("no pharmacy of that uid here yet; deliver it again")
        found = [(parts, _from_rxscale(parts, headers, body)) for parts in chosen]
        return [(parts, delivery) for parts, delivery in found if delivery is not None]

    return _receiver(sharing[0], "rxscale", rxscale.signed, read)


def _from_rxscale(parts: ServerParts, headers: Mapping[str, str], body: bytes) -> Delivery | None:
    secrets, ours = parts.rxscale_secrets(), parts.pharmacy_uid
    ahead, known = parts.rxscale_ahead(), parts.known_words
    return rxscale.read(headers, body, secrets, parts.now(), ours, ahead, known)


def _receiver(parts: ServerParts, vendor: str, signed: Signed, read: Read) -> Handler:
    large = asyncio.Semaphore(MOST_LARGE)

    async def receive(request: web.Request) -> web.Response:
        if request.headers.get("Content-Encoding", "identity").lower() != "identity":
            answer = refusal(415, "signatures are over bytes as sent: compress nothing", last=True)
            return _counted(parts, vendor, "malformed", answer)
        body: bytes | None = None
        try:
            signed(request.headers)
            body = await _body(request, large)
            if body is None:
                answer = refusal(413, "more than 5 MiB", last=True)
                return _counted(parts, vendor, "too large", answer)
            began = time.perf_counter()
            if len(body) > LARGE_BYTES:  # to hash it keeps everybody waiting
                found = await asyncio.to_thread(read, request.headers, body)
            else:
                found = read(request.headers, body)
        except BadSignature as wrong:
            if body is not None:  # who signs nothing at all is a stranger
                parts.on_forged(vendor)
            return _counted(parts, vendor, BAD_SIGNATURE, refusal(401, str(wrong)))
        except NotTheShape as wrong:
            return _counted(parts, vendor, "malformed", refusal(400, str(wrong), wrong.field))
        except TryLater as full:
            answer = refusal(503, full.what, headers=RETRY_AFTER, last=True)
            return _counted(parts, vendor, "too many", answer)
        if not found:
            return _counted(parts, vendor, "tested", _accepted(_TESTED))
        answers = [await _keep(whose, delivery, began) for whose, delivery in found]
        return max(answers, key=attrgetter("status"))

    return receive


async def _keep(parts: ServerParts, delivery: Delivery, began: float) -> web.Response:
    stored = parts.store.write_together(deliveries.receive, delivery)
    parts.on_hint()  # so what it makes due is claimed in the same commit
    try:
        receipt = await stored
    except TryLater as failure:
        log.error("delivery not stored", extra={"vendor": delivery.vendor, "why": failure.what})
        answer = refusal(503, "it cannot be stored now; deliver it again", headers=RETRY_AFTER)
        return _counted(parts, delivery.vendor, NOT_STORED, answer, delivery.event)
    parts.on_heard(delivery, fresh=receipt is not Receipt.DUPLICATE)
    if receipt is Receipt.UNREAD:
        parts.on_unread()
    elif receipt is Receipt.STOCK:
        parts.on_stock(delivery.vendor)
    seconds = time.perf_counter() - began
    parts.metrics.delivered(delivery.vendor, delivery.event, receipt.value, seconds)
    return _accepted(_ANSWERS[receipt])


async def _body(request: web.Request, large: asyncio.Semaphore) -> bytes | None:
    """The raw body; None if it is too large, announced or not. Raises TryLater where that many are
    under way.
    """
    if (request.content_length or 0) > MOST_BYTES:
        return None
    parts: list[bytes] = []
    if not await _whole(parts, request.content, LARGE_BYTES):
        if large.locked():
            raise TryLater("too many large deliveries at once; deliver it again")
        async with large:
            if not await _whole(parts, request.content, MOST_BYTES):
                return None
    return b"".join(parts)


async def _whole(parts: list[bytes], content: StreamReader, most: int) -> bool:
    """Reads on into `parts`; whether all of it are `most` bytes or less."""
    size = sum(map(len, parts))
    while size <= most and not content.at_eof():
        parts.append(await content.readany())
        size += len(parts[-1])
    return size <= most


def _counted(
    parts: ServerParts, vendor: str, outcome: str, answer: web.Response, event: str = ""
) -> web.Response:
    parts.metrics.delivered(vendor, event, outcome, 0.0)
    return answer


def _accepted(body: bytes) -> web.Response:
    return web.Response(body=body, headers=_JSON)


def refusal(
    status: int,
    error: str,
    field: str = "",
    headers: Mapping[str, str] | None = None,
    *,
    last: bool = False,
) -> web.Response:
    """An error answer: what is wrong, and where. `last`: what else comes is not read."""
    document = {"error": error, "field": field} if field else {"error": error}
    answer = web.json_response(document, status=status, headers=headers)
    if last:
        answer.force_close()
    return answer
