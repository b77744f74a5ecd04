"""`rxbridge probe` against the sandbox: it finds each switch, and writes only where it may."""

import json
import random
import tomllib
from argparse import Namespace
from collections.abc import Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import pytest
from house import bridge_settings, open_house, open_sandbox

from bridge.cli import trials
from bridge.cli.commands import probe
from bridge.cli.commands.probe import Answered
from bridge.cli.probes import PROBES
from bridge.errors import Misconfigured
from bridge.sandbox import Sandbox
from bridge.sandbox.rxscale import routes
from bridge.sandbox.traffic import Fault
from bridge.store.connection import RunLock

WORDS = frozenset({"pending", "awaiting_packing", "ready_pickup", "shipped", "completed"})
Found = dict[str, str | None]
SWITCHES: dict[str, dict[Any, dict[str, str | None]]] = {
    "reference_mode": {
        "same": {"pharmaone.repeated_reference": "same"},
        "second": {"pharmaone.repeated_reference": "second"},
        "conflict": {"pharmaone.repeated_reference": "refused"},
    },
    "p1_unknown_fields": {
        "ignore": {"pharmaone.unknown_fields": "taken"},
        "refuse": {"pharmaone.unknown_fields": "refused"},
    },
    "rx_short_stock": {
        "zero": {"rxscale.short_stock_on_complete": "zero"},
        "negative": {"rxscale.short_stock_on_complete": "negative"},
        "refuse": {"rxscale.short_stock_on_complete": "refused"},
    },
    "rx_deducts_stock": {
        True: {"rxscale.deducts_stock": "yes"},
        False: {"rxscale.deducts_stock": "no"},
    },
    "rx_completes_from": {
        ("ready_for_pickup",): {
            "rxscale.completes_from": "ready_for_pickup; refused from on-hold, pending review, in-p"
        },
        ("in-progress", "ready_for_pickup"): {
            "rxscale.completes_from": "in-progress; refused from on-hold, pending review"
        },
    },
    "rx_dialect": {"current": {}, "legacy": {}},
    "rx_list_order": {
        "newest": {"rxscale.list_order": "newest"},
        "oldest": {"rxscale.list_order": "oldest"},
    },
    "rx_tells_created": {
        True: {"rxscale.order_tells_created": "yes"},
        False: {"rxscale.order_tells_created": "no"},
    },
    "rx_lists_deleted": {
        True: {"rxscale.lists_deleted": "yes"},
        False: {"rxscale.lists_deleted": "none among"},
    },
    "rx_hidden_types": {
        frozenset(): {"rxscale.sku_types": "digital, physical"},
        frozenset({"digital"}): {"rxscale.sku_types": "physical"},
    },
    "list_has_external_id": {
        True: {"pharmaone.list_has_external_id": "yes"},
        False: {"pharmaone.list_has_external_id": "no"},
    },
    "token_seconds": {3600: {}, 600: {}},
    "token_has_exp": {True: {}, False: {}},
    "p1_statuses": {
        WORDS | {"cancelled"}: {"pharmaone.cancel_body": '{"status": "cancelled"}'},
        WORDS: {"pharmaone.cancel_body": None},
    },
    "p1_below_zero": {
        "reject": {"pharmaone.below_zero": "refused"},
        "clamp": {"pharmaone.below_zero": "ends at 0"},
    },
    "p1_log_has_metadata": {
        True: {"pharmaone.log_has_metadata": "yes"},
        False: {"pharmaone.log_has_metadata": "no"},
    },
    "p1_products_shape": {
        "nested": {"pharmaone.products_shape": "200 data, pagination"},
        "flat": {"pharmaone.products_shape": "200 page, pageSize, products"},
    },
    "rx_clock_ahead_seconds": {0: {}, 90: {}},
    "p1_clock_ahead_seconds": {0: {}, -90: {}},
    "illegal": {
        "refused": {"rxscale.refuses_illegal_steps": "true"},
        "taken": {"rxscale.refuses_illegal_steps": "false"},
    },
}
"""Each switch of the sandbox that is about something open, and what is found by its value."""


