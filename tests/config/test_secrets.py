"""Secrets: their files, their lists, what is missing, what is warned of, and that none is shown."""

from pathlib import Path

import pytest
from config.conftest import Machine

REQUIRED = {
    "RXBRIDGE_RXSCALE__API_KEY": "canary-api-key",
    "RXBRIDGE_RXSCALE__WEBHOOK_SECRETS": "whsec_canary_rxscale",
    "RXBRIDGE_PHARMAONE__API_KEY": "p1-canary",
    "RXBRIDGE_PHARMAONE__WEBHOOK_SECRETS": "whsec_canary_pharmaone",
    "RXBRIDGE_PHARMAONE__ORG_ID": "org1",
    "RXBRIDGE_PHARMAONE__SHOP_ID": "shop1",
}
TOML = """
[rxscale]
api_key = "canary-api-key"
webhook_secrets = ["whsec_canary_rxscale", "whsec_canary_rxscale_2"]
[pharmaone]
api_key = "p1-canary"
webhook_secrets = []
"""


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ("whsec_canary_old_1", ["whsec_canary_old_1"]),
        ("whsec_canary_old_1,whsec_canary_new_2", ["whsec_canary_old_1", "whsec_canary_new_2"]),
        (
            " whsec_canary_old_1 , , whsec_canary_new_2 ,\n",
            ["whsec_canary_old_1", "whsec_canary_new_2"],
        ),
        (
            '["whsec_canary_old_1", " whsec_canary,new_2 "]',
            ["whsec_canary_old_1", "whsec_canary,new_2"],
        ),
        (' ["whsec_canary_old_1"]\n', ["whsec_canary_old_1"]),
        ("[]", []),
        ("", []),
        (",", []),
    ],
)
@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
@pytest.mark.parametrize("from_file", [False, True])
def test_a_list_of_secrets_as_text(
    machine: Machine, vendor: str, text: str, secrets: list[str], from_file: bool
) -> None:
    name = f"rxbridge_{vendor}__webhook_secrets"
    if from_file:
        machine.put_secret(name, text)
    else:
        machine.environ[name.upper()] = text
    found = getattr(machine.load(), vendor).webhook_secrets
    assert [secret.get_secret_value() for secret in found] == secrets


@pytest.mark.parametrize("text", ['["whsec_canary"', "[whsec_canary]", "[" * 100_000])
def test_a_list_that_is_no_json(machine: Machine, text: str) -> None:
    machine.environ["RXBRIDGE_RXSCALE__WEBHOOK_SECRETS"] = text
    assert machine.faults() == [
        "environment: RXBRIDGE_RXSCALE__WEBHOOK_SECRETS: must be a list of texts"
        " - correct the value"
    ]


@pytest.mark.parametrize(
    "content", ["canary-api-key\n", "canary-api-key\r\n", b"\xef\xbb\xbfcanary-api-key"]
)
def test_a_secret_file_may_be_written_by_any_editor(machine: Machine, content: str | bytes) -> None:
    machine.put_secret("rxbridge_rxscale__api_key", content)
    assert machine.load().secrets() == ("canary-api-key",)


def test_secret_files_as_kubernetes_mounts_them(machine: Machine) -> None:
    version = machine.secrets / "..2026_01_02"
    version.mkdir(parents=True)
    (version / "rxbridge_rxscale__api_key").write_text("canary-api-key")
    (machine.secrets / "..data").symlink_to(version.name)
    (machine.secrets / "rxbridge_rxscale__api_key").symlink_to("..data/rxbridge_rxscale__api_key")
    assert machine.load().secrets() == ("canary-api-key",)


