"""What an answer means: tables."""

from datetime import UTC, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import BridgeError, Garbled, TryLater, Unsure
from bridge.exchange import Priority, Request, Response
from bridge.transport import answers
from bridge.transport.answers import Answer, Loss, Lost

NOON = datetime(2026, 1, 2, 12, 0, tzinfo=UTC)


def answer(status: int, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): text for name, text in headers.items()}, b"")


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("86400", 3600.0),
        ("Fri, 02 Jan 2026 12:00:30 GMT", 30.0),
        ("Fri, 02 Jan 2026 12:00:30 -0000", 30.0),
        ("Fri, 02 Jan 2026 11:59:00 GMT", 0.0),
        ("Sat, 03 Jan 2026 12:00:00 GMT", 3600.0),
        ("soon", None),
        ("", None),
        ("nan", None),
        ("inf", None),
    ],
)
def test_retry_after(text: str, seconds: float | None) -> None:
    assert answers.retry_after(answer(429, retry_after=text), NOON) == seconds


def test_a_date_is_counted_from_the_vendors_own_clock() -> None:
    skewed = answer(
        429,
        retry_after="Fri, 02 Jan 2026 09:00:20 GMT",
        date="Fri, 02 Jan 2026 09:00:00 GMT",
    )
    assert answers.retry_after(skewed, NOON) == 20.0


def test_no_retry_after() -> None:
    assert answers.retry_after(answer(429), NOON) is None
    assert answers.retry_after(Lost(Loss.NO_ANSWER), NOON) is None


@given(st.text() | st.datetimes().map(format_datetime))
def test_no_retry_after_can_crash_it(text: str) -> None:
    seconds = answers.retry_after(answer(429, retry_after=text), NOON)
    assert seconds is None or 0 <= seconds <= 3600


@pytest.mark.parametrize(
    ("given_answer", "is_failure", "is_passing", "wants_pause", "is_trouble"),
    [
        (answer(200), False, False, False, False),
        (answer(302), False, False, False, False),
        (answer(404), False, False, False, False),
        (answer(401), False, False, False, True),
        (answer(403), False, False, False, True),
        (answer(429), False, False, True, True),
        (answer(500), True, True, False, True),
        (answer(503), True, True, False, True),
        (answer(503, retry_after="1"), True, True, True, True),
        (answer(500, retry_after="1"), True, True, False, True),
        (Lost(Loss.NO_CONNECTION, "X"), True, False, False, True),
        (Lost(Loss.NO_ANSWER, "X"), True, True, False, True),
        (Lost(Loss.TOO_LONG), False, False, False, True),
        (Lost(Loss.ABANDONED), False, False, False, False),
    ],
)
def test_meaning(
    given_answer: Answer, is_failure: bool, is_passing: bool, wants_pause: bool, is_trouble: bool
) -> None:
    assert answers.is_failure(given_answer) is is_failure
    assert answers.is_passing(given_answer) is is_passing
    assert answers.wants_pause(given_answer) is wants_pause
    assert answers.is_trouble(given_answer) is is_trouble


@pytest.mark.parametrize(
    ("lost", "repeatable", "kind", "text"),
    [
        (Lost(Loss.NO_CONNECTION, "X"), True, TryLater, "no connection to RxScale (X)"),
        (Lost(Loss.NO_CONNECTION, "X"), False, TryLater, "no connection to RxScale (X)"),
        (Lost(Loss.NO_ANSWER, "X"), True, TryLater, "no answer from RxScale to PUT /{a} (X)"),
        (Lost(Loss.NO_ANSWER, "X"), False, Unsure, "no answer from RxScale to PUT /{a} (X)"),
        (
            Lost(Loss.TOO_LONG),
            True,
            Garbled,
            "the answer of RxScale to PUT /{a} is too long to be read",
        ),
        (
            Lost(Loss.TOO_LONG),
            False,
            Unsure,
            "the answer of RxScale to PUT /{a} is too long to be read",
        ),
    ],
)
def test_error(lost: Lost, repeatable: bool, kind: type[BridgeError], text: str) -> None:
    request = Request("PUT", "http://h/secret", "PUT /{a}", Priority.ORDER, repeatable)
    error = answers.error("RxScale", request, lost)
    assert type(error) is kind
    assert str(error) == text
