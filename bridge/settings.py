"""What can be configured: every key, its unit and its default (the operator's contract).

What each key means is said once, in docs/rxbridge.example.toml: the schemas take it from there.
The message for a wrong value never quotes the value.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, cast, get_args, get_origin
from urllib.parse import unquote, urlsplit

from pydantic import AwareDatetime, IPvAnyNetwork, PrivateAttr, SecretStr

from bridge.errors import Fault, Phrase
from bridge.place import Database, Place
from bridge.source import Source
from bridge.values import (
    ApiPath,
    AtLeastOne,
    Count,
    DatabaseUrl,
    Days,
    DrainSeconds,
    FilePath,
    Hour,
    Hours,
    LongerThanNothing,
    NotifyAddress,
    PasswordHash,
    Percent,
    PharmacyName,
    Port,
    Portal,
    Seconds,
    Secret,
    Section,
    SigningSecret,
    Text,
    WebAddress,
)

Mode = Literal["live", "shadow"]
_SHADOW = ".shadow"
MASK = "•••"
"""Stands for what is not shown."""


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach what listens at `host`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


class VendorSection(Section):
    api_key: Secret | None = None
    webhook_secrets: tuple[SigningSecret, ...] = ()
    allow_http: bool = False
    requests_per_second: Count = 10
    requests_per_minute: Count = 600
    at_once: AtLeastOne = 8


class RxScaleSection(VendorSection):
    base_url: WebAddress = "https://api.rxscale-dev.com"
    api_path: ApiPath = "/v1/external_pharmacy_api"
    dialect: Literal["current", "legacy"] = "current"
    pharmacy_uid: Text | None = None
    key: Text | None = None
    stock_via: Literal["sku", "stock"] = "sku"
    public_api_path: ApiPath = "/v2/public"
    public_api_key: Secret | None = None
    shop: Text | None = None
    market: str = "DE"


class PharmaOneSection(VendorSection):
    base_url: WebAddress = "https://manager.prod.pharmaone.shop"
    org_id: Text | None = None
    shop_id: Text | None = None
    submit_via: Literal["v2", "v1", "connector"] = "v2"
    connector_url: WebAddress | None = None
    api_key_header: Literal["apikey", "X-API-Key"] = "apikey"

    @property
    def named_shop(self) -> str | None:
        """The shop that an order-request names; a connector's address says it."""
        return None if self.submit_via == "connector" else self.shop_id

    @property
    def one_way(self) -> bool:
        """Orders go in by the shop's connector and nothing can be read back: every route that
        reads needs the organisation.
        """
        return self.submit_via == "connector" and not self.org_id


class ServerSection(Section):
    host: Text = "127.0.0.1"
    port: Port = 8080
    page: bool = True
    admin_password_hash: PasswordHash | None = None
    users_file: FilePath | None = None
    webhook_port: Port | None = None
    webhook_host: Text | None = None
    public_url: WebAddress | None = None
    head_seconds: LongerThanNothing = 10.0
    body_seconds: LongerThanNothing = 10.0
    keepalive_seconds: LongerThanNothing = 30.0
    max_connections: AtLeastOne = 512
    max_connections_per_address: AtLeastOne = 128
    trusted_proxies: tuple[IPvAnyNetwork, ...] = ()
    drain_seconds: DrainSeconds = 8.0
    leave_seconds: Seconds = 10.0


class StoreSection(Section):
    path: FilePath = Path("rxbridge.db")
    url: DatabaseUrl | None = None
    pharmacy: PharmacyName | None = None
    retention_days: Days = 90
    backup_hour: Hour | None = None
    backup_keep: AtLeastOne = 14

    def place(self, pharmacy: str, suffix: str, key: str | None = None) -> Place:
        """`pharmacy`: its id where there are several; `suffix`: of a store beside the usual one;
        `key`: of a group, whose limits it shares.
        """
        if self.url is None:
            return self.path
        whose = self.pharmacy or pharmacy or "main"
        return Database(self.url.get_secret_value(), whose + suffix, f"key:{key}" if key else whose)

    @property
    def password(self) -> str:
        """Of the database, where `url` has one."""
        url = "" if self.url is None else self.url.get_secret_value()
        return unquote(urlsplit(url).password or "")


