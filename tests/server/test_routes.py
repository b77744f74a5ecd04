"""Both webhook routes and what looks into the bridge, over real HTTP: every answer there is."""

import asyncio
import hashlib
import hmac
import io
import json
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from asked import instead_of
from house import P1_SECRET, SECRET, House, open_house, open_sandbox
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.app import vitals
from bridge.errors import Misconfigured, TryLater
from bridge.server import webhooks
from bridge.server.web import refuse_taken, serve
from bridge.store import deliveries, notes, views

RX, P1 = "/webhooks/rxscale", "/webhooks/pharmaone"
ORDER = {
    "event_type": "pharmacy_order_created",
    "timestamp": 1,
    "data": {"uid": "po-1", "status": "waiting for pharmacy"},
}
FEWER = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture]}
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)
VALUES = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=40)


def rx_signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Webhook-Signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def p1_signed(body: bytes, secret: str = P1_SECRET) -> dict[str, str]:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-PharmaOne-Signature": f"sha256={digest}"}


SIGNED = {RX: rx_signed, P1: p1_signed}


def raw(document: Any) -> bytes:
    return json.dumps(document).encode()


async def post(house: House, route: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
    async with (
        aiohttp.ClientSession(house.running.url) as http,
        http.post(route, data=body, headers=headers) as answer,
    ):
        assert answer.headers["Cache-Control"] == "no-store"
        return answer.status, await answer.json()


async def kept(house: House) -> int:
    """How many deliveries are on disk."""
    statement = "SELECT count(*) FROM deliveries"
    return int(await house.bridge.store.read(lambda c: c.execute(statement).fetchone()[0]))


# -- whatever comes in -----------------------------------------------------------------------


@pytest.mark.hypothesis
@pytest.mark.parametrize("route", [RX, P1])
async def test_no_bytes_and_no_headers_are_a_fault_of_ours(tmp_path: Path, route: str):
    """hypothesis is synchronous, so its examples are gathered first and sent afterwards."""
    examples: list[tuple[bytes, dict[str, str], bool]] = []
    objects = st.dictionaries(
        st.sampled_from(["event_type", "timestamp", "data", "metadata", "id", "org_id"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.sampled_from(["uid", "status", "order_id", "x"]), inner)
            ),
            max_leaves=6,
        ),
    )
    bodies = st.binary(max_size=200) | objects.map(raw)

    @settings(max_examples=120, **FEWER)
    @given(body=bodies, headers=st.dictionaries(NAMES, VALUES, max_size=3), sign=st.booleans())
    def gather(body: bytes, headers: dict[str, str], sign: bool) -> None:
        examples.append((body, headers, sign))

    gather()
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with aiohttp.ClientSession(house.running.url) as http:
            for body, headers, sign in examples:
                odd = {f"X-{name}": value for name, value in headers.items()}
                proof = SIGNED[route](body) if sign else {}
                async with http.post(route, data=body, headers={**odd, **proof}) as answer:
                    assert answer.status in ((200, 400) if sign else (401,)), body


@pytest.mark.parametrize("route", [RX, P1])
async def test_exactly_the_right_signature_opens(tmp_path: Path, route: str):
    body = raw({"event_type": "brand_new_event", "id": "e-1"})
    (name, good), *_ = SIGNED[route](body).items()
    wrong = [
        good[:-1],
        good + "0",
        good.upper(),
        f" {good}x",
        good.replace(good[-1], "0" if good[-1] != "0" else "1"),
        next(iter(SIGNED[route](body + b" ").values())),
        next(iter(SIGNED[route](body, "").values())),
        "",
    ]
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        for signature in wrong:
            assert (await post(house, route, body, {name: signature}))[0] == 401, signature
        assert (await post(house, route, body, {}))[0] == 401
        assert await kept(house) == 0
        assert (await post(house, route, body, {name: good}))[0] == 200


