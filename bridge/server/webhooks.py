"""Receives webhook deliveries: verified, put on disk, acknowledged, in that order."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from operator import attrgetter, methodcaller
from typing import NamedTuple

from aiohttp import web
from aiohttp.streams import StreamReader

from bridge.core.deliveries import Delivery, Receipt
from bridge.errors import BadSignature, NotTheShape, TryLater
from bridge.metrics import BAD_SIGNATURE, NOT_STORED
from bridge.pharmaone import webhook as pharmaone
from bridge.rxscale import webhook as rxscale
from bridge.server.parts import ServerParts
from bridge.server.plain import Stored, Way
from bridge.store import deliveries

log = logging.getLogger("bridge.server")

MOST_BYTES = 5 * 1024 * 1024
LARGE_BYTES = 256 * 1024
"""A delivery beyond this is unusual: there is memory for few at the same time."""
MOST_LARGE = 8
RETRY_AFTER = {"Retry-After": "30"}

Handler = Callable[[web.Request], Awaitable[web.Response]]
Read = tuple[ServerParts, Delivery | None]
"""For whom, and what; None for a test."""
Whom = Sequence[ServerParts] | Callable[[Mapping[str, str], bytes], Sequence[ServerParts]]

_Told = Callable[[Receipt], bytes]
_Reader = Callable[[ServerParts, Mapping[str, str], bytes], Delivery | None]
_ANSWERS = {word: f'{{"status":"{word.value}"}}'.encode() for word in Receipt}
_JSON = {"Content-Type": "application/json"}
_TESTED = b'{"status":"tested"}'


def routes(parts: ServerParts) -> list[web.RouteDef]:
    return [web.post(f"/webhooks/{vendor}", each) for vendor, each in receivers(parts).items()]


def receivers(parts: ServerParts) -> dict[str, Handler]:
    """What takes each vendor's deliveries."""
    return {vendor: _receiver(parts, vendor, [parts]) for vendor in _VENDORS}


def ways(parts: ServerParts) -> dict[str, Way]:
    """Each vendor's plain deliveries', by path."""
    return {
        f"/webhooks/{vendor}": Way(its.signed, partial(_take, parts, its.read))
        for vendor, its in _VENDORS.items()
    }


def receiver_of(sharing: Sequence[ServerParts], vendor: str) -> Handler:
    """What takes deliveries for pharmacies that share an address: each for those that it names, and
    for all of them if it names none; if it is signed with a secret of theirs.
    """

    def named(headers: Mapping[str, str], body: bytes) -> Sequence[ServerParts]:
        its = _VENDORS[vendor]
        secrets = dict.fromkeys(each for parts in sharing for each in its.secrets(parts))
        name = its.named(headers, body, list(secrets))
        chosen = [parts for parts in sharing if name in (None, its.whose(parts))]
        if not chosen:
            raise TryLater("no such pharmacy here yet; deliver it again")
        return chosen

    return _receiver(sharing[0], vendor, named)


def _from_rxscale(parts: ServerParts, headers: Mapping[str, str], body: bytes) -> Delivery | None:
    secrets, ours = parts.rxscale_secrets(), parts.pharmacy_uid
    ahead, known = parts.rxscale_ahead(), parts.known_words
    return rxscale.read(headers, body, secrets, parts.now(), ours, ahead, known)


def _from_pharmaone(parts: ServerParts, headers: Mapping[str, str], body: bytes) -> Delivery | None:
    secrets, refusing, known = parts.pharmaone_secrets(), parts.rejecting(), parts.known_words
    return pharmaone.read(headers, body, secrets, parts.now(), refusing, known)


class _Vendor(NamedTuple):
    """How a vendor's deliveries are read. `named`: whom one is about, as `whose` has it."""

    signed: Callable[[Mapping[str, str]], str]
    read: _Reader
    named: Callable[[Mapping[str, str], bytes, Sequence[str]], str | None]
    whose: Callable[[ServerParts], str | None]
    secrets: Callable[[ServerParts], Sequence[str]]


_VENDORS = {
    "rxscale": _Vendor(
        rxscale.signed,
        _from_rxscale,
        rxscale.named,
        attrgetter("pharmacy_uid"),
        methodcaller("rxscale_secrets"),
    ),
    "pharmaone": _Vendor(
        pharmaone.signed,
        _from_pharmaone,
        pharmaone.named,
        attrgetter("org_id"),
        methodcaller("pharmaone_secrets"),
    ),
}


def _read(vendor: str, whom: Whom, headers: Mapping[str, str], body: bytes) -> list[Read]:
    """For each; without those whose secret it is not signed with, if it is with anybody's. Raises
    BadSignature, NotTheShape, or TryLater for nobody that is here.
    """
    found: list[Read] = []
    refused: BadSignature | None = None
    for parts in whom(headers, body) if callable(whom) else whom:
        try:
            found.append((parts, _VENDORS[vendor].read(parts, headers, body)))
        except BadSignature as wrong:
            refused = wrong
    if refused is not None and not found:
        raise refused
    return found


def _receiver(parts: ServerParts, vendor: str, whom: Whom) -> Handler:
    """`parts`: who answers for it."""
    signed, read = _VENDORS[vendor].signed, partial(_read, vendor, whom)
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
            if len(body) > LARGE_BYTES:  # to hash it keeps all others waiting
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
        kept = [(whose, delivery) for whose, delivery in found if delivery is not None]
        if not kept:
            return _counted(parts, vendor, "tested", _accepted(_TESTED))
        answers = [await _kept(whose, delivery, began) for whose, delivery in kept]
        return max(answers, key=attrgetter("status"))

    return receive


def _take(
    parts: ServerParts, read: _Reader, headers: Mapping[str, str], body: bytes
) -> tuple[Stored, _Told] | None:
    began = time.perf_counter()
    try:
        delivery = read(parts, headers, body)
        return None if delivery is None else _keep(parts, delivery, began)
    except Exception:  # aiohttp's way says what is wrong with it
        return None


def _keep(parts: ServerParts, delivery: Delivery, began: float) -> tuple[Stored, _Told]:
    stored = parts.store.write_together(deliveries.receive, delivery)
    parts.on_hint()  # so what it makes due is claimed in the same commit
    return asyncio.ensure_future(stored), partial(_told, parts, delivery, began)


def _told(parts: ServerParts, delivery: Delivery, began: float, receipt: Receipt) -> bytes:
    """What is answered once it is on disk, after whom it concerns was told."""
    parts.on_heard(delivery, fresh=receipt is not Receipt.DUPLICATE)
    if receipt is Receipt.UNREAD:
        parts.on_unread()
    elif receipt is Receipt.STOCK:
        parts.on_stock(delivery.vendor)
    seconds = time.perf_counter() - began
    parts.metrics.delivered(delivery.vendor, delivery.event, receipt.value, seconds)
    return _ANSWERS[receipt]


async def _kept(parts: ServerParts, delivery: Delivery, began: float) -> web.Response:
    try:
        stored, told = _keep(parts, delivery, began)
        return _accepted(told(await stored))
    except TryLater as failure:
        named = {"pharmacy": parts.pharmacy} if parts.pharmacy else {}
        why = {"vendor": delivery.vendor, "why": failure}
        log.error("delivery not stored", extra=why | named)
        answer = refusal(503, "it cannot be stored now; deliver it again", headers=RETRY_AFTER)
        return _counted(parts, delivery.vendor, NOT_STORED, answer, delivery.event)


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
