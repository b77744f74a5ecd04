"""`make campaign-replicas`: three replicas, and what a provider's night may bring.

Exits with 1 where something was lost, sent twice, sent by who might not, or taken over too late.
"""

import argparse
import asyncio
import platform
import signal
import sys
import tempfile
import time
from pathlib import Path

from replicas.database import pair
from replicas.judged import HEAD, Judged, judged
from replicas.themes import THEMES, Log, go_on
from replicas.town import open_town

PATIENCE_SECONDS = 600.0
"""So long after the last failure each order has to be at its end."""


async def carried_out(
    theme: str, seconds: float, every: float, pharmacies: int, seed: int, folder: Path
) -> Judged:
    with pair() as both:
        await asyncio.to_thread(both.begin)
        async with open_town(folder, both, pharmacies, seed) as town:
            log = Log(town)
            await go_on(town, log, THEMES[theme], seconds, every)
            print(f"{time.strftime('%T')} the last orders", file=sys.stderr, flush=True)
            late = await town.finished(PATIENCE_SECONDS)
            return judged(theme, seconds, town, log, late)


def main() -> int:
    parser = argparse.ArgumentParser(prog="make campaign-replicas", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of each theme")
    parser.add_argument("--every", type=float, default=10.0, help="seconds, one failure at most")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--pharmacies", type=int, default=10)
    parser.add_argument("--theme", default="", help=f"of {', '.join(THEMES)}; all without it")
    parser.add_argument("--keep", default="", help="a folder for what the replicas log")
    given = parser.parse_args()
    print(f"{time.strftime('%Y-%m-%d')}, {platform.machine()}, Python {platform.python_version()}")
    print(HEAD, flush=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # nothing is left behind
    faults: list[str] = []
    for theme in given.theme.split(",") if given.theme else THEMES:
        with tempfile.TemporaryDirectory() as folder:
            home = Path(given.keep or folder) / theme
            seconds, every = given.minutes * 60, given.every
            run = carried_out(theme, seconds, every, given.pharmacies, given.seed, home)
            found = asyncio.run(run)
        print(found.row(), flush=True)
        faults += found.faults
    print("\n".join(faults))
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
