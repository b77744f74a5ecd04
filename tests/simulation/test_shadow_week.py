"""Shadow mode over a simulated week: the report's figures are what people did."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("seed", [1])
def test_the_report_of_a_week_equals_what_people_did(seed: int):
    told = subprocess.run(
        [sys.executable, "-m", "simulation.shadow_week", str(seed)],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
    )
    week = json.loads(told.stdout)
    assert week["found"] == week["truth"]
    assert week["writes"] == [], "nothing was written at a vendor"
    assert week["unexpected"] == []
    assert week["stores"] == ["rxbridge.shadow.db"]
    truth = week["truth"]
    for name in ("order", "status", "stock"):
        assert 0 < truth[f"{name} agreed"] < truth[f"{name} compared"], "people differ"
