"""Every mistake an operator can make in the file, and the exact line that it gives."""

import pytest
from config.conftest import Machine

SECTIONS = (
    "audit, links, log, mappings, money, notify, orders, pharmaone, reconcile, rxscale, server, "
    "stock, store, webhooks"
)
PORTAL = "must be an http(s) address with {uid} or {id} in it"
TIME = "must be a time with its zone, such as 2026-01-02T08:00:00+01:00"
ADDRESS = "must be a web address such as https://api.example.com"
PATH = "must be a path such as /v1/external_pharmacy_api"
LINE = "must be one line of printable characters"
TOO_LARGE = "must be 1000000 or less"
YEAR = "must be 31622400 or less"

DEEP = "too long a number or too deep a list - take it out"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[server\nport = 1", "line 1,"),
        ("[server]\nport = 8080\n\nhost = 127.0.0.1\n", "line 4,"),
        ("[log]\nlevel = 'info'\nlevel = 'info'\n", "line 3,"),
        ("[rxscale]\napi_key = 'whsec_canary\n", "end of document"),
        ("[rxscale]\napi_key = whsec_canary\n", "line 2,"),
    ],
)
def test_broken_toml_names_the_line(machine: Machine, text: str, place: str) -> None:
    machine.write(text)
    (line,) = machine.faults()
    assert line.startswith("rxbridge.toml: not valid TOML: ")
    assert line.endswith(" - mend that line")
    assert f"(at {place}" in line
    assert "canary" not in line


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("[server]\nport = 1".encode("utf-16"), "not UTF-8 text - save it as UTF-8"),
        (b"[log]\nlevel = '\xe4'", "not UTF-8 text - save it as UTF-8"),
        (b"a = " + b"[" * 100_000, DEEP),
        (b"a = " + b"{b=" * 10_000, DEEP),
        (b"a = " + b"9" * 5000, DEEP),
    ],
    ids=["UTF-16", "Latin-1", "lists", "tables", "number"],
)
def test_what_is_no_toml_at_all(machine: Machine, content: bytes, line: str) -> None:
    machine.write(content)
    assert machine.faults() == [f"rxbridge.toml: {line}"]


def test_a_byte_order_mark_is_no_fault(machine: Machine) -> None:
    machine.write(b"\xef\xbb\xbf[server]\nport = 81")
    assert machine.load().server.port == 81


NAMES = [
    ("[sever]\nport = 1", "sever.port: no such section - did you mean server?"),
    ("[sever]", "sever: no such section - did you mean server?"),
    ("[database]\na = 1", f"database.a: no such section - known here: {SECTIONS}"),
    ("[server]\nprot = 1", "server.prot: no such key - did you mean server.port?"),
    ("[rxscale]\napikey = 'x'", "rxscale.apikey: no such key - did you mean rxscale.api_key?"),
    (
        "[store]\nxyz = 1",
        "store.xyz: no such key - known here: store.backup_hour, store.backup_keep, store.path, "
        "store.pharmacy, store.retention_days, store.url",
    ),
    ("[log.x]\ny = 1", "log.x: no such key - known here: log.format, log.level"),
    ('[log]\n"a\\nb" = 1', "log.'a\\nb': no such key - known here: log.format, log.level"),
    ('["a\\nb"]', f"'a\\nb': no such section - known here: {SECTIONS}"),
    ("port = 1", "port: a key outside of any section - did you mean server.port?"),
    (
        "api_key = 'whsec_canary'",
        "api_key: a key outside of any section - did you mean rxscale.api_key or"
        " pharmaone.api_key?",
    ),
    ("colour = 1", "colour: a key outside of any section - move it below its section"),
    ("log = 'info'", "log: must be a table - write [log] and its keys below it"),
    ("[[log]]\nlevel = 'info'", "log: must be a table - write [log] and its keys below it"),
]


@pytest.mark.parametrize(("text", "line"), NAMES, ids=[text for text, _ in NAMES])
def test_a_name_that_is_not_known(machine: Machine, text: str, line: str) -> None:
    machine.write(text)
    assert machine.faults() == [f"rxbridge.toml: {line}"]


