"""Which orders want to be cancelled, where and since when: one row an order, until it does not."""

from collections.abc import Collection, Iterable
from datetime import datetime

from bridge.core.model import PharmacyOrderUid, order_key
from bridge.core.orders.unusual import WINDOW
from bridge.core.orders.view import Company
from bridge.store.database import Connection
from bridge.store.rows import Statements, as_list, micros, moment, span

SQL = Statements(__name__)


def weigh(
    connection: Connection,
    uid: PharmacyOrderUid,
    vendor: str,
    now: datetime,
) -> Company:
    """Notes that the order is to be cancelled at that vendor; how many others are."""
    wanted_at, confirmed_at = connection.execute(SQL.want, (uid, vendor, micros(now))).fetchone()
    between = (wanted_at - span(WINDOW), wanted_at + span(WINDOW))
    same, finished = connection.execute(SQL.same, (vendor, *between)).fetchone()
    (still_open,) = connection.execute(SQL.open).fetchone()
    others = (micros(now), order_key(uid), vendor, *between)
    (due,) = connection.execute(SQL.due, others).fetchone()
    return Company(
        wanted_at=moment(wanted_at),
        same=same,
        open=still_open + finished,
        due=due,
        is_confirmed=confirmed_at is not None,
    )


def confirm(connection: Connection, uids: Iterable[PharmacyOrderUid], now: datetime) -> None:
    """A person has checked that these are to be cancelled."""
    at = micros(now)
    connection.executemany(SQL.confirm, [(uid, at, at) for uid in uids])


def forget(connection: Connection, uids: Collection[PharmacyOrderUid]) -> None:
    """These are not to be cancelled any more."""
    connection.execute(SQL.forget, (as_list(uids),))
