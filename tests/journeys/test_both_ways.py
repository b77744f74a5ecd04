"""Cancellations, holds, jumps and refusals on the way back, over real HTTP and a real file."""

import hashlib
import hmac
import itertools
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from house import MAPPINGS, P1_SECRET, House, open_house, open_sandbox

from bridge.app.machine import now
from bridge.core.model import Hint, Phase, order_key
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.store import todo, views
from bridge.texts import steps

ACCEPTED = range(200, 300)


def statuses_set(house: House, uid: str) -> list[str]:
    """The writes RxScale took for an order, by route."""
    return [
        call.route
        for call in house.calls(uid)
        if call.vendor == "rxscale" and call.method == "PATCH" and call.done
    ]


async def stuck_code(house: House) -> str:
    (row,) = await house.stuck()
    return row.reason.code


async def tell(house: House, event: str, metadata: dict[str, Any]) -> int:
    """A webhook of PharmaOne's that the sandbox itself does not send."""
    body = json.dumps({"id": f"e-{event}", "event_type": event, "metadata": metadata}).encode()
    digest = hmac.new(P1_SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"X-PharmaOne-Signature": f"sha256={digest}"}
    url = f"{house.running.url}/webhooks/pharmaone"
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=body, headers=headers) as answer,
    ):
        return answer.status


def changed_statuses(folder: Path, change: Callable[[str], str]) -> None:
    shutil.copytree(MAPPINGS, folder / "mappings")
    file = folder / "mappings" / "statuses.toml"
    file.write_text(change(file.read_text()))


# -- forwards --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [{"shipped": True}, {"picked_up": True}, {"status": "shipped"}, {"status": "completed"}],
)
async def test_a_jump_at_pharmaone_becomes_every_legal_step(tmp_path: Path, change):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        (request,) = house.requests(uid)
        order_id = house.world.approve(request.id)
        house.world.change_p1_order(order_id, **change)
        await house.settle()
        assert house.status(uid) == "completed"
        assert statuses_set(house, uid) == [
            *["PATCH /pharmacy_orders/{uid}/status"] * 3,
            "PATCH /pharmacy_orders/{uid}/complete_order",
        ]


