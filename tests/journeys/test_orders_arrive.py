"""Orders arrive: over real HTTP, through the real store, to exactly one order-request."""

import contextlib
import shutil
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from asked import instead_of
from house import MAPPINGS, open_house, open_sandbox, unknown_word

from bridge.app import vitals
from bridge.app.machine import now
from bridge.core.model import Hint, Key, OrderRecord, Phase
from bridge.errors import Refused, TryLater
from bridge.pharmaone.client import PharmaOne
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.store import person, todo, views, work
from bridge.texts import say


async def test_the_good_order(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        (request,) = house.requests(uid)
        assert request.payload["external_id"] == uid
        assert house.status(uid) == "pending review"
        record = await house.record(uid)
        assert (record.phase, record.request_id) == (Phase.SUBMITTED, request.id)
        assert record.calls == 3
        calls = [(call.method, call.route) for call in house.calls(uid)]
        assert len(calls) == 3, "one look, one submission, one status; echoes cost nothing"


@pytest.mark.parametrize(("unsure", "intents"), [("repeat", 1), ("ask", 2)])
async def test_one_intent_does_for_claim_and_submission_unless_a_person_is_asked(
    tmp_path: Path, monkeypatch, unsure: str, intents: int
):
    written: list[OrderRecord] = []

    async def told(ask, record, *_):
        written.append(record)
        return await ask()

    orders = {"unsure_submission": unsure}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=orders) as house:
        instead_of(monkeypatch, work.save, told)
        (uid,) = await house.orders_arrive()
        assert len(written) == intents
        assert written[0].claimed_as == "pending review"
        assert (written[-1].phase, written[-1].attempts) == (Phase.SUBMITTING, 1)
        assert (await house.record(uid)).attempts == 1


async def test_a_claim_that_comes_to_nothing_leaves_no_doubt(tmp_path: Path, monkeypatch):
    """Though the intent to submit was on disk before it."""
    settled: list[OrderRecord] = []

    async def told(ask, outcome, *_):
        settled.append(outcome.record)
        return await ask()

    failing = Fault(vendor="rxscale", route="PATCH /pharmacy_orders/{uid}/status", status=429)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        instead_of(monkeypatch, work.settle, told)
        house.world.break_calls(failing)
        (uid,) = await house.orders_arrive()
        first, *_, last = settled
        assert (first.phase, first.intent_at, first.doubted_at) == (Phase.KNOWN, None, None)
        assert (last.phase, last.attempts) == (Phase.SUBMITTED, 1)
        assert len(house.requests(uid)) == 1


async def test_after_a_crash_between_claim_and_submission_it_is_sent_once(
    tmp_path: Path, monkeypatch
):
    crash = RuntimeError("the process dies")

    async def die(*_):
        raise crash

    orders = {"unsure_grace_seconds": 0.1}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, orders=orders) as house:
            with monkeypatch.context() as dying:
                dying.setattr(PharmaOne, "submit", die)
                instead_of(dying, work.settle, die)
                (uid,) = await house.orders_arrive()
            await house.bridge.store.write(todo.take_up, now())
        async with open_house(sandbox, tmp_path, orders=orders) as house:
            await house.settle()
            assert len(house.requests(uid)) == 1
            assert (await house.record(uid)).attempts == 2


async def test_what_is_on_disk_knows_no_patient(tmp_path: Path, canary):
    patient = {
        "patient_data": {
            "uid": "pat-1",
            "display_name": "Kanarienvogel",
            "email": "canary@example.org",
            "date_of_birth": "1901-01-01",
        }
    }
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(patient)
        (request,) = house.requests(uid)
        assert request.payload["customer_name"] == "Kanarienvogel"
        for file in tmp_path.glob("rxbridge.db*"):
            canary.check(file.read_bytes().decode("latin-1"), file.name)


async def test_three_unlinked_skus_are_three_names_in_one_reason(tmp_path: Path):
    lines = [
        {"sku": {"uid": "sku-1007"}, "amount": 1},
        {"sku": {"uid": "sku-1008"}, "amount": 2},
        {"sku": {"uid": "sku-9999", "display_name": "Never seen", "pzn": None}, "amount": 1},
    ]
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive({"order_items": lines})
        (row,) = await house.stuck()
        assert row.key == f"order:{uid}"
        for name in ("sku-1007", "sku-1008", "sku-9999"):
            assert name in say(row.reason)
        assert not house.requests(uid)


async def test_linking_the_sku_frees_the_order_by_itself(tmp_path: Path):
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(line)
        assert await house.stuck()
        csv = tmp_path / "mappings" / "skus.csv"
        csv.write_text(csv.read_text() + "psku-1007,20407,1,0,\n")
        await house.bridge.reloader.look()
        await house.settle()
        assert not await house.stuck()
        assert len(house.requests(uid)) == 1


