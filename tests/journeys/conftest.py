"""Every journey is made on both engines of the store, but for those about one engine alone."""

import os
from collections import defaultdict
from hashlib import blake2s
from pathlib import Path

import house
import pytest

OF_A_FILE = frozenset((Path(__file__).parent / "of_a_file.txt").read_text("utf-8").split())
"""Tests and modules about what SQLite alone has, or that ask for a database themselves."""
MOST = 4
"""So many of a test's cases are tried on PostgreSQL, spread over all of them; every one where
EVERY_JOURNEY is set (`make engines`)."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    names = {metafunc.function.__name__, metafunc.module.__name__.rpartition(".")[2]}
    engines = ["sqlite"] if names & OF_A_FILE else ["sqlite", "postgresql"]
    metafunc.parametrize("engine", engines, indirect=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if os.environ.get("EVERY_JOURNEY"):
        return
    cases: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.path.parent == Path(__file__).parent and "postgresql" in item.name:
            cases[item.nodeid.partition("[")[0]].append(item)
    left = {
        item
        for found in cases.values()
        for number, item in enumerate(found)
        if len(found) > MOST and number % -(-len(found) // MOST)
    }
    config.hook.pytest_deselected(items=[*left])
    items[:] = [item for item in items if item not in left]


@pytest.fixture(autouse=True)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").url()

        def rows_of(folder: Path) -> dict[str, str]:
            return {"url": url, "pharmacy": blake2s(bytes(folder), digest_size=12).hexdigest()}

        monkeypatch.setattr(house, "rows_of", rows_of)
    return request.param
