"""Which seed finds each mutant, after how many lives: the table of docs/simulation.md."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from simulation.mutants import MUTANTS

MOST_LIVES = 10_000


def hunt(name: str) -> tuple[str, int, str]:
    """The seed, the lives that were lived up to its end, and what broke; "" where nothing did."""
    mutant = MUTANTS[name]
    seeds = str(MOST_LIVES // mutant.lives)
    more = ("--days", str(mutant.days), "--mutant", name)
    return _run(mutant.seed, mutant.theme, mutant.lives, seeds, *more)


def unbroken(theme: str) -> tuple[str, int, str]:
    """The same of the bridge as it is: a theme that breaks it would find every mutant."""
    return _run(50, theme, 60, "2")


def _run(seed: int, theme: str, lives: int, seeds: str, *more: str) -> tuple[str, int, str]:
    words = ["--seed", str(seed), "--seeds", seeds, "--lives", str(lives), "--theme", theme]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "simulation", *words, *more],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = told.stdout.splitlines()
    lived = [line for line in lines if line.startswith("seed ")]
    broken = [line.split(": ", 1)[1] for line in lines if line.startswith("  BROKEN")]
    if not broken and told.returncode:
        raise RuntimeError(told.stderr[-500:])
    return lived[-1].split(":")[0] if broken else "", lives * len(lived), "".join(broken[:1])


def main() -> None:
    """Exits 1 if one of them was not found, or if a theme breaks the bridge as it is."""
    missed = 0
    print(
        "| mutant | theme | found by | after lives | what broke |\n| --- | --- | --- | --- | --- |"
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, (seed, lives, what) in zip(MUTANTS, pool.map(hunt, MUTANTS), strict=True):
            found = seed or "**nothing**"
            print(f"| {name} | {MUTANTS[name].theme} | {found} | {lives} | {what} |", flush=True)
            missed += not seed
        themes = sorted({mutant.theme for mutant in MUTANTS.values()})
        for theme, (seed, lives, what) in zip(themes, pool.map(unbroken, themes), strict=True):
            found = f"**{seed}**" if seed else "nothing"
            print(f"| none | {theme} | {found} | {lives} | {what} |", flush=True)
            missed += bool(seed)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
