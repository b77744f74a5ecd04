"""Both sides of one order against what is remembered: where they differ and what would mend it."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from bridge.core import remember
from bridge.core.lifecycle import TERMINAL, Words
from bridge.core.model import OrderRecord, P1Order, PharmacyOrder, PharmacyOrderUid, Phase, State
from bridge.core.orders import next_step
from bridge.core.orders.view import Policy, Sight, View, meaning_of
from bridge.core.steps import (
    Act,
    Adopt,
    Cancel,
    Complete,
    Done,
    Ending,
    Find,
    Ingest,
    Look,
    LookAtPharmaOne,
    LookAtPrescription,
    ReadCatalogue,
    SetStatus,
    Step,
    Stuck,
    Submit,
    Wait,
)


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
    what: tuple[str, ...]
    would: str
    mends: bool


def difference(sides: Sides, policy: Policy, words: Words, now: datetime) -> Difference | None:
    """None where everything agrees."""
    step = next_step(View(now, policy, words, _sight(sides, words, now)))
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
        would=describe(step),
        mends=not isinstance(step, Stuck),
    )


def _sight(sides: Sides, words: Words, now: datetime) -> Sight:
    """What a look would see."""
    record = sides.record or OrderRecord(sides.uid, now)
    if sides.rx_status is None:
        return Sight(record, gone=True)
    order = PharmacyOrder(sides.uid, sides.rx_status, now)
    return Sight(
        remember.seen(record, order, words.rxscale),
        order=order,
        p1_order=sides.p1_order,
        p1_looked_at=now if sides.detailed else None,
        p1_gone=sides.p1_gone,
        tracking=(),
        prescription_looked=sides.prescription_looked,
    )


def _differences(sides: Sides, words: Words, step: Step) -> list[str]:
    record, found = sides.record, []
    if record is None:
        return ["the bridge does not know it"]
    if record.phase is Phase.DROPPED:
        return []
    if sides.rx_status is None:
        return ["RxScale does not show it"]
    parted = record.phase is Phase.DONE and _parted(sides, words)
    over = record.phase is Phase.DONE and not parted
    if sides.rx_status != record.rx_status and not (over and _ended_as_known(sides, record, words)):
        found.append(f"RxScale's status was '{record.rx_status}' when last seen")
    order = None if over else sides.p1_order
    if order is not None and record.order_id is None:
        found.append(f"PharmaOne made {order.id} of it")
    elif order is not None and order.status != record.p1_status:
        found.append(f"PharmaOne's status was '{record.p1_status}' when last seen")
    if sides.p1_gone:
        found.append("PharmaOne no longer shows its order")
    found += _by_step(step)
    if parted:
        found.append("finished here, and the two sides ended differently")
    return found


def _by_step(step: Step) -> tuple[str, ...]:
    """What the next step says of both sides, though neither has changed since it was seen."""
    if isinstance(step, SetStatus | Complete | Cancel):
        return ("the two sides differ",)
    return ("a person has to decide",) if isinstance(step, Stuck) else ()


def _ended_as_known(sides: Sides, record: OrderRecord, words: Words) -> bool:
    """RxScale may end an order in another word that means the same: `shipped`, `completed`."""
    return words.rxscale.means.get(sides.rx_status or "") is record.state


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


def describe(step: Step) -> str:
    """What a step does, in a few words."""
    return _ending(step) if isinstance(step, Ending) else _act(step)


def _ending(step: Ending) -> str:
    match step:
        case Wait(why):
            return f"wait: {why}"
        case Stuck(note):
            return f"stuck: {note.reason}"
        case Done(why):
            return f"finish it: {why}"
        case _:
            assert_never(step)


def _act(step: Act) -> str:
    match step:
        case SetStatus(word):
            return f"set '{word}' at RxScale"
        case Complete():
            return "complete it at RxScale"
        case Cancel(order_id):
            return f"cancel {order_id} at PharmaOne"
        case Adopt(order):
            return f"take {order.id} for its order and follow it"
        case Find():
            return "search PharmaOne for it"
        case _:
            return _PLAIN[type(step)]


_PLAIN: dict[type[Act], str] = {
    Submit: "send the order-request",
    Ingest: "send the prescription",
    Look: "look at it, and send the order-request if nothing is missing",
    LookAtPharmaOne: "look at PharmaOne's order",
    LookAtPrescription: "look at the prescription",
    ReadCatalogue: "read RxScale's SKU list",
}
