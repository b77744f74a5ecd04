"""What came of one try: what it means for the next try, the breaker and the caller."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from urllib.parse import urlsplit

from bridge.core import reasons
from bridge.errors import BridgeError, Garbled, TryLater, Unsure
from bridge.exchange import Request, Response

TOO_MANY_REQUESTS = 429
UNAVAILABLE = 503
LONGEST_ASKED = 3600.0


class Loss(StrEnum):
    """Why there is no answer to show."""

    NO_CONNECTION = "no connection"  # certainly nothing was sent
    NOT_PERMITTED = "not permitted"  # nothing was sent: another replica may be at work
    NO_ANSWER = "no answer"  # sent, and no whole answer came back
    TOO_LONG = "answer too long"
    ABANDONED = "abandoned"  # given up by our own side: cancelled


@dataclass(frozen=True, slots=True)
class Lost:
    """A try without an answer. `cause` is the class name of what happened, never its text."""

    loss: Loss
    cause: str = ""


Answer = Response | Lost


def outcome(answer: Answer) -> str:
    """One word for logs and metrics: the status, or what was lost."""
    return str(answer.status) if isinstance(answer, Response) else answer.loss.value


def is_unsent(answer: Answer) -> bool:
    """Certainly nothing was put on the wire."""
    return isinstance(answer, Lost) and answer.loss in (Loss.NO_CONNECTION, Loss.NOT_PERMITTED)


def is_failure(answer: Answer) -> bool:
    """The vendor is unwell: no connection, no answer or 5xx. A 4xx shows it alive."""
    if isinstance(answer, Response):
        return answer.status >= 500
    return answer.loss in (Loss.NO_CONNECTION, Loss.NO_ANSWER)


def refuses_key(request: Request, answer: Answer) -> bool:
    """401 to the key itself, which each call would get. A token is exchanged for another one."""
    by_token = request.headers.get("Authorization", "").startswith("Bearer ")
    return isinstance(answer, Response) and answer.status == 401 and not by_token


def is_trouble(answer: Answer) -> bool:
    """Worth an operator's eye: lost, 5xx, 429 or a refused key (401, 403)."""
    if isinstance(answer, Response):
        return answer.status >= 500 or answer.status in (401, 403, TOO_MANY_REQUESTS)
    return answer.loss not in (Loss.ABANDONED, Loss.NOT_PERMITTED)


def is_passing(answer: Answer) -> bool:
    """Another try soon may fare better. Not where the vendor could not be reached at all."""
    if isinstance(answer, Response):
        return answer.status >= 500
    return answer.loss is Loss.NO_ANSWER


def wants_pause(answer: Answer) -> bool:
    """The vendor asks for fewer calls: 429, or 503 with a `Retry-After` (RFC 9110, 10.2.3)."""
    return isinstance(answer, Response) and (
        answer.status == TOO_MANY_REQUESTS
        or (answer.status == UNAVAILABLE and "retry-after" in answer.headers)
    )


def retry_after(answer: Answer, now: datetime) -> float | None:
    """Seconds asked for by `Retry-After`, in either of its forms; None if absent or unreadable.

    A date is counted from the answer's own `Date`, so that clocks may differ; `now` (aware) stands
    in where there is none. More than an hour is taken as an hour: a slip of the vendor's must not
    silence the bridge for good.
    """
    if isinstance(answer, Lost):
        return None
    asked = answer.headers.get("retry-after", "").strip()
    try:
        seconds = float(asked)
    except ValueError:
        until = _date(asked)
        if until is None:
            return None
        seconds = (until - (_date(answer.headers.get("date", "")) or now)).total_seconds()
    return min(max(seconds, 0.0), LONGEST_ASKED) if isfinite(seconds) else None


def dated(answer: Answer) -> datetime | None:
    """When the vendor made the answer, by its own clock; None for one out of a cache."""
    if isinstance(answer, Lost) or "age" in answer.headers:
        return None
    return _date(answer.headers.get("date", ""))


def error(vendor: str, request: Request, lost: Lost) -> BridgeError:
    """What the caller must do about a lost answer: nothing happened, or who knows."""
    if lost.cause == "ClientConnectorDNSError":
        return TryLater(reasons.NO_SUCH_NAME(vendor=vendor, host=urlsplit(request.url).hostname))
    if lost.loss is Loss.NOT_PERMITTED:
        return TryLater(reasons.NOT_OWNED(vendor=vendor))
    if lost.loss is Loss.NO_CONNECTION:
        return TryLater(reasons.NO_CONNECTION(vendor=vendor, cause=lost.cause))
    what = reasons.NO_ANSWER(vendor=vendor, route=request.route, cause=lost.cause or None)
    if lost.loss is Loss.TOO_LONG:
        what = reasons.ANSWER_TOO_LONG(vendor=vendor, route=request.route)
    if not request.repeatable:
        return Unsure(what)
    return Garbled(what) if lost.loss is Loss.TOO_LONG else TryLater(what)


@lru_cache(64)  # many answers come within a second
def _date(text: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(text)
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
