"""What is known of the vendors, over real HTTP: fewer calls, or a person who is asked."""

import logging
import shutil
from pathlib import Path

import pytest
from house import MAPPINGS, House, open_house, open_sandbox

from bridge.core.facts import ShortStock
from bridge.core.model import Phase
from bridge.errors import Misconfigured
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.store import person, stock, waiting
from bridge.texts import say

LOST = Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")


def known(folder: Path, text: str) -> None:
    if not (folder / "mappings").exists():
        shutil.copytree(MAPPINGS, folder / "mappings")
    (folder / "mappings" / "facts.toml").write_text(text)


def searches(house: House) -> int:
    return len(house.world.calls("GET /orders"))


async def test_where_a_second_one_would_be_made_a_person_is_asked(tmp_path: Path):
    known(tmp_path, 'pharmaone.repeated_reference = "second"')
    async with (
        open_sandbox(reference_mode="second") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        house.world.break_calls(LOST)
        (uid,) = await house.orders_arrive()
        (row,) = await house.stuck()
        assert "facts.toml: pharmaone.repeated_reference = second" in say(row.reason)
        assert len(house.requests(uid)) == 1
        order_id = await house.approve(uid)
        assert (await house.record(uid)).order_id == order_id
        assert await house.stuck() == []


@pytest.mark.parametrize(("value", "mode"), [("same", "same"), ("refused", "conflict")])
async def test_where_repeating_is_harmless_nothing_is_searched(
    tmp_path: Path, value: str, mode: str
):
    known(tmp_path, f'pharmaone.repeated_reference = "{value}"')
    async with open_sandbox(reference_mode=mode) as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.break_calls(LOST)
        before = searches(house)
        (uid,) = await house.orders_arrive()
        record = await house.record(uid)
        assert (record.phase, record.attempts) == (Phase.SUBMITTED, 2)
        assert len(house.requests(uid)) == 1
        assert searches(house) == before
        told = [str(entry.facts.get("why")) for entry in (await house.story(uid)).entries]
        assert any("repeated_reference" in each for each in told)


async def test_half_a_file_takes_no_fact_away(tmp_path: Path):
    """The simulation found it: an order was sent a second time while facts.toml was cut short."""
    known(tmp_path, 'pharmaone.repeated_reference = "second"')
    async with (
        open_sandbox(reference_mode="second") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        known(tmp_path, "# An order-request comes ag")
        await house.bridge.reloader.look()
        assert "is not told any more" in str(house.bridge.reloader.error)
        house.world.break_calls(LOST)
        (uid,) = await house.orders_arrive()
        assert [row.reason.code for row in await house.stuck()] == ["unsure_submission"]
        assert len(house.requests(uid)) == 1


async def test_half_a_file_is_refused_at_a_start_too(tmp_path: Path):
    before, short = 'pharmaone.repeated_reference = "second"', "# An order-request comes ag"
    async with open_sandbox(reference_mode="second") as sandbox:
        for text in (short, before, before, before.replace("second", "unknown"), short):
            known(tmp_path, text)
            async with open_house(sandbox, tmp_path):
                pass
        known(tmp_path, before)
        async with open_house(sandbox, tmp_path):
            pass
        known(tmp_path, short)
        with pytest.raises(Misconfigured, match="is not told any more, and was second"):
            async with open_house(sandbox, tmp_path):
                pass


async def test_a_mended_file_that_says_what_is_in_force_is_told_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    before = 'pharmaone.repeated_reference = "second"'
    caplog.set_level(logging.INFO)
    known(tmp_path, before)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        for text in ("[nonsense", "[nonsense]", before, before + "\n"):
            known(tmp_path, text)
            await house.bridge.reloader.look()
            await house.bridge.reloader.look()
    refused = "mapping files refused; the last valid ones stay"
    told = [each for each in caplog.messages if each.startswith("mapping files")]
    assert told == [refused, refused, "mapping files taken up", "mapping files taken up"]


async def test_a_fact_is_taken_up_without_a_restart(tmp_path: Path):
    async with (
        open_sandbox(reference_mode="second") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        known(tmp_path, 'pharmaone.repeated_reference = "second"')
        await house.bridge.reloader.look()
        house.world.break_calls(LOST)
        (uid,) = await house.orders_arrive()
        assert [row.reason.code for row in await house.stuck()] == ["unsure_submission"]
        assert await house.bridge.store.write(
            person.retry, [f"order:{uid}"], house.bridge.started_at
        )
        await house.settle()
        assert len(house.requests(uid)) == 2, "a person looked, and said so"


@pytest.mark.parametrize(
    ("value", "short"), [("zero", 0), ("negative", -2), ("refused", None), ("unknown", None)]
)
async def test_what_rxscale_shows_of_a_sku_that_was_short(
    tmp_path: Path, value: ShortStock, short: int | None
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        uid = "psku-1002"

        def sell(connection):
            connection.execute("UPDATE stock SET rx_stock = 3 WHERE pharmacy_sku_uid = ?", (uid,))
            stock.sold(connection, [(uid, 1)], house.bridge.started_at, value)
            plenty = connection.execute(_STOCK, (uid,)).fetchone()[0]
            stock.sold(connection, [(uid, 4)], house.bridge.started_at, value)
            return plenty, connection.execute(_STOCK, (uid,)).fetchone()[0]

        assert await house.bridge.store.write(sell) == (2, short)
        await house.sync()
        assert house.stock(uid) == 410, "written again, or never another one"


_STOCK = "SELECT rx_stock FROM stock WHERE pharmacy_sku_uid = ?"


@pytest.mark.parametrize("mode", ["zero", "negative"])
async def test_an_order_of_more_than_was_offered_leaves_the_right_number(tmp_path: Path, mode: str):
    known(tmp_path, f'rxscale.short_stock_on_complete = "{mode}"')
    async with open_sandbox(rx_short_stock=mode) as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        line = {"order_items": [{"sku": {"uid": "sku-1002"}, "amount": 3}]}
        (uid,) = await house.orders_arrive(line)
        order_id = await house.approve(uid)
        house.world.set_skus(changes=[{"uid": "psku-1002", "stock": 1}], announce=False)
        await house.change(order_id, shipped=True)
        await house.sync()
        assert house.stock("psku-1002") == 407


async def through(house: House, uid: str) -> tuple[int, int]:
    """Calls at RxScale and at PharmaOne for an order's whole life."""
    order_id = await house.approve(uid)
    assert house.status(uid) == "in-progress"
    await house.change(order_id, status="ready_pickup")
    assert house.status(uid) == "ready_for_pickup"
    await house.change(order_id, shipped=True)
    assert house.status(uid) == "completed"
    assert (await house.record(uid)).phase is Phase.DONE
    calls = [call.vendor for call in house.calls() if uid in (call.uid, call.reference)]
    return calls.count("rxscale"), calls.count("pharmaone")


@pytest.mark.parametrize(
    ("value", "calls"), [("true", (5, 4)), ("false", (8, 4)), ('"unknown"', (8, 4))]
)
async def test_calls_of_an_order(tmp_path: Path, value: str, calls: tuple[int, int]):
    known(tmp_path, f"rxscale.refuses_illegal_steps = {value}")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        assert await through(house, uid) == calls
        before = len(house.calls())
        await house.settle()
        assert len(house.calls()) == before
        story = " ".join(str(entry.facts.get("rule")) for entry in (await house.story(uid)).entries)
        assert ("rxscale.refuses_illegal_steps" in story) is (value == "true")


async def test_with_every_webhook_lost_no_look_is_left_out_wrongly(tmp_path: Path):
    known(tmp_path, "rxscale.refuses_illegal_steps = true")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(Chaos(lose=1.0))
        (uid,) = await house.orders_arrive()
        await house.sweep()
        order_id = await house.approve(uid)
        await house.sweep()
        await house.change(order_id, shipped=True)
        await house.sweep()
        assert house.status(uid) == "completed"


@pytest.mark.parametrize("told", [True, False])
async def test_what_was_cancelled_unseen_is_looked_at_once_rxscale_refuses(
    tmp_path: Path, told: bool
):
    known(tmp_path, "rxscale.refuses_illegal_steps = true")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        if not told:
            house.world.spoil_webhooks(Chaos(lose=1.0), ["rxscale"])
        house.world.set_order_status(uid, "cancelled", None)
        order_id = await house.approve(uid)
        assert house.status(uid) == "cancelled"
        assert house.world.p1_orders[order_id].status == "cancelled"


async def test_what_rxscale_told_meanwhile_is_looked_at(tmp_path: Path):
    """A hold is not lifted by a step that is legal from it."""
    known(tmp_path, "rxscale.refuses_illegal_steps = true")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        house.world.set_order_status(uid, "on-hold", "wait")
        order_id = await house.approve(uid)
        assert house.status(uid) == "on-hold"
        await house.change_at_rxscale(uid, "pending review")
        await house.change(order_id, status="ready_pickup")
        assert house.status(uid) == "ready_for_pickup"


async def test_an_accepted_attention_and_an_open_one_outlive_a_look_that_was_left_out(
    tmp_path: Path,
):
    known(tmp_path, "rxscale.refuses_illegal_steps = true")
    line = {"sku": {"uid": "sku-1001", "pzn": "12345679"}, "amount": 1}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive({"order_items": [line]})
        await house.approve(uid)
        assert house.status(uid) == "in-progress"
        rows = await house.bridge.store.read(waiting.everything)
        assert [row.reason.code for row in rows] == ["odd_pzn"]


async def test_a_write_without_effect_is_found_out_by_the_next_step(tmp_path: Path):
    known(tmp_path, "rxscale.refuses_illegal_steps = true")
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        deaf = Fault(vendor="rxscale", route="PATCH /pharmacy_orders/{uid}/status", status=200)
        house.world.break_calls(deaf)
        order_id = await house.approve(uid)
        assert house.status(uid) == "pending review"
        await house.change(order_id, status="ready_pickup")
        assert house.status(uid) == "ready_for_pickup"