OF_COMPLETING = ("completes_from", "deducts_stock", "short_stock_on_complete", "tracking_twice")


def expected(chosen: dict[str, Any]) -> Found:
    """What the switches' values amount to together."""
    found = {k: v for name, value in chosen.items() for k, v in SWITCHES[name][value].items()}
    if not chosen["rx_deducts_stock"] and chosen["rx_short_stock"] != "refuse":
        found["rxscale.short_stock_on_complete"] = "unknown; 1 stays 1"
    found["rxscale.tracking_twice"] = "refused; twice in one call: taken, shown 0 times"
    found["rxscale.leaves_an_end"] = "no"
    if chosen["illegal"] == "taken":
        found["rxscale.leaves_an_end"] = "yes; completed -> in-progress"
    if chosen["rx_dialect"] == "legacy":  # no call completes; every word but an end may follow
        found |= {f"rxscale.{name}": None for name in (*OF_COMPLETING, "refuses_illegal_steps")}
        if chosen["illegal"] == "taken":
            found["rxscale.leaves_an_end"] = "yes; cancelled -> processing"
    return found


def pairwise(seed: int = 1) -> Iterator[dict[str, Any]]:
    """Few combinations in which every two values of two switches meet; the same in every run."""
    luck, places = random.Random(seed), {name: range(len(SWITCHES[name])) for name in SWITCHES}
    open_ = {
        ((a, x), (b, y))
        for a, b in combinations(places, 2)
        for x, y in product(places[a], places[b])
    }
    while open_:
        best: dict[str, int] = {}
        gain = -1
        for _ in range(60):
            first = dict(luck.choice(sorted(open_)))
            tried = {name: first.get(name, luck.choice(places[name])) for name in places}
            got = sum(two in open_ for two in combinations(tried.items(), 2))
            if got > gain:
                best, gain = tried, got
        open_ -= {*combinations(best.items(), 2)}
        yield {name: [*SWITCHES[name]][at] for name, at in best.items()}


COMBINATIONS = list(pairwise())


async def stage(sandbox: Sandbox) -> tuple[str, str]:
    """Orders at both, a deleted and a digital SKU, a log entry; an order of two and its SKU."""
    world = sandbox.world
    sku = next(iter(world.skus.values()))
    line = {"sku": {"uid": sku["sku"]["uid"]}, "amount": 2}
    world.add_orders(2, announce=False)
    (uid,) = world.add_orders(1, [{"order_items": [line]}], announce=False)
    world.set_skus(changes=[{"sku": {"digital": True}}], announce=False)
    (gone,) = world.set_skus(count=1, announce=False)
    world.set_skus(changes=[{"uid": gone, "deleted": True}], announce=False)
    return uid, sku["uid"]


def units(sandbox: Sandbox) -> dict[str, int]:
    return {str(p): row["stockquantity"] for p, row in sandbox.world.inventory.items()}


def asking(**more: Any) -> Namespace:
    return Namespace(**{"write": False, "organisation": None, "order": None, "sku": None, **more})


def writes(sandbox: Sandbox) -> list[str]:
    called = (call.route for call in sandbox.world.calls())
    return [route for route in called if not route.startswith("GET") and "token" not in route]


def told(answers: list[Answered]) -> Found:
    return {each.name: each.answer for each in answers}


async def order_at_pharmaone(sandbox: Sandbox, settings: Any) -> None:
    from bridge.app.vendors import open_vendors
    from bridge.core.model import ProductId
    from bridge.pharmaone.order_book import OrderUpsert, UpsertItem

    async with open_vendors(settings, lambda _: None) as vendors:
        order = OrderUpsert("shop1", "po-x", (UpsertItem(1, name="Oel"),))
        await vendors.pharmaone.order_book.upsert(order)
        product_id = next(iter((await vendors.pharmaone.inventory()).on_hand))
        await vendors.pharmaone.adjust(ProductId(product_id), 1, "counted")