@pytest.mark.parametrize(("route", "section"), [(RX, "rxscale"), (P1, "pharmaone")])
async def test_two_secrets_are_valid_while_one_is_being_replaced(
    tmp_path: Path, route: str, section: str
):
    body = raw({"event_type": "brand_new_event"})
    old_and_new = {section: {"webhook_secrets": ["whsec_canary_before", "whsec_canary_after"]}}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **old_and_new) as house:
        for secret, status in (
            ("whsec_canary_before", 200),
            ("whsec_canary_after", 200),
            ("whsec_canary_other", 401),
        ):
            assert (await post(house, route, body, SIGNED[route](body, secret)))[0] == status


# -- too large -------------------------------------------------------------------------------


async def test_more_than_five_mebibytes_are_refused_announced_or_not(tmp_path: Path):
    body = b"x" * (webhooks.MOST_BYTES + 1)

    async def chunks() -> Any:
        for start in range(0, len(body), 2**16):
            yield body[start : start + 2**16]

    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        for sent in (io.BytesIO(body), chunks()):
            try:
                status, said = await post(house, RX, sent, rx_signed(body))
            except aiohttp.ClientConnectionError:
                continue  # refused while the client was still sending
            assert (status, said["error"]) == (413, "more than 5 MiB")
        assert await kept(house) == 0
        just = raw({"event_type": "e", "pad": ""})
        just = just.replace(b'""', b'"' + b"y" * (webhooks.MOST_BYTES - len(just)) + b'"')
        assert len(just) == webhooks.MOST_BYTES
        assert (await post(house, RX, io.BytesIO(just), rx_signed(just)))[0] == 200


# -- what is kept ----------------------------------------------------------------------------


async def test_a_test_delivery_is_acknowledged_and_nothing_else(tmp_path: Path):
    body = raw(ORDER)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        headers = {**rx_signed(body), "X-Webhook-Test": "true"}
        assert await post(house, RX, body, headers) == (200, {"status": "tested"})
        assert await kept(house) == 0
        assert await house.rows() == []


async def test_an_unknown_event_is_acknowledged_counted_and_journalled(tmp_path: Path):
    body = raw({"event_type": "order_sung", "id": "e-1", "metadata": {}})
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        assert await post(house, P1, body, p1_signed(body)) == (200, {"status": "noted"})
        assert await post(house, P1, body, p1_signed(body)) == (200, {"status": "duplicate"})
        counters = (await house.bridge.store.read(views.facts, house.bridge.started_at)).counters
        assert counters == {"deliveries_unknown_event": 1, "deliveries_duplicate": 1}
        told = "SELECT key, what FROM journal"
        rows = await house.bridge.store.read(lambda c: c.execute(told).fetchall())
        assert rows == [("event:order_sung", "unknown event")]


async def test_another_pharmacys_order_is_not_ours(tmp_path: Path):
    mine = {"rxscale": {"pharmacy_uid": "ph-mine"}}
    theirs = {**ORDER, "data": {**ORDER["data"], "pharmacy": {"uid": "ph-other"}}}
    body = raw(theirs)
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, swept=False, **mine) as house:
            assert await post(house, RX, body, rx_signed(body)) == (200, {"status": "noted"})
            assert await house.rows() == []


async def test_what_could_not_be_stored_is_taken_when_it_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    body = raw(ORDER)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:

        async def full(*_: object) -> None:
            raise TryLater("the disk is full")

        with monkeypatch.context() as broken:
            instead_of(broken, deliveries.receive, full)
            status, said = await post(house, RX, body, rx_signed(body))
            assert (status, said) == (503, {"error": "it cannot be stored now; deliver it again"})
        assert await post(house, RX, body, rx_signed(body)) == (200, {"status": "hinted"})


# -- looking in ------------------------------------------------------------------------------


