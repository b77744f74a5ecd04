"""Whatever bytes and words it is given: settings, or faults of one line each; never a traceback."""

import string
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge import config
from bridge.errors import Misconfigured
from bridge.settings import Settings, keys, secret_keys, variable

KEYS = [f"{section}.{key}" for section, names in keys().items() for key in names]
CANARY = "whsec_canary"

words = st.sampled_from([*KEYS, *keys(), "=", "[", "]", "{", "}", "'", '"', ",", "\n", "1", "\\u"])
noise = st.lists(words | st.text(max_size=3), max_size=30).map("".join).map(str.encode)
scalars = st.sampled_from(
    [
        *("1", "-1", "0", "1e400", "nan", "true", "07:32:00", "2026-01-02", "9" * 400),
        *("''", "'x'", '"\\u0000"', '"\\n"', "'http://'", "'http://[v'"),
        *("[]", "{}", "[['x']]", "[1, 'x']"),
    ]
)
assignments = st.lists(st.tuples(st.sampled_from(KEYS), scalars), max_size=5)
values = st.text(st.characters(exclude_characters="\0"), max_size=20) | st.sampled_from(
    [
        "[",
        '["\\ud800"]',
        "\udc80",
        "http://[",
        "http://a:b",
        "1e999",
        "NaN",
        "9" * 5000,
        "[" * 99999,
    ]
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def load(folder: Path, content: bytes = b"", **environ: str) -> Settings | None:
    """The settings, or None where faults were found; those are looked at here."""
    (folder / "rxbridge.toml").write_bytes(content)
    (folder / "secrets").mkdir(exist_ok=True)
    try:
        return config.load(None, {"RXBRIDGE_SECRETS_DIR": "secrets"} | environ, cwd=folder)
    except Misconfigured as mistake:
        assert mistake.faults
        for fault in mistake.faults:
            assert len(str(fault).splitlines()) == 1
            assert fault.where
            assert fault.what
            assert fault.remedy
        return None


@given(content=st.binary(max_size=60) | noise)
@settings(max_examples=400, deadline=None)
def test_no_bytes_in_the_file_give_a_traceback(folder: Path, content: bytes) -> None:
    load(folder, content)


@given(given=assignments)
@settings(max_examples=300, deadline=None)
def test_no_value_gives_a_traceback(folder: Path, given: list[tuple[str, str]]) -> None:
    load(folder, "\n".join(f"{key} = {value}" for key, value in dict(given).items()).encode())


@given(key=st.sampled_from(KEYS), value=values)
@settings(max_examples=400, deadline=None)
def test_no_variable_gives_a_traceback(folder: Path, key: str, value: str) -> None:
    loaded = load(folder, **{variable(key): value})
    if loaded is not None:
        loaded.warnings()
        for secret in loaded.secrets():
            assert secret.isprintable()


@given(name=st.text(string.ascii_letters + "_.-ä\n", max_size=20), value=st.text(max_size=5))
@settings(max_examples=100, deadline=None)
def test_no_name_of_a_variable_gives_a_traceback(folder: Path, name: str, value: str) -> None:
    load(folder, **{f"RXBRIDGE_{name}": value})


@given(
    key=st.sampled_from(KEYS),
    before=st.text(st.characters(exclude_characters="\0"), max_size=4),
    after=st.text(st.characters(exclude_characters="\0"), max_size=4),
)
@settings(max_examples=300, deadline=None)
def test_no_value_is_repeated_in_a_fault(folder: Path, key: str, before: str, after: str) -> None:
    """Any key may hold a secret by mistake; where it belongs it is hidden."""
    environ = {variable(key): f"{before}{CANARY}{after}"}
    try:
        loaded = config.load(None, environ, cwd=folder)
    except Misconfigured as mistake:
        assert CANARY not in str(mistake)
        assert CANARY not in repr(mistake.faults)
    else:
        assert (CANARY in repr(loaded)) == (key not in secret_keys())
