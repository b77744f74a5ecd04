"""Writing SKUs: the newest number wins, one call a SKU at a time, and no answer is lost."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.core.model import PharmacySkuUid
from bridge.core.stock.model import Write
from bridge.cycles.stock.push import Pusher
from bridge.errors import Fault, Misconfigured, Refused, TryLater
from bridge.exchange import Priority
from bridge.store import stock, waiting
from bridge.store.stock import Pushed

NOW = datetime(2026, 1, 2, 8, tzinfo=UTC)


def write(number: int, stock: int, before: int | None = 0) -> Write:
    return Write(PharmacySkuUid(f"psku-{number}"), stock, None, before)


class RxScale:
    """Answers a write when told to, or at once while `open`."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int, Priority]] = []
        self.under_way: list[str] = []
        self.open = asyncio.Event()
        self.open.set()
        self.answers: Callable[[str], Any] = lambda _: True

    async def set_sku(self, uid: str, *, stock: int, priority: Priority, **_: Any) -> bool:
        assert uid not in self.under_way, "two writes of one SKU at once"
        self.under_way.append(uid)
        self.calls.append((uid, stock, priority))
        await self.open.wait()
        self.under_way.remove(uid)
        answer = self.answers(uid)
        if isinstance(answer, Exception):
            raise answer
        return bool(answer)


class Store:
    """Notes what writes came to, and which SKUs wait for a person."""

    def __init__(self) -> None:
        self.noted: list[Pushed] = []
        self.stuck: list[str] = []
        self.fails = 0

    async def write(self, question: Callable[..., None], *given: Any) -> None:
        if question is waiting.put_stuck:
            self.stuck.append(given[0])
            return
        assert question is stock.pushed
        if self.fails:
            self.fails -= 1
            raise TryLater("disk full")
        self.noted += given[0]


class Bench:
    def __init__(self, at_once: int = 4) -> None:
        self.rxscale, self.store, self.counted = RxScale(), Store(), list[str]()
        self.pusher = Pusher(
            self.rxscale,  # type: ignore[arg-type]
            self.store,  # type: ignore[arg-type]
            lambda: NOW,
            at_once=at_once,
            count=lambda _, word: self.counted.append(word),
        )

    def noted(self) -> list[tuple[str, int | None]]:
        return sorted((each.write.uid, each.write.stock) for each in self.store.noted)


async def turn() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_everything_is_written_in_order_and_noted():
    bench = Bench(at_once=2)
    bench.pusher.replace([write(1, 5, 9), write(2, 6, 0), write(3, 7, None)], NOW)
    await bench.pusher.idle()
    assert bench.rxscale.calls == [
        ("psku-1", 5, Priority.FALLING_STOCK),
        ("psku-2", 6, Priority.RISING_STOCK),
        ("psku-3", 7, Priority.FALLING_STOCK),
    ]
    assert bench.noted() == [("psku-1", 5), ("psku-2", 6), ("psku-3", 7)]
    assert bench.counted == ["fell", "rose", "fell"]
    assert bench.pusher.waiting == 0
    bench.pusher.replace([], NOW)
    await bench.pusher.idle()


async def test_the_newest_number_wins_over_one_that_waits():
    bench = Bench(at_once=1)
    bench.rxscale.open.clear()
    bench.pusher.replace([write(1, 5), write(2, 5)], NOW)
    await turn()
    bench.pusher.replace([write(2, 3), write(1, 4)], NOW + timedelta(seconds=1))
    assert bench.pusher.waiting == 3
    bench.rxscale.open.set()
    await bench.pusher.idle()
    assert [call[:2] for call in bench.rxscale.calls] == [
        ("psku-1", 5),
        ("psku-2", 3),
        ("psku-1", 4),
    ]


async def test_a_newer_number_waits_for_the_answer_to_the_older_one():
    bench = Bench(at_once=4)
    bench.rxscale.open.clear()
    bench.pusher.replace([write(1, 5), write(2, 5)], NOW)
    await turn()
    bench.pusher.replace([write(1, 4), write(3, 1)], NOW)
    await turn()
    assert [call[:2] for call in bench.rxscale.calls] == [
        ("psku-1", 5),
        ("psku-2", 5),
        ("psku-3", 1),
    ]
    bench.rxscale.open.set()
    await bench.pusher.idle()
    assert bench.rxscale.calls[-1][:2] == ("psku-1", 4)
    assert bench.noted()[-1] == ("psku-3", 1)


async def test_the_same_number_is_not_written_twice():
    bench = Bench()
    bench.rxscale.open.clear()
    bench.pusher.replace([write(1, 5)], NOW)
    await turn()
    bench.pusher.replace([write(1, 5)], NOW)
    bench.rxscale.open.set()
    await bench.pusher.idle()
    assert len(bench.rxscale.calls) == 1


