"""The numbers for Prometheus: names, what counts where, and labels that never hold an id."""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from asked import instead_of
from house import House, open_house, open_sandbox
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from bridge import __version__
from bridge.app import vitals
from bridge.core import reasons
from bridge.core.alarms import Alarm, Topic
from bridge.core.model import Key
from bridge.core.reconcile import Differing, Proof
from bridge.core.stock.model import Pending
from bridge.cycles.reload import MappingFacts
from bridge.cycles.stock.cycle import StockFacts
from bridge.errors import TryLater
from bridge.exchange import Call
from bridge.health import GAUGES, STORE_GAUGES, VENDOR_GAUGES, Facts, Telling
from bridge.metrics import BAD_SIGNATURE, EVENTS, NOT_STORED, VENDORS, Metrics
from bridge.pharmaone import webhook as pharmaone
from bridge.pharmaone.token import TokenFacts
from bridge.rxscale import webhook as rxscale
from bridge.sandbox.traffic import Fault
from bridge.store import StockState, StoreFacts, notes
from bridge.transport.breaker import State
from bridge.transport.client import VendorFacts

LABELS = {"vendor", "event", "outcome", "route", "step", "version", "le"}


def samples(text: bytes) -> Iterator[Sample]:
    for family in text_string_to_metric_families(text.decode()):
        yield from family.samples


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(name, labels)


NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
BAD = VendorFacts(
    NOW, NOW + timedelta(seconds=1), "x", State.OPEN, waiting=2, clock_ahead_seconds=0.5
)
KEY, EMPTY = Key("order:po-1"), reasons.SIDES_DIFFER()
SET = Facts(
    version="1",
    mode="shadow",
    now=NOW,
    started_at=NOW,
    poll_seconds=60,
    sync_seconds=300,
    mappings=MappingFacts("abc", "a mistake"),
    rxscale=BAD,
    pharmaone=BAD,
    token=TokenFacts(NOW, (), ("orders.read",)),
    round=StockFacts(linked=1, anomalies=2, stale=True),
    telling=Telling(failing={"mailto-1": NOW}),
    is_store_read=True,
    work=StoreFacts(1, 2, 3, 4.0, 5, 8, 9, 6, NOW, NOW, {"stock_drift": 7}),
    proof=Proof(NOW, 412, 5000, (Differing(KEY, NOW, 1, EMPTY, EMPTY, explained=True),)),
    alarms=[Alarm(Topic.PROOF, Key("proof:orders"), NOW, reasons.NOT_PROVED(hours=25))],
    stock=StockState(
        NOW - timedelta(seconds=1), NOW, Pending(reasons.EMPTY(), NOW), 1, hidden=2, waiting=3
    ),
)
"""Of every fact that has a gauge, something."""


def used() -> Metrics:
    """One of everything."""
    metrics = Metrics()
    metrics.delivered("rxscale", "pharmacy_order_created", "hinted", 0.002)
    metrics.called(Call("rxscale", "GET /pharmacy_orders/{uid}", "200", 120))
    metrics.count("step", "Submit")
    metrics.count("submission", "submitted")
    metrics.swept(2)
    metrics.order_finished(6)
    metrics.unexplained()
    metrics.measure(SET)
    metrics.tried_to_write(done=True)
    return metrics


def test_every_name_has_the_prefix_and_every_label_is_known() -> None:
    found = list(samples(used().text()))
    assert len(found) > 40
    for sample in found:
        assert sample.name.startswith("rxbridge_")
        assert set(sample.labels) <= LABELS


