"""The shortest schedule that still breaks the same: troubles, doings, edits and orders left out."""

from collections.abc import Callable
from dataclasses import replace

from simulation.plan import Plan, Report

Simulate = Callable[[Plan], Report]
MOST_TRIES = 80
"""It is as short as so many tries could make it."""


def kinds(report: Report) -> set[str]:
    """What is broken, whichever order it is about and whenever."""
    return {_kind(each) for each in report.broken}


def _kind(broken: str) -> str:
    """Without its time and its order's name."""
    words = broken.partition(": ")[2].split()
    return " ".join(word for word in words if not any(each.isdigit() for each in word))[:40]


def shrunk(simulate: Simulate, report: Report, told: Callable[[str], None]) -> Report:
    """Each is left out once, in halves first; what still breaks without it is gone for good."""
    wanted, left = kinds(report), iter(range(MOST_TRIES))

    def breaks(plan: Plan) -> Report | None:
        if next(left, None) is None:
            return None
        tried = simulate(plan)
        return tried if kinds(tried) & wanted else None

    troubles = [each.number for each in report.schedule]
    report = _fewer(report, troubles, "without", breaks, told)
    orders = [n for n in range(1, report.plan.lives + 1) if n not in report.plan.left_out]
    report = _fewer(report, orders, "left_out", breaks, told)
    return _fewer(report, [each.number for each in report.schedule], "without", breaks, told)


def _fewer(
    report: Report,
    numbers: list[int],
    name: str,
    breaks: Callable[[Plan], Report | None],
    told: Callable[[str], None],
) -> Report:
    """With as few of these numbers as can be; the plan calls those left out `name`."""
    size = len(numbers)
    while size:
        at = 0
        while at < len(numbers):
            out = numbers[at : at + size]
            gone: frozenset[int] = getattr(report.plan, name)
            tried = breaks(replace(report.plan, **{name: gone | {*out}}))
            if tried is None:
                at += size
            else:
                report, numbers = tried, numbers[:at] + numbers[at + size :]
                told(f"{len(numbers)} left ({name})")
        size //= 2
    return report