def test_what_else_lies_among_the_secrets_is_left_alone(machine: Machine) -> None:
    machine.put_secret("database_password", b"\xff")
    machine.put_secret("rxbridge.toml", "[nonsense")
    (machine.secrets / "certificates").mkdir()
    assert machine.load().secrets() == ()


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("rxbridge_rxscale__apikey", "x", "no such key - did you mean rxscale.api_key?"),
        ("rxbridge_rxscale__api_key.txt", "x", "no such key - did you mean rxscale.api_key?"),
        ("rxbridge_rxscal__api_key", "x", "no such section - did you mean rxscale?"),
        ("rxbridge_api_key", "x", "no such key - did you mean RXBRIDGE_RXSCALE__API_KEY?"),
        ("rxbridge_rxscale__api_key", b"\xff\xfe", "cannot be read - mend it"),
        (
            "rxbridge_rxscale__api_key",
            "whsec_canary\nwhsec_other",
            "must be one line of printable characters - correct the value",
        ),
        ("rxbridge_server__port", "whsec_canary", "must be a whole number - correct the value"),
    ],
)
def test_a_secret_file_that_cannot_be_used(
    machine: Machine, name: str, content: str | bytes, line: str
) -> None:
    machine.put_secret(name, content)
    assert machine.faults() == [f"secret file: secrets/{name}: {line}"]


def test_a_folder_or_nothing_behind_the_name_of_a_secret(machine: Machine) -> None:
    (machine.secrets / "rxbridge_pharmaone__api_key").mkdir(parents=True)
    (machine.secrets / "rxbridge_rxscale__api_key").symlink_to("..data/gone")
    assert machine.faults() == [
        "secret file: secrets/rxbridge_pharmaone__api_key: not a file - mend it",
        "secret file: secrets/rxbridge_rxscale__api_key: no such file - mend it",
    ]


def test_another_folder_of_secrets(machine: Machine) -> None:
    machine.put_secret("rxbridge_rxscale__api_key", "not-read")
    machine.write("canary-api-key", "mine/rxbridge_rxscale__api_key")
    for named in ("mine", str(machine.folder / "mine")):
        machine.environ["RXBRIDGE_SECRETS_DIR"] = named
        assert machine.load().secrets() == ("canary-api-key",)


@pytest.mark.parametrize("is_file", [True, False])
def test_a_named_folder_of_secrets_that_is_none(machine: Machine, is_file: bool) -> None:
    machine.environ["RXBRIDGE_SECRETS_DIR"] = "mine"
    if is_file:
        machine.write("x", "mine")
    assert machine.faults() == [
        "environment: RXBRIDGE_SECRETS_DIR: here/mine is no folder - name another, or unset it"
    ]