async def test_linking_the_sku_while_the_bridge_stands_still_frees_the_order(tmp_path: Path):
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = await house.orders_arrive(line)
            assert await house.stuck()
        csv = tmp_path / "mappings" / "skus.csv"
        csv.write_text(csv.read_text() + "psku-1007,20407,1,0,\n")
        async with open_house(sandbox, tmp_path) as house:
            await house.settle()
            assert not await house.stuck()
            assert len(house.requests(uid)) == 1


@pytest.mark.parametrize("busy", [0, 1])
async def test_linking_the_sku_frees_the_order_though_the_store_was_busy_just_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, busy: int
):
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(line)
        real, writes = house.bridge.store.write, count()

        async def write(*given: Any) -> Any:
            if next(writes) == busy:
                raise TryLater("locked by another program")
            return await real(*given)

        csv = tmp_path / "mappings" / "skus.csv"
        csv.write_text(csv.read_text() + "psku-1007,20407,1,0,\n")
        with monkeypatch.context() as patched, contextlib.suppress(TryLater):
            patched.setattr(house.bridge.store, "write", write)
            await house.bridge.reloader.look()
        await house.bridge.reloader.look()
        await house.settle()
        assert not await house.stuck()
        assert len(house.requests(uid)) == 1


async def test_a_link_made_at_rxscale_frees_the_order_by_itself(tmp_path: Path):
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(line)
        assert await house.stuck()
        house.world.set_skus(changes=[{"uid": "psku-1007", "external_id": "20407"}])
        await house.bridge.stock.reread()
        await house.settle()
        assert not await house.stuck()
        assert len(house.requests(uid)) == 1


