"""Finds and reads the configuration; reports every fault at once, as file: key: what to do."""

import json
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bridge.errors import Fault, Foreign, Misconfigured, Phrase, either
from bridge.settings import PLAIN, Settings, is_list, keys, secret_keys, variable
from bridge.source import OF_A_KEY, PREFIX, Source

FILE = "rxbridge.toml"
SYSTEM_FILE = Path("/etc/rxbridge") / FILE
SECRETS_DIR = Path("/run/secrets")
SECRETS = "secrets"
"""Beside the configuration file: read before the folder that is named or the system's."""
NO_FILE, NOT_A_FILE = Phrase("no-such-file"), Phrase("not-a-file")
PHARMACIES, KEYS = "pharmacies", "keys"
"""The folder of several pharmacies' files, and the tables of the keys of their groups."""
STORE = "rxbridge.db"
PHARMACY = re.compile(r"(?!(?:ready|rxscale|pharmaone)$)[a-z0-9][a-z0-9-]{0,31}")
SPOKEN = "_"
"""Before a key's name as environment and secret files say it: `-` is `_` there."""
NOT_KEYS = frozenset({"RXBRIDGE_CONFIG", "RXBRIDGE_SECRETS_DIR"})
# Kubernetes tells every pod of the services around it: of one called rxbridge in these words.
SERVICE_LINK = re.compile(
    r"RXBRIDGE_(\w+_)?(SERVICE_(HOST|PORT(_\w+)?)|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)"
)
SERVICE_ADDRESS = re.compile(r"(tcp|udp|sctp)://.*")


