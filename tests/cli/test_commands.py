"""The commands as a person types them: what they print, and how they end."""

import asyncio
import contextlib
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import urllib.request
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli.conftest import MAPPINGS, python

from bridge.core.journal import Event, JournalEntry
from bridge.core.memory import Outcome
from bridge.core.model import (
    Hint,
    Key,
    OrderRecord,
    OrderRequestId,
    PharmacyOrderUid,
    Phase,
    State,
)
from bridge.core.reasons import HELD_AT_RXSCALE, UNLINKED_SKU
from bridge.store import Store, todo, work

NOW = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)


@pytest.fixture
def remembered(folder: Path) -> Path:
    """A store with one order under review and one that is stuck."""
    asyncio.run(_remember(folder / "rxbridge.db"))
    return folder


async def _remember(path: Path) -> None:
    store = await Store.open(path, now=NOW)
    hints = [Hint(Key("order:po-1"), "test", name="#1"), Hint(Key("order:po-2"), "test")]
    await store.write(todo.hint, hints, NOW)
    note = UNLINKED_SKU(name="A", sku="sku-1", pharmacy_sku="psku-1", file="skus.csv")
    call = {"vendor": "rxscale", "route": "GET /x", "outcome": "200", "milliseconds": 7}
    for claim, record in await store.write(todo.claim, 9, NOW, timedelta(minutes=1)):
        sent = record.uid == "po-1"
        after = as_submitted(record) if sent else record
        facts = {"why": "new", "status": "waiting for pharmacy", "calls": [call]}
        entries = [
            JournalEntry(claim.key, NOW, Event.LOOKED, facts),
            JournalEntry(
                claim.key, NOW, Event.INTENDS_TO_SUBMIT, {"why": "new", "rules": ["orders.toml"]}
            ),
            JournalEntry(
                claim.key, NOW, Event.SET_STATUS, {"status": "x", "rule": "statuses.toml"}
            ),
            JournalEntry(claim.key, NOW, Event.SEARCHED_PHARMAONE, {"gap": "too many"}),
            JournalEntry(claim.key, NOW, Event.WAITS, {"why": "staff review it"}),
        ]
        stuck = None if sent else note
        known = (HELD_AT_RXSCALE(),) if sent else ()
        await store.write(
            work.settle, Outcome(claim, after, tuple(entries), None, False, stuck, NOW, known)
        )
    await store.close()


def as_submitted(record: OrderRecord) -> OrderRecord:
    return replace(
        record, phase=Phase.SUBMITTED, submitted_at=NOW, request_id=OrderRequestId("or-1"), calls=3
    )


def test_help_and_version(typed, capsys):
    for words, said in ((["--help"], "demo"), (["--version"], "rxbridge 0.1.0")):
        with pytest.raises(SystemExit) as ended:
            typed(*words)
        assert ended.value.code == 0
        assert said in capsys.readouterr().out


@pytest.mark.parametrize("words", [["nonsense"], ["orders"], ["demo", "--orders", "0"], []])
def test_wrong_usage_is_2(typed, words):
    with pytest.raises(SystemExit) as ended:
        typed(*words)
    assert ended.value.code == 2


def test_a_command_without_a_store_says_what_to_do(typed):
    answer = typed("orders", "list")
    assert answer.code == 2
    assert "rxbridge run" in answer.err


def test_orders_list(typed, remembered):
    text = typed("orders", "list")
    assert text.code == 0
    for part in ("po-1", "#1", "under review", "or-1", "po-2", "STUCK: 'A' (sku-1, psku-1)"):
        assert part in text.out
    document = json.loads(typed("orders", "list", "--open", "--json").out)
    assert {order["uid"] for order in document["orders"]} == {"po-1", "po-2"}


def test_orders_list_of_nothing(typed, folder):
    async def make() -> None:
        await (await Store.open(folder / "rxbridge.db", now=NOW)).close()

    asyncio.run(make())
    assert "No orders yet" in typed("orders", "list").out
    assert "Nothing is stuck" in typed("stuck", "list").out


