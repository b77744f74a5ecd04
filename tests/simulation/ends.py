"""What is checked once nothing goes wrong any more: how orders ended, what was kept or told."""

import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bridge.app import vitals
from bridge.app.build import Bridge
from bridge.core import reasons
from bridge.core.model import PharmacyOrderUid, State, order_key
from bridge.sandbox.world import World
from bridge.store import orders, pharmaone_lists, views, waiting
from simulation.invariants import Broken
from simulation.operator import Operator
from simulation.people import Life
from simulation.truth import Case, cases, untrue

MARGIN = timedelta(minutes=5)
"""So far may two clocks be apart when the age of an order is compared."""


async def told(bridge: Bridge, world: World) -> dict[str, list[str]]:
    """What a person is told of each order: the codes."""
    found: dict[str, list[str]] = {}
    for row in [
        *await bridge.store.read(waiting.all_stuck),
        *await bridge.store.read(waiting.open_attentions),
    ]:
        code = row.reason.code
        is_there = row.reason.facts.get("order") in world.p1_orders
        wrong = code == reasons.DELETED_IN_PHARMAONE and is_there
        words = found.setdefault(str(row.key).partition(":")[2], [])
        words.append(f"{code}, which is there" if wrong else str(code))
    return found


async def settled(
    bridge: Bridge, world: World, operator: Operator, broken: Broken, at: float
) -> None:
    """Soon after the last trouble: only what staff have not decided may still go on."""
    known, long_ago = await told(bridge, world), bridge.now() - pharmaone_lists.LATELY
    for uid, case in cases(world).items():
        waits = not case.made or case.status is None
        if case.is_agreed is not None or waits or uid in known.keys() | operator.dropped:
            continue
        if _told_then(case, operator.knows(uid, before=long_ago)) == LOST:
            broken.tell(at, f"{uid}: not settled in time: {_shown(case)}")


async def ends(
    bridge: Bridge, world: World, operator: Operator, broken: Broken, at: float
) -> dict[str, int]:
    """How often each end: alike on both sides, or a person was told, truly."""
    known, count, lost = await told(bridge, world), dict[str, int](), list[str]()
    long_ago = bridge.now() - pharmaone_lists.LATELY
    for uid, case in cases(world).items():
        how = case.is_agreed or _beyond_reach(case)
        if how == LOST_AT_PHARMAONE:
            lost.append(uid)
        if how is None and uid in operator.dropped:
            how = "left to people"
        if how is None and uid in known:
            codes = sorted({*known[uid]})
            how = f"told: {', '.join(codes)}"
            if untrue(codes, case) == codes:
                broken.tell(at, f"{uid}: {_shown(case)}, and told was {codes}")
        if how is None:
            how = _told_then(case, operator.knows(uid, before=long_ago))
            if how == LOST:
                broken.tell(at, f"{uid}: {_shown(case)}, and nobody was told")
        count[how] = count.get(how, 0) + 1
    if lost:
        for uid in await _hidden(bridge, world, lost):
            broken.tell(
                at, f"{uid}: gone at PharmaOne after its end, and no comparison tells of it"
            )
    return count


LOST, LOST_AT_PHARMAONE = "lost", "lost at PharmaOne"


def _beyond_reach(case: Case) -> str | None:
    """How an order ended that a vendor has lost, if one has."""
    if case.status is None and (case.is_over or not case.is_alive or not case.made):
        return "lost at RxScale"
    return LOST_AT_PHARMAONE if case.status == "completed" and not case.made else None


def _told_then(case: Case, heard: set[str]) -> str:
    """What a person heard before the store was lost, if it is so today: a new store asks only about
    the days shortly before it began.
    """
    codes = sorted(heard.difference(untrue([*heard], case)))
    return f"told then: {', '.join(codes)}" if codes else LOST


async def _hidden(bridge: Bridge, world: World, lost: list[str]) -> list[str]:
    """Those of the orders that PharmaOne lost after their end of which a comparison says nothing,
    though this store followed them and PharmaOne still lists older ones.
    """
    compared = {each.key for each in (await bridge.proof.compare()).differing}
    ahead = timedelta(seconds=world.settings.p1_clock_ahead_seconds) + MARGIN
    made = (datetime.fromisoformat(each.data["created_at"]) for each in world.p1_orders.values())
    oldest = min(made, default=None)
    records = await bridge.store.read(orders.find_all, [PharmacyOrderUid(uid) for uid in lost])
    return [
        str(uid)
        for uid, record in records.items()
        if oldest is not None
        and order_key(uid) not in compared
        and record.state is State.COMPLETED
        and record.order_id is not None
        and record.p1_deleted_at is None
        and record.first_seen_at > oldest - ahead + 2 * MARGIN
    ]


def _shown(case: Case) -> str:
    made = [(each.id, each.status, each.data["shipped"]) for each in case.made]
    asked = [each.status for each in case.asked]
    return f"{case.status} at RxScale, {made} {asked} at PharmaOne"


async def story(bridge: Bridge, life: Life, epoch: float) -> list[str]:
    """What people did to an order, and what the bridge says that it did."""
    lines = [f"people: {each}" for each in life.log]
    found = await bridge.store.read(views.story, PharmacyOrderUid(life.uid))
    for entry in found.entries if found is not None else ():
        facts = {k: v for k, v in entry.facts.items() if k not in ("rules", "rule", "version")}
        shown = json.dumps(facts, default=str)[:300]
        lines.append(f"{entry.at.timestamp() - epoch:.0f} {entry.what} {shown}")
    return lines


async def canaries(bridge: Bridge, world: World, folder: Path, log: list[str]) -> str | None:
    """A patient's detail that was kept or told, if any."""
    await vitals.measure(bridge)
    shown = [
        bridge.metrics.text().decode(),
        json.dumps((await vitals.health(bridge)).document()),
        *log,
    ]
    text = " ".join(shown).encode()
    text += b"".join(each.read_bytes() for each in folder.glob("rxbridge.db*"))
    people: list[dict[str, Any]] = [each.data["patient_data"] for each in world.orders.values()]
    for name in ("display_name", "email"):
        words = {str(each[name]) for each in people if each.get(name)}
        ends = {_END.split(word)[-1] for word in words}  # few; most of them are nowhere
        there = {end for end in ends if end.encode() in text}
        if any(_END.split(word)[-1] in there and word.encode() in text for word in words):
            return f"a patient's {name} was kept or told"
    return None


_END = re.compile("[ @]")
