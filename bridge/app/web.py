"""The HTTP server of a running bridge: what it is given, and where it listens."""

import logging
from collections.abc import Callable
from dataclasses import fields, replace
from datetime import datetime, timedelta
from functools import partial

import aiohttp.web

from bridge.app import vitals
from bridge.app.build import Bridge
from bridge.app.configured import Configured
from bridge.app.machine import Machine
from bridge.app.products import Products
from bridge.core.reasons import Reason
from bridge.core.shadow import Report
from bridge.server.door import Door, Limits
from bridge.server.parts import PageParts, ServerParts, StockSeen
from bridge.server.web import Running, build, build_webhooks
from bridge.settings import ServerSection
from bridge.store import shadow, stock, waiting
from bridge.users import Users

log = logging.getLogger("bridge")


async def listen(bridge: Bridge) -> Running:
    """Everything listens once this returns. Raises Misconfigured if a port cannot be had."""
    parts = parts_of(bridge)
    return await serve_both(
        bridge.machine, bridge.settings.server, build(parts), partial(build_webhooks, parts)
    )


async def serve_both(
    machine: Machine,
    server: ServerSection,
    application: aiohttp.web.Application,
    webhooks: Callable[[], aiohttp.web.Application],
) -> Running:
    """`webhooks`: those alone, where they have a port of their own. Raises Misconfigured."""
    door = Door(Limits(**{each.name: getattr(server, each.name) for each in fields(Limits)}))
    serve = partial(machine.serve, door=door)
    running = await serve(application, server.host, server.port)
    if server.webhook_port is None:
        return running
    host = server.webhook_host or server.host
    try:
        hooks = webhooks()
        apart = await serve(hooks, host, server.webhook_port, "server.webhook_port")
    except BaseException:
        await running.stop()
        raise
    return replace(running, apart=apart)


def _page(bridge: Bridge) -> PageParts | None:
    """None where it is not wanted, and where others could open it without a login."""
    server = bridge.settings.server
    users = Users(bridge.settings)
    if not server.page or bridge.settings.unsafe_for_run(users=bool(users())):
        return None
    return PageParts(
        stock=partial(_stock, bridge),
        products=Products(bridge),
        configured=Configured(bridge),
        limits={
            "rxscale": bridge.settings.rxscale.requests_per_minute,
            "pharmaone": bridge.settings.pharmaone.requests_per_minute,
        },
        users=users,
        proxies=server.trusted_proxies,
        public_url=server.public_url or "",
        shadow=_Rehearsed(bridge) if bridge.settings.mode == "shadow" else None,
        names=bridge.settings.audit.story == "name",
        links={
            name: address
            for name, address in (
                ("RxScale", bridge.settings.links.rxscale_order),
                ("PharmaOne", bridge.settings.links.pharmaone_order),
            )
            if address
        },
        facts=lambda: bridge.reloader.rules.facts_told,
    )


class _Rehearsed:
    """Weighed once a minute at most, for all who look at the page."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge
        self._kept: tuple[datetime, Report] | None = None

    async def __call__(self) -> Report:
        now = self._bridge.machine.now()
        if self._kept is None or now - self._kept[0] > timedelta(minutes=1):
            self._kept = now, await self._bridge.store.read(shadow.told, now)
        return self._kept[1]


async def _stock(bridge: Bridge) -> StockSeen:
    """By the last round, and what was written since. Raises TryLater."""
    result, read = bridge.stock.last, bridge.store.read
    state, odd = await read(stock.state), list[Reason]()
    waits = {key for key in await read(waiting.stuck_for) if key.startswith("sku:")}
    left, writing = len(waits), max(0, state.waiting - len(waits))
    if state.pending is not None:
        odd.append(state.pending.reason)
    if result is not None:
        first = result.plan.first_write
        odd += [first] if first is not None and state.first_write else []
        odd += [each.reason for each in result.plan.anomalies]
        kept = [
            row for row in result.plan.rows if row.write is None and f"sku:{row.uid}" not in waits
        ]
        left += sum(row.change != 0 or row.unlisted for row in kept)
    return StockSeen(state.synced_at, writing, left, tuple(odd))


def parts_of(bridge: Bridge) -> ServerParts:
    return ServerParts(
        store=bridge.store,
        rxscale_secrets=bridge.secrets["rxscale"],
        pharmaone_secrets=bridge.secrets["pharmaone"],
        health=partial(vitals.health, bridge),
        ready=vitals.Ready(bridge.store, bridge.machine.clock, bridge.leaving),
        metrics=bridge.metrics,
        measure=partial(vitals.measure, bridge),
        on_hint=bridge.wake,
        now=bridge.machine.now,
        **_told(bridge),
        on_forged=bridge.listening.forged,
        rejecting=lambda: bridge.reloader.rules.words.rejecting_events,
        known_words=lambda: bridge.reloader.rules.words.known,
        rxscale_ahead=bridge.vendors.rxscale_transport.ahead,
        pharmacy_uid=bridge.settings.rxscale.pharmacy_uid,
        org_id=bridge.settings.pharmaone.org_id,
        pharmacy=bridge.settings.source.pharmacy,
        page=_page(bridge),
        webhooks_apart=bridge.settings.server.webhook_port is not None,
    )


def _told(bridge: Bridge) -> dict[str, Callable[..., None]]:
    """Of replicas, the one that works finds in the store what any of them took in."""
    if bridge.vendors_for is not None:
        return {}
    return {
        "on_unread": bridge.p1_news.set,
        "on_stock": partial(stock_changed, bridge),
        "on_heard": bridge.listening.heard,
    }


def stock_changed(bridge: Bridge, vendor: str) -> None:
    """PharmaOne's events tell of its inventory, which is read then; RxScale's of one SKU."""
    sold = not bridge.settings.stock.subtract_open_orders
    bridge.stock.wake(fetch=vendor == "pharmaone" or sold)
