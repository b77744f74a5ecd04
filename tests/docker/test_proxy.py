"""docker/proxy: a real nginx and a real Caddy before a real bridge."""

import asyncio
import hmac
import re
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from docker.folder import ROOT
from docker.proxies import (
    CADDY,
    FLEET,
    NGINX,
    caddy,
    fleet,
    nginx,
    program,
    running,
)
from house import SECRET, free_port, open_house, open_sandbox
from yarl import URL

from bridge.app.web import parts_of
from bridge.server.web import build, serve
from bridge.server.webhooks import MOST_BYTES

Proxy = Callable[[Path, int, int], list[str]]
both = pytest.mark.parametrize("proxy", [nginx, caddy])
GOOD = b'{"event_type":"pharmacy_order_created","timestamp":1,"data":{"uid":"po-1","status":"%s"}}'
STRANGER = "203.0.113.9"
CLIENT = "127.0.0.2"
SECONDS = re.compile(r"(?<![\w-])(\d+)s\b")


@dataclass
class Outside:
    """The world before the proxy: its client, and what reached the bridge behind."""

    http: aiohttp.ClientSession
    base: str
    arrived: list[web.BaseRequest]

    async def get(self, path: str) -> int:
        url = URL(f"{self.base}{path}", encoded=True)
        async with self.http.get(url, allow_redirects=False) as answer:
            await answer.read()
            return answer.status

    async def post(self, body: bytes, path: str = "/webhooks/rxscale", **headers: str) -> int:
        mark = hmac.new(SECRET.encode(), body, "sha256").hexdigest()
        sent = {"X-Webhook-Signature": mark, **headers}
        async with self.http.post(f"{self.base}{path}", data=BytesIO(body), headers=sent) as answer:
            await answer.read()
            return answer.status


@asynccontextmanager
async def outside(proxy: Proxy, folder: Path) -> AsyncIterator[Outside]:
    """A bridge behind the proxy, and a client that trusts the proxy's certificate alone."""
    at, place = folder / "proxy", free_port()
    at.mkdir()
    async with open_sandbox() as sandbox, open_house(sandbox, folder) as house:
        application = build(parts_of(house.bridge))
        arrived: list[web.BaseRequest] = []

        async def note(request: web.BaseRequest, _: web.StreamResponse) -> None:
            arrived.append(request)

        application.on_response_prepare.append(note)
        bridge = await serve(application, "127.0.0.1", 0)
        words = proxy(at, place, bridge.port)
        trusts = ssl.create_default_context(cafile=str(at / "cert.pem"))
        connector = aiohttp.TCPConnector(
            ssl=trusts, local_addr=(CLIENT, 0), family=socket.AF_INET, limit=20
        )
        try:
            async with (
                running(words, place, at),
                aiohttp.ClientSession(connector=connector) as http,
            ):
                yield Outside(http, f"https://localhost:{place}", arrived)
        finally:
            await bridge.stop()


@both
async def test_a_signed_webhook_goes_through_and_names_its_client(proxy: Proxy, tmp_path: Path):
    """The client's own words of where it comes from are thrown away."""
    said = dict.fromkeys(("X-Forwarded-For", "X-Real-IP"), STRANGER)
    said |= {"Forwarded": f"for={STRANGER}", "X-Forwarded-Host": STRANGER}
    async with outside(proxy, tmp_path) as world:
        assert await world.post(GOOD % b"init", **said) == 200
        assert world.arrived == [], "it is plain, so aiohttp does not see it"
        wrong = {"X-Webhook-Signature": "nonsense"}
        assert await world.post(GOOD % b"init", **said, **wrong) == 401
        (request,) = world.arrived
        assert request.headers.getall("X-Forwarded-For") == [CLIENT]
        assert request.headers["X-Forwarded-Proto"] == "https"
        assert STRANGER not in str(request.headers)


@both
async def test_of_the_bridge_only_the_webhooks_are_there(proxy: Proxy, tmp_path: Path):
    inside = ["/", "/health", "/health/live", "/health/ready", "/metrics", "/login", "/static/x"]
    tricks = [
        "/webhooks/../health",
        "/webhooks/%2e%2e/health",
        "/webhooks/rxscale/../../metrics",
        "/webhooks/rxscale/..%2f..%2fmetrics",
        "/webhooks/..%252fhealth",
        "//health",
        "/webhooks/..;/health",
        "/webhooks%2f..%2fhealth",
    ]
    async with outside(proxy, tmp_path) as world:
        for path in inside:
            assert await world.get(path) == 404, path
        assert world.arrived == []
        for path in tricks:
            assert await world.get(path) in (400, 404, 405), path
            assert await world.post(b"{}", path) != 200, path