def test_orders_show(typed, remembered):
    story = typed("orders", "show", "po-1").out
    for part in ("looked at RxScale", "call  rxscale GET /x -> 200 (7 ms)", "rule  orders.toml"):
        assert part in story
    assert "Next: looked at when either side tells of a change" in story
    stuck = typed("orders", "show", "order:po-2").out
    assert "Next: nothing until a person decides: rxbridge skus match proposes" in stuck
    document = json.loads(typed("orders", "show", "po-1", "--json").out)
    assert document["order"]["request_id"] == "or-1"
    assert len(document["entries"]) == 5


def test_the_list_takes_words_and_filters(typed, remembered):
    def listed(*words: str) -> list[str]:
        document = json.loads(typed("orders", "list", "--json", *words).out)
        return sorted(order["uid"] for order in document["orders"])

    assert listed("po-1") == listed("1") == listed("OR-1") == ["po-1"]
    assert listed("PO-") == listed("--state", "open") == ["po-1", "po-2"]
    assert listed("--side", "pharmaone") == ["po-1"]
    assert listed("ibuprofen", "400") == listed("--day", "2025-12-31") == []
    assert listed("--stuck", "--side", "rxscale") == ["po-2"]
    with pytest.raises(SystemExit):
        typed("orders", "list", "--day", "today")


def test_an_order_is_shown_by_what_only_it_is_called(typed, remembered):
    several = typed("orders", "show", "po-")
    assert (several.code, several.err) == (1, "rxbridge: po- may be any of these:\n")
    assert "po-2" in several.out
    assert typed("orders", "show", "#1").out == typed("orders", "show", "po-1").out


@pytest.mark.parametrize("uid", ["po-404", "sku:psku-1"])
def test_orders_show_of_nobody(typed, remembered, uid):
    answer = typed("orders", "show", uid)
    assert answer.code == 1
    assert uid in answer.err


def test_stuck_list_and_retry(typed, remembered):
    text = typed("stuck", "list").out
    assert "order:po-2" in text
    assert "skus match proposes" in text
    document = json.loads(typed("stuck", "list", "--json").out)
    assert document["stuck"][0]["code"] == "unlinked_sku"
    assert typed("stuck", "retry").code == 2
    assert typed("stuck", "retry", "--all", "po-2").code == 2
    assert typed("stuck", "retry", "po-1").code == 1
    assert "order:po-2" in typed("stuck", "retry", "po-2").out
    assert [row["attention"] for row in stuck_rows(typed)] == [True]
    assert "looked at again at" in typed("orders", "show", "po-2").out


def test_what_is_to_be_known_is_marked_and_accepted(typed, remembered):
    stuck, to_know = stuck_rows(typed)
    assert (stuck["attention"], to_know["attention"]) == (False, True)
    assert (to_know["key"], to_know["code"]) == ("order:po-1", "held_at_rxscale")
    text = typed("stuck", "list").out
    assert "attention, goes on" in text
    assert "1 to know. Once you do: rxbridge stuck accept KEY" in text
    assert "To know: on hold at RxScale" in typed("orders", "show", "po-1").out
    assert typed("stuck", "accept", "po-1").code == 0
    assert typed("stuck", "accept", "po-1").code == 1
    assert [row["attention"] for row in stuck_rows(typed)] == [False]


def test_all_that_is_told_for_one_reason_is_accepted_at_once(typed, remembered):
    assert typed("stuck", "accept").code == 2
    assert typed("stuck", "accept", "po-1", "--all", "kept_back").code == 2
    with pytest.raises(SystemExit):  # such an order waits for a person
        typed("stuck", "accept", "--all", "unlinked_sku")
    assert "Nothing is told" in typed("stuck", "accept", "--all", "kept_back").out
    assert len(stuck_rows(typed)) == 2
    done = typed("stuck", "accept", "--all", "held_at_rxscale", "--json")
    assert json.loads(done.out) == {"accepted": ["order:po-1"]}
    assert [row["attention"] for row in stuck_rows(typed)] == [False]


def stuck_rows(typed) -> list[dict[str, object]]:
    return json.loads(typed("stuck", "list", "--json").out)["stuck"]


def test_stuck_drop_and_submitted(typed, remembered):
    assert typed("stuck", "submitted", "po-2", "--yes").code == 0
    assert typed("stuck", "submitted", "po-404").code == 1
    assert typed("stuck", "drop", "po-2", "--reason", "by hand").code == 0
    assert typed("stuck", "drop", "po-404", "--reason", "x").code == 1
    assert "it is finished" in typed("orders", "show", "po-2").out