def test_what_counts_where() -> None:
    metrics = used()
    hinted = {"vendor": "rxscale", "event": "pharmacy_order_created", "outcome": "hinted"}
    call = {"vendor": "rxscale", "route": "GET /pharmacy_orders/{uid}", "outcome": "200"}
    assert value(metrics, "rxbridge_deliveries_total", **hinted) == 1
    assert value(metrics, "rxbridge_acknowledge_seconds_sum") == 0.002
    assert value(metrics, "rxbridge_vendor_call_seconds_sum", **call) == 0.12
    assert value(metrics, "rxbridge_steps_total", step="Submit") == 1
    assert value(metrics, "rxbridge_submissions_total", outcome="submitted") == 1
    assert value(metrics, "rxbridge_submissions_total", outcome="Submit") is None
    assert value(metrics, "rxbridge_orders_found_by_sweep_total") == 2
    assert value(metrics, "rxbridge_calls_per_order_sum") == 6
    assert value(metrics, "rxbridge_build_info", version=__version__) == 1
    assert value(metrics, "rxbridge_stuck") == 5
    assert value(metrics, "rxbridge_vendor_calls_waiting", vendor="rxscale") == 2
    assert value(metrics, "rxbridge_process_resident_memory_bytes") > 1e6


def test_a_delivery_counts_each_time() -> None:
    metrics = used()
    metrics.delivered("rxscale", "pharmacy_order_created", "hinted", 0.002)
    labels = {"vendor": "rxscale", "event": "pharmacy_order_created", "outcome": "hinted"}
    assert value(metrics, "rxbridge_deliveries_total", **labels) == 2
    assert value(metrics, "rxbridge_acknowledge_seconds_count") == 2


def test_what_was_not_acknowledged_is_counted_and_not_timed() -> None:
    metrics = Metrics()
    metrics.delivered("rxscale", "", "bad signature", 0.0)
    labels = {"vendor": "rxscale", "event": "other", "outcome": "bad signature"}
    assert value(metrics, "rxbridge_deliveries_total", **labels) == 1
    assert value(metrics, "rxbridge_acknowledge_seconds_count") == 0


def test_events_nobody_knows_share_one_label() -> None:
    metrics = Metrics()
    for event in ("", "order:po-1", "Kanarienvogel", *(f"made_up_{n}" for n in range(1000))):
        metrics.delivered("pharmaone", event, "unknown", 0.001)
    found = [s for s in samples(metrics.text()) if s.name == "rxbridge_deliveries_total"]
    assert [(s.labels["event"], s.value) for s in found if s.value] == [("other", 1003)]


def test_every_documented_event_has_a_label_of_its_own() -> None:
    assert EVENTS >= rxscale.KNOWN_EVENTS | pharmaone.KNOWN_EVENTS
    metrics = Metrics()
    for event in EVENTS:
        metrics.delivered("any", event, "hinted", 0.001)
    totals = [s for s in samples(metrics.text()) if s.name == "rxbridge_deliveries_total"]
    found = {s.labels["event"] for s in totals if s.value}
    assert found == EVENTS


def test_what_an_alarm_rests_on_is_there_from_the_start() -> None:
    fresh = Metrics()
    for vendor in VENDORS:
        for event, outcome in (("pharmacy_order_created", NOT_STORED), ("other", BAD_SIGNATURE)):
            labels = {"vendor": vendor, "event": event, "outcome": outcome}
            assert value(fresh, "rxbridge_deliveries_total", **labels) == 0


def test_every_gauge_is_set() -> None:
    """A gauge that nobody sets is 0 for ever, and no alarm."""
    metrics = used()
    for name, gauge in {**GAUGES, **STORE_GAUGES}.items():
        assert value(metrics, f"rxbridge_{name}") == gauge.of(SET) != 0, name
    for name, vendor_gauge in VENDOR_GAUGES.items():
        for vendor in VENDORS:
            shown = value(metrics, f"rxbridge_{name}", vendor=vendor)
            assert shown == vendor_gauge.of(BAD) != 0, name
    assert value(metrics, "rxbridge_store_writable") == 1


def test_what_the_store_told_stays_while_it_cannot_be_read() -> None:
    metrics = used()
    metrics.measure(replace(SET, is_store_read=False, work=StoreFacts(), token=TokenFacts()))
    assert value(metrics, "rxbridge_stuck") == 5
    assert value(metrics, "rxbridge_token_missing_scopes") == 0


