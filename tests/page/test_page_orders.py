"""Finding an order, the list and its files, one answer for equal reasons, undo, and Health."""

import csv
import io
import json
import re
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from house import House, open_house, open_sandbox
from page.client import NOT_LINKED, browser
from page.test_page_http import refused_order, unsure_order

from bridge.app.machine import now
from bridge.core.model import Key, Phase
from bridge.core.reasons import UNLINKED_SKU
from bridge.errors import TryLater
from bridge.sandbox.traffic import Fault
from bridge.server.page.orders import SAVED, portals
from bridge.server.page.tables import PAGE
from bridge.store import orders, person, views, waiting
from bridge.store.rows import micros


async def test_one_box_finds_an_order_by_any_of_its_names(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, other = await house.orders_arrive(count=2)
        made = await house.approve(uid)
        record = await house.record(uid)
        async with browser(house) as page:
            for words in (record.name, uid, made, record.request_id, uid.upper()):
                await page.get(f"/orders?q={words.replace('#', '%23')}")
                assert page.path.startswith(f"/orders/{uid}"), words
                assert f"Order {record.name}" in page.text
            text = await page.get("/orders?q=po-000")
            assert f'id="row-{uid}"' in text
            assert f'id="row-{other}"' in text
            assert "<title>Orders: po-000 " in text
            assert f'id="row-{uid}"' in await page.get("/orders?q=psku-1001&state=open")


async def test_what_is_not_here_is_said_with_what_to_do(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            text = await page.get("/orders?q=%239999")
            assert "No order is so." in text
            assert "Is it in RxScale" in text
            assert "Is it in RxScale" not in await page.get("/orders?state=ready")


async def test_filters_are_links_and_what_is_none_is_left_out(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, _ = await house.orders_arrive(count=2)
        await house.approve(uid)
        bad = await refused_order(house)
        async with browser(house) as page:
            text = await page.get()
            counts = dict(re.findall(r'<a href="([^"]+)"><strong>(\d+)</strong>', text))
            today = datetime.now().astimezone().date()
            assert counts[f"/orders?day={today}"] == "3"
            assert counts["/orders?state=preparing"] == "1"
            assert counts["#stuck"] == "1"
            for link, count in counts.items():
                if link != "#stuck":
                    assert (await page.get(link)).count('<tr id="row-') == int(count), link
            assert f'id="row-{bad}"' in await page.get("/orders?stuck=yes&side=rxscale")
            assert page.text.count('<tr id="row-') == 1
            odd = "/orders?state=x%27--&side=y&day=31.1.&page=z"
            assert (await page.get(odd)).count('<tr id="row-') == 3


def many(connection: sqlite3.Connection, count: int) -> None:
    """So many orders of the last weeks, the last hundred of them open."""
    now = datetime.now(UTC)
    columns = (
        "uid, first_seen_at, phase, announced_by, name, priority, state, finished_at, order_id"
    )
    rows = []
    for number in range(count):
        at, is_open = now - timedelta(minutes=2 * (count - number)), number >= count - 100
        phase, state = ("adopted", "preparing") if is_open else ("done", "completed")
        ended = None if is_open else micros(at)
        each = (f"po-{number:06}", micros(at), phase, "webhook", f"#{number}", 0, state, ended)
        rows.append((*each, f"ORD_{number}"))
    connection.executemany(insert("orders", columns), rows)
    lines = [(f"po-{n:06}", 0, f"psku-{1001 + n % 6}", "20401", 1, 1) for n in range(count)]
    columns = "uid, place, pharmacy_sku_uid, p1_id, amount, units"
    connection.executemany(insert("order_lines", columns), lines)


def insert(table: str, columns: str) -> str:
    marks = ", ".join("?" for _ in columns.split(","))
    return " ".join(("INSERT INTO", table, f"({columns}) VALUES ({marks})"))


async def test_pages_of_fifty_lead_to_the_oldest(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.bridge.store.write(many, 120)
        async with browser(house) as page:
            seen = re.findall(r'<tr id="row-([^"]+)"', await page.get("/orders"))
            assert len(seen) == PAGE
            while following := re.search(r'<a href="([^"]+)" rel="next"', page.text):
                await page.get(following[1].replace("&amp;", "&"))
                seen += re.findall(r'<tr id="row-([^"]+)"', page.text)
            assert seen == [f"po-{number:06}" for number in reversed(range(120))]
            assert re.search("101.120<", page.text)
            assert 'rel="prev"' in page.text


async def test_the_whole_list_is_saved_as_a_file(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("bridge.server.page.orders.AT_ONCE", 50)
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.bridge.store.write(many, 150)
        async with browser(house) as page:
            assert 'href="/orders.csv?state=open"' in await page.get("/orders?state=open")
            text = await page.get("/orders.csv?state=open")
            rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
            assert (len(rows), tuple(rows[0])) == (100, SAVED)
            assert (rows[0]["name"], rows[0]["state"]) == ("#149", "preparing")
            told = json.loads(await page.get("/orders.json"))
            assert len(told) == 150
            assert told[-1]["order"] == "po-000000"
            assert page.headers["Content-Disposition"].endswith('"rxbridge-orders.json"')
            assert page.headers["Cache-Control"] == "no-store"


async def test_equal_reasons_get_one_answer(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = [uid for _ in range(3) for uid in await house.orders_arrive(NOT_LINKED)]
        async with browser(house) as page:
            text = await page.get()
            assert "3 with the same reason" in text
            assert "Try again (all 3)" in text
            assert '<a class="button main" href="/products/psku-1007">Link the product</a>' in text
            assert "--write" not in text
            form = page.form("/stuck", act="retry")
            assert form["rows"].split()[0].startswith(f"order:{uids[0]}@")
            await page.post("/stuck", {**form, "code": "refused"})
            assert "changed meanwhile" in page.text
            await page.get()
            changed = stuck_again(uids[0])
            await house.bridge.store.write(changed)
            await page.press("/stuck", {"reason": " "}, act="drop")
            assert "a reason is needed" in page.text
            await page.post("/stuck", {**form, "act": "drop", "reason": "by hand"})
            assert "left alone from now on" in page.text
            phases = [(await house.record(uid)).phase for uid in uids]
            assert phases == [Phase.KNOWN, Phase.DROPPED, Phase.DROPPED], "as they were shown"
            await page.post("/stuck", {**form, "act": "submitted"})
            assert page.status in (200, 400)


def stuck_again(uid: str):
    """Stuck for something else meanwhile."""
    reason = UNLINKED_SKU(name="B", sku="s", pharmacy_sku="p", file="skus.csv")
    return lambda c: waiting.put_stuck(
        c, Key(f"order:{uid}"), reason, datetime.now(UTC) + timedelta(1)
    )


async def test_all_of_them_are_tried_again_by_one_button(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = [await refused_order_more(house) for _ in range(2)]
        async with browser(house) as page:
            await page.get()
            await page.press("/stuck", act="retry")
            assert "It is looked at again now." in page.text
            await house.settle()
            assert [len(house.requests(uid)) for uid in uids] == [1, 1]
            entries = await house.bridge.store.read(audited)
            assert entries[-1] == ("stuck retry", " ".join(f"order:{uid}" for uid in uids))


def audited(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT what, subject FROM audit ORDER BY id").fetchall()


async def refused_order_more(house: House) -> str:
    """As `refused_order`, where others are stuck already."""
    refusal = Fault(vendor="pharmaone", route="POST /order-requests", status=422)
    house.world.break_calls(refusal)
    (uid,) = await house.orders_arrive()
    return uid


async def test_what_must_be_looked_for_is_never_answered_together(tmp_path: Path):
    ask = {"unsure_submission": "ask"}
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, orders=ask) as house:
        for _ in range(2):
            await unsure_order(house)
        async with browser(house) as page:
            text = await page.get()
            assert "with the same reason" not in text
            rows = " ".join(f"{r.key}@{r.since.isoformat()}" for r in await house.stuck())
            form = page.form("/stuck", act="retry")
            await page.post("/stuck", {**form, "rows": rows, "looked": "yes"})
            assert page.status == 400
            assert len(await house.stuck()) == 2


async def test_orders_that_go_on_are_only_taken_note_of(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uids = await house.orders_arrive(count=2)
        for uid in uids:
            await house.change_at_rxscale(uid, "on-hold", "a question")
        async with browser(house) as page:
            assert "I know (all 2)" in await page.get()
            form = page.form("/stuck", act="accept")
            await page.post("/stuck", {**form, "act": "drop", "reason": "x"})
            assert page.status == 400
            assert {(await house.record(uid)).phase for uid in uids} == {Phase.SUBMITTED}
            await page.post("/stuck", form)
            assert "Noted" in page.text
            assert await house.bridge.store.read(waiting.everything) == []


async def test_undo_says_beforehand_what_it_will_do(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, other, third = await house.orders_arrive(count=3)
        made = await house.approve(other)
        drop = (person.drop, "by hand", datetime.now(UTC))
        for each in (uid, other):
            await house.bridge.store.write(drop[0], Key(f"order:{each}"), *drop[1:])
        await house.bridge.store.write(orders.reject, third, datetime.now(UTC))
        async with browser(house) as page:
            request = (await house.record(uid)).request_id
            assert f"review of its order-request {request}" in await page.get(f"/orders/{uid}")
            assert f"goes on with PharmaOne&#39;s order {made}." in await page.get(
                f"/orders/{other}"
            )
            assert "once more, as another order-request" in await page.get(f"/orders/{third}")
            assert "die Brücke wartet wieder" in await page.get(f"/orders/{uid}?lang=de")


async def test_a_story_ends_with_what_comes_next(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        async with browser(house) as page:
            text = await page.get(f"/orders/{uid}")
            last = text[text.index('<li class="next"') :]
            assert "pharmacy staff review the order-request" in last


async def test_an_order_leads_to_both_portals_where_they_are_configured(tmp_path: Path):
    links = {
        "rxscale_order": "https://rx.example/orders/{uid}",
        "pharmaone_order": "https://p1.example/?id={id}",
    }
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path, links=links) as house:
        (uid,) = await house.orders_arrive()
        async with browser(house) as page:
            text = await page.get(f"/orders/{uid}")
            assert f'<a href="https://rx.example/orders/{uid}" rel="noreferrer">RxScale</a>' in text
            assert "p1.example" not in text, "it is not there yet"
            made = await house.approve(uid)
            assert f"https://p1.example/?id={made}" in await page.get(f"/orders/{uid}")
    assert portals(links, "po/1?", None) == {"rxscale_order": "https://rx.example/orders/po%2F1%3F"}


async def test_health_names_each_check_its_cause_and_what_is_done(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        async with browser(house) as page:
            assert "All is well" in await page.get("/checks")
            assert "Nobody has to do anything" in await page.get("/")
            lines = "pharmacy_sku_uid,p1_id,units_per_sku\npsku-1001,20401,x\n"
            (tmp_path / "mappings" / "skus.csv").write_text(lines)
            await house.bridge.reloader.look()
            text = await page.get("/checks")
            assert "One thing is wrong" in text
            assert "skus.csv: line 2: units_per_sku &#39;x&#39; is no number" in text
            assert "write digits, with a point" in text, "the way out"
            assert "the bridge takes it up within seconds" in text
            assert "pharmaone.deducts_at" in text
            german = await page.get("/checks?lang=de")
            assert "skus.csv: Zeile 2: units_per_sku &#39;x&#39; ist keine Zahl über 0" in german
            assert "Ziffern schreiben, mit einem Punkt" in german, "the way out"
            overview = await page.get("/?lang=en")
            assert "something is wrong" in overview
            assert "Nobody has to do anything" not in overview
            assert "skus.csv: line 2" in overview


async def test_health_is_there_without_the_store(tmp_path: Path, monkeypatch):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await page.get("/checks")
            monkeypatch.setattr(house.bridge.store, "read", broken)
            assert "does not work" in await page.get("/checks")
            assert "Look at the disk" in page.text


async def broken(*_: object, **__: object) -> None:
    raise TryLater("the store is gone")


async def test_what_runs_out_is_shown_where_it_is(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive()
        await house.sync()
        ((sku,),) = await house.bridge.store.read(lambda c: c.execute(ORDERED).fetchall())
        async with browser(house) as page:
            assert "Runs out" not in await page.get()
            await house.bridge.store.write(lambda c: c.execute(EMPTY, (sku,)))
            text = await page.get()
            assert "Runs out" in text
            assert f'<a href="/orders?q={sku}">{sku}</a>' in text
        assert (await house.bridge.store.read(views.runs_out, datetime.now(UTC))) == []


ORDERED = "SELECT pharmacy_sku_uid FROM order_lines LIMIT 1"
EMPTY = "UPDATE stock SET rx_stock = 0 WHERE pharmacy_sku_uid = ?"


async def test_what_comes_on_another_day_is_told_with_its_day(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        async with browser(house) as page:
            text = await page.get(f"/orders/{uid}")
            due = (await house.story(uid)).due_at
            local = due.astimezone()
            assert local.date() != now().astimezone().date()
            assert f"{local:%Y-%m-%d %H:%M}" in text


async def test_an_orders_page_names_what_was_ordered(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        item = {"sku": {"uid": "sku-1001"}, "amount": 3}
        [uid] = house.world.add_orders(1, [{"order_items": [item]}])
        await house.settle()
        sku = house.world.skus["psku-1001"]["sku"]["display_name"]
        async with browser(house) as page:
            text = await page.get(f"/orders/{uid}")
            assert f'3 \u00d7 <a href="/products/psku-1001">{sku}</a>' in text


async def test_a_products_page_keeps_itself_fresh_unless_a_link_is_being_chosen(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        async with browser(house) as page:
            assert 'data-refresh="5"' in await page.get("/products/psku-1001")
            chosen = await page.get("/products/psku-1001?product=20404&units=1")
            assert "data-refresh" not in chosen
