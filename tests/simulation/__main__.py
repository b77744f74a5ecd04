"""`python -m simulation`: a pharmacy's days from a seed, in a moment. Exits 1 if anything broke."""

import argparse
import cProfile
import os
import pstats
import sys
from collections.abc import Callable
from dataclasses import replace

from simulation.plan import Plan, Report


def main() -> int:
    chosen = _parser().parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of words are gone through in this order
        again = [sys.executable, "-m", "simulation", *sys.argv[1:]]
        os.execve(sys.executable, again, {**os.environ, "PYTHONHASHSEED": "0"})  # noqa: S606
    from simulation.life import simulate
    from simulation.mutants import MUTANTS

    sys.unraisablehook = lambda _: None  # what was killed cannot tidy up
    if chosen.mutant:
        MUTANTS[chosen.mutant]()
    failed = 0
    for seed in range(chosen.seed, chosen.seed + chosen.seeds):
        plan = Plan(seed, chosen.lives, chosen.days, chosen.calm, frozenset(chosen.without))
        report = _profiled(simulate, plan) if chosen.profile else simulate(plan)
        _tell(report, chosen.verbose)
        if report.broken and chosen.shrink:
            _tell(_shrunk(simulate, report), verbose=True)
        failed += bool(report.broken)
        if failed and chosen.mutant:
            break
    return 1 if failed else 0


def _tell(report: Report, verbose: bool) -> None:
    plan = report.plan
    days, speed = report.virtual / 86400, plan.lives / report.seconds
    print(
        f"seed {plan.seed}: {plan.lives} lives, {days:.1f} days in {report.seconds:.1f} s "
        f"({speed:.0f}/s), {sum(report.faults.values())} faults, {report.kills} kills, "
        f"{dict(report.ends)}, {report.digest}"
    )
    for each in report.broken[:12]:
        print("  BROKEN", each.strip().splitlines()[0])
    if verbose:
        print("  troubles:", *report.schedule, sep="\n    ")
        for uid, lines in report.stories.items():
            print(f"  {uid}", *lines, sep="\n    ")
    sys.stdout.flush()


def _kinds(report: Report) -> set[str]:
    """What is broken, whichever order it is about."""
    return {each.partition(": ")[2].partition(": ")[2][:25] for each in report.broken}


def _shrunk(simulate: Callable[[Plan], Report], report: Report) -> Report:
    """The same break with as few troubles as can be: each is left out once, in halves first."""
    kinds, size = _kinds(report), max(1, len(report.schedule) // 2)
    while True:
        kept = [each.number for each in report.schedule]
        for at in range(0, len(kept), size):
            without = report.plan.without | set(kept[at : at + size])
            tried = simulate(replace(report.plan, without=frozenset(without)))
            if _kinds(tried) & kinds:
                report = tried
                break
        else:
            if size == 1:
                return report
            size //= 2


def _profiled(simulate: Callable[[Plan], Report], plan: Plan) -> Report:
    with cProfile.Profile() as profile:
        report = simulate(plan)
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    return report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the first one")
    parser.add_argument("--seeds", type=int, default=1, help="how many, one after another")
    parser.add_argument("--lives", type=int, default=100, help="orders")
    parser.add_argument("--days", type=float, default=0.2, help="in which they are placed")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong")
    parser.add_argument("--without", type=int, nargs="*", default=(), help="troubles to leave out")
    parser.add_argument("--shrink", action="store_true", help="look for the fewest troubles")
    parser.add_argument("--mutant", default="", help="break the bridge in one place first")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="with troubles and stories")
    return parser


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # what was killed is not tidied up
