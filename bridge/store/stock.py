"""Stock: SKUs' numbers at RxScale, the inventory that is believed, what a round is made from."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.facts import LOWEST, ShortStock
from bridge.core.journal import Event, JournalEntry
from bridge.core.model import CatalogueSku, Hint, Key, PharmacyOrderUid, PharmacySkuUid, ProductId
from bridge.core.reasons import UNKNOWN_PRODUCT, reason_of
from bridge.core.stock.model import (
    Pending,
    RxScaleStock,
    Shelf,
    Situation,
    SkuStock,
    Stocktake,
    Write,
)
from bridge.core.stock.plan import Plan
from bridge.core.stock.reported import Cause, Interpreted, LastKnown, interpret
from bridge.core.stock.reserve import Lent, Ordered, lending
from bridge.store import journal, notes, orders, todo, waiting
from bridge.store.rows import (
    Connection,
    Statements,
    as_list,
    as_rows,
    micros,
    moment,
    moment_or_none,
)

SQL = Statements(__name__)
FUTURE = timedelta(minutes=1)
"""A reading so much later than now was dated by a clock that was wrong: it bars nothing."""
DRIFTS = "stock_drift"
LINKED = "stock_linked"
WRITTEN = "stock_written"
READ_AT = "inventory_read_at"
SYNCED_AT = "stock_synced_at"
PENDING = "stock_pending"
ASKED = "stock_asked"
FIRST_WRITE = "stock_first_write"
"""Whether a person has confirmed it: "waits" or "confirmed"; without a note if numbers were written
by a bridge that did not ask.
"""
UNREAD_SINCE = "inventory_unread_since"
NEVER_LISTED = "stock_never_listed"
"""Linked products that no inventory has listed, with the time of the first that was asked for."""
UNLISTED = "stock_unlisted"
"""Those of which a second look confirmed it."""
LIKELY = "stock_likely"


@dataclass(frozen=True, slots=True)
class StockState:
    """Numbers for health and people. `pending`: an inventory that waits to be confirmed; `waiting`:
    writes not answered yet; `written`: writes since the store was made; `first_write`: numbers
    only fall until a person confirms the first write.
    """

    read_at: datetime | None = None
    synced_at: datetime | None = None
    pending: Pending | None = None
    drift: int = 0
    hidden: int = 0
    waiting: int = 0
    adjusting: int = 0
    written: int = 0
    first_write: bool = False


# -- SKUs' numbers at RxScale: what is known, what we wrote, what is to be written --------------


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
    facts = _given(was=shown.stock, told=found.stock, written=shown.pushed)
    journal.write(connection, [JournalEntry(sku_key(uid), at, Event.DRIFTED, facts)])


def _row(result: Pushed) -> tuple[str | int | None, ...]:
    write = result.write
    at = micros(result.at)
    return write.uid, write.stock, write.price_cents, micros(result.read_at), at


def _entry(result: Pushed) -> JournalEntry:
    write = result.write
    facts = _given(stock=write.stock, price_cents=write.price_cents, was=write.before)
    what = Event.HIDDEN if result.hidden else Event.WRITTEN
    return JournalEntry(sku_key(write.uid), result.at, what, facts)


def _given(**facts: int | None) -> dict[str, int]:
    return {name: fact for name, fact in facts.items() if fact is not None}


# -- the inventory that is believed -------------------------------------------------------------


def inventory(connection: Connection, kept: Stocktake | None = None) -> Stocktake | None:
    """The last inventory that was believed; None if none ever was. `kept`: of an earlier round."""
    read_at = notes.get_time(connection, READ_AT)
    if read_at is None or (kept is not None and kept.read_at == read_at):
        return kept if read_at else None
    on_hand = dict(connection.execute(SQL.on_hand))
    absent = never_listed_products(connection)
    absent.update(connection.execute(SQL.absent))
    absent_at = {name: moment(at) for name, at in absent.items()}
    return Stocktake(on_hand, read_at, absent_at, unlisted_products(connection))


def never_listed_products(connection: Connection) -> dict[ProductId, int]:
    """Linked products that no inventory has listed, and since when they are looked for."""
    return dict(json.loads(notes.get(connection, NEVER_LISTED) or "{}"))


def unlisted_products(connection: Connection) -> frozenset[ProductId]:
    """Products that were looked for twice, and that no inventory has ever listed."""
    return frozenset(json.loads(notes.get(connection, UNLISTED) or "[]"))


def likely_products(connection: Connection) -> dict[PharmacySkuUid, str]:
    """By SKU, which product it may be instead of one that was never listed; "": none is similar."""
    return dict(json.loads(notes.get(connection, LIKELY) or "{}"))


def save_inventory(connection: Connection, stocktake: Stocktake, before: Stocktake | None) -> None:
    """Remembers it in place of the one before, row by row where anything changed."""
    known: Mapping[ProductId, int] = before.on_hand if before else {}
    was_absent: Mapping[ProductId, datetime] = before.absent if before else {}
    absent = stocktake.absent
    went_or_came = absent.keys() ^ was_absent.keys()
    rows = (
        (each, units, micros(absent[each]) if each in absent else None)
        for each, units in stocktake.on_hand.items()
        if known.get(each) != units or each in went_or_came
    )
    connection.executemany(SQL.save_inventory, rows)  # as they come: at first they are all
    unheard = {each: micros(at) for each, at in absent.items() if each not in stocktake.on_hand}
    notes.put(connection, NEVER_LISTED, json.dumps(unheard))
    notes.put(connection, UNLISTED, json.dumps(sorted(stocktake.unlisted)))
    notes.put_time(connection, READ_AT, stocktake.read_at)


def believe_units(connection: Connection, product: ProductId, units: int) -> None:
    """A person says that this number is right: an inventory is judged without it from now on.

    The time moves a little, since what a round kept of it is another one from now on.
    """
    connection.execute(SQL.believe_units, (units, product))
    if (read_at := notes.get_time(connection, READ_AT)) is not None:
        notes.put_time(connection, READ_AT, read_at + timedelta(microseconds=1))


def pending(connection: Connection) -> Pending | None:
    found = json.loads(notes.get(connection, PENDING) or "null")
    return None if found is None else Pending(reason_of(found[0]), moment(found[1]))


def save_pending(connection: Connection, found: Pending | None) -> None:
    document = None if found is None else [found.reason.document(), micros(found.first_at)]
    notes.put(connection, PENDING, json.dumps(document))


# -- a round ------------------------------------------------------------------------------------


def situation(
    connection: Connection,
    as_of: datetime | None,
    now: datetime,
    *,
    prices: bool = False,
    kept: Stocktake | None = None,
) -> Situation:
    """What a plan is made from, as far as the store knows it: for an inventory that was asked
    for at `as_of`; None: for the one believed last. `prices`: with the prices of all SKUs.

    Numbers may rise when all open orders' lines were seen.
    """
    before = inventory(connection, kept)
    when = as_of or (before.read_at if before else now)
    open_units = orders.open_units(connection, when)
    return Situation(
        now=now,
        stocktake=before,
        unread_since=notes.get_time(connection, UNREAD_SINCE),
        pending=pending(connection),
        open_units=orders.open_units(connection, before.read_at) if before else open_units,
        open_units_now=open_units,
        at_rxscale=known(connection, when, now, whole=prices),
        stuck={
            PharmacySkuUid(key.removeprefix("sku:"))
            for key in waiting.stuck_for(connection)
            if key.startswith("sku:")
        },
        rising=notes.get(connection, notes.FIRST_SWEEP_AT) is not None
        and not orders.blind(connection),
        first_write=is_first_write(connection),
    )


def is_first_write(connection: Connection) -> bool:
    """Whether no person has confirmed the first write yet."""
    noted = notes.get(connection, FIRST_WRITE)
    return noted == "waits" if noted else not notes.counters(connection).get(WRITTEN)


def planned(
    connection: Connection, plan: Plan, before: Stocktake | None, read_at: datetime | None
) -> None:
    """Remembers the inventory if it is another one, and all that is to be written by it.

    `read_at`: when an inventory was read for this plan, whether it was believed or not.
    """
    now = plan.situation.stocktake
    if now is not None and now is not before:
        save_inventory(connection, now, before)
    if before is not None and {*before.unlisted} - {*plan.situation.unlisted}:
        freed = (row for row in waiting.all_stuck(connection) if row.reason.code == UNKNOWN_PRODUCT)
        hints = [Hint(row.key, "PharmaOne's inventory lists a product now") for row in freed]
        todo.hint(connection, hints, plan.situation.now)
    save_pending(connection, plan.situation.pending)
    word = "waits" if plan.situation.previews else "confirmed"
    notes.put(connection, FIRST_WRITE, word)
    known_at = plan.situation.known_at
    if known_at is not None:
        want(connection, plan.writes, known_at)
    elif plan.linked:
        notes.put_time(connection, UNREAD_SINCE, plan.situation.now)
    if read_at is not None:
        notes.put_time(connection, SYNCED_AT, read_at)


# -- what a person asks of the bridge that runs -------------------------------------------------


def ask_for_round(connection: Connection, *, confirm: bool) -> None:
    """Asks for a sync; `confirm`: its anomalies are true, which no later asking takes back."""
    earlier = notes.get(connection, ASKED)
    word = "confirm" if confirm or earlier == "confirm" else "sync"
    notes.put(connection, ASKED, word)


def is_asked(connection: Connection) -> bool:
    return bool(notes.get(connection, ASKED))


def begin_asked(connection: Connection) -> str | None:
    """What was asked for and not yet begun; it is then begun."""
    word = notes.get(connection, ASKED)
    notes.put(connection, ASKED, "")
    return word or None


# -- the numbers --------------------------------------------------------------------------------


def state(connection: Connection) -> StockState:
    drift, hidden, waiting, adjusting = connection.execute(SQL.counts).fetchone()
    return StockState(
        read_at=notes.get_time(connection, READ_AT),
        synced_at=notes.get_time(connection, SYNCED_AT),
        pending=pending(connection),
        drift=drift,
        hidden=hidden,
        waiting=waiting,
        adjusting=adjusting,
        written=notes.counters(connection).get(WRITTEN, 0),
        first_write=is_first_write(connection),
    )
