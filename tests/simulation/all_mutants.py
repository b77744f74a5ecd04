"""Which seed finds each mutant, after how many lives: the table of docs/simulation.md."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from simulation.mutants import MUTANTS

MOST_LIVES = 10_000
FIRST_SEED = 50


def hunt(name: str, most: int = MOST_LIVES, first: int = FIRST_SEED) -> tuple[str, int, str]:
    """The seed, the lives that were lived up to its end, and what broke; "" where nothing did."""
    mutant = MUTANTS[name]
    words = ["--seed", str(first), "--seeds", str(most // mutant.lives), "--days", str(mutant.days)]
    words += ["--lives", str(mutant.lives), "--theme", mutant.theme, "--mutant", name]
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "simulation", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    lines = told.stdout.splitlines()
    seeds = [line for line in lines if line.startswith("seed ")]
    broken = [line for line in lines if line.startswith("  BROKEN")]
    lives = len(seeds) * mutant.lives
    if not broken:
        return "", lives, told.stderr[-200:] if told.returncode else ""
    return seeds[-1].split(":")[0], lives, broken[0].split(": ", 1)[1]


def main() -> None:
    """Exits 1 if one of them was not found."""
    chosen = sys.argv[1:] or list(MUTANTS)
    missed = 0
    print(
        "| mutant | theme | found by | after lives | what broke |\n| --- | --- | --- | --- | --- |"
    )
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, (seed, lives, what) in zip(chosen, pool.map(hunt, chosen), strict=True):
            theme = MUTANTS[name].theme or "the usual"
            print(f"| {name} | {theme} | {seed or '**nothing**'} | {lives} | {what} |", flush=True)
            missed += not seed
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