@pytest.mark.parametrize(
    ("said", "code"), [("y\n", 0), ("YES\n", 0), ("n\n", 1), ("\n", 1), ("", 1)]
)
def test_one_that_was_never_sent_is_marked_only_by_who_saw_it(
    typed, remembered, monkeypatch: pytest.MonkeyPatch, said: str, code: int
):
    monkeypatch.setattr("sys.stdin", io.StringIO(said))
    answer = typed("stuck", "submitted", "po-2")
    assert answer.code == code
    assert "order:po-2 was never sent by this bridge" in answer.err
    assert ("left as it is" in answer.err) is bool(code)
    assert (stuck_rows(typed)[0]["key"] == "order:po-2") is bool(code)


def test_orders_resume(typed, remembered, monkeypatch):
    monkeypatch.setenv("SUDO_USER", "anna")
    assert typed("stuck", "drop", "po-2", "--reason", "a slip").code == 0
    assert "left alone" in typed("orders", "list").out
    answer = typed("orders", "resume", "order:po-2")
    assert answer.code == 0
    assert "order:po-2: taken up again" in answer.out
    assert "anna said: take it up again" in typed("orders", "show", "po-2").out
    for uid in ("po-2", "po-404", "sku:psku-1"):
        refused = typed("orders", "resume", uid, "--json")
        assert (refused.code, refused.out) == (1, "")
        assert f"nothing of {uid} was dropped" in refused.err
    assert typed("stuck", "drop", "po-2", "--reason", "a slip").code == 0
    assert json.loads(typed("orders", "resume", "po-2", "--json").out) == {"resumed": "order:po-2"}


def test_every_mistake_of_the_configuration_is_named(typed, folder):
    (folder / "rxbridge.toml").write_text("[server]\nprot = 1\nport = 99999\n[orders]\npoll = 1\n")
    answer = typed("run")
    assert answer.code == 2
    assert "rxbridge.toml: server.prot: no such key - did you mean server.port?" in answer.err
    assert "rxbridge.toml: orders.poll" in answer.err
    (folder / "rxbridge.toml").write_text("[server]\nport = 99999\n")
    assert "rxbridge.toml: server.port" in typed("check", "--offline").err


def test_run_says_what_is_missing(typed):
    answer = typed("run")
    assert answer.code == 2
    assert "or set RXBRIDGE_RXSCALE__API_KEY" in answer.err


def test_check_tells_what_is_left_alone(typed, remembered):
    left = [OrderRecord(PharmacyOrderUid(f"po-9{n}"), NOW, finished_at=NOW) for n in range(12)]

    async def leave_alone() -> None:
        store = await Store.open(remembered / "rxbridge.db", now=NOW)
        for record in left:
            gone = replace(record, phase=Phase.DONE, state=State.NEW)
            await store.write(work.save, gone, [])
        await store.close()

    asyncio.run(leave_alone())
    lines = json.loads(typed("check", "--offline", "--json").out)["checks"]
    (line,) = [line for line in lines if line["what"] == "orders left alone"]
    assert line["verdict"] == "ok"
    assert line["text"].startswith("12 that RxScale has open")
    assert "po-90, " in line["text"]
    assert line["text"].endswith(", ...")


def test_check_offline(typed, folder):
    (folder / "mappings" / "skus.csv").write_text("pharmacy_sku_uid,p1_id\npsku-1,\n")
    answer = typed("check", "--offline")
    assert answer.code == 1
    assert "skus.csv: line 2" in answer.out
    assert "fail" in answer.out
    lines = json.loads(typed("check", "--offline", "--json").out)["checks"]
    assert {line["what"] for line in lines} == {
        "configuration",
        "mappings",
        "store",
        "orders.take_from",
    }


def test_demo(typed):
    answer = typed("demo", "--orders", "2", "--json")
    assert answer.code == 0, answer.out
    shown = json.loads(answer.out)
    assert [order["at_pharmaone"] for order in shown["orders"]] == [1, 1]
    lost, stuck, edited = shown["mishaps"]
    assert lost["ended"].startswith("found: ORD_")
    assert lost["ended"].endswith("from 1 order-request")
    assert "is not linked to a PharmaOne product" in stuck["said"]
    assert "freed: or-" in stuck["ended"]
    assert "changed at RxScale after it was sent: the lines" in edited["said"]


