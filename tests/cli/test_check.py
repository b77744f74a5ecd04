"""`rxbridge check` tries each route that the configuration needs, and names what a key lacks."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bridge.cli.main import main
from bridge.sandbox import Sandbox, SandboxSettings

RX = (
    "RxScale GET /health/", "RxScale GET /pharmacy_orders/", "RxScale GET /pharmacy_orders/{uid}",
    "RxScale PATCH /pharmacy_orders/{uid}/status",
    "RxScale PATCH /pharmacy_orders/{uid}/complete_order", "RxScale GET /pharmacy_skus/",
    "RxScale PATCH /pharmacy_skus/{uid}", "RxScale webhooks",
)  # fmt: skip
P1 = (
    "PharmaOne POST /auth/token", "PharmaOne GET /orders", "PharmaOne GET /orders/{id}",
    "PharmaOne GET /inventory", "PharmaOne PATCH /orders/{id}/status",
    "PharmaOne POST /order-requests", "PharmaOne shop",
)  # fmt: skip
ALL = frozenset(
    [
        "orders_read",
        "orders_write",
        "stock_read",
        "stock_write",
        "pharmacy_sku_write",
        "webhooks_read",
        "webhooks_write",
    ]
)
KEY = "rx-narrow-key"


async def checked(env: pytest.MonkeyPatch, folder: Path, capsys: Any, **settings: Any) -> Any:
    """What `check --json` says, against a sandbox in this process."""
    calm = {"rx_per_second": 0, "rx_per_minute": 0, **settings}
    async with Sandbox(SandboxSettings(**calm)) as sandbox:
        env.setenv("RXBRIDGE_RXSCALE__BASE_URL", sandbox.rxscale_url)
        env.setenv("RXBRIDGE_PHARMAONE__BASE_URL", sandbox.pharmaone_url)
        env.setenv(
            "RXBRIDGE_RXSCALE__API_KEY", KEY if "rx_permissions" in settings else "rx-sandbox-key"
        )
        env.setenv("RXBRIDGE_PHARMAONE__API_KEY", "p1-sandbox-key")
        before = sandbox.world.state()
        code = await asyncio.to_thread(main, ["check", "--json"])
        assert sandbox.world.state() == before, "a check changes nothing"
        refused = [call for call in sandbox.world.calls() if call.method != "GET" and call.done]
        assert [call.route for call in refused] in ([], ["POST /auth/token"])
    lines = json.loads(capsys.readouterr().out)["checks"]
    return code, {line["what"]: line for line in lines}


@pytest.fixture
def env(folder: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return monkeypatch


async def test_each_route_that_is_needed(env, folder, capsys):
    code, lines = await checked(env, folder, capsys)
    assert code == 0, lines
    assert list(lines)[-len(RX) - len(P1) :] == [*RX, *P1]
    for what in (*RX[:-1], *P1[:-1]):
        assert lines[what]["verdict"] == "ok", lines[what]
    assert lines["RxScale PATCH /pharmacy_orders/{uid}/status"]["text"] == "orders_write"


@pytest.mark.parametrize(
    ("lacking", "what"),
    [
        ("orders_read", "RxScale GET /pharmacy_orders/{uid}"),
        ("orders_write", "RxScale PATCH /pharmacy_orders/{uid}/status"),
        ("orders_write", "RxScale PATCH /pharmacy_orders/{uid}/complete_order"),
        ("stock_read", "RxScale GET /pharmacy_skus/"),
        ("pharmacy_sku_write", "RxScale PATCH /pharmacy_skus/{uid}"),
    ],
)
async def test_a_permission_that_is_missing_is_named(env, folder, capsys, lacking, what):
    code, lines = await checked(env, folder, capsys, rx_permissions={KEY: ALL - {lacking}})
    assert code == 1
    assert lines[what]["verdict"] == "fail"
    assert f"lacks the permission {lacking}" in lines[what]["text"]


async def test_a_key_that_may_only_set_stocks(env, folder, capsys):
    env.setenv("RXBRIDGE_RXSCALE__STOCK_VIA", "stock")
    code, lines = await checked(
        env, folder, capsys, rx_permissions={KEY: ALL - {"pharmacy_sku_write"}}
    )
    assert code == 0, lines
    assert lines["RxScale PATCH /pharmacy_skus/{uid}/stock"]["verdict"] == "ok"
    env.setenv("RXBRIDGE_STOCK__SYNC_PRICES", "true")
    code, lines = await checked(
        env, folder, capsys, rx_permissions={KEY: ALL - {"pharmacy_sku_write"}}
    )
    assert (code, lines["RxScale PATCH /pharmacy_skus/{uid}"]["verdict"]) == (1, "fail")


async def test_a_scope_that_is_missing_is_named(env, folder, capsys):
    code, lines = await checked(
        env, folder, capsys, token_claims={"scopes": ["orders.read", "inventory.read"]}
    )
    assert code == 1
    assert "order_requests.write, orders.write" in lines["PharmaOne POST /auth/token"]["text"]
    assert "order_requests.write" in lines["PharmaOne POST /order-requests"]["text"]
    assert lines["PharmaOne GET /orders"]["verdict"] == "ok"


async def test_what_more_a_configuration_needs(env, folder, capsys):
    env.setenv("RXBRIDGE_STOCK__ADOPT_EXTERNAL", "true")
    env.setenv("RXBRIDGE_ORDERS__PRESCRIPTIONS", "ingest")
    env.setenv("RXBRIDGE_PHARMAONE__SUBMIT_VIA", "v1")
    code, lines = await checked(env, folder, capsys)
    assert code == 0, lines
    more = ("GET /prescriptions", "GET /prescriptions/{id}", "POST /prescriptions")
    more += ("GET /inventory/{id}/log", "POST /inventory/adjust")
    assert all(lines[f"PharmaOne {each}"]["verdict"] == "ok" for each in more), lines
    v1 = lines["PharmaOne POST /v1/order-requests"]
    assert (v1["verdict"], "cannot be tried" in v1["text"]) == ("warn", True)
