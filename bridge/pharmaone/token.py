"""PharmaOne's token: an API key's stand-in for an hour, shared by every call (pharmaone.md 3).

It lives in memory only. Its claims are read without checking the signature: PharmaOne signs with
a secret of its own (HS256), so nobody else can check it, and nothing here trusts the claims
for more than a clearer message than the 403 that a wrong one would earn.
"""

import asyncio
import math
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Annotated, Any

import jwt
from pydantic import BeforeValidator, Field

from bridge.errors import Fault, Misconfigured
from bridge.vendor.fields import Wire, as_id

UNSAID_SECONDS = 300.0
"""How long a token counts as good whose answer does not say."""
MOST_SECONDS = 86_400.0
"""No documented token lives longer than an hour; what claims a year is asked for again in a day."""
MOST_MARGIN_SECONDS = 60.0
MARGIN = 0.1


_TOKEN = re.compile(r"[!-~]{1,16384}")


def _token(value: object) -> str:
    """Goes into a header, so anything but visible ASCII would break the next request."""
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise ValueError("a token is missing or unusable")
    return value


def as_seconds(value: object) -> float | None:
    """A number of seconds, sent as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) else None


class TokenAnswer(Wire):
    """What an API key is exchanged for (3.2); `expires_in` is in seconds, None if unreadable."""

    access_token: Annotated[str, BeforeValidator(_token), Field(repr=False)]
    expires_in: Annotated[float | None, BeforeValidator(as_seconds)] = None


@dataclass(frozen=True, slots=True)
class TokenFacts:
    """What `/health` shows of the newest token. `scopes` is None where it does not tell.

    `refused` says why the newest one was not taken.
    """

    expires_at: datetime | None = None
    scopes: tuple[str, ...] | None = None
    missing_scopes: tuple[str, ...] = ()
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class _Held:
    text: str = field(repr=False)
    renew_at: datetime
    scopes: tuple[str, ...] | None


class TokenKeeper:
    """Hands out a token that is still good, and exchanges the key for a new one when it is not.

    At most one exchange is under way at a time: callers that come meanwhile get its token or its
    error. `needed_scopes` are those whose absence `facts` reports. PharmaOne's clock is `ahead`.
    """

    def __init__(
        self,
        exchange: Callable[[], Awaitable[TokenAnswer]],
        *,
        now: Callable[[], datetime],
        org_id: str,
        needed_scopes: Collection[str],
        ahead: Callable[[], timedelta] = timedelta,
    ) -> None:
        self._exchange = exchange
        self._now = now
        self._org_id = org_id
        self.needed = frozenset(needed_scopes)
        self._ahead = ahead
        self._held: _Held | None = None
        self._under_way: asyncio.Task[_Held] | None = None
        self._facts = TokenFacts()

    @property
    def facts(self) -> TokenFacts:
        scopes = self._facts.scopes
        missing = () if scopes is None else tuple(sorted(self.needed - set(scopes)))
        return replace(self._facts, missing_scopes=missing)

    async def get(self, scope: str = "") -> str:
        """A token that holds `scope`, as far as it tells.

        Raises what the exchange raises, and Misconfigured for a token of another organisation
        or one that lacks the scope.
        """
        held = self._held
        if held is None or held.renew_at <= self._now():
            held = await self._renewed()
        if scope and held.scopes is not None and scope not in held.scopes:
            raise Misconfigured(Fault("pharmaone.api_key", "scope-missing", scope=scope))
        return held.text

    def invalidate(self, token: str) -> None:
        """Forgets `token`; a newer one that came meanwhile stays."""
        if self._held is not None and self._held.text == token:
            self._held = None

    async def _renewed(self) -> _Held:
        """Shielded, so that the exchange outlives a waiter who is cancelled."""
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._renew())
            self._under_way.add_done_callback(self._landed)
        return await asyncio.shield(self._under_way)

    def _landed(self, task: asyncio.Task[_Held]) -> None:
        self._under_way = None
        if not task.cancelled():
            task.exception()  # else asyncio complains where every waiter has gone

    async def _renew(self) -> _Held:
        asked_at = self._now()
        answer = await self._exchange()
        claims = _claims(answer.access_token)
        self._check_organisation(claims)
        good_for = _seconds_good(answer, claims, asked_at + self._ahead())
        margin = min(MOST_MARGIN_SECONDS, good_for * MARGIN)
        scopes = _scopes(claims)
        self._facts = TokenFacts(asked_at + timedelta(seconds=good_for), scopes)
        renew_at = asked_at + timedelta(seconds=good_for - margin)
        self._held = _Held(answer.access_token, renew_at, scopes)
        return self._held

    def _check_organisation(self, claims: Mapping[str, Any]) -> None:
        org_id = claims.get("org_id")
        if org_id is None or org_id == self._org_id:
            return
        told = as_id(org_id) or "?"
        fault = Fault("pharmaone.org_id", "key-of-another", told=told, wanted=self._org_id)
        self._facts = TokenFacts(refused=str(fault))
        raise Misconfigured(fault)


def _claims(token: str) -> Mapping[str, Any]:
    """Unverified, see above; {} for a token that is not a JWT."""
    try:
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
    return claims


def _scopes(claims: Mapping[str, Any]) -> tuple[str, ...] | None:
    scopes = claims.get("scopes")
    if not isinstance(scopes, list):
        return None
    return tuple(scope for value in scopes if (scope := as_id(value)) is not None)


def _seconds_good(answer: TokenAnswer, claims: Mapping[str, Any], asked_at: datetime) -> float:
    """Until `expires_in` or `exp`, whichever is sooner; never below 0.

    `asked_at` is PharmaOne's time. `exp` is in no documented claims table (C13) and obeyed where it
    comes all the same.
    """
    seconds = UNSAID_SECONDS if answer.expires_in is None else answer.expires_in
    exp = as_seconds(claims.get("exp"))
    if exp is not None:
        seconds = min(seconds, exp - asked_at.timestamp())
    return max(0.0, min(seconds, MOST_SECONDS))
