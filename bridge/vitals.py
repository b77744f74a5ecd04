"""Gathers the facts of a running bridge, for its health report and its gauges."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from bridge import __version__
from bridge.core.memory import StoreFacts
from bridge.errors import TryLater
from bridge.health import (
    HealthFacts,
    HealthReport,
    StockFacts,
    TokenFacts,
    VendorFacts,
    WorkFacts,
    is_failing,
    report,
)
from bridge.transport import State, Transport

if TYPE_CHECKING:
    from bridge.app import Bridge


async def health(bridge: "Bridge") -> HealthReport:
    """What `/health` answers. Never raises for a store that does not work: it says so."""
    now = datetime.now(UTC)
    work: WorkFacts | None = None
    stock, error = StockFacts(), None
    try:
        await bridge.store.check()
        facts = await bridge.store.facts(now)
        work = _work(facts)
        stock = await _stock(bridge)
    except TryLater as failure:
        error = failure.what
    token = bridge.vendors.pharmaone.tokens.facts
    return report(
        HealthFacts(
            version=__version__,
            now=now,
            started_at=bridge.started_at,
            poll_seconds=bridge.settings.orders.poll_seconds,
            mappings_version=bridge.reloader.rules.version,
            mappings_error=bridge.reloader.error,
            rxscale=_vendor(bridge.vendors.rxscale_road),
            pharmaone=_vendor(bridge.vendors.pharmaone_road),
            token=TokenFacts(token.expires_at, token.scopes, token.missing_scopes, token.refused),
            work=work,
            store_error=error,
            sweep_error=bridge.sweep.error,
            stock=stock,
        )
    )


async def measure(bridge: "Bridge") -> None:
    """Sets the gauges. What the store does not tell is set even where it cannot be read."""
    vendors = bridge.vendors
    _measure_vendor(bridge, "rxscale", vendors.rxscale_road)
    _measure_vendor(bridge, "pharmaone", vendors.pharmaone_road)
    token = vendors.pharmaone.tokens.facts
    bridge.metrics.measured(
        started_timestamp_seconds=_timestamp(bridge.started_at),
        token_expiry_timestamp_seconds=_timestamp(token.expires_at),
        token_missing_scopes=len(token.missing_scopes),
        mappings_refused=bridge.reloader.error is not None,
    )
    await _measure_work(bridge)
    await _measure_stock(bridge)


async def try_to_write(bridge: "Bridge") -> None:
    """Sets the gauge that tells of a full disk before a delivery meets it. Raises TryLater."""
    try:
        await bridge.store.check()
    except TryLater:
        bridge.metrics.measured(store_writable=0)
        raise
    bridge.metrics.measured(store_writable=1)


def _measure_vendor(bridge: "Bridge", name: str, road: Transport) -> None:
    facts = _vendor(road)
    bridge.metrics.measured_vendor(
        name,
        vendor_failing=is_failing(facts),
        vendor_left_alone=facts.left_alone,
        vendor_calls_waiting=road.facts().waiting,
        vendor_last_success_timestamp_seconds=_timestamp(facts.last_success_at),
    )


async def _measure_work(bridge: "Bridge") -> None:
    facts = await bridge.store.facts(datetime.now(UTC))
    bridge.metrics.measured(
        work_pending=facts.pending,
        work_oldest_seconds=facts.oldest_seconds or 0.0,
        stuck=facts.stuck,
        unsure=facts.unsure,
        open_orders=facts.open_orders,
        stock_drifted=facts.counters.get("stock_drift", 0),
        last_poll_timestamp_seconds=_timestamp(facts.last_poll_at),
    )


async def _measure_stock(bridge: "Bridge") -> None:
    stock = await bridge.store.stock.state()
    last = bridge.stock.last
    age = (datetime.now(UTC) - stock.read_at).total_seconds() if stock.read_at else 0.0
    bridge.metrics.measured(
        stock_waiting=stock.waiting,
        stock_drift=stock.drift,
        stock_hidden=stock.hidden,
        stock_odd=stock.pending is not None,
        stock_inventory_age_seconds=age,
        stock_stale=last is not None and last.plan.stale,
        stock_anomalies=len(last.plan.anomalies) if last is not None else 0,
        stock_linked=last.plan.linked if last is not None else 0,
    )


def _timestamp(at: datetime | None) -> float:
    """Unix seconds, as Prometheus compares them with its time()."""
    return at.timestamp() if at else 0.0


def _work(facts: StoreFacts) -> WorkFacts:
    return WorkFacts(
        pending=facts.pending,
        unsure=facts.unsure,
        undecided=facts.undecided,
        oldest_seconds=facts.oldest_seconds,
        stuck=facts.stuck,
        open_orders=facts.open_orders,
        last_poll_at=facts.last_poll_at,
        found_by_sweep=facts.counters.get("orders_found_by_sweep", 0),
    )


def _vendor(road: Transport) -> VendorFacts:
    facts = road.facts()
    return VendorFacts(
        last_success_at=facts.last_success_at,
        last_error_at=facts.last_error_at,
        last_error=facts.last_error,
        left_alone=facts.breaker is not State.CLOSED,
    )


async def _stock(bridge: "Bridge") -> StockFacts:
    linked, unlinked = await bridge.store.linked(list(bridge.reloader.rules.links.listed))
    state = await bridge.store.stock.state()
    last = bridge.stock.last
    trouble = (last.failure if last is not None else None) or bridge.pusher.trouble
    return StockFacts(
        last_sync_at=state.synced_at,
        linked=linked,
        unlinked=unlinked,
        drift=state.drift,
        waiting=state.waiting,
        hidden=state.hidden,
        odd=state.pending.what if state.pending is not None else None,
        stale=last is not None and last.plan.stale,
        trouble=str(trouble) if trouble is not None else None,
        anomalies=len(last.plan.anomalies) if last is not None else 0,
        sync_seconds=bridge.settings.stock.sync_seconds,
    )
