"""Attacks an rxbridge of your own, on this machine: `python tests/attack.py http://127.0.0.1:8080`.

Signatures, framings, injections, replays, slow and silent clients, bombs, hosts, forms. Prints a
table and exits 1 on a finding. It needs nothing but Python, and attacks nothing but loopback.

Where webhooks have a port of their own, attack both ports. Deliveries are replayed only where the
environment has RXBRIDGE_RXSCALE__WEBHOOK_SECRETS: one event of an unknown name is then noted. The
bridge counts some forty wrong signatures (an alarm of yours may say so), and nothing else remains.
The slow clients take as long as the deadlines (`--seconds`).
"""

import argparse
import asyncio
import gzip
import hashlib
import hmac
import json
import os
import secrets as chance
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

PATIENCE_SECONDS = 15.0
QUICK_SECONDS = 1.0
"""Others are answered within this time, and who is late is closed this much after the deadline."""
SILENT = 40
MOST_BYTES = 5 * 1024 * 1024
MARK = "<script>rxattack</script>"
SIGNED = {"rxscale": ("X-Webhook-Signature", ""), "pharmaone": ("X-PharmaOne-Signature", "sha256=")}
INNER = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n"
TELLTALE = (b"traceback", b"aiohttp", b"python/", b"root:x:", MARK.encode(), b"site-packages")
Wanted = Callable[[list[int], bytes], bool]


@dataclass(frozen=True)
class Row:
    """What was tried, what came, and whether that is as it should be."""

    group: str
    what: str
    got: str
    good: bool


class Target:
    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.host, self.port = parts.hostname or "", parts.port or 80
        local = self.host == "localhost" or ip_address(self.host).is_loopback
        if parts.scheme != "http" or not local:
            raise ValueError("only http:// on loopback is attacked")

    async def line(self, sent: bytes = b"") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(self.host, self.port)
        writer.write(sent)
        return reader, writer

    async def answer(self, sent: bytes, patience: float = PATIENCE_SECONDS) -> tuple[bytes, bool]:
        """All that comes until the other side closes, and whether it did."""
        reader, writer = await self.line(sent)
        found = b""
        try:
            async with asyncio.timeout(patience):
                while more := await reader.read(2**16):
                    found += more
            return found, True
        except TimeoutError:
            return found, False
        except ConnectionError:
            return found, True
        finally:
            writer.transport.abort()


def statuses(answer: bytes) -> list[int]:
    return [
        int(rest[:3])
        for part in (b"HTTP/1.1 ", b"HTTP/1.0 ")
        for rest in answer.split(part)[1:]
        if rest[:3].isdigit()
    ]


def one_of(*allowed: int) -> Wanted:
    return lambda found, _: len(found) == 1 and found[0] in allowed


def refused(found: list[int], _: bytes) -> bool:
    """At most one answer, and no good one: nothing behind it was taken for a request."""
    return len(found) <= 1 and all(400 <= each < 500 for each in found)


def harmless(found: list[int], _: bytes) -> bool:
    return len(found) == 1 and found[0] < 500


def turned_away(found: list[int], told: bytes) -> bool:
    """Refused, or sent to log in first."""
    to_login = found == [303] and b"location: /login\r\n" in told.lower()
    return to_login or one_of(400, 401, 403, 404, 429)(found, told)


def request(
    path: str, body: bytes | None = None, *headers: str, method: str = "", host: str = "localhost"
) -> bytes:
    told = [f"{method or ('GET' if body is None else 'POST')} {path} HTTP/1.1", f"Host: {host}"]
    told += ["Connection: close", *headers]
    told += [f"Content-Length: {len(body)}"] if body is not None else []
    return "\r\n".join([*told, "", ""]).encode("latin-1", "replace") + (body or b"")


def signature(secret: str, body: bytes) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


# -- what is tried: (what, bytes, wanted) ----------------------------------------------------

Tries = Iterable[tuple[str, bytes, Wanted]]


