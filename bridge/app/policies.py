"""What the settings mean to the parts that decide."""

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.core.model import PharmacyUid
from bridge.core.orders.view import Policy
from bridge.core.stock.model import StockPolicy
from bridge.mapping.rules import Rules, load, refuse_to_forget
from bridge.settings import Settings


def rules_of(settings: Settings, before: Rules | None = None) -> Rules:
    """The mapping files of these settings. Raises Misconfigured with every fault of theirs, and
    where they may not follow those that were in force `before`.
    """
    by_selling_unit = settings.stock.units_from == "standard_selling_unit"
    rules = load(
        settings.mappings.dir,
        dialect=settings.rxscale.dialect,
        by_selling_unit=by_selling_unit,
        own=settings.source.own,
    )
    if before is not None:
        refuse_to_forget(before.known, rules)
    return rules


def zone_of(settings: Settings) -> tzinfo:
    """Whose days and hours count; UTC where this machine does not know it."""
    try:
        return ZoneInfo(settings.money.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC


def stock_policy_of(settings: Settings) -> StockPolicy:
    stock = settings.stock
    second_look = timedelta(seconds=stock.second_look_seconds)
    return StockPolicy(
        subtract_open_orders=stock.subtract_open_orders,
        stale_after=timedelta(seconds=stock.stale_after_seconds) or None,
        halved_percent=stock.halved_percent,
        partial_percent=stock.partial_percent,
        zeroed_percent=stock.zeroed_percent,
        second_look=second_look if stock.confirm_by == "second_look" else None,
        write=stock.write is True or settings.mode == "shadow",
        keep_drift=stock.adopt_external or stock.on_drift == "report",
        sync_prices=stock.sync_prices,
        price_percent=stock.price_percent,
    )


def policy_of(settings: Settings, by_hand_until: datetime | None = None) -> Policy:
    orders = settings.orders
    return Policy(
        fresh=timedelta(seconds=orders.fresh_seconds),
        grace=timedelta(seconds=orders.unsure_grace_seconds),
        repeat_unsure=orders.unsure_submission == "repeat",
        reads_back=not settings.pharmaone.one_way,
        unusual_count=orders.unusual_count,
        unusual_percent=orders.unusual_percent,
        pharmacy=PharmacyUid(settings.rxscale.pharmacy_uid)
        if settings.rxscale.pharmacy_uid
        else None,
        confirm=timedelta(seconds=orders.poll_seconds),
        gone_after=timedelta(seconds=orders.gone_after_seconds),
        hold_when_stuck=orders.hold_when_stuck,
        take_from=orders.take_from,
        by_hand_until=by_hand_until,
        review=timedelta(hours=orders.review_hours),
        prescription=timedelta(minutes=orders.prescription_minutes),
        tracking=timedelta(minutes=orders.tracking_minutes),
    )
