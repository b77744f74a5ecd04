"""Right before the wire: who may not call any more sends nothing, however far the call has come."""

import pytest
from transport.doubles import Make, Time, Vendor

from bridge.core import reasons
from bridge.errors import TryLater
from bridge.exchange import Call, Request
from bridge.transport.breaker import State
from bridge.transport.budget import Limits


def asking(vendor: Vendor, answers: list[bool]) -> Request:
    """A submission that asks before it goes out."""
    return vendor.request("POST", permit=lambda: answers.pop(0))


async def test_without_permission_nothing_is_sent_and_nobody_is_to_blame(
    transport: Make, vendor: Vendor, calls: list[Call]
):
    send = transport(Limits(10, 600))
    for _ in range(9):
        with pytest.raises(TryLater) as refused:
            await send(asking(vendor, [False]))
        assert refused.value.reason.code == reasons.NOT_OWNED
    assert not vendor.requests
    assert (sum(send.recent()), send.facts().breaker) == (0, State.CLOSED)
    assert send.facts().last_error is None
    assert {call.outcome for call in calls} == {"not permitted"}


async def test_with_permission_it_is_asked_once_for_each_try(transport: Make, vendor: Vendor):
    send, answers = transport(Limits(10, 600)), [True, False]
    await send(asking(vendor, answers))
    assert (len(vendor.requests), answers, sum(send.recent())) == (1, [False], 1)


async def test_what_another_process_made_of_the_limits_counts(
    transport: Make, vendor: Vendor, time: Time
):
    send = transport(Limits(10, 600))
    send.take_over([30], 9.5, time.clock())
    assert sum(send.recent()) == 130
    began = time.clock()
    await send(asking(vendor, [True]))
    assert 1.0 <= time.clock() - began < 1.1, "the last second may have been full"
    send.take_over([590], 9.5, time.clock())
    await send(asking(vendor, [True]))
    assert time.clock() - began > 50


async def test_what_several_claims_tell_of_the_same_calls_counts_once(
    transport: Make, vendor: Vendor, time: Time
):
    """Each pharmacy of a key begins by itself, and all keys of a process may share PharmaOne's."""
    send, at = transport(Limits(10, 600)), time.clock()
    for reported in ([30, 5], [30, 5], [20]):
        send.take_over(reported, 9.5, at)
        time.now += 3
    assert sum(send.recent()) == 135
    send.take_over([90, 5], 9.5, at)
    assert sum(send.recent()) == 195, "and what only the last of them tells"
    time.now += 61
    send.take_over([30], 9.5, time.clock())
    assert sum(send.recent()) == 130, "long afterwards it is another one's"


async def test_what_is_handed_on_again_and_again_keeps_its_age(transport: Make, time: Time):
    """A replica fails every 15 s: what the first may have called is over a minute later."""
    told: list[int] = []
    for _ in range(8):
        send = transport(Limits(10, 600))
        send.take_over(told, 9.5, time.clock())
        time.now += 5
        told = send.recent()
        time.now += 10  # nobody hears of it meanwhile
    assert sum(told) <= 5 * 100
    assert told[:3] == [0, 0, 20]
