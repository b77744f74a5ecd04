"""`rxbridge demo --pharmacies`: a real fleet against the sandbox."""

import json

import pytest

from bridge.cli.chain import most_within
from bridge.cli.main import main


def test_a_chain_is_shown(capsys: pytest.CaptureFixture[str]):
    assert main(["demo", "--pharmacies", "3", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["pharmacies"] == 3
    assert told["calls_within_a_second"] <= 10
    assert {"an_order_each_seconds", "refused_seconds", "mended_seconds"} <= told.keys()


def test_most_within_a_window():
    assert most_within(1.0, []) == 0
    assert most_within(1.0, [0.0, 0.5, 1.0, 1.25, 3.0]) == 3