@dataclass(slots=True)
class _Gathered:
    """Values by section and key, where each came from, and what is wrong so far."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, object] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    secrets_in_file: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    groups: dict[str, dict[str, tuple[object, object]]] = field(default_factory=dict)
    """The keys of groups: by name and key, each value with its origin."""
    scoped: list[tuple[str, str, object]] = field(default_factory=list)
    """What environment and secret files say for one pharmacy (`adler__rxscale__api_key`), with the
    text and its origin."""

    def tell(self, where: object, key: str, /, **facts: object) -> None:
        self.faults.append(Fault(where, key, **facts))

    def put_plain(self, key: str, value: object, origin: object) -> None:
        self.values[key], self.origins[key] = value, origin

    def put(self, section: str, key: str, value: object, origin: object) -> None:
        self.values.setdefault(section, {})[key] = value
        self.origins[f"{section}.{key}"] = origin


def load(
    path: Path | None, environ: Mapping[str, str], *, cwd: Path, pharmacy: str = ""
) -> Settings:
    """The settings from file, secret files and environment, the later ones outweighing.

    `path` is what --config named, if anything. `pharmacy`: those of one of several, which inherits
    what is said for all. Raises Misconfigured with every fault found.
    """
    gathered = _Gathered()
    file = _find(path, environ, cwd, gathered)
    if file is not None:
        _read_file(file, gathered)
        _read_secrets(_own_secrets(file, gathered), gathered)
    _read_secrets(_secret_files(environ, cwd, gathered), gathered)
    _read_environment(environ, gathered)
    home = file.parent if file is not None else cwd
    if pharmacy:
        file = home / PHARMACIES / f"{pharmacy}.toml"
        _read_pharmacy(file, home, gathered)
    _take_key(gathered)
    settings = _validate(gathered)
    if settings is not None:
        gathered.faults += _in_clear(settings, gathered)
    if gathered.faults or settings is None:
        raise Misconfigured(dict.fromkeys(gathered.faults))
    in_file, files = tuple(gathered.secrets_in_file), tuple(gathered.files)
    return (
        _anchored(settings, home if file is None else file.parent)
        .in_mode(settings.mode)
        .came_from(Source(file, in_file, files, gathered.origins, pharmacy))
    )


def find(path: Path | None, environ: Mapping[str, str], *, cwd: Path) -> Path | None:
    """The configuration file that `load` would read."""
    return _find(path, environ, cwd, _Gathered())


def pharmacies(file: Path | None) -> list[str] | None:
    """The ids of all that stand beside this `rxbridge.toml`; None where it is for one alone."""
    folder = None if file is None else file.parent / PHARMACIES
    if folder is None or not folder.is_dir():
        return None
    return sorted(each.stem for each in folder.glob("*.toml"))


def _read_pharmacy(file: Path, home: Path, gathered: _Gathered) -> None:
    """Puts what is for one pharmacy over what is for all. Paths in it are taken from its folder."""
    name = f"{PHARMACIES}/{_shown(file.name)}"
    if not PHARMACY.fullmatch(file.stem):
        gathered.tell(name, "no-pharmacy-name")
    if not file.is_file():
        way = _nearest(file.stem, pharmacies(home / FILE) or ())
        raise Misconfigured(Fault(name, "no-pharmacy", way=way))
    gathered.values.get("notify", {}).pop("heartbeat_url", None)  # the process' sign of life
    users = str(Path(str(_said(gathered, "store", "path", STORE))).with_name("users.json"))
    for section, key, usual in (("mappings", "dir", "mappings"), ("server", "users_file", users)):
        shared = _said(gathered, section, key, usual)
        if isinstance(shared, str):
            gathered.values.setdefault(section, {})[key] = str(home / shared)
    gathered.put("store", "path", f"{file.stem}/{STORE}", f"{FILE}: store.path")
    _read_file(file, gathered, besides=("server", "log", KEYS))
    whose = f"{file.stem.replace('-', '_')}__"
    for key, text, origin in gathered.scoped:
        if key.startswith(whose):
            _take_text(f"{PREFIX}{key.removeprefix(whose)}", text, origin, gathered)


def _said(gathered: _Gathered, section: str, key: str, usual: str) -> object:
    return gathered.values.get(section, {}).get(key, usual)


def _take_key(gathered: _Gathered) -> None:
    """A pharmacy's part of its group's key."""
    name = gathered.values.get("rxscale", {}).get("key")
    if not isinstance(name, str) or not name:
        return
    found = gathered.groups.get(name, {}) | gathered.groups.get(SPOKEN + name.replace("-", "_"), {})
    if name not in gathered.groups and not found:
        origin = gathered.origins.get("rxscale.key", "rxscale.key")
        known = [each for each in gathered.groups if not each.startswith(SPOKEN)]
        way = _nearest(name, known) if known else Phrase("write-key", table=KEYS, file=FILE)
        gathered.tell(origin, "no-key-named", way=way)
    for key, (value, origin) in found.items():
        gathered.put("rxscale", key, value, origin)


def _find(
    path: Path | None, environ: Mapping[str, str], cwd: Path, gathered: _Gathered
) -> Path | None:
    named = path or (Path(environ["RXBRIDGE_CONFIG"]) if environ.get("RXBRIDGE_CONFIG") else None)
    places = (cwd / named,) if named else (cwd / FILE, SYSTEM_FILE)
    for place in places:
        what = _why_no_file(place)
        if what is None:
            return place
        if named or what != NO_FILE:
            gathered.faults.append(
                Fault(_shown(str(named or place)), "no-configuration", what=what)
            )
            return None
    return None


def _why_no_file(place: Path) -> Phrase | None:
    """What stands against reading it. A container makes a folder of a file it misses."""
    try:
        if place.is_file():
            return None
        return NOT_A_FILE if place.exists() else NO_FILE
    except OSError as error:
        return Phrase("file-unreadable", why=Foreign(error.strerror))


def _read_file(file: Path, gathered: _Gathered, besides: Collection[str] = ()) -> None:
    name = file.name
    gathered.files.append(file)
    for section, table in _parse(file, gathered).items():
        if section in besides:
            gathered.tell(f"{name}: {section}", "of-the-process", file=FILE)
            continue
        if section == KEYS and isinstance(table, dict):
            _read_keys(name, table, gathered)
            continue
        if section in PLAIN:
            gathered.put_plain(section, table, f"{name}: {section}")
            continue
        if not isinstance(table, dict):
            gathered.faults.append(_no_table(name, section))
            continue
        for key, value in table.items():
            _take(section, key, value, f"{name}: {_shown(section)}.{_shown(key)}", gathered)
            if f"{section}.{key}" in secret_keys() and value:
                gathered.secrets_in_file.append(f"{section}.{key}")
        if section not in keys() and not table:
            _take(section, "", None, f"{name}: {_shown(section)}", gathered)


def _read_keys(file: str, tables: Mapping[str, object], gathered: _Gathered) -> None:
    for name, table in tables.items():
        where = f"{file}: {KEYS}.{_shown(name)}"
        if not isinstance(table, dict) or not PHARMACY.fullmatch(name):
            gathered.tell(where, "no-key-table", table=KEYS)
            continue
        gathered.groups.setdefault(name, {})
        for key, value in table.items():
            _take_of_key(name, key, value, f"{where}.{_shown(key)}", gathered)
            if f"rxscale.{key}" in secret_keys() and value:
                gathered.secrets_in_file.append(f"{KEYS}.{name}.{key}")


def _take_of_key(name: str, key: str, value: object, origin: object, gathered: _Gathered) -> None:
    if key in OF_A_KEY:
        gathered.groups.setdefault(name, {})[key] = value, origin
    else:
        gathered.tell(origin, "no-key", way=_nearest(key, OF_A_KEY))


def _parse(file: Path, gathered: _Gathered) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        why, _, place = str(error).partition(" (at ")
        line, column = [*re.findall(r"\d+", place), None, None][:2]
        gathered.tell(file.name, "no-toml", why=Foreign(why), line=line, column=column)
    except UnicodeDecodeError:
        gathered.tell(file.name, "no-utf8")
    except OSError as error:
        gathered.tell(file.name, "unreadable", why=Foreign(error.strerror))
    except (ValueError, RecursionError):
        gathered.tell(file.name, "too-deep")
    return {}


def _no_table(name: str, word: str) -> Fault:
    where, known = f"{name}: {_shown(word)}", keys()
    if word in known:
        return Fault(where, "no-table", table=word)
    homes = [f"{section}.{word}" for section, names in known.items() if word in names]
    way = Phrase("nearest-key", guess=either(homes)) if homes else Phrase("move-below")
    return Fault(where, "no-section-at-all", way=way)


def _shown(word: str) -> str:
    """A fault is one line, whatever the key."""
    return word if word.isprintable() else ascii(word)


def _read_secrets(files: Iterable[Path], gathered: _Gathered) -> None:
    for file in files:
        origin = Phrase("origin-secret-file", file=_shown(str(file)))
        what = _why_no_file(file)
        try:
            text = "" if what else file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError):
            what = Phrase("cannot-be-read")
        if what:
            gathered.tell(origin, "secret-file", what=what)
        else:
            gathered.files.append(file)
            _take_text(file.name.upper(), text, origin, gathered)


def _own_secrets(file: Path, gathered: _Gathered) -> list[Path]:
    """Those beside the configuration; one that `rxbridge init` made empty is not filled in yet."""
    found = _secrets_in(file.parent / SECRETS, gathered, "own")
    return [each for each in found if not each.is_file() or each.stat().st_size]


def _secret_files(environ: Mapping[str, str], cwd: Path, gathered: _Gathered) -> list[Path]:
    named = environ.get("RXBRIDGE_SECRETS_DIR")
    if not named:
        return _secrets_in(SECRETS_DIR, gathered, "usual")
    return _secrets_in(cwd / named, gathered, "named")


def _secrets_in(folder: Path, gathered: _Gathered, kind: str) -> list[Path]:
    """Those with our prefix; the rest of the folder is not ours. One that is `named` has to
    be there.
    """
    why = Phrase("is-no-folder") if kind == "named" else None
    try:
        if folder.is_dir():
            return sorted(f for f in folder.iterdir() if f.name.startswith(PREFIX.lower()))
    except OSError as error:
        why = Phrase("file-unreadable", why=Foreign(error.strerror))
    if why is not None:
        name, where = "RXBRIDGE_SECRETS_DIR", Phrase("secret-files")
        where = Phrase("origin-environment", name=name) if kind == "named" else where
        shown = _shown(str(folder))
        gathered.tell(where, "secrets-folder", folder=shown, why=why, kind=kind)
    return []


def _read_environment(environ: Mapping[str, str], gathered: _Gathered) -> None:
    for name, text in sorted(environ.items()):
        if name.startswith(PREFIX) and name not in NOT_KEYS and not _is_service_link(name, text):
            _take_text(name, text, Phrase("origin-environment", name=_shown(name)), gathered)


def _is_service_link(name: str, text: str) -> bool:
    if "__" in name:
        return False
    if SERVICE_LINK.fullmatch(name):
        return True
    return name.endswith("_PORT") and SERVICE_ADDRESS.fullmatch(text) is not None


def _take_text(name: str, text: str, origin: object, gathered: _Gathered) -> None:
    section, found, key = name.removeprefix(PREFIX).lower().partition("__")
    if section in PLAIN and not found:
        gathered.put_plain(section, text.strip(), origin)
        return
    if not found:
        known = [variable(f"{s}.{k}") for s, names in keys().items() for k in names]
        gathered.tell(origin, "no-key", way=_nearest(name, known))
        return
    text = text.strip()
    if section == "pharmacy":
        gathered.scoped.append((key, text, origin))
        return
    whose = ""
    if section == "key":
        section, (whose, _, key) = "rxscale", key.partition("__")
    value: object = split(text) if is_list(section, key) else text
    if whose:
        _take_of_key(SPOKEN + whose, key, value, origin, gathered)
        return
    _take(section, key, value, origin, gathered)


def split(text: str) -> object:
    """A JSON list, or texts with commas between them."""
    if text.startswith("["):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return text
    return [part.strip() for part in text.split(",") if part.strip()]


def _take(section: str, key: str, value: object, origin: object, gathered: _Gathered) -> None:
    known = keys()
    if section not in known:
        gathered.tell(origin, "no-section", way=_nearest(section, known))
    elif key not in known[section]:
        way = _nearest(key, known[section], section)
        gathered.tell(origin, "no-key", way=way)
    else:
        gathered.put(section, key, value, origin)


def _nearest(word: str, known: Iterable[str], section: str = "") -> Phrase:
    import difflib  # only a mistake needs it

    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    prefix = f"{section}." if section else ""
    if close:
        return Phrase("nearest-key", guess=prefix + close[0])
    return Phrase("known-here", names=", ".join(prefix + name for name in sorted(known)))


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
        yield Fault(gathered.origins.get(place, place), "value", what=_message(dict(detail)))


def _in_clear(settings: Settings, gathered: _Gathered) -> Iterator[Fault]:
    for key in settings.in_clear():
        vendor = key.partition(".")[0]
        if not getattr(settings, vendor).allow_http:
            yield Fault(gathered.origins.get(key, key), "in-clear", vendor=vendor)


def _message(detail: Mapping[str, Any]) -> object:
    about = detail.get("ctx", {})
    if isinstance(about.get("error"), ValueError):
        return about["error"].args[0]
    if "expected" in about:
        about = {"expected": either(re.findall("'[^']*'", about["expected"]))}
    facts = {name: f"{each:.0f}" if type(each) is float else each for name, each in about.items()}
    return Foreign(detail["msg"], f"value-{detail['type']}", **facts)


def _anchored(settings: Settings, home: Path) -> Settings:
    """Relative paths are taken from the configuration's own folder."""
    server, users = settings.server, settings.server.users_file
    return settings.model_copy(
        update={
            "server": server.model_copy(update={"users_file": users and home / users}),
            "store": settings.store.model_copy(update={"path": home / settings.store.path}),
            "mappings": settings.mappings.model_copy(update={"dir": home / settings.mappings.dir}),
        }
    )
