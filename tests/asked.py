"""Puts something between the bridge and one question that it asks of its store."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from bridge.store import Store

Ask = Callable[[], Awaitable[Any]]
Instead = Callable[..., Awaitable[Any]]


def instead_of(
    monkeypatch: pytest.MonkeyPatch, question: Callable[..., Any], instead: Instead
) -> None:
    """`instead` is awaited with a way to ask `question` truly, then with what it was asked with."""
    for name in (
        "read",
        "glance",
        "write",
        "write_quietly",
        "write_briefly",
        "write_soon",
        "write_last",
        "write_together",
    ):
        monkeypatch.setattr(Store, name, between(getattr(Store, name), question, instead))


def between(real: Callable[..., Any], question: Callable[..., Any], instead: Instead) -> Any:
    def asked(self: Store, wanted: Callable[..., Any], *args: Any, **kwargs: Any) -> Awaitable[Any]:
        ask: Ask = partial(real, self, wanted, *args, **kwargs)
        return instead(ask, *args) if wanted is question else ask()

    return asked
