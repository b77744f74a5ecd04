"""`rxbridge check` tries each route that the configuration needs, and names what a key lacks."""

import asyncio
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import python
from house import unknown_word

from bridge.cli.main import main
from bridge.core.model import ProductId
from bridge.core.stock.model import Stocktake
from bridge.rxscale.webhook import NEEDED_EVENTS
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.sandbox.traffic import Fault
from bridge.store import Store, stock
from bridge.store.connection import RunLock
from bridge.store.migrate import steps

RX = (
    "RxScale GET /health/", "RxScale GET /pharmacy_orders/", "RxScale GET /pharmacy_orders/{uid}",
    "RxScale PATCH /pharmacy_orders/{uid}/status",
    "RxScale PATCH /pharmacy_orders/{uid}/complete_order", "RxScale GET /pharmacy_skus/",
    "RxScale PATCH /pharmacy_skus/{uid}", "RxScale pharmacy",
    "RxScale statuses", "RxScale webhooks",
)  # fmt: skip
P1 = (
    "PharmaOne POST /auth/token", "PharmaOne GET /orders", "PharmaOne GET /orders/{id}",
    "PharmaOne GET /inventory", "PharmaOne PATCH /orders/{id}/status",
    "PharmaOne POST /order-requests", "PharmaOne shop",
)  # fmt: skip
SIZES = "SKUs and products"
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


async def checked(
    env: pytest.MonkeyPatch,
    folder: Path,
    capsys: Any,
    *faults: Fault,
    subscribed: str = "",
    **settings: Any,
) -> Any:
    """What `check --json` says, against a sandbox in this process."""
    calm = {"rx_per_second": 0, "rx_per_minute": 0, "grams": False, **settings}
    async with Sandbox(SandboxSettings(**calm)) as sandbox:
        sandbox.world.break_calls(*faults)
        if subscribed:
            sandbox.world.subscribe("rxscale", subscribed, "s", sorted(NEEDED_EVENTS))
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
    assert list(lines)[-len(RX) - len(P1) - 2 :] == [*RX, *P1, SIZES, "clocks"]
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


async def test_where_pharmaone_never_deducts_the_bridge_needs_to(env, folder, capsys):
    scopes = {"orders.read", "orders.write", "order_requests.write", "inventory.read"}
    token = {"scopes": sorted(scopes | {"products.read"})}
    code, lines = await checked(env, folder, capsys, token_claims=token)
    assert code == 0, lines
    (folder / "mappings" / "facts.toml").write_text('pharmaone.deducts_at = "never"')
    code, lines = await checked(env, folder, capsys, token_claims=token)
    assert (code, lines["PharmaOne POST /inventory/adjust"]["verdict"]) == (1, "fail")
    assert "inventory.write" in lines["PharmaOne POST /auth/token"]["text"]
    assert lines["PharmaOne GET /inventory/{id}/log"]["verdict"] == "ok"


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


async def test_a_key_for_the_public_api_is_tried_too(env, folder, capsys):
    what, path = "RxScale GET /public/products/{shop}", "RXBRIDGE_RXSCALE__PUBLIC_API_PATH"
    _, lines = await checked(env, folder, capsys)
    assert what not in lines
    env.setenv("RXBRIDGE_RXSCALE__PUBLIC_API_KEY", "rx-public-sandbox-key")
    code, lines = await checked(env, folder, capsys)
    assert (code, lines[what]["verdict"], lines[what]["text"]) == (0, "ok", "product:read")
    env.setenv(path, "/v2/elsewhere")
    code, lines = await checked(env, folder, capsys)
    assert (code, "rxscale.public_api_path" in lines[what]["text"]) == (1, True)
    env.delenv(path)
    env.setenv("RXBRIDGE_RXSCALE__API_PATH", "/v1/elsewhere")
    code, lines = await checked(env, folder, capsys)
    assert (code, lines[what]["verdict"]) == (1, "ok"), "it has an address of its own"
    env.delenv("RXBRIDGE_RXSCALE__API_PATH")
    env.setenv("RXBRIDGE_RXSCALE__PUBLIC_API_KEY", KEY)
    rights = {"rx_permissions": {KEY: ALL}}
    code, lines = await checked(env, folder, capsys, **rights)
    assert (code, lines[what]["verdict"]) == (1, "fail")
    assert (
        "rxscale.public_api_key: the key lacks the permission product:read" in lines[what]["text"]
    )