def test_on_a_terminal_the_demo_stays_up_until_ctrl_c_with_the_page_in_its_first_line(folder):
    keyboard, terminal = pty.openpty()
    command = [sys.executable, "-m", "bridge", "demo", "--orders", "1"]
    env = {**os.environ, "PYTHONPATH": str(MAPPINGS.parent)}
    said = b""
    with subprocess.Popen(
        command, cwd=folder, env=env, stdin=terminal, stdout=terminal, stderr=terminal,
        start_new_session=True,
    ) as demo:  # fmt: skip
        os.close(terminal)
        while b"Still up" not in said:
            said += os.read(keyboard, 4096)
        page = said.decode().splitlines()[0].split()[2]
        with urllib.request.urlopen(page, timeout=10) as answer:  # noqa: S310
            assert answer.status == 200
        assert demo.poll() is None
        demo.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # Linux's way to say that the other end is closed
            while os.read(keyboard, 4096):
                pass
        assert demo.wait(20) == 0
    os.close(keyboard)
    assert page.startswith("http://127.0.0.1:")
    assert b"1 of 1 order: one order-request each" in said


def test_check_against_the_sandbox(typed, vendors, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    answer = typed("check")
    assert answer.code == 0, answer.out
    assert "no subscription for pharmacy_order_created" in answer.out
    monkeypatch.setenv("RXBRIDGE_RXSCALE__API_KEY", "wrong")
    monkeypatch.setenv("RXBRIDGE_PHARMAONE__SHOP_ID", "elsewhere")
    answer = typed("check")
    assert answer.code == 1
    assert "rxscale.api_key" in answer.out
    assert "'elsewhere' is none of shop1" in answer.out
    monkeypatch.setenv("RXBRIDGE_PHARMAONE__API_KEY", "wrong")
    assert "pharmaone.api_key" in typed("check").out


def test_run_serves_and_drains_and_holds_its_store(vendors, folder, canary):
    env = {**vendors, "RXBRIDGE_SERVER__PORT": "0"}
    process = python("run", env=env, cwd=folder)
    assert process.stdout is not None
    first = process.stdout.readline()
    found = re.search(r"http://[\d.:]+", first)
    assert found, process.communicate(timeout=10)
    with urllib.request.urlopen(f"{found[0]}/health/ready", timeout=10) as answer:  # noqa: S310
        assert answer.status == 200
    second = python("run", env=env, cwd=folder)
    _, complaint = second.communicate(timeout=20)
    assert second.returncode == 2
    assert "uses this store" in complaint or "rxbridge run" in complaint
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    for secret in (vendors["RXBRIDGE_RXSCALE__API_KEY"], vendors["RXBRIDGE_PHARMAONE__API_KEY"]):
        assert secret not in out + err


def test_a_port_in_use_is_one_clear_line(vendors, folder):
    port = vendors["RXBRIDGE_RXSCALE__BASE_URL"].rsplit(":", 1)[1]
    process = python("run", env={**vendors, "RXBRIDGE_SERVER__PORT": port}, cwd=folder)
    _, err = process.communicate(timeout=20)
    assert process.returncode == 2
    address = f"127.0.0.1:{port} (Address already in use)"
    assert f"server.port: cannot listen at {address} - stop what listens there" in err
    assert "Traceback" not in err
    assert not (folder / "rxbridge.db").exists(), "nothing is changed"
    taken = python("sandbox", "--rxscale-port", port, env={}, cwd=folder)
    _, err = taken.communicate(timeout=20)
    assert taken.returncode == 2
    assert "--rxscale-port" in err


def test_a_mistake_in_a_mapping_file_leaves_the_store_as_it_is(vendors, folder):
    (folder / "mappings" / "skus.csv").write_text("p1_id\n")
    process = python("run", env={**vendors, "RXBRIDGE_SERVER__PORT": "0"}, cwd=folder)
    _, err = process.communicate(timeout=20)
    assert (process.returncode, "skus.csv: line 1" in err) == (2, True)
    assert not (folder / "rxbridge.db").exists()
