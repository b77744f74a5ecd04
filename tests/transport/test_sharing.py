"""What all calls of one vendor share: its budget and its breaker."""

import asyncio

import pytest
from aiohttp import web
from transport.doubles import NOBODY, Held, Make, Time, Vendor, failures, status

from bridge.errors import TryLater
from bridge.exchange import Priority, Response
from bridge.transport.breaker import State
from bridge.transport.budget import Limits

# The budget


async def test_a_tight_budget_is_spent_in_order_of_harm(vendor: Vendor, transport: Make) -> None:
    holding = Held()
    vendor.will(holding)
    send = transport(Limits(1, 0, at_once=1))
    work = [asyncio.create_task(send(vendor.request(path="/holder")))]
    await holding.arrived.wait()
    for priority in (
        Priority.SWEEP,
        Priority.RISING_STOCK,
        Priority.ORDER,
        Priority.FALLING_STOCK,
        Priority.ORDER,
    ):
        work.append(
            asyncio.create_task(send(vendor.request(path=f"/{priority.name}", priority=priority)))
        )
        await asyncio.sleep(0)
    assert send.facts().waiting == 5
    holding.go.set()
    await asyncio.gather(*work)
    asked = [line.removeprefix("GET /") for line in vendor.seen]
    assert asked == ["holder", "ORDER", "ORDER", "FALLING_STOCK", "RISING_STOCK", "SWEEP"]


async def test_calls_leave_no_faster_than_allowed(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    sent: list[float] = []

    async def note(request: web.Request) -> web.StreamResponse:
        sent.append(time.now)
        return web.Response()

    vendor.will(*[note] * 7)
    send = transport(Limits(2, 6, at_once=1))
    await asyncio.gather(*(send(vendor.request()) for _ in range(7)))
    assert all(later - first > 1 for first, later in zip(sent, sent[2:], strict=False))
    assert sent[6] - sent[0] > 60


async def test_the_window_opens_when_a_call_is_answered_for_until_then_it_may_arrive(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    """A busy process, the network and the vendor's own queue each keep a call that was sent."""
    slow, arrived = Held(), list[float]()

    async def kept(request: web.Request) -> web.StreamResponse:
        answer = await slow(request)
        time.now += 0.9
        arrived.append(time.now)
        return answer

    async def note(_: web.Request) -> web.StreamResponse:
        arrived.append(time.now)
        return web.Response()

    vendor.will(kept, note)
    send = transport(Limits(1, 0))
    first, second = (asyncio.create_task(send(vendor.request())) for _ in range(2))
    await slow.arrived.wait()
    slow.go.set()
    await asyncio.gather(first, second)
    assert arrived[1] - arrived[0] >= 1


async def test_no_more_calls_at_once_than_allowed(vendor: Vendor, transport: Make) -> None:
    held = [Held() for _ in range(3)]
    vendor.will(*held)
    send = transport(Limits(0, 0, at_once=2))
    work = [asyncio.create_task(send(vendor.request())) for _ in range(3)]
    await asyncio.gather(held[0].arrived.wait(), held[1].arrived.wait())
    assert send.facts().waiting == 1
    assert len(vendor.seen) == 2
    for each in held:
        each.go.set()
    await asyncio.gather(*work)


async def test_two_transports_do_not_share_a_budget(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    one, other = transport(Limits(1, 1)), transport(Limits(1, 1))
    await one(vendor.request())
    await other(vendor.request())
    assert time.sleeps == []


# The breaker


async def test_after_five_failures_the_vendor_is_left_alone(
    vendor: Vendor, transport: Make
) -> None:
    send = transport()
    await failures(send, vendor, 5)
    assert send.facts().breaker is State.OPEN
    with pytest.raises(TryLater, match="left alone") as raised:
        await send(vendor.request("POST"))
    assert raised.value.after == 3.75
    assert len(vendor.seen) == 5


async def test_connections_that_cannot_be_made_open_the_breaker(
    vendor: Vendor, transport: Make
) -> None:
    send = transport()
    for _ in range(5):
        with pytest.raises(TryLater, match="no connection"):
            await send(vendor.request(url=NOBODY))
    with pytest.raises(TryLater, match="left alone"):
        await send(vendor.request(url=NOBODY))


async def test_4xx_never_open_it(vendor: Vendor, transport: Make) -> None:
    send = transport()
    vendor.will(*[status(404)] * 9)
    for _ in range(9):
        await send(vendor.request())
    assert send.facts().breaker is State.CLOSED


async def test_one_probe_goes_through_and_closes_it(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    send = transport()
    await failures(send, vendor, 5)
    time.now += 3.75
    probing = Held()
    vendor.will(probing)
    probe = asyncio.create_task(send(vendor.request("POST")))
    await probing.arrived.wait()
    assert send.facts().breaker is State.PROBING
    with pytest.raises(TryLater) as raised:
        await send(vendor.request("POST"))
    assert raised.value.after == 1.0
    probing.go.set()
    assert (await probe).status == 200
    assert send.facts().breaker is State.CLOSED
    assert (await send(vendor.request("POST"))).status == 200


async def test_a_cancelled_probe_leaves_the_way_free_for_the_next(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    send = transport()
    await failures(send, vendor, 5)
    time.now += 3.75
    probing = Held()
    vendor.will(probing)
    probe = asyncio.create_task(send(vendor.request("POST")))
    await probing.arrived.wait()
    probe.cancel()
    await asyncio.wait([probe])
    assert send.facts().breaker is State.OPEN
    assert (await send(vendor.request("POST"))).status == 200
    probing.go.set()


async def test_who_waits_in_line_when_it_opens_is_sent_away(
    vendor: Vendor, transport: Make
) -> None:
    send = transport(Limits(0, 0, at_once=1))
    vendor.will(*[status(500)] * 5)
    work = [asyncio.create_task(send(vendor.request("POST"))) for _ in range(8)]
    results = await asyncio.gather(*work, return_exceptions=True)
    assert [isinstance(result, Response) for result in results] == [True] * 5 + [False] * 3
    assert all(isinstance(result, TryLater) for result in results[5:])
    assert len(vendor.seen) == 5


async def test_while_it_is_open_nobody_waits_in_line_to_hear_so(
    vendor: Vendor, transport: Make, time: Time
) -> None:
    send = transport(Limits(0, 5))
    await failures(send, vendor, 5)
    with pytest.raises(TryLater, match="left alone"):
        await send(vendor.request())
    assert time.sleeps == []