class AuditSection(Section):
    retention_days: Days = 365
    story: Literal["name", "role"] = "name"


class MappingsSection(Section):
    dir: FilePath = Path("mappings")


class OrdersSection(Section):
    take_from: AwareDatetime | None = None
    poll_seconds: LongerThanNothing = 60.0
    fresh_seconds: LongerThanNothing = 5.0
    unsure_submission: Literal["repeat", "ask"] = "repeat"
    unsure_grace_seconds: Seconds = 30.0
    hold_when_stuck: bool = False
    find_details: AtLeastOne = 500
    workers: AtLeastOne = 16
    gone_after_seconds: Seconds = 900.0
    unusual_count: AtLeastOne = 3
    unusual_percent: Percent = 20
    review_hours: Seconds = 24.0
    prescription_minutes: Seconds = 10.0
    tracking_minutes: Seconds = 0.0
    prescriptions: Literal["attach", "ingest", "off"] = "attach"


class StockSection(Section):
    sync_seconds: LongerThanNothing = 300.0
    sync_prices: bool = False
    subtract_open_orders: bool = True
    stale_after_seconds: Seconds = 3600.0
    units_from: Literal["file", "standard_selling_unit"] = "file"
    on_drift: Literal["fix", "report"] = "fix"
    write: bool | None = None
    on_unlink: Literal["zero", "leave"] = "zero"
    adopt_external: bool = False
    confirm_by: Literal["second_look", "person"] = "second_look"
    second_look_seconds: Seconds = 30.0
    halved_percent: Percent = 50
    partial_percent: Percent = 10
    zeroed_percent: Percent = 20
    price_percent: AtLeastOne = 30
    reread_seconds: LongerThanNothing = 3600.0
    at_once: AtLeastOne = 8


class MoneySection(Section):
    timezone: str = "Europe/Berlin"
    paid: tuple[str, ...] = ("paid",)
    revenue: str = "gross_revenue"
    tolerance_cents: Count = 0
    shipping: tuple[str, ...] = ("shipping",)


class NotifySection(Section):
    urls: tuple[NotifyAddress, ...] = ()
    language: Literal["en", "de"] = "en"
    quiet_hours: Hours | None = None
    every_minutes: Seconds = 15.0
    page_url: WebAddress | None = None
    heartbeat_url: Secret | None = None
    heartbeat_seconds: LongerThanNothing = 300.0
    stuck: bool = True
    attention: bool = True
    vendor: bool = True
    silence: bool = True
    stock: bool = True
    proof: bool = True
    backup: bool = True
    restart: bool = True

    @property
    def quiet(self) -> tuple[time, time] | None:
        """`quiet_hours`, from when until when."""
        if self.quiet_hours is None:
            return None
        begin, _, end = self.quiet_hours.partition("-")
        return time.fromisoformat(begin), time.fromisoformat(end)


class ReconcileSection(Section):
    every_hours: Seconds = 6.0


class WebhooksSection(Section):
    self_heal: bool = False


class LinksSection(Section):
    """Where a person sees an order at either vendor: `{uid}` is RxScale's id, `{id}` PharmaOne's.
    Neither vendor's documents show such an address, so none is guessed.
    """

    rxscale_order: Portal | None = None
    pharmaone_order: Portal | None = None


