"""Both sides are compared completely: what agrees, what the loop mends, and what it had missed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from house import House, open_house, open_sandbox

from bridge.app import vitals
from bridge.core import reasons
from bridge.core.journal import Event
from bridge.core.reconcile import Proof
from bridge.errors import TryLater
from bridge.exchange import Priority
from bridge.store import person, proofs, waiting

SKU = "psku-1001"
SOON = {"orders": {"poll_seconds": 0.05}, "stock": {"sync_seconds": 0.05, "write": True}}


async def compared(house: House) -> Proof:
    """What the next comparison comes to; told the same by the store and by /health."""
    proof = await house.bridge.proof.compare()
    assert await house.bridge.store.read(proofs.last) == proof
    told = await health(house)
    assert told["differences"] == len(proof.differing)
    assert [each["key"] for each in told["differing"]] == [each.key for each in proof.differing]
    return proof


async def health(house: House) -> dict[str, Any]:
    return (await vitals.health(house.bridge)).document()["checks"]["proof"]


async def standing(house: House) -> list[str]:
    return [each.reason.code for each in await house.bridge.store.read(waiting.open_alarms)]


def silently(house: House, uid: str, status: str) -> None:
    """RxScale's own people set it, and no webhook tells."""
    rxscale, order = house.world.rxscale, house.world.orders[uid]
    order.set_status(status, rxscale.now)


async def finished(house: House) -> str:
    (uid,) = await house.orders_arrive()
    order = await house.approve(uid)
    for changes in ({"status": "ready_to_ship"}, {"status": "shipped", "shipped": True}):
        await house.change(order, **changes)
    assert house.status(uid) == "completed"
    return uid