@pytest.mark.parametrize("number", range(len(COMBINATIONS)))
async def test_every_switch_is_found_in_every_pair(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    chosen = dict(COMBINATIONS[number])
    expects, legacy = expected(chosen), chosen["rx_dialect"] == "legacy"
    if chosen.pop("illegal") == "taken":
        monkeypatch.setattr(routes, "status_errors", lambda *_: None)
    async with open_sandbox(**chosen) as sandbox:
        uid, sku = await stage(sandbox)
        settings = bridge_settings(sandbox, tmp_path, {})
        await order_at_pharmaone(sandbox, settings)
        stock, goods = sandbox.world.skus[sku]["stock"], units(sandbox)
        before = len(writes(sandbox))
        shadow = settings.model_copy(update={"mode": "shadow"})
        read, left = await probe._asked(shadow, asking())
        assert (len(writes(sandbox)), left) == (before, [])
        asked = asking(write=True, organisation="org1", order=uid, sku=sku)
        answers, left = await probe._asked(settings, asked)
        found = told(answers)
        assert {name: answer for name, answer in told(read).items() if found[name] != answer} == {}
        for name, answer in expects.items():
            assert found[name] == answer or (found[name] or "").startswith(answer or "-"), name
        ends = (
            "cancelled"
            if legacy or "yes" in (expects["rxscale.leaves_an_end"] or "")
            else "completed"
        )
        assert f"order {uid} stands at {ends}" in left
        assert sandbox.world.orders[uid].status == ends
        assert found["pharmaone.token"].startswith(f"{chosen['token_seconds']} s; ")
        assert ("exp" in found["pharmaone.token"].split("; ")[1].split(", ")) == chosen[
            "token_has_exp"
        ]
        for vendor, key in (("rxscale", "rx"), ("pharmaone", "p1")):
            ahead = chosen[f"{key}_clock_ahead_seconds"]
            assert abs(int(found[f"{vendor}.clock_ahead_seconds"]) - ahead) <= 1
        assert sandbox.world.skus[sku]["stock"] == stock
        assert units(sandbox) == goods


def test_every_probe_has_its_question():
    asked = tomllib.loads(probe.QUESTIONS.read_text())
    assert sorted(asked) == sorted(each.name for each in PROBES)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "no organisation": ({"organisation": None}, "--organisation"),
    "another organisation": ({"organisation": "org2"}, "--organisation"),
    "no order": ({"order": None}, "--order"),
    "an order that is not there": ({"order": "po-nobody"}, "--order"),
    "a SKU that is not there": ({"sku": "psku-nobody"}, "--sku"),
    "a SKU of another order": ({"sku": 1}, "--sku"),
}


@pytest.mark.parametrize("why", REFUSED)
async def test_it_writes_nothing_where_something_is_not_confirmed(why: str, tmp_path: Path):
    wrong, where = REFUSED[why]
    async with open_sandbox() as sandbox:
        uid, sku = await stage(sandbox)
        if wrong.get("sku") == 1:
            wrong = {"sku": list(sandbox.world.skus)[1]}
        right = {"write": True, "organisation": "org1", "order": uid, "sku": sku}
        settings = bridge_settings(sandbox, tmp_path, {})
        with pytest.raises(Misconfigured, match=where):
            await probe._asked(settings, asking(**{**right, **wrong}))
        assert writes(sandbox) == []


async def test_it_writes_nothing_where_it_looks_like_business(tmp_path: Path):
    async with open_sandbox() as sandbox:
        uid, sku = await stage(sandbox)
        asked = asking(write=True, organisation="org1", order=uid, sku=sku)
        settings = bridge_settings(sandbox, tmp_path, {})
        sandbox.world.set_order_status(uid, "in-progress")
        with pytest.raises(Misconfigured, match="does not wait"):
            await probe._asked(settings, asked)
        sandbox.world.add_orders(trials.FEW, announce=False)
        with pytest.raises(Misconfigured, match="RxScale lists 103 orders"):
            await probe._asked(settings, asked)
        assert writes(sandbox) == []


