"""What goes wrong in one simulation: drawn whole from the seed, so that any part can be left out.

Each trouble has a number and draws its own chance from it: leaving one out changes no other.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from random import Random
from zlib import crc32

from bridge.exchange import Request
from bridge.sandbox.settings import Vendor
from simulation.wire import AFTER, BEFORE

HOUR = 3600.0
ONLY_LISTS = ("stale", "empty list")
LISTS = ("GET /pharmacy_orders/", "GET /orders", "GET /pharmacy_skus/", "GET /inventory")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Between `begins` and `ends`. `share` of what it fits is struck; `where` is a vendor, or what
    it befalls: webhooks, process, store, disk, clock, token.
    """

    number: int
    begins: float
    ends: float
    where: str
    kind: str
    share: float = 1.0

    def __str__(self) -> str:
        when = f"{self.begins:.0f}-{self.ends:.0f} s"
        return f"#{self.number} {when} {self.where}: {self.kind} ({self.share:.0%})"


def drawn(seed: int, span: float, every: float = 240.0) -> list[Trouble]:
    """One trouble for each `every` seconds of the span."""
    return [_one(seed, number, span) for number in range(1, int(span / every) + 1)]


def _one(seed: int, number: int, span: float) -> Trouble:
    luck = Random(f"{seed}/trouble {number}")
    begins = luck.uniform(10, span)
    lasts = luck.choice((5.0, 60.0, 300.0, 1800.0, 2 * HOUR))
    what = luck.random()
    share = luck.choice((0.03, 0.1, 0.3, 1.0))
    ends = min(begins + lasts, span + 60)
    plain = Trouble(number, begins, ends, "", "", share)
    if what < 0.55:
        vendor = luck.choice(("rxscale", "pharmaone"))
        kind = luck.choice((*BEFORE, *AFTER, *AFTER, "no effect", "stale", "empty list", "404"))
        return replace(plain, where=vendor, kind=kind)
    if what < 0.68:
        return replace(plain, where="webhooks", kind=luck.choice(("lose", "double", "reorder")))
    if what < 0.88:
        kind = luck.choice(("kill",) * 8 + ("lost store", "restored store"))
        return replace(plain, where="process", kind=kind, share=luck.random())
    if what < 0.93:
        return replace(plain, where="disk", kind=luck.choice(("full", "busy", "I/O error")))
    if what < 0.97:
        return replace(plain, where="clock", kind=str(luck.choice((-7200, -300, 300, 7200))))
    return replace(plain, where="token", kind="revoked")


class Weather:
    """What a call meets, by the time and by what it is."""

    def __init__(self, troubles: Collection[Trouble]) -> None:
        self._of: dict[Vendor, list[Trouble]] = {
            vendor: [each for each in troubles if each.where == vendor]
            for vendor in ("rxscale", "pharmaone")  # type: ignore[misc]
        }

    def fate(self, now: float, vendor: Vendor, request: Request, path: str, number: int) -> str:
        for each in self._of[vendor]:
            if each.begins <= now < each.ends and _fits(each.kind, request):
                dice = crc32(f"{each.number}/{request.method} {path}/{number}".encode()) / 2**32
                if dice < each.share:
                    return each.kind
        return ""


def _fits(kind: str, request: Request) -> bool:
    is_read, is_one = request.method == "GET", request.route.endswith("}")
    if request.route.startswith("POST /auth"):
        return kind in ("no connection", "503", "slow")
    if kind in ONLY_LISTS:
        return request.route in LISTS
    if kind == "404":
        return is_read and is_one
    if kind == "no effect":
        return not is_read and "order-requests" not in request.route
    return True


def of(troubles: Collection[Trouble], *where: str) -> Iterator[Trouble]:
    return (each for each in troubles if each.where in where)
