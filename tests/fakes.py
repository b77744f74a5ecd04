"""Stand-ins at the seams: a scripted way to a vendor, and a clock that moves when told to."""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from bridge.errors import BridgeError
from bridge.exchange import Request, Response

START = datetime(2026, 1, 2, 8, 0, tzinfo=UTC)

Answer = Response | BridgeError | Callable[[Request], Response]


def answer(status: int = 200, body: Any = None, **headers: str) -> Response:
    """A vendor's answer; bytes go out as they are, everything else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, names, raw)


class ScriptedSend:
    """Answers with the script's next entry and keeps every request; the last entry repeats."""

    def __init__(self, *script: Answer) -> None:
        self.script = list(script)
        self.requests: list[Request] = []

    async def __call__(self, request: Request, /) -> Response:
        self.requests.append(request)
        entry = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(entry, BridgeError):
            raise entry
        return entry if isinstance(entry, Response) else entry(request)

    @property
    def request(self) -> Request:
        """The only request that was sent."""
        assert len(self.requests) == 1, [request.route for request in self.requests]
        return self.requests[0]


class Clock:
    """Aware UTC time that only moves when told to."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def signature(secret: str, body: bytes) -> str:
    """HMAC-SHA256 over the raw body, lower-case hex: both vendors' rule."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