def test_two_bridges_in_one_process_count_apart() -> None:
    first, second = used(), Metrics()
    assert value(first, "rxbridge_orders_found_by_sweep_total") == 2
    assert value(second, "rxbridge_orders_found_by_sweep_total") == 0


def gauge(house: House, name: str, **labels: str) -> float | None:
    return value(house.bridge.metrics, f"rxbridge_{name}", **labels)


async def test_what_is_measured_of_a_house_in_order(tmp_path: Path) -> None:
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive()
        await house.sync()
        began = time.time()
        await vitals.measure(house.bridge)
        await vitals.try_to_write(house.bridge)
        assert gauge(house, "open_orders") == 1
        assert gauge(house, "store_writable") == 1
        assert gauge(house, "stock_linked") == 6
        assert gauge(house, "last_poll_timestamp_seconds") == pytest.approx(began, abs=60)
        assert gauge(house, "token_expiry_timestamp_seconds") == pytest.approx(began + 3600, abs=60)
        for name in ("token_missing_scopes", "mappings_refused", "stock_stale", "stock_anomalies"):
            assert gauge(house, name) == 0, name
        for vendor in ("rxscale", "pharmaone"):
            seen = gauge(house, "vendor_last_success_timestamp_seconds", vendor=vendor)
            assert seen == pytest.approx(began, abs=60)
            assert gauge(house, "vendor_failing", vendor=vendor) == 0


async def test_what_is_measured_of_one_out_of_order(tmp_path: Path) -> None:
    few = {"scopes": ["orders.read", "order_requests.write"]}
    async with open_sandbox(token_claims=few) as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            down = Fault(vendor="rxscale", route="GET /pharmacy_orders", status=500, times=20)
            house.world.break_calls(down)
            for _ in range(2):
                with pytest.raises(TryLater):
                    await house.bridge.sweep.run()
            (house.folder / "mappings" / "statuses.toml").write_text("nonsense")
            await house.bridge.reloader.look()
            await vitals.measure(house.bridge)
            assert gauge(house, "token_missing_scopes") == 2
            assert gauge(house, "mappings_refused") == 1
            assert gauge(house, "vendor_failing", vendor="rxscale") == 1
            assert gauge(house, "vendor_left_alone", vendor="rxscale") == 1
            assert gauge(house, "vendor_left_alone", vendor="pharmaone") == 0


async def test_a_price_to_be_confirmed_is_an_anomaly(tmp_path: Path) -> None:
    stock = {"sync_prices": True}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=stock) as house:
        anomalies = (await house.sync()).plan.anomalies
        assert anomalies
        await vitals.measure(house.bridge)
        assert gauge(house, "stock_anomalies") == len(anomalies)


async def test_a_store_that_cannot_be_written_to(tmp_path: Path, monkeypatch) -> None:
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:

        async def full(_: object) -> None:
            raise TryLater("disk full")

        instead_of(monkeypatch, notes.touch, full)
        house.bridge.metrics.tried_to_write(done=True)
        with pytest.raises(TryLater):
            await vitals.try_to_write(house.bridge)
        assert gauge(house, "store_writable") == 0


async def test_whole_lives_of_orders_leave_no_id_in_a_label(tmp_path: Path) -> None:
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive({}, count=3)
        order = await house.approve(uids[0])
        await house.orders_arrive({}, announce=False)
        await house.sweep()
        url = f"{house.running.url}/metrics"
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            assert answer.content_type == "text/plain"
            text = await answer.read()
        requests = [request.id for uid in uids for request in house.requests(uid)]
    found = list(samples(text))
    values = {v for sample in found for v in sample.labels.values()}
    assert {"rxscale", "pharmaone", "Submit", "submitted", "pharmacy_order_created"} <= values
    assert any(value.startswith("GET /pharmacy_orders/{uid}") for value in values)
    for ident in (*uids, order, *requests):
        assert ident not in text.decode()
    assert not any(part in value for value in values for part in ("po-", "psku-", "ORD_", "http"))
