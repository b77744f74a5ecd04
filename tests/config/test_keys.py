"""The contract with operators: every key that is promised exists, with the default promised."""

import shutil
from pathlib import Path

from config.conftest import Machine
from pydantic import SecretStr

from bridge.settings import Settings, keys, secret_keys, variable

ROOT = Path(__file__).parents[2]
PROMISED = """
rxscale.base_url | https://api.rxscale-dev.com
rxscale.api_path | /v1/external_pharmacy_api
rxscale.dialect | current
rxscale.api_key | -
rxscale.webhook_secrets | []
rxscale.pharmacy_uid | -
rxscale.requests_per_second | 10
rxscale.requests_per_minute | 600
pharmaone.requests_per_second | 10
pharmaone.requests_per_minute | 600
rxscale.allow_http | false
pharmaone.allow_http | false
pharmaone.base_url | https://manager.prod.pharmaone.shop
pharmaone.org_id | -
pharmaone.shop_id | -
pharmaone.api_key | -
pharmaone.webhook_secrets | []
pharmaone.submit_via | v2
pharmaone.connector_url | -
server.host | 127.0.0.1
server.port | 8080
server.public_url | -
server.page | true
server.admin_password_hash | -
server.webhook_port | -
server.webhook_host | -
server.head_seconds | 10
server.body_seconds | 10
server.keepalive_seconds | 30
server.max_connections | 512
server.max_connections_per_address | 128
server.trusted_proxies | []
store.path | rxbridge.db
store.url | -
store.retention_days | 90
store.backup_hour | -
store.backup_keep | 14
audit.retention_days | 365
mappings.dir | mappings
orders.poll_seconds | 60
orders.fresh_seconds | 5
orders.unsure_submission | repeat
orders.take_from | -
orders.hold_when_stuck | false
stock.sync_seconds | 300
stock.sync_prices | false
stock.subtract_open_orders | true
stock.stale_after_seconds | 3600
stock.on_unlink | zero
stock.write | -
notify.urls | []
notify.quiet_hours | -
log.level | info
log.format | json
"""
SECRETS = {
    "rxscale.public_api_key",
    "rxscale.api_key",
    "rxscale.webhook_secrets",
    "pharmaone.api_key",
    "pharmaone.webhook_secrets",
    "server.admin_password_hash",
    "notify.urls",
    "notify.heartbeat_url",
    "store.url",
}
HASH = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$Y2FuYXJ5"


def promised() -> dict[str, str]:
    lines = (line.split(" | ") for line in PROMISED.strip().splitlines())
    return dict(lines)


def written(value: object) -> str:
    """A default as the promise writes it."""
    if value is None:
        return "-"
    if value == ():
        return "[]"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def test_every_key_promised_is_there_with_its_default() -> None:
    settings = Settings()
    for key, default in promised().items():
        section, name = key.split(".")
        assert written(getattr(getattr(settings, section), name)) == default, key


ODD = {
    "rxscale.dialect": "legacy",
    "audit.story": "role",
    "server.trusted_proxies": "192.0.2.1",
    "rxscale.webhook_secrets": "whsec_canary_rxscale",
    "pharmaone.webhook_secrets": "whsec_canary_pharmaone",
    "pharmaone.submit_via": "v1",
    "pharmaone.api_key_header": "X-API-Key",
    "orders.unsure_submission": "ask",
    "orders.take_from": "2026-01-02T08:00:00+01:00",
    "orders.prescriptions": "off",
    "rxscale.stock_via": "stock",
    "rxscale.public_api_path": "/another",
    "stock.units_from": "standard_selling_unit",
    "stock.on_drift": "report",
    "stock.on_unlink": "leave",
    "stock.write": "true",
    "stock.confirm_by": "person",
    "server.admin_password_hash": HASH,
    "server.webhook_port": "7",
    "store.backup_hour": "7",
    "store.url": "postgresql://another@db.example/store",
    "store.pharmacy": "another",
    "notify.urls": "json://another.example",
    "notify.language": "de",
    "notify.quiet_hours": "20:00-07:30",
    "links.rxscale_order": "https://another.example/{uid}",
    "links.pharmaone_order": "https://another.example/?id={id}",
    "log.level": "debug",
    "log.format": "console",
}


def another(key: str, default: object) -> str:
    """A value that differs from the default."""
    if key in ODD:
        return ODD[key]
    if isinstance(default, bool):
        return str(not default)
    if isinstance(default, int | float):
        return "7"
    return "https://another.example" if key.endswith("_url") else "another"


def test_every_key_can_be_set_by_its_variable(machine: Machine) -> None:
    before = machine.load()
    for section, names in keys().items():
        for name in names:
            default = getattr(getattr(before, section), name)
            key = f"{section}.{name}"
            known = {"RXBRIDGE_KEY__ANOTHER__REQUESTS_PER_MINUTE": "600"}
            machine.environ = known | {variable(key): another(key, default)}
            after = machine.load()
            assert getattr(getattr(after, section), name) != default, key


def test_the_secret_keys_are_those_that_hide_their_value() -> None:
    both = {"api_key": "x", "webhook_secrets": ["x" * 16]}
    rxscale = {**both, "public_api_key": "x"}
    server = {"admin_password_hash": HASH}
    notify = {"urls": ["json://x"], "heartbeat_url": "x"}
    store = {"url": "postgresql://x"}
    sections = {"rxscale": rxscale, "pharmaone": both, "server": server, "notify": notify}
    sections |= {"store": store}
    given = Settings.model_validate(sections)
    hidden = set()
    for section, names in keys().items():
        for name in names:
            value = getattr(getattr(given, section), name)
            first = (*value, None)[0] if isinstance(value, tuple) else value
            if isinstance(first, SecretStr):
                hidden.add(f"{section}.{name}")
    assert hidden == secret_keys() == SECRETS


def test_the_example_is_the_defaults(machine: Machine) -> None:
    shutil.copy(ROOT / "docs" / "rxbridge.example.toml", machine.folder / "rxbridge.toml")
    shown = machine.load()
    (machine.folder / "rxbridge.toml").unlink()
    assert shown.model_dump() == machine.load().model_dump()
    assert not any("configuration file" in str(warning) for warning in shown.warnings())
