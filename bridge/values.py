"""The types of configured values: what each takes, and what is said of one that it does not take.

The message for a wrong value never quotes the value.
"""

import re
from pathlib import Path
from typing import Annotated, get_args
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from bridge.errors import Phrase

MOST = 1_000_000
"""More of anything countable is a slip of the finger."""
YEAR_SECONDS = 366 * 86400
CENTURY_DAYS = 36500
LEAST_SECRET = 16

_API_PATH = re.compile(r"/?[\w.~%-]+(/[\w.~%-]+)*/?", re.ASCII)
_PORTAL = re.compile(r"https?://[^\s{}]+\{(uid|id)\}[^\s{}]*")
_ARGON2 = re.compile(r"\$argon2id\$v=\d+\$m=\d+,t=\d+,p=\d+(\$[A-Za-z0-9+/]+){2}")
_HOUR = r"([01]\d|2[0-3]):[0-5]\d"


class Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_not_set(cls, value: object, info: ValidationInfo) -> object:
        """Where a key need not be set: so an empty environment variable says."""
        kinds = get_args(cls.model_fields[info.field_name or ""].annotation)
        is_empty = isinstance(value, str) and not value.strip()
        return None if is_empty and type(None) in kinds else value


def is_of_the_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # its text quotes the address
        return False


def _web_address(text: str) -> str:
    """A whole address that paths can be put behind; no password, since addresses are shown."""
    if not is_of_the_web(text) or not text.isprintable() or set(text) & set(" ?#@\\"):
        raise ValueError(Phrase("value-web-address"))
    return text.rstrip("/")


def _api_path(text: str) -> str:
    if not _API_PATH.fullmatch(text):
        raise ValueError(Phrase("value-api-path"))
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError(Phrase("value-one-line"))
    return text


def _one_line_secret(secret: SecretStr) -> SecretStr:
    _one_line(secret.get_secret_value())
    return secret


def _signing_secret(secret: SecretStr) -> SecretStr:
    """An empty one counts as none."""
    if 0 < len(secret.get_secret_value()) < LEAST_SECRET:
        raise ValueError(Phrase("value-short-secret", least=LEAST_SECRET))
    return secret


def _password_hash(secret: SecretStr) -> SecretStr:
    if not _ARGON2.fullmatch(secret.get_secret_value()):
        raise ValueError(Phrase("value-password-hash"))
    return secret


def _path(value: object) -> object:
    if isinstance(value, str) and (not value.strip() or "\0" in value):
        raise ValueError(Phrase("value-path"))
    return value


def _number(value: object) -> object:
    """pydantic would take true for 1."""
    if isinstance(value, bool):
        raise ValueError(Phrase("value-number"))  # noqa: TRY004 - pydantic collects only this one
    return value


def _notify_address(secret: SecretStr) -> SecretStr:
    if "://" not in secret.get_secret_value():
        raise ValueError(Phrase("value-notify-address"))
    return secret


def _database_url(secret: SecretStr) -> SecretStr:
    """Its text is never quoted: a password may be in it."""
    try:
        usable = urlsplit(secret.get_secret_value()).scheme in ("postgresql", "postgres")
    except ValueError:  # its text quotes the address
        usable = False
    if not usable or "://" not in secret.get_secret_value():
        raise ValueError("must be postgresql://user@host:5432/database")
    return secret


def _portal(text: str) -> str:
    if not _PORTAL.fullmatch(text):
        raise ValueError(Phrase("value-portal"))
    return text


WebAddress = Annotated[str, AfterValidator(_web_address)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Secret = Annotated[SecretStr, AfterValidator(_one_line_secret)]
SigningSecret = Annotated[Secret, AfterValidator(_signing_secret)]
FilePath = Annotated[Path, BeforeValidator(_path)]
Portal = Annotated[str, AfterValidator(_portal)]
ApiPath = Annotated[str, AfterValidator(_api_path)]
NotifyAddress = Annotated[Secret, AfterValidator(_notify_address)]
DatabaseUrl = Annotated[Secret, AfterValidator(_database_url)]
PharmacyName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
Hours = Annotated[str, Field(pattern=f"^{_HOUR}-{_HOUR}$")]
PasswordHash = Annotated[SecretStr, AfterValidator(_password_hash)]


_Numeric = BeforeValidator(_number)
Percent = Annotated[int, Field(ge=1, le=100), _Numeric]
Port = Annotated[int, Field(ge=0, le=65535), _Numeric]
Hour = Annotated[int, Field(ge=0, le=23), _Numeric]
Count = Annotated[int, Field(ge=0, le=MOST), _Numeric]
AtLeastOne = Annotated[int, Field(ge=1, le=MOST), _Numeric]
Days = Annotated[int, Field(ge=1, le=CENTURY_DAYS), _Numeric]
Seconds = Annotated[float, Field(ge=0, le=YEAR_SECONDS, allow_inf_nan=False), _Numeric]
LongerThanNothing = Annotated[float, Field(gt=0, le=YEAR_SECONDS, allow_inf_nan=False), _Numeric]
DrainSeconds = Annotated[float, Field(ge=0, le=9), _Numeric]
