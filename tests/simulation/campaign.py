"""Simulations on every core, seed after seed, until stopped; only what breaks is printed."""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor


def one(seed: int) -> tuple[int, str]:
    told = subprocess.run(
        [sys.executable, "-m", "simulation", "--seed", str(seed), "--lives", "100"],
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