async def test_a_retry_reads_the_list_again_however_young_it_is(tmp_path: Path):
    line = {"order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(line)
        key = Key(f"order:{uid}")
        assert await house.stuck()
        link = {"uid": "psku-1007", "external_id": "20407"}
        house.world.set_skus(changes=[link], announce=False)
        await house.bridge.store.write(person.retry, [key], now())
        await house.settle()
        assert not await house.stuck()
        assert len(house.requests(uid)) == 1


@pytest.mark.parametrize("content", ["[payload\n", f"x = {'[' * 20_000}{']' * 20_000}\n"])
async def test_an_invalid_mapping_is_refused_and_the_last_valid_one_stays(
    tmp_path: Path, content: str
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        before = house.bridge.reloader.rules.version
        (tmp_path / "mappings" / "orders.toml").write_text(content)
        await house.bridge.reloader.look()
        assert "orders.toml" in (house.bridge.reloader.error or "")
        async with aiohttp.ClientSession(house.running.url) as http:
            async with http.get("/health") as answer:
                told = (await answer.json())["checks"]["mappings"]
        assert (told["status"], told["error"]) == ("degraded", house.bridge.reloader.error)
        assert house.bridge.reloader.rules.version == before
        (uid,) = await house.orders_arrive()
        assert len(house.requests(uid)) == 1


@pytest.mark.parametrize("fate", ["double", "reorder"])
async def test_webhooks_doubled_and_reordered(tmp_path: Path, fate: str):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(Chaos(**{fate: 1.0}))
        uids = await house.orders_arrive(count=5)
        assert [len(house.requests(uid)) for uid in uids] == [1] * 5
        assert {house.status(uid) for uid in uids} == {"pending review"}


async def test_lost_webhooks_are_found_by_the_sweep_and_counted(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(Chaos(lose=1.0))
        uids = await house.orders_arrive(count=3)
        assert not any(house.requests(uid) for uid in uids)
        await house.sweep()
        assert [len(house.requests(uid)) for uid in uids] == [1] * 3
        facts = await house.bridge.store.read(views.facts, house.bridge.started_at)
        assert facts.counters["orders_found_by_sweep"] == 3


@pytest.mark.parametrize("place", ["first", "last"])
async def test_a_word_that_rxscale_does_not_know_stops_no_sweep(tmp_path: Path, place: str):
    shutil.copytree(MAPPINGS, tmp_path / "mappings")
    unknown_word(tmp_path / "mappings" / "statuses.toml", place)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.spoil_webhooks(Chaos(lose=1.0))
        (uid,) = await house.orders_arrive()
        result = await house.bridge.sweep.run()
        await house.settle()
        assert (result.new, len(house.requests(uid))) == (1, 1)
        orders = (await vitals.health(house.bridge)).document()["checks"]["orders"]
        assert orders["status"] == "degraded"
        assert "statuses.toml: rxscale.current.open: RxScale knows no status" in orders["reason"]
        assert "'picking' (400)" in orders["reason"]
        before = len(house.calls(uid))
        result = await house.bridge.sweep.run()
        await house.settle()
        assert (result.missing, len(house.calls(uid))) == (0, before)


@pytest.mark.parametrize(("status", "known"), [(400, False), (422, False), (409, True)])
async def test_where_every_list_is_refused_it_is_not_for_the_word(
    tmp_path: Path, status: int, known: bool
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        before = len(house.calls())
        route = "GET /pharmacy_orders/"
        house.world.break_calls(Fault(vendor="rxscale", route=route, times=99, status=status))
        with pytest.raises(Refused):
            await house.bridge.sweep.run()
        asked = 1 if known else len(house.bridge.reloader.rules.words.rxscale.open)
        assert len(house.calls()) - before == asked
        orders = (await vitals.health(house.bridge)).document()["checks"]["orders"]
        assert (orders["status"], str(status) in orders["reason"]) == ("degraded", True)


async def test_a_token_that_dies_mid_flight_is_exchanged_once(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (first,) = await house.orders_arrive()
        house.world.revoke_tokens()
        (second,) = await house.orders_arrive()
        assert [len(house.requests(uid)) for uid in (first, second)] == [1, 1]
        assert len(house.world.calls("POST /auth/token")) == 2


@pytest.mark.parametrize("via", ["v2", "v1", "connector"])
async def test_each_submission_route(tmp_path: Path, via: str):
    async with open_sandbox() as sandbox:
        pharmaone = {"submit_via": via, "connector_url": sandbox.pharmaone_url}
        async with open_house(sandbox, tmp_path, pharmaone=pharmaone) as house:
            (uid,) = await house.orders_arrive()
            (request,) = house.requests(uid)
            assert request.via == via
            assert house.status(uid) == "pending review"


@pytest.mark.parametrize(
    ("dialect", "status"), [("current", "pending review"), ("legacy", "processing")]
)
@pytest.mark.parametrize("path", ["/v1/external_pharmacy_api", "/v1/external-pharmacy-api-v1"])
async def test_both_dialects_on_both_paths(tmp_path: Path, dialect: str, status: str, path: str):
    async with open_sandbox(rx_dialect=dialect) as sandbox:
        async with open_house(sandbox, tmp_path, rxscale={"api_path": path}) as house:
            (uid,) = await house.orders_arrive()
            assert len(house.requests(uid)) == 1
            assert house.status(uid) == status


async def test_a_group_wide_key_names_its_pharmacy(tmp_path: Path):
    async with open_sandbox(group_key="canary-api-key", rx_api_key="rx-own") as sandbox:
        rxscale = {"api_key": "canary-api-key", "pharmacy_uid": sandbox.settings.pharmacy_uid}
        async with open_house(sandbox, tmp_path, rxscale=rxscale) as house:
            (uid,) = await house.orders_arrive()
            assert house.status(uid) == "pending review"


async def test_cancelled_before_submission_sends_nothing(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = house.world.add_orders(announce=False)
        house.world.set_order_status(uid, "cancelled")
        await house.settle()
        assert not house.requests(uid)
        assert (await house.record(uid)).phase is Phase.DONE


async def test_an_order_still_being_set_up_waits_until_it_is_queued(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive({"status": "init"})
        assert not house.requests(uid)
        assert house.status(uid) == "init"
        house.world.set_order_status(uid, "waiting for pharmacy")
        await house.settle()
        assert len(house.requests(uid)) == 1


class TestFirstStart:
    async def test_orders_in_the_queue_are_searched_for_and_then_sent(self, tmp_path: Path):
        async with open_sandbox() as sandbox:
            (uid,) = sandbox.world.add_orders()
            async with open_house(sandbox, tmp_path) as house:
                assert len(house.requests(uid)) == 1
                assert house.world.calls("GET /orders")

    async def test_orders_past_the_queue_are_stuck_if_unknown(self, tmp_path: Path):
        async with open_sandbox() as sandbox:
            (uid,) = sandbox.world.add_orders(1, [{"status": "pending review"}])
            async with open_house(sandbox, tmp_path) as house:
                (row,) = await house.stuck()
                assert row.reason.code == "cannot_know"
                assert not house.requests(uid)
                await house.bridge.store.write(
                    person.retry, [Key(f"order:{uid}")], house.bridge.started_at
                )
                await house.settle()
                assert len(house.requests(uid)) == 1

    @pytest.mark.parametrize("listed", [True, False])
    async def test_a_lost_store_never_makes_a_second_request(self, tmp_path: Path, listed: bool):
        async with open_sandbox(reference_mode="second", list_has_external_id=listed) as sandbox:
            async with open_house(sandbox, tmp_path) as house:
                uids = await house.orders_arrive(count=3)
                approved = house.world.approve(house.requests(uids[0])[0].id)
            for file in tmp_path.glob("rxbridge.db*"):
                file.unlink()
            async with open_house(sandbox, tmp_path) as house:
                assert [len(house.requests(uid)) for uid in uids] == [1, 1, 1]
                assert (await house.record(uids[0])).order_id == approved
                assert {row.reason.code for row in await house.stuck()} == {"cannot_know"}
                assert len(await house.stuck()) == 2


ROUTES = [
    ("rxscale", "GET /pharmacy_orders/{uid}"),
    ("rxscale", "PATCH /pharmacy_orders/{uid}/status"),
    ("pharmaone", "POST /auth/token"),
    ("pharmaone", "POST /order-requests"),
]
FAULTS = {
    "500 before": {"status": 500, "when": "before"},
    "500 after": {"status": 500, "when": "after"},
    "429": {"status": 429, "headers": {"Retry-After": "1"}},
    "cut before": {"cut": True, "when": "before"},
    "cut after": {"cut": True, "when": "after"},
    "html": {"garble": "html", "when": "after"},
    "half a JSON": {"garble": "truncated", "when": "after"},
    "401": {"status": 401, "body": {"error": "no"}},
    "wrong types": {"body": [1, 2], "when": "after"},
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(("vendor", "route"), ROUTES)
async def test_each_fault_at_each_call(
    tmp_path: Path, vendor: str, route: str, fault: str, monkeypatch: pytest.MonkeyPatch
):
    """Every ending: exactly one order-request, or stuck with a reason that is true."""
    monkeypatch.setattr("bridge.core.patience.MISCONFIGURED_SECONDS", 0.2)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        if route == "POST /auth/token":
            house.world.revoke_tokens()
        house.world.break_calls(Fault(vendor=vendor, route=route, **FAULTS[fault]))
        (uid,) = await house.orders_arrive()
        stuck = await house.stuck()
        assert len(house.requests(uid)) == 1 or stuck, (await house.story(uid)).entries
        if not stuck:
            assert house.status(uid) == "pending review"
        assert not house.world.faults, "the fault never struck"


async def test_an_unsure_submission_is_asked_about_where_told_to(tmp_path: Path):
    async with open_sandbox(reference_mode="second") as sandbox:
        orders = {"unsure_submission": "ask", "unsure_grace_seconds": 0.1}
        async with open_house(sandbox, tmp_path, orders=orders) as house:
            house.world.break_calls(
                Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")
            )
            (uid,) = await house.orders_arrive()
            (row,) = await house.stuck()
            assert row.reason.code == "unsure_submission"
            assert len(house.requests(uid)) == 1
            await house.bridge.store.write(person.mark_submitted, row.key, house.bridge.started_at)
            await house.settle()
            assert len(house.requests(uid)) == 1
            assert house.status(uid) == "pending review"


async def test_an_order_that_pharmaone_lists_and_does_not_show_yet_may_be_ours(tmp_path: Path):
    """Sent again, it would be packed twice."""
    silent = {"reference_mode": "second", "list_has_external_id": False}
    absent = {"error": "not found"}
    shown = Fault(vendor="pharmaone", route="GET /orders/{id}", status=404, body=absent, times=1000)
    async with open_sandbox(**silent) as sandbox:
        async with open_house(sandbox, tmp_path, orders={"unsure_grace_seconds": 60}) as house:
            lost = Fault(vendor="pharmaone", route="POST /order-requests", cut=True, when="after")
            house.world.break_calls(lost)
            (uid,) = await house.orders_arrive()
            (request,) = house.requests(uid)
        sandbox.world.break_calls(shown)
        approved = sandbox.world.approve(request.id)
        async with open_house(sandbox, tmp_path, orders={"unsure_grace_seconds": 0.1}) as house:
            await house.bridge.store.write(todo.hint, [Hint(Key(f"order:{uid}"), "test")], now())
            await house.settle()
            assert len(house.requests(uid)) == 1
            sandbox.world.faults.clear()
            await house.bridge.store.write(todo.hint, [Hint(Key(f"order:{uid}"), "test")], now())
            await house.settle()
            assert len(house.requests(uid)) == 1
            assert (await house.record(uid)).order_id == approved


async def test_a_test_delivery_is_acknowledged_and_does_nothing(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        house.world.send_test("rxscale", "pharmacy_order_created")
        await house.settle()
        assert await house.rows() == []
        assert sandbox.world.courier.counts["refused"] == 0


async def test_more_urgent_orders_go_first(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, orders={"workers": 1}) as house:
            priorities = [0, 9, 5]
            uids = house.world.add_orders(
                3, [{"order": {"priority": priority}} for priority in priorities]
            )
            await sandbox.drain()
            await house.settle()
            sent = [request.external_reference for request in house.world.order_requests.values()]
            assert sent == [uids[1], uids[2], uids[0]]
