"""The table of SKUs' numbers at RxScale: what is known, what we wrote, what is to be written."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.facts import LOWEST, ShortStock
from bridge.core.journal import Event, JournalEntry
from bridge.core.model import CatalogueSku, Key, PharmacyOrderUid, PharmacySkuUid
from bridge.core.stock.model import RxScaleStock, Shelf, SkuStock, Write
from bridge.core.stock.reported import Cause, Interpreted, LastKnown, interpret
from bridge.core.stock.reserve import Lent, Ordered, lending
from bridge.store import journal, notes, orders
from bridge.store.database import Connection
from bridge.store.rows import Statements, as_list, as_rows, micros, moment_or_none

SQL = Statements(__name__)
FUTURE = timedelta(minutes=1)
"""A reading so much later than now was dated by a clock that was wrong: it bars nothing."""
DRIFTS = "stock_drift"
LINKED = "stock_linked"
WRITTEN = "stock_written"


@dataclass(slots=True)  # not frozen: made for every call, at a third of the cost
class Pushed:
    """What one write came to. `hidden`: RxScale does not show the SKU (404)."""

    write: Write
    read_at: datetime
    at: datetime
    hidden: bool = False


def sku_key(uid: PharmacySkuUid) -> Key:
    return Key(f"sku:{uid}")


def known(
    connection: Connection, read_at: datetime, now: datetime, *, whole: bool = False
) -> RxScaleStock:
    """All SKUs' numbers; `newer` compares with an inventory that was asked for at `read_at`.

    `whole`: with the prices of all of them.
    """
    asked = {"after": micros(read_at) + 1, "until": micros(now + FUTURE), "whole": whole}
    plain = dict(connection.execute(SQL.plain, asked))
    special = map(SkuStock._make, connection.execute(SQL.special, asked))
    return RxScaleStock(plain, {each.uid: each for each in special})


def unlinked(connection: Connection, shelf: Shelf) -> list[PharmacySkuUid]:
    """SKUs without a link that had one, and that we have not written a 0 of since."""
    linked, were = _uids(shelf), set(json.loads(notes.get(connection, LINKED) or "[]"))
    rows = connection.execute(SQL.not_at_0)
    return [uid for uid, ours in rows if uid not in linked and (ours or uid in were)]


def linked(connection: Connection, shelf: Shelf) -> None:
    """Notes which SKUs are linked: of those that needed no write nothing else tells it later."""
    notes.put(connection, LINKED, json.dumps([*_uids(shelf), *unlinked(connection, shelf)]))


def _uids(shelf: Shelf) -> set[PharmacySkuUid]:
    return {link.uid for links in shelf.values() for link in links}


def listed(connection: Connection, found: Iterable[CatalogueSku], began_at: datetime) -> int:
    """Takes in a page of RxScale's list that was asked for at `began_at`; how many drifted."""
    found = list(found)
    before = _before(connection, [each.pharmacy_sku_uid for each in found])
    news: list[tuple[CatalogueSku, LastKnown]] = []
    at = micros(began_at)
    fresh = [each for each in found if each.pharmacy_sku_uid not in before]
    connection.executemany(
        SQL.add, [(each.pharmacy_sku_uid, each.stock, each.price_cents, at) for each in fresh]
    )
    for each in found:
        if each.pharmacy_sku_uid not in before:
            continue
        price, hidden, shown = before[each.pharmacy_sku_uid]
        if shown.seen_at is not None and shown.seen_at > began_at:
            continue
        if price != each.price_cents or hidden:
            connection.execute(SQL.priced, (each.price_cents, each.pharmacy_sku_uid))
        if each.stock is not None and each.stock != shown.stock:
            news.append((each, shown))
    return sum(
        _report(connection, each.pharmacy_sku_uid, shown, each.stock, began_at) is Cause.DRIFT
        for each, shown in news
    )


def reported(connection: Connection, uid: PharmacySkuUid, stock: int | None, at: datetime) -> Cause:
    """Takes in a webhook's word that a SKU's stock was changed at `at`."""
    found = _before(connection, [uid])
    if uid not in found:  # not in RxScale's list as it was read last: nothing was ever written
        return Cause.KNOWN
    return _report(connection, uid, found[uid][2], stock, at)


def sold(
    connection: Connection,
    sales: Iterable[tuple[PharmacySkuUid, int]],
    now: datetime,
    short_stock: ShortStock = "unknown",
) -> None:
    """RxScale took these pieces off its own stock; `short_stock`: what it does with too little."""
    told = {"at": micros(now), "lowest": LOWEST[short_stock]}
    connection.executemany(SQL.sold, [{"uid": uid, "amount": n} | told for uid, n in sales])


def lend(connection: Connection, uid: PharmacyOrderUid, *, refused: bool = False) -> list[Lent]:
    """Notes which numbers are raised while this order is completed, and returns them.

    From now on RxScale may hold them, whatever becomes of the calls: the next round writes the
    true ones again.
    """
    ordered = list(map(Ordered._make, connection.execute(SQL.ordered, (uid,))))
    lent = lending(ordered, refused=refused)
    connection.executemany(SQL.lend, [(each.raised, each.uid) for each in lent])
    return lent


