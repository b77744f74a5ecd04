"""Facts in, report out: what makes each check `degraded` or `down`, and what it says then."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bridge.core import reasons
from bridge.core.alarms import Alarm, Topic
from bridge.core.model import Key
from bridge.core.stock.model import Pending
from bridge.cycles.listening import WebhookFacts
from bridge.cycles.reload import MappingFacts
from bridge.cycles.stock.cycle import StockFacts
from bridge.health import GAUGES, Facts, HealthReport, Links, report
from bridge.pharmaone.token import TokenFacts
from bridge.store import StockState, StoreFacts
from bridge.transport.breaker import State
from bridge.transport.client import VendorFacts

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
EARLIER, LATER = NOW - timedelta(seconds=20), NOW - timedelta(seconds=10)
WELL = Facts(
    version="1.2.3",
    now=NOW,
    started_at=NOW - timedelta(hours=1),
    poll_seconds=60,
    sync_seconds=300,
    mappings=MappingFacts("abc"),
    rxscale=VendorFacts(last_success_at=LATER),
    pharmaone=VendorFacts(last_success_at=LATER),
    token=TokenFacts(NOW + timedelta(minutes=15), ("orders.read",)),
    round=StockFacts(),
    is_store_read=True,
    work=StoreFacts(last_poll_at=LATER),
)

ALARM = Alarm(
    Topic.SILENCE,
    Key("silence:rxscale"),
    EARLIER,
    reasons.SIGNATURES_WRONG(vendor="RxScale", deliveries=3),
)

LACKING = Alarm(Topic.BACKUP, Key("backup:store"), EARLIER, reasons.NO_GOOD_BACKUP(days=2))


def of(**changes: Any) -> HealthReport:
    return report(replace(WELL, **changes))


def judged(check: str, told: HealthReport) -> tuple[str, str | None]:
    """A check's status and reason; every other check is well."""
    document = told.document()["checks"]
    others = {name: found["status"] for name, found in document.items() if name != check}
    assert set(others.values()) == {"ok"}, others
    return document[check]["status"], document[check].get("reason")


OK = ("ok", None)


def test_all_is_well() -> None:
    told = of()
    assert told.document()["status"] == "ok"
    assert all("reason" not in check for check in told.document()["checks"].values())


@pytest.mark.parametrize(
    ("error", "is_read", "expected"),
    [
        (None, True, OK),
        ("the disk is full", True, ("down", "the disk is full")),
        ("locked", False, ("down", "locked")),
        (None, False, ("down", "the store cannot be read")),
    ],
)
def test_store(error: str | None, is_read: bool, expected: tuple[str, str | None]) -> None:
    work = WELL.work if is_read else StoreFacts()
    told = of(store_error=error, is_store_read=is_read, work=work, started_at=NOW)
    assert judged("store", told) == expected
    assert told.document()["status"] == expected[0]


def test_mappings() -> None:
    assert judged("mappings", of()) == OK
    told = of(mappings=MappingFacts("abc", "skus.csv: line 2: p1_id is missing"))
    assert judged("mappings", told) == (
        "degraded",
        "a change was refused; the last valid files stay",
    )
    check = told.document()["checks"]["mappings"]
    assert check["version"] == "abc"
    assert check["error"] == "skus.csv: line 2: p1_id is missing"


FAILED = "GET /pharmacy_orders/: 500"
VENDORS = [
    (VendorFacts(), OK),
    (VendorFacts(last_success_at=LATER), OK),
    (VendorFacts(LATER, EARLIER, FAILED), OK),
    (VendorFacts(LATER, LATER, FAILED), OK),
    (VendorFacts(EARLIER, LATER, FAILED), ("degraded", f"the last call failed: {FAILED}")),
    (VendorFacts(None, LATER, FAILED), ("degraded", f"the last call failed: {FAILED}")),
    (
        VendorFacts(EARLIER, LATER, FAILED, breaker=State.OPEN),
        ("degraded", f"it failed repeatedly and is left alone for a while ({FAILED})"),
    ),
    (
        VendorFacts(LATER, EARLIER, FAILED, breaker=State.OPEN),
        ("degraded", f"it failed repeatedly and is left alone for a while ({FAILED})"),
    ),
]


