"""`python -m simulation`: a pharmacy's days from a seed, in a moment. Exits 1 if anything broke."""

import argparse
import cProfile
import gc
import os
import pstats
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from simulation.plan import Plan, Report
from simulation.shrink import shrunk
from simulation.themes import THEMES


def main() -> int:
    chosen = _parser().parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":  # sets of words are gone through in this order
        again = [sys.executable, "-m", "simulation", *sys.argv[1:]]
        here = {**os.environ, "PYTHONHASHSEED": "0", "TZ": "Europe/Berlin"}
        os.execve(sys.executable, again, here)  # noqa: S606
    from simulation.life import simulate
    from simulation.mutants import MUTANTS

    sys.unraisablehook = lambda _: None  # what was killed cannot tidy up
    if chosen.mutant:
        MUTANTS[chosen.mutant].put_in()
    gc.freeze()
    if chosen.days <= 2:  # much is alive, and little of it in circles: between two seeds will do
        gc.disable()
    gc.set_threshold(100_000, 20, 20)
    failed = 0
    first = chosen.seed[-1]
    for seed in [*chosen.seed[:-1], *range(first, first + chosen.seeds)]:
        without, left_out = frozenset(chosen.without), frozenset(chosen.left_out)
        plan = Plan(seed, chosen.lives, chosen.days, chosen.calm, without, left_out, chosen.theme)
        plan = replace(plan, first_only=bool(chosen.mutant))
        report = _profiled(simulate, plan) if chosen.profile else simulate(plan)
        _tell(report, chosen.verbose)
        if report.broken and chosen.shrink and chosen.days <= SHRUNK_DAYS:
            _tell(shrunk(simulate, report, _left), verbose=True)
        failed += bool(report.broken)
        gc.collect()
        if failed and chosen.mutant:
            break
    return 1 if failed else 0


SHRUNK_DAYS = 2
"""A longer span is not run eighty times again; of what breaks in one the stories are told."""


def _tell(report: Report, verbose: bool) -> None:
    plan = report.plan
    days, speed = report.virtual / 86400, plan.lives / report.seconds
    print(
        f"seed {plan.seed}: {plan.lives} lives, {days:.1f} days in {report.seconds:.1f} s "
        f"({speed:.0f}/s), {sum(report.faults.values())} faults, {report.kills} kills, "
        f"{dict(report.ends)}, {report.digest}"
    )
    months = [report.sizes[at : at + 30] for at in range(0, len(report.sizes), 30)]
    if len(months) > 1:
        largest = ", ".join(f"{max(month) / 2**20:.1f}" for month in months)
        print(f"  the store's files at their largest, in MiB, each 30 days: {largest}")
    for each in report.broken[:12]:
        at, _, what = each.partition(" s: ")
        day = datetime.fromtimestamp(report.epoch + float(at), UTC)
        print(f"  BROKEN on {day:%Y-%m-%d %H:%M:%S} UTC ({at} s): {what}")
    if report.broken:
        print(f"  at commit {_commit()}; again: make simulate {_words(plan)}")
    if verbose:
        print("  schedule:", *report.schedule, sep="\n    ")
        for uid, lines in report.stories.items():
            print(f"  {uid}", *lines, sep="\n    ")
    sys.stdout.flush()


def _words(plan: Plan) -> str:
    words = f"SEED={plan.seed} LIVES={plan.lives} DAYS={plan.days:g}"
    words += f' THEME="{plan.theme}"' if plan.theme else ""
    more = "--calm " if plan.calm else ""
    for name, numbers in (("without", plan.without), ("left-out", plan.left_out)):
        more += f"--{name} {' '.join(map(str, sorted(numbers)))} " if numbers else ""
    return f"{words} MORE='{more.strip()}'" if more else words


def _commit() -> str:
    git = ["git", "describe", "--always", "--dirty"]
    told = subprocess.run(git, capture_output=True, text=True, check=False)
    return told.stdout.strip() or "unknown"


def _left(text: str) -> None:
    print(f"    {text}", file=sys.stderr, flush=True)


def _profiled(simulate: Callable[[Plan], Report], plan: Plan) -> Report:
    with cProfile.Profile() as profile:
        report = simulate(plan)
    pstats.Stats(profile).sort_stats("tottime").print_stats(40)
    return report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulation", description=__doc__)
    parser.add_argument("--seed", type=int, nargs="+", default=[1], help="one, or several")
    parser.add_argument("--seeds", type=int, default=1, help="how many, from the last one on")
    parser.add_argument("--lives", type=int, default=100, help="orders")
    parser.add_argument("--days", type=float, default=0.2, help="in which they are placed")
    parser.add_argument("--calm", action="store_true", help="nothing goes wrong")
    parser.add_argument("--without", type=int, nargs="*", default=(), help="what to leave out")
    parser.add_argument("--left-out", type=int, nargs="*", default=(), help="orders to leave out")
    parser.add_argument("--shrink", action="store_true", help="look for the shortest schedule")
    parser.add_argument("--theme", default="", choices=["", *THEMES], help="what goes wrong often")
    parser.add_argument("--mutant", default="", help="break the bridge in one place first")
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--verbose", action="store_true", help="with troubles and stories")
    return parser


if __name__ == "__main__":
    status = main()
    sys.stdout.flush()
    os._exit(status)  # what was killed is not tidied up
