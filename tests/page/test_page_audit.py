"""What the page writes into the audit log: buttons, logins, and never what was typed."""

from pathlib import Path

from house import House, open_house, open_sandbox
from page.client import HASH, NOT_LINKED, PASSWORD, browser

from bridge.core.journal import AuditEntry, Deed
from bridge.store import journal

LOCKED = {"admin_password_hash": HASH}


async def entries(house: House) -> list[AuditEntry]:
    found = await house.bridge.store.read(journal.deeds)
    return [each for each in found if each.what != Deed.MAPPINGS_CHANGED]


async def test_every_button_is_written_down_with_who_and_from_where(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path, server=LOCKED) as house:
            (uid,) = await house.orders_arrive(NOT_LINKED)
            async with browser(house) as page:
                await page.get()
                await page.press("/login", {"password": "not this one"})
                await page.press("/login", {"password": PASSWORD})
                await page.press("/stuck", act="retry")
                await page.press("/sync", what="stock")
                await page.get(f"/orders/{uid}")
                await page.press("/sync", what="order")
                await house.settle()
                await page.get("/")
                await page.press("/stuck", {"reason": "Frau Canary rang an"}, act="drop")
                await page.press("/logout")
            found = await entries(house)
            order, version = f"order:{uid}", house.bridge.reloader.rules.version
            assert [(each.what, each.subject, each.outcome) for each in found] == [
                (Deed.LOGIN_FAILED, "", "refused"),
                (Deed.LOGGED_IN, "", "done"),
                ("stuck retry", order, "retried"),
                ("stock sync", "", "syncing"),
                ("orders sync", order, "looking"),
                ("stuck drop", order, "dropped"),
                (Deed.LOGGED_OUT, "", "done"),
            ]
            assert {each.who for each in found[1:]} == {"admin"}
            assert {each.origin for each in found} == {"page 127.0.0.1"}
            assert {each.version for each in found} == {version}
            assert "Canary" not in repr(found)
            (entry,) = [e for e in (await house.story(uid)).entries if e.what == "dropped"]
            assert entry.facts["by"] == "admin"


async def test_what_no_button_of_ours_says_is_refused_and_not_written_down(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        async with browser(house) as page:
            await page.get()
            token = page.form("/sync", what="stock")["token"]
            for fields in ({"act": "Frau Canary"}, {"what": "Frau Canary"}, {}):
                await page.post("/stuck", {"token": token, "key": "order:po-1", **fields})
                assert page.status == 400
        assert await entries(house) == []


async def test_where_nobody_logs_in_it_is_told_from_where_at_least(tmp_path: Path):
    async with open_sandbox() as sandbox, open_house(sandbox, tmp_path) as house:
        (uid,) = await house.orders_arrive(NOT_LINKED)
        async with browser(house) as page:
            await page.get()
            await page.press("/stuck", act="retry")
        (entry,) = await entries(house)
        assert (entry.who, entry.origin) == ("", "page 127.0.0.1")
        (noted,) = [e for e in (await house.story(uid)).entries if e.what == "retried"]
        assert "by" not in noted.facts


async def test_mapping_files_taken_up_are_written_down(tmp_path: Path):
    async with open_sandbox() as sandbox:
        async with open_house(sandbox, tmp_path) as house:
            before = house.bridge.reloader.rules.version
            with (tmp_path / "mappings" / "skus.csv").open("a") as file:
                file.write("# looked at again\n")
            await house.bridge.reloader.look()
            after = house.bridge.reloader.rules.version
        async with open_house(sandbox, tmp_path) as house:
            found = await house.bridge.store.read(journal.deeds)
    assert [(each.what, each.subject, each.outcome) for each in found[1:]] == [
        (Deed.MAPPINGS_CHANGED, "skus.csv", f"{before} -> {after}"),
    ]
