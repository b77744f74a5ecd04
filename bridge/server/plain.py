"""A delivery as vendors usually send it, read and answered without aiohttp, whose request, response
and task take more of the processor than all that is made of the delivery.

Only what can be read in one way is plain. Whatever is not, and whatever is not simply acknowledged,
is left to aiohttp from its first byte on, and so is all that comes later on the same connection.
"""

import re
from asyncio import Future
from collections.abc import Callable, Mapping
from email.utils import formatdate
from functools import cache, lru_cache
from typing import Any, NamedTuple

SERVER = {"Server": "rxbridge"}
"""Not which versions answer."""
USUAL_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Every answer's that does not say otherwise; pages do."""
Stored = Future[Any]


class Way(NamedTuple):
    """A vendor's. Headers are named in small letters."""

    signed: Callable[[Mapping[str, str]], object]
    """Raises BadSignature for headers that nothing is signed with: no body is waited for."""
    take: Callable[[Mapping[str, str], bytes], tuple[Stored, Callable[[Any], bytes]] | None]
    """Takes the headers and the body: what comes once they are on disk, and the JSON that this is
    acknowledged with. None for what is not simply acknowledged."""


MOST_BODY = 64 * 1024
_MOST_HEAD = 8190
_HEAD = re.compile(r"POST ([!-~]+) HTTP/1\.1\r\n((?:[A-Za-z0-9-]+: ?[!-~][ -~]*\r\n)+)")
_LINE = re.compile(r"([^:]+): ?(.+)\r\n")
_SIZE = re.compile(r"[1-9][0-9]{0,5}")
_UNUSUAL = frozenset(
    {"transfer-encoding", "content-encoding", "expect", "upgrade", "te", "trailer", "keep-alive"}
)


def read(data: bytes, ways: Mapping[str, Way]) -> tuple[Way, dict[str, str], int, int] | None:
    """Its way, its headers, where its body begins and where that ends; None if it is not plain.

    `data` begins with its first byte; `ways` are known by their path.
    """
    end = data.find(b"\r\n\r\n", 0, _MOST_HEAD) + 2
    found = _HEAD.fullmatch(data[:end].decode("ascii", "replace"))
    way = ways.get(found[1]) if found else None
    if found is None or way is None:
        return None
    lines = _LINE.findall(found[2])
    headers = {name.lower(): value for name, value in lines}
    kept = headers.get("connection", "keep-alive").lower() == "keep-alive"
    size = headers.get("content-length", "")
    if len(headers) != len(lines) or not kept or "host" not in headers or not _SIZE.fullmatch(size):
        return None
    if int(size) > MOST_BODY or not _UNUSUAL.isdisjoint(headers):
        return None
    return way, headers, end + 2, end + 2 + int(size)


def answer(body: bytes, now: float) -> bytes:
    """200 with this JSON, as aiohttp would write it. `now`: seconds since 1970."""
    return b"%b%b\r\n\r\n%b" % (_head(len(body)), _date(int(now)), body)


@cache
def _head(size: int) -> bytes:
    fields = {"Content-Type": "application/json", "Content-Length": size, **SERVER, **USUAL_HEADERS}
    lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 200 OK\r\n{lines}Date: ".encode()


@lru_cache(maxsize=1)
def _date(second: int) -> bytes:
    return formatdate(second, usegmt=True).encode()