@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
@pytest.mark.parametrize(("facts", "expected"), VENDORS)
def test_vendors(vendor: str, facts: VendorFacts, expected: tuple[str, str | None]) -> None:
    told = of(**{vendor: facts})
    assert judged(vendor, told) == expected
    check = told.document()["checks"][vendor]
    assert check["last_error"] == facts.last_error
    assert (check["last_success_at"] is None) == (facts.last_success_at is None)


def test_the_scopes_a_token_lacks() -> None:
    token = TokenFacts(NOW, ("orders.read",), ("orders.write", "order_requests.write"))
    told = of(token=token)
    assert judged("pharmaone", told) == (
        "degraded",
        "the key's token lacks the scope orders.write, order_requests.write",
    )
    assert told.document()["checks"]["pharmaone"]["token"] == {
        "expires_at": "2026-01-02T08:00:00Z",
        "scopes": ["orders.read"],
        "missing_scopes": ["orders.write", "order_requests.write"],
    }


def test_a_failing_vendor_outweighs_a_missing_scope() -> None:
    facts = VendorFacts(None, LATER, "POST /auth/token: 401")
    told = of(token=TokenFacts(missing_scopes=("orders.write",)), pharmaone=facts)
    assert judged("pharmaone", told) == (
        "degraded",
        "the last call failed: POST /auth/token: 401",
    )


def test_before_the_first_token() -> None:
    told = of(token=TokenFacts(refused="pharmaone.org_id: another one's"))
    assert judged("pharmaone", told) == ("degraded", "pharmaone.org_id: another one's")
    told = of(token=TokenFacts())
    assert judged("pharmaone", told) == OK
    token = told.document()["checks"]["pharmaone"]["token"]
    assert token == {"expires_at": None, "scopes": [], "missing_scopes": []}


def test_alarms_about_what_is_heard() -> None:
    facts = WebhookFacts(LATER, 2, "differ")
    told = of(alarms=[ALARM, LACKING], webhooks=facts, work=replace(WELL.work, good_backup_at=NOW))
    assert told.document()["checks"]["store"] == {
        "status": "degraded",
        "reason": "there is no good daily copy of the store since 2 days",
        "good_backup_at": "2026-01-02T08:00:00Z",
    }
    text = "the last 3 webhooks of RxScale were signed with a wrong secret"
    assert told.document()["checks"]["webhooks"] == {
        "status": "degraded",
        "reason": text,
        "last_delivery_at": "2026-01-02T07:59:50Z",
        "lost_today": 2,
        "subscriptions": "differ",
    }


UNSURE = "submissions without an answer; they are being looked for"
WORK = [
    (StoreFacts(last_poll_at=NOW, pending=10_000), OK),
    (StoreFacts(last_poll_at=NOW, pending=1, oldest_seconds=600.0), OK),
    (
        StoreFacts(last_poll_at=NOW, pending=1, oldest_seconds=600.6),
        ("degraded", "something has been due for 601 s"),
    ),
    (StoreFacts(last_poll_at=NOW, unsure=2), ("degraded", f"2 {UNSURE}")),
    (StoreFacts(last_poll_at=NOW, unsure=3, undecided=1), ("degraded", f"2 {UNSURE}")),
    (StoreFacts(last_poll_at=NOW, unsure=2, undecided=2), OK),
    (
        StoreFacts(last_poll_at=NOW, unsure=2, oldest_seconds=7200.0),
        ("degraded", "something has been due for 7200 s"),
    ),
]


@pytest.mark.parametrize(("work", "expected"), WORK)
def test_work(work: StoreFacts, expected: tuple[str, str | None]) -> None:
    told = of(work=work)
    assert judged("work", told) == expected
    check = told.document()["checks"]["work"]
    assert (check["pending"], check["unsure"]) == (work.pending, work.unsure)
    assert check["oldest_seconds"] == work.oldest_seconds


def test_stuck() -> None:
    assert judged("stuck", of()) == OK
    told = of(work=StoreFacts(last_poll_at=NOW, stuck=3))
    assert judged("stuck", told) == ("degraded", "3 wait for a person: rxbridge stuck list")
    assert told.document()["checks"]["stuck"]["count"] == 3


OVERDUE = ("degraded", "RxScale's order list has not been read for too long")