VALUES: list[tuple[str, str, str]] = [
    ("links.rxscale_order", "'https://x.example/'", PORTAL),
    ("links.pharmaone_order", "'javascript:alert(\"{id}\")'", PORTAL),
    ("server.port", "-1", "must be 0 or more"),
    ("server.port", "65536", "must be 65535 or less"),
    ("server.port", "80.5", "must be a whole number"),
    ("server.port", "'http'", "must be a whole number"),
    ("server.port", "''", "must be a whole number"),
    ("server.port", "[1]", "must be a whole number"),
    ("server.port", "true", "must be a number"),
    ("server.host", "''", "must not be empty"),
    ("server.host", "5", "must be a text"),
    ("server.host", '"a\\u0000b"', LINE),
    ("server.drain_seconds", "9.5", "must be 9 or less"),
    ("server.drain_seconds", "-1", "must be 0 or more"),
    ("server.head_seconds", "0", "must be more than 0"),
    ("server.max_connections", "0", "must be 1 or more"),
    ("server.public_url", "'bridge.example.org'", ADDRESS),
    ("store.path", "''", "must be a path"),
    ("store.path", "3", "must be a path"),
    ("store.path", '"a\\u0000b"', "must be a path"),
    ("store.retention_days", "0", "must be 1 or more"),
    ("store.backup_hour", "24", "must be 23 or less"),
    ("store.retention_days", "1000000000000", "must be 36500 or less"),
    ("mappings.dir", "' '", "must be a path"),
    ("orders.take_from", "2026-01-02", TIME),
    ("orders.take_from", "2026-01-02T08:00:00", TIME),
    ("orders.take_from", "'soon'", TIME),
    ("orders.take_from", "true", TIME),
    ("orders.poll_seconds", "0", "must be more than 0"),
    ("orders.poll_seconds", "'soon'", "must be a number"),
    ("orders.poll_seconds", "2026-01-01", "must be a number"),
    ("orders.poll_seconds", "false", "must be a number"),
    ("orders.poll_seconds", "inf", "must be a finite number"),
    ("orders.fresh_seconds", "nan", "must be a finite number"),
    ("orders.fresh_seconds", "1e300", YEAR),
    ("orders.unsure_grace_seconds", "-0.1", "must be 0 or more"),
    ("orders.unsure_submission", "'retry'", "must be 'repeat' or 'ask'"),
    ("orders.prescriptions", "'no'", "must be 'attach', 'ingest' or 'off'"),
    ("orders.hold_when_stuck", "3", "must be true or false"),
    ("orders.hold_when_stuck", "'maybe'", "must be true or false"),
    ("orders.hold_when_stuck", "[]", "must be true or false"),
    ("orders.workers", "0", "must be 1 or more"),
    ("orders.workers", "1000001", TOO_LARGE),
    ("orders.find_details", "0", "must be 1 or more"),
    ("stock.sync_seconds", "0", "must be more than 0"),
    ("stock.stale_after_seconds", "-1", "must be 0 or more"),
    ("rxscale.requests_per_second", "-1", "must be 0 or more"),
    ("rxscale.requests_per_minute", "1e7", TOO_LARGE),
    ("rxscale.at_once", "0", "must be 1 or more"),
    ("rxscale.dialect", "'old'", "must be 'current' or 'legacy'"),
    ("rxscale.api_path", "''", PATH),
    ("rxscale.api_path", "'https://api.example.com/v1'", PATH),
    ("rxscale.api_path", "'/v1?x=1'", PATH),
    ("rxscale.api_path", "'/v1 /x'", PATH),
    ("rxscale.api_key", "3", "must be a text"),
    ("rxscale.api_key", '"two\\nlines"', LINE),
    ("rxscale.webhook_secrets", "'whsec_canary'", "must be a list of texts"),
    ("rxscale.webhook_secrets", "[1, 2]", "must be a text"),
    ("rxscale.webhook_secrets", '["a long enough one", "tab\\tbed and long enough"]', LINE),
    ("pharmaone.requests_per_minute", "-1", "must be 0 or more"),
    ("pharmaone.org_id", "17", "must be a text"),
    ("pharmaone.shop_id", '"a\\u007fb"', LINE),
    ("pharmaone.submit_via", "'v3'", "must be 'v2', 'v1' or 'connector'"),
    ("pharmaone.connector_url", "'shop'", ADDRESS),
    ("log.level", "'loud'", "must be 'debug', 'info', 'warning' or 'error'"),
    ("log.format", "'xml'", "must be 'json' or 'console'"),
]