async def test_what_was_written_while_the_plan_was_made_is_noted_again_and_not_written():
    bench = Bench()
    bench.pusher.mark()
    bench.pusher.replace([write(1, 5), write(2, 5)], NOW)
    await bench.pusher.idle()
    bench.pusher.replace([write(1, 5), write(2, 6)], NOW)
    await bench.pusher.idle()
    assert [call[:2] for call in bench.rxscale.calls[2:]] == [("psku-2", 6)]
    assert bench.noted() == [("psku-1", 5), ("psku-1", 5), ("psku-2", 5), ("psku-2", 6)]
    bench.pusher.mark()
    bench.pusher.replace([write(1, 5)], NOW)
    await bench.pusher.idle()
    assert bench.rxscale.calls[-1][:2] == ("psku-1", 5)


async def test_after_some_failures_in_a_row_the_rest_is_left_to_the_next_plan():
    bench = Bench(at_once=1)
    bench.rxscale.answers = lambda _: TryLater("no connection")
    bench.pusher.replace([write(number, 1) for number in range(9)], NOW)
    await bench.pusher.idle()
    assert len(bench.rxscale.calls) == 3
    assert str(bench.pusher.trouble) == "no connection"
    assert bench.noted() == []
    bench.rxscale.answers = lambda _: True
    bench.pusher.replace([write(1, 1)], NOW)
    await bench.pusher.idle()
    assert bench.pusher.trouble is None


async def test_one_failure_among_many_holds_up_nothing():
    bench = Bench(at_once=1)
    bench.rxscale.answers = lambda uid: TryLater("500") if uid == "psku-3" else True
    bench.pusher.replace([write(number, 1) for number in range(9)], NOW)
    await bench.pusher.idle()
    assert len(bench.noted()) == 8


async def test_a_key_without_permission_ends_it_at_once():
    bench = Bench(at_once=1)
    fault = Misconfigured(Fault("rxscale.api_key", "no-right", needed="sku_write", route="PATCH"))
    bench.rxscale.answers = lambda _: fault
    bench.pusher.replace([write(number, 1) for number in range(9)], NOW)
    await bench.pusher.idle()
    assert len(bench.rxscale.calls) == 1
    assert bench.pusher.trouble is fault


async def test_refused_and_hidden_skus():
    bench = Bench()
    refusal = Refused("400", status=400)
    bench.rxscale.answers = lambda uid: {"psku-1": refusal, "psku-2": False}.get(uid, True)
    bench.pusher.replace([write(1, 1), write(2, 1), write(3, 1)], NOW)
    await bench.pusher.idle()
    assert bench.store.stuck == ["sku:psku-1"]
    hidden = {each.write.uid: each.hidden for each in bench.store.noted}
    assert hidden == {"psku-2": True, "psku-3": False}
    assert sorted(bench.counted) == ["hidden", "refused", "rose"]


async def test_a_store_that_cannot_write_is_waited_for(monkeypatch: pytest.MonkeyPatch):
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    bench = Bench()
    bench.store.fails = 2
    monkeypatch.setattr("bridge.cycles.stock.push.asyncio.sleep", sleep)
    bench.pusher.replace([write(1, 1)], NOW)
    await bench.pusher.idle()
    assert slept == [1.0, 1.0]
    assert bench.noted() == [("psku-1", 1)]


async def test_a_flush_that_fails_loses_nothing():
    bench = Bench()
    bench.store.fails = 1
    bench.pusher._results.append(Pushed(write(1, 1), NOW, NOW))
    with pytest.raises(TryLater):
        await bench.pusher.flush()
    await bench.pusher.flush()
    assert bench.noted() == [("psku-1", 1)]


async def test_stopped_it_ends_what_is_under_way_and_notes_it():
    bench = Bench(at_once=1)
    bench.rxscale.open.clear()
    bench.pusher.replace([write(1, 1), write(2, 1)], NOW)
    await turn()
    stopping = asyncio.create_task(bench.pusher.stop())
    await turn()
    bench.rxscale.open.set()
    await stopping
    assert bench.noted() == [("psku-1", 1)]


async def test_cancelled_it_ends_at_once():
    bench = Bench(at_once=1)
    bench.rxscale.open.clear()
    bench.pusher.replace([write(1, 1), write(2, 1)], NOW)
    await turn()
    bench.pusher.cancel()
    await bench.pusher.idle()
    assert len(bench.rxscale.calls) == 1
    assert bench.noted() == []


async def test_nobody_looks_again_and_again_for_answers_that_do_not_come(
    monkeypatch: pytest.MonkeyPatch,
):
    bench, waits = Bench(), list[object]()
    waited = asyncio.wait

    async def counted(*given: Any, **named: Any) -> Any:
        waits.append(given)
        return await waited(*given, **named)

    monkeypatch.setattr("bridge.cycles.stock.push.RECORD_SECONDS", 0.0)
    monkeypatch.setattr("bridge.cycles.stock.push.asyncio.wait", counted)
    bench.rxscale.open.clear()
    bench.pusher.replace([write(1, 5), write(2, 6)], NOW)
    for _ in range(100):
        await asyncio.sleep(0)
    assert bench.rxscale.under_way == ["psku-1", "psku-2"]
    assert len(waits) < 3
    bench.rxscale.open.set()
    await bench.pusher.idle()
    assert {each.write.uid for each in bench.store.noted} == {"psku-1", "psku-2"}