async def test_a_connector_alone_works_one_way(env, folder, capsys):
    env.setenv("RXBRIDGE_PHARMAONE__SUBMIT_VIA", "connector")
    env.setenv("RXBRIDGE_PHARMAONE__CONNECTOR_URL", "http://127.0.0.1:9")
    env.setenv("RXBRIDGE_PHARMAONE__ORG_ID", "")
    code, lines = await checked(env, folder, capsys)
    assert code == 0, lines
    assert "works one way" in lines["configuration"]["text"]
    pharmaone = {what: line["verdict"] for what, line in lines.items() if "PharmaOne" in what}
    assert pharmaone == {"PharmaOne POST /external-order": "warn", "PharmaOne shop": "ok"}


@pytest.mark.parametrize("place", ["first", "last"])
async def test_a_word_that_rxscale_does_not_know_is_named(env, folder, capsys, place: str):
    unknown_word(folder / "mappings" / "statuses.toml", place)
    code, lines = await checked(env, folder, capsys)
    line = lines["RxScale statuses"]
    assert (code, line["verdict"]) == (1, "fail")
    assert "statuses.toml: rxscale.current.open" in line["text"]
    assert "knows no status 'picking' (400)" in line["text"]
    assert lines["RxScale GET /pharmacy_orders/"]["verdict"] == "ok"


async def test_what_is_known_of_the_vendors_is_told(env, folder, capsys):
    (folder / "mappings" / "facts.toml").write_text(
        "[pharmaone.deducts_at]\nvalue = 'never'\nsource = 'support'\ndate = 2026-01-15"
    )
    _, lines = await checked(env, folder, capsys)
    assert lines["facts"]["verdict"] == "ok"
    assert "pharmaone.deducts_at = never (support, 2026-01-15)" in lines["facts"]["text"]
    assert "pharmaone.repeated_reference = unknown" in lines["facts"]["text"]


def rows_of(*pharmacies: Any) -> dict[str, Any]:
    """A list in which each row is another pharmacy's."""
    rows = [{"uid": f"x-{n}", "pharmacy": each} for n, each in enumerate(pharmacies)]
    return {"data": rows, "totalRegistries": len(rows), "totalPages": 1}


ONE, OTHER = {"uid": "ph-1", "display_name": "Nord"}, {"uid": "ph-2", "display_name": "Süd"}


@pytest.mark.parametrize(
    ("orders", "skus", "several"),
    [
        (rows_of(ONE, ONE), rows_of("ph-1"), None),
        (rows_of(), rows_of(), None),
        (rows_of(None, ["odd"]), rows_of({}), None),
        (rows_of(ONE, OTHER), rows_of(), "ph-1 (Nord), ph-2 (Süd)"),
        (rows_of(ONE), rows_of("ph-1", "ph-3"), "ph-1 (Nord), ph-3"),
        (rows_of("ph-1"), rows_of(OTHER), "ph-1, ph-2 (Süd)"),
    ],
)
async def test_a_key_that_shows_several_pharmacies_is_refused(
    env, folder, capsys, orders: Any, skus: Any, several: str | None
):
    def answers(route: str, body: Any) -> Fault:
        return Fault(vendor="rxscale", route=route, skip=1, times=1, status=200, body=body)

    faults = [answers("GET /pharmacy_orders/", orders), answers("GET /pharmacy_skus/", skus)]
    code, lines = await checked(env, folder, capsys, *faults)
    line = lines["RxScale pharmacy"]
    assert (code, line["verdict"]) == ((1, "fail") if several else (0, "ok"))
    if several:
        assert f"more than one pharmacy: {several} - set the uid" in line["text"]
        env.setenv("RXBRIDGE_RXSCALE__PHARMACY_UID", "ph-sandbox")
        code, lines = await checked(env, folder, capsys, *faults)
        assert "RxScale pharmacy" not in lines


async def test_a_subscription_to_another_address_is_not_this_bridges(env, folder, capsys):
    """Neither one that only begins like it nor another path there brings a delivery here."""
    env.setenv("RXBRIDGE_SERVER__PUBLIC_URL", "https://bridge.example")
    for target in ("https://bridge.example.org/webhooks/rxscale", "https://bridge.example/old"):
        _, lines = await checked(env, folder, capsys, subscribed=target)
        assert "no subscription for pharmacy_order_created" in lines["RxScale webhooks"]["text"]
    target = "https://bridge.example/webhooks/rxscale"
    _, lines = await checked(env, folder, capsys, subscribed=target)
    assert lines["RxScale webhooks"]["verdict"] == "ok"


async def test_a_vendor_that_takes_no_such_name_lets_the_key_read(env, folder, capsys):
    """A name that cannot be an order's may be refused rather than not found."""
    env.setenv("RXBRIDGE_STOCK__ADOPT_EXTERNAL", "true")
    env.setenv("RXBRIDGE_ORDERS__PRESCRIPTIONS", "ingest")
    no: dict[str, Any] = {"status": 400, "body": {"error": "invalid id"}}
    routes = ("/orders/{id}", "/prescriptions/{id}", "/inventory/{id}/log")
    faults = [Fault(vendor="pharmaone", route=f"GET {route}", **no) for route in routes]
    faults.append(Fault(vendor="rxscale", route="GET /pharmacy_orders/{uid}", **no))
    code, lines = await checked(env, folder, capsys, *faults)
    assert code == 0, [line for line in lines.values() if line["verdict"] == "fail"]


