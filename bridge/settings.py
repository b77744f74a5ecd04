"""What can be configured: every key, its unit and its default (the operator's contract)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PrivateAttr, SecretStr

from bridge.errors import Fault

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a web address such as https://api.example.com")
    return text.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
Count = Annotated[int, Field(ge=0)]
AtLeastOne = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(ge=0)]
LongerThanNothing = Annotated[float, Field(gt=0)]


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class RxScaleSection(Section):
    base_url: WebAddress = "https://api.rxscale-dev.com"
    api_path: str = "/v1/external_pharmacy_api"
    """Older accounts: /v1/external-pharmacy-api-v1."""
    dialect: Literal["current", "legacy"] = "current"
    api_key: SecretStr | None = None
    webhook_secrets: tuple[SecretStr, ...] = ()
    pharmacy_uid: str | None = None
    requests_per_second: Count = 10
    requests_per_minute: Count = 600
    at_once: AtLeastOne = 8


class PharmaOneSection(Section):
    base_url: WebAddress = "https://manager.prod.pharmaone.shop"
    org_id: str | None = None
    shop_id: str | None = None
    api_key: SecretStr | None = None
    webhook_secrets: tuple[SecretStr, ...] = ()
    submit_via: Literal["v2", "v1", "connector"] = "v2"
    connector_url: WebAddress | None = None
    requests_per_second: Count = 10
    requests_per_minute: Count = 600
    at_once: AtLeastOne = 8


class ServerSection(Section):
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: WebAddress | None = None
    drain_seconds: Annotated[float, Field(ge=0, le=9)] = 8.0
    """How long looks under way may take to end after SIGTERM."""


class StoreSection(Section):
    path: Path = Path("rxbridge.db")
    retention_days: AtLeastOne = 90


class MappingsSection(Section):
    dir: Path = Path("mappings")


class OrdersSection(Section):
    poll_seconds: LongerThanNothing = 60.0
    fresh_seconds: LongerThanNothing = 5.0
    unsure_submission: Literal["repeat", "ask"] = "repeat"
    unsure_grace_seconds: Seconds = 30.0
    """How long an order-request whose answer was lost is given before it is looked for."""
    hold_when_stuck: bool = False
    find_details: AtLeastOne = 500
    """How many single orders one search at PharmaOne may read."""
    workers: AtLeastOne = 16
    prescriptions: Literal["attach", "ingest", "off"] = "attach"
    """Part of the order-request, sent to PharmaOne by themselves, or not sent at all."""


class StockSection(Section):
    sync_seconds: LongerThanNothing = 300.0
    sync_prices: bool = False
    subtract_open_orders: bool = True
    stale_after_seconds: Seconds = 3600.0


class LogSection(Section):
    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "console"] = "json"


class Settings(Section):
    """Everything, with the file it came from and which of its secrets stood in it."""

    rxscale: RxScaleSection = RxScaleSection()
    pharmaone: PharmaOneSection = PharmaOneSection()
    server: ServerSection = ServerSection()
    store: StoreSection = StoreSection()
    mappings: MappingsSection = MappingsSection()
    orders: OrdersSection = OrdersSection()
    stock: StockSection = StockSection()
    log: LogSection = LogSection()
    _secrets_in_file: tuple[str, ...] = PrivateAttr(default=())
    _file: Path | None = PrivateAttr(default=None)

    @property
    def file(self) -> Path | None:
        return self._file

    def came_from(self, file: Path | None, secrets_in_file: tuple[str, ...]) -> "Settings":
        self._file, self._secrets_in_file = file, secrets_in_file
        return self

    def secrets(self) -> tuple[str, ...]:
        """Every secret in plain text: only to keep them out of the log."""
        vendors = (self.rxscale, self.pharmaone)
        found = [s for v in vendors for s in (v.api_key, *v.webhook_secrets) if s is not None]
        return tuple(secret.get_secret_value() for secret in found)

    def missing_for_run(self) -> tuple[Fault, ...]:
        """What has no default and is needed to talk to both vendors."""
        needed: dict[str, object] = {
            "rxscale.api_key": self.rxscale.api_key,
            "pharmaone.api_key": self.pharmaone.api_key,
            "pharmaone.org_id": self.pharmaone.org_id,
        }
        if self.pharmaone.submit_via == "connector":
            needed["pharmaone.connector_url"] = self.pharmaone.connector_url
        else:
            needed["pharmaone.shop_id"] = self.pharmaone.shop_id
        return tuple(_missing(key) for key, value in needed.items() if not _given(value))

    def warnings(self) -> tuple[str, ...]:
        """What works and should not stay so."""
        found = [
            f"{key}: a secret in the configuration file; better in the environment as "
            f"{variable(key)} or in a secret file"
            for key in self._secrets_in_file
        ]
        if not any(s.get_secret_value() for s in self.rxscale.webhook_secrets):
            found.append(
                "rxscale.webhook_secrets: none, so no webhook is accepted and orders are found "
                f"only by the sweep every {self.orders.poll_seconds:g} s"
            )
        for name, vendor in (("rxscale", self.rxscale), ("pharmaone", self.pharmaone)):
            if _is_in_clear(vendor.base_url):
                found.append(f"{name}.base_url: http without encryption to another machine")
        return tuple(found)


def variable(key: str) -> str:
    """The environment variable of a key: `rxscale.api_key` is RXBRIDGE_RXSCALE__API_KEY."""
    return "RXBRIDGE_" + key.upper().replace(".", "__")


def keys() -> Mapping[str, tuple[str, ...]]:
    """All known keys, by section."""
    return {
        name: tuple(_section(field.annotation).model_fields)
        for name, field in Settings.model_fields.items()
    }


def secret_keys() -> frozenset[str]:
    return frozenset(
        f"{section}.{key}"
        for section in ("rxscale", "pharmaone")
        for key in ("api_key", "webhook_secrets")
    )


def is_list(section: str, key: str) -> bool:
    return key == "webhook_secrets" and section in ("rxscale", "pharmaone")


def _section(annotation: Any) -> type[BaseModel]:
    section: type[BaseModel] = annotation
    return section


def _given(value: object) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _missing(key: str) -> Fault:
    secret = key in secret_keys()
    way = f"set {variable(key)}" if secret else f"set it in rxbridge.toml or as {variable(key)}"
    return Fault(key, "missing", way)


def _is_in_clear(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "http" and parts.hostname not in LOOPBACK
