"""Whether an inventory is to be believed: an absent product is not one of which there is none.

An answer can be wrong in ways that no status code tells: empty, cut short, from another database.
Believing it would take everything off sale, so it is believed only if a second look shows the same
or a person says so (design: guarantee 5).
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, filterfalse

from bridge.core import reasons
from bridge.core.stock.model import Anomaly, Pending, Reading, Shelf, StockPolicy, Stocktake

FEW = 2
"""Fewer products than this are no sign of a wrong answer: one may truly have sold out."""


def inventory_anomaly(
    reading: Reading, before: Stocktake | None, shelf: Shelf, policy: StockPolicy
) -> Anomaly | None:
    """What makes a whole inventory unlikely, compared with the last that was believed.

    Only linked products count. A single product may do as it likes: it may be sold out.
    """
    if not reading.on_hand and shelf:
        return Anomaly(reasons.EMPTY())
    if before is None:
        return None
    linked = missing = both = fell = then = now = 0
    for each in shelf:
        held, units = before.on_hand.get(each), reading.on_hand.get(each)
        if held is None or each in before.absent:
            continue
        linked += 1
        if units is None:
            missing += 1
        elif held > 0:
            both, fell = both + 1, fell + (units < held)
            then, now = then + held, now + max(units, 0)
    if missing >= FEW and missing * 100 >= policy.partial_percent * linked:
        return Anomaly(reasons.PARTIAL(missing=missing, linked=linked))
    if fell < FEW or fell * 2 < both or now * 100 > then * (100 - policy.halved_percent):
        return None
    return Anomaly(reasons.HALVED(before=then, now=now, products=fell))


def too_many_zeroed(zeroed: Sequence[str], linked: int, policy: StockPolicy) -> Anomaly | None:
    """Whether one inventory would take too large a part of all SKUs off sale at once.

    `zeroed` are the products of the SKUs that would go to 0, or SKUs that have none.
    """
    if len(set(zeroed)) < FEW or len(zeroed) * 100 <= policy.zeroed_percent * linked:
        return None
    return Anomaly(reasons.ZEROED(zeroed=len(zeroed), linked=linked))


def still_pending(anomaly: Anomaly, pending: Pending | None, read_at: datetime) -> Pending:
    """The anomaly as one that waits: since the first look that showed it without a break."""
    if pending is not None and pending.reason.code == anomaly.reason.code:
        return Pending(anomaly.reason, pending.first_at)
    return Pending(anomaly.reason, read_at)


def is_confirmed(first_at: datetime, read_at: datetime, policy: StockPolicy) -> bool:
    """Whether a look at `read_at` is the second one, late enough to be one of its own."""
    return policy.second_look is not None and read_at - first_at >= policy.second_look


def stocktake_of(
    reading: Reading, before: Stocktake | None, shelf: Shelf, policy: StockPolicy, *, whole: bool
) -> Stocktake:
    """What PharmaOne holds by a reading that is believed.

    A product that it does not list, though it did or a SKU is linked to it, keeps its last number,
    or none, until a second look lacks it as well or nobody knows of it for too long; `whole`: the
    absence of all that is absent was confirmed. What was never listed until then is `unlisted`.
    """
    was, read_at = before or Stocktake({}, reading.read_at), reading.read_at
    missing = {*filterfalse(reading.on_hand.__contains__, chain(was.on_hand, shelf))}
    if not missing:
        return Stocktake(reading.on_hand, read_at)
    absent = {each: was.absent.get(each, read_at) for each in missing}
    on_hand = dict(reading.on_hand)
    for each, since in absent.items():
        too_long = policy.stale_after is not None and read_at - since > policy.stale_after
        if whole or too_long or is_confirmed(since, read_at, policy):
            on_hand[each] = 0
        elif each in was.on_hand:
            on_hand[each] = was.on_hand[each]
    found = (each for each in missing & on_hand.keys() if each not in was.on_hand)
    return Stocktake(on_hand, read_at, absent, {*found, *(missing & {*was.unlisted})})