async def test_at_a_wrong_address_no_right_is_told(env, folder, capsys):
    """Nothing is found there, whether the key may or not."""
    env.setenv("RXBRIDGE_RXSCALE__API_PATH", "/v1/elsewhere")
    code, lines = await checked(env, folder, capsys)
    assert code == 1
    found = {what: line for what, line in lines.items() if what in RX[:-1]}
    assert {line["verdict"] for line in found.values()} == {"fail"}, found
    assert "rxscale.api_path" in lines["RxScale GET /health/"]["text"]
    assert "rxscale.api_path" in lines["RxScale PATCH /pharmacy_orders/{uid}/status"]["text"]


async def test_a_vendor_that_asks_to_wait_a_moment_is_asked_again(env, folder, capsys):
    """A running bridge may just have spent the second's calls."""
    faults = [
        Fault(vendor="rxscale", route="GET /pharmacy_skus/", times=2, status=429),
        Fault(vendor="pharmaone", route="GET /shops", status=429),
    ]
    code, lines = await checked(env, folder, capsys, *faults)
    assert code == 0, lines
    assert lines["PharmaOne shop"]["verdict"] == "ok"


async def test_a_vendor_that_is_away_is_not_waited_for_at_each_line(env, folder, capsys):
    gone = Fault(vendor="rxscale", route="*", times=1000, cut=True)
    began = asyncio.get_running_loop().time()
    code, lines = await checked(env, folder, capsys, gone)
    assert code == 1
    rxscale = [line for what, line in lines.items() if what.startswith("RxScale ")]
    assert {line["verdict"] for line in rxscale} == {"fail"}
    assert len(rxscale) < len(RX), "nothing more is said of one that fails as before"
    assert lines["PharmaOne GET /orders"]["verdict"] == "ok"
    assert SIZES not in lines
    assert asyncio.get_running_loop().time() - began < 15


def test_the_log_says_nothing_beside_the_lines(vendors, folder):
    wrong = {**vendors, "RXBRIDGE_PHARMAONE__API_KEY": "another"}
    process = python("check", env=wrong, cwd=folder)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (1, "")
    assert "PharmaOne does not accept the API key" in out


async def test_units_that_nobody_confirmed_are_a_failure(env, folder, capsys):
    """SKUs that link by themselves counted as one unit each: of grams, five times too many."""
    code, lines = await checked(env, folder, capsys, grams=True)
    assert (code, lines[SIZES]["verdict"]) == (1, "fail")
    assert "6 of 6 linked SKUs are not confirmed" in lines[SIZES]["text"]
    assert "psku-1001 (likely 5), psku-1002 (likely 10)" in lines[SIZES]["text"]
    assert "rxbridge skus match" in lines[SIZES]["text"]
    told = "6 SKUs without confirmed units are on sale, psku-1001 first with"
    assert told in lines[SIZES]["text"]
    env.setenv("RXBRIDGE_STOCK__UNITS_FROM", "standard_selling_unit")
    _, lines = await checked(env, folder, capsys, grams=True)
    assert lines[SIZES] == {"what": SIZES, "verdict": "ok", "text": "6 of 8 SKUs are linked"}
    env.delenv("RXBRIDGE_STOCK__UNITS_FROM")
    with (folder / "mappings" / "skus.csv").open("a") as file:
        file.writelines(f"psku-100{number},2040{number},1,,\n" for number in range(1, 6))
    _, lines = await checked(env, folder, capsys, grams=True)
    assert "1 of 6 linked SKUs is not confirmed" in lines[SIZES]["text"]
    _, lines = await checked(env, folder, capsys)
    assert lines[SIZES]["verdict"] == "ok"


async def test_a_product_that_pharmaone_does_not_list_is_a_failure(env, folder, capsys):
    with (folder / "mappings" / "skus.csv").open("a") as file:
        file.write("psku-1001,204011,1,,\n")
    code, lines = await checked(env, folder, capsys)
    assert (code, lines[SIZES]["verdict"]) == (1, "fail")
    text = lines[SIZES]["text"]
    assert "1 SKUs are linked to a product that PharmaOne's inventory has never listed" in text
    assert "psku-1001 204011 (likely 20401 'Musterblüte 1001' x 1)" in text


