"""Whom RxScale answers, and how it reads a call, refuses one and pages its lists."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from bridge.sandbox.kit import MOST_ROWS, Answer, Ask, Json, Reader, Refusal, Route, listing
from bridge.sandbox.settings import DOCUMENTED, SandboxSettings

Row = TypeVar("Row")


def invalid(errors: Json) -> Refusal:
    """A 400 with messages by field (rxscale.md section 4, third shape)."""
    return Refusal({"error": errors})


READ = Reader(lambda name, why: invalid({name: [why]}), "Bad request", biggest=10**18)


def page(
    ask: Ask, found: Sequence[Row], row: Callable[[Row], bytes], most: int = MOST_ROWS
) -> Answer:
    """The page asked for, which count from 0 (rxscale.md section 5)."""
    at, limit, total = READ.number(ask, "page"), READ.limit(ask, most), len(found)
    rows = (row(each) for each in found[at * limit : (at + 1) * limit])
    return listing(rows, totalRegistries=total, totalPages=math.ceil(total / limit))


def body_list(ask: Ask) -> list[Any]:
    value = ask.json()
    if not isinstance(value, list):
        raise Refusal("Bad request")
    return value


def not_found() -> Refusal:
    return Refusal("Resource not found", 404)


class Keys:
    """Checks calls as rxscale.md sections 3 and 4 say; a call that fails raises Refusal."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._group_key = settings.group_key
        self._pharmacy_uid = settings.pharmacy_uid
        everything = frozenset(DOCUMENTED["rxscale"]["permissions"])
        self._allowed = {
            settings.rx_api_key: everything,
            settings.rx_public_key: frozenset(DOCUMENTED["rxscale"]["public_permissions"]),
            **settings.rx_permissions,
        }
        if settings.group_key is not None:
            self._allowed.setdefault(settings.group_key, everything)

    def check(
        self, headers: Mapping[str, str], any_of: tuple[str, ...], *, public: bool = False
    ) -> str:
        """The key, which has one of these permissions; without any named, every key will do.

        The `public` API takes its key in two more headers (section 3).
        """
        key = _presented_publicly(headers) if public else _presented(headers)
        allowed = self._allowed.get(key)
        if allowed is None:
            raise _unknown("invalid_api_key", "API key is unknown or inactive")
        if any_of and allowed.isdisjoint(any_of):
            needed = f"Permission needed: {' or '.join(any_of)}"
            raise Refusal({"code": "permission_denied", "description": needed}, 403)
        return key

    def routes(
        self,
        bases: Iterable[str],
        method: str,
        path: str,
        any_of: tuple[str, ...],
        handle: Callable[[Ask, str], Answer],
        *,
        public: bool = False,
    ) -> list[Route]:
        """A route at each address of its API; `handle` is told which key opened it."""

        def checked(ask: Ask) -> Answer:
            return handle(ask, self.check(ask.headers, any_of, public=public))

        name = f"/public{path}" if public else path
        return [Route(method, base + path, name, checked) for base in bases]

    def pharmacy(self, key: str, ask: Ask) -> str:
        """The pharmacy a call is about: a group-wide key has to name it, others may."""
        named = ask.query.get("pharmacy_uid")
        if named is None and key == self._group_key:
            raise Refusal("Missing required parameters: pharmacy_uid")
        if named is not None and named != self._pharmacy_uid and key != self._group_key:
            raise not_found()
        return named or self._pharmacy_uid


def _presented(headers: Mapping[str, str]) -> str:
    key = headers.get("X-API-Key")
    if key is not None and key.strip():
        return key
    if key is not None:
        raise _unknown("invalid_header", "X-API-Key is empty")
    if "Authorization" in headers:
        raise _unknown("api_key_missing", "X-API-Key is expected")
    raise _unknown("authorization_header_missing", "Authorization header is expected")


def _presented_publicly(headers: Mapping[str, str]) -> str:
    key = headers.get("X-RxScale-Authorization", "").strip()
    if key:
        return key
    kind, _, key = headers.get("Authorization", "").partition(" ")
    if not kind or "X-API-Key" in headers:
        return _presented(headers)
    if kind != "Bearer" or not key.strip():
        raise _unknown("invalid_header", "Authorization is not: Bearer <key>")
    return key.strip()


def _unknown(code: str, description: str) -> Refusal:
    return Refusal({"code": code, "description": description}, 401)
