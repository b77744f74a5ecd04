"""Under attack: how soon a vendor is answered meanwhile, and how long one body stops everybody."""

import asyncio
import gzip
import hashlib
import hmac
import statistics
import tempfile
import time
from urllib.parse import urlsplit

import aiohttp
import uvloop

from bench.servers import SECRET, process

SILENT, SLOW, BOMBS, DELIVERIES = 1000, 20, 200, 300
MEBIBYTES_5 = 5 * 1024 * 1024
HOSTILE = {
    "5 MB of []": b"[" + b"[]," * 1_700_000 + b"[]]",
    "5 MB of [] in a field": b'{"event_type":"x","data":{"x":[' + b"[]," * 1_700_000 + b"[]]}}",
    "deep": b'{"event_type":"x","data":' + b"[" * 2_500_000,
    "NaN": b'{"event_type":"x","data":[' + b"NaN," * 1_200_000 + b"0]}",
}


def signed(body: bytes) -> dict[str, str]:
    return {"X-Webhook-Signature": hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}


async def besieged(url: str) -> float:
    """The slowest of DELIVERIES new deliveries meanwhile, milliseconds."""
    address = urlsplit(url)
    head = "POST /webhooks/rxscale HTTP/1.1\r\nHost: x\r\nX-Webhook-Signature: " + "0" * 64
    slow = f"{head}\r\nContent-Length: 9999\r\n\r\n{{".encode()
    zipped = gzip.compress(bytes(10**8))
    bomb = f"{head}\r\nContent-Encoding: gzip\r\nContent-Length: {len(zipped)}\r\n\r\n".encode()
    writers = []
    for sent in [b""] * SILENT + [slow] * SLOW + [bomb + zipped] * BOMBS:
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(sent)
        writers.append(writer)
    took = []
    connector = aiohttp.TCPConnector(local_addr=("127.0.0.2", 0), force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        for number in range(DELIVERIES):
            body = b'{"event_type":"new_event","timestamp":%d}' % number
            began = time.monotonic()
            async with session.post(
                f"{url}/webhooks/rxscale", data=body, headers=signed(body)
            ) as answer:
                assert answer.status == 200, answer.status
            took.append((time.monotonic() - began) * 1000)
    for writer in writers:
        writer.transport.abort()
    return max(took)


async def stalled(url: str) -> dict[str, float]:
    """For each hostile body, the longest that somebody else waited for an answer, milliseconds."""
    longest = {}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2)) as session:

        async def send(body: bytes) -> None:
            headers = signed(body)
            for _ in range(3):
                async with session.post(
                    f"{url}/webhooks/rxscale", data=body, headers=headers
                ) as answer:
                    assert answer.status in (200, 400), answer.status

        for name, body in {"": b"{}", **HOSTILE}.items():
            assert len(body) <= MEBIBYTES_5
            waited = []
            sending = asyncio.create_task(send(body))
            while not sending.done():
                began = time.monotonic()
                async with session.get(f"{url}/health/live") as answer:
                    assert answer.status == 200
                waited.append((time.monotonic() - began) * 1000)
            await sending
            longest[name] = max(waited)
    return longest


def measure() -> list[tuple[str, str, str, bool]]:
    print("under attack ...", flush=True)
    with tempfile.TemporaryDirectory() as folder, process("intake", folder) as (_, url, _):
        slowest = statistics.median(uvloop.run(besieged(url)) for _ in range(3))
        stalls = uvloop.run(stalled(url))
    worst = max(stalls, key=lambda name: stalls[name])
    crowd = f"{SILENT:,} silent connections, {SLOW} slow bodies and {BOMBS} gzip bombs"
    return [
        (
            f"slowest of {DELIVERIES} deliveries beside {crowd}",
            "≤ 100 ms",
            f"{slowest:.0f} ms",
            slowest <= 100,
        ),
        (
            "longest wait beside a signed body of 5 MB of nothing, too deep or not JSON",
            "≤ 50 ms",
            f"{stalls[worst]:.0f} ms ({worst})",
            stalls[worst] <= 50,
        ),
    ]


if __name__ == "__main__":
    print(measure())
