"""Products, pictures and settings: what they show, and what a link by click writes."""

import json
from pathlib import Path

import pytest
from house import House, open_house, open_sandbox
from page.client import HASH, PASSWORD, Browser, browser

from bridge.app import vitals
from bridge.core.model import ProductId
from bridge.core.stock.plan import explain
from bridge.sandbox.traffic import Fault
from bridge.store import journal, stock


def file(house: House) -> Path:
    return house.folder / "mappings" / "skus.csv"


def unlinked(house: House) -> str:
    """A SKU that nothing links."""
    return str(next(uid for uid, row in house.world.skus.items() if not row["external_id"]))


async def offer(page: Browser, uid: str, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return await page.get(f"/products/{uid}?{query}")


async def test_the_number_on_the_page_is_the_number_of_the_plan(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.orders_arrive(count=3)
        result = await house.sync()
        rows = {row.uid: row for row in explain(result.plan.situation)}
        async with browser(house) as page:
            shown = json.loads(await page.get("/products.json"))
            assert {each["sku"] for each in shown} == set(house.world.skus)
            for each in shown:
                row = rows.get(each["sku"])
                if row is None:
                    assert each["standing"] == "unlinked"
                    continue
                found = (each["on_hand"], each["reserved"], each["safety"], each["target"])
                assert found == (row.on_hand, row.open_units, row.safety, row.target)
                assert each["at_rxscale"] == house.stock(each["sku"])
            text = await page.get("/products")
            assert text.index("no link</span>") < text.index('class="number"><strong>')


async def test_a_link_by_click_changes_one_line_and_the_next_round_writes_its_number(
    tmp_path: Path,
):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        uid, before = unlinked(house), file(house).read_bytes()
        async with browser(house) as page:
            assert f'/products/{uid}"' in await page.get("/products?standing=unlinked")
            text = await offer(page, uid)
            assert "Take this one" in text
            assert "No number was written" in text
            text = await offer(page, uid, q="20404")
            assert "product=20404" in text
            text = await offer(page, uid, product="20404", units="2,5", safety="10")
            on_hand = (await house.bridge.stock.seen()).stocktake.on_hand[ProductId("20404")]
            number = int((on_hand - 10) / 2.5)
            assert f"writes {number} at RxScale" in text
            await page.press("/products", what="link", sku=uid)
            assert "Saved into skus.csv" in page.text
            assert page.path == f"/products/{uid}?said=linked"
            after = file(house).read_bytes()
            assert after == before + f"{uid},20404,2.5,10,,{name_of(house, '20404')}\n".encode()
            await house.sync()
            assert house.stock(uid) == number
            assert f"<strong>{number}</strong>" in await offer(page, uid)
            await offer(page, uid, product="20404", units="1", safety="0")
            await page.press("/products", what="link", sku=uid)
            line = f"{uid},20404,1,,,{name_of(house, '20404')}\n".encode()
            assert file(house).read_bytes() == before + line
        deeds = [each.what for each in await house.bridge.store.read(journal.deeds)]
        assert deeds.count("skus link") == 2


def name_of(house: House, product: str) -> str:
    return str(house.world.inventory[product]["name"])


async def test_a_link_is_not_saved_over_what_somebody_else_wrote(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        uid = unlinked(house)
        async with browser(house) as page:
            await offer(page, uid, product="20404", units="1", safety="0")
            edited = file(house).read_bytes() + b"# noted meanwhile\n"
            file(house).write_bytes(edited)
            await page.press("/products", what="link", sku=uid)
            assert page.status == 409
            assert "changed by somebody else meanwhile" in page.text
            assert file(house).read_bytes() == edited
            await page.press("/products", what="link", sku=uid)
            assert "Saved into skus.csv" in page.text
            assert file(house).read_bytes().startswith(edited)


@pytest.mark.parametrize(
    "asked", [{"units": "0"}, {"units": "x"}, {"safety": "-1"}, {"safety": "1.5"}]
)
async def test_a_number_that_is_none_is_neither_shown_nor_saved(tmp_path: Path, asked):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        uid, before = unlinked(house), file(house).read_bytes()
        async with browser(house) as page:
            text = await offer(page, uid, product="20404", **asked)
            assert 'id="preview"' not in text
            await offer(page, uid, product="20404")
            await page.press("/products", asked, what="link", sku=uid)
            assert file(house).read_bytes() == before
            assert await offer(page, "psku-none")
            assert page.status == 404


async def test_a_viewer_sees_products_and_changes_nothing(tmp_path: Path):
    async with open_sandbox() as sandbox:
        locked = {"admin_password_hash": HASH, "users_file": tmp_path / "users.json"}
        async with open_house(sandbox, tmp_path, server=locked) as house:
            viewer = {"anna": {"role": "viewer", "password_hash": HASH}}
            (tmp_path / "users.json").write_text(json.dumps(viewer))
            (tmp_path / "users.json").chmod(0o600)
            await house.sync()
            uid = unlinked(house)
            async with browser(house) as page:
                for path in ("/products", "/products.csv", "/pictures", "/settings"):
                    assert "Password" in await page.get(path)
                await page.press("/login", {"username": "anna", "password": PASSWORD})
                text = await offer(page, uid, product="20404", units="1", safety="0")
                assert "writes" in text
                assert "Save into skus.csv" not in text
                form = {"what": "link", "sku": uid, "token": page.form("/logout")["token"]}
                await page.post("/products", form)
                assert page.status == 403


async def test_an_odd_inventory_is_confirmed_product_by_product(tmp_path: Path):
    async with open_sandbox() as sandbox:
        careful = {"confirm_by": "person"}
        async with open_house(sandbox, tmp_path, stock=careful) as house:
            await house.sync()
            before = dict((await house.bridge.stock.seen()).stocktake.on_hand)
            linked = [link.product for link in house.bridge.reloader.rules.links.of(())]
            shelf = (await house.bridge.stock.seen()).shelf
            for product in shelf:
                house.hand(product, 1)
            assert (await house.sync()).pending is not None
            async with browser(house) as page:
                text = await page.get("/products")
                assert "This inventory waits to be confirmed" in text
                one = next(each for each in shelf if before[each] > 1)
                await page.press("/products", subject=one)
                assert "look in PharmaOne Manager first" in page.text
                await page.press("/products", {"looked": "yes", "now": "7"}, subject=one)
                assert "changed meanwhile" in page.text
                await page.press("/products", {"looked": "yes"}, subject=one)
                assert "Taken as right" in page.text
                believed = (await house.bridge.stock.seen()).stocktake.on_hand
                assert believed == {**before, one: 1}
                assert await house.bridge.store.read(stock.is_asked)
                await house.sync()
                rows = json.loads(await page.get("/products.json"))
                targets = [each["target"] for each in rows if each["product"] == one]
                assert targets == [1]
                for product in shelf:
                    if before[product] > 1 and product != one:
                        await page.get("/products")
                        if f'name="subject" value="{product}"' in page.text:
                            await page.press("/products", {"looked": "yes"}, subject=product)
                assert (await house.sync()).pending is None
                assert "waits to be confirmed" not in await page.get("/products")
            assert not linked


async def test_odd_prices_are_confirmed_one_by_one(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, stock={"sync_prices": True}) as house:
            await house.sync(confirm=True)
            for product in ("20404", "20405"):
                row = house.world.inventory[product]
                house.world.set_inventory(
                    [{"p1_id": product, "price": float(row["price"]) * 3}], announce=False
                )
            result = await house.sync()
            first, second = (each.uid for each in result.plan.anomalies)
            now = {each.uid: each.reason.facts["now"] for each in result.plan.anomalies}
            async with browser(house) as page:
                text = await page.get("/products")
                assert "Prices that wait for a person" in text
                await page.press("/products", {"looked": "yes"}, subject=first)
                assert "Taken as right" in page.text
                result = await house.sync()
                assert [each.uid for each in result.plan.anomalies] == [second]
                prices = {uid: house.world.skus[uid]["price"] for uid in (first, second)}
                assert prices[first] == now[first]
                assert prices[second] != now[second]


async def test_pictures_are_drawn_from_what_is_kept_by_the_hour(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        uid, *_ = await house.orders_arrive(count=2)
        order_id = await house.approve(uid)
        await house.change(order_id, status="ready_pickup")
        await house.change(order_id, picked_up=True)
        await house.bridge.listening.look()
        await vitals.tally(house.bridge)
        await vitals.tally(house.bridge)
        calls = len(house.calls())
        async with browser(house) as page:
            by_hour = json.loads(await page.get("/pictures.json"))
            assert len(by_hour) == 48
            by_day = json.loads(await page.get("/pictures.json?by=day"))
            assert 30 <= len(by_day) <= 31
            assert by_day[-1]["orders"] == 2
            assert sum(each["handover"] >= 0 for each in by_day) == len(by_day)
            told = sum(each["calls_rxscale"] + each["calls_pharmaone"] for each in by_hour) * 60
            assert told == pytest.approx(calls, abs=12)
            for query in ("", "?by=day", "?lang=de"):
                text = await page.get(f"/pictures{query}")
                assert text.count("<table>") == 7
                assert 4 <= text.count("<svg") <= 7, "one for each that is not empty"


async def test_settings_say_where_each_value_came_from_and_no_secret(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive()
        async with browser(house) as page:
            told = {each["key"]: each for each in json.loads(await page.get("/settings.json"))}
            assert told["rxscale.api_key"]["value"] == "•••"
            assert told["stock.write"]["value"] == "true"
            text = await page.get("/settings")
            assert "canary" not in text
            assert "<code>[amounts]</code>" in text
            await page.press("/settings", {"uid": uid})
            assert "This order-request would be made of it" in page.text
            assert "•••" in page.text
            for said in patient_of(house.world.orders[uid].detail):
                assert said not in page.text, "a patient's data on the page"
            calls = len(house.calls())
            await page.get("/settings")
            await page.press("/settings", {"uid": "po-none"})
            assert page.status == 404
            assert len(house.calls()) == calls, "an order that is not known is not asked for"


def patient_of(detail: object) -> list[str]:
    """Every text of the order that is about a person."""
    found: list[str] = []
    for key in ("address", "customer", "doctor_data", "shipping_address", "billing_address"):
        part = detail.get(key) if isinstance(detail, dict) else None
        found += [str(v) for v in (part or {}).values() if isinstance(v, str) and len(v) > 3]
    return found


async def test_while_pharmaone_is_away_links_are_shown_and_nothing_is_saved(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        uid, before = unlinked(house), file(house).read_bytes()
        async with browser(house) as page:
            house.world.break_calls(
                Fault(vendor="pharmaone", route="GET /inventory", status=403, times=3)
            )
            text = await offer(page, uid, product="20404")
            assert page.status == 200
            assert 'id="preview"' not in text
            assert "PharmaOne" in text.split('id="link"')[1].split("<form")[0], "why"
            await page.get("/settings")
            form = {"what": "link", "sku": uid, "product": "20404", **page.form("/settings")}
            await page.post("/products", form)
            assert page.status == 409
            assert "Nothing was saved" in page.text
            assert file(house).read_bytes() == before
            file(house).unlink()
            assert "Products" in await offer(page, uid)
            assert page.status == 200
            file(house).write_bytes(before)


async def test_every_table_is_saved_as_it_is_seen(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync(confirm=True)
        uid = next(uid for uid, row in house.world.skus.items() if row["external_id"] == "20404")
        async with browser(house) as page:
            for path, name, heading, cell in (
                (f"/products/{unlinked(house)}", "choices", "Product,units in one", "%"),
                (f"/products/{uid}", "story", "Last seen,", "written"),
                ("/checks", "known", 'facts.toml,"What is known', "pharmaone.deducts_at"),
            ):
                assert f'href="?table=table-{name}&amp;kind=csv"' in await page.get(path)
                text = await page.get(f"{path}?table=table-{name}&kind=csv")
                assert text.removeprefix("\ufeff").startswith(heading), text
                assert cell in text
                rows = json.loads(await page.get(f"{path}?table=table-{name}&kind=json"))
                assert len(rows) == len(text.strip().splitlines()) - 1
                assert rows[0][heading.split(",")[0]]
            assert "<html" in await page.get("/checks?table=no-such&kind=csv")


async def test_the_tab_tells_how_many_wait_on_every_view(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        await house.sync()
        sku = house.world.skus[unlinked(house)]["sku"]["uid"]
        house.world.add_orders(1, [{"order_items": [{"sku": {"uid": sku}, "amount": 1}]}])
        await house.settle()
        assert len(await house.stuck()) == 1
        async with browser(house) as page:
            for path in ("/", "/orders", "/pictures", "/checks", "/settings"):
                assert "<title>(1) " in await page.get(path), path
            assert "<title>(1) " in await page.get(f"/products/{unlinked(house)}")
