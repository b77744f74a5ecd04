"""What others wrote is shown letter by letter, and commands neither the terminal nor rich."""

import asyncio
import json
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.test_help import on_a_terminal
from hypothesis import given
from hypothesis import strategies as st

from bridge.cli import show
from bridge.cli.command import commands
from bridge.cli.main import parser
from bridge.core.memory import Outcome
from bridge.core.model import Hint, Key, OrderId, OrderRecord, PharmacyOrderUid
from bridge.core.reasons import CANNOT_KNOW, NOT_IN_CATALOGUE, Reason
from bridge.store import Store, todo, work

ROOT = Path(__file__).parents[2]
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


def test_a_template_shows_what_was_written(capsys: pytest.CaptureFixture[str]):
    rows = [{"key": "order:po-1", "now": text} for text in (*ODD, ESCAPES)]
    show.page("stuck-retry", came_of_it=rows)
    *told, escaped = capsys.readouterr().out.splitlines()
    assert told == [f"order:po-1: {text}" for text in ODD]
    assert "\x1b" not in escaped


def test_every_template_is_somebodys():
    texts = "".join(path.read_text("utf-8") for path in (ROOT / "bridge" / "cli").rglob("*.py"))
    for path in (ROOT / "bridge" / "cli" / "templates").iterdir():
        command = path.stem.replace("-", " ", 1)
        assert command in commands(parser()) or path.stem in texts, path.stem


IDS = [f"ORD_20261121_aB3dE5fG7{number}" for number in range(5)]


def test_a_pipe_gets_whole_lines(capsys: pytest.CaptureFixture[str], monkeypatch):
    """What is piped is searched and cut by other programs, which know no width."""
    monkeypatch.delenv("COLUMNS", raising=False)
    show.as_table(IDS, [IDS])
    assert any(all(each in line for each in IDS) for line in capsys.readouterr().out.splitlines())


def test_a_narrow_terminal_loses_no_letter_of_an_id(
    capsys: pytest.CaptureFixture[str], monkeypatch
):
    monkeypatch.setenv("COLUMNS", "60")
    show.as_table([str(number) for number in range(5)], [IDS])
    out = capsys.readouterr().out
    assert "…" not in out
    cells = [line.split() for line in out.splitlines() if line.strip()][2:]
    assert ["".join(parts) for parts in zip(*cells, strict=True)] == IDS


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
        await store.write(
            work.save, OrderRecord(uid, now, name=odd, rx_status=odd, order_id=OrderId(odd)), []
        )
        await store.close()

    asyncio.run(remember())
    for words in (("orders", "list"), ("orders", "show", "po-1")):
        shown = typed(*words)
        assert shown.code == 0, shown.err
        assert "[/x] [thc 20]" in shown.out
        assert "\x1b" not in shown.out


NOT_LISTED = NOT_IN_CATALOGUE(name="Flowers", sku="sku-1")
LONG = "'Flowers' (sku-1) is not in RxScale's SKU list of this pharmacy"
STEPS = (
    "add the product to this pharmacy at RxScale",
    "SKU types hidden there are missing too",
)
MAY_BE_THERE = CANNOT_KNOW(why="nobody searched")
ORDER = OrderId("ORD_20260102_0123456789abcdefghijklmnopqrstuvwxyz")


def remember_stuck(folder: Path, reason: Reason) -> None:
    async def remember() -> None:
        now = datetime(2026, 1, 2, 8, tzinfo=UTC)
        store = await Store.open(folder / "rxbridge.db", now=now)
        uid = PharmacyOrderUid("po-1")
        link = OrderRecord(uid, now, name="#1", rx_status="waiting for pharmacy", order_id=ORDER)
        await store.write(work.save, link, [])
        await store.write(todo.hint, [Hint(Key("order:po-1"), "test")], now)
        ((claim, link),) = await store.write(todo.claim, 1, now, timedelta(minutes=1))
        await store.write(work.settle, Outcome(claim, link, (), None, False, reason, now))
        await store.close()

    asyncio.run(remember())


def test_what_is_stuck_is_told_step_by_step_and_no_command_is_broken(
    typed, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "40")
    remember_stuck(folder, NOT_LISTED)
    lines = typed("stuck", "list").out.splitlines()
    assert f"  why  {LONG}" in lines
    assert [line.removeprefix("  do ").strip() for line in lines[2:4]] == list(STEPS)
    assert lines[-1] == "1 stuck. After mending: rxbridge stuck retry --all"
    assert f"  PharmaOne     {ORDER}" in typed("orders", "show", "po-1").out.splitlines()


def test_nothing_is_sent_again_by_all(typed, folder: Path):
    remember_stuck(folder, MAY_BE_THERE)
    last = typed("stuck", "list").out.splitlines()[-1]
    assert last == "1 stuck. After looking: rxbridge stuck retry KEY"
    answer = typed("stuck", "retry", "--all")
    assert (answer.code, answer.out) == (1, "")
    assert "order:po-1 is left: it may be in PharmaOne already; look there" in answer.err
    assert json.loads(typed("stuck", "retry", "--all", "--json").out)["left"] == ["order:po-1"]
    assert "1 stuck" in typed("stuck", "list").out
    assert typed("stuck", "retry", "order:po-1").code == 0
    assert typed("stuck", "list").out == "Nothing is stuck.\n"


def test_no_id_of_a_list_is_cut_short(typed, folder: Path, monkeypatch: pytest.MonkeyPatch):
    remember_stuck(folder, NOT_LISTED)
    monkeypatch.delenv("COLUMNS")
    told = typed("orders", "list").out
    assert ORDER in told, "into a pipe"
    assert f"po-1  STUCK: {LONG}" in told.splitlines()
    monkeypatch.setenv("COLUMNS", "80")
    narrow = typed("orders", "list").out
    assert "…" not in narrow
    assert len(narrow.splitlines()) < 12, "no tower of single words"


def test_a_finding_that_has_no_room_begins_on_a_line_of_its_own(folder: Path):
    told = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", on_a_terminal("check", cwd=folder, COLUMNS="80"))
    lines = told.replace("\r", "").splitlines()
    at = next(place for place, line in enumerate(lines) if line.endswith("fail  configuration"))
    assert lines[at + 1].startswith("      rxscale.api_key: missing - put")


def test_a_retry_tells_what_came_of_it(typed, one_stuck, vendors, monkeypatch):
    told = typed("stuck", "retry", "order:po-1")
    assert told.code == 0, "without vendors it waits for the bridge"
    assert told.out.startswith("order:po-1: ")
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    base = vendors["RXBRIDGE_RXSCALE__BASE_URL"]
    unlinked = (
        b'{"orders": [{"uid": "po-2", "order_items": [{"sku": {"uid": "sku-1007"}, "amount": 1}]}]}'
    )
    request = urllib.request.Request(f"{base}/_sandbox/orders", data=unlinked, method="POST")  # noqa: S310
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200
    assert typed("orders", "sync", "po-2").code == 1
    again = typed("stuck", "retry", "order:po-2", "--json")
    (came,) = json.loads(again.out)["came_of_it"]
    assert (again.code, came["stuck"]) == (1, True)
    assert came["now"].startswith("stuck again: ")
    assert "is not linked to a PharmaOne product" in came["now"]
    with (one_stuck / "mappings" / "skus.csv").open("a") as file:
        file.write("psku-1007,20407,1\n")
    freed = typed("stuck", "retry", "po-2")
    assert freed.code == 0, freed.err
    assert "review" in freed.out
