"""`rxbridge webhooks`: subscribed once, secrets kept where the operator says, safe to repeat."""

import json
import stat
import urllib.request
from pathlib import Path

import pytest

PUBLIC = "https://bridge.example"
TARGET = f"{PUBLIC}/webhooks/rxscale"


@pytest.fixture
def accounts(vendors, monkeypatch) -> dict[str, str]:
    for name, value in vendors.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("RXBRIDGE_SERVER__PUBLIC_URL", PUBLIC)
    return vendors


def listed(typed) -> list[dict[str, object]]:
    return json.loads(typed("webhooks", "list", "--json").out)["webhooks"]


def spoil(accounts: dict[str, str], **fault: object) -> None:
    """The next registration goes wrong like that."""
    request = urllib.request.Request(  # noqa: S310
        f"{accounts['RXBRIDGE_RXSCALE__BASE_URL']}/_sandbox/faults",
        data=json.dumps({"vendor": "rxscale", "route": "POST /webhooks/", **fault}).encode(),
        method="POST",
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310


def test_registered_repeated_renewed_and_removed(typed, accounts, folder: Path):
    assert "RxScale tells nobody" in typed("webhooks", "list").out
    file = folder / "secrets.json"
    answer = typed("webhooks", "register", "--secrets", str(file))
    assert answer.code == 0, answer.err
    secrets = json.loads(file.read_text())
    assert len(secrets) == 3
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not any(secret in answer.out + answer.err for secret in secrets)
    found = listed(typed)
    assert {row["event"] for row in found} == {
        *("pharmacy_order_created", "pharmacy_order_updated", "pharmacy_sku_stock_updated"),
    }
    assert all(row["ours"] and row["target"] == TARGET for row in found)
    again = typed("webhooks", "register", "--secrets", str(file))
    assert "nothing to do" in again.out
    assert json.loads(file.read_text()) == secrets
    renewed = typed("webhooks", "register", "--secrets", str(file), "--renew")
    assert renewed.out.count("removed ") == 3
    assert len(json.loads(file.read_text())) == 6
    uids = [str(row["uid"]) for row in listed(typed)]
    assert len(uids) == 3
    assert "yes" in typed("webhooks", "list").out
    assert typed("webhooks", "remove", *uids).code == 0
    assert typed("webhooks", "remove", "wh-nowhere").code == 1
    assert listed(typed) == []


def test_what_is_subscribed_twice_is_removed(typed, accounts, folder: Path):
    words = ("webhooks", "register", "--secrets", str(folder / "secrets.json"))
    assert typed(*words).code == 0
    first = listed(typed)
    body = json.dumps({"target": TARGET, "notification_type": first[0]["event"]})
    again = ("call", "rxscale", "POST", "/webhooks/", "--json-body", body, "--show-secrets")
    assert typed(*again).code == 0
    assert len(listed(typed)) == 4
    answer = typed(*words)
    assert answer.out.count("removed ") == 1
    assert listed(typed) == first


def test_without_a_path_they_go_where_a_bridge_finds_them(typed, accounts, folder: Path):
    """Beside the store; among the secrets beside the configuration where that folder is."""
    answer = typed("webhooks", "register")
    assert answer.code == 0, answer.err
    kept = folder / "rxbridge_rxscale__webhook_secrets"
    assert f"3 signing secrets written to {kept}\n" in answer.out
    assert "takes them up when it starts. Next: rxbridge check" in answer.out
    assert len(json.loads(kept.read_text())) == 3
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (folder / "secrets").mkdir()
    answer = typed("webhooks", "register", "--renew", "--secrets", str(folder / "mine 2.json"))
    own, elsewhere = folder / "secrets" / kept.name, folder / "mine 2.json"
    assert own.read_text() == elsewhere.read_text()
    assert len(json.loads(own.read_text())) == 3
    name = "RXBRIDGE_RXSCALE__WEBHOOK_SECRETS"
    assert f"Elsewhere: export {name}=\"$(cat '{elsewhere}')\"" in answer.out


def test_a_registration_that_is_refused_leaves_no_empty_list(typed, accounts, folder: Path):
    spoil(accounts, status=403)
    assert typed("webhooks", "register").code != 0
    assert not (folder / "rxbridge_rxscale__webhook_secrets").exists()


def test_a_folder_of_secret_files_is_read_at_the_next_start(typed, accounts, folder, monkeypatch):
    secrets = folder / "secrets"
    secrets.mkdir()
    assert typed("webhooks", "register", "--secrets", str(secrets)).code == 0
    monkeypatch.delenv("RXBRIDGE_RXSCALE__WEBHOOK_SECRETS")
    monkeypatch.setenv("RXBRIDGE_SECRETS_DIR", str(secrets))
    out = typed("check").out
    assert "rxscale.webhook_secrets: none" not in out
    assert "pharmacy_order_created, pharmacy_order_updated" in out


@pytest.mark.parametrize(
    ("content", "told"),
    [("not json", "it is no JSON list"), ("{}", "is no JSON list"), ("[1]", "is no JSON list")],
)
def test_another_files_content_is_not_overwritten(typed, accounts, folder, content, told):
    file = folder / "mine.txt"
    file.write_text(content)
    answer = typed("webhooks", "register", "--secrets", str(file))
    assert answer.code == 2
    assert told in answer.err
    assert file.read_text() == content
    assert listed(typed) == []


def test_where_secrets_cannot_be_written_nothing_is_registered(typed, accounts, folder):
    answer = typed("webhooks", "register", "--secrets", str(folder / "nowhere" / "s.json"))
    assert answer.code == 2
    assert "cannot be written" in answer.err
    assert listed(typed) == []


def test_without_a_public_address(typed, accounts, folder, monkeypatch):
    monkeypatch.delenv("RXBRIDGE_SERVER__PUBLIC_URL")
    answer = typed("webhooks", "register", "--secrets", "s.json")
    assert answer.code == 2
    assert "server.public_url: not set" in answer.err


def test_a_registration_whose_answer_was_lost_is_not_left_over(typed, accounts, folder):
    spoil(accounts, cut=True, when="after")
    assert typed("webhooks", "register", "--secrets", "s.json").code == 0
    assert len(listed(typed)) == len(json.loads((folder / "s.json").read_text())) == 3


@pytest.mark.parametrize(
    "words", [("list",), ("register", "--secrets", "s.json"), ("remove", "wh-1")]
)
def test_without_a_key_no_vendor_is_asked(typed, words):
    answer = typed("webhooks", *words)
    assert answer.code == 2
    assert answer.err.startswith("rxbridge: rxscale.api_key: missing")