def signatures() -> Tries:
    body = b'{"event_type":"rxbridge_attack"}'
    plain = hashlib.sha256(body).hexdigest()
    for vendor, (name, prefix) in SIGNED.items():
        for bad in (
            *("", prefix, "0" * 64, prefix + "0" * 64, prefix + "0" * 63, prefix + "0" * 65),
            *(prefix + plain, prefix + signature("", body), prefix + plain.upper(), "null"),
            *(f"sha1={plain[:40]}", f" {prefix}{plain}", f"{prefix}{plain},{prefix}{plain}"),
            *(
                prefix + "\u00e4" * 64,
                prefix + "%30" * 64,
                "[]",
                prefix + signature("secret", body),
            ),
        ):
            told = request(f"/webhooks/{vendor}", body, f"{name}: {bad}")
            yield f"{vendor}: {bad[:40] or 'empty'}", told, one_of(401, 404)
        yield f"{vendor}: none", request(f"/webhooks/{vendor}", body), one_of(401, 404)
        twice = [f"{name}: {prefix}{'0' * 64}"] * 2
        yield f"{vendor}: two", request(f"/webhooks/{vendor}", body, *twice), one_of(401, 404)


def framings() -> Tries:
    head = b"POST /webhooks/rxscale HTTP/1.1\r\nHost: localhost\r\n"
    get = b"GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
    chunked, close = b"Transfer-Encoding: chunked\r\n", b"Connection: close\r\n"
    tries = {
        "length and chunks": head + b"Content-Length: 4\r\n" + chunked + b"\r\n0\r\n\r\n" + INNER,
        "two lengths": head + b"Content-Length: 0\r\nContent-Length: 49\r\n\r\n" + INNER,
        "a list of lengths": head + b"Content-Length: 0, 49\r\n\r\n" + INNER,
        "a negative length": head + b"Content-Length: -1\r\n\r\n" + INNER,
        "a length with a sign": head + b"Content-Length: +0\r\n\r\n" + INNER,
        "a length in hex": head + b"Content-Length: 0x0\r\n\r\n" + INNER,
        "no number": head + b"Content-Length: many\r\n\r\n" + INNER,
        "an unknown coding": head + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + INNER,
        "chunked twice": head + chunked + chunked + b"\r\n0\r\n\r\n" + INNER,
        "chunked, then identity": head
        + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
        + INNER,
        "no such chunk size": head + chunked + b"\r\nzz\r\n" + INNER,
        "a chunk larger than told": head + chunked + b"\r\n1\r\nabcdef\r\n0\r\n\r\n" + INNER,
        "a chunk size of 20 digits": head + chunked + b"\r\n" + b"f" * 20 + b"\r\n" + INNER,
        "a space before the colon": head + b"Content-Length : 0\r\n\r\n" + INNER,
        "a folded header": get + b"X-A: b\r\n c: d\r\n" + close + b"\r\n",
        "NUL in a header": get + b"X-A: b\x00c\r\n\r\n",
        "a header without a name": get + b": x\r\n\r\n",
        "a line of 20 KB": get + b"X-A: " + b"y" * 20_000 + b"\r\n\r\n",
        "500 headers": get + b"X-A: y\r\n" * 500 + b"\r\n",
        "a path of 20 KB": b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "no version": b"GET /health/live\r\n\r\n",
        "version 9.9": b"GET /health/live HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 32,
        "no request": b"\x00\xff\r\n\r\n",
    }
    return [(what, sent, refused) for what, sent in tries.items()]