@pytest.mark.parametrize(
    ("poll_seconds", "up_seconds", "polled_seconds_ago", "expected"),
    [
        (60, 3600, 180, OK),
        (60, 3600, 181, OVERDUE),
        (60, 3600, None, OVERDUE),
        (60, 180, None, OK),
        (60, 181, None, OVERDUE),
        (1, 30, None, OK),
        (1, 31, None, OVERDUE),
        (1, 3600, 30, OK),
        (1, 3600, 31, OVERDUE),
        (60, 10, 86400, OK),
        (60, 181, 86400, OVERDUE),
    ],
)
def test_orders(
    poll_seconds: float,
    up_seconds: float,
    polled_seconds_ago: float | None,
    expected: tuple[str, str | None],
) -> None:
    """Three polls may fail, and a new start has time for its first ones."""
    ago = polled_seconds_ago
    polled = None if ago is None else NOW - timedelta(seconds=ago)
    told = of(
        poll_seconds=poll_seconds,
        started_at=NOW - timedelta(seconds=up_seconds),
        work=StoreFacts(last_poll_at=polled, open_orders=3, counters={"orders_found_by_sweep": 1}),
    )
    assert judged("orders", told) == expected
    check = told.document()["checks"]["orders"]
    assert (check["open"], check["found_by_sweep"]) == (3, 1)


def test_stock() -> None:
    told = of(stock=StockState(synced_at=LATER, drift=2), links=Links(120, 4))
    assert judged("stock", told) == OK
    assert told.document()["checks"]["stock"] == {
        "status": "ok",
        "last_sync_at": "2026-01-02T07:59:50Z",
        "linked": 120,
        "unlinked": 4,
        "drift": 2,
        "waiting": 0,
        "hidden": 0,
        "anomalies": 0,
        "unconfirmed": 0,
    }


EMPTY = Pending(reasons.EMPTY(), NOW)
SYNCED = StockState(synced_at=LATER)
DOUBTED = StockFacts(
    unconfirmed=("psku-1", "psku-2"), doubts=(reasons.UNCONFIRMED(skus=2, first="psku-1"),)
)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"round": StockFacts(stale=True)}, "unknown for too long: everything is at 0"),
        ({"stock": StockState(synced_at=LATER, pending=EMPTY)}, "is empty: to be confirmed"),
        ({"round": StockFacts(trouble="no connection")}, "could not be carried on: no connection"),
        ({"stock": StockState(), "sync_seconds": 1.0}, "has not been compared for too long"),
        (
            {"round": DOUBTED},
            "2 SKUs are not confirmed, psku-1 first: nothing is written for them",
        ),
        ({"round": StockFacts(anomalies=3)}, "3 prices are to be confirmed"),
    ],
)
def test_what_is_wrong_with_the_stock_is_told(more: dict[str, Any], reason: str) -> None:
    facts = {"stock": SYNCED, "started_at": NOW - timedelta(hours=1), **more}
    told = of(**facts, links=Links(120))
    assert reason in told.document()["checks"]["stock"].get("reason", "")
    doubted = more.get("round", StockFacts()).unconfirmed
    assert (judged("stock", of(**facts, links=Links(0, 120))) == OK) == (not doubted)


PROMISED = {
    "store": set(),
    "mappings": {"version", "error"},
    "rxscale": {"last_success_at", "last_error"},
    "pharmaone": {"last_success_at", "last_error", "token"},
    "work": {"pending", "unsure", "oldest_seconds"},
    "stuck": {"count", "attentions", "held_back"},
    "orders": {"last_poll_at", "open"},
    "stock": {"last_sync_at", "linked", "unlinked", "unconfirmed", "drift"},
    "proof": {"compared_at", "orders", "skus", "differences"},
    "webhooks": {"last_delivery_at", "lost_today", "subscriptions"},
    "clocks": {"rxscale_seconds", "pharmaone_seconds"},
    "notify": {"addresses", "last_at", "failing"},
}
ADDED = {
    "store": {"good_backup_at"},
    "orders": {"found_by_sweep"},
    "stock": {"waiting", "hidden", "anomalies"},
    "proof": {"unexplained", "differing"},
}
"""What is told beside the promise."""


@pytest.mark.parametrize(
    "facts",
    [
        WELL,
        replace(WELL, is_store_read=False, work=StoreFacts(), store_error="x"),
        replace(WELL, rxscale=VendorFacts(None, NOW, "x"), token=TokenFacts(missing_scopes=("x",))),
    ],
)
def test_the_document_has_the_keys_that_are_promised(facts: Facts) -> None:
    document = json.loads(json.dumps(report(facts).document()))
    assert set(document) == {"status", "mode", "version", "uptime_seconds", "checks"}
    assert list(document["checks"]) == list(PROMISED)
    for name, check in document["checks"].items():
        reason = {"reason"} if check["status"] != "ok" else set()
        assert set(check) == {"status"} | reason | PROMISED[name] | ADDED.get(name, set()), name
        assert check["status"] in ("ok", "degraded", "down")
        assert check.get("reason") != ""
    token = document["checks"]["pharmaone"]["token"]
    assert set(token) == {"expires_at", "scopes", "missing_scopes"}


