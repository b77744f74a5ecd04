"""The vendors fall silent in each way there is: an alarm each, and none once it is mended."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from house import P1_SECRET, SECRET, House, open_house, open_sandbox

from bridge.app import vitals
from bridge.app.run import _look_at_files
from bridge.core import reasons
from bridge.core.model import Key
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.sandbox.webhooks import Chaos
from bridge.store import person, waiting

PUBLIC = "https://bridge.example"
TARGET = f"{PUBLIC}/webhooks/rxscale"


async def standing(house: House) -> list[str]:
    return [each.reason.code for each in await house.bridge.store.read(waiting.open_alarms)]


async def looked(house: House) -> list[str]:
    await house.bridge.listening.look()
    return await standing(house)


async def test_webhooks_that_do_not_come_and_come_again(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        assert await looked(house) == []
        await house.orders_arrive(count=3, announce=False)
        await house.sweep()
        assert await looked(house) == [reasons.EVENTS_MISSED]
        (alarm,) = await house.bridge.store.read(waiting.open_alarms)
        assert alarm.reason.facts == {"vendor": "RxScale", "changes": 3}
        document = (await vitals.health(house.bridge)).document()
        assert document["checks"]["webhooks"]["status"] == "degraded"
        assert document["checks"]["webhooks"]["lost_today"] == 3
        await house.orders_arrive()
        assert await looked(house) == [reasons.WEBHOOKS_LOST]  # three of four, of this day
        house.bridge.listening._now = lambda: alarm.since + timedelta(hours=4)
        assert await looked(house) == []


async def test_pharmaone_is_silent_while_its_orders_change(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=3)
        made = [await house.approve(uid) for uid in uids]
        await house.sweep()
        assert await looked(house) == []
        sandbox.world.spoil_webhooks(Chaos(lose=1.0), ["pharmaone"])
        for order in made:
            await house.change(order, status="packing")
        await house.sweep()
        assert await looked(house) == [reasons.EVENTS_MISSED]
        (alarm,) = await house.bridge.store.read(waiting.open_alarms)
        assert alarm.key == "silence:pharmaone"
        sandbox.world.spoil_webhooks(Chaos(), ["pharmaone"])
        await house.change(made[0], status="shipped")
        assert await looked(house) == []


async def test_a_secret_that_was_changed(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        assert await looked(house) == []
        courier = sandbox.world.courier
        for one in list(courier.subscriptions.values()):
            if one.vendor == "rxscale":
                courier.subscriptions[one.uid] = replace(one, secret="whsec_canary_rotated_rx")
        await house.orders_arrive(count=3)
        assert reasons.SIGNATURES_WRONG in await looked(house)
        file = house.bridge.secrets["rxscale"].file
        file.write_text('["whsec_canary_rotated_rx"]')
        await _look_at_files(house.bridge)  # every two seconds
        await house.orders_arrive()
        assert reasons.SIGNATURES_WRONG not in await looked(house)


async def test_a_stranger_without_any_signature_is_no_alarm(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        assert await looked(house) == []
        async with aiohttp.ClientSession() as http:
            for _ in range(5):
                async with http.post(f"{house.running.url}/webhooks/rxscale", data=b"{}") as answer:
                    assert answer.status == 401
        assert await looked(house) == []


async def test_without_secrets_nothing_is_awaited(tmp_path: Path):
    none = {"rxscale": {"webhook_secrets": []}, "pharmaone": {"webhook_secrets": []}}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **none) as house:
        await looked(house)
        await house.orders_arrive(count=5)
        await house.sweep()
        assert await looked(house) == []


async def subscriptions_of(house: House, *events: str, target: str = TARGET) -> None:
    house.world.courier.subscriptions.clear()
    house.world.subscribe("rxscale", target, SECRET, events)
    house.world.subscribe("pharmaone", f"{house.running.url}/webhooks/pharmaone", P1_SECRET)
    await house.bridge.listening.read_subscriptions()


@pytest.mark.parametrize("heals", [False, True])
async def test_subscriptions_that_lack_or_lead_elsewhere(tmp_path: Path, heals: bool):
    changes = {"server": {"public_url": PUBLIC}, "webhooks": {"self_heal": heals}}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, **changes) as house:
        before = dict(house.world.courier.subscriptions)
        await subscriptions_of(house, *NEEDED_EVENTS)
        assert await standing(house) == []
        await subscriptions_of(house, "pharmacy_order_created")
        lacking = [] if heals else [reasons.NOT_SUBSCRIBED]
        assert await standing(house) == lacking
        kept = house.bridge.secrets["rxscale"]
        if heals:
            kept.look()
            ours = [s for s in house.world.courier.subscriptions.values() if s.target == TARGET]
            assert {one.event for one in ours} == NEEDED_EVENTS
            assert {one.secret for one in ours} <= {SECRET, *kept()}
            assert kept.file.stat().st_mode & 0o777 == 0o600
        elif lacking:
            house.world.subscribe("rxscale", TARGET, SECRET, NEEDED_EVENTS)
            kept.file.write_text('["whsec_canary_registered"]')
            await _look_at_files(house.bridge)  # `webhooks register` beside a running bridge
            assert await standing(house) == []
        await subscriptions_of(house, *NEEDED_EVENTS, target="https://old.example/hook")
        assert await standing(house) == [*lacking, reasons.SUBSCRIBED_ELSEWHERE]
        others = house.world.courier.subscriptions.values()
        assert any(each.target == "https://old.example/hook" for each in others)
        about, now = Key("silence:subscriptions"), house.bridge.machine.now()
        await house.bridge.store.write(person.accept, about, now)
        assert await standing(house) == []
        health = (await vitals.health(house.bridge)).document()["checks"]["webhooks"]
        assert (health["status"], health["subscriptions"]) == ("ok", "differ")
        house.world.courier.subscriptions.clear()
        house.world.courier.subscriptions.update(before)