async def test_health_and_metrics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with aiohttp.ClientSession(house.running.url) as http:

            async def get(path: str) -> tuple[int, str]:
                async with http.get(path) as answer:
                    return answer.status, await answer.text()

            assert (await get("/health/live"))[0] == 200
            status, text = await get("/health")
            assert (status, json.loads(text)["status"]) == (200, "ok")
            assert "rxbridge_deliveries" in (await get("/metrics"))[1]
            assert (await get("/nowhere"))[0] == 404
            assert (await get(RX))[0] == 405

            async def full(*_: object) -> None:
                raise TryLater("the disk is full")

            instead_of(monkeypatch, notes.touch, full)
            status, text = await get("/health/ready")
            assert (status, json.loads(text)["reason"]) == (503, "the disk is full")
            instead_of(monkeypatch, views.facts, full)
            status, text = await get("/health")
            assert (status, json.loads(text)["status"]) == (503, "down")


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/metrics"])
async def test_only_a_name_of_this_machine_is_answered_on_loopback(tmp_path: Path, path: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with aiohttp.ClientSession(house.running.url) as http:

            async def asked(host: str, where: str = path) -> int:
                async with http.get(where, headers={"Host": host}) as answer:
                    return answer.status

            for host in ("127.0.0.1", "127.0.0.1:8080", "localhost:1", "[::1]:8080", "LOCALHOST"):
                assert await asked(host) == 200, host
            for host in (
                "evil.example",
                "127.0.0.1.evil.example",
                "192.0.2.1",
                "",
                "[",
                "bridge:80",
            ):
                assert await asked(host) == 403, host
            assert await asked("evil.example", "/health/live") == 200
        reader, writer = await asyncio.open_connection("127.0.0.1", house.running.port)
        writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())  # as a balancer's check may
        assert (await reader.readline()).split()[1] == b"200"
        writer.close()


async def test_the_store_is_written_to_once_a_second_however_often_it_is_asked(tmp_path: Path):
    wrote, clock, refusal = 0, 100.0, ""

    class Written:
        async def write_quietly(self, _: object) -> None:
            nonlocal wrote
            wrote += 1
            await asyncio.sleep(0)
            if refusal:
                raise TryLater(refusal)

    leaving = asyncio.Event()
    writable = vitals.Ready(Written(), lambda: clock, leaving)  # type: ignore[arg-type]
    assert set(await asyncio.gather(*(writable() for _ in range(50)))) == {None}
    assert wrote == 1
    refusal = "the disk is full"
    clock += 0.9
    assert await writable() is None
    clock += 0.2
    assert set(await asyncio.gather(*(writable() for _ in range(50)))) == {refusal}
    assert wrote == 2
    refusal = ""
    clock += 1
    assert await writable() is None
    leaving.set()
    assert await writable() == "it is about to stop"


@pytest.mark.parametrize("host", ["192.0.2.1", "nowhere.invalid"])
async def test_an_address_of_another_machine_is_the_hosts_fault(host: str):
    refuse_taken(host, 8080)
    with pytest.raises(Misconfigured) as raised:
        await serve(aiohttp.web.Application(), host, 8080, "server.webhook_port")
    told = str(raised.value)
    assert told.startswith(f"server.webhook_host: cannot listen at {host}:8080 (")
    assert told.endswith(") - set an address of this machine")


async def test_a_port_in_use_and_an_address_in_brackets(tmp_path: Path):
    application = aiohttp.web.Application()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Misconfigured, match=r"server\.port: cannot listen"):
            await serve(application, "127.0.0.1", taken.getsockname()[1])
        refuse_taken("127.0.0.1", 0)
        with pytest.raises(Misconfigured, match=r"server\.port: cannot listen"):
            refuse_taken("127.0.0.1", taken.getsockname()[1])
    if socket.has_ipv6:
        running = await serve(aiohttp.web.Application(), "::1", 0)
        assert running.url == f"http://[::1]:{running.port}"
        await running.stop()
    await asyncio.sleep(0)
