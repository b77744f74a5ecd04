"""Another try for a request that may be repeated: how often, after what pause, within what time."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")
TRIES = 3
FIRST_PAUSE = 0.5


class Tries:
    """The tries of one call: at most three, with full jitter between them, within a deadline.

    `left` is what remains of the deadline, in seconds; what a try took is taken off by its caller.
    """

    def __init__(
        self,
        seconds: float,
        jitter: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self.left = seconds
        self._jitter = jitter
        self._sleep = sleep

    async def go_on(
        self, first: T, attempt: Callable[[], Awaitable[T]], is_passing: Callable[[T], bool]
    ) -> T:
        """Tries again after a first result, which is a passing trouble; returns the last result.

        Not for what goes well at once: tenacity costs more than all else done here for a call.
        """
        from tenacity import AsyncRetrying, retry_if_result  # few calls need it

        known = [first]

        async def again() -> T:
            return known.pop() if known else await attempt()

        return await AsyncRetrying(
            sleep=self._rest,
            stop=self._is_over,
            wait=self._pause,
            retry=retry_if_result(is_passing),
            retry_error_callback=_last_result,
        )(again)

    def _pause(self, state: "RetryCallState") -> float:
        return self._jitter() * FIRST_PAUSE * 2.0 ** (state.attempt_number - 1)

    def _is_over(self, state: "RetryCallState") -> bool:
        return state.attempt_number >= TRIES or state.upcoming_sleep >= self.left

    async def _rest(self, seconds: float) -> None:
        self.left -= seconds
        await self._sleep(seconds)


def _last_result(state: "RetryCallState") -> Any:
    assert state.outcome is not None  # noqa: S101 - tenacity calls this only after a try
    return state.outcome.result()
