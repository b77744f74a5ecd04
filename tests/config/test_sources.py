"""Where values come from: which file, which secret files, which variables, and who outweighs."""

from pathlib import Path

import pytest
from config.conftest import Machine


def test_nothing_at_all_is_the_defaults(machine: Machine) -> None:
    settings = machine.load()
    assert settings.file is None
    assert settings.server.port == 8080
    assert settings.store.path == machine.folder / "rxbridge.db"


def test_the_first_of_four_places_is_read(machine: Machine) -> None:
    machine.system.parent.mkdir()
    machine.system.write_text("[server]\nport = 1")
    assert machine.load().server.port == 1
    machine.write("[server]\nport = 2")
    assert machine.load().server.port == 2
    third = machine.write("[server]\nport = 3", "third.toml")
    machine.environ["RXBRIDGE_CONFIG"] = str(third)
    assert machine.load().server.port == 3
    fourth = machine.write("[server]\nport = 4", "sub/fourth.toml")
    settings = machine.load(Path("sub/fourth.toml"))
    assert settings.server.port == 4
    assert settings.file == fourth


def test_an_empty_variable_names_no_file(machine: Machine) -> None:
    machine.environ |= {"RXBRIDGE_CONFIG": "", "RXBRIDGE_SECRETS_DIR": ""}
    machine.write("[server]\nport = 2")
    machine.put_secret("rxbridge_server__host", "::1")
    settings = machine.load()
    assert (settings.server.port, settings.server.host) == (2, "::1")


@pytest.mark.parametrize("name", ["absent.toml", "absent/rxbridge.toml", "x" * 5000])
def test_a_named_file_that_is_not_there(machine: Machine, name: str) -> None:
    machine.write("[server]\nport = 2")
    what = "cannot be read (File name too long)" if len(name) > 255 else "no such file"
    line = f"{name}: {what} - name the configuration file"
    assert machine.faults(Path(name)) == [line]
    machine.environ["RXBRIDGE_CONFIG"] = name
    assert machine.faults() == [line]


def test_a_folder_in_the_place_of_the_file_is_not_passed_over(machine: Machine) -> None:
    (machine.folder / "rxbridge.toml").mkdir()
    machine.system.parent.mkdir()
    machine.system.write_text("[server]\nport = 1")
    what = "not a file - name the configuration file"
    assert machine.faults() == [f"here/rxbridge.toml: {what}"]
    assert machine.faults(Path("rxbridge.toml")) == [f"rxbridge.toml: {what}"]


def test_a_file_nobody_may_read(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", "whsec_canary")

    machine.write("[server]\nport = 1")
    monkeypatch.setattr(Path, "read_text", forbidden)
    assert machine.faults() == ["rxbridge.toml: cannot be read (Permission denied) - mend the file"]


def test_relative_paths_are_taken_from_the_folder_of_the_file(machine: Machine) -> None:
    there = machine.write("[store]\npath = 'data/x.db'", "sub/other.toml").parent
    machine.environ["RXBRIDGE_MAPPINGS__DIR"] = "../maps"
    settings = machine.load(Path("sub/other.toml"))
    assert settings.store.path == there / "data/x.db"
    assert settings.mappings.dir == there / "../maps"
    machine.environ["RXBRIDGE_STORE__PATH"] = "/var/lib/x.db"
    assert machine.load(Path("sub/other.toml")).store.path == Path("/var/lib/x.db")


def test_environment_outweighs_secret_file_outweighs_file(machine: Machine) -> None:
    machine.write("[server]\nhost = 'file'\n[rxscale]\napi_key = 'in-file'\npharmacy_uid = 'ph-1'")
    assert machine.load().server.host == "file"
    machine.put_secret("rxbridge_server__host", "secret-file")
    machine.put_secret("rxbridge_rxscale__api_key", "from-secret-file")
    assert machine.load().server.host == "secret-file"
    assert machine.load().secrets() == ("from-secret-file",)
    machine.environ["RXBRIDGE_SERVER__HOST"] = "environment"
    machine.environ["RXBRIDGE_RXSCALE__API_KEY"] = "from-environment"
    settings = machine.load()
    assert settings.server.host == "environment"
    assert settings.secrets() == ("from-environment",)
    assert settings.rxscale.pharmacy_uid == "ph-1"


def test_a_wrong_value_that_is_outweighed_does_no_harm(machine: Machine) -> None:
    machine.write("[server]\nport = 'x'")
    machine.environ["RXBRIDGE_SERVER__PORT"] = " 81\n"
    assert machine.load().server.port == 81


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("RXBRIDGE_SERVER__PRT", "no such key - did you mean server.port?"),
        ("RXBRIDGE_SERVR__PORT", "no such section - did you mean server?"),
        ("RXBRIDGE_SERVER_PORT", "no such key - did you mean RXBRIDGE_SERVER__PORT?"),
        ("RXBRIDGE_RXSCALE__API__KEY", "no such key - did you mean rxscale.api_key?"),
        ("RXBRIDGE_PORT", "no such key - did you mean RXBRIDGE_SERVER__PORT?"),
        ("RXBRIDGE_LOG__", "no such key - known here: log.format, log.level"),
        ("RXBRIDGE_SERVER__SERVICE_HOST", "no such key - did you mean server.webhook_host?"),
    ],
)
def test_a_variable_that_is_not_known(machine: Machine, name: str, line: str) -> None:
    machine.environ[name] = "whsec_canary"
    assert machine.faults() == [f"environment: {name}: {line}"]