async def test_a_product_that_was_listed_once_is_none(env, folder, capsys):
    with (folder / "mappings" / "skus.csv").open("a") as file:
        file.write("psku-1001,204011,1,,\n")
    await checked(env, folder, capsys)
    now = datetime(2026, 1, 2, tzinfo=UTC)
    stocktake = Stocktake({ProductId("204011"): 0}, now)
    store = await Store.open(folder / "rxbridge.db", now=now)
    for unlisted, verdict in ((set(), "ok"), ({ProductId("204011")}, "fail")):
        found = replace(stocktake, unlisted=unlisted)
        await store.write(stock.save_inventory, found, None)
        _, lines = await checked(env, folder, capsys)
        assert lines[SIZES]["verdict"] == verdict
    await store.close()


async def test_a_pharmacy_that_the_key_does_not_know_is_not_blamed_on_the_path_alone(
    env, folder, capsys
):
    env.setenv("RXBRIDGE_RXSCALE__PHARMACY_UID", "ph-of-nobody")
    code, lines = await checked(env, folder, capsys)
    assert (code, lines["RxScale GET /health/"]["verdict"]) == (1, "ok")
    assert "look at rxscale.pharmacy_uid" in lines["RxScale GET /pharmacy_orders/"]["text"]
    assert "nothing is found here" in lines["RxScale GET /pharmacy_orders/{uid}"]["text"]


def earlier(folder: Path, version: int) -> Path:
    """A store as an earlier version of rxbridge left it."""
    path = folder / "rxbridge.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for step in steps()[:version]:
            for statement in step.statements:
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {step.number}")
    return path


@pytest.mark.usefixtures("newer")
def test_no_command_takes_the_store_from_an_earlier_version_at_work(env, folder, capsys):
    path = earlier(folder, 1)
    before = path.read_bytes()
    with RunLock(path):
        assert main(["stuck", "list"]) == 2
        assert "earlier version - restart that first" in capsys.readouterr().err
        assert path.read_bytes() == before
    assert main(["stuck", "list"]) == 0


@pytest.mark.usefixtures("newer")
@pytest.mark.parametrize("version", [0, 1])
def test_a_store_of_an_earlier_version_is_left_to_it(env, folder, capsys, version: int):
    """Brought up to this version by a check, it could not be read by the bridge that is running."""
    path = earlier(folder, version)
    before = path.read_bytes()
    main(["check", "--offline", "--json"])
    lines = {line["what"]: line for line in json.loads(capsys.readouterr().out)["checks"]}
    assert lines["store"]["verdict"] == "ok"
    assert "`rxbridge run` brings it up" in lines["store"]["text"]
    assert path.read_bytes() == before


def test_a_file_that_others_may_write_to_fails(typed, folder: Path):
    file = folder / "mappings" / "skus.csv"
    file.chmod(0o646)
    told = typed("check", "--offline")
    assert told.code == 1
    assert f"{file}: others may write to it - chmod go-w {file}" in told.out
    file.chmod(0o644)
    assert "others may write" not in typed("check", "--offline").out


def failing(vendors: dict[str, str], folder: Path, **wrong: str) -> list[dict[str, str]]:
    """What `check` says is not well, with something wrong in the environment."""
    process = python("check", "--json", env=vendors | wrong, cwd=folder)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (1, "")
    lines = json.loads(out)["checks"]
    return [line for line in lines if line["verdict"] == "fail" or "cannot be" in line["text"]]


@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
def test_a_wrong_host_is_one_line_with_its_name_and_the_key_to_change(vendors, folder, vendor):
    key = f"RXBRIDGE_{vendor.upper()}__BASE_URL"
    (line,) = failing(vendors, folder, **{key: "https://api.wrong-name.invalid"})
    assert line["verdict"] == "fail"
    assert line["text"].startswith(f"{vendor}.base_url")
    assert "the name api.wrong-name.invalid cannot be found - correct the address" in line["text"]


@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
def test_a_wrong_key_is_one_line_too(vendors, folder, vendor):
    (line,) = failing(vendors, folder, **{f"RXBRIDGE_{vendor.upper()}__API_KEY": "another"})
    assert line["text"].startswith(f"{vendor}.api_key: ")
    assert "does not accept the" in line["text"]


@pytest.mark.parametrize("words", [("skus", "match"), ("stock", "plan"), ("webhooks", "list")])
def test_any_other_command_says_it_in_one_line_at_once(vendors, folder, words):
    wrong = {**vendors, "RXBRIDGE_RXSCALE__BASE_URL": "https://api.wrong-name.invalid"}
    process = python(*words, env=wrong, cwd=folder)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.count("\n")) == (1, "", 1), err
    assert err.startswith("rxbridge: rxscale.base_url: the name api.wrong-name.invalid cannot be")