def take_back(connection: Connection, lent: Sequence[Lent]) -> dict[PharmacySkuUid, int]:
    """What is to be written now: less than before where a round has found less meanwhile.

    Noted again: that round's number may be overwritten by these calls.
    """
    connection.executemany(SQL.lend, [(each.raised, each.uid) for each in lent])
    now = _before(connection, [each.uid for each in lent])
    shown = {uid: known.stock for uid, (_, _, known) in now.items() if known.stock is not None}
    return {each.uid: min(each.before, max(0, shown.get(each.uid, each.before))) for each in lent}


def want(connection: Connection, writes: Sequence[Write], read_at: datetime) -> None:
    """Notes what is to be written: from now on RxScale may hold it, whatever becomes of the call.

    A number that was wanted before and is not any more is overwritten with the newer one.
    """
    at = micros(read_at)
    rows = [(each.stock, each.price_cents, at, each.uid) for each in writes]
    connection.executemany(SQL.want, rows)


def want_price(connection: Connection, uid: PharmacySkuUid, cents: int) -> None:
    """A person says that this price is right: the next round writes it."""
    connection.execute(SQL.want_price, (cents, uid))


def pushed(connection: Connection, results: Sequence[Pushed]) -> None:
    """Remembers what writes came to, and tells it in the SKUs' stories."""
    written = [_row(each) for each in results if not each.hidden]
    hidden = [each for each in results if each.hidden]
    connection.execute(SQL.pushed, (as_rows(written),))
    journal.write(connection, map(_entry, results))
    connection.executemany(SQL.hide, [(micros(each.at), each.write.uid) for each in hidden])
    notes.count(connection, WRITTEN, len(written))


def leave_alone(connection: Connection, uid: PharmacySkuUid, now: datetime) -> None:
    """A person wants it so: nothing is written until he asks for another try."""
    connection.execute(SQL.leave, (micros(now), uid))


def take_up_again(connection: Connection, uid: PharmacySkuUid) -> bool:
    """Takes a SKU up again that was left alone; False if it was not."""
    return connection.execute(SQL.take_up, (uid,)).rowcount > 0


def drop_unlisted(connection: Connection) -> None:
    """Forgets the numbers of SKUs that RxScale's whole list did not show."""
    connection.execute(SQL.drop_unlisted)


def _before(
    connection: Connection, uids: Sequence[PharmacySkuUid]
) -> dict[PharmacySkuUid, tuple[int | None, bool, LastKnown]]:
    rows = connection.execute(SQL.shown, (as_list(uids),))
    return {uid: (price, bool(hidden), _last_known(*row)) for uid, price, hidden, *row in rows}


def _last_known(
    stock: int | None, seen_at: int | None, pushed: int | None, wanted: int | None, ours: int | None
) -> LastKnown:
    return LastKnown(stock, moment_or_none(seen_at), pushed, wanted, moment_or_none(ours))


def _report(
    connection: Connection,
    uid: PharmacySkuUid,
    shown: LastKnown,
    stock: int | None,
    at: datetime,
) -> Cause:
    sales = orders.sales(connection, uid)
    found = interpret(shown, stock, at, sales)
    if found.cause is Cause.KNOWN and found.stock != stock:
        return found.cause
    sold = 0
    if found.cause is Cause.SALE and shown.stock is not None and stock is not None:
        sold = shown.stock - stock
        orders.mark_sold(connection, uid, sold, at)
    drifts = found.cause is Cause.DRIFT
    row = {"uid": uid, "stock": found.stock, "at": micros(at), "drifts": drifts, "sold": sold}
    connection.execute(SQL.reported, row)
    if drifts:
        _note_drift(connection, uid, shown, found, at)
    return found.cause


def _note_drift(
    connection: Connection,
    uid: PharmacySkuUid,
    shown: LastKnown,
    found: Interpreted,
    at: datetime,
) -> None:
    notes.count(connection, DRIFTS)
    facts = {"was": shown.stock, "told": found.stock, "written": shown.pushed}
    kept = {name: value for name, value in facts.items() if value is not None}
    journal.write(connection, [JournalEntry(sku_key(uid), at, Event.DRIFTED, kept)])


def _row(result: Pushed) -> tuple[str | int | None, ...]:
    write = result.write
    at = micros(result.at)
    return write.uid, write.stock, write.price_cents, micros(result.read_at), at


def _entry(result: Pushed) -> JournalEntry:
    write = result.write
    facts = {"stock": write.stock, "price_cents": write.price_cents, "was": write.before}
    kept = {name: value for name, value in facts.items() if value is not None}
    what = Event.HIDDEN if result.hidden else Event.WRITTEN
    return JournalEntry(sku_key(write.uid), result.at, what, kept)
