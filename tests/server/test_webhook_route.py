"""The webhook route over real HTTP: whatever comes in, it is never a fault of ours."""

import hmac
import random
from pathlib import Path

import aiohttp
import pytest
from asked import instead_of
from house import SECRET, open_house, open_sandbox

from bridge.errors import TryLater
from bridge.store import deliveries, views

GOOD = (
    b'{"event_type":"pharmacy_order_created","timestamp":1,"data":{"uid":"po-1","status":"init"}}'
)
ROUTE = "/webhooks/rxscale"


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Webhook-Signature": hmac.new(secret.encode(), body, "sha256").hexdigest()}


async def test_what_each_delivery_is_answered(tmp_path: Path):
    body = b'{"event_type":"pharmacy_order_created","data":{}}'
    news = b'{"event_type":"brand_new_event"}'
    cases = [
        (GOOD, {}, 401),
        (GOOD, {"X-Webhook-Signature": "nonsense"}, 401),
        (GOOD, signed(GOOD, "whsec_other"), 401),
        (b"not json", signed(b"not json"), 400),
        (body, signed(body), 400),
        (GOOD, signed(GOOD), 200),
        (GOOD, signed(GOOD), 200),
        (news, signed(news), 200),
    ]
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with aiohttp.ClientSession(house.running.url) as http:
            for sent, headers, status in cases:
                async with http.post(ROUTE, data=sent, headers=headers) as answer:
                    assert answer.status == status, await answer.text()
            async with http.get("/health/live") as answer:
                assert answer.status == 200
        counters = (await house.bridge.store.read(views.facts, house.bridge.started_at)).counters
        assert counters["deliveries_duplicate"] == 1
        assert counters["deliveries_unknown_event"] == 1


@pytest.mark.parametrize("failure", [TryLater("disk full"), RuntimeError("a mistake")])
async def test_what_cannot_be_stored_is_to_be_delivered_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Exception
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:

        async def failing(*_: object) -> None:
            raise failure

        instead_of(monkeypatch, deliveries.receive, failing)
        async with aiohttp.ClientSession(house.running.url) as http:
            async with http.post(ROUTE, data=GOOD, headers=signed(GOOD)) as answer:
                assert answer.status == 503
                assert answer.headers["Retry-After"]


async def test_no_bytes_give_a_5xx(tmp_path: Path):
    dice = random.Random(7)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with aiohttp.ClientSession(house.running.url) as http:
            for _ in range(300):
                body = bytearray(GOOD)
                for _ in range(dice.randrange(6)):
                    body[dice.randrange(len(body))] = dice.randrange(256)
                sent = bytes(body[: dice.randrange(len(body) + 1)])
                headers = signed(sent) if dice.random() < 0.8 else {}
                async with http.post(ROUTE, data=sent, headers=headers) as answer:
                    assert answer.status < 500, sent
