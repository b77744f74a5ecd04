"""Finds and reads the configuration; reports every fault at once, as file: key: what to do."""

import difflib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bridge.errors import Fault, Misconfigured
from bridge.settings import Settings, is_list, keys, secret_keys, variable

FILE = "rxbridge.toml"
SYSTEM_FILE = Path("/etc/rxbridge") / FILE
SECRETS_DIR = Path("/run/secrets")
PREFIX = "RXBRIDGE_"
NOT_KEYS = frozenset({"RXBRIDGE_CONFIG", "RXBRIDGE_SECRETS_DIR"})


@dataclass(slots=True)
class _Gathered:
    """Values by section and key, where each came from, and what is wrong so far."""

    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    secrets_in_file: list[str] = field(default_factory=list)

    def put(self, section: str, key: str, value: object, origin: str) -> None:
        self.values.setdefault(section, {})[key] = value
        self.origins[f"{section}.{key}"] = origin


def load(path: Path | None, environ: Mapping[str, str], *, cwd: Path) -> Settings:
    """The settings from file, secret files and environment, the later ones outweighing.

    `path` is what --config named, if anything. Raises Misconfigured with every fault found.
    """
    file = _find(path, environ, cwd)
    gathered = _Gathered()
    if file is not None:
        _read_file(file, gathered)
    _read_secrets(environ, gathered)
    _read_environment(environ, gathered)
    settings = _validate(gathered)
    if gathered.faults or settings is None:
        raise Misconfigured(gathered.faults)
    home = file.parent if file is not None else cwd
    return _anchored(settings, home).came_from(file, tuple(gathered.secrets_in_file))


def _find(path: Path | None, environ: Mapping[str, str], cwd: Path) -> Path | None:
    named = path or (Path(environ["RXBRIDGE_CONFIG"]) if environ.get("RXBRIDGE_CONFIG") else None)
    if named is not None:
        file = cwd / named
        if not file.is_file():
            raise Misconfigured(Fault(str(named), "no such file", "name the configuration file"))
        return file
    return next((file for file in (cwd / FILE, SYSTEM_FILE) if file.is_file()), None)


def _read_file(file: Path, gathered: _Gathered) -> None:
    name = file.name
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        gathered.faults.append(Fault(name, f"not valid TOML: {error}", "mend that line"))
        return
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        gathered.faults.append(Fault(str(file), f"cannot be read ({reason})", "mend the file"))
        return
    for section, table in content.items():
        if not isinstance(table, dict):
            what = "a key outside of any section" if section not in keys() else "must be a table"
            gathered.faults.append(Fault(f"{name}: {section}", what, f"write [{section}] above it"))
            continue
        for key, value in table.items():
            _take(section, key, value, f"{name}: {section}.{key}", gathered)
            if f"{section}.{key}" in secret_keys() and value:
                gathered.secrets_in_file.append(f"{section}.{key}")


def _read_secrets(environ: Mapping[str, str], gathered: _Gathered) -> None:
    named = environ.get("RXBRIDGE_SECRETS_DIR")
    folder = Path(named) if named else SECRETS_DIR
    if not folder.is_dir():
        if named:
            where = "environment: RXBRIDGE_SECRETS_DIR"
            gathered.faults.append(Fault(where, f"{folder} is no folder", "name one, or unset it"))
        return
    for file in sorted(folder.iterdir()):
        if not file.name.startswith(PREFIX.lower()) or not file.is_file():
            continue
        try:
            text = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            gathered.faults.append(Fault(f"secret file: {file}", "cannot be read", "mend it"))
            continue
        _take_text(file.name.upper(), text, f"secret file: {file}", gathered)


def _read_environment(environ: Mapping[str, str], gathered: _Gathered) -> None:
    for name, text in sorted(environ.items()):
        if name.startswith(PREFIX) and name not in NOT_KEYS:
            _take_text(name, text, f"environment: {name}", gathered)


def _take_text(name: str, text: str, origin: str, gathered: _Gathered) -> None:
    section, found, key = name.removeprefix(PREFIX).lower().partition("__")
    if not found:
        known = {variable(f"{s}.{k}"): "" for s, names in keys().items() for k in names}
        gathered.faults.append(Fault(origin, "no such key", _nearest(name, known)))
        return
    value: object = _split(text) if is_list(section, key) else text
    _take(section, key, value, origin, gathered)


def _split(text: str) -> object:
    """A JSON list, or texts with commas between them."""
    if text.lstrip().startswith("["):
        try:
            return json.loads(text)
        except ValueError:
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _take(section: str, key: str, value: object, origin: str, gathered: _Gathered) -> None:
    known = keys()
    if section not in known:
        gathered.faults.append(Fault(origin, "no such section", _nearest(section, known)))
    elif key not in known[section]:
        gathered.faults.append(Fault(origin, "no such key", _nearest(key, known[section], section)))
    else:
        gathered.put(section, key, value, origin)


def _nearest(word: str, known: Mapping[str, object] | tuple[str, ...], section: str = "") -> str:
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    prefix = f"{section}." if section else ""
    if close:
        return f"did you mean {prefix}{close[0]}?"
    return f"known here: {', '.join(prefix + name for name in sorted(known))}"


def _validate(gathered: _Gathered) -> Settings | None:
    try:
        return Settings.model_validate(gathered.values)
    except ValidationError as error:
        gathered.faults.extend(_faults(error, gathered))
        return None


def _faults(error: ValidationError, gathered: _Gathered) -> Iterator[Fault]:
    """Messages say what is expected, never what was given: it may be a secret."""
    for detail in error.errors(include_input=False, include_url=False):
        place = ".".join(str(part) for part in detail["loc"][:2])
        yield Fault(gathered.origins.get(place, place), _what(detail["msg"]), "correct the value")


def _what(message: str) -> str:
    text = message.removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def _anchored(settings: Settings, home: Path) -> Settings:
    """Relative paths are taken from the configuration's own folder."""
    return settings.model_copy(
        update={
            "store": settings.store.model_copy(update={"path": home / settings.store.path}),
            "mappings": settings.mappings.model_copy(update={"dir": home / settings.mappings.dir}),
        }
    )
