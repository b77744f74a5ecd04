"""Both sides of one order against what is remembered: where they differ and what would mend it."""

from dataclasses import dataclass, replace
from datetime import datetime

from bridge.core import reasons, remember, steps
from bridge.core.lifecycle import TERMINAL, Words
from bridge.core.model import (
    Key,
    OrderRecord,
    P1Order,
    PharmacyOrder,
    PharmacyOrderUid,
    Phase,
    State,
)
from bridge.core.orders.decide import next_step
from bridge.core.orders.view import Company, Policy, Sight, View, meaning_of
from bridge.core.reasons import Code, Reason


@dataclass(frozen=True, slots=True)
class Sides:
    """One order as each side shows it now. `record` is None for one the bridge does not know.

    `rx_status` is None where RxScale does not show the order, `p1_order` where PharmaOne has none
    or (`p1_gone`) has it no longer. `detailed`: PharmaOne's order itself was read, flags and all.
    `prescription_looked`: `record` holds the status of its prescription as it is now.
    """

    uid: PharmacyOrderUid
    record: OrderRecord | None
    rx_status: str | None
    p1_order: P1Order | None = None
    p1_gone: bool = False
    detailed: bool = False
    prescription_looked: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Where an order's sides differ. `would` is what the bridge does next; `mends`: by itself."""

    uid: PharmacyOrderUid
    rxscale: str
    pharmaone: str
    remembered: str
    what: tuple[Reason, ...]
    would: Reason
    mends: bool


@dataclass(frozen=True, slots=True)
class Differing:
    """A key that a comparison found to differ: since when, in how many comparisons in a row, what
    differs, and what is done about it. `explained`: the loop knows of it.
    """

    key: Key
    since: datetime
    times: int
    what: Reason
    doing: Reason
    explained: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """What one complete comparison came to: so many `orders` and SKUs, and what differs."""

    compared_at: datetime
    orders: int
    skus: int
    differing: tuple[Differing, ...] = ()


def goes_on(found: Differing, before: Proof | None) -> Differing:
    """The same, with what the comparison before says of it."""
    for each in before.differing if before is not None else ():
        if each.key == found.key:
            return replace(found, since=each.since, times=each.times + 1)
    return found


def difference(sides: Sides, policy: Policy, words: Words, now: datetime) -> Difference | None:
    """None where everything agrees."""
    step = next_step(View(now, policy, words, _sight(sides, words, now)))
    is_lost = sides.p1_gone and isinstance(step, steps.Done) and sides.rx_status is not None
    what = tuple(_differences(sides, words, step))
    if not what:
        return None
    known = sides.record
    remembered = "nothing" if known is None else f"{known.phase.value}, {known.rx_status or '-'}"
    return Difference(
        uid=sides.uid,
        rxscale=sides.rx_status or "not shown",
        pharmaone=_there(sides),
        remembered=remembered,
        what=what,
        would=reasons.LOST_AFTER_ITS_END() if is_lost else describe(step),
        mends=not (is_lost or isinstance(step, steps.Stuck)),
    )


def _sight(sides: Sides, words: Words, now: datetime) -> Sight:
    """What a look would see."""
    record = sides.record or OrderRecord(sides.uid, now)
    if sides.rx_status is None:
        return Sight(record, gone=True)
    order = PharmacyOrder(sides.uid, sides.rx_status, now)
    record = remember.seen(record, order, words.rxscale)
    if sides.p1_order is not None and sides.detailed:
        meaning = meaning_of(sides.p1_order, words.pharmaone)
        record = remember.seen_there(record, sides.p1_order, meaning[0] if meaning else None)
    return Sight(
        record,
        order=order,
        p1_order=sides.p1_order,
        p1_looked_at=now if sides.detailed else None,
        p1_gone=sides.p1_gone,
        tracking=(),
        company=Company(now, same=1, open=1, is_confirmed=True),
        prescription_looked=sides.prescription_looked,
    )


