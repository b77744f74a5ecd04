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
PARTS = ("process", "disk", "rxscale", "pharmaone", "webhooks")
AFTER_ANOTHER = 900.0
"""So long after one part the next one is left in peace."""
FIRST_RARE = 100_001
JUMPS = (-7200, -300, 300, 7200)
"""Seconds by which a clock is wrong for a while."""
SHORT, RARE_EVERY = 48 * HOUR, 12 * HOUR
"""How often a rarer one begins in spans longer than that."""
RX_WORDS = ("orders_write", "orders_read", "stock", "pharmacy_sku_write")
P1_WORDS = ("orders.read", "orders.write", "order_requests", "inventory")
"""Permissions and scopes that may be taken away, by how they begin."""
ONLY_LISTS = ("stale", "empty list")
LISTS = ("GET /pharmacy_orders/", "GET /orders", "GET /pharmacy_skus/", "GET /inventory")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Between `begins` and `ends`. `share` of what it fits is struck; `where` is a vendor, or what
    it befalls: webhooks, process, disk, clock, token; a vendor's key, permission, clock,
    database.
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


def drawn(seed: int, span: float) -> list[Trouble]:
    """One trouble every four minutes, and a rarer one every half hour. In spans of more than two
    days they are fewer, and none lasts longer than a day and a half: else all of them are there at
    once, all the time, and no order ever comes through.

    Each part of the world is left in peace at a time of its own after `span`, in an order that the
    seed decides.
    """
    usual = [_one(seed, number, span) for number in range(1, int(span / max(240, span / 2000)) + 1)]
    rare_every = 1800.0 if span <= SHORT else max(RARE_EVERY, span / 300)
    rarer = range(FIRST_RARE, FIRST_RARE + int(span / rare_every) + 1)
    lasts = _lasts(seed, span)
    every = [*usual, *(_rare(seed, number, span) for number in rarer)]
    return [each if each.ends < span else _longer(each, lasts[_part(each)]) for each in every]


def _lasts(seed: int, span: float) -> dict[str, float]:
    """Until when each part is troubled."""
    parts = Random(f"{seed}/phases").sample(PARTS, k=len(PARTS))
    return {part: span + AFTER_ANOTHER * at for at, part in enumerate(parts)}


def _part(trouble: Trouble) -> str:
    of_process = trouble.where in ("process", "clock")
    of_pharmaone = "pharmaone" in trouble.where or trouble.where == "token"
    found = (part for part in PARTS if part in trouble.where)
    return "process" if of_process else "pharmaone" if of_pharmaone else next(found)


def _longer(trouble: Trouble, ends: float) -> Trouble:
    return replace(trouble, ends=max(trouble.begins + 5, ends))


def _rare(seed: int, number: int, span: float) -> Trouble:
    """What does not happen every day, and lasts."""
    luck = Random(f"{seed}/trouble {number}")
    longest = min(span / 4, 36 * HOUR)
    begins, lasts = luck.uniform(10, span), luck.choice((600.0, HOUR, 3 * HOUR, longest))
    vendor = luck.choice(("rxscale", "pharmaone"))
    share, what = luck.choice((0.1, 0.5, 1.0)), luck.random()
    trouble = Trouble(number, begins, min(begins + lasts, span), vendor, "", share)
    if what < 0.3:
        kind = luck.choice(("drip", "other organisation", "other organisation"))
        return replace(trouble, kind=kind)
    if what < 0.4:
        return replace(trouble, kind=luck.choice(("503", "500", "no connection")), share=1.0)
    if what < 0.65:
        kind = luck.choice(("lose", "forge", "forge", "replay"))
        return replace(trouble, where="webhooks", kind=kind, share=1.0)
    if what < 0.75:
        return replace(trouble, where=f"{vendor}'s key", kind="exchanged")
    if what < 0.9:
        words = RX_WORDS if vendor == "rxscale" else P1_WORDS
        return replace(trouble, where=f"{vendor}'s permission", kind=luck.choice(words))
    if what < 0.97:
        return replace(trouble, where=f"{vendor}'s database", kind="an hour ago", ends=begins + 5)
    return replace(trouble, where=f"{vendor}'s clock", kind=str(luck.choice(JUMPS)))


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
        return replace(plain, where="clock", kind=str(luck.choice(JUMPS)))
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
    if kind == "other organisation":
        return is_read
    if kind == "404":
        return is_read and is_one
    if kind == "no effect":
        return not is_read and "order-requests" not in request.route
    return True


def of(troubles: Collection[Trouble], *where: str) -> Iterator[Trouble]:
    return (each for each in troubles if each.where in where)
