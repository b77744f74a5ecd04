"""Who is logged in, and the tokens that only our own pages hold. In memory: a restart ends all."""

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

LASTS = timedelta(hours=12)
MOST = 1000
_SESSION = re.compile(r"[A-Za-z0-9_-]{43}")


class Sessions:
    """A session is a random word in a browser's cookie; those that logged in are remembered."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)
        self._ends: dict[bytes, datetime] = {}

    def new(self) -> str:
        return secrets.token_urlsafe(32)

    def is_one(self, session: str) -> bool:
        """Whether it could be one of ours; anything else gets a new one."""
        return _SESSION.fullmatch(session) is not None

    def token(self, session: str) -> str:
        """What this session's forms carry: nobody else can know it."""
        return hmac.new(self._secret, session.encode(), hashlib.sha256).hexdigest()

    def is_token(self, session: str, given: str) -> bool:
        return hmac.compare_digest(self.token(session).encode(), given.encode())

    def log_in(self, now: datetime) -> str:
        """A new session that is logged in: the one before may be known to others."""
        session = self.new()
        self._forget(now)
        self._ends[_kept(session)] = now + LASTS
        return session

    def is_logged_in(self, session: str, now: datetime) -> bool:
        return self._ends.get(_kept(session), now) > now

    def log_out(self, session: str) -> None:
        self._ends.pop(_kept(session), None)

    def _forget(self, now: datetime) -> None:
        alive = {kept: ends for kept, ends in self._ends.items() if ends > now}
        self._ends = dict(list(alive.items())[-MOST + 1 :])


def _kept(session: str) -> bytes:
    return hashlib.sha256(session.encode()).digest()
