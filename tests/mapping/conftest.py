"""Fixtures for the tests of the mapping."""

from pathlib import Path

import pytest
from mapping.mapping_files import SHIPPED, copy_shipped

from bridge.mapping.rules import Rules, load


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped mapping files, free to be broken."""
    return copy_shipped(tmp_path / "mappings")


@pytest.fixture(scope="session")
def shipped() -> Rules:
    return load(SHIPPED, dialect="current")