async def test_it_writes_nothing_at_another_host(tmp_path: Path):
    async with open_sandbox() as sandbox:
        production = {"rxscale": {"base_url": "https://api.rxscale.com"}}
        settings = bridge_settings(sandbox, tmp_path, production)
        with pytest.raises(Misconfigured, match="not RxScale's development host"):
            await probe._asked(settings, asking(write=True, organisation="org1"))
        assert sandbox.world.calls() == []


def test_it_does_not_write_beside_a_running_bridge(typed, folder, monkeypatch):
    for key in ("RXSCALE__API_KEY", "PHARMAONE__API_KEY"):
        monkeypatch.setenv(f"RXBRIDGE_{key}", "x")
    (folder / "rxbridge.db").touch()
    with RunLock(folder / "rxbridge.db"):
        refused = typed("probe", "--write")
    assert refused.code == 2
    assert "a bridge is running" in refused.err


async def test_echoes_are_told_by_the_store_of_a_bridge_that_ran(tmp_path: Path):
    async with open_sandbox() as sandbox:
        settings = bridge_settings(sandbox, tmp_path, {})
        (before,) = [a for a in (await probe._asked(settings, asking()))[0] if "echoes" in a.name]
        assert before.answer is None
        assert str(before.why).startswith("not told: no webhook about a write of ours")
        async with open_house(sandbox, tmp_path) as house:
            (uid,) = await house.orders_arrive()
            await house.change(await house.approve(uid), status="completed")
        assert "seen" in (
            told((await probe._asked(settings, asking()))[0])["rxscale.echoes_own_writes"] or ""
        )


async def test_after_its_end_other_ends_are_tried_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    really = routes.status_errors
    monkeypatch.setattr(
        routes,
        "status_errors",
        lambda dialect, here, body: (
            None
            if (here, body["status"]) == ("completed", "cancelled")
            else really(dialect, here, body)
        ),
    )
    async with open_sandbox() as sandbox:
        asked = typed_write(*await stage(sandbox))
        answers, left = await probe._asked(bridge_settings(sandbox, tmp_path, {}), asked)
        assert told(answers)["rxscale.leaves_an_end"] == "yes; completed -> cancelled"
        assert f"order {asked.order} stands at cancelled" in left


async def test_what_is_broken_off_is_told(tmp_path: Path):
    async with open_sandbox() as sandbox:
        uid, sku = await stage(sandbox)
        fault = Fault(vendor="rxscale", route="PATCH /pharmacy_skus/{uid}", status=403, times=9)
        sandbox.world.break_calls(fault)
        asked = typed_write(uid, sku)
        answers, left = await probe._asked(bridge_settings(sandbox, tmp_path, {}), asked)
        assert told(answers)["rxscale.refuses_illegal_steps"].startswith("true")
        assert any("broken off" in str(each) for each in left)


def typed_write(uid: str, sku: str) -> Namespace:
    return asking(write=True, organisation="org1", order=uid, sku=sku)


def test_the_command_reads_and_writes_down(typed, vendors, folder, monkeypatch):
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    before = (folder / "mappings" / "facts.toml").read_text()
    assert typed("probe", "--dry-run").code == 0
    assert (folder / "mappings" / "facts.toml").read_text() == before
    done = typed("probe", "--json")
    assert done.code == 0, done.err
    answers = {each["name"]: each["answer"] for each in json.loads(done.out)["answers"]}
    after = (folder / "mappings" / "facts.toml").read_text()
    assert after.startswith(before.rstrip())
    kept = tomllib.loads(after)["evidence"]
    assert {name: each["value"] for name, each in kept.items()} == {
        name: answer for name, answer in answers.items() if answer is not None
    }
    assert typed("check", "--offline").code == 0
