"""`shadow report` and `go-live` as typed: what is told, and the one line that is changed."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bridge import config
from bridge.cli.commands.go_live import _set_live
from bridge.core.model import Hint, Key
from bridge.core.shadow import Note, What
from bridge.errors import Misconfigured
from bridge.store import Store, shadow, todo

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)
KEY = Key("order:po-1")
HEAD = b'# a pharmacy\nmode = "shadow"  # until we trust it\n\n[server]\nport = 1\n'


def load(file: Path, content: bytes, **environ: str):
    file.write_bytes(content)
    return config.load(file, environ, cwd=file.parent)


@pytest.mark.parametrize(
    ("content", "changed"),
    [
        (HEAD, HEAD.replace(b"shadow", b"live")),
        (HEAD.replace(b"\n", b"\r\n"), HEAD.replace(b"shadow", b"live").replace(b"\n", b"\r\n")),
        (b"mode='shadow'", b'mode="live"'),
    ],
)
def test_one_line_is_changed(tmp_path: Path, content: bytes, changed: bytes):
    file = tmp_path / "rxbridge.toml"
    settings = load(file, content)
    assert settings.mode == "shadow"
    assert settings.store.path.name == "rxbridge.shadow.db"
    file.chmod(0o640)
    assert _set_live(settings) == file
    assert file.read_bytes() == changed
    assert file.stat().st_mode & 0o777 == 0o640
    after = config.load(file, {}, cwd=tmp_path)
    assert (after.mode, after.store.path.name) == ("live", "rxbridge.db")


def test_what_is_live_already_stays_as_it_is(tmp_path: Path):
    content = b'[log]\n# mode = "shadow"\nlevel = "info"\n'
    assert _set_live(load(tmp_path / "rxbridge.toml", content)) is None
    assert (tmp_path / "rxbridge.toml").read_bytes() == content


def test_a_mode_that_the_environment_sets_is_told(tmp_path: Path):
    settings = load(tmp_path / "rxbridge.toml", b"", RXBRIDGE_MODE="shadow")
    with pytest.raises(Misconfigured, match="unset RXBRIDGE_MODE"):
        _set_live(settings)


def test_a_mode_that_there_is_not(tmp_path: Path):
    with pytest.raises(Misconfigured, match="mode"):
        load(tmp_path / "rxbridge.toml", b'mode = "shade"')


async def _noted(path: Path) -> None:
    store = await Store.open(path, now=NOW)
    await store.write(todo.hint, [Hint(KEY, "test")], NOW)
    sent = Note(KEY, What.ORDER, wanted="sent", wanted_at=NOW, found="ORD_1", found_at=NOW)
    await store.write(shadow.save, [sent])
    await store.close()


def test_the_report_of_what_was_noted(typed, folder: Path):
    assert typed("shadow", "report", "--offline").code == 2, "no shadow ran here"
    asyncio.run(_noted(folder / "rxbridge.shadow.db"))
    told = json.loads(typed("shadow", "report", "--offline", "--json").out)
    assert told["orders"] == {"seen": 1, "would_send": 1, "stuck": []}
    assert told["agreement"]["orders"] == {
        "compared": 1,
        "agreed": 1,
        "open": 0,
        "percent": 100.0,
    }
    assert "rxscale.api_key: missing" in json.dumps(told["go_live"])
    shown = typed("shadow", "report", "--offline")
    assert shown.code == 1, "something is left"
    assert "1 order seen; 1 would have been sent" in shown.out


def test_nothing_goes_live_while_something_fails(typed, folder: Path):
    (folder / "rxbridge.toml").write_bytes(HEAD)
    asyncio.run(_noted(folder / "rxbridge.shadow.db"))
    told = typed("go-live")
    assert told.code == 1
    assert "Not live: mend what fails" in told.out
    assert (folder / "rxbridge.toml").read_bytes() == HEAD
