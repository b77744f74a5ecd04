"""Send for one vendor: a turn in its budget, one try or three, and word of what came of each."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import aiohttp

from bridge.core import reasons
from bridge.core.leases import spent
from bridge.errors import TryLater
from bridge.exchange import Call, Request, Response
from bridge.transport import answers
from bridge.transport.answers import Answer, Loss, Lost
from bridge.transport.breaker import Breaker, State
from bridge.transport.budget import Budget, Limits
from bridge.transport.retry import Tries
from bridge.transport.session import Exchange, exchange
from bridge.transport.skew import Skew
from bridge.transport.turns import Turn, Turns

SWEEPS_PART = 5

_log = logging.getLogger("bridge.transport")


@dataclass(frozen=True, slots=True)
class VendorFacts:
    """How one vendor was doing when last heard of. Times are aware UTC.

    A success is an answer below 400. An error is a lost answer, 5xx, 429 or a refused key (401,
    403): what concerns the vendor as a whole, not one request. `last_error` is never cleared;
    compare the times. `paused_seconds` is what is left of a pause the vendor asked for.
    `clock_ahead_seconds`: how far its clock is ahead of ours (negative: behind); None: not known.
    """

    last_success_at: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str | None = None
    breaker: State = State.CLOSED
    waiting: int = 0
    paused_seconds: float = 0.0
    clock_ahead_seconds: float | None = None

    @property
    def left_alone(self) -> bool:
        """The breaker is open: no call is made for a while."""
        return self.breaker is not State.CLOSED

    @property
    def is_failing(self) -> bool:
        """The last that was heard of the vendor as a whole was trouble."""
        if self.last_error_at is None:
            return False
        return self.last_success_at is None or self.last_error_at > self.last_success_at


class Transport:
    """Carries requests to one vendor: `bridge.exchange.Send` over aiohttp.

    All work for one vendor shares one transport, for it holds the vendor's budget. `clock` is
    monotonic seconds, `now` aware UTC, `jitter` a number from 0 to 1; `observe` hears of every
    HTTP request, repeats included, once it is over.
    """

    def __init__(
        self,
        vendor: str,
        session: aiohttp.ClientSession,
        limits: Limits,
        *,
        clock: Callable[[], float],
        now: Callable[[], datetime],
        jitter: Callable[[], float],
        observe: Callable[[Call], None],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        exchange: Exchange = exchange,
    ) -> None:
        self._vendor = vendor
        self._session = session
        self._limits = limits
        self._clock = clock
        self._now = now
        self._jitter = jitter
        self._observe = observe
        self._sleep = sleep
        self._exchange = exchange
        self._budget = Budget(limits)
        self._turns = Turns(self._budget, clock, sleep)
        self._breaker = Breaker()
        self._skew = Skew()
        self._timeout = aiohttp.ClientTimeout(
            total=limits.deadline_seconds, connect=limits.connect_seconds
        )
        self._succeeded_at: datetime | None = None
        self._erred_at: datetime | None = None
        self._error: str | None = None

    async def __call__(self, request: Request, /) -> Response:
        """Send a request; see `bridge.exchange.Send` for the answer and the errors.

        A repeatable request is tried up to three times. One that the vendor answers with 503 and
        a `Retry-After` raises TryLater, as a 429 does for any. TryLater also stands for a call
        not sent because the vendor is left alone for a while. An answer too long to be read is
        Garbled where the request was repeatable, else Unsure.
        """
        tries = Tries(self._limits.deadline_seconds, self._jitter, self._sleep)
        answer = await self._try(request, tries)
        if request.repeatable and answers.is_passing(answer):
            answer = await tries.go_on(
                answer, lambda: self._try(request, tries), answers.is_passing
            )
        if isinstance(answer, Lost):
            raise answers.error(self._vendor, request, answer)
        return answer

    def facts(self) -> VendorFacts:
        """How the vendor was doing when last heard of."""
        return VendorFacts(
            last_success_at=self._succeeded_at,
            last_error_at=self._erred_at,
            last_error=self._error,
            breaker=self._breaker.state,
            waiting=self._turns.waiting,
            paused_seconds=self._budget.paused(self._clock()),
            clock_ahead_seconds=self._skew.seconds,
        )

    def share(self) -> None:
        """Several use it from now on: the sweeps of all take a fifth of its limits at most."""
        self._turns.share(Budget(self._limits.part(SWEEPS_PART)))

    def recent(self) -> list[int]:
        """How many calls were made, or are being made, within the last minute: by their age."""
        return self._budget.recent(self._clock())

    def take_over(self, reported: Sequence[int], unreported_seconds: float, at: float) -> None:
        """Another process had this key until then: what it made of the limits counts as ours."""
        rates = self._limits.per_second, self._limits.per_minute
        self._budget.inherit(at, spent(reported, unreported_seconds, *rates))

    @property
    def is_left_alone(self) -> bool:
        return self._breaker.state is not State.CLOSED

    def rests(self) -> float:
        """For how many seconds no call is made; 0: the next one goes out."""
        return self._breaker.wait(self._clock())

    def ahead(self) -> timedelta:
        """What to take off the vendor's times to have them in ours; nothing while not known."""
        return timedelta(seconds=self._skew.seconds or 0.0)

    async def _try(self, request: Request, tries: Tries) -> Answer:
        self._check_breaker()
        turns, priority = self._turns, request.priority
        turn = turns.take_now(priority) or await turns.take(priority, request.owner)
        try:
            # Again: the wait may have been long, and the breaker is where one probe is chosen.
            self._check_breaker()
            answer = await self._carry(request, turn, tries)
            after = self._pause(request, turn, answer)
        finally:
            turn.end()
        if after is not None:
            raise TryLater(
                reasons.CALLED_LESS(vendor=self._vendor, outcome=answers.outcome(answer)), after
            )
        return answer

    def _check_breaker(self) -> None:
        wait = self.rests()
        if wait > 0:
            raise TryLater(reasons.FAILED_REPEATEDLY(vendor=self._vendor), wait)

    async def _carry(self, request: Request, turn: Turn, tries: Tries) -> Answer:
        probe = self._breaker.enter()
        timeout = self._timeout
        if tries.left != timeout.total:
            timeout = aiohttp.ClientTimeout(total=tries.left, connect=timeout.connect)
        started = self._clock()
        answer: Answer = Lost(Loss.ABANDONED)
        try:
            answer = await self._exchange(
                self._session, request, turn, timeout, self._limits.answer_bytes
            )
        finally:
            seconds = self._clock() - started
            tries.left -= seconds
            if not answers.is_unsent(answer):
                turn.sent()
            self._learn(request, answer, probe=probe)
            self._tell(request, answer, seconds)
        return answer

    def _pause(self, request: Request, turn: Turn, answer: Answer) -> float | None:
        if isinstance(answer, Lost):
            return None
        sent_at = turn.sent()
        if not answers.wants_pause(answer):
            self._budget.welcomed(sent_at=sent_at)
            return None
        asked = answers.retry_after(answer, self._now())
        after = self._budget.refused(self._clock(), sent_at=sent_at, asked=asked)
        # Only a 429 says that a call which may not be repeated was not carried out.
        is_certain = request.repeatable or answer.status == answers.TOO_MANY_REQUESTS
        return after if is_certain else None

    def _learn(self, request: Request, answer: Answer, *, probe: bool) -> None:
        before = self._breaker.state
        if isinstance(answer, Lost) and answer.loss in (Loss.ABANDONED, Loss.NOT_PERMITTED):
            self._breaker.abandoned(probe=probe)
        elif answers.is_failure(answer) or answers.refuses_key(request, answer):
            self._breaker.failed(self._clock(), probe=probe, jitter=self._jitter())
        else:
            self._breaker.succeeded()
        if self._breaker.state is not before:
            _log.warning("%s: breaker %s", self._vendor, self._breaker.state)

    def _tell(self, request: Request, answer: Answer, seconds: float) -> None:
        outcome, level, now = answers.outcome(answer), logging.DEBUG, self._now()
        dated = answers.dated(answer)
        if dated is not None:
            self._skew.learn(dated, now, seconds)
        if answers.is_trouble(answer):
            self._erred_at, self._error = now, f"{request.route}: {outcome}"
            level = logging.WARNING
        elif isinstance(answer, Response) and answer.status < 400:
            self._succeeded_at = now
        milliseconds = round(seconds * 1000)
        if _log.isEnabledFor(level):
            said = (self._vendor, request.route, outcome, milliseconds)
            _log.log(level, "%s: %s: %s, %d ms", *said)
        self._observe(Call(self._vendor, request.route, outcome, milliseconds, request.owner))
