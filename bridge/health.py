"""What `/health` answers and `/metrics` gauges: both are judged from the facts of each part. Pure.

To show one more fact: let its part measure it, then add it below to the check that shows it and
to the gauges, with what it means.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from bridge.core import reasons
from bridge.core.alarms import Alarm, Topic
from bridge.core.reasons import Reason
from bridge.core.reconcile import Proof
from bridge.cycles.listening import WebhookFacts
from bridge.cycles.reload import MappingFacts
from bridge.cycles.stock.cycle import StockFacts
from bridge.pharmaone.token import TokenFacts
from bridge.store import StockState, StoreFacts
from bridge.texts import say
from bridge.transport.client import VendorFacts

OLD_WORK_SECONDS = 600.0
MISSED_POLLS = 3
MOST_AHEAD_SECONDS = 60.0
MOST_DIFFERING = 20
"""So many of what differs are told one by one."""
GRACE_AFTER_START = timedelta(seconds=30)

Mode = Literal["live", "shadow"]
Of = TypeVar("Of")


class Status(StrEnum):
    OK = "ok"
    DEGRADED = "degraded"
    DOWN = "down"


class Links(NamedTuple):
    """How many of RxScale's SKUs have a confirmed link to a product, and how many have none."""

    linked: int = 0
    unlinked: int = 0


