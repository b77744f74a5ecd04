"""A short simulation in CI: the seeds that found faults, and that a seed decides everything."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
FOUND = {
    3: (60, "an order cancelled at RxScale while the store was lost was shipped"),
    40: (60, "a claim without effect was believed, and the order sent"),
    206: (100, "the first again, with this machine's clock two hours behind meanwhile"),
}
"""Seeds that broke an invariant with so many lives; `make simulate SEED=... LIVES=...`."""


def simulate(*words: str) -> tuple[int, str]:
    told = subprocess.run(
        [sys.executable, "-m", "simulation", *words],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return told.returncode, told.stdout


@pytest.mark.parametrize("seed", FOUND)
def test_what_was_found_stays_mended(seed: int):
    lives, what = FOUND[seed]
    code, told = simulate("--seed", str(seed), "--lives", str(lives))
    assert code == 0, f"{what}: {told}"
    assert f"{lives} lives" in told
    assert int(re.findall(r"(\d+) kills", told)[0]) >= 1


def test_the_same_seed_is_the_same_simulation():
    """Byte for byte: all calls, with their times, faults and answers."""
    digests = {simulate("--seed", "7", "--lives", "15", "--days", "0.05")[1][-17:] for _ in "12"}
    assert len(digests) == 1
    assert re.fullmatch(r"[0-9a-f]{16}\n", digests.pop())


@pytest.mark.parametrize(
    ("mutant", "seed"), [("claim skipped", 10), ("cancellation not carried on", 102)]
)
def test_it_can_fail(mutant: str, seed: int):
    words = ("--lives", "40", "--days", "0.1", "--mutant", mutant)
    code, told = simulate("--seed", str(seed), *words)
    assert code == 1, told
    assert "BROKEN" in told
