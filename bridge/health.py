"""Facts in, a health report out: what an operator needs in ten seconds. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

OLD_WORK_SECONDS = 600.0
MISSED_POLLS = 3
GRACE_AFTER_START = timedelta(seconds=30)


class Status(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """How one vendor was when last heard of. Times are aware UTC."""

    last_success_at: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str | None = None
    left_alone: bool = False
    """The breaker is open: no call is made for a while."""


@dataclass(frozen=True, slots=True)
class TokenFacts:
    expires_at: datetime | None = None
    scopes: tuple[str, ...] | None = None
    missing_scopes: tuple[str, ...] = ()
    refused: str | None = None
    """Why the newest one was not taken."""


@dataclass(frozen=True, slots=True)
class WorkFacts:
    """What the store says of the work. `undecided`: of the `unsure`, those that wait for a person:
    they are among the `stuck`, and nobody else looks for them.
    """

    pending: int = 0
    unsure: int = 0
    undecided: int = 0
    oldest_seconds: float | None = None
    stuck: int = 0
    open_orders: int = 0
    last_poll_at: datetime | None = None
    found_by_sweep: int = 0


@dataclass(frozen=True, slots=True)
class StockFacts:
    """How stock stands. `odd`: an inventory that waits to be confirmed; `trouble`: why the last
    reading or write failed; `waiting` writes are not answered yet.
    """

    last_sync_at: datetime | None = None
    linked: int = 0
    unlinked: int = 0
    drift: int = 0
    waiting: int = 0
    hidden: int = 0
    odd: str | None = None
    stale: bool = False
    trouble: str | None = None
    anomalies: int = 0
    sync_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class HealthFacts:
    """Everything a report rests on. `work` is None where the store cannot be read."""

    version: str
    now: datetime
    started_at: datetime
    poll_seconds: float
    mappings_version: str
    rxscale: VendorFacts
    pharmaone: VendorFacts
    token: TokenFacts
    work: WorkFacts | None
    store_error: str | None = None
    mappings_error: str | None = None
    sweep_error: str | None = None
    """What only the operator can mend, and kept RxScale's order list from being read."""
    stock: StockFacts = field(default_factory=StockFacts)