@dataclass(slots=True)
class Telling:
    """How telling people by message goes. `failing`: since when which addresses have not taken what
    was sent.
    """

    last_at: datetime | None = None
    failing: dict[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Facts:
    """What each part says of itself at `now`. Times are aware UTC.

    `is_store_read`: without it `work`, `stock` and `links` say nothing. `store_error`: why the
    store does not work. `sweep_error`: what only the operator can mend, and kept RxScale's order
    lists, all or some, from being read.
    """

    version: str
    now: datetime
    started_at: datetime
    poll_seconds: float
    sync_seconds: float
    mappings: MappingFacts
    rxscale: VendorFacts
    pharmaone: VendorFacts
    token: TokenFacts
    round: StockFacts
    is_store_read: bool = False
    work: StoreFacts = field(default_factory=StoreFacts)
    stock: StockState = field(default_factory=StockState)
    links: Links = field(default_factory=Links)
    webhooks: WebhookFacts = field(default_factory=WebhookFacts)
    alarms: Sequence[Alarm] = ()
    proof: Proof | None = None
    store_error: str | None = None
    sweep_error: str | None = None
    telling: Telling = field(default_factory=Telling)
    addresses: int = 0
    """How many are told by message (`notify.urls`)."""
    mode: Mode = "live"
    one_way: bool = False
    """Nothing is read from PharmaOne: so it was configured."""
    replica: Mapping[str, Any] | None = None
    """Of several: who works for the pharmacy (`owner`), and whether that is this one (`here`)."""


class Check(NamedTuple):
    """One part's line in the report: what is wrong, None for nothing, and the facts shown with it.
    `grave`: what is wrong keeps the whole bridge from working.
    """

    reason: Reason | None
    facts: Mapping[str, Any]
    grave: bool = False

    @property
    def status(self) -> Status:
        if self.reason is None:
            return Status.OK
        return Status.DOWN if self.grave else Status.DEGRADED

    def document(self) -> dict[str, Any]:
        reason = {"reason": say(self.reason)} if self.reason else {}
        facts = {n: str(each) if hasattr(each, "told") else each for n, each in self.facts.items()}
        return {"status": self.status.value, **reason, **facts}


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What `/health` answers. `document()` is JSON."""

    version: str
    uptime_seconds: float
    checks: Mapping[str, Check]
    mode: Mode = "live"

    @property
    def status(self) -> Status:
        found = {check.status for check in self.checks.values()}
        return next(s for s in (Status.DOWN, Status.DEGRADED, Status.OK) if s in found)

    @property
    def why(self) -> str | None:
        """What is wrong, of the worst."""
        worst = (each for each in self.checks.values() if each.status is self.status)
        return next((say(each.reason) for each in worst if each.reason is not None), None)

    def document(self) -> dict[str, Any]:
        return {
            "status": self.status.value,
            "mode": self.mode,
            "version": self.version,
            "uptime_seconds": self.uptime_seconds,
            "checks": {name: check.document() for name, check in self.checks.items()},
        }


def report(facts: Facts) -> HealthReport:
    """Judges every part by itself. Only a store that does not work is `down`: then nothing is."""
    return HealthReport(
        version=facts.version,
        uptime_seconds=round((facts.now - facts.started_at).total_seconds(), 1),
        checks={name: check(facts) for name, check in CHECKS.items()} | _replica(facts),
        mode=facts.mode,
    )


# -- the checks --------------------------------------------------------------------------------


def _store(facts: Facts) -> Check:
    shown = {"good_backup_at": _time(facts.work.good_backup_at)}
    if facts.store_error is None and facts.is_store_read:
        return Check(_alarm(facts, Topic.BACKUP), shown)
    error = facts.store_error
    reason = reasons.SAID(what=error) if error else reasons.STORE_UNREAD()
    return Check(reason, shown, grave=True)


def _replica(facts: Facts) -> dict[str, Check]:
    """Nothing where there is one process alone. Who was killed is followed within seconds."""
    shown = facts.replica
    if shown is None:
        return {}
    return {"replica": Check(None if shown["owner"] else reasons.NOBODY_WORKS(), shown)}


def _mappings(facts: Facts) -> Check:
    mappings = facts.mappings
    return Check(reasons.CHANGE_REFUSED() if mappings.error else None, mappings.document())


def _vendor(vendor: VendorFacts) -> Check:
    reason = None
    if vendor.left_alone:
        reason = reasons.LEFT_ALONE_A_WHILE(what=vendor.last_error)
    elif vendor.is_failing:
        reason = reasons.LAST_CALL_FAILED(what=vendor.last_error)
    at = _time(vendor.last_success_at)
    return Check(reason, {"last_success_at": at, "last_error": vendor.last_error})


def _pharmaone(facts: Facts) -> Check:
    """A vendor that fails outweighs what is wrong with its token."""
    (reason, shown, _), token = _vendor(facts.pharmaone), facts.token
    if reason is None and token.missing_scopes:
        reason = reasons.LACKS_SCOPE(scopes=", ".join(token.missing_scopes))
    elif reason is None and facts.one_way:
        reason = reasons.ONE_WAY()
    elif reason is None and token.refused:
        reason = reasons.SAID(what=token.refused)
    told = {
        "expires_at": _time(token.expires_at),
        "scopes": list(token.scopes or ()),
        "missing_scopes": list(token.missing_scopes),
    }
    return Check(reason, {**shown, "token": told})


def _work(facts: Facts) -> Check:
    work, reason = facts.work, None
    oldest, unsure = work.oldest_seconds, work.unsure - work.undecided
    if oldest is not None and oldest > OLD_WORK_SECONDS:
        reason = reasons.DUE_FOR_LONG(seconds=round(oldest))
    elif unsure:
        reason = reasons.UNANSWERED(submissions=unsure)
    shown = {name: getattr(work, name) for name in ("pending", "unsure", "oldest_seconds")}
    return Check(reason, shown)


def _stuck(facts: Facts) -> Check:
    stuck, held_back = facts.work.stuck, facts.work.held_back
    reason = reasons.WAIT_FOR_A_PERSON(stuck=stuck) if stuck else None
    if held_back:
        reason = reasons.HELD_BACK(orders=held_back)
    shown = {"count": stuck, "attentions": facts.work.attentions, "held_back": held_back}
    return Check(reason, shown)


def _orders(facts: Facts) -> Check:
    work, reason = facts.work, None
    if facts.sweep_error:
        reason = reasons.SAID(what=facts.sweep_error)
    elif _is_overdue(facts, work.last_poll_at, facts.poll_seconds):
        reason = reasons.LIST_NOT_READ()
    shown = {
        "last_poll_at": _time(work.last_poll_at),
        "open": work.open_orders,
        "found_by_sweep": work.counters.get("orders_found_by_sweep", 0),
    }
    return Check(reason, shown)


def check_stock(facts: Facts) -> Check:
    stock = facts.stock
    shown = facts.links._asdict() | {
        "last_sync_at": _time(stock.synced_at),
        "drift": stock.drift,
        "waiting": stock.waiting,
        "hidden": stock.hidden,
        "anomalies": facts.round.anomalies,
        "unconfirmed": len(facts.round.unconfirmed),
    }
    return Check(_wrong_with_stock(facts), shown)


def _wrong_with_stock(facts: Facts) -> Reason | None:
    unconfirmed = facts.round.unconfirmed
    if facts.one_way or not (facts.links.linked or unconfirmed):
        return None
    if facts.round.stale:
        return reasons.ALL_AT_ZERO()
    if facts.stock.pending is not None:
        return reasons.TO_BE_CONFIRMED(what=facts.stock.pending.reason)
    if facts.round.trouble is not None:
        return reasons.NOT_CARRIED_ON(what=facts.round.trouble)
    if _is_overdue(facts, facts.stock.synced_at, facts.sync_seconds):
        return reasons.NOT_COMPARED()
    if unconfirmed:
        return reasons.together(facts.round.doubts)
    if facts.round.first_write is not None:
        return reasons.TO_BE_CONFIRMED(what=facts.round.first_write)
    if facts.round.anomalies:
        return reasons.PRICES_TO_CONFIRM(prices=facts.round.anomalies)
    return None


def _proof(facts: Facts) -> Check:
    """The last comparison; of what differs, each key with since when and what is done about it."""
    found = facts.proof
    differing = found.differing if found is not None else ()
    shown = {
        "compared_at": _time(found.compared_at) if found is not None else None,
        "orders": found.orders if found is not None else 0,
        "skus": found.skus if found is not None else 0,
        "differences": len(differing),
        "unexplained": facts.work.counters.get("unexplained_differences", 0),
        "differing": [
            {"key": d.key, "since": _time(d.since), "what": say(d.what), "doing": say(d.doing)}
            for d in differing[:MOST_DIFFERING]
        ],
    }
    return Check(_alarm(facts, Topic.PROOF), shown)


def _webhooks(facts: Facts) -> Check:
    last_at = {"last_delivery_at": _time(facts.webhooks.last_delivery_at)}
    return Check(_alarm(facts, Topic.SILENCE), asdict(facts.webhooks) | last_at)


def _clocks(facts: Facts) -> Check:
    """Times are compared without the difference; a large one is to be mended all the same."""
    vendors = {"RxScale": facts.rxscale, "PharmaOne": facts.pharmaone}
    aheads = {name: vendor.clock_ahead_seconds for name, vendor in vendors.items()}
    found = tuple(
        reasons.CLOCK_DIFFERS(vendor=name, seconds=f"{ahead:+.0f}")
        for name, ahead in aheads.items()
        if ahead is not None and abs(ahead) > MOST_AHEAD_SECONDS
    )
    shown = {f"{n.lower()}_seconds": None if s is None else round(s, 1) for n, s in aheads.items()}
    return Check(reasons.together(found) if found else None, shown)


def _notify(facts: Facts) -> Check:
    failing = facts.telling.failing
    shown = {
        "addresses": facts.addresses,
        "last_at": _time(facts.telling.last_at),
        "failing": {name: _time(at) for name, at in failing.items()},
    }
    return Check(reasons.NOT_TOLD(addresses=", ".join(failing)) if failing else None, shown)


CHECKS: Mapping[str, Callable[[Facts], Check]] = {
    "store": _store,
    "mappings": _mappings,
    "rxscale": lambda facts: _vendor(facts.rxscale),
    "pharmaone": _pharmaone,
    "work": _work,
    "stuck": _stuck,
    "orders": _orders,
    "stock": check_stock,
    "proof": _proof,
    "webhooks": _webhooks,
    "clocks": _clocks,
    "notify": _notify,
}


def _alarm(facts: Facts, topic: Topic) -> Reason | None:
    found = tuple(alarm.reason for alarm in facts.alarms if alarm.topic is topic)
    return reasons.together(found) if found else None


def _time(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None


def _is_overdue(facts: Facts, last_at: datetime | None, every_seconds: float) -> bool:
    """Some rounds may fail, and a new start has time for its first ones."""
    since = max(last_at or facts.started_at, facts.started_at)
    patience = timedelta(seconds=every_seconds * MISSED_POLLS)
    return facts.now - since > max(patience, GRACE_AFTER_START)


# -- the gauges: `rxbridge_<name>`, what each shows and how it is got ----------------------------


class Gauge(NamedTuple, Generic[Of]):
    shows: str
    of: Callable[[Of], float]


def _unix(at: datetime | None) -> float:
    """Seconds since 1970, as Prometheus compares them with its time(); 0: never."""
    return at.timestamp() if at else 0.0


GAUGES: Mapping[str, Gauge[Facts]] = {
    "started_timestamp_seconds": Gauge("When this process began", lambda f: _unix(f.started_at)),
    "shadow": Gauge(
        "1 in shadow mode: nothing is written at a vendor", lambda f: f.mode == "shadow"
    ),
    "token_expiry_timestamp_seconds": Gauge(
        "When PharmaOne's token ends; 0 while there is none", lambda f: _unix(f.token.expires_at)
    ),
    "token_missing_scopes": Gauge(
        "Scopes that PharmaOne's key lacks", lambda f: len(f.token.missing_scopes)
    ),
    "mappings_refused": Gauge(
        "1 while a change of the mapping files is refused", lambda f: f.mappings.error is not None
    ),
    "stock_stale": Gauge(
        "1 while the inventory was read too long ago and everything is therefore at 0",
        lambda f: f.round.stale,
    ),
    "stock_anomalies": Gauge(
        "Numbers that are not written before a person confirms them", lambda f: f.round.anomalies
    ),
    "stock_linked": Gauge("SKUs whose stock is written", lambda f: f.round.linked),
    "notify_failing": Gauge(
        "Addresses that did not take their last message", lambda f: len(f.telling.failing)
    ),
}
STORE_GAUGES: Mapping[str, Gauge[Facts]] = {
    "work_pending": Gauge("Keys that are due or being looked at", lambda f: f.work.pending),
    "work_oldest_seconds": Gauge(
        "How long the oldest of them has been due", lambda f: f.work.oldest_seconds or 0.0
    ),
    "stuck": Gauge("What waits for a person", lambda f: f.work.stuck),
    "held_back": Gauge("Orders held: too many to be cancelled at once", lambda f: f.work.held_back),
    "attentions": Gauge(
        "What a person should know of orders that go on", lambda f: f.work.attentions
    ),
    "unsure": Gauge("Submissions whose answer was lost", lambda f: f.work.unsure),
    "open_orders": Gauge("Orders that are not finished", lambda f: f.work.open_orders),
    "last_poll_timestamp_seconds": Gauge(
        "When RxScale's order list was last read whole; 0: never",
        lambda f: _unix(f.work.last_poll_at),
    ),
    "proof_timestamp_seconds": Gauge(
        "When both sides were last compared completely; 0: never",
        lambda f: _unix(f.proof.compared_at if f.proof else None),
    ),
    "alarms": Gauge("Alarms that stand, and nobody has accepted", lambda f: len(f.alarms)),
    "stock_waiting": Gauge("SKUs to be written and not answered yet", lambda f: f.stock.waiting),
    "stock_drift": Gauge(
        "SKUs that somebody else changed and that are not put right", lambda f: f.stock.drift
    ),
    "stock_drifted": Gauge(
        "How often that was found, since the store was made",
        lambda f: f.work.counters.get("stock_drift", 0),
    ),
    "stock_hidden": Gauge("SKUs that RxScale does not show", lambda f: f.stock.hidden),
    "stock_odd": Gauge(
        "1 while an inventory waits to be confirmed", lambda f: f.stock.pending is not None
    ),
    "stock_inventory_age_seconds": Gauge(
        "Since the inventory that is believed was read",
        lambda f: (f.now - (f.stock.read_at or f.now)).total_seconds(),
    ),
}
"""These keep their last value while the store cannot be read."""
VENDOR_GAUGES: Mapping[str, Gauge[VendorFacts]] = {
    "vendor_failing": Gauge(
        "1 while the last word of the vendor is trouble", lambda v: v.is_failing
    ),
    "vendor_left_alone": Gauge(
        "1 while no call is made: it failed repeatedly", lambda v: v.left_alone
    ),
    "vendor_calls_waiting": Gauge(
        "Calls that wait for their turn in the vendor's limits", lambda v: v.waiting
    ),
    "vendor_clock_ahead_seconds": Gauge(
        "How far the vendor's clock is ahead of ours; 0 while not known",
        lambda v: v.clock_ahead_seconds or 0.0,
    ),
    "vendor_last_success_timestamp_seconds": Gauge(
        "When a call last succeeded; 0: never", lambda v: _unix(v.last_success_at)
    ),
}
"""One of each for each vendor."""