async def test_all_agrees_in_every_phase(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        assert (await health(house))["compared_at"] is None
        await house.sync()
        await finished(house)
        waiting, made = await house.orders_arrive(count=2)
        await house.approve(made)
        await house.sync()
        proof = await compared(house)
        assert proof.differing == ()
        assert (proof.orders, proof.skus) == (3, house.bridge.stock.facts().linked)
        assert (await health(house))["status"] == "ok"
        assert waiting != made


async def test_what_the_loop_finds_by_itself_is_no_difference(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        (uid,) = await house.orders_arrive()
        await house.approve(uid)
        await house.sync()
        silently(house, uid, "on-hold")
        house.world.skus[SKU]["stock"] = 1
        order = house.bridge.proof._order
        looked = False

        async def after_the_loop(*about: Any) -> Any:
            nonlocal looked
            if not looked:
                looked = True
                await house.sweep()
                await house.sync()
            return await order(*about)

        house.bridge.proof._order = after_the_loop  # type: ignore[method-assign]
        proof = await compared(house)
        assert looked
        assert proof.differing == ()


async def test_an_end_that_changed_unseen_is_a_fault_of_the_loop(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        await house.sync()
        uid = await finished(house)
        await house.sync()
        silently(house, uid, "cancelled")  # no list of open orders shows that
        await house.sweep()
        (differing,) = (await compared(house)).differing
        assert differing.key == f"order:{uid}"
        assert (differing.times, differing.explained) == (1, False)
        told = await health(house)
        assert told["unexplained"] == 1
        assert "RxScale's status was 'completed'" in told["differing"][0]["what"]
        assert (
            house.bridge.metrics.registry.get_sample_value("rxbridge_unexplained_differences_total")
            == 1
        )
        story = await house.story(uid)
        assert Event.UNEXPLAINED in [entry.what for entry in story.entries]
        assert await standing(house) == []
        await house.settle()  # it is looked at, and stuck: one side completed, one cancelled
        again = await compared(house)
        assert [(each.times, each.since) for each in again.differing] == [(2, differing.since)]
        assert again.differing[0].explained
        assert again.differing[0].doing.code == reasons.WAITS_FOR_A_PERSON
        assert await standing(house) == [reasons.STILL_DIFFERS]
        assert (await health(house))["status"] == "degraded"
        assert (await health(house))["unexplained"] == 1
        silently(house, uid, "completed")
        keys, now = [again.differing[0].key], house.bridge.machine.now()
        await house.bridge.store.write(person.retry, keys, now)
        await house.settle()
        assert (await compared(house)).differing == ()
        assert await standing(house) == []


async def test_a_sku_that_nobody_writes(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        await house.sync()
        assert (await compared(house)).differing == ()
        house.world.skus[SKU]["stock"] = 1
        (differing,) = (await compared(house)).differing  # no round of stock takes place
        assert (differing.key, differing.explained) == (f"sku:{SKU}", False)
        assert differing.what.code == reasons.NUMBER_DIFFERS
        await house.sync()
        assert (await compared(house)).differing == ()


async def test_an_order_that_only_rxscale_knows(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        await house.sync()
        (uid,) = house.world.add_orders(1, [], announce=False)
        (differing,) = (await compared(house)).differing  # no sweep takes place
        assert (differing.key, differing.explained) == (f"order:{uid}", False)
        await house.settle()
        assert (await house.record(uid)).submitted_at is not None
        await house.sync()
        assert (await compared(house)).differing == ()


async def test_a_proof_that_does_not_come_through(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        cycle = house.bridge.proof
        await house.sync()
        await compared(house)
        now = house.bridge.machine.now
        cycle._now = lambda: now() + timedelta(hours=26)

        async def refuse(*_: Any, **__: Any) -> Any:
            raise TryLater("down")

        kept, house.bridge.catalogue.read = house.bridge.catalogue.read, refuse
        with pytest.raises(TryLater):
            await cycle.round()
        assert await standing(house) == [reasons.NOT_PROVED]
        house.bridge.catalogue.read = kept
        await cycle.round()
        assert await standing(house) == []
        assert cycle._due_at - cycle._now() > timedelta(hours=5)
        cycle.again()
        assert cycle._due_at - cycle._now() < timedelta(minutes=1)


async def test_every_call_of_it_goes_last(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        await house.sync()
        (uid,) = await house.orders_arrive()
        await house.approve(uid)
        asked: list[Priority] = []
        for transport in (
            house.bridge.vendors.rxscale_transport,
            house.bridge.vendors.pharmaone_transport,
        ):
            take = transport._turns.take_now

            def taken(priority: Priority, take: Any = take) -> Any:
                asked.append(priority)
                return take(priority)

            transport._turns.take_now = taken  # type: ignore[method-assign]
        await compared(house)
        assert asked.count(Priority.PROOF) > 10
        assert len(asked) - asked.count(Priority.PROOF) == 1  # PharmaOne's inventory


async def test_what_it_costs(tmp_path: Path):
    """Many finished orders are read from lists, not one by one."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        for _ in range(12):
            await finished(house)
        before = len(house.world.calls())
        await compared(house)
        calls = house.world.calls()[before:]
        assert not [call for call in calls if "pharmacy_orders/{uid}" in call.route]


@pytest.mark.parametrize(
    ("language", "agreed", "differed"),
    [
        ("en", "orders, 6 SKUs, no difference", "1 that differ"),
        ("de", "Bestellungen, 6 Artikel, kein Unterschied", "1 verschieden"),
    ],
)
async def test_the_page_tells_it(tmp_path: Path, language: str, agreed: str, differed: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        await house.sync()
        await compared(house)
        headers = {"Accept-Language": language}
        async with aiohttp.ClientSession(headers=headers) as http:
            async with http.get(house.running.url) as answer:
                assert agreed in " ".join((await answer.text()).split())
            house.world.skus[SKU]["stock"] = 1
            await compared(house)
            async with http.get(house.running.url) as answer:
                text = " ".join((await answer.text()).split())
        assert differed in text
        assert f"<li>{SKU}: RxScale " in text


async def test_a_completed_order_that_pharmaone_lost_is_told_and_no_fault_of_the_bridge(
    tmp_path: Path,
):
    """As after a restored database. What staff make again, or tell that they deleted, is not."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **SOON) as house:
        await house.sync()
        older = (await house.record(await finished(house))).order_id
        house.world.p1_orders[older].data["created_at"] = "2026-01-01T08:00:00Z"
        house.world.copy("before")
        lost, redone = await finished(house), await finished(house)
        orders = dict(house.world.p1_orders)
        house.world.put_back("before", ["pharmaone"])
        order = (await house.record(redone)).order_id
        house.world.p1_orders[order] = orders[order]
        house.world.pharmaone.delete((await house.record(await finished(house))).order_id)
        await house.settle()
        (told,) = (await compared(house)).differing
        assert (told.key, told.explained) == (f"order:{lost}", True)
        assert [told.what.code, told.doing.code] == ["order_gone", "lost_after_its_end"]
        assert (await compared(house)).differing[0].times == 2
        assert (await health(house))["unexplained"] == 0
        house.world.p1_orders |= orders
        assert (await compared(house)).differing == ()
