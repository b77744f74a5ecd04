"""The person at the bridge, who knows the truth: frees what is stuck, edits files, changes keys."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bridge.app.build import Bridge
from bridge.core import reasons
from bridge.core.memory import StuckRow
from bridge.errors import TryLater
from bridge.sandbox.settings import Vendor
from bridge.store import person, waiting
from simulation.neighbours import Neighbours
from simulation.process import Processes
from simulation.truth import Case, cases

FIRST_EDIT = 2_000_001
LOOKS_SECONDS = 1800.0
AGAIN = timedelta(hours=4)
KINDS = ("a remark", "half a file", "half a file", "no file", "nonsense", "a word explained")
FILES = ("statuses.toml", "facts.toml", "skus.csv", "shipping.toml", "orders.toml")


@dataclass(frozen=True, slots=True)
class Edit:
    """Somebody saves a mapping file; what is wrong with it is mended after `lasts` seconds."""

    number: int
    at: float
    lasts: float
    file: str
    kind: str

    def __str__(self) -> str:
        return f"#{self.number} {self.at:.0f}-{self.at + self.lasts:.0f} s {self.file}: {self.kind}"


def drawn(seed: int, span: float) -> list[Edit]:
    """One every hour, fewer in long spans."""
    count = max(1, int(span / max(3600.0, span / 300)))
    return [_one(seed, number, span) for number in range(FIRST_EDIT, FIRST_EDIT + count)]


def _one(seed: int, number: int, span: float) -> Edit:
    luck = Random(f"{seed}/edit {number}")
    lasts = luck.choice((5.0, 90.0, 900.0, 3600.0))
    at, file = luck.uniform(30, span), luck.choice(FILES)
    return Edit(number, at, min(lasts, span - at), file, luck.choice(KINDS))


class Operator:
    """`now` is this machine's clock."""

    def __init__(
        self,
        around: Neighbours,
        processes: Processes,
        mappings: Path,
        now: Callable[[], datetime],
        is_calm: Callable[[], bool],
    ) -> None:
        self._around, self._processes = around, processes
        self._mappings, self._now, self._is_calm = mappings, now, is_calm
        self._tried: dict[str, datetime] = {}
        """When an order was tried again last."""
        self._whole = {name: (mappings / name).read_text() for name in FILES}
        """The files as they should be."""
        self.keys: dict[Vendor, str] = {**around.keys}
        """Those that stand in the configuration."""
        self.dropped: set[str] = set()
        """Orders that people see to by themselves."""
        self.heard: dict[str, dict[str, datetime]] = {}
        """The codes that were seen here of each order, and when last: a lost store forgets them."""

    # -- files and keys ---------------------------------------------------------------------------

    def change_keys(self) -> None:
        """The new ones are written into the configuration, and the bridge is started again."""
        self.keys = {**self._around.keys}
        self._processes.restart()

    def save(self, edit: Edit) -> None:
        path, whole = self._mappings / edit.file, self._whole[edit.file]
        if edit.kind == "a remark":
            self._whole[edit.file] = f"{whole}\n# looked through\n"
            path.write_text(self._whole[edit.file])
        elif edit.kind == "half a file":
            path.write_text(whole[: len(whole) // 2])
        elif edit.kind == "no file":
            path.unlink(missing_ok=True)
        elif edit.kind == "nonsense":
            path.write_text(whole + "\n= [ , \n")
        else:
            self._explain()

    def mend(self, edit: Edit) -> None:
        (self._mappings / edit.file).write_text(self._whole[edit.file])

    def _explain(self) -> None:
        """Staff use a word at PharmaOne that no document names; now the file says what it means."""
        path = self._mappings / "statuses.toml"
        whole = self._whole[path.name]
        table = "[pharmaone.orders.means]\n"
        if "backordered" not in whole:
            whole = whole.replace(table, f'{table}"backordered" = "preparing"\n')
        self._whole[path.name] = whole
        path.write_text(whole)

    # -- what waits for a person ------------------------------------------------------------------

    async def work(self) -> None:
        """Looks every half hour."""
        while True:
            await asyncio.sleep(LOOKS_SECONDS)
            with contextlib.suppress(TryLater, AttributeError):  # it may just have been killed
                await self._look(self._processes.bridge)

    def knows(self, uid: str, before: datetime) -> set[str]:
        """What was told of an order before then, and not since."""
        return {code for code, at in self.heard.get(uid, {}).items() if at < before}

    async def _look(self, bridge: Bridge) -> None:
        for row in await bridge.store.read(waiting.all_stuck):
            self._hear(row)
            if row.reason.code != reasons.CANCELLED_AFTER_HANDOVER:  # nothing is left to be done
                await self._free(bridge, row)
        for row in await bridge.store.read(waiting.open_attentions):
            self._hear(row)
            if row.reason.code == reasons.LONG_IN_REVIEW and self._refused(self._uid(row)):
                await self._give_up(bridge, row)

    def _hear(self, row: StuckRow) -> None:
        self.heard.setdefault(self._uid(row), {})[str(row.reason.code)] = self._now()

    async def _free(self, bridge: Bridge, row: StuckRow) -> None:
        code, uid = row.reason.code, self._uid(row)
        if code == reasons.REOPENED and self._case(uid).is_over:  # RxScale forgot its end
            self._around.world.set_order_status(uid, "completed")
        if code == reasons.UNKNOWN_STATUS:
            self._explain()
        if code == reasons.REJECTED_IN_PHARMAONE and Random(uid).random() < 0.5:
            await self._say(bridge, person.resume, row.key)
        elif code == reasons.REJECTED_IN_PHARMAONE:
            await self._give_up(bridge, row)
        elif self._is_right(code, uid):
            await self._say(bridge, person.confirm, [row.key])
        elif code == reasons.TWIN_IN_PHARMAONE and self._case(uid).typed:
            await self._drop(bridge, row, "typed in by hand")
        elif uid and uid not in self._around.world.orders:
            await self._drop(bridge, row, "RxScale has lost it")
        elif code.must_look and self._asked(uid):
            await self._say(bridge, person.mark_submitted, row.key)
        elif self._is_worth_it(uid):
            await self._say(bridge, person.retry, [row.key])

    def _is_worth_it(self, uid: str) -> bool:
        """While something goes wrong, nobody tries the same again every half hour."""
        last = self._tried.get(uid)
        if not self._is_calm() and last is not None and self._now() - last < AGAIN:
            return False
        self._tried[uid] = self._now()
        return True

    async def _say(self, bridge: Bridge, what: Any, *given: Any) -> None:
        await bridge.store.write(what, *given, self._now())

    async def _drop(self, bridge: Bridge, row: StuckRow, why: str) -> None:
        self.dropped.add(self._uid(row))
        await self._say(bridge, person.drop, row.key, why)

    async def _give_up(self, bridge: Bridge, row: StuckRow) -> None:
        """Staff refused it: it is cancelled by hand in RxScale's portal."""
        uid = self._uid(row)
        await self._drop(bridge, row, "staff refused it")
        order = self._around.world.orders.get(uid)
        if order is not None and order.status not in ("completed", "cancelled"):
            self._around.world.set_order_status(uid, "cancelled")

    @staticmethod
    def _uid(row: StuckRow) -> str:
        kind, _, name = str(row.key).partition(":")
        return name if kind == "order" else ""

    def _case(self, uid: str) -> Case:
        return cases(self._around.world).get(uid, Case(None, (), ()))

    def _is_right(self, code: str, uid: str) -> bool:
        """Whether it is as the vendor says that the bridge asks about."""
        case = self._case(uid)
        if code == reasons.UNUSUALLY_MANY:
            return case.status == "cancelled" or not case.is_alive
        return code == reasons.DELETED_IN_PHARMAONE and not case.is_alive

    def _asked(self, uid: str) -> bool:
        """Whether its order-request is at PharmaOne, as staff see there."""
        return any(each.status != "rejected" for each in self._case(uid).asked)

    def _refused(self, uid: str) -> bool:
        asked = self._case(uid).asked
        return bool(asked) and all(each.status == "rejected" for each in asked)