def test_what_kubernetes_tells_of_a_service_of_this_name_is_not_ours(machine: Machine) -> None:
    machine.environ |= {
        "RXBRIDGE_SERVICE_HOST": "10.0.0.1",
        "RXBRIDGE_SERVICE_PORT": "8080",
        "RXBRIDGE_SERVICE_PORT_HTTP": "8080",
        "RXBRIDGE_PORT": "tcp://10.0.0.1:8080",
        "RXBRIDGE_PORT_8080_TCP": "tcp://10.0.0.1:8080",
        "RXBRIDGE_PORT_8080_TCP_ADDR": "10.0.0.1",
        "RXBRIDGE_PORT_8080_TCP_PORT": "8080",
        "RXBRIDGE_PORT_8080_TCP_PROTO": "tcp",
        "RXBRIDGE_WEB_SERVICE_HOST": "10.0.0.2",
        "RXBRIDGE_WEB_PORT": "udp://10.0.0.2:8080",
    }
    assert machine.load().server.port == 8080
    machine.environ["RXBRIDGE_SERVER__PORT"] = "tcp://10.0.0.1:8080"
    assert machine.faults() == [
        "environment: RXBRIDGE_SERVER__PORT: must be a whole number - correct the value"
    ]


def test_variables_of_others_are_left_alone(machine: Machine) -> None:
    machine.environ |= {"PATH": "/bin", "rxbridge_server__port": "1", "XRXBRIDGE_A": "1"}
    assert machine.load().server.port == 8080


@pytest.mark.parametrize("key", ["rxscale.pharmacy_uid", "pharmaone.org_id", "pharmaone.shop_id"])
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_variable_sets_nothing(machine: Machine, key: str, value: str) -> None:
    """Compose files pass on variables that nobody set: `${PHARMACY_UID}`."""
    section, name = key.split(".")
    machine.environ[f"RXBRIDGE_{section}__{name}".upper()] = value
    assert getattr(getattr(machine.load(), section), name) is None


def test_an_empty_address_is_none_where_it_may_be_absent(machine: Machine) -> None:
    machine.environ |= {
        "RXBRIDGE_SERVER__PUBLIC_URL": "",
        "RXBRIDGE_PHARMAONE__CONNECTOR_URL": "",
    }
    settings = machine.load()
    assert (settings.server.public_url, settings.pharmaone.connector_url) == (None, None)


def test_text_in_the_environment_becomes_what_the_key_is(machine: Machine) -> None:
    machine.environ |= {
        "RXBRIDGE_ORDERS__HOLD_WHEN_STUCK": "true",
        "RXBRIDGE_ORDERS__POLL_SECONDS": "2.5",
        "RXBRIDGE_ORDERS__WORKERS": "4",
        "RXBRIDGE_LOG__FORMAT": "console\n",
    }
    settings = machine.load()
    assert settings.orders.hold_when_stuck is True
    assert (settings.orders.poll_seconds, settings.orders.workers) == (2.5, 4)
    assert settings.log.format == "console"


def test_each_value_tells_where_it_came_from_and_no_secret(machine: Machine):
    machine.write('[stock]\nwrite = true\n[notify]\nurls = ["json://canary@example.invalid"]')
    machine.put_secret("rxbridge_rxscale__api_key", "canary-api-key")
    machine.environ["RXBRIDGE_ORDERS__POLL_SECONDS"] = "30"
    settings = machine.load()
    told = {key: (value, origin) for key, value, origin in settings.told()}
    assert told["stock.write"] == ("true", "rxbridge.toml: stock.write")
    assert told["orders.poll_seconds"] == ("30.0", "environment: RXBRIDGE_ORDERS__POLL_SECONDS")
    assert told["rxscale.api_key"][0] == told["notify.urls"][0] == "•••"
    assert str(told["rxscale.api_key"][1]).startswith("secret file: ")
    assert told["pharmaone.api_key"] == ("", "")
    assert told["server.port"] == ("8080", "")
    assert told["mode"] == ("live", "")
    assert "canary" not in repr(told)
    shadow = {key: where for key, _, where in settings.in_mode("shadow").told()}
    assert shadow["mode"] == "command line"
    assert shadow["stock.write"] == "rxbridge.toml: stock.write"