def injections() -> Tries:
    for path in (
        *("/static/..%2f..%2f..%2fsettings.py", "/static/../../web.py", "/static/%00"),
        *("/../../../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/orders/%00"),
        *("/orders/po-1'%20OR%20'1'='1", "/orders/%3Cscript%3Erxattack%3C/script%3E"),
        *(f"/orders/{MARK}", f"/?said={MARK}", "/?lang=../../etc/passwd", "/orders/{{7*7}}"),
        *("/?said=%3Cscript%3Erxattack%3C/script%3E", "/orders/..%2f..%2fhealth", f"/{MARK}"),
        *("/orders/" + "a" * 4000, "/health/live?" + "a=b&" * 500, "/orders/%E4%F6%FC"),
    ):
        yield path[:48], request(path), harmless
    for header in (
        *("Cookie: rxbridge_session=../../x", f"Cookie: rxbridge_lang={MARK}", f"X-A: {MARK}"),
        *(f"Accept-Language: {MARK}", "Accept-Language: " + "de;q=9," * 500, f"Referer: {MARK}"),
        *(f"X-Forwarded-For: {MARK}", f"Origin: {MARK}", "Cookie: " + "a=b; " * 1000),
        *("Range: bytes=0-,0-", "Upgrade: websocket", "Expect: 200-ok", "X-HTTP-Method: DELETE"),
    ):
        yield header[:48], request("/", None, header), harmless
    for method in ("PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get"):
        told = request("/webhooks/rxscale", None, method=method)
        yield f"{method} /webhooks/rxscale", told, one_of(400, 404, 405)


def bombs() -> Tries:
    proof = f"X-Webhook-Signature: {'0' * 64}"
    bomb = gzip.compress(bytes(50_000_000))
    for coding in ("gzip", "deflate", "br", "gzip, gzip", "GZIP"):
        coded = f"Content-Encoding: {coding}"
        yield f"{coding}", request("/webhooks/rxscale", bomb, proof, coded), one_of(415, 404)
    head = f"POST /webhooks/rxscale HTTP/1.1\r\nHost: localhost\r\n{proof}\r\n".encode()
    large = head + b"Content-Length: %d\r\n\r\n" % (MOST_BYTES + 1)
    yield "more than 5 MiB, announced", large, one_of(413, 404)
    chunk = b"%x\r\n%s\r\n" % (2**20, bytes(2**20))
    chunks = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 6
    yield "more than 5 MiB, in chunks", chunks, one_of(413, 404)
    yield "10**18 bytes", head + b"Content-Length: %d\r\n\r\n" % 10**18, one_of(413, 404)
    unsigned = request("/webhooks/rxscale", None, "Content-Length: 5000000", method="POST")
    yield "5 MB without a signature", unsigned, one_of(401, 404)


def hosts() -> Tries:
    for path in ("/health", "/health/ready", "/metrics"):
        for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "[::1"):
            yield f"{path} as {host}", request(path, host=host), one_of(400, 403, 404)


def forms() -> Tries:
    kind = "Content-Type: application/x-www-form-urlencoded"
    for path in ("/stuck", "/sync", "/logout", "/login"):
        for origin in ("Origin: http://evil.example", "Sec-Fetch-Site: cross-site", "X-A: none"):
            body = b"token=" + b"0" * 64 + b"&act=retry&what=stock&password=x"
            told = request(path, body, kind, origin)
            yield f"{path}, {origin}", told, turned_away


GROUPS: dict[str, Callable[[], Tries]] = {
    "signatures": signatures,
    "framings": framings,
    "injections": injections,
    "bombs": bombs,
    "hosts": hosts,
    "forms": forms,
}


# -- how it is tried -------------------------------------------------------------------------


async def tried(target: Target, group: str, what: str, sent: bytes, wanted: Wanted) -> Row:
    answer, closed = await target.answer(sent, PATIENCE_SECONDS)
    found = statuses(answer)
    telling = [word.decode() for word in TELLTALE if word in answer.lower()]
    telling += [f"Server: {each}" for each in servers(answer) if each != "rxbridge"]
    got = ", ".join(map(str, found)) or ("closed" if closed else "nothing")
    good = wanted(found, answer) and closed and not telling
    return Row(group, what, " ".join([got, *telling, *([] if closed else ["left open"])]), good)


def servers(answer: bytes) -> list[str]:
    lines = answer.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return [each[8:].decode("latin-1") for each in lines if each.lower().startswith(b"server: ")]


async def alive(target: Target) -> float:
    """Seconds until somebody else is answered; infinite for none."""
    began = time.monotonic()
    answer, _ = await target.answer(request("/health/live"))
    return time.monotonic() - began if statuses(answer) == [200] else float("inf")