class LogSection(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console"] = "json"


class Settings(Section):
    """Everything, with the file it came from and which of its secrets stood in it."""

    mode: Mode = "live"
    rxscale: RxScaleSection = RxScaleSection()
    pharmaone: PharmaOneSection = PharmaOneSection()
    server: ServerSection = ServerSection()
    store: StoreSection = StoreSection()
    audit: AuditSection = AuditSection()
    mappings: MappingsSection = MappingsSection()
    orders: OrdersSection = OrdersSection()
    stock: StockSection = StockSection()
    money: MoneySection = MoneySection()
    notify: NotifySection = NotifySection()
    reconcile: ReconcileSection = ReconcileSection()
    webhooks: WebhooksSection = WebhooksSection()
    links: LinksSection = LinksSection()
    log: LogSection = LogSection()
    _source: Source = PrivateAttr(default=Source())

    @property
    def source(self) -> Source:
        return self._source

    @property
    def file(self) -> Path | None:
        return self._source.file

    def came_from(self, source: Source) -> "Settings":
        self._source = source
        return self

    def told(self) -> list[tuple[str, str, object]]:
        """Each key with its value in force and where that came from, "" for a default. A secret is
        a MASK: only that there is one.
        """
        origins = self._source.origins
        found: list[tuple[str, str, object]] = [("mode", self.mode, origins.get("mode", ""))]
        for section, names in keys().items():
            for name in names:
                key, value = f"{section}.{name}", getattr(getattr(self, section), name)
                text = _plainly(value) if key not in secret_keys() else MASK if value else ""
                found.append((key, text, origins.get(key, "")))
        return found

    def in_mode(self, mode: Mode) -> "Settings":
        """The same bridge in this mode. A shadow has a store of its own beside the live one, so
        that what it supposes is never taken for what was done.
        """
        path = self.store.path
        stem = path.stem.removesuffix(_SHADOW) + (_SHADOW if mode == "shadow" else "")
        store = self.store.model_copy(update={"path": path.with_name(stem + path.suffix)})
        said = {"mode": Phrase("origin-command-line")} if mode != self.mode else {}
        source = replace(self._source, origins={**self._source.origins, **said})
        changed = self.model_copy(update={"mode": mode, "store": store})
        return changed.came_from(source)

    @property
    def place(self) -> Place:
        """Where the store is; a shadow's rows in a database are its own, too."""
        suffix = _SHADOW if self.mode == "shadow" else ""
        return self.store.place(self._source.pharmacy, suffix, self.rxscale.key)

    def secrets(self) -> tuple[str, ...]:
        """Every secret in plain text: only to keep them out of the log."""
        named = (key.split(".") for key in sorted(secret_keys()))
        values = [getattr(getattr(self, section), key) for section, key in named]
        found = [each for value in values for each in (value if type(value) is tuple else (value,))]
        known = [secret.get_secret_value() for secret in found if secret is not None]
        return (*known, *filter(None, [self.store.password]))

    @property
    def webhook_target(self) -> str | None:
        """Where RxScale reaches this bridge; None where it is not said."""
        public = self.server.public_url
        pharmacy = self._source.pharmacy
        whose = f"{self.rxscale.key or pharmacy}/" if pharmacy else ""
        return None if public is None else f"{public.rstrip('/')}/webhooks/{whose}rxscale"

    @property
    def users_file(self) -> Path:
        """Who may open the page by a name (`rxbridge users`); it need not be there."""
        return self.server.users_file or self.store.path.with_name("users.json")

    def missing_for_run(self) -> tuple[Fault, ...]:
        """What has no default and is needed to talk to both vendors."""
        needed: dict[str, object] = {
            "rxscale.api_key": self.rxscale.api_key,
            "pharmaone.api_key": self.pharmaone.api_key,
            "pharmaone.org_id": self.pharmaone.org_id,
        }
        if self.pharmaone.submit_via == "connector":
            needed["pharmaone.connector_url"] = self.pharmaone.connector_url
            if self.orders.prescriptions != "ingest":
                del needed["pharmaone.org_id"]
        else:
            needed["pharmaone.shop_id"] = self.pharmaone.shop_id
        if self.rxscale.key:
            needed["rxscale.pharmacy_uid"] = self.rxscale.pharmacy_uid
        return tuple(self._missing(key) for key, value in needed.items() if not value)

    def variable(self, key: str) -> str:
        """The environment variable of a key, for this pharmacy alone where there are several."""
        return self._source.variable(key, self.rxscale.key)

    def _missing(self, key: str) -> Fault:
        name, file = self.variable(key), self.file.name if self.file else "rxbridge.toml"
        if key in secret_keys():
            return Fault(key, "missing-secret", file=name.lower(), name=name)
        return Fault(key, "missing", file=file, name=name)

    def unsafe_for_run(self, *, users: bool) -> tuple[Fault, ...]:
        """A page that others could open without logging in; `users`: there are some."""
        server = self.server
        if not server.page or users or server.admin_password_hash:
            return ()
        if not is_loopback(server.host):
            host = server.host
        elif server.public_url is not None and server.webhook_port is None:
            host = None
        else:
            return ()
        key = "server.admin_password_hash"
        return (Fault(key, "page-open", host=host, name=variable(key)),)

    def warnings(self) -> tuple[Phrase, ...]:
        """What works and should not stay so."""
        found = [
            Phrase("warning-secret", key=key, name=self.variable(key))
            for key in self._source.secrets_in_file
            if key != "store.url" or self.store.password
        ]
        if self.store.url is not None and self.store.backup_hour is not None:
            found.append(Phrase("warning-backup-hour"))
        for name, vendor in (("rxscale", self.rxscale), ("pharmaone", self.pharmaone)):
            if not any(s.get_secret_value() for s in vendor.webhook_secrets):
                seconds = f"{self.orders.poll_seconds:g}"
                found.append(Phrase("warning-webhooks", vendor=name, seconds=seconds))
        if self.pharmaone.one_way:
            found.append(Phrase("warning-one-way"))
        if self.server.webhook_host is not None and self.server.webhook_port is None:
            found.append(Phrase("warning-webhook-host"))
        found += [Phrase("warning-in-clear", key=key) for key in self.in_clear()]
        return tuple(found)

    def in_clear(self) -> list[str]:
        """The keys of other machines' addresses that keys and patients' data go to unencrypted."""
        pharmaone = self.pharmaone
        called = {
            "rxscale.base_url": self.rxscale.base_url,
            "pharmaone.base_url": pharmaone.base_url,
        }
        if pharmaone.submit_via == "connector" and pharmaone.connector_url:
            called["pharmaone.connector_url"] = pharmaone.connector_url
        return [key for key, address in called.items() if _is_in_clear(address)]


def _plainly(value: object) -> str:
    if isinstance(value, bool | None):
        return "" if value is None else str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def variable(key: str) -> str:
    """The environment variable of a key: `rxscale.api_key` is RXBRIDGE_RXSCALE__API_KEY."""
    return Source().variable(key)


PLAIN = ("mode",)
"""Keys that stand above all sections."""


@cache
def keys() -> Mapping[str, Mapping[str, Any]]:
    """All known keys, by section, each with the type of its value."""
    return {
        section: {
            key: field.annotation
            for key, field in cast("type[Section]", table.annotation).model_fields.items()
        }
        for section, table in Settings.model_fields.items()
        if section not in PLAIN
    }


@cache
def secret_keys() -> frozenset[str]:
    """`section.key` of all whose value is never shown."""
    return frozenset(
        f"{section}.{key}"
        for section, kinds in keys().items()
        for key, kind in kinds.items()
        if _holds(kind, SecretStr)
    )


def is_list(section: str, key: str) -> bool:
    """Whether a key takes several texts; not one that is unknown."""
    return get_origin(keys().get(section, {}).get(key)) is tuple


def _holds(kind: Any, wanted: type) -> bool:
    return kind is wanted or any(_holds(part, wanted) for part in get_args(kind))


def _is_in_clear(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and not is_loopback(parts.hostname or "")