@pytest.mark.parametrize(
    ("named", "line"),
    [
        ("", "secret files: secrets {} - name another in RXBRIDGE_SECRETS_DIR"),
        (
            "../secrets",
            "environment: RXBRIDGE_SECRETS_DIR: here/../secrets {} - name another, or unset it",
        ),
    ],
)
def test_a_folder_of_secrets_nobody_may_list(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, named: str, line: str
) -> None:
    def forbidden(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    machine.put_secret("rxbridge_rxscale__api_key", "canary-api-key")
    machine.environ["RXBRIDGE_SECRETS_DIR"] = named
    monkeypatch.setattr(Path, "iterdir", forbidden)
    assert machine.faults() == [line.format("cannot be read (Permission denied)")]


def test_everything_that_run_misses_at_once(machine: Machine) -> None:
    lines = [str(fault) for fault in machine.load().missing_for_run()]
    assert lines == [
        "rxscale.api_key: missing - put it into secrets/rxbridge_rxscale__api_key, "
        "or set RXBRIDGE_RXSCALE__API_KEY",
        "pharmaone.api_key: missing - put it into secrets/rxbridge_pharmaone__api_key, "
        "or set RXBRIDGE_PHARMAONE__API_KEY",
        "pharmaone.org_id: missing - set it in rxbridge.toml or as RXBRIDGE_PHARMAONE__ORG_ID",
        "pharmaone.shop_id: missing - set it in rxbridge.toml or as RXBRIDGE_PHARMAONE__SHOP_ID",
    ]
    machine.environ |= REQUIRED
    assert machine.load().missing_for_run() == ()


@pytest.mark.parametrize("content", ["", "\n", "  \r\n"])
def test_an_empty_secret_file_is_a_missing_secret(machine: Machine, content: str) -> None:
    machine.environ |= REQUIRED
    del machine.environ["RXBRIDGE_RXSCALE__API_KEY"]
    machine.put_secret("rxbridge_rxscale__api_key", content)
    (fault,) = machine.load().missing_for_run()
    assert str(fault).startswith("rxscale.api_key: missing - put it into secrets/rxbridge_rxscale")


def test_the_connector_needs_its_address_and_no_shop(machine: Machine) -> None:
    machine.environ |= REQUIRED | {"RXBRIDGE_PHARMAONE__SUBMIT_VIA": "connector"}
    del machine.environ["RXBRIDGE_PHARMAONE__SHOP_ID"]
    (fault,) = machine.load().missing_for_run()
    assert str(fault) == (
        "pharmaone.connector_url: missing - set it in rxbridge.toml or as"
        " RXBRIDGE_PHARMAONE__CONNECTOR_URL"
    )
    machine.environ["RXBRIDGE_PHARMAONE__CONNECTOR_URL"] = "https://shop.example.com"
    assert machine.load().missing_for_run() == ()


def test_the_connector_alone_works_one_way_and_says_so(machine: Machine) -> None:
    machine.environ |= REQUIRED | {"RXBRIDGE_PHARMAONE__SUBMIT_VIA": "connector"}
    machine.environ["RXBRIDGE_PHARMAONE__CONNECTOR_URL"] = "https://shop.example.com"
    assert not machine.load().pharmaone.one_way
    del machine.environ["RXBRIDGE_PHARMAONE__ORG_ID"]
    settings = machine.load()
    assert settings.missing_for_run() == ()
    assert settings.pharmaone.one_way
    (said,) = [each for each in settings.warnings() if "pharmaone.org_id" in str(each)]
    assert "works one way" in str(said)
    machine.environ["RXBRIDGE_ORDERS__PRESCRIPTIONS"] = "ingest"
    (fault,) = machine.load().missing_for_run()
    assert fault.where == "pharmaone.org_id"


def test_a_complete_configuration_warns_of_nothing(machine: Machine) -> None:
    machine.environ |= REQUIRED
    assert machine.load().warnings() == ()


def test_secrets_in_the_file_work_and_are_warned_of(machine: Machine) -> None:
    machine.write(TOML)
    machine.environ["RXBRIDGE_PHARMAONE__WEBHOOK_SECRETS"] = "whsec_canary_pharmaone"
    machine.environ["RXBRIDGE_RXSCALE__PUBLIC_API_KEY"] = "public-canary"
    settings = machine.load()
    assert set(settings.secrets()) == {
        *("canary-api-key", "whsec_canary_rxscale", "whsec_canary_rxscale_2", "public-canary"),
        *("p1-canary", "whsec_canary_pharmaone"),
    }
    text = "a secret in the configuration file; better in the environment as"
    assert settings.warnings() == (
        f"rxscale.api_key: {text} RXBRIDGE_RXSCALE__API_KEY or in a secret file",
        f"rxscale.webhook_secrets: {text} RXBRIDGE_RXSCALE__WEBHOOK_SECRETS or in a secret file",
        f"pharmaone.api_key: {text} RXBRIDGE_PHARMAONE__API_KEY or in a secret file",
    )


@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
@pytest.mark.parametrize("given", ["", '[""]'])
def test_a_vendor_without_webhook_secrets_is_warned_of(
    machine: Machine, vendor: str, given: str
) -> None:
    machine.environ |= REQUIRED | {f"RXBRIDGE_{vendor.upper()}__WEBHOOK_SECRETS": given}
    assert machine.load().warnings() == (
        f"{vendor}.webhook_secrets: none, so none of its webhooks is accepted and news is found"
        " only by the sweep every 60 s",
    )


@pytest.mark.parametrize(
    ("key", "address", "warned"),
    [
        ("RXSCALE__BASE_URL", "http://api.example.com", "rxscale.base_url"),
        ("PHARMAONE__BASE_URL", "http://10.0.0.1:80", "pharmaone.base_url"),
        ("PHARMAONE__CONNECTOR_URL", "http://shop.example.com", "pharmaone.connector_url"),
        ("RXSCALE__BASE_URL", "http://localhost:8201", ""),
        ("RXSCALE__BASE_URL", "http://[::1]:8201", ""),
        ("PHARMAONE__BASE_URL", "HTTP://127.0.0.1:8202", ""),
        ("PHARMAONE__BASE_URL", "https://api.example.com", ""),
    ],
)
def test_a_key_sent_in_clear_is_refused_unless_it_is_allowed(
    machine: Machine, key: str, address: str, warned: str
) -> None:
    via = "connector" if "CONNECTOR" in key else "v2"
    machine.environ |= REQUIRED | {f"RXBRIDGE_{key}": address}
    machine.environ["RXBRIDGE_PHARMAONE__SUBMIT_VIA"] = via
    text = "http without encryption to another machine"
    if not warned:
        assert machine.load().warnings() == ()
        return
    vendor, _, _ = warned.partition(".")
    other = {"rxscale": "PHARMAONE", "pharmaone": "RXSCALE"}[vendor]
    machine.environ[f"RXBRIDGE_{other}__ALLOW_HTTP"] = "true"
    assert machine.faults() == [
        f"environment: RXBRIDGE_{key}: {text} - write https://, or set {vendor}.allow_http = true"
        " where the network is yours"
    ]
    machine.environ[f"RXBRIDGE_{vendor.upper()}__ALLOW_HTTP"] = "true"
    assert machine.load().warnings() == (f"{warned}: {text}",)


@pytest.mark.parametrize("vendor", ["rxscale", "pharmaone"])
def test_a_signing_secret_that_can_be_guessed_is_refused_and_not_shown(
    machine: Machine, vendor: str
) -> None:
    name = f"RXBRIDGE_{vendor.upper()}__WEBHOOK_SECRETS"
    machine.environ[name] = f"{'x' * 16},{'canary' * 2}xyz"
    assert machine.faults() == [
        f"environment: {name}: must have 16 characters or more: a short one can be guessed"
        " - correct the value"
    ]
    machine.environ[name] = "x" * 16
    assert len(getattr(machine.load(), vendor).webhook_secrets) == 1


def test_the_folder_beside_the_configuration_is_read_without_a_word(machine: Machine) -> None:
    file = machine.write("", "shop/rxbridge.toml")
    own = file.parent / "secrets"
    own.mkdir()
    (own / "rxbridge_rxscale__api_key").write_text("canary-own\n")
    (own / "rxbridge_pharmaone__api_key").write_text("")
    (own / ".gitignore").write_text("*")
    settings = machine.load(file)
    assert settings.secrets() == ("canary-own",)
    assert not str(settings.warnings()[0]).startswith("rxscale.api_key"), "no secret in the TOML"
    machine.put_secret("rxbridge_rxscale__api_key", "canary-system")
    assert machine.load(file).secrets() == ("canary-system",), "the system's outweighs"
    machine.environ["RXBRIDGE_RXSCALE__API_KEY"] = "canary-typed"
    assert machine.load(file).secrets() == ("canary-typed",)


def test_an_empty_secret_of_the_folder_takes_nothing_away(machine: Machine) -> None:
    file = machine.write('[rxscale]\napi_key = "canary-in-toml"')
    (file.parent / "secrets").mkdir()
    (file.parent / "secrets" / "rxbridge_rxscale__api_key").write_text("")
    assert machine.load().secrets() == ("canary-in-toml",)


def test_without_a_configuration_no_folder_of_the_place_is_read(machine: Machine) -> None:
    machine.folder.mkdir(exist_ok=True)
    (machine.folder / "secrets").mkdir()
    (machine.folder / "secrets" / "rxbridge_rxscale__api_key").write_text("canary-of-somebody")
    assert machine.load().secrets() == ()