async def test_in_the_legacy_dialect_a_jump_goes_by_processing(tmp_path: Path):
    async with (
        open_sandbox(rx_dialect="legacy", auto_complete_seconds=None) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        (uid,) = await house.orders_arrive()
        assert house.status(uid) == "processing"
        order_id = await house.approve(uid)
        await house.change(order_id, shipped=True)
        assert house.status(uid) == "shipped"
        assert statuses_set(house, uid) == ["PATCH /pharmacy_orders/{uid}/status"] * 2
        assert (await house.record(uid)).phase is Phase.DONE


async def test_with_every_webhook_lost_the_sweeps_bring_everything(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(Chaos(lose=1.0))
        (uid,) = await house.orders_arrive()
        await house.sweep()
        assert house.status(uid) == "pending review"
        order_id = await house.approve(uid)
        await house.sweep()
        assert house.status(uid) == "in-progress"
        await house.change(order_id, status="ready_pickup")
        await house.sweep()
        assert house.status(uid) == "ready_for_pickup"
        await house.change(order_id, picked_up=True)
        await house.sweep()
        assert house.status(uid) == "completed"
        assert len(house.requests(uid)) == 1


@pytest.mark.parametrize("listed", [False, True])
@pytest.mark.parametrize("pharmaone", [-7200.0, 0.0, 7200.0])
@pytest.mark.parametrize("rxscale", [-7200.0, 7200.0])
async def test_clocks_two_hours_apart_and_every_webhook_lost(
    tmp_path: Path, rxscale: float, pharmaone: float, listed: bool
):
    async with (
        open_sandbox(
            rx_clock_ahead_seconds=rxscale,
            p1_clock_ahead_seconds=pharmaone,
            list_has_external_id=listed,
        ) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        house.world.spoil_webhooks(Chaos(lose=1.0))
        (uid,) = await house.orders_arrive()
        await house.sweep()
        order_id = await house.approve(uid)
        await house.sweep()
        assert (await house.record(uid)).order_id == order_id
        await house.change(order_id, picked_up=True)
        await house.sweep()
        assert house.status(uid) == "completed"
        assert len(house.requests(uid)) == 1
        exchanges = [call for call in house.calls() if call.route == "POST /auth/token"]
        assert len(exchanges) == 1


async def test_clocks_two_hours_apart_and_a_lost_answer_whose_order_is_not_shown_yet(
    tmp_path: Path,
):
    """PharmaOne lists the new order and denies it: by its own clock it is an old one."""
    async with (
        open_sandbox(p1_clock_ahead_seconds=-7200, reference_mode="second") as sandbox,
        open_house(sandbox, tmp_path, orders={"unsure_grace_seconds": 1}) as house,
    ):
        house.world.spoil_webhooks(Chaos(lose=1.0))
        cut = Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")
        house.world.break_calls(cut)
        house.world.add_orders(1, [])
        await house.bridge.sweep.run()
        await house.bridge.worker.run_until_idle()
        (request,) = house.world.order_requests.values()
        order_id = house.world.approve(request.id)
        absent = {"error": "not found"}
        denied = Fault(vendor="pharmaone", route="GET /orders/{id}", status=404, body=absent)
        house.world.break_calls(denied)
        await house.settle()
        assert (await house.record(request.external_reference)).order_id == order_id
        assert len(house.world.order_requests) == 1


@pytest.mark.parametrize(
    "chaos", [Chaos(double=1.0), Chaos(reorder=1.0), Chaos(double=0.5, reorder=0.5)]
)
async def test_with_webhooks_doubled_and_out_of_order_nothing_is_done_twice(
    tmp_path: Path, chaos: Chaos
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(chaos)
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, shipped=True)
        await house.sweep()
        assert house.status(uid) == "completed"
        assert len(statuses_set(house, uid)) == 4
        assert len(house.requests(uid)) == 1


async def test_other_events_of_a_known_order_cost_no_call(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        before = len(house.world.calls())
        for event in ("order_updated", "order_marked_paid"):
            assert await tell(house, event, {"order_id": order_id}) == 200
        status = {"order_id": order_id, "old_status": "x", "new_status": "awaiting_packing"}
        assert await tell(house, "order_status_updated", status) == 200
        await house.settle()
        assert len(house.world.calls()) == before


async def test_our_own_changes_come_back_and_cost_no_call(tmp_path: Path):
    """RxScale announces each of our four writes, PharmaOne our cancelling: once the look is over,
    which ends a few milliseconds after its last call.
    """
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(Chaos(reorder=1.0), ("rxscale",))
        one, two = await house.orders_arrive(count=2)
        for uid in (one, two):
            await house.approve(uid)
        order_id = (await house.record(one)).order_id
        assert order_id is not None
        await house.change(order_id, shipped=True)
        await house.change_at_rxscale(two, "cancelled")
        assert house.world.p1_orders[(await house.record(two)).order_id].status == "cancelled"
        looks = [call for call in house.calls(one) if call.route == "GET /pharmacy_orders/{uid}"]
        # The order, the approval, the handover and before its second step: none for an echo.
        assert len(looks) == 4
        counters = (await house.bridge.store.read(views.facts, house.bridge.started_at)).counters
        assert counters["deliveries_echo"] >= 4  # those that met their look are settled by it


# -- cancelled at RxScale --------------------------------------------------------------------


async def test_cancelled_under_review_is_told_at_once_and_freed_by_a_rejection(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await house.change_at_rxscale(uid, "cancelled")
        assert await stuck_code(house) == "cancelled_at_rxscale"
        assert await tell(house, "order_request_rejected", {"external_reference": uid}) == 200
        await house.settle()
        assert not await house.stuck()
        assert (await house.record(uid)).phase is Phase.DONE


async def test_cancelled_under_review_and_approved_after_all_is_cancelled_there(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await house.change_at_rxscale(uid, "cancelled")
        order_id = await house.approve(uid)
        assert house.world.p1_orders[order_id].status == "cancelled"
        assert not await house.stuck()


@pytest.mark.parametrize("dialect", ["current", "legacy"])
@pytest.mark.parametrize("there", ["pending", "awaiting_packing", "ready_pickup"])
async def test_cancelled_at_rxscale_is_cancelled_at_pharmaone(
    tmp_path: Path, there: str, dialect: str
):
    async with (
        open_sandbox(rx_dialect=dialect) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change(order_id, status=there)
        await house.change_at_rxscale(uid, "cancelled")
        assert house.world.p1_orders[order_id].status == "cancelled"
        patches = [c for c in house.world.calls() if c.route == "PATCH /orders/{id}/status"]
        assert len(patches) == 1
        assert (await house.record(uid)).phase is Phase.DONE
        before = len(house.world.calls())
        await house.settle()
        assert len(house.world.calls()) == before


async def test_cancelled_after_the_handover_is_for_a_person(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.set_order_status(uid, "cancelled")
        house.world.change_p1_order(order_id, picked_up=True)
        await house.settle()
        assert await stuck_code(house) == "cancelled_after_handover"
        assert house.world.p1_orders[order_id].status != "cancelled"


async def test_a_cancellation_that_pharmaone_refuses_is_done_by_hand(tmp_path: Path):
    route = "PATCH /orders/{id}/status"
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.break_calls(Fault(vendor="pharmaone", route=route, status=400, body={}))
        await house.change_at_rxscale(uid, "cancelled")
        (row,) = await house.stuck()
        assert row.reason.code == "cancelled_at_rxscale"
        assert steps(row.reason, row.key)[0].startswith(f"cancel {order_id} in PharmaOne Manager")
        assert any(
            entry.what == "cancellation refused" for entry in (await house.story(uid)).entries
        )
        await house.change(order_id, status="cancelled")
        assert await house.stuck() == []


async def test_a_cancellation_whose_webhook_was_lost_is_not_overwritten(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.spoil_webhooks(Chaos(lose=1.0), ["rxscale"])
        await house.change_at_rxscale(uid, "cancelled")
        await house.change(order_id, status="ready_pickup")
        assert house.status(uid) == "cancelled"
        assert house.world.p1_orders[order_id].status == "cancelled"


# -- cancelled, deleted, rejected at PharmaOne -----------------------------------------------


@pytest.mark.parametrize("dialect", ["current", "legacy"])
@pytest.mark.parametrize("there", ["awaiting_packing", "ready_pickup"])
async def test_cancelled_at_pharmaone_is_cancelled_at_rxscale(
    tmp_path: Path, there: str, dialect: str
):
    async with (
        open_sandbox(rx_dialect=dialect) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change(order_id, status=there)
        await house.change(order_id, status="cancelled")
        assert house.status(uid) == "cancelled"
        assert (await house.record(uid)).phase is Phase.DONE


async def test_cancelled_at_pharmaone_after_the_handover_is_looked_at_and_changes_nothing(
    tmp_path: Path,
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change(order_id, picked_up=True)
        before = len(house.world.calls())
        await house.change(order_id, status="cancelled")
        assert (house.status(uid), await house.stuck()) == ("completed", [])
        assert len(house.world.calls()) <= before + 2


@pytest.mark.parametrize("told", [True, False])
async def test_what_is_shipped_after_its_cancellation_is_an_alarm(tmp_path: Path, told: bool):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change_at_rxscale(uid, "cancelled")
        assert (await house.record(uid)).phase is Phase.DONE
        house.world.spoil_webhooks(Chaos(lose=0.0 if told else 1.0))
        await house.change(order_id, shipped=True)
        await house.sweep()
        assert await stuck_code(house) == "cancelled_after_handover"


async def test_cancelled_on_both_sides_at_once_is_settled(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.set_order_status(uid, "cancelled")
        house.world.change_p1_order(order_id, status="cancelled")
        await house.settle()
        assert (await house.record(uid)).phase is Phase.DONE
        assert not await house.stuck()
        before = len(house.world.calls())
        await house.settle()
        assert len(house.world.calls()) == before


async def gone(house: House, *uids: str, told: bool) -> None:
    """PharmaOne loses the orders made from these, and its list is read while it denies them."""
    for uid in uids:
        order_id = (await house.record(uid)).order_id
        del house.world.p1_orders[order_id]
        if told:
            await tell(house, "order_deleted", {"order_id": order_id})
        else:
            await house.bridge.store.write(todo.hint, [Hint(order_key(uid), "a test")], now())
    await house.bridge.worker.run_until_idle()
    await house.bridge.p1_sweep.run()
    await house.settle()


async def test_an_order_deleted_at_pharmaone_is_cancelled_once_the_list_confirms_it(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=2)
        for uid in uids:
            await house.approve(uid)
        await gone(house, uids[0], told=True)
        assert [house.status(uid) for uid in uids] == ["cancelled", "in-progress"]


async def test_an_order_that_pharmaone_lost_and_never_told_of_is_for_a_person(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=2)
        for uid in uids:
            await house.approve(uid)
        await gone(house, uids[0], told=False)
        assert await stuck_code(house) == "deleted_in_pharmaone"
        assert [house.status(uid) for uid in uids] == ["in-progress", "in-progress"]


async def test_a_pharmaone_that_has_lost_all_orders_cancels_none(tmp_path: Path):
    """Another organisation, an emptied database: its list shows nothing that is known."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=2)
        for uid in uids:
            await house.approve(uid)
        await gone(house, *uids, told=True)
        assert [house.status(uid) for uid in uids] == ["in-progress", "in-progress"]
        assert {row.reason.code for row in await house.stuck()} == {"deleted_in_pharmaone"}


@pytest.mark.parametrize("body", [{"error": "not found"}, {"message": "no Route matched"}, "<p>"])
async def test_an_order_that_pharmaone_denies_for_a_while_goes_on(tmp_path: Path, body: object):
    long = {"gone_after_seconds": 600}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=long) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        denied = Fault(
            vendor="pharmaone", route="GET /orders/{id}", status=404, body=body, times=50
        )
        house.world.break_calls(denied)
        await tell(house, "order_deleted", {"order_id": order_id})
        await house.settle()
        assert (house.status(uid), await house.stuck()) == ("in-progress", [])
        house.world.faults.clear()
        await house.change(order_id, picked_up=True)
        await house.sweep()
        assert house.status(uid) == "completed"


async def test_a_rejected_request_is_for_a_person(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        request = (await house.record(uid)).request_id
        await tell(house, "order_request_declined", {"order_request_id": request})
        await house.settle()
        assert await stuck_code(house) == "rejected_in_pharmaone"
        assert house.status(uid) == "pending review"
        await house.change_at_rxscale(uid, "cancelled")
        assert not await house.stuck()
        assert (await house.record(uid)).phase is Phase.DONE


async def test_a_rejected_request_cancels_where_the_file_says_so(tmp_path: Path):
    changed_statuses(
        tmp_path, lambda text: text.replace('rejected = "stuck"', 'rejected = "cancelled"')
    )
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await tell(house, "order_request_rejected", {"external_reference": uid})
        await house.settle()
        assert house.status(uid) == "cancelled"
        assert (await house.record(uid)).phase is Phase.DONE


# -- holds and parcels -----------------------------------------------------------------------


async def test_a_hold_by_somebody_at_rxscale_is_waited_out(tmp_path: Path):
    seconds = itertools.count(1_800_000_000)  # two deliveries of one second look like one
    async with (
        open_sandbox(clock=lambda: float(next(seconds))) as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change_at_rxscale(uid, "on-hold", "a question to the patient")
        await house.change(order_id, status="ready_pickup")
        assert house.status(uid) == "on-hold"
        await house.change_at_rxscale(uid, "in-progress")
        assert house.status(uid) == "ready_for_pickup"


async def test_a_hold_at_pharmaone_is_told_with_its_comment_and_released(tmp_path: Path):
    changed_statuses(
        tmp_path,
        lambda text: text.replace(
            '"ready_pickup" = "ready" ', '"waiting" = "on_hold"\n"ready_pickup" = "ready" '
        ),
    )
    words = frozenset({"awaiting_packing", "waiting", "ready_pickup"})
    async with open_sandbox(p1_statuses=words) as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        await house.change(order_id, status="waiting")
        assert house.status(uid) == "on-hold"
        assert house.world.orders[uid].threads == ["The pharmacy has put the order on hold."]
        await house.change(order_id, status="ready_pickup")
        assert house.status(uid) == "ready_for_pickup"


@pytest.mark.parametrize(
    ("record", "kept"),
    [
        ("https://track.example/123", [("https://track.example/123", "DHL")]),
        ("not an address", []),
        (None, []),
    ],
)
async def test_completing_hands_on_the_parcels_page(tmp_path: Path, record, kept):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.p1_orders[order_id].data.update(tracking_url=record, carrier="DHL Paket")
        await house.change(order_id, shipped=True)
        assert house.status(uid) == "completed"
        tracking = house.world.orders[uid].tracking
        told = [(tracking["tracking_link"], tracking["carrier"])] if tracking else []
        assert told == kept


async def test_a_link_that_rxscale_refuses_is_left_out_and_the_story_says_so(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        order_id = await house.approve(uid)
        house.world.p1_orders[order_id].data.update(tracking_url="https://track.example/1")
        body = {"error": {"tracking_links": {"0": {"tracking_link": ["Invalid tracking link"]}}}}
        route = "PATCH /pharmacy_orders/{uid}/complete_order"
        house.world.break_calls(Fault(vendor="rxscale", route=route, status=400, body=body))
        await house.change(order_id, shipped=True)
        assert house.status(uid) == "completed"
        assert "tracking refused" in [entry.what for entry in (await house.story(uid)).entries]


# -- prescriptions ---------------------------------------------------------------------------


async def test_prescriptions_can_be_left_out(tmp_path: Path):
    orders = {"prescriptions": "off"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=orders) as house:
        (uid,) = await house.orders_arrive()
        (request,) = house.requests(uid)
        assert "prescription_pdf_base64" not in request.payload
    async with (
        open_sandbox() as sandbox,
        open_house(sandbox, tmp_path / "attached") as house,
    ):
        (uid,) = await house.orders_arrive()
        (request,) = house.requests(uid)
        assert request.payload["prescription_pdf_base64"]


async def test_prescriptions_can_go_by_themselves_and_are_followed(tmp_path: Path):
    orders = {"prescriptions": "ingest"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=orders) as house:
        one, two = await house.orders_arrive(count=2)
        numbers = [(await house.record(uid)).prescription_id for uid in (one, two)]
        assert None not in numbers
        (request,) = house.requests(one)
        assert "prescription_pdf_base64" not in request.payload
        sent = [call.route for call in house.world.calls() if call.method == "POST"]
        assert sent.index("POST /prescriptions") < sent.index("POST /order-requests")
        house.world.decide_prescription(numbers[0], "approved")
        house.world.decide_prescription(numbers[1], "declined")  # no event tells of it
        await house.settle()
        assert (await house.record(one)).prescription_status == "approved"
        await house.sweep()
        (stuck,) = await house.stuck()
        assert (stuck.key, stuck.reason.code) == (f"order:{two}", "prescription_declined")


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_prescription_whose_answer_was_lost_is_sent_again(tmp_path: Path, when: str):
    orders = {"prescriptions": "ingest"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=orders) as house:
        house.world.break_calls(
            Fault(vendor="pharmaone", route="POST /prescriptions", cut=True, when=when)
        )
        (uid,) = await house.orders_arrive()
        assert len(house.requests(uid)) == 1
        assert len(house.world.pharmaone.prescriptions.rows(None)) == 1
