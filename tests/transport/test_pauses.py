"""The vendor says not now: 5xx, 503 with a time, 429."""

import pytest
from aiohttp import web
from transport.doubles import Make, Time, Vendor, outcomes, status

from bridge.errors import TryLater
from bridge.exchange import Call

# 5xx


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_repeatable_5xx_is_tried_again_and_then_returned(
    vendor: Vendor, transport: Make, calls: list[Call], code: int
) -> None:
    vendor.will(*[status(code)] * 5)
    assert (await transport()(vendor.request())).status == code
    assert outcomes(calls) == [str(code)] * 3


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_5xx_to_what_may_not_be_repeated_is_returned_at_once(
    vendor: Vendor, transport: Make, code: int
) -> None:
    vendor.will(*[status(code)] * 5)
    assert (await transport()(vendor.request("POST"))).status == code
    assert len(vendor.seen) == 1


async def test_503_with_retry_after_pauses_all_and_is_returned(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    vendor.will(status(503, Retry_After="30"))
    send = transport()
    assert (await send(vendor.request("POST"))).status == 503
    assert send.facts().paused_seconds == 30
    await send(vendor.request("POST"))
    assert sum(time.sleeps) == pytest.approx(30, abs=0.01)


async def test_503_with_retry_after_to_what_may_be_repeated_is_try_later(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    vendor.will(status(503, Retry_After="30"))
    with pytest.raises(TryLater) as raised:
        await transport()(vendor.request())
    assert raised.value.after == 30
    assert len(vendor.seen) == 1


# 429


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({}, 1.0),
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": "Fri, 02 Jan 2026 12:00:09 GMT"}, 9.0),
        ({"Retry_After": "whenever"}, 1.0),
    ],
)
async def test_429_is_try_later_and_pauses_the_vendor(
    vendor: Vendor, transport: Make, time: Time, method: str, headers: dict[str, str], after: float
) -> None:
    vendor.will(status(429, Date="Fri, 02 Jan 2026 12:00:00 GMT", **headers))
    send = transport()
    with pytest.raises(TryLater) as raised:
        await send(vendor.request(method))
    assert raised.value.after == after
    assert raised.value.what == "RxScale asks to be called less (429)"
    assert len(vendor.seen) == 1
    await send(vendor.request(method))
    assert sum(time.sleeps) == pytest.approx(after, abs=0.01)


async def test_429_without_a_whole_body_is_still_certain(vendor: Vendor, transport: Make) -> None:
    async def half(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(status=429, headers={"Content-Length": "100"})
        await answer.prepare(request)
        assert request.transport is not None
        request.transport.close()
        return answer

    vendor.will(half)
    with pytest.raises(TryLater):
        await transport()(vendor.request("POST"))


async def test_unasked_pauses_grow_and_shrink_again(vendor: Vendor, transport: Make) -> None:
    vendor.will(status(429), status(429), status(404), status(429))
    send, after = transport(), []
    for _ in range(4):
        try:
            await send(vendor.request())
        except TryLater as later:
            after.append(later.after)
    assert after == [1.0, 2.0, 1.0]


async def test_a_429_on_the_second_try_ends_the_tries(vendor: Vendor, transport: Make) -> None:
    vendor.will(status(500), status(429, Retry_After="3"))
    with pytest.raises(TryLater) as raised:
        await transport()(vendor.request())
    assert raised.value.after == 3
    assert len(vendor.seen) == 2


# A key that is refused


async def test_a_refused_key_is_not_shown_again_by_each_call(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    send, key = transport(), {"X-API-Key": "wrong"}
    vendor.will(*[status(401)] * 5, status(200))
    for _ in range(5):
        assert (await send(vendor.request(headers=key))).status == 401
    with pytest.raises(TryLater, match="left alone"):
        await send(vendor.request(headers=key))
    time.now += 5
    assert (await send(vendor.request(headers=key))).status == 200
    assert len(vendor.seen) == 6


async def test_refused_tokens_say_nothing_of_the_next_one(vendor: Vendor, transport: Make) -> None:
    send = transport()
    vendor.will(*[status(401)] * 6)
    for _ in range(6):
        token = {"Authorization": "Bearer old"}
        assert (await send(vendor.request(headers=token))).status == 401
    assert (await send(vendor.request())).status == 200
