"""What sends: as fast as may be (wrk, where it is installed), or at a steady rate."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp

from bench.servers import SECRET, processor

CONNECTIONS = 64
FLOOD_SECONDS = 2
MOST = 50_000
"""So many deliveries are made ready for one flood: more than any handler answers in that time."""
STEADY_PER_SECOND = 100
_LUA = """
local ready, at = {}, 0
function init(args)
  for line in io.lines(args[1]) do
    local signature, body = line:match("^(%x+) (.*)$")
    ready[#ready + 1] = wrk.format("POST", nil, {["X-Webhook-Signature"] = signature,
      ["Content-Type"] = "application/json"}, body)
  end
end
function request()
  at = at % #ready + 1
  return ready[at]
end
function done(summary)
  local errors = summary.errors
  print("sent", summary.requests, summary.duration,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout)
end
"""
_ADDRESS = {"first_name": "Erika", "last_name": "Beispiel", "street": "Weg", "city": "Köln"}
_BODY = json.dumps(
    {
        "event_type": "pharmacy_order_created",
        "timestamp": "TIMESTAMP",
        "payload_version": "1",
        "data": {
            "uid": "UID",
            "status": "STATUS",
            "name": "NAME",
            "pharmacy": {"uid": "ph-1", "display_name": "Musterapotheke"},
            "order": {"uid": "o", "delivery_address": _ADDRESS, "invoice_address": _ADDRESS},
            "order_items": [{"sku": {"pzn": "01234562"}, "amount": 1}] * 2,
            "patient_data": {"uid": "pat-1", "display_name": "Erika Beispiel"},
        },
    }
)


def delivery(
    number: int, uid: str = "", status: str = "waiting for pharmacy"
) -> tuple[bytes, dict[str, str]]:
    """A signed delivery of the documented shape (about 1 kB), invented people."""
    text = _BODY.replace('"TIMESTAMP"', str(1716000000 + number)).replace("STATUS", status)
    body = text.replace("UID", uid or f"po-bench-{number}").replace("NAME", f"#{number}").encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    return body, {"X-Webhook-Signature": signature, "Content-Type": "application/json"}


def sender() -> str:
    """Which one floods, for the table."""
    return "wrk" if shutil.which("wrk") else "a sender of our own (no wrk here)"


def flood(url: str, first: int, process_id: int) -> tuple[float, float]:
    """Acknowledged deliveries a second over CONNECTIONS, and microseconds of the server's processor
    for each. Every one is another than those before.
    """
    with tempfile.TemporaryDirectory() as folder:
        ready, script = Path(folder, "deliveries"), Path(folder, "post.lua")
        with ready.open("wb") as file:
            for number in range(first, first + MOST):
                body, headers = delivery(number)
                file.write(f"{headers['X-Webhook-Signature']} ".encode() + body + b"\n")
        script.write_text(_LUA)
        own = [sys.executable, "-m", "bench.load", url, str(ready)]
        wrk = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{FLOOD_SECONDS}", "-s", str(script), url]
        words = [*wrk, "--", str(ready)] if shutil.which("wrk") else own
        before = processor(process_id)
        told = subprocess.check_output(words, text=True)
        spent = processor(process_id) - before
    found = re.search(r"^sent\s+(\d+)\s+(\d+)\s+(\d+)", told, re.MULTILINE)
    assert found is not None, told
    sent, microseconds, failed = map(int, found.groups())
    assert not failed, told
    assert sent < MOST, "the deliveries made ready were too few"
    return sent / microseconds * 1e6, spent / sent * 1e6


class _Connection(asyncio.Protocol):
    """Sends the next delivery as soon as the last is answered; counts the answers."""

    def __init__(self, waiting: list[bytes], counts: dict[str, int]) -> None:
        self._waiting, self._counts = waiting, counts
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(self._waiting.pop())

    def data_received(self, data: bytes) -> None:
        self._seen += data
        head, ended, body = self._seen.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", head)
        if not ended or len(body) < int(length[1] if length else 0):
            return
        self._counts["sent" if b" 200 " in head[:16] else "failed"] += 1
        self._seen = b""
        self._transport.write(self._waiting.pop())


async def own_flood(url: str, ready: Path) -> None:
    """What wrk does, where it is not installed: half as fast, and still no limit of a handler's."""
    address = urlsplit(url)
    waiting = []
    for line in (await asyncio.to_thread(ready.read_bytes)).splitlines():
        signature, body = line.split(b" ", 1)
        head = f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nX-Webhook-Signature: "
        rest = f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        waiting.append(head.encode() + signature + rest.encode() + body)
    loop, counts, made = asyncio.get_running_loop(), {"sent": 0, "failed": 0}, []
    waiting.reverse()
    began = time.monotonic()
    for _ in range(CONNECTIONS):
        made.append(
            await loop.create_connection(
                lambda: _Connection(waiting, counts), address.hostname, address.port
            )
        )
    await asyncio.sleep(FLOOD_SECONDS)
    print("sent", counts["sent"], round((time.monotonic() - began) * 1e6), counts["failed"])
    for transport, _ in made:
        transport.abort()


@dataclass
class Steady:
    """What was sent at a steady rate: when each order's delivery was, and how long each waited."""

    sent_at: dict[str, float] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    """Milliseconds."""

    @property
    def p99(self) -> float:
        return percentile(self.took)


def percentile(found: list[float]) -> float:
    """The 99th."""
    return statistics.quantiles(found, n=100)[98]


async def steady(sandbox: str, bridge: str, seconds: float) -> Steady:
    """New orders at STEADY_PER_SECOND, each announced by one delivery once RxScale has it."""
    found = Steady()
    async with aiohttp.ClientSession() as session:

        async def send(number: int) -> None:
            new = {"count": 1, "announce": False}
            async with session.post(f"{sandbox}/_sandbox/orders", json=new) as answer:
                [uid] = (await answer.json())["uids"]
            body, headers = delivery(number, uid)
            found.sent_at[uid], began = time.time(), time.monotonic()
            async with session.post(
                f"{bridge}/webhooks/rxscale", data=body, headers=headers
            ) as answer:
                assert answer.status == 200
            found.took.append((time.monotonic() - began) * 1000)

        began, tasks = time.monotonic(), []
        for number in range(round(STEADY_PER_SECOND * seconds)):
            await asyncio.sleep(began + number / STEADY_PER_SECOND - time.monotonic())
            tasks.append(asyncio.create_task(send(10**7 + number)))
        await asyncio.gather(*tasks)
    return found


if __name__ == "__main__":
    import uvloop

    with contextlib.suppress(KeyboardInterrupt):
        uvloop.run(own_flood(sys.argv[1], Path(sys.argv[2])))