@pytest.mark.parametrize(
    ("key", "value", "what"), VALUES, ids=[f"{key} = {value}" for key, value, _ in VALUES]
)
def test_a_value_that_cannot_be(machine: Machine, key: str, value: str, what: str) -> None:
    machine.write(f"{key} = {value}")
    assert machine.faults() == [f"rxbridge.toml: {key}: {what} - correct the value"]


@pytest.mark.parametrize("key", ["rxscale.base_url", "pharmaone.connector_url"])
@pytest.mark.parametrize(
    "address",
    [
        "api.example.com",
        "ftp://api.example.com",
        "https://",
        "https:///path",
        "https://[::1",
        "https://[Kanarienvogel]",
        "https://whsec_canary\u2100@api.example.com",
        "https://user:whsec_canary@api.example.com",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://api.example.com:whsec_canary",
        "https://api example.com",
        "https://api.example.com/?key=whsec_canary",
        "https://api.example.com/#top",
        "https://api.example.com\\path",
        "https://api.example.com/\x7f",
    ],
)
def test_an_address_that_cannot_be_used_is_not_repeated(
    machine: Machine, key: str, address: str
) -> None:
    machine.environ["RXBRIDGE_" + key.upper().replace(".", "__")] = address
    (line,) = machine.faults()
    assert line.endswith(f": {ADDRESS} - correct the value")
    assert "canary" not in line.lower()
    assert "Kanarien" not in line


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://api.example.com/", "https://api.example.com"),
        ("HTTPS://api.example.com:8443/under/", "HTTPS://api.example.com:8443/under"),
        ("http://[::1]:8201", "http://[::1]:8201"),
        (" https://api.example.com\n", "https://api.example.com"),
    ],
)
def test_an_address_that_can_be_used(machine: Machine, address: str, kept: str) -> None:
    machine.environ["RXBRIDGE_RXSCALE__BASE_URL"] = address
    assert machine.load().rxscale.base_url == kept


def test_all_faults_of_all_sources_come_at_once(machine: Machine) -> None:
    machine.write("[server]\nprot = 1\nport = -1\n[orders]\nworkers = 0\n[colour]\n")
    machine.put_secret("rxbridge_rxscale__apike", "whsec_canary")
    machine.environ |= {"RXBRIDGE_LOG__LEVEL": "loud", "RXBRIDGE_SERVER__HOTS": "x"}
    assert machine.faults() == [
        "rxbridge.toml: server.prot: no such key - did you mean server.port?",
        f"rxbridge.toml: colour: no such section - known here: {SECTIONS}",
        "secret file: secrets/rxbridge_rxscale__apike: no such key - did you mean rxscale.api_key?",
        "environment: RXBRIDGE_SERVER__HOTS: no such key - did you mean server.host?",
        "rxbridge.toml: server.port: must be 0 or more - correct the value",
        "rxbridge.toml: orders.workers: must be 1 or more - correct the value",
        "environment: RXBRIDGE_LOG__LEVEL: must be 'debug', 'info', 'warning' or 'error'"
        " - correct the value",
    ]


def test_a_file_that_cannot_be_read_hides_no_other_fault(machine: Machine) -> None:
    machine.write("[server")
    machine.environ["RXBRIDGE_SERVER__PORT"] = "x"
    assert len(machine.faults()) == 2
    machine.environ["RXBRIDGE_CONFIG"] = "elsewhere.toml"
    assert machine.faults() == [
        "elsewhere.toml: no such file - name the configuration file",
        "environment: RXBRIDGE_SERVER__PORT: must be a whole number - correct the value",
    ]


def test_the_same_fault_twice_is_one_line(machine: Machine) -> None:
    machine.write("[rxscale]\nwebhook_secrets = [1, 2, 3]")
    assert len(machine.faults()) == 1
