"""Simulations on every core, seed after seed, until stopped; only what breaks is printed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from simulation.themes import THEMES


def one(seed: int) -> tuple[int, str]:
    """Every third day has a theme."""
    theme = [*THEMES][seed // 3 % len(THEMES)] if seed % 3 == 0 else ""
    words = ["--seed", str(seed), "--lives", "100", "--theme", theme]
    told = subprocess.run(
        [sys.executable, "-m", "simulation", *words],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.returncode, told.stdout


def main() -> None:
    first = int(time.strftime("%Y%m%d")) * 10000
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, (code, told) in enumerate(pool.map(one, range(first, first + 10000)), start=1):
            if code:
                print(told)
            print(f"{done} simulations", end="\r", flush=True)


if __name__ == "__main__":
    main()
