"""A command beside a running bridge: every call of its vendors' clients is patient."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import Clock, ScriptedSend, answer
from rxscale.test_rxscale_client import SITE

from bridge.cli import guest
from bridge.cli.guest import as_a_guest, is_running, patient
from bridge.core.model import PharmacyOrderUid
from bridge.errors import BridgeError, Refused, TryLater, Unsure
from bridge.exchange import Response
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller
from bridge.rxscale.client import RxScale
from bridge.settings import Settings
from bridge.store.connection import RunLock

EMPTY = answer(200, {"data": [], "totalRegistries": 0, "totalPages": 0})
LATER = answer(429, {"error": "slow down"}, retry_after="0")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guest, "PATIENCE_SECONDS", 1.0)
    monkeypatch.setattr(guest, "WAIT_SECONDS", 0.001)


def rxscale(*script: Response | BridgeError) -> tuple[RxScale, ScriptedSend]:
    send = ScriptedSend(*script)
    return RxScale(patient(Caller(send, SITE)), Clock()), send


ASKED: list[Callable[[RxScale], Awaitable[object]]] = [
    lambda client: client.orders_page("", 1, 10),
    lambda client: client.order(PharmacyOrderUid("po-1")),
    lambda client: client.health(),
    lambda client: client.caller.call(dialect.ORDERS),
    lambda client: replace(client.caller, site=SITE).call(dialect.ORDERS),
]
PUT_OFF = [LATER, answer(503), TryLater("no connection", 0.001)]


@pytest.mark.parametrize("later", PUT_OFF)
@pytest.mark.parametrize("ask", ASKED)
async def test_a_call_is_made_again_while_it_is_put_off(
    ask: Callable[[RxScale], Awaitable[object]],
    later: Response | BridgeError,
):
    client, send = rxscale(later, answer(404, {"success": False, "error": "gone"}))
    with contextlib.suppress(BridgeError):
        await ask(client)
    assert len(send.requests) == 2


async def test_a_list_is_read_on_where_a_page_was_put_off():
    row = {"uid": "po-1", "status": "open"}
    client, send = rxscale(
        answer(200, {"data": [row], "totalRegistries": 1, "totalPages": 2}), LATER, EMPTY
    )
    await client.orders_page("", 1, 1)
    await client.orders_page("", 2, 1)
    assert [dict(each.query)["page"] for each in send.requests] == ["1", "2", "2"]


async def test_what_may_have_happened_is_not_made_again():
    client, send = rxscale(answer(503), EMPTY)
    with pytest.raises(Unsure):
        await client.complete(PharmacyOrderUid("po-1"))
    assert len(send.requests) == 1


async def test_patience_ends_and_a_refusal_is_told_at_once(monkeypatch: pytest.MonkeyPatch):
    client, send = rxscale(answer(400, {"error": "no"}), EMPTY)
    with pytest.raises(Refused):
        await client.orders_page("", 1, 10)
    assert len(send.requests) == 1
    monkeypatch.setattr(guest, "PATIENCE_SECONDS", 0.0)
    client, _ = rxscale(LATER, EMPTY)
    with pytest.raises(TryLater):
        await client.orders_page("", 1, 10)


def test_half_of_the_limits_is_left_to_a_running_bridge(tmp_path: Path):
    path = tmp_path / "rxbridge.db"
    settings = Settings.model_validate({"store": {"path": path}})
    assert not is_running(settings)
    assert not path.with_name("rxbridge.db.lock").exists(), "asking leaves nothing behind"
    path.touch()
    assert as_a_guest(settings) is settings
    with RunLock(path):
        assert is_running(settings)
        shared = as_a_guest(settings)
    assert shared.rxscale.requests_per_second == settings.rxscale.requests_per_second // 2
    assert shared.pharmaone.requests_per_minute == settings.pharmaone.requests_per_minute // 2
