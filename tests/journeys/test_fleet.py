"""Several pharmacies in one process: real files, real HTTP, one key at a simulated vendor; their
stores a file each, or all in one database.
"""

import asyncio
import gc
import json
import logging
import shutil
import stat
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from secrets import token_hex
from typing import Any

import aiohttp
import psycopg
import pytest
from fakes import signature
from house import CHAIN, MAPPINGS, P1_SECRET, PHARMACY, SECRET, open_sandbox
from postgresql import Server, serving

from bridge import config
from bridge.app import fleet, together
from bridge.app.fleet import run_fleet
from bridge.app.machine import Machine, now
from bridge.logs import PHARMACY as PHARMACY_NAME
from bridge.place import Database
from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault
from bridge.sandbox.webhooks import Chaos
from bridge.server.web import Running
from bridge.settings import Settings
from bridge.store import Store
from bridge.store.postgresql import connection
from bridge.store.rows import moment

KEY = "canary-group-key"
PATIENCE_SECONDS = 20.0
BASE = f"""{CHAIN}[orders]
poll_seconds = 0.3
unsure_grace_seconds = 0.1
[stock]
write = true
[keys.chain-nord]
requests_per_second = 0
requests_per_minute = 0
"""


@dataclass
class Town:
    """A folder of pharmacies, and the process that runs them."""

    sandbox: Sandbox
    folder: Path
    running: list[Running] = field(default_factory=list)
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return self.running[0].url

    def write(self, name: str, text: str = "") -> None:
        file = self.folder / "pharmacies" / f"{name}.toml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text or PHARMACY.format(name=name, key="chain-nord"))

    async def get(self, path: str) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as http, http.get(self.url + path) as answer:
            text = await answer.text()
            is_json = answer.content_type == "application/json"
            return answer.status, json.loads(text) if is_json else text

    async def post(self, path: str, body: bytes, secret: str) -> int:
        signed = signature(secret, body)
        headers = {"X-Webhook-Signature": signed, "X-PharmaOne-Signature": f"sha256={signed}"}
        async with (
            aiohttp.ClientSession() as http,
            http.post(self.url + path, data=body, headers=headers) as answer,
        ):
            return answer.status

    async def statuses(self) -> dict[str, str]:
        _, told = await self.get("/health")
        return {name: its["status"] for name, its in told["pharmacies"].items()}

    async def at_work_alone(self, name: str) -> None:
        async def so() -> bool:
            return (await self.statuses()).get(name, "down") != "down"

        await until(so)

    async def at_work(self, *names: str) -> None:
        async def so() -> bool:
            found = await self.statuses()
            return found.keys() == set(names) and "down" not in found.values()

        await until(so)

    async def listens_for(self, *names: str) -> None:
        """A pharmacy is at work a moment before its deliveries are taken."""

        async def so() -> bool:
            found = [await self.post(f"/webhooks/{each}/rxscale", b"{}", "wrong") for each in names]
            return {*found} == {401}

        await until(so)

    def order(self, name: str, *, announce: bool = True) -> str:
        overrides = [{"pharmacy": {"uid": f"ph-{name}"}}]
        (uid,) = self.sandbox.world.add_orders(1, overrides, announce=announce)
        return uid

    async def submitted(self, uid: str) -> None:
        held = self.sandbox.world.order_requests

        async def so() -> bool:
            return any(each.external_reference == uid for each in held.values())

        await until(so)


_DATABASES: dict[Path, str] = {}
"""The database of a folder's fleet; a file for each of its pharmacies where none is named."""


@pytest.fixture
def database(postgresql: Server, tmp_path: Path) -> str:
    """One for each test: the names of its pharmacies are those of other tests' too."""
    name = f"town_{token_hex(6)}"
    postgresql.admin(f"CREATE DATABASE {name} OWNER rxbridge")
    _DATABASES[tmp_path] = postgresql.url(name)
    return postgresql.url(name)


@pytest.fixture(autouse=True)
def stores(engine: str, request: pytest.FixtureRequest) -> None:
    if engine == "postgresql":
        request.getfixturevalue("database")