async def replays(target: Target, secret: str) -> AsyncIterator[Row]:
    body = json.dumps({"event_type": f"rxbridge_attack_{chance.token_hex(4)}"}).encode()
    told = request("/webhooks/rxscale", body, f"X-Webhook-Signature: {signature(secret, body)}")
    answers = [(await target.answer(told))[0] for _ in range(100)]
    fresh = sum(b'"duplicate"' not in each for each in answers)
    good = fresh == 1 and all(statuses(each) == [200] for each in answers)
    yield Row("replays", "one delivery 100 times", f"taken {fresh} times", good)
    for what, odd in (
        ("NaN", b'{"event_type":"rxbridge_attack","x":NaN}'),
        ("nested too deep", b'{"event_type":"x","data":' + b"[" * 10**6),
        ("5 MB of []", b"[" + b"[]," * 1_600_000 + b"[]]"),
        ("SQL as an event", b'{"event_type":"x\'; DROP TABLE orders; --"}'),
    ):
        told = request("/webhooks/rxscale", odd, f"X-Webhook-Signature: {signature(secret, odd)}")
        yield await tried(target, "replays", f"signed: {what}", told, one_of(400))


async def slow(target: Target, seconds: float) -> AsyncIterator[Row]:
    """All at once, for as long as the deadlines: who says nothing, half a head, half a body."""
    proof = f"X-Webhook-Signature: {'0' * 64}\r\n"
    half = f"POST /webhooks/rxscale HTTP/1.1\r\nHost: localhost\r\n{proof}"
    body = f"{half}Content-Length: 1000\r\n\r\n{{".encode()
    kinds = {"silent": b"", "half a head": half.encode(), "half a body": body}
    most = 2 * seconds + QUICK_SECONDS
    waiting = {
        what: [asyncio.create_task(target.answer(sent, most)) for _ in range(SILENT)]
        for what, sent in kinds.items()
    }
    await asyncio.sleep(seconds / 5)
    took = max([await alive(target) for _ in range(20)])
    yield Row(
        "slow",
        f"others beside {3 * SILENT} slow ones",
        f"{took * 1000:.0f} ms",
        took < QUICK_SECONDS,
    )
    for what, tasks in waiting.items():
        closed = sum([ended for _, ended in await asyncio.gather(*tasks)])
        yield Row("slow", f"{what}: {SILENT}", f"{closed} closed", closed == SILENT)


async def attack(url: str, secret: str = "", seconds: float = 10.0) -> list[Row]:
    """Everything, one after the other. Raises ValueError for anything but loopback."""
    target, rows = Target(url), []
    for group, tries in GROUPS.items():
        rows += [await tried(target, group, *each) for each in tries()]
        took = await alive(target)
        rows.append(
            Row(group, "still there afterwards", f"{took * 1000:.0f} ms", took < QUICK_SECONDS)
        )
    if secret:
        rows += [row async for row in replays(target, secret)]
    return rows + [row async for row in slow(target, seconds)]


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("url", help="where it listens: http://127.0.0.1:8080")
    parser.add_argument("--seconds", type=float, default=10.0, help="the longest deadline (10)")
    arguments = parser.parse_args(argv)
    told = os.environ.get("RXBRIDGE_RXSCALE__WEBHOOK_SECRETS", "").strip()
    secret = json.loads(told)[0] if told.startswith("[") else told.partition(",")[0].strip()
    try:
        rows = asyncio.run(attack(arguments.url, secret, arguments.seconds))
    except (ValueError, OSError) as error:
        print(f"attack: {error}", file=sys.stderr)
        return 2
    for row in rows:
        verdict = "ok  " if row.good else "FIND"
        print(f"{verdict} {row.group:10} {row.what[:60]:60} {row.got}")
    if not secret:
        print("---- replays    not tried: RXBRIDGE_RXSCALE__WEBHOOK_SECRETS is not set")
    findings = sum(not row.good for row in rows)
    print(f"{len(rows)} tried, {findings} findings")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
