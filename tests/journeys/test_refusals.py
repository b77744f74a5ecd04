"""When a vendor says no, or nothing that can be read: stuck with a true reason, and freed again."""

from pathlib import Path

import pytest
from asked import instead_of
from house import House, open_house, open_sandbox

from bridge.app import vitals
from bridge.core.model import Phase
from bridge.errors import Misconfigured, TryLater
from bridge.sandbox.traffic import Fault
from bridge.store import person, waiting, work
from bridge.texts import say

SUBMIT = "POST /order-requests"
STATUS = "PATCH /pharmacy_orders/{uid}/status"
DETAIL = "GET /pharmacy_orders/{uid}"
UNDOCUMENTED = ("address_additional", "address_country", "address_postal_code", "note")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bridge.core.patience.FIRST_SECONDS", 0.01)


async def the_code(house: House) -> str:
    (row,) = await house.stuck()
    return row.reason.code


async def retried(house: House) -> None:
    await house.bridge.store.write(person.retry, None, house.bridge.started_at)
    await house.settle()


async def test_a_refused_order_request_is_told_and_goes_through_after_mending(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        no = {"status": 400, "body": {"error": "invalid shop_id"}}
        house.world.break_calls(Fault(vendor="pharmaone", route=SUBMIT, **no))
        (uid,) = await house.orders_arrive()
        (row,) = await house.stuck()
        assert row.reason.code == "refused"
        assert "shop_id" in say(row.reason)
        assert not house.requests(uid)
        await retried(house)
        assert len(house.requests(uid)) == 1
        assert not await house.stuck()


def without_undocumented_fields(folder: Path) -> None:
    """What the reason says to do: each line is put out of force."""
    path = folder / "mappings" / "orders.toml"
    lines, taken = path.read_text("utf-8").splitlines(), False
    for at, line in enumerate(lines):
        if line == "[item]":
            break
        name = line.split(" = ")[0]
        if name in UNDOCUMENTED:
            taken = line.endswith('"""')
            lines[at] = f"# {line}"
        elif taken:
            taken = line != '"""'
            lines[at] = f"# {line}"
    path.write_text("\n".join(lines), "utf-8")


async def test_fields_that_pharmaone_refuses_cost_no_order(tmp_path: Path):
    """The reason names the lines to take out; without them the orders go on by themselves."""
    async with (
        open_sandbox(p1_unknown_fields="refuse") as sandbox,
        open_house(sandbox, tmp_path) as house,
    ):
        whole = {"order": {"delivery_address": {"additional_address": "Hinterhaus"}}}
        uids = await house.orders_arrive(whole, whole, whole)
        stuck = await house.stuck()
        assert [row.reason.code for row in stuck] == ["refused"] * 3
        told = " ".join(say(row.reason) for row in stuck)
        assert [name for name in UNDOCUMENTED if f"payload.{name}" not in told] == []
        without_undocumented_fields(tmp_path)
        await house.bridge.reloader.look()
        await house.settle()
        assert await house.stuck() == []
        assert [len(house.requests(uid)) for uid in uids] == [1, 1, 1]


async def test_a_refused_status_is_looked_at_once_more_and_then_told(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        no = {"status": 400, "body": {"error": {"status": ["not now"]}}}
        house.world.break_calls(Fault(vendor="rxscale", route=STATUS, times=2, **no))
        (uid,) = await house.orders_arrive()
        assert await the_code(house) == "refused"
        assert len(house.world.calls(STATUS)) == 2
        await retried(house)
        assert house.status(uid) == "pending review"
        assert len(house.requests(uid)) == 1


async def test_answers_that_stay_unreadable_are_told_with_the_field(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = house.world.add_orders(announce=False)
        wrong = {"uid": uid, "status": "waiting for pharmacy", "order_items": "none"}
        house.world.break_calls(Fault(vendor="rxscale", route=DETAIL, times=5, body=wrong))
        await house.sweep()
        (row,) = await house.stuck()
        assert row.reason.code == "unreadable"
        assert "order_items" in say(row.reason)


async def test_an_order_that_is_gone_is_told(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = house.world.add_orders()
        house.world.delete_order(uid)
        await house.settle()
        assert await the_code(house) == "gone_at_rxscale"


async def test_what_is_gone_stays_stuck_and_costs_no_call_until_it_is_listed_again(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = house.world.add_orders()
        house.world.delete_order(uid)
        await house.settle()
        (since,) = await house.stuck()
        asked = len(house.world.calls(DETAIL))
        for _ in range(3):
            await house.sweep()
            assert await house.stuck() == [since]
        assert len(house.world.calls(DETAIL)) == asked
        house.world.add_orders(1, [{"uid": uid}], announce=False)
        await house.sweep()
        assert not await house.stuck()
        assert len(house.requests(uid)) == 1


async def test_a_sweep_looks_once_at_what_stays_unreadable_and_it_stays_stuck(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = house.world.add_orders(announce=False)
        wrong = {"uid": uid, "status": "waiting for pharmacy", "order_items": "none"}
        house.world.break_calls(Fault(vendor="rxscale", route=DETAIL, times=7, body=wrong))
        await house.sweep()
        (since,) = await house.stuck()
        for asked in (6, 7):
            await house.sweep()
            assert await house.stuck() == [since]
            assert len(house.world.calls(DETAIL)) == asked
        await house.sweep()
        assert len(house.requests(uid)) == 1


async def test_a_stuck_order_is_put_on_hold_where_told_to_and_goes_on_when_freed(tmp_path: Path):
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    orders = {"hold_when_stuck": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=orders) as house:
        (uid,) = await house.orders_arrive(line)
        assert house.status(uid) == "on-hold"
        assert (await house.record(uid)).held
        csv = tmp_path / "mappings" / "skus.csv"
        csv.write_text(csv.read_text() + "psku-1007,20407,1,0,\n")
        await house.bridge.reloader.look()
        await house.settle()
        assert house.status(uid) == "pending review"
        assert len(house.requests(uid)) == 1


async def test_a_claim_whose_answer_shows_that_nothing_happened_sends_nothing(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        route, as_it_was = "PATCH /pharmacy_orders/{uid}/status", {"status": "waiting for pharmacy"}
        house.world.break_calls(Fault(vendor="rxscale", route=route, times=50, body=as_it_was))
        (uid,) = await house.orders_arrive()
        assert house.requests(uid) == []
        assert await the_code(house) == "no_effect"
        house.world.faults.clear()
        await retried(house)
        assert len(house.requests(uid)) == 1


async def test_a_hold_that_rxscale_did_not_take_is_not_ours(tmp_path: Path):
    """An admin holds the order while ours is put off: freed, it is his to release."""
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    orders = {"hold_when_stuck": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=orders) as house:
        route = "PATCH /pharmacy_orders/{uid}/status"
        house.world.break_calls(Fault(vendor="rxscale", route=route, times=50, status=429))
        (uid,) = house.world.add_orders(1, [line])
        await sandbox.drain()
        await house.bridge.worker.run_until_idle()
        assert house.world.calls(route)
        house.world.set_order_status(uid, "on-hold", "an admin's question")
        house.world.faults.clear()
        csv = tmp_path / "mappings" / "skus.csv"
        csv.write_text(csv.read_text() + "psku-1007,20407,1,0,\n")
        await house.bridge.reloader.look()
        await house.settle()
        assert (house.status(uid), house.requests(uid)) == ("on-hold", [])
        await house.change_at_rxscale(uid, "waiting for pharmacy")
        await house.sweep()
        assert len(house.requests(uid)) == 1


async def test_a_cancellation_under_review_is_told(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        house.world.set_order_status(uid, "cancelled")
        await house.settle()
        assert await the_code(house) == "cancelled_at_rxscale"
        assert (await house.record(uid)).phase is Phase.SUBMITTED


async def test_a_missing_permission_waits_and_says_which(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bridge.core.patience.MISCONFIGURED_SECONDS", 60.0)
    allowed = {"canary-api-key": frozenset({"orders_read", "stock_read"})}
    async with open_sandbox(rx_permissions=allowed) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = await house.orders_arrive()
            waits = [e for e in (await house.story(uid)).entries if e.what == "waits"]
            assert "orders_write" in say(waits[-1].facts["why"])
            assert not await house.stuck()
            assert house.requests(uid) == [], "nothing is sent that cannot be claimed"


async def test_a_mistake_of_ours_makes_one_order_wait_and_no_other(tmp_path: Path, monkeypatch):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        real = type(house.bridge.reloader.rules).draft

        def broken(rules, order, *args, **kwargs):
            if order.priority == 9:
                raise RuntimeError("a mistake")
            return real(rules, order, *args, **kwargs)

        monkeypatch.setattr(type(house.bridge.reloader.rules), "draft", broken)
        monkeypatch.setattr("bridge.core.patience.FIRST_SECONDS", 1e6)
        monkeypatch.setattr("bridge.core.patience.MOST_SECONDS", 1e6)
        bad, good = house.world.add_orders(2, [{"order": {"priority": 9}}, {}])
        await house.settle()
        assert len(house.requests(good)) == 1
        assert not house.requests(bad)
        assert "unexpected" in say((await house.story(bad)).entries[-1].facts["why"])


async def test_a_store_that_cannot_write_sends_nothing(tmp_path: Path, monkeypatch):
    """The intent is not on disk, so nothing is sent; it goes through once the store is well."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        fails = iter([True])

        async def failing(ask, *_):
            if next(fails, False):
                raise TryLater("disk full")
            return await ask()

        instead_of(monkeypatch, work.save, failing)
        (uid,) = await house.orders_arrive()
        assert len(house.requests(uid)) == 1
        assert (await house.record(uid)).attempts == 1


async def test_health_of_a_house_in_order_and_out_of_it(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive()
        await vitals.measure(house.bridge)
        report = (await vitals.health(house.bridge)).document()
        assert report["status"] == "ok", report
        assert report["checks"]["orders"]["open"] == 1
        assert report["checks"]["pharmaone"]["token"]["missing_scopes"] == []
        assert b"rxbridge_submissions_total" in house.bridge.metrics.text()


async def test_health_names_a_key_of_another_organisation(tmp_path: Path):
    foreign = {"token_claims": {"org_id": "org9"}}
    async with open_sandbox(**foreign) as sandbox:
        async with open_house(sandbox, tmp_path, swept=False) as house:
            (uid,) = await house.orders_arrive()
            report = (await vitals.health(house.bridge)).document()
            told = report["checks"]["pharmaone"]
            assert (report["status"], told["status"]) == ("degraded", "degraded")
            assert told["reason"].startswith("pharmaone.org_id: the API key belongs to the organ")
            assert not house.requests(uid)


async def test_health_names_what_keeps_the_order_list_from_being_read(tmp_path: Path):
    wrong = {"api_path": "/v1/elsewhere"}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, swept=False, rxscale=wrong) as house:
            with pytest.raises(Misconfigured):
                await house.bridge.sweep.run()
            told = (await vitals.health(house.bridge)).document()["checks"]["orders"]
            assert told["status"] == "degraded"
            assert told["reason"].startswith("rxscale.api_path: RxScale knows no GET /pharmacy_ord")


async def test_a_wrong_pzn_is_told_and_stops_no_order(tmp_path: Path):
    line = {"sku": {"uid": "sku-1001", "pzn": "12345679"}, "amount": 1}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive({"order_items": [line]})
        assert len(house.requests(uid)) == 1
        order_id = await house.approve(uid)
        assert house.status(uid) == "in-progress"
        rows = await house.bridge.store.read(waiting.everything)
        assert [row.reason.code for row in rows] == ["odd_pzn"]
        await house.bridge.store.write(person.accept, rows[0].key, house.bridge.started_at)
        await house.change(order_id, shipped=True)
        assert house.status(uid) == "completed"
        assert await house.bridge.store.read(waiting.everything) == []