def _differences(sides: Sides, words: Words, step: steps.Step) -> list[Reason]:
    record, found = sides.record, list[Reason]()
    if record is None:
        return [reasons.UNKNOWN_HERE()]
    is_rerouted = record.phase is Phase.DONE and record.state is State.CANCELLED
    is_dropped = record.phase is Phase.DROPPED or record.is_left_alone
    if is_dropped or (is_rerouted and sides.rx_status is None):
        return []
    if sides.rx_status is None:
        return [reasons.NOT_SHOWN_THERE()]
    parted = record.phase is Phase.DONE and _parted(sides, words)
    over = record.phase is Phase.DONE and not parted
    # RxScale may end an order in another word that means the same: `shipped`, `completed`
    as_known = over and words.rxscale.means.get(sides.rx_status) is record.state
    if sides.rx_status != record.rx_status and not as_known:
        found.append(reasons.STATUS_WAS(vendor="RxScale", status=record.rx_status))
    order = None if over else sides.p1_order
    if order is not None and record.order_id is None:
        found.append(reasons.MADE_OF_IT(order=order.id))
    elif order is not None and order.status != record.p1_status:
        found.append(reasons.STATUS_WAS(vendor="PharmaOne", status=record.p1_status))
    if sides.p1_gone:
        found.append(reasons.ORDER_GONE())
    found += _by_step(step)
    if parted:
        found.append(reasons.ENDED_DIFFERENTLY())
    return found


def _by_step(step: steps.Step) -> tuple[Reason, ...]:
    """What the next step says of both sides, though neither has changed since it was seen."""
    if isinstance(step, steps.SetStatus | steps.Complete | steps.Cancel):
        return (reasons.SIDES_DIFFER(),)
    return (reasons.PERSON_DECIDES(),) if isinstance(step, steps.Stuck) else ()


def _parted(sides: Sides, words: Words) -> bool:
    """Whether one side completed and the other cancelled, or PharmaOne goes on with what was
    cancelled. A word that is not the last need not be one: the list does not show flags.
    """
    rx = words.rxscale.means.get(sides.rx_status or "")
    there = meaning_of(sides.p1_order, words.pharmaone) if sides.p1_order else None
    last = TERMINAL if rx is State.COMPLETED else State
    return there is not None and rx in TERMINAL and there[0] in last and there[0] is not rx


def _there(sides: Sides) -> str:
    order = sides.p1_order
    if order is None:
        return "gone" if sides.p1_gone else "no order"
    return ", ".join((order.status, *order.handed_over))


def describe(step: steps.Step) -> Reason:
    """What a step does."""
    match step:
        case steps.Wait(why):
            return reasons.WOULD_WAIT(why=why)
        case steps.Stuck(reason):
            return reasons.WOULD_BE_STUCK(why=reason)
        case steps.Done(why):
            return reasons.WOULD_FINISH(why=why)
        case steps.SetStatus(word):
            return reasons.WOULD_SET(status=word)
        case steps.Cancel(order_id):
            return reasons.WOULD_CANCEL(order=order_id)
        case steps.Adopt(order):
            return reasons.WOULD_ADOPT(order=order.id)
        case _:
            return _PLAIN[type(step)]()


_PLAIN: dict[type[steps.Step], Code] = {
    steps.Submit: reasons.WOULD_SUBMIT,
    steps.Ingest: reasons.WOULD_PRESCRIBE,
    steps.Complete: reasons.WOULD_COMPLETE,
    steps.Find: reasons.WOULD_SEARCH,
    steps.Look: reasons.WOULD_LOOK,
    steps.LookAtPharmaOne: reasons.WOULD_LOOK_THERE,
    steps.LookAtPrescription: reasons.WOULD_LOOK_AT_PRESCRIPTION,
    steps.ReadCatalogue: reasons.WOULD_READ_LIST,
}
