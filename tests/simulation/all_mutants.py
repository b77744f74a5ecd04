"""Which seed finds each mutant: a table, one line each."""

import subprocess
import sys

from simulation.mutants import MUTANTS

SEEDS = "6"


def main() -> None:
    for name in MUTANTS:
        words = ["--seed", "50", "--seeds", SEEDS, "--lives", "60", "--mutant", name]
        told = subprocess.run(
            [sys.executable, "-m", "simulation", *words],
            capture_output=True,
            text=True,
            check=False,
        )
        lines = told.stdout.splitlines()
        found = [at for at, line in enumerate(lines) if "BROKEN" in line]
        seed = lines[found[0] - 1].split(":")[0] if found else f"not found in {SEEDS} seeds"
        why = lines[found[0]].partition(": ")[2][:90] if found else ""
        print(f"{name:32} {seed:24} {why}", flush=True)


if __name__ == "__main__":
    main()
