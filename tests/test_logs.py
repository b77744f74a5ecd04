"""Log lines: their two shapes, what passes the level, and what must never be in one."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from bridge import logs
from bridge.errors import Garbled, Refused, TryLater, Unreachable

SECRET = "whsec_never shown"
BODY = '{"last_name": "Patient-Zero"}'


@pytest.fixture(autouse=True)
def everyday_logging() -> Iterator[None]:
    """`setup` changes the whole process: put it back."""
    root, ours = logging.getLogger(), logging.getLogger("bridge")
    before = root.handlers[:], root.level, ours.level
    yield
    root.handlers[:], root.level, ours.level = before
    for logger in (root, ours):
        logger.setLevel(logger.level)  # forgets the answers that loggers remember


class Log:
    """What was logged since `setup`."""

    def __init__(self, style: str, level: str = "debug", secrets: tuple[str, ...] = ()) -> None:
        self.stream = io.StringIO()
        logs.setup(level, style, self.stream, secrets=secrets)
        self.logger = logging.getLogger("bridge.part")

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def line(self) -> dict[str, object]:
        (line,) = self.text.splitlines()
        return json.loads(line)


def test_a_json_line_says_when_how_bad_who_and_what() -> None:
    log = Log("json")
    log.logger.warning("%s failed", "it")
    line = log.line
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", str(line.pop("time")))
    assert line == {"level": "warning", "logger": "bridge.part", "message": "it failed"}


def test_a_json_line_keeps_what_else_it_is_given() -> None:
    log = Log("json")
    odd = {"key": "order:po-1", "count": 3, "why": None, "umlaut": "ä", "path": io, "list": [1]}
    log.logger.info("looked", extra=odd)
    assert {name: log.line[name] for name in odd} == odd | {"path": str(io)}
    assert '"ä"' in log.text


def test_what_it_is_given_never_replaces_what_the_line_says() -> None:
    log = Log("json")
    log.logger.info("looked", extra={"level": "none", "time": 0, "logger": "x"})
    assert (log.line["level"], log.line["logger"]) == ("info", "bridge.part")
    assert log.line["time"] != 0


def test_a_json_line_is_one_line_whatever_is_in_it() -> None:
    log = Log("json")
    log.logger.info("two\nlines \u2028 \x00", extra={"more": "a\r\nb"})
    assert log.text.count("\n") == 1
    assert json.loads(log.text)["more"] == "a\r\nb"


def test_a_console_line_is_read_by_a_person() -> None:
    log = Log("console")
    log.logger.info("looked at %s", "po-1", extra={"calls": 3, "why": "new"})
    log.logger.error("bare")
    first, second = log.text.splitlines()
    assert re.fullmatch(r"\d\d:\d\d:\d\d info    looked at po-1 calls=3 why=new", first)
    assert re.fullmatch(r"\d\d:\d\d:\d\d error   bare", second)


LEVELS = ("debug", "info", "warning", "error")


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize("level", LEVELS)
def test_our_lines_from_the_level_on_and_others_from_warning_on(style: str, level: str) -> None:
    log, library = Log(style, level), logging.getLogger("library")
    for word in LEVELS:
        log.logger.log(logging.getLevelNamesMapping()[word.upper()], "ours-%s", word)
        library.log(logging.getLevelNamesMapping()[word.upper()], "theirs-%s", word)
    first = LEVELS.index(level)
    assert re.findall(r"ours-(\w+)", log.text) == list(LEVELS[first:])
    assert re.findall(r"theirs-(\w+)", log.text) == list(LEVELS[max(first, 2) :])


def test_setting_up_again_writes_each_line_once() -> None:
    before, log = Log("json"), Log("json")
    log.logger.info("once")
    assert (before.text, log.text.count("once")) == ("", 1)


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize(
    "secret", [SECRET, 'quo"te', "back\\slash", "apo'strophe", "umläut", "whsec", "whsec_never"]
)
def test_a_secret_is_taken_out_of_every_part_of_a_line(style: str, secret: str) -> None:
    log = Log(style, secrets=("", "abc", "whsec", secret))
    log.logger.info("said %s", secret, extra={"why": secret, "all": {"in": [secret]}})
    try:
        raise TryLater(f"no {secret}")
    except TryLater:
        log.logger.exception("failed")
    assert "***" in log.text
    for form in (secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], "_never"):
        assert form not in log.text
    if style == "json":
        assert all(json.loads(line) for line in log.text.splitlines())


def test_a_secret_too_short_to_be_told_from_words_stays() -> None:
    log = Log("json", secrets=("abc",))
    log.logger.info("abcdef")
    assert log.line["message"] == "abcdef"


def quoting() -> None:
    raise ValueError(f"cannot read {BODY}")


def logged(style: str, error: BaseException) -> str:
    log = Log(style)
    try:
        raise error
    except BaseException:
        log.logger.exception("failed unexpectedly", extra={"key": "order:po-1"})
    return log.text


@pytest.mark.parametrize("style", ["json", "console"])
def test_an_unexpected_error_says_where_but_not_what_it_quotes(style: str) -> None:
    log = Log(style)
    try:
        try:
            quoting()
        except ValueError as first:
            raise KeyError(BODY) from first
    except KeyError:
        log.logger.exception("failed unexpectedly", extra={"key": "order:po-1"})
    assert "Patient-Zero" not in log.text
    for part in ("test_logs.py", "in quoting", "ValueError", "KeyError", "order:po-1"):
        assert part in log.text
    assert log.text.index("ValueError") < log.text.rindex("KeyError")


@pytest.mark.parametrize("style", ["json", "console"])
@pytest.mark.parametrize(
    ("error", "text"),
    [
        (TryLater("RxScale is left alone"), "TryLater: RxScale is left alone"),
        (Garbled("no answer", "uid"), "Garbled: no answer"),
        (Refused("no", status=400), "Refused: no"),
        (OSError(28, "No space left on device", BODY), "OSError: No space left on device"),
        (OSError(BODY), "OSError"),
        (ValueError(BODY), "ValueError"),
        (UnicodeEncodeError("ascii", BODY, 0, 1, BODY), "UnicodeEncodeError"),
        (ExceptionGroup(BODY, [KeyError(BODY), TryLater("later")]), "ExceptionGroup"),
        (asyncio.CancelledError(BODY), "CancelledError"),
    ],
)
def test_only_errors_known_to_quote_nothing_are_quoted(
    style: str, error: BaseException, text: str
) -> None:
    shown = logged(style, error)
    assert "Patient-Zero" not in shown
    last = json.loads(shown)["traceback"] if style == "json" else shown.rstrip("\n")
    assert last.splitlines()[-1] == text


def test_what_is_in_a_group_is_shown_as_well() -> None:
    shown = logged("console", ExceptionGroup("two", [KeyError(BODY), TryLater("later")]))
    assert "KeyError\n" in shown
    assert "TryLater: later\n" in shown


def test_errors_that_lead_in_a_circle_are_shown_once() -> None:
    first, second = TryLater("first"), TryLater("second")
    first.__cause__, second.__cause__ = second, first
    shown = logged("console", first)
    assert (shown.count("first"), shown.count("second")) == (1, 1)


def test_what_an_error_stands_for_is_left_out() -> None:
    log = Log("console")
    try:
        try:
            quoting()
        except ValueError:
            raise TryLater("later") from None
    except TryLater:
        log.logger.exception("failed")
    assert "ValueError" not in log.text


@pytest.mark.parametrize("style", ["json", "console"])
def test_an_exception_asked_for_where_there_is_none(style: str) -> None:
    log = Log(style)
    log.logger.error("calm", exc_info=True)
    assert "calm" in log.text
    assert "traceback" not in log.text
    assert "NoneType" not in log.text


async def test_a_task_nobody_awaited_does_not_show_what_its_error_quotes() -> None:
    log, loop = Log("json"), asyncio.get_running_loop()

    async def fail() -> None:
        quoting()

    task = asyncio.create_task(fail())
    await asyncio.wait([task])
    error = task.exception()
    loop.default_exception_handler(
        {"message": "Task exception was never retrieved", "exception": error, "future": task}
    )
    assert log.line["message"] == "Task exception was never retrieved"
    assert "Patient-Zero" not in log.text
    assert "in quoting" in log.text


def test_a_line_names_the_pharmacy_and_later_secrets_are_hidden_too() -> None:
    stream = io.StringIO()
    logs.setup("info", "json", stream, secrets=["the-first-secret"])
    token = logs.PHARMACY.set("adler")
    try:
        logs.redact(["a-later-secret"])
        logging.getLogger("bridge").info("the-first-secret and a-later-secret")
    finally:
        logs.PHARMACY.reset(token)
    line = json.loads(stream.getvalue())
    assert (line["pharmacy"], line["message"]) == ("adler", "*** and ***")


@pytest.mark.parametrize("style", ["json", "console"])
def test_a_failure_that_the_log_has_already_is_told_no_second_time(style: str) -> None:
    log = Log(style)
    log.logger.warning("cannot beat", extra={"reason": Unreachable("the database is away")})
    assert log.text == ""
    log.logger.warning("cannot beat", extra={"reason": TryLater("the disk is full")})
    assert "the disk is full" in log.text
