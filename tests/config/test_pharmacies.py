"""The files of several pharmacies: what each inherits, and what is said of what cannot be."""

import contextlib
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pytest

from bridge import config
from bridge.app import together
from bridge.errors import Misconfigured
from bridge.settings import Settings

BASE = """
[rxscale]
base_url = "https://rxscale.example"
[server]
public_url = "https://bridge.example"
admin_password_hash = ""
[store]
path = "old.db"
[notify]
heartbeat_url = "https://beat.example/1"
[keys.chain-nord]
requests_per_minute = 300
"""
ADLER = """
[rxscale]
key = "chain-nord"
pharmacy_uid = "ph-1"
[pharmaone]
org_id = "org1"
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "rxbridge.toml").write_text(BASE.replace('admin_password_hash = ""\n', ""))
    (tmp_path / "pharmacies").mkdir()
    return tmp_path


def load(home: Path, text: str = ADLER, name: str = "adler", **environ: str) -> Settings:
    (home / "pharmacies" / f"{name}.toml").write_text(text)
    return config.load(None, environ, cwd=home, pharmacy=name)


def test_what_a_pharmacy_inherits_and_what_is_its_own(home: Path):
    environ = {
        "RXBRIDGE_KEY__CHAIN_NORD__API_KEY": "of the key",
        "RXBRIDGE_KEY__CHAIN_NORD__WEBHOOK_SECRETS": "first-of-the-key,second-of-the-key",
        "RXBRIDGE_RXSCALE__API_KEY": "of all",
        "RXBRIDGE_PHARMACY__ADLER__PHARMAONE__API_KEY": "adler's",
        "RXBRIDGE_PHARMACY__ADLER_SUED__PHARMAONE__API_KEY": "another's",
    }
    found = load(home, **environ)
    assert found.rxscale.base_url == "https://rxscale.example"
    assert found.rxscale.requests_per_minute == 300
    signing = {"first-of-the-key", "second-of-the-key"}
    assert set(found.secrets()) == {"of the key", "adler's", *signing}
    assert found.store.path == home / "pharmacies" / "adler" / "rxbridge.db"
    assert found.mappings.dir == home / "mappings"
    assert found.users_file == home / "users.json"
    assert found.notify.heartbeat_url is None
    assert found.webhook_target == "https://bridge.example/webhooks/chain-nord/rxscale"
    assert config.pharmacies(home / "rxbridge.toml") == ["adler"]


def test_without_a_groups_key_all_is_named_after_the_pharmacy(home: Path):
    found = load(home, "[pharmaone]\norg_id = 'org1'\nshop_id = 'shop1'\n")
    assert found.webhook_target == "https://bridge.example/webhooks/adler/rxscale"
    where = [each.remedy for each in found.missing_for_run()]
    assert "RXBRIDGE_PHARMACY__ADLER__RXSCALE__API_KEY" in where[0]


def test_secret_files_of_a_pharmacy_and_of_a_key(home: Path):
    (home / "secrets").mkdir()
    (home / "secrets" / "rxbridge_key__chain_nord__api_key").write_text("of the key\n")
    (home / "secrets" / "rxbridge_pharmacy__adler__pharmaone__api_key").write_text("adler's\n")
    assert set(load(home).secrets()) == {"of the key", "adler's"}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[server]\nport = 1", "adler.toml: server: is of the whole process"),
        ("[keys.x]\napi_key = 'x'", "adler.toml: keys: is of the whole process"),
        ("[rxscale]\nkey = 'chain-nor'", "no key of that name - did you mean chain-nord?"),
        ("[rxscale]\nkay = 'x'", "adler.toml: rxscale.kay: no such key"),
    ],
)
def test_what_is_said_of_a_faulty_file(home: Path, text: str, fault: str):
    with pytest.raises(Misconfigured) as refused:
        load(home, text)
    assert fault in str(refused.value)


@pytest.mark.parametrize("name", ["Adler", "a_b", "a" * 33, "ready", "rxscale", "pharmaone"])
def test_a_name_that_is_none(home: Path, name: str):
    with pytest.raises(Misconfigured, match="no name for a pharmacy"):
        load(home, name=name)


def test_a_pharmacy_that_is_not_there(home: Path):
    load(home)
    with pytest.raises(Misconfigured, match="did you mean adler"):
        config.load(None, {}, cwd=home, pharmacy="adlr")


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ("[keys.chain-sud]\nbase_url = 'x'", "keys.chain-sud.base_url: no such key"),
        ("[keys]\nplain = 1", "keys.plain: must be a table"),
    ],
)
def test_keys_that_are_none(home: Path, more: str, fault: str):
    file = home / "rxbridge.toml"
    text = file.read_text().replace("[keys.chain-nord]\nrequests_per_minute = 300\n", "")
    file.write_text(text + more)
    with pytest.raises(Misconfigured) as refused:
        config.load(None, {}, cwd=home)
    assert fault in str(refused.value)


def test_one_alone_knows_nothing_of_it(tmp_path: Path):
    (tmp_path / "rxbridge.toml").write_text("")
    found = config.load(None, {}, cwd=tmp_path)
    assert config.pharmacies(tmp_path / "rxbridge.toml") is None
    assert (found.source.pharmacy, found.source.own) == ("", None)
    assert found.variable("rxscale.api_key") == "RXBRIDGE_RXSCALE__API_KEY"


def test_files_that_change_at_the_same_time_offer_no_more_than_there_is(
    monkeypatch: pytest.MonkeyPatch,
):
    """Each pharmacy reads its own in a thread."""
    both, refused = threading.Barrier(2), list[str]()

    class Parts(dict[str, Decimal]):
        def items(self) -> Any:
            with contextlib.suppress(threading.BrokenBarrierError):
                both.wait(0.3)
            return super().items()

    monkeypatch.setattr(together, "rules_of", lambda *_: None)
    monkeypatch.setattr(together, "_parts_of", lambda _: Parts({"20901": Decimal("0.6")}))
    inventories = together.Inventories()

    def read(name: str) -> None:
        source, pharmaone = Mock(pharmacy=name), Mock(base_url="https://p1.example", org_id="org1")
        try:
            inventories.rules_of(Mock(source=source, pharmaone=pharmaone))
        except Misconfigured:
            refused.append(name)

    threads = [threading.Thread(target=read, args=[name]) for name in ("adler", "birke")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(refused) == 1
