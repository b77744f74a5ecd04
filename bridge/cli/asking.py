"""What `rxbridge check` asks a vendor, a line each; nothing more of one that fails as before."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from bridge.errors import BridgeError, Phrase, TryLater

Answer = TypeVar("Answer")
Verdict = Literal["ok", "warn", "fail"]
Finding = tuple[Verdict, object]
TRIES = 3
MOMENT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Line:
    """What was tried, and what came of it: a text, a phrase or a failure."""

    what: str
    verdict: Verdict
    text: object


@dataclass(slots=True)
class Asker:
    """Asks on; a vendor that fails twice for one cause (its host, its key) is not asked again."""

    last: dict[str, str] = field(default_factory=dict)
    lost: set[str] = field(default_factory=set)

    async def asked(
        self,
        what: str,
        ask: Callable[[], Awaitable[Answer]],
        judge: Callable[[Answer], Finding],
        without: Verdict = "fail",
        why: str = "",
    ) -> Line | None:
        """What `judge` says of the answer; `without` is told where there is none, in the text
        `why`. None: it says nothing new. `what` begins with the vendor, or is about both.
        """
        vendor = what.partition(" ")[0]
        if self.lost & {vendor} or (self.lost and vendor not in ("RxScale", "PharmaOne")):
            return None
        try:
            answer = await _unhurried(ask)
        except BridgeError as failure:
            told, self.last[vendor] = self.last.get(vendor), str(failure)
            if told != str(failure):
                return Line(what, without, Phrase(why, why=failure) if why else failure)
            self.lost.add(vendor)
            return None
        return Line(what, *judge(answer))


async def _unhurried(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Waits for a vendor that asks for a moment's patience, but not for one that is away."""
    for _ in range(TRIES - 1):
        try:
            return await ask()
        except TryLater as failure:
            if failure.after is None or failure.after > MOMENT_SECONDS:
                raise
            await asyncio.sleep(failure.after)
    return await ask()
