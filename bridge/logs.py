"""Log lines, as JSON or for a console, without secrets and without the text of foreign errors."""

import json
import logging
import traceback
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""What every record carries; whatever else it has was given as `extra`."""
OWN_ERRORS = "bridge.errors"
"""Errors of this module hold no patient data in their texts."""


PHARMACY: ContextVar[str] = ContextVar("pharmacy", default="")
"""Which pharmacy something is done for, where a process has several: each line names it."""


def setup(level: str, style: str, stream: TextIO, *, secrets: Sequence[str] = ()) -> None:
    """Sends all logging to `stream`, in `style` "json" or "console", from `level` on.

    What libraries log is shown from "warning" on at the earliest. `secrets` never reach the stream.
    """
    handler = logging.StreamHandler(stream)
    handler.addFilter(_with_pharmacy)
    handler.addFilter(_is_new)
    handler.setFormatter(Redacting(Json() if style == "json" else Console(), secrets))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    ours = logging.getLogger("bridge")
    ours.setLevel(level.upper())
    root.setLevel(max(logging.WARNING, ours.level))


def _with_pharmacy(record: logging.LogRecord) -> bool:
    if pharmacy := PHARMACY.get():
        record.pharmacy = pharmacy
    return True


def _is_new(record: logging.LogRecord) -> bool:
    """Not so what went wrong by a failure that the log has already, if that is given as `extra`."""
    return not any(getattr(value, "is_told", False) for value in _extra(record).values())


def redact(secrets: Sequence[str]) -> None:
    """From now on these reach the stream neither."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, Redacting):
            handler.formatter.add(secrets)


def is_set_up() -> bool:
    """Whether there is a log to read: a command has none."""
    return any(isinstance(each.formatter, Redacting) for each in logging.getLogger().handlers)


def terse() -> None:
    """Where there is no log, a warning is one line on the terminal, without a traceback."""
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(Terse())
        logging.lastResort.addFilter(_is_no_call)
        logging.lastResort.addFilter(_is_new)


def _is_no_call(record: logging.LogRecord) -> bool:
    """What came of a call is told by the command that made it, once."""
    return record.name not in ("bridge.transport", "bridge.store")


class Terse(logging.Formatter):
    """The message alone: what led to it may hold foreign words."""

    def format(self, record: logging.LogRecord) -> str:
        return _message(record)


class Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        for name, value in _extra(record).items():
            line.setdefault(name, value)
        if record.exc_info and record.exc_info[1]:
            line["traceback"] = "\n".join(_traceback(record.exc_info[1]))
        return json.dumps(line, default=str, ensure_ascii=False)


class Console(logging.Formatter):
    """A line a person reads."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        extra = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        text = f"{at} {record.levelname.lower():7} {_message(record)} {extra}".rstrip()
        if record.exc_info and record.exc_info[1]:
            text = "\n".join([text, *_traceback(record.exc_info[1])])
        return text


class Redacting(logging.Formatter):
    """Replaces every secret that got into a line all the same."""

    def __init__(self, inner: logging.Formatter, secrets: Sequence[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets: list[str] = []
        self.add(secrets)

    def add(self, secrets: Sequence[str]) -> None:
        forms = {form for s in secrets if len(s) > 3 for form in (s, _in_json(s), repr(s)[1:-1])}
        self._secrets = sorted(forms.union(self._secrets), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        text = self._inner.format(record)
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    # asyncio's further lines show tasks with the text of the error they ended with.
    return text.partition("\n")[0] if record.name == "asyncio" else text


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if name not in PLAIN}


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _traceback(error: BaseException) -> Iterator[str]:
    """Where it came from, oldest error first. A foreign error's text may quote a body: left out."""
    for one in reversed(list(_chain(error))):
        for frame in traceback.format_tb(one.__traceback__):
            yield frame.rstrip()
        yield safe_text(one)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, what is in it where it is a group, and what led to it; each once."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [before] if before else []


def safe_text(error: BaseException) -> str:
    """What it is; its own words only where they hold no foreign text."""
    kind = type(error)
    if any(base.__module__ == OWN_ERRORS for base in kind.__mro__):
        return f"{kind.__name__}: {error}"
    if isinstance(error, OSError) and error.strerror and error.errno:
        return f"{kind.__name__}: {error.strerror}"
    return kind.__name__
