"""Whose orders and SKUs a key shows."""

from typing import Any

import pytest
from fakes import ScriptedSend, answer
from rxscale.test_rxscale_client import SITE, page

from bridge.rxscale.calling import Caller
from bridge.rxscale.pharmacies import several, shown


def owned(*uids: Any, pages: int = 1) -> dict[str, Any]:
    return page(*({"uid": "x", "pharmacy": uid} for uid in uids), pages=pages)


@pytest.mark.parametrize(
    ("script", "found", "asked"),
    [
        ([owned("a"), owned("a")], {"a"}, ["0", "0"]),
        ([owned("a", pages=7), owned("b"), owned()], {"a", "b"}, ["0", "6", "0"]),
        ([owned(), owned("a", pages=3), owned("c", None)], {"a", "c"}, ["0", "0", "2"]),
    ],
)
async def test_both_ends_of_both_lists_are_read(script: Any, found: set[str], asked: list[str]):
    send = ScriptedSend(*(answer(200, body) for body in script))
    assert set(await shown(Caller(send, SITE))) == found
    assert [dict(request.query)["page"] for request in send.requests] == asked


def test_one_pharmacy_or_none_is_no_fault():
    assert several({}) is None
    assert several({"ph-1": "Nord"}) is None
