"""What PharmaOne is believed to hold, and what a stock round starts from and leaves behind."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bridge.core.model import Hint, PharmacySkuUid, ProductId
from bridge.core.reasons import UNKNOWN_PRODUCT, reason_of
from bridge.core.stock.model import Pending, Situation, Stocktake
from bridge.core.stock.plan import Plan
from bridge.store import notes, orders, stock, todo, waiting
from bridge.store.database import Connection
from bridge.store.rows import Statements, micros, moment

SQL = Statements(__name__)
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


# -- the inventory that is believed -------------------------------------------------------------


def load(connection: Connection, kept: Stocktake | None = None) -> Stocktake | None:
    """The last inventory that was believed; None if none ever was. `kept`: of an earlier round."""
    read_at = notes.get_time(connection, READ_AT)
    if read_at is None or (kept is not None and kept.read_at == read_at):
        return kept if read_at else None
    on_hand = dict(connection.execute(SQL.on_hand))
    absent = never_listed(connection)
    absent.update(connection.execute(SQL.absent))
    absent_at = {name: moment(at) for name, at in absent.items()}
    return Stocktake(on_hand, read_at, absent_at, unlisted(connection))


def never_listed(connection: Connection) -> dict[ProductId, int]:
    """Linked products that no inventory has listed, and since when they are looked for."""
    return dict(json.loads(notes.get(connection, NEVER_LISTED) or "{}"))


def unlisted(connection: Connection) -> frozenset[ProductId]:
    """Products that were looked for twice, and that no inventory has ever listed."""
    return frozenset(json.loads(notes.get(connection, UNLISTED) or "[]"))


def likely(connection: Connection) -> dict[PharmacySkuUid, str]:
    """By SKU, which product it may be instead of one that was never listed; "": none is similar."""
    return dict(json.loads(notes.get(connection, LIKELY) or "{}"))


def save(connection: Connection, stocktake: Stocktake, before: Stocktake | None) -> None:
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
    connection.executemany(SQL.save, rows)  # as they come: at first they are all
    unheard = {each: micros(at) for each, at in absent.items() if each not in stocktake.on_hand}
    notes.put(connection, NEVER_LISTED, json.dumps(unheard))
    notes.put(connection, UNLISTED, json.dumps(sorted(stocktake.unlisted)))
    notes.put_time(connection, READ_AT, stocktake.read_at)


def believe(connection: Connection, product: ProductId, units: int) -> None:
    """A person says that this number is right: an inventory is judged without it from now on.

    The time moves a little, since what a round kept of it is another one from now on.
    """
    connection.execute(SQL.believe, (units, product))
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
    before = load(connection, kept)
    when = as_of or (before.read_at if before else now)
    open_units = orders.open_units(connection, when)
    return Situation(
        now=now,
        stocktake=before,
        unread_since=notes.get_time(connection, UNREAD_SINCE),
        pending=pending(connection),
        open_units=orders.open_units(connection, before.read_at) if before else open_units,
        open_units_now=open_units,
        at_rxscale=stock.known(connection, when, now, whole=prices),
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
    """Whether nobody has confirmed the first write yet."""
    noted = notes.get(connection, FIRST_WRITE)
    return noted == "waits" if noted else not notes.counters(connection).get(stock.WRITTEN)


def planned(
    connection: Connection, plan: Plan, before: Stocktake | None, read_at: datetime | None
) -> None:
    """Remembers the inventory if it is another one, and all that is to be written by it.

    `read_at`: when an inventory was read for this plan, whether it was believed or not.
    """
    now = plan.situation.stocktake
    if now is not None and now is not before:
        save(connection, now, before)
    if before is not None and {*before.unlisted} - {*plan.situation.unlisted}:
        freed = (row for row in waiting.all_stuck(connection) if row.reason.code == UNKNOWN_PRODUCT)
        hints = [Hint(row.key, "PharmaOne's inventory lists a product now") for row in freed]
        todo.hint(connection, hints, plan.situation.now)
    save_pending(connection, plan.situation.pending)
    word = "waits" if plan.situation.previews else "confirmed"
    notes.put(connection, FIRST_WRITE, word)
    known_at = plan.situation.known_at
    if known_at is not None:
        stock.want(connection, plan.writes, known_at)
    elif plan.linked:
        notes.put_time(connection, UNREAD_SINCE, plan.situation.now)
    if read_at is not None:
        notes.put_time(connection, SYNCED_AT, read_at)


# -- what a person asks of the bridge that runs -------------------------------------------------


def ask(connection: Connection, *, confirm: bool) -> None:
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
        written=notes.counters(connection).get(stock.WRITTEN, 0),
        first_write=is_first_write(connection),
    )