def test_times_are_utc_to_the_second_and_uptime_to_the_tenth() -> None:
    precise = NOW.replace(microsecond=123456)
    told = of(
        now=precise,
        started_at=NOW - timedelta(seconds=12.34),
        rxscale=VendorFacts(last_success_at=precise),
    ).document()
    assert told["version"] == "1.2.3"
    assert told["uptime_seconds"] == 12.5
    assert told["checks"]["rxscale"]["last_success_at"] == "2026-01-02T08:00:00Z"


def test_the_whole_is_as_bad_as_its_worst_part() -> None:
    stuck = StoreFacts(last_poll_at=NOW, stuck=1)
    assert of(work=stuck).document()["status"] == "degraded"
    assert of(work=stuck, store_error="x").document()["status"] == "down"


def test_only_the_store_takes_the_whole_down() -> None:
    """A vendor that is away or a file that is wrong must not get the bridge restarted."""
    gone = VendorFacts(None, NOW, "x", breaker=State.OPEN, clock_ahead_seconds=61.0)
    told = of(
        rxscale=gone,
        pharmaone=gone,
        mappings=MappingFacts("abc", "x"),
        token=TokenFacts(missing_scopes=("x",)),
        work=StoreFacts(unsure=9, stuck=9, oldest_seconds=9e9, last_poll_at=None),
        alarms=[ALARM, ALARM._replace(topic=Topic.PROOF)],
    )
    assert told.document()["status"] == "degraded"
    statuses = {name: check.status.value for name, check in told.checks.items()}
    assert statuses == dict.fromkeys(PROMISED, "degraded") | {
        "store": "ok",
        "stock": "ok",
        "notify": "ok",
    }


@pytest.mark.parametrize(
    ("rxscale", "pharmaone", "expected"),
    [
        (None, None, OK),
        (60.0, -60.0, OK),
        (
            None,
            -7200.4,
            ("degraded", "PharmaOne's clock differs from this machine's by -7200 s"),
        ),
        (60.1, None, ("degraded", "RxScale's clock differs from this machine's by +60 s")),
    ],
)
def test_clocks(
    rxscale: float | None, pharmaone: float | None, expected: tuple[str, str | None]
) -> None:
    told = of(
        rxscale=VendorFacts(LATER, clock_ahead_seconds=rxscale),
        pharmaone=VendorFacts(LATER, clock_ahead_seconds=pharmaone),
    )
    assert judged("clocks", told) == expected


def test_how_far_the_clocks_are_ahead() -> None:
    told = of(
        rxscale=VendorFacts(LATER, clock_ahead_seconds=-0.234),
        pharmaone=VendorFacts(LATER, clock_ahead_seconds=7200.06),
    )
    check = told.document()["checks"]["clocks"]
    assert (check["rxscale_seconds"], check["pharmaone_seconds"]) == (-0.2, 7200.1)
    assert of().document()["checks"]["clocks"] == {
        "status": "ok",
        "rxscale_seconds": None,
        "pharmaone_seconds": None,
    }


def test_both_clocks_are_named() -> None:
    away = VendorFacts(LATER, clock_ahead_seconds=120.0)
    status, reason = judged("clocks", of(rxscale=away, pharmaone=away))
    assert (status, reason) == (
        "degraded",
        "RxScale's clock differs from this machine's by +120 s; "
        "PharmaOne's clock differs from this machine's by +120 s",
    )


def test_what_works_one_way_says_so() -> None:
    told = of(one_way=True, links=Links(120), started_at=NOW - timedelta(hours=1))
    status, reason = judged("pharmaone", told)
    assert (status, reason) == (
        "degraded",
        "orders go in by the connector and nothing is read back (pharmaone.org_id is not set)",
    )


def test_a_shadow_says_so() -> None:
    assert report(replace(WELL, mode="shadow")).document()["mode"] == "shadow"
    assert [GAUGES["shadow"].of(replace(WELL, mode=mode)) for mode in ("live", "shadow")] == [
        0,
        1,
    ]