@both
async def test_the_largest_delivery_goes_through_and_none_beyond(proxy: Proxy, tmp_path: Path):
    whole = (GOOD % b"init").ljust(MOST_BYTES)
    async with outside(proxy, tmp_path) as world:
        assert await world.post(whole) == 200
        assert len(world.arrived) == 1
        # Caddy finds out while it passes the body on: whether its own refusal or the end of what it
        # passes to comes first is chance, and neither lets it through.
        refused = (413, 502) if proxy is caddy else (413,)
        assert await world.post(whole + bytes(MOST_BYTES // 5)) in refused
        assert proxy is caddy or len(world.arrived) == 1, "nginx does not even pass it on"


async def test_nginx_keeps_no_body_and_no_query(tmp_path: Path):
    """A body that does not fit its buffer is written to a file: nginx warns of that."""
    name = "Frau-Unbekannt"
    async with outside(nginx, tmp_path) as world:
        body = (GOOD % name.encode()).ljust(MOST_BYTES)
        await world.post(body, f"/webhooks/rxscale?of={name}")
        folder = tmp_path / "proxy"
        async with asyncio.timeout(10):  # nginx writes it once it has answered
            while "/webhooks/rxscale" not in (folder / "access.log").read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        for file in folder.rglob("*"):
            assert file.is_dir() or name.encode() not in file.read_bytes(), file
        assert "temporary file" not in (folder / "error.log").read_text()


async def test_where_nginx_would_keep_a_body_it_is_seen(tmp_path: Path):
    """The test before this one could fail."""

    def careless(folder: Path, port: int, upstream: int) -> list[str]:
        words = nginx(folder, port, upstream)
        file = folder / "rxbridge.conf"
        file.write_text(file.read_text().replace("client_body_buffer_size 5200k;", ""))
        return words

    async with outside(careless, tmp_path) as world:
        await world.post((GOOD % b"init").ljust(MOST_BYTES))
        assert "temporary file" in (tmp_path / "proxy" / "error.log").read_text()


async def test_of_three_replicas_one_that_is_gone_or_refuses_costs_no_delivery(tmp_path: Path):
    """One answers 503 as a replica without its database, one is not there at all."""
    port, arrived = free_port(), {"refuses": 0, "takes": 0}

    def replica(name: str, status: int) -> web.Application:
        async def take(request: web.Request) -> web.Response:
            assert await request.read() == GOOD
            arrived[name] += 1
            return web.Response(status=status)

        application = web.Application()
        application.add_routes([web.post("/webhooks/{name:.*}", take)])
        return application

    refuses = await serve(replica("refuses", 503), "127.0.0.1", 0)
    takes = await serve(replica("takes", 200), "127.0.0.1", 0)
    words = fleet(tmp_path, port, [refuses.port, free_port(), takes.port])
    try:
        async with running(words, port, tmp_path), aiohttp.ClientSession() as http:
            for path in ("/webhooks/chain-nord/rxscale", "/webhooks/pharmaone") * 10:
                async with http.post(f"http://127.0.0.1:{port}{path}", data=GOOD) as answer:
                    assert answer.status == 200
            for path in ("/", "/health", "/metrics", "/p/adler/", "/webhooks/../health"):
                async with http.get(URL(f"http://127.0.0.1:{port}{path}", encoded=True)) as answer:
                    assert answer.status == 404, path
    finally:
        await refuses.stop()
        await takes.stop()
    assert arrived["takes"] == 20
    assert 0 < arrived["refuses"] < 20, "it was asked, and then left alone for a while"
    assert "temporary file" not in (tmp_path / "error.log").read_text()


def test_caddy_takes_the_file_as_it_is_shipped():
    words = [program("caddy"), "validate", "--adapter", "caddyfile", "--config", str(CADDY)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("file", [NGINX, CADDY, FLEET])
def test_no_wait_is_longer_than_half_a_minute(file: Path):
    waits = [int(number) for number in SECONDS.findall(file.read_text())]
    assert len(waits) > 5
    assert max(waits) <= 30


@pytest.mark.parametrize("file", [NGINX, CADDY])
def test_the_page_of_running_it_leads_to_the_file(file: Path):
    assert f"docker/proxy/{file.name}" in (ROOT / "docs" / "running.md").read_text()