async def until(so: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not await so():  # noqa: ASYNC110 - over HTTP, as anybody sees it
            await asyncio.sleep(0.05)


@asynccontextmanager
async def open_town(folder: Path, *names: str, **changes: Any) -> AsyncIterator[Town]:
    async with open_sandbox(group_key=KEY, **changes) as sandbox:
        town = Town(sandbox, folder)
        known = dict.fromkeys(("adler", "birke", *names))
        sandbox.world.add_pharmacies(f"ph-{name}" for name in known)
        shutil.copytree(MAPPINGS, folder / "mappings")
        urls = {"rxscale": sandbox.rxscale_url, "pharmaone": sandbox.pharmaone_url}
        (folder / "rxbridge.toml").write_text(BASE.format(**urls))
        for name in names:
            town.write(name)
        environ = {
            "RXBRIDGE_KEY__CHAIN_NORD__API_KEY": KEY,
            "RXBRIDGE_KEY__CHAIN_NORD__WEBHOOK_SECRETS": SECRET,
            "RXBRIDGE_PHARMAONE__API_KEY": sandbox.settings.p1_api_key,
            "RXBRIDGE_PHARMAONE__WEBHOOK_SECRETS": P1_SECRET,
            "RXBRIDGE_PHARMACY__CEDAR__PHARMAONE__WEBHOOK_SECRETS": "of-cedar-and-nobody-else",
        }
        if folder in _DATABASES:
            environ["RXBRIDGE_STORE__URL"] = _DATABASES[folder]
        base = config.load(None, environ, cwd=folder)
        stop, machine = town.stop, Machine(reload_seconds=0.1)
        run = run_fleet(base, stop, town.running.append, machine, environ=environ)
        process = asyncio.create_task(run)

        async def listens() -> bool:
            assert not process.done(), process.exception()
            return bool(town.running)

        try:
            await until(listens)
            target = f"{town.url}/webhooks/chain-nord/rxscale"
            sandbox.world.subscribe("rxscale", target, SECRET)
            yield town
        finally:
            stop.set()
            await process


async def rows(folder: Path, name: str, question: str) -> list[Any]:
    """Of one pharmacy's store, as a process of its own reads it."""
    url, file = _DATABASES.get(folder), folder / "pharmacies" / name / "rxbridge.db"
    store = await Store.open(Database(url, name) if url else file, now=now())
    try:
        found = await store.read(lambda connection: connection.execute(question).fetchall())
    finally:
        await store.close()
    return sorted(found, key=repr)


async def test_each_order_reaches_its_own_pharmacy(tmp_path: Path):
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        here, there = town.order("adler"), town.order("birke")
        await asyncio.gather(town.submitted(here), town.submitted(there))
        _, adler = await town.get("/p/adler/")
        assert here in adler
        assert there not in adler
        status, told = await town.get("/health/birke")
        assert status == 200
        assert told["checks"]["orders"]["open"] == 1


async def test_a_webhook_for_nobody_here_is_to_come_again(tmp_path: Path):
    async with open_town(tmp_path, "adler") as town:
        await town.listens_for("adler")
        body = json.dumps(
            {
                "event_type": "pharmacy_order_created",
                "timestamp": 1,
                "data": {"uid": "po-1", "status": "init", "pharmacy": {"uid": "ph-other"}},
            }
        ).encode()
        assert await town.post("/webhooks/chain-nord/rxscale", body, SECRET) == 503
        assert await town.post("/webhooks/chain-nord/rxscale", body, "another") == 401
        assert await town.post("/webhooks/cedar/rxscale", body, SECRET) == 503
        assert await town.post("/webhooks/rxscale", body, SECRET) == 503
        assert await town.post("/webhooks/adler/rxscale", body, SECRET) == 200, "noted: not its own"


OTHER_ORG = """
[pharmaone]
org_id = "org2"
"""


async def test_what_is_for_several_is_taken_once_all_of_them_have_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Who began first would answer for those that never heard of it."""
    told = json.dumps({"id": "of-all", "event_type": "low_stock", "org_id": "org1"}).encode()
    monkeypatch.setattr("bridge.app.fleet.Fleet.well", lambda _: {"adler", "birke"})
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        assert await town.post("/webhooks/pharmaone", told, P1_SECRET) == 503
        town.write("birke")
        await town.listens_for("adler", "birke")
        assert await town.post("/webhooks/pharmaone", told, P1_SECRET) == 200


@pytest.mark.parametrize("whole", [False, True])
async def test_what_is_for_several_comes_again_while_some_of_them_end(tmp_path: Path, whole: bool):
    """Of one whose file is gone, or of the whole process. Found by the replica campaign: those that
    went last had answered for all.
    """
    told = json.dumps({"id": "of-all", "event_type": "low_stock", "org_id": "org1"}).encode()
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.listens_for("adler", "birke")
        assert await town.post("/webhooks/pharmaone", told, P1_SECRET) == 200
        slow = Fault(vendor="pharmaone", route="POST /order-requests", delay_seconds=1.0)
        town.sandbox.world.break_calls(slow)
        town.order("adler")

        async def is_sent() -> bool:
            return not len(town.sandbox.world.faults)

        await until(is_sent)
        is_replica = tmp_path in _DATABASES  # a replica takes deliveries to its pharmacies' end
        if whole:
            town.stop.set()
        else:
            (tmp_path / "pharmacies" / "adler.toml").unlink()
        first = "birke" if is_replica and whole else "adler"

        async def has_left() -> bool:
            return await town.post(f"/webhooks/{first}/rxscale", b"{}", "wrong") == 503

        await until(has_left)
        late = told.replace(b"of-all", b"of-those-here")
        if whole or not is_replica:
            assert await town.post("/webhooks/pharmaone", late, P1_SECRET) == 503
        if not whole:
            await town.at_work("birke")
            kept = await rows(tmp_path, "birke", "SELECT dedup_key FROM deliveries")
            assert any("of-those-here" in key for (key,) in kept) or is_replica
            assert await town.post("/webhooks/pharmaone", late, P1_SECRET) == 200


async def test_pharmaone_has_one_address_for_all(tmp_path: Path):
    async with open_town(tmp_path, "adler") as town:
        town.write("cedar", PHARMACY.format(name="cedar", key="chain-nord") + OTHER_ORG)

        def told(org: str | None) -> bytes:
            return json.dumps(
                {"id": f"of-{org}", "event_type": "low_stock", "org_id": org}
            ).encode()

        async def takes() -> bool:  # its organisation refuses it, and it listens all the same
            return (
                await town.post(
                    "/webhooks/cedar/pharmaone", told("org2"), "of-cedar-and-nobody-else"
                )
                == 200
            )

        await town.at_work_alone("adler")
        await until(takes)
        for place in ("/webhooks/pharmaone", "/webhooks/chain-nord/pharmaone"):
            assert await town.post(place, told("org1"), P1_SECRET) == 200
            assert await town.post(place, told("org2"), "of-cedar-and-nobody-else") == 200
            assert await town.post(place, told("org3"), "of-cedar-and-nobody-else") == 503, (
                "its file may come"
            )
            assert await town.post(place, told("org1"), "of-cedar-and-nobody-else") == 401, (
                "not its secret"
            )
            assert await town.post(place, told("org1"), "another") == 401
            assert await town.post(place, told(None), "of-cedar-and-nobody-else") == 200
        heard = {"adler": 1, "cedar": 2}
        for name, count in heard.items():
            found = "SELECT count(*) FROM deliveries WHERE vendor = 'pharmaone'"
            assert await rows(tmp_path, name, found) == [(count,)], name


async def test_a_kept_connection_names_the_pharmacy_of_each_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    said: list[str] = []

    async def live(*_: Any, **__: Any) -> str | None:
        said.append(PHARMACY_NAME.get())
        return None

    monkeypatch.setattr("bridge.app.vitals.Ready.__call__", live)
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        async with aiohttp.ClientSession() as http:
            for path in ("/p/adler/", "/webhooks/adler/pharmaone", "/health/ready"):
                ask = http.post if "webhooks" in path else http.get
                async with ask(town.url + path) as answer:
                    await answer.read()
        assert said == [""]


async def test_pharmacies_come_change_and_go_with_their_files(tmp_path: Path):
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        town.write("birke")
        await town.at_work("adler", "birke")
        await town.submitted(town.order("birke"))
        (tmp_path / "pharmacies" / "birke.toml").unlink()
        await town.at_work("adler")
        assert await rows(tmp_path, "birke", "SELECT count(*) FROM orders") == [(1,)]
        _, metrics = await town.get("/metrics")
        assert 'rxbridge_stuck{pharmacy="adler"} 0.0' in metrics
        assert "birke" not in metrics


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[rxscale\n", "not valid TOML"),
        ("[server]\nport = 1\n", "server: is of the whole process"),
        ('[rxscale]\nkey = "chain-sud"\n', "no key of that name"),
        ('[rxscale]\nkey = "chain-nord"\n', "pharmacy_uid: missing"),
        ('[rxscale]\nkey = "chain-nord"\npharmacy_uid = "ph-adler"\n', "is adler's too"),
    ],
)
async def test_a_file_at_fault_concerns_its_pharmacy_alone(tmp_path: Path, text: str, why: str):
    await refused_and_mended(tmp_path, text, why)


@pytest.mark.parametrize("path", ["adler/rxbridge.db", "../pharmacies/adler/rxbridge.db"])
async def test_a_store_of_another_pharmacys_is_refused(tmp_path: Path, path: str):
    text = f'[store]\npath = "{path}"\n' + PHARMACY.format(name="x", key="chain-nord")
    await refused_and_mended(tmp_path, text, "is adler's store")


async def test_a_store_that_was_written_for_another_pharmacy_is_refused(tmp_path: Path):
    async with open_town(tmp_path, "adler", "cedar") as town:
        await town.at_work("adler", "cedar")
        (tmp_path / "pharmacies" / "adler.toml").unlink()
        await town.at_work("cedar")
        whose = 'path = "adler/rxbridge.db"\npharmacy = "adler"\n'
        town.write("birke", PHARMACY.format(name="birke", key="chain-nord") + f"[store]\n{whose}")

        async def told() -> bool:
            _, health = await town.get("/health")
            why = "is the store of ph-adler, and rxscale.pharmacy_uid says ph-birke"
            return why in health["pharmacies"].get("birke", {}).get("reason", "")

        await until(told)
        await town.submitted(town.order("cedar"))
        town.write("birke")
        await town.at_work("birke", "cedar")


@pytest.mark.usefixtures("database")
async def test_rows_of_another_pharmacys_are_refused(tmp_path: Path):
    text = '[store]\npharmacy = "adler"\n' + PHARMACY.format(name="x", key="chain-nord")
    await refused_and_mended(tmp_path, text, "is adler's store")


async def refused_and_mended(folder: Path, text: str, why: str) -> None:
    async with open_town(folder, "adler") as town:
        await town.at_work("adler")
        town.write("birke", text)

        async def told() -> bool:
            _, health = await town.get("/health")
            return why in health["pharmacies"].get("birke", {}).get("reason", "")

        await until(told)
        status, health = await town.get("/health")
        assert (status, health["status"]) == (200, "degraded")
        assert health["pharmacies"]["birke"]["status"] == "down"
        await town.submitted(town.order("adler"))
        town.write("birke")
        await town.at_work("adler", "birke")


async def test_a_file_that_breaks_leaves_in_force_what_was(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        town.write("adler", "[nonsense]\n")

        async def told() -> bool:
            return (await town.statuses())["adler"] == "degraded"

        await until(told)
        await town.submitted(town.order("adler"))
        assert "a pharmacy's file is taken up" not in caplog.messages
        town.write("adler")

        async def taken_up() -> bool:
            return "a pharmacy's file is taken up" in caplog.messages

        await until(taken_up)
        await town.at_work("adler")
    assert caplog.messages.count("a pharmacy's file is taken up") == 1


@pytest.mark.parametrize("away", ["missing", "empty"])
async def test_a_folder_that_is_away_ends_no_pharmacy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, away: str
):
    """As where a network drive is not there for a while."""
    caplog.set_level(logging.INFO)
    folder, elsewhere = tmp_path / "pharmacies", tmp_path / "elsewhere"
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        folder.rename(elsewhere)
        if away == "empty":
            folder.mkdir()

        async def is_seen() -> bool:
            told = {"looking at the pharmacies' files failed", "stopping"}
            return not told.isdisjoint(caplog.messages)

        await until(is_seen)
        assert set(await town.statuses()) == {"adler", "birke"}
        if away == "empty":
            folder.rmdir()
        elsewhere.rename(folder)
        (folder / "birke.toml").unlink()
        await town.at_work("adler")
        assert caplog.messages.count("stopping") == 1, "birke's, whose file alone is gone"


@pytest.mark.parametrize("for_a_moment", [None, "[rxscale]\nkey = 'chain-nord'\n"])
async def test_a_file_that_is_gone_or_half_written_for_a_moment_changes_nothing(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    for_a_moment: str | None,
):
    """As editors and copies leave it while they write."""
    caplog.set_level(logging.INFO)
    file, looks, real = tmp_path / "pharmacies" / "birke.toml", list[int](), config.pharmacies
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")

        def meanwhile(base: Path | None) -> list[str] | None:
            """Of the looks that come, the first one meets it."""
            looks.append(1)
            if len(looks) == 1 and for_a_moment is None:
                file.unlink()
            elif len(looks) == 1:
                file.write_text(for_a_moment or "")
            elif len(looks) == 2:
                town.write("birke")
            return real(base)

        monkeypatch.setattr(fleet.config, "pharmacies", meanwhile)

        async def is_over() -> bool:
            return len(looks) > 4

        await until(is_over)
        told = {"stopping", "a pharmacy's file is refused", "a pharmacy's file is taken up"}
        assert not told & {*caplog.messages}


async def test_two_files_that_exchange_what_only_one_may_have_are_both_taken_up(tmp_path: Path):
    """The first by name is refused at first, for what the second said before."""
    own = PHARMACY + '[store]\npath = "{path}"\n'
    async with open_town(tmp_path, "adler", "birke") as town:
        town.sandbox.world.add_pharmacies(["ph-cedar"])
        await town.at_work("adler", "birke")
        for name, uid in (("adler", "birke"), ("birke", "cedar")):
            town.write(name, own.format(name=uid, key="chain-nord", path=f"{name}/new.db"))

        async def are_in_force() -> bool:
            return all(
                (tmp_path / "pharmacies" / name / "new.db").exists() for name in ("adler", "birke")
            )

        await until(are_in_force)
        await town.at_work("adler", "birke")
        _, health = await town.get("/health")
        assert [its.get("reason") for its in health["pharmacies"].values()] == [None, None]


async def test_a_file_that_may_be_read_at_last_is_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """root may read everything: who may not is told by hand."""
    real = Path.read_text

    def read_text(self: Path, *given: Any, **named: Any) -> str:
        if not self.stat().st_mode & stat.S_IRUSR:
            raise PermissionError(13, "Permission denied")
        return real(self, *given, **named)

    monkeypatch.setattr(Path, "read_text", read_text)
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        made, file = tmp_path / "made", tmp_path / "pharmacies" / "birke.toml"
        made.write_text(PHARMACY.format(name="birke", key="chain-nord"))
        made.chmod(0)
        made.rename(file)

        async def refused() -> bool:
            _, told = await town.get("/health/birke")
            return "Permission denied" in told.get("reason", "")

        await until(refused)
        file.chmod(0o600)
        await town.at_work("adler", "birke")


async def test_a_file_that_says_the_same_again_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    """An editor that writes in two steps is read twice."""
    caplog.set_level(logging.INFO)
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        town.write("adler")
        (tmp_path / "pharmacies" / "birke.toml").unlink()
        await town.at_work("adler")
        assert caplog.messages.count("stopping") == 1, "birke's"
        assert "a pharmacy's file is taken up" not in caplog.messages


async def test_a_pharmacy_drains_even_if_the_whole_process_stops_meanwhile(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        slow = Fault(vendor="pharmaone", route="POST /order-requests", delay_seconds=0.7)
        town.sandbox.world.break_calls(slow)
        town.order("adler")

        async def is_sent() -> bool:
            return not len(town.sandbox.world.faults)

        await until(is_sent)
        (tmp_path / "pharmacies" / "adler.toml").unlink()

        async def drains() -> bool:
            return "stopping" in caplog.messages

        await until(drains)
        assert not town.sandbox.world.order_requests
    assert await rows(tmp_path, "adler", "SELECT state FROM orders") == [("in_review",)]


async def test_it_is_ready_once_each_that_can_takes_deliveries(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Else a start beside others that stop would refuse deliveries for those that still begin."""
    goes_on = threading.Event()

    def slow(file: Path | None, environ: Any, name: str, others: Any) -> Settings:
        assert name != "birke" or goes_on.wait(PATIENCE_SECONDS)
        return together.read(file, environ, name, others)

    monkeypatch.setattr(fleet, "read", slow)
    (tmp_path / "pharmacies").mkdir()
    (tmp_path / "pharmacies" / "cedar.toml").write_text("[nonsense\n")
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work_alone("adler")
        status, why = await town.get("/health/ready")
        assert (status, why["reason"]) == (503, "no pharmacy is at work, or some still begin")
        goes_on.set()

        async def ready() -> bool:
            return (await town.get("/health/ready"))[0] == 200

        await until(ready)
        goes_on.clear()
        town.write("cedar")
        assert (await town.get("/health/ready"))[0] == 200, "one more does not keep the others"
        goes_on.set()
        await town.at_work("adler", "birke", "cedar")


async def test_a_pharmacy_that_goes_in_the_middle_of_a_list_ends_quietly(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        slow = Fault(vendor="rxscale", route="GET /pharmacy_skus/", delay_seconds=1)
        town.sandbox.world.break_calls(slow)
        town.write("birke")

        async def is_read() -> bool:
            return not len(town.sandbox.world.faults)

        await until(is_read)
        (tmp_path / "pharmacies" / "birke.toml").unlink()
        await town.at_work("adler")
        await asyncio.sleep(1.5)  # the answer would come
        gc.collect()
    assert "never retrieved" not in caplog.text


STAYS = ("orders", "order_lines", "stuck")
"""What of a pharmacy stays as it is while nothing happens to it."""
ALL = (*STAYS, "deliveries", "journal", "skus", "stock")
"""These go on by its own timers."""


async def kept(folder: Path, name: str, tables: tuple[str, ...] = STAYS) -> dict[str, list[Any]]:
    return {table: await rows(folder, name, f"SELECT * FROM {table}") for table in tables}  # noqa: S608


async def test_what_befalls_one_pharmacy_leaves_the_rows_of_another(tmp_path: Path):
    """An order, a fault, a mended file, one more pharmacy, and the end of one."""
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        for name in ("adler", "birke"):
            await town.submitted(town.order(name))

        async def rests() -> bool:
            """What its order takes from the shelf was written, and nothing is left to do."""
            known = "SELECT min(at) FROM journal WHERE key LIKE 'order:%'"
            written = f"SELECT count(*) FROM journal WHERE what = 'written' AND at > ({known})"  # noqa: S608
            if await rows(tmp_path, "birke", written) == [(0,)]:
                return False
            await town.sandbox.drain()
            found = await kept(tmp_path, "birke")
            await asyncio.sleep(1)
            return found == await kept(tmp_path, "birke")

        await until(rests)
        before = await kept(tmp_path, "birke")
        assert len(before["orders"]) == 1
        others = town.order("adler")
        await town.submitted(others)
        town.write("adler", "[nonsense\n")
        town.write("cedar")
        await town.at_work_alone("cedar")
        town.write("adler")
        await town.at_work("adler", "birke", "cedar")
        (tmp_path / "pharmacies" / "adler.toml").unlink()
        await town.at_work("birke", "cedar")
        assert await kept(tmp_path, "birke") == before
        found = repr(await kept(tmp_path, "birke", ALL))
        assert "ph-birke" in found
        assert not [each for each in (others, "ph-adler", "ph-cedar") if each in found]
        assert await rows(tmp_path, "adler", "SELECT count(*) FROM orders") == [(2,)]
        await town.submitted(town.order("birke"))


@pytest.mark.usefixtures("database")
async def test_who_works_for_a_key_is_said_of_no_pharmacy(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    told: list[tuple[str, str]] = []
    caplog.set_level(logging.INFO)
    note = logging.Filter()
    note.filter = lambda line: told.append((line.getMessage(), PHARMACY_NAME.get())) is None  # type: ignore[method-assign]
    monkeypatch.setattr(caplog.handler, "filters", [note])
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")

        async def works() -> bool:
            return "works for" in {message for message, _ in told}

        await until(works)
    assert [whose for message, whose in told if message == "works for"] == [""]
    assert "adler" in {whose for _, whose in told}


async def test_a_transaction_of_one_pharmacy_reads_and_writes_no_row_of_another(
    tmp_path: Path, database: str
):
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        for name in ("adler", "birke"):
            await town.submitted(town.order(name))
    assert not [*tmp_path.rglob("rxbridge.db")]
    whose = "SELECT set_config('rxbridge.pharmacy', 'adler', true)"
    with psycopg.connect(database) as asked:
        named = "SELECT table_name FROM information_schema.columns WHERE column_name = 'pharmacy'"
        tables = [table for (table,) in asked.execute(named)]
        assert {"orders", "deliveries", "journal", "todo", "audit"} < set(tables)
        for table in tables:
            with psycopg.connect(database) as nobodys:
                with pytest.raises(psycopg.Error, match=r"rxbridge\.pharmacy"):
                    nobodys.execute(f"SELECT count(*) FROM {table}")  # noqa: S608
            asked.rollback()
            asked.execute(whose)
            asked.execute("SET LOCAL enable_indexscan = off")
            seen = asked.execute(f"SELECT DISTINCT pharmacy FROM {table}").fetchall()  # noqa: S608
            assert seen in ([], [("adler",)]), table
            gone = asked.execute(f"DELETE FROM {table} WHERE pharmacy = 'birke'")  # noqa: S608
            assert gone.rowcount == 0
        asked.rollback()
        asked.execute(whose)
        theirs = "INSERT INTO meta (pharmacy, name, value) VALUES ('birke', 'x', 'y')"
        with pytest.raises(psycopg.Error, match="row-level security"):
            asked.execute(theirs)


@pytest.mark.usefixtures("database")
async def test_each_page_says_which_replica_works(tmp_path: Path):
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        await town.submitted(town.order("adler"))
        _, told = await town.get("/health")
        owner = told["pharmacies"]["adler"]["owner"]
        for path in ("/", "/p/adler/", "/p/adler/checks", "/p/adler/checks?lang=de"):
            status, text = await town.get(path)
            assert status == 200, path
            assert owner in text, path


async def test_a_database_that_is_away_is_told_of_seldom(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(connection, "TELL_SECONDS", 3.0)
    monkeypatch.setattr(fleet, "WAIT_SECONDS", 0.1)

    def told() -> list[str]:
        return [each for each in caplog.messages if "the database" in each]

    async def is_away() -> None:
        began, waiting = len(told()), ["waiting for the database"] * 2

        async def twice() -> bool:
            return told()[began:] == waiting

        await until(twice)
        server.start()
        await town.at_work("adler", "birke")
        assert told()[began:] == [*waiting, "the database answers again"]

    with serving() as server:
        _DATABASES[tmp_path] = server.url()
        server.stop("fast")
        async with open_town(tmp_path, "adler", "birke") as town:
            await is_away()
            await town.submitted(town.order("adler"))
            server.stop("fast")
            late = town.order("birke")
            await is_away()
            await town.submitted(late)
    about = [each for each in caplog.records if str(server.folder) in f"{vars(each)}"]
    assert {each.getMessage() for each in about} == {"waiting for the database"}


class Tomorrow(datetime):
    """What the clock of this machine says."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) + timedelta(days=1)


@pytest.mark.usefixtures("database")
async def test_a_machine_with_a_wrong_clock_dates_nothing_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bridge.app.machine.datetime", Tomorrow)
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
        await town.submitted(town.order("adler"))

        async def is_noted() -> bool:  # a sweep may find the order first
            return await rows(tmp_path, "adler", "SELECT count(*) FROM deliveries") != [(0,)]

        await until(is_noted)
        ((received_at,),) = await rows(tmp_path, "adler", "SELECT max(received_at) FROM deliveries")
    assert abs(moment(received_at) - datetime.now(UTC)) < timedelta(minutes=1)


async def test_a_pharmacy_named_as_a_key_would_have_its_address(tmp_path: Path):
    async with open_town(tmp_path, "adler", "chain-nord") as town:

        async def told() -> bool:
            return (await town.statuses()).get("chain-nord") == "down"

        await until(told)
        await town.at_work_alone("adler")
        _, health = await town.get("/health")
        why = health["pharmacies"]["chain-nord"]["reason"]
        assert "a key and a pharmacy have one name" in why


async def test_the_store_of_a_single_pharmacy_is_not_taken_for_that_of_all(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    (tmp_path / "rxbridge.db").touch()
    async with open_town(tmp_path, "adler") as town:
        await town.at_work("adler")
    (line,) = [each for each in caplog.messages if "the store of one pharmacy" in each]
    assert f'write store.path = "{tmp_path}/rxbridge.db" into its file' in line


async def test_shares_of_one_inventory_add_up_to_one_over_all(tmp_path: Path):
    head = (MAPPINGS / "skus.csv").read_text().splitlines()[0]
    for name, share in (("adler", "0.7"), ("birke", "0.5")):
        own = tmp_path / "pharmacies" / name
        own.mkdir(parents=True)
        (own / "skus.csv").write_text(f"{head}\npsku-{name},20901,1,0,{share},\n")
    async with open_town(tmp_path, "adler", "birke") as town:
        why = "shares of 20901 add up to 1.2 with "

        async def told() -> bool:
            _, health = await town.get("/health")
            return sum(why in its.get("reason", "") for its in health["pharmacies"].values()) == 1

        await until(told)


async def test_shares_that_were_refused_are_taken_up_once_the_others_leave_room(tmp_path: Path):
    head = (MAPPINGS / "skus.csv").read_text().splitlines()[0]

    def shares(name: str, share: str) -> None:
        own = tmp_path / "pharmacies" / name
        own.mkdir(parents=True, exist_ok=True)
        (own / "skus.csv").write_text(f"{head}\npsku-{name},20901,1,0,{share},\n")

    for name in ("adler", "birke"):
        shares(name, "0.5")
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")

        async def refused() -> bool:
            _, health = await town.get("/health/birke")
            return health["checks"]["mappings"]["error"] is not None

        async def in_force() -> bool:
            return not await refused()

        shares("birke", "0.75")
        await until(refused)
        shares("adler", "0.2")
        await until(in_force)


async def test_shares_of_files_that_are_refused_otherwise_are_not_counted(tmp_path: Path):
    head = (MAPPINGS / "skus.csv").read_text().splitlines()[0]

    def says(name: str, share: str, facts: str) -> None:
        own = tmp_path / "pharmacies" / name
        own.mkdir(parents=True, exist_ok=True)
        (own / "skus.csv").write_text(f"{head}\npsku-{name},20901,1,0,{share},\n")
        (own / "facts.toml").write_text(facts)

    async def refused(name: str) -> bool:
        _, health = await town.get(f"/health/{name}")
        return health["checks"]["mappings"]["error"] is not None

    known = 'pharmaone.repeated_reference = "same"'
    says("adler", "0.5", known)
    says("birke", "0.5", "")
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        says("adler", "0.2", "")
        await until(lambda: refused("adler"))
        says("birke", "0.75", "")
        await until(lambda: refused("birke"))


@pytest.mark.parametrize("used", [True, False])
async def test_a_store_of_one_pharmacy_is_told_of_while_it_is_nobodys(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, *, used: bool
):
    (tmp_path / "rxbridge.db").touch()
    file = tmp_path / "pharmacies" / "adler.toml"
    file.parent.mkdir()
    text = PHARMACY.format(name="adler", key="chain-nord")
    file.write_text(text + ('[store]\npath = "../rxbridge.db"\n' if used else ""))
    async with open_town(tmp_path) as town:
        await town.at_work("adler")
    told = [line for line in caplog.messages if "is nobody's here" in line]
    assert len(told) == (not used)


async def test_a_lost_webhook_is_found_for_each(tmp_path: Path):
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        town.sandbox.world.spoil_webhooks(Chaos(lose=1.0))
        await asyncio.gather(*(town.submitted(town.order(name)) for name in ("adler", "birke")))


async def test_what_pharmaone_shows_to_all_is_read_once_for_all(tmp_path: Path):
    """Its list and its webhooks are the organisation's, and their rows name no external id."""
    names = ("adler", "birke", "dohle", "elster")
    async with open_town(tmp_path, *names) as town:
        world = town.sandbox.world
        await town.at_work(*names)
        world.subscribe("pharmaone", f"{town.url}/webhooks/pharmaone", P1_SECRET)
        uids = [town.order(name) for name in names]
        await asyncio.gather(*map(town.submitted, uids))
        bodies = ({"shop_id": "shop1", "external_id": f"till-{number}"} for number in range(5))
        typed = [world.pharmaone.upsert(body).id for body in bodies]
        for request in [*world.order_requests.values()]:
            world.approve(request.id)

        async def packed() -> bool:
            return all(world.orders[uid].status == "in-progress" for uid in uids)

        await until(packed)
        begun = len(world.calls("GET /orders"))

        async def swept() -> bool:
            return len(world.calls("GET /orders")) >= begun + 12

        await until(swept)
        read = {name: len(world.calls("GET /orders/{id}", uid=name)) for name in typed}
        assert read == dict.fromkeys(typed, 1), "it was four times each"
        asked = [call for call in world.calls() if call.uid in uids and call.outcome == 404]
        assert not asked, "RxScale was asked for another's order"


async def test_the_page_begins_with_a_line_each_and_leads_to_each(tmp_path: Path):
    async with open_town(tmp_path, "adler", "birke") as town:
        await town.at_work("adler", "birke")
        status, first = await town.get("/")
        assert status == 200
        assert "<a href='/p/adler/'>adler</a>" in first
        assert "<a href='/p/birke/'>birke</a>" in first
        assert 'href="/p/adler/static/page.css' in first
        assert (await town.get("/p/adler/static/page.css"))[0] == 200
        _, page = await town.get("/p/birke/orders")
        assert 'href="/p/birke/orders' in page
        assert '="/orders' not in page
        assert (await town.get("/p/cedar/"))[0] == 404
        assert (await town.get("/p/adler/nothing"))[0] == 404
