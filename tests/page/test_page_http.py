"""The page without a browser: what it shows, what its forms do, and whom it turns away."""

import asyncio
import json
import re
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import aiohttp
import pytest
from asked import instead_of
from house import House, open_house, open_sandbox
from page.client import NOT_LINKED, browser

from bridge.app import vitals
from bridge.core.model import Hint, Key, PharmacyOrderUid, Phase, order_key
from bridge.errors import TryLater
from bridge.sandbox.traffic import Fault
from bridge.server.page.views import MOST_CARDS
from bridge.store import notes, orders, person, stock, todo, waiting


async def refused_order(house: House) -> str:
    """An order whose request PharmaOne would not have; the next one it will."""
    refusal = Fault(vendor="pharmaone", route="POST /order-requests", status=422)
    house.world.break_calls(refusal)
    (uid,) = await house.orders_arrive()
    assert [row.reason.code for row in await house.stuck()] == ["refused"]
    return uid


async def test_what_is_stuck_is_shown_with_its_why_and_freed_by_its_button(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (good,) = await house.orders_arrive()
        uid = await refused_order(house)
        async with browser(house) as page:
            text = await page.get()
            assert "Running, and waits for you" in text
            assert "PharmaOne refused the order-request" in text
            assert "“Try again”" in text
            assert f'href="/orders/{good}"' in text
            await house.settle()
            assert not house.requests(uid)
            await page.press("/stuck", act="retry", key=f"order:{uid}")
            assert "It is looked at again now." in page.text
            await house.settle()
            assert len(house.requests(uid)) == 1
            assert "Nothing is stuck" in await page.get()
            assert "Running, all is well" in page.text


async def test_what_is_to_be_known_is_marked_and_closed_by_its_button(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await house.change_at_rxscale(uid, "on-hold", "a question")
        async with browser(house) as page:
            text = await page.get()
            assert "on hold at RxScale: do not hand it over" in text
            assert '<span class="tag">goes on</span>' in text
            assert "“I know”" in await page.get(f"/orders/{uid}")
            form = page.form("/stuck", act="accept", key=f"order:{uid}")
            await page.post("/stuck", {**form, "since": "2026-01-02T08:00:00+00:00"})
            assert "changed meanwhile" in page.text
            await page.get()
            await page.press("/stuck", act="accept", key=f"order:{uid}")
            assert "Noted" in page.text
            assert "Nothing is stuck" in page.text
            for status in ("pending review", "on-hold"):
                await house.change_at_rxscale(uid, status, "another question")
                await house.sweep()  # two events of one second count as one delivery
            assert "on hold at RxScale" in await page.get()


async def test_what_is_held_back_is_asked_for_once_for_all(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=5)
        orders = [await house.approve(uid) for uid in uids]
        for order_id in orders:
            house.world.change_p1_order(order_id, status="cancelled")
        await house.settle()
        async with browser(house) as page:
            assert "5 orders are held back" in await page.get()
            assert "unusually many were to be cancelled" in json.dumps(await health_of(house))
            await page.press("/stuck", act="confirm", keys=" ".join(order_keys(page.text)))
            assert "look in PharmaOne Manager first" in page.text
            assert {house.status(uid) for uid in uids} == {"in-progress"}
            looked = {"looked": "yes"}
            await page.press("/stuck", looked, act="confirm", keys=f"order:{uids[0]}")
            assert "Taken as right" in page.text
            await house.settle()
            assert "4 orders are held back" in await page.get()
            await page.press("/stuck", looked, act="confirm", keys=" ".join(order_keys(page.text)))
            await house.settle()
            assert {house.status(uid) for uid in uids} == {"cancelled"}
            assert "Nothing is stuck" in await page.get()


def order_keys(text: str) -> list[str]:
    """Those that the one button for all names."""
    named = re.findall(r'name="keys" value="([^"]*)"', text)
    return max(named, key=len).split()


async def health_of(house: House) -> dict[str, object]:
    return (await vitals.health(house.bridge)).document()


async def test_dropping_needs_a_reason_and_keeps_it(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get(f"/orders/{uid}")
            await page.press("/stuck", {"reason": " \n"}, act="drop")
            assert "a reason is needed" in page.text
            assert await house.stuck()
            await page.press("/stuck", {"reason": "handled  by\nhand"}, act="drop")
            assert page.path.startswith(f"/orders/{uid}")
            assert "a person said to leave it alone: handled by hand" in page.text
            assert (await house.record(uid)).phase is Phase.DROPPED


async def unsure_order(house: House) -> str:
    """An order whose request was sent, no answer came, and a person is to decide."""
    house.world.break_calls(
        Fault(vendor="pharmaone", route="POST /order-requests", when="after", cut=True)
    )
    (uid,) = await house.orders_arrive()
    await house.settle()
    assert "unsure_submission" in {row.reason.code for row in await house.stuck()}
    return uid


async def test_nothing_is_sent_again_unless_a_person_says_that_he_looked(tmp_path: Path):
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        uid = await unsure_order(house)
        async with browser(house) as page:
            await page.get()
            assert "It is not there: send it" in page.text
            await page.press("/stuck", act="retry")
            assert "look in PharmaOne Manager first" in page.text
            await house.settle()
            assert len(house.requests(uid)) == 1
            await page.press("/stuck", act="submitted")
            assert "Taken as submitted" in page.text
            await house.settle()
            assert len(house.requests(uid)) == 1
            assert house.status(uid) == "pending review"


async def test_one_that_was_never_sent_is_marked_only_by_who_saw_it(tmp_path: Path):
    async with open_sandbox() as sandbox:
        (uid,) = sandbox.world.add_orders(1, [{"status": "in-progress"}], announce=False)
        async with open_house(sandbox, tmp_path) as house, browser(house) as page:
            await page.get()
            assert "though this bridge may never have sent it" in page.text
            await page.press("/stuck", act="submitted")
            assert "This bridge never sent it" in page.text
            assert await house.stuck()
            await page.press("/stuck", {"seen": "yes"}, act="submitted")
            assert "Taken as submitted" in page.text
            assert (await house.record(uid)).phase is Phase.SUBMITTED


async def test_what_staff_rejected_is_sent_again_by_its_button(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        await house.bridge.store.write(orders.reject, uid, datetime.now(UTC))
        await house.bridge.store.write(todo.hint, [Hint(order_key(uid), "told")], datetime.now(UTC))
        await house.settle()
        async with browser(house) as page:
            await page.get()
            assert "“Take it up again” sends it again" in page.text
            await page.press("/stuck", act="resume")
            assert "It is taken up again now." in page.text
            await house.settle()
            assert f"{uid}-2" in {r.external_reference for r in house.requests(f"{uid}-2")}
            await page.post("/stuck", page.form("/sync", what="stock") | {"act": "resume"})
            assert "It has changed meanwhile" in page.text


async def test_a_dropped_order_is_taken_up_again_on_its_page(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get(f"/orders/{uid}")
            assert "Take it up again" not in page.text
            await page.press("/stuck", {"reason": "a slip"}, act="drop")
            await page.press("/stuck", act="resume", here="order")
            assert "It is taken up again now." in page.text
            assert page.path.startswith(f"/orders/{uid}")
            await house.settle()
            assert [row.reason.code for row in await house.stuck()] == ["unlinked_sku"]


async def test_what_a_person_did_not_find_is_sent(tmp_path: Path):
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        uid = await unsure_order(house)
        async with browser(house) as page:
            await page.get(f"/orders/{uid}")
            await page.press("/stuck", {"looked": "yes"}, act="retry")
            assert "It is looked at again now." in page.text
            await house.settle()
            posts = [call for call in house.calls(uid) if "order-requests" in call.route]
            assert len(posts) == 2, "by the same key: PharmaOne makes one of them"


async def test_a_button_pressed_too_late_does_nothing(tmp_path: Path):
    """The page showed a harmless reason; meanwhile it is one where "retry" would send again."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get()
            shown = page.form("/stuck", act="retry")
            put = "UPDATE stuck SET code = ? WHERE key = ?"
            values = ("unsure_submission", order_key(PharmacyOrderUid(uid)))
            await house.bridge.store.write(lambda c: c.execute(put, values))
            await page.post("/stuck", {**shown, "looked": "yes"})
            assert "It has changed meanwhile" in page.text
            assert not (await house.record(uid)).claimed_as
            await page.post("/stuck", {**shown, "key": "order:po-none"})
            assert "It has changed meanwhile" in page.text


async def test_what_was_said_of_one_time_is_not_said_of_the_next(tmp_path: Path):
    """He looked, it was not there, it was sent; its answer was lost as well: now it may be there.
    The form that is still open elsewhere must not send it once more, nor leave it alone.
    """
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        uid = await unsure_order(house)
        async with browser(house) as page:
            await page.get()
            shown = [page.form("/stuck", act=act) for act in ("retry", "submitted", "drop")]
            house.world.break_calls(
                Fault(vendor="pharmaone", route="POST /order-requests", when="after", cut=True)
            )
            await page.post("/stuck", {**shown[0], "looked": "yes"})
            assert "It is looked at again now." in page.text
            await house.settle()
            before = await house.stuck()
            assert [row.reason.code for row in before] == [shown[0]["code"]]
            for fields in shown:
                await page.post("/stuck", {**fields, "looked": "yes", "reason": "x"})
                assert "It has changed meanwhile" in page.text
            await house.settle()
            assert await house.stuck() == before
            posts = [call for call in house.calls(uid) if "order-requests" in call.route]
            assert len(posts) == 2


async def test_only_what_was_shown_is_confirmed(tmp_path: Path):
    """He checked that half of it is gone; meanwhile PharmaOne shows nothing at all."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        for product in list(house.world.inventory):
            house.hand(product, 1)
        await house.sync()
        async with browser(house) as page:
            await page.get()
            shown = {**page.form("/sync", what="confirm"), "looked": "yes"}
            house.world.remove_inventory()
            await house.sync()
            assert "inventory is empty" in await page.get()
            await page.post("/sync", shown)
            assert "It has changed meanwhile" in page.text
            assert await house.bridge.store.write(stock.begin_asked) is None
            await page.press("/sync", {"looked": "yes"}, what="confirm")
            await house.sync(confirm=await house.bridge.store.write(stock.begin_asked) == "confirm")
            await page.post("/sync", shown)
            assert await house.bridge.store.write(stock.begin_asked) is None, (
                "nothing waits any more"
            )


async def test_an_order_that_is_being_looked_at_is_left_to_that(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get()
            now = datetime.now(UTC)
            await house.bridge.store.write(
                todo.hint, [Hint(order_key(PharmacyOrderUid(uid)), "test")], now
            )
            await house.bridge.store.write(todo.claim, 9, now, timedelta(minutes=1))
            await page.press("/stuck", act="retry")
            assert "It is being looked at right now" in page.text


async def test_an_orders_page_tells_its_story_and_looks_now(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        async with browser(house) as page:
            await page.get(f"/orders/{uid}")
            assert "PharmaOne took the order-request" in page.text
            assert "rxscale GET /pharmacy_orders/{uid}" in page.text.replace("&#39;", "'")
            house.world.set_order_status(uid, "cancelled")
            before = len(house.calls(uid))
            await page.press("/sync", what="order")
            assert "The order is looked at now." in page.text
            await house.settle()
            assert len(house.calls(uid)) > before
            await page.get("/orders/po-none")
            assert page.status == 404
            await page.get()
            fields = {"token": page.form("/sync")["token"], "what": "order", "uid": "po-none"}
            await page.post("/sync", fields)
            assert page.status == 404
            assert await house.bridge.store.read(orders.find, PharmacyOrderUid("po-none")) is None


async def test_stock_that_differs_is_shown_until_it_is_written(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            assert "Not compared yet" in await page.get()
            await house.sync()
            assert "RxScale offers what it should" in await page.get()
            house.world.break_calls(
                Fault(vendor="rxscale", route="PATCH /pharmacy_skus/{uid}", status=500, times=99)
            )
            (sku, *_) = house.world.skus
            product = house.world.skus[sku].get("external_id") or "20401"
            house.hand(product, 1)
            await house.bridge.stock.sync()
            assert "Numbers being written: 1." in await page.get()
            shown = await page.get("/products?standing=differs")
            assert f'id="row-{sku}"' in shown
            house.world.faults.clear()
            await house.sync()
            assert f'id="row-{sku}"' not in await page.get("/products?standing=differs")
            assert "RxScale offers what it should" in await page.get()


async def test_a_number_that_rxscale_refuses_waits_for_a_person(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        house.world.break_calls(
            Fault(vendor="rxscale", route="PATCH /pharmacy_skus/{uid}", status=422)
        )
        house.hand("20404", 120)
        await house.sync()
        async with browser(house) as page:
            await page.get()
            assert "stay as they are until somebody has looked: 1." in page.text
            assert "Numbers being written" not in page.text
            assert "RxScale does not take stock" in page.text
            assert "SKU psku-1004 Testkraut 1004" in page.text, "what it is, not only its uid"
            await page.press("/stuck", act="retry", key="sku:psku-1004")
            assert await house.bridge.store.write(stock.begin_asked) == "sync"
            assert "Numbers being written: 1." in await page.get()
            await house.sync()
            assert "Nothing is stuck" in await page.get()
            assert "RxScale offers what it should" in page.text


async def test_stock_is_compared_by_its_button_and_an_odd_one_confirmed(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        async with browser(house) as page:
            await page.get()
            await page.press("/sync", what="stock")
            assert await house.bridge.store.write(stock.begin_asked) == "sync"
            house.world.remove_inventory()
            await house.sync()
            text = await page.get()
            assert "PharmaOne&#39;s inventory is empty" in text
            assert "waits for you" in text
            await page.press("/sync", what="confirm")
            assert "look in PharmaOne Manager first" in page.text
            assert await house.bridge.store.write(stock.begin_asked) is None
            await page.press("/sync", {"looked": "yes"}, what="confirm")
            assert await house.bridge.store.write(stock.begin_asked) == "confirm"


async def test_the_first_write_is_shown_and_confirmed_once(tmp_path: Path):
    chosen = {"write": None}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, stock=chosen) as house:
        await house.sync()
        async with browser(house) as page:
            text = await page.get()
            assert "Stock is about to be written for the first time" in text
            assert "6 SKUs would rise, and nobody has confirmed the first write yet" in text
            await page.press("/sync", {"looked": "yes"}, what="confirm")
            assert await house.bridge.store.write(stock.begin_asked) == "confirm"
            await house.sync(confirm=True)
            assert "for the first time" not in await page.get()


async def test_what_is_on_sale_unchecked_is_told_beside_the_first_write(tmp_path: Path):
    chosen = {"write": None}
    sandbox_of, house_of = open_sandbox(grams=True), partial(open_house, stock=chosen)
    async with sandbox_of as sandbox, house_of(sandbox, tmp_path) as house:
        with (tmp_path / "mappings" / "skus.csv").open("a") as file:
            file.write("psku-1001,20401,5,,,\n")
        await house.bridge.reloader.look()
        await house.sync()
        async with browser(house) as page:
            text = await page.get()
            assert "Stock is about to be written for the first time" in text
            assert "5 SKUs without confirmed units are on sale" in text
            assert text.count("nobody has confirmed the first write yet") == 1


# -- who is turned away ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example:80"}, 403),
        ({"Host": "localhost.evil.example"}, 403),
        ({"Host": "[::1"}, 403),
        ({"Host": "10.0.0.1"}, 403),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Host": "127.0.0.1"}, 200),
        ({"X_Forwarded_For": "203.0.113.7"}, 403),
        ({"Forwarded": "for=203.0.113.7"}, 403),
        ({"Via": "1.1 proxy"}, 403),
        ({"X_Forwarded_Proto": "https"}, 403),
        ({"X_Client_IP": "203.0.113.7"}, 403),
    ],
)
async def test_without_a_login_only_this_machine_itself_sees_it(
    tmp_path: Path, headers: dict[str, str], status: int
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await page.get("/", **headers)
            assert page.status == status
            assert ("at RxScale" in page.text or "Stuck" in page.text) is (status == 200)
            await page.get("/health", **headers)
            foreign = status == 403 and "Host" in headers
            assert page.status == (403 if foreign else 200), "health tells nobody, and monitors all"


@pytest.mark.parametrize(
    ("request_head", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n", b"200"),
        # nginx with nothing but proxy_pass, which is what many have
        ("GET / HTTP/1.0\r\nHost: 127.0.0.1:8080\r\n", b"403"),
    ],
)
async def test_a_proxy_that_says_nothing_of_itself(
    tmp_path: Path, request_head: str, status: bytes
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        reader, writer = await asyncio.open_connection("127.0.0.1", house.running.port)
        writer.write(f"{request_head}Connection: close\r\n\r\n".encode())
        answer = await reader.read()
        writer.close()
        assert answer.split()[1] == status
        assert (b"at RxScale" in answer or b"Nothing is stuck" in answer) is (status == b"200")


@pytest.mark.parametrize(
    ("headers", "token", "status"),
    [
        ({}, "", 200),
        ({}, "wrong", 403),
        ({}, "none", 403),
        ({"Sec_Fetch_Site": "cross-site"}, "", 403),
        ({"Sec_Fetch_Site": "same-site"}, "", 403),
        ({"Sec_Fetch_Site": "none"}, "", 403),
        ({"Sec_Fetch_Site": "same-origin"}, "", 200),
        ({"Origin": "https://evil.example"}, "", 403),
        ({"Origin": "null"}, "", 403),
    ],
)
async def test_a_form_that_is_not_ours_does_nothing(
    tmp_path: Path, headers: dict[str, str], token: str, status: int
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get()
            fields = {**page.form("/stuck", act="drop"), "reason": "by another site"}
            if token == "wrong":
                fields["token"] = "0" * 64
            if token == "none":
                del fields["token"]
            await page.post("/stuck", fields, **headers)
            assert page.status == status
        dropped = (await house.record(uid)).phase is Phase.DROPPED
        assert dropped is (status == 200)


async def test_what_was_refused_can_be_read_in_the_other_language(tmp_path: Path):
    """Its link leads to a page: a form's address answers no question."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            for path in ("/stuck", "/sync", "/logout", "/login"):
                await page.post(path, {"token": "old"})
                assert page.status == 403
                record = re.search(r'<a href="([^"]*\?lang=(\w\w))"', page.text)
                assert record is not None
                await page.get(record[1])
                assert (page.status, f'<html lang="{record[2]}">' in page.text) == (200, True), path


async def test_what_to_do_is_a_list_where_there_is_more_than_one_thing(tmp_path: Path):
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        uid = await unsure_order(house)
        async with browser(house) as page:
            await page.get()
            assert f"<li>look in PharmaOne Manager for external reference {uid}</li>" in page.text
            await page.get("/?lang=de")
            assert "<li>ist sie nicht da: „Ist nicht da: senden“ schickt sie ab</li>" in page.text


async def test_what_only_waits_for_a_person_is_not_something_wrong(tmp_path: Path):
    """Nothing is looking for a submission that a person is to decide about."""
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        await unsure_order(house)
        async with browser(house) as page:
            text = await page.get()
            assert "Running, and waits for you" in text
            assert "they are being looked for" not in text
            checks = json.loads(await page.get("/health"))["checks"]
            assert (checks["work"]["status"], checks["work"]["unsure"]) == ("ok", 1)
            assert checks["stuck"]["status"] == "degraded"


async def test_a_token_is_good_for_its_own_session_only(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive(NOT_LINKED)
        async with browser(house) as mine, browser(house) as other:
            await mine.get()
            await other.get()
            stolen = {**mine.form("/stuck", act="drop"), "reason": "x"}
            await other.post("/stuck", stolen)
            assert other.status == 403
            assert "too old" in other.text
            assert await house.stuck()


async def test_what_no_form_of_ours_asks_is_refused(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get()
            fields = page.form("/stuck", act="drop")
            for act in ("submitted", "nonsense", ""):
                await page.post("/stuck", {**fields, "act": act})
                assert page.status == 400
            await page.post("/sync", {"token": fields["token"], "what": "nonsense"})
            assert page.status == 400
            await page.get("/stuck")
            assert page.status == 405
            assert await house.stuck()


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"token=\xff&key=%ff", "application/x-www-form-urlencoded", 400),
        (b"token=x", "application/x-www-form-urlencoded; charset=nonsense", 400),
        (b"\xff", "application/x-www-form-urlencoded; charset=utf-8", 400),
        (b"token=%ED%A0%80", "application/x-www-form-urlencoded", 400),
        (b"&".join([b"a=1"] * 21), "application/x-www-form-urlencoded", 400),
        (b"{}", "application/json", 403),
        (b"", "", 403),
        (b"a=" + b"x" * 2_000_000, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_no_body_is_a_fault_of_ours(tmp_path: Path, body: bytes, kind: str, status: int):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with aiohttp.ClientSession(house.running.url) as http:
            headers = {"Content-Type": kind} if kind else {}
            async with http.post("/stuck", data=BytesIO(body), headers=headers) as answer:
                assert answer.status == status


async def test_no_charset_keeps_the_bridge_from_answering(tmp_path: Path):
    """Who need not log in may send a form in punycode, which takes a minute to decode."""
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        body = b"a" * 250_000 + b"-" + b"a" * 250_000
        kind = {"Content-Type": "application/x-www-form-urlencoded; charset=punycode"}
        async with aiohttp.ClientSession(house.running.url) as http:
            began = time.process_time()
            async with http.post("/login", data=BytesIO(body), headers=kind) as answer:
                assert answer.status == 400
            assert time.process_time() - began < 2


async def test_every_answer_carries_the_headers(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            for path in ("/", "/orders/po-none", "/static/page.css", "/?said=<script>"):
                await page.get(path)
                assert page.headers["X-Content-Type-Options"] == "nosniff"
                if path.startswith("/static"):
                    continue
                policy = page.headers["Content-Security-Policy"]
                assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'")
                assert "unsafe" not in policy
                assert page.headers["X-Frame-Options"] == "DENY"
                assert page.headers["Cache-Control"] == "no-store"
                assert " style=" not in page.text
                assert "<script>" not in page.text
            await page.get("/static/../templates/base.html")
            assert page.status == 404
            for path in ("/health", "/health/live", "/metrics", "/nowhere", "/stuck"):
                await page.get(path)
                assert page.headers["X-Content-Type-Options"] == "nosniff", path
                policy = page.headers["Content-Security-Policy"]
                assert policy == "default-src 'none'; frame-ancestors 'none'", path
                assert page.headers["Server"] == "rxbridge", "no version for who looks for holes"
            await page.get("/static/base.html")
            assert page.status == 404


async def test_no_patient_is_on_it(tmp_path: Path, canary):
    patient = {
        "patient_data": {
            "uid": "pat-1",
            "display_name": "Kanarienvogel",
            "email": "canary@example.org",
            "date_of_birth": "1901-01-01",
        }
    }
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(patient, {**patient, **NOT_LINKED})
        async with browser(house) as page:
            for path in ("/", *(f"/orders/{uid}" for uid in uids)):
                canary.check(await page.get(path), path)
                assert page.status == 200


# -- when something does not work -------------------------------------------------------------


async def test_a_store_that_cannot_be_read_is_said_and_the_rest_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive(NOT_LINKED)

        async def full(*_: object, **__: object) -> None:
            raise TryLater("the disk is full")

        async with browser(house) as page:
            await page.get()
            for question in (
                notes.touch,
                waiting.everything,
                waiting.find_stuck,
                stock.state,
            ):
                instead_of(monkeypatch, question, full)
            fields = page.form("/stuck", act="retry")
            await page.get()
            assert page.status == 200
            assert "Not working" in page.text
            assert "the disk is full" in page.text
            await page.post("/stuck", fields)
            assert page.status == 503
            assert "Nothing was done" in page.text


async def test_a_mistake_of_ours_is_a_page_that_tells_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:

        async def wrong(*_: object) -> None:
            raise RuntimeError("inner detail")

        instead_of(monkeypatch, waiting.everything, wrong)
        async with browser(house) as page:
            await page.get()
            assert page.status == 500
            assert "unexpected" in page.text
            assert "inner detail" not in page.text


async def test_without_a_page_the_rest_is_there(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server={"page": False}) as house:
            async with browser(house) as page:
                for path, status in (("/", 404), ("/login", 404), ("/health", 200)):
                    await page.get(path)
                    assert page.status == status


async def test_a_host_that_others_reach_shows_no_page_without_a_password(tmp_path: Path):
    """`run` refuses it; whoever builds a bridge past `run` gets no page."""
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server={"host": "0.0.0.0"}) as house:
            async with browser(house) as page:
                await page.get()
                assert page.status == 404


# -- today's orders --------------------------------------------------------------------------


async def test_units_are_confirmed_with_a_button(tmp_path: Path):
    async with open_sandbox(grams=True) as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        async with browser(house) as page:
            text = await page.get()
            assert "6 SKUs are not confirmed" in text
            text = await page.get("/products")
            assert "/products/psku-1001?product=20401&amp;units=5&amp;safety=0#preview" in text
            await page.get("/products/psku-1001?product=20401&units=5&safety=0")
            form = page.form("/products", what="link", sku="psku-1001")
            file = tmp_path / "mappings" / "skus.csv"
            before = file.read_bytes()
            for units in ("0", "5 g", "2.5.5"):
                await page.post("/products", {**form, "units": units})
                assert "a number above 0" in page.text
            assert file.read_bytes() == before
            await page.post("/products", {**form, "units": "2,5"})
            assert "Saved into skus.csv" in page.text
            assert file.read_text().splitlines()[-1].startswith("psku-1001,20401,2.5,")
            await house.sync()
            assert house.stock("psku-1001") == 160


async def test_goods_kept_back_of_several_orders_are_released_by_one_button(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=2)
        for uid in uids:
            key = Key(f"order:{uid}")
            await house.bridge.store.write(person.drop, key, "by hand", house.bridge.started_at)
        await house.settle()
        async with browser(house) as page:
            assert "The goods of 2 orders are kept back" in await page.get()
            keys = " ".join(order_keys(page.text))
            await page.press("/stuck", act="accept", keys=keys)
            assert "look in PharmaOne Manager first" in page.text
            await page.get()
            await page.press("/stuck", {"looked": "yes"}, act="accept", keys=keys)
            assert "Noted" in page.text
            assert "Nothing is stuck" in await page.get()


async def test_a_thousand_stuck_orders_are_no_longer_page_than_fifty(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await refused_order(house)
        ((_, reason),) = [(row.key, row.reason) for row in await house.stuck()]

        def many(connection: sqlite3.Connection) -> None:
            for number in range(999):
                waiting.put_stuck(connection, Key(f"order:po-{number}"), reason, datetime.now(UTC))

        await house.bridge.store.write(many)
        async with browser(house) as page:
            text = await page.get()
            assert text.count('class="card"') == 1, "the same reason: one answer is for them all"
            assert text.count('href="/orders/po-') == MOST_CARDS + 1, "and one in the list"
            assert f"{1000 - MOST_CARDS} more are waiting" in text
            assert len(text) < 200_000
