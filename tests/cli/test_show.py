"""What others wrote is shown letter by letter, and commands neither the terminal nor rich."""

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli.shared import show
from bridge.core.model import Link, OrderId, PharmacyOrderUid
from bridge.store import Store

ODD = ["Flower [thc 20]", "[/b] closes", "[red]red[/red]", ":heart:", "[link=https://x]x[/link]"]
ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\x00\x7f"


@pytest.mark.parametrize("text", ODD)
def test_a_cell_says_what_was_written(capsys: pytest.CaptureFixture[str], text: str):
    show.as_table((text, "b"), [(text, None)])
    assert capsys.readouterr().out.count(text) == 2


def test_a_line_stays_whole_and_a_table_fits(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "80")
    command = "then: rxbridge stuck drop order:po-1 --reason '...' " * 3
    show.console().print(show.plain(command))
    assert capsys.readouterr().out == f"{command}\n"
    show.as_table(("a", "b"), [(command, command)])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_no_cell_commands_the_terminal(capsys: pytest.CaptureFixture[str]):
    show.as_table((ESCAPES,), [(ESCAPES,)])
    show.as_json({"name": ESCAPES})
    out = capsys.readouterr().out
    assert not set(out) & (set(ESCAPES) - set("[2J]0;title31m"))
    assert json.loads(out[out.index("{") :]) == {"name": ESCAPES}


@given(st.text())
def test_any_text_is_json(text: str):
    with pytest.MonkeyPatch.context() as patch:
        told: list[str] = []
        patch.setattr("builtins.print", lambda text, **_: told.append(text))
        show.as_json({"text": text})
        assert json.loads(told[0]) == {"text": text}


def test_an_orders_name_is_shown_as_it_is(typed, folder: Path):
    odd = "[/x] [thc 20] \x1b[2J"

    async def remember() -> None:
        now = datetime(2026, 1, 2, 8, tzinfo=UTC)
        store = await Store.open(folder / "rxbridge.db", now=now)
        uid = PharmacyOrderUid("po-1")
        await store.save(Link(uid, now, name=odd, rx_status=odd, order_id=OrderId(odd)), [])
        await store.close()

    asyncio.run(remember())
    for words in (("orders", "list"), ("orders", "show", "po-1")):
        shown = typed(*words)
        assert shown.code == 0, shown.err
        assert "[/x] [thc 20]" in shown.out
        assert "\x1b" not in shown.out