@dataclass(frozen=True, slots=True)
class Check:
    status: Status
    facts: Mapping[str, Any]
    reason: str | None = None

    def document(self) -> dict[str, Any]:
        reason = {"reason": self.reason} if self.reason else {}
        return {"status": self.status.value, **reason, **self.facts}


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What `/health` answers. `document()` is JSON."""

    version: str
    uptime_seconds: float
    checks: Mapping[str, Check]

    @property
    def status(self) -> Status:
        found = {check.status for check in self.checks.values()}
        return next(s for s in (Status.DOWN, Status.DEGRADED, Status.OK) if s in found)

    def document(self) -> dict[str, Any]:
        return {
            "status": self.status.value,
            "version": self.version,
            "uptime_seconds": self.uptime_seconds,
            "checks": {name: check.document() for name, check in self.checks.items()},
        }


def report(facts: HealthFacts) -> HealthReport:
    """Judges every part by itself. Only a store that does not work is `down`: then nothing is."""
    work = facts.work or WorkFacts()
    return HealthReport(
        version=facts.version,
        uptime_seconds=round((facts.now - facts.started_at).total_seconds(), 1),
        checks={
            "store": _store(facts),
            "mappings": _mappings(facts),
            "rxscale": _vendor(facts.rxscale, {}),
            "pharmaone": _pharmaone(facts),
            "work": _work(work),
            "stuck": _stuck(work),
            "orders": _orders(facts, work),
            "stock": _stock(facts),
        },
    )


def _check(reason: str | None, facts: Mapping[str, Any], bad: Status = Status.DEGRADED) -> Check:
    return Check(bad if reason else Status.OK, facts, reason)


def _store(facts: HealthFacts) -> Check:
    unread = "the store cannot be read" if facts.work is None else None
    return _check(facts.store_error or unread, {}, Status.DOWN)


def _mappings(facts: HealthFacts) -> Check:
    reason = "a change was refused; the last valid files stay" if facts.mappings_error else None
    return _check(reason, {"version": facts.mappings_version, "error": facts.mappings_error})


def _vendor(vendor: VendorFacts, more: Mapping[str, Any], reason: str | None = None) -> Check:
    shown = {
        "last_success_at": _time(vendor.last_success_at),
        "last_error": vendor.last_error,
        **more,
    }
    if vendor.left_alone:
        return _check("it failed repeatedly and is left alone for a while", shown)
    if is_failing(vendor):
        return _check(f"the last call failed: {vendor.last_error}", shown)
    return _check(reason, shown)


def is_failing(vendor: VendorFacts) -> bool:
    """The last that was heard of the vendor as a whole was trouble."""
    if vendor.last_error_at is None:
        return False
    return vendor.last_success_at is None or vendor.last_error_at > vendor.last_success_at


def _pharmaone(facts: HealthFacts) -> Check:
    token = facts.token
    missing = token.missing_scopes
    reason = f"the key's token lacks the scope {', '.join(missing)}" if missing else token.refused
    shown = {
        "token": {
            "expires_at": _time(token.expires_at),
            "scopes": list(token.scopes or ()),
            "missing_scopes": list(missing),
        }
    }
    return _vendor(facts.pharmaone, shown, reason)


def _work(work: WorkFacts) -> Check:
    oldest = work.oldest_seconds
    late = oldest is not None and oldest > OLD_WORK_SECONDS
    reason = f"something has been due for {oldest:.0f} s" if late else None
    unsure = work.unsure - work.undecided
    if unsure and not reason:
        reason = f"{unsure} submissions without an answer; they are being looked for"
    shown = {"pending": work.pending, "unsure": work.unsure, "oldest_seconds": oldest}
    return _check(reason, shown)


def _stuck(work: WorkFacts) -> Check:
    reason = f"{work.stuck} wait for a person: rxbridge stuck list" if work.stuck else None
    return _check(reason, {"count": work.stuck})


def _orders(facts: HealthFacts, work: WorkFacts) -> Check:
    since = work.last_poll_at or facts.started_at
    patience = timedelta(seconds=facts.poll_seconds * MISSED_POLLS)
    overdue = facts.now - max(since, facts.started_at) > max(patience, GRACE_AFTER_START)
    reason = "RxScale's order list has not been read for too long" if overdue else None
    reason = facts.sweep_error or reason
    shown = {
        "last_poll_at": _time(work.last_poll_at),
        "open": work.open_orders,
        "found_by_sweep": work.found_by_sweep,
    }
    return _check(reason, shown)


def _stock(facts: HealthFacts) -> Check:
    stock = facts.stock
    shown = {
        "last_sync_at": _time(stock.last_sync_at),
        "linked": stock.linked,
        "unlinked": stock.unlinked,
        "drift": stock.drift,
        "waiting": stock.waiting,
        "hidden": stock.hidden,
        "anomalies": stock.anomalies,
    }
    return _check(_stock_reason(facts, stock), shown)


def _stock_reason(facts: HealthFacts, stock: StockFacts) -> str | None:
    if not stock.linked:
        return None
    if stock.stale:
        return "PharmaOne's inventory has been unknown for too long: everything is at 0"
    if stock.odd is not None:
        return f"{stock.odd}: to be confirmed (rxbridge stock plan)"
    if stock.trouble is not None:
        return f"it could not be carried on: {stock.trouble}"
    since = max(stock.last_sync_at or facts.started_at, facts.started_at)
    patience = timedelta(seconds=stock.sync_seconds * MISSED_POLLS)
    if facts.now - since > max(patience, GRACE_AFTER_START):
        return "PharmaOne's inventory has not been compared for too long"
    if stock.anomalies:
        return f"{stock.anomalies} prices are to be confirmed (rxbridge stock plan)"
    return None


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
