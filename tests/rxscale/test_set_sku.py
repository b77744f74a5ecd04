"""RxScale's SKUs as they are written, and their numbers as they are read (rxscale.md 6.7-6.10)."""

import json
from dataclasses import replace
from typing import Any

import pytest
from fakes import answer
from rxscale.test_rxscale_client import GROUP, SITE, SKU, client, page

from bridge.core.model import PharmacySkuUid
from bridge.errors import Misconfigured, Refused, TryLater
from bridge.exchange import Priority
from bridge.rxscale.wire import as_size
from bridge.vendor.fields import as_count

UID = PharmacySkuUid("psku-1")
BASE = "https://api.rxscale.test/v1/external_pharmacy_api/pharmacy_skus"
BY_STOCK = replace(SITE, stock_via="stock")


@pytest.mark.parametrize(
    ("site", "given", "url", "body"),
    [
        (SITE, {"stock": 7}, f"{BASE}/psku-1", {"stock": 7}),
        (SITE, {"stock": 0, "price_cents": 750}, f"{BASE}/psku-1", {"stock": 0, "price": 750}),
        (SITE, {"external_id": "P1"}, f"{BASE}/psku-1", {"external_id": "P1"}),
        (BY_STOCK, {"stock": 7}, f"{BASE}/psku-1/stock", {"stock": 7}),
        (BY_STOCK, {"stock": 7, "price_cents": 1}, f"{BASE}/psku-1", {"stock": 7, "price": 1}),
        (BY_STOCK, {"price_cents": 1}, f"{BASE}/psku-1", {"price": 1}),
    ],
)
async def test_only_what_is_given_is_sent(site, given, url, body):
    rx, send = client(answer(200, {}), site=site)
    assert await rx.set_sku(UID, **given)
    request = send.request
    assert (request.method, request.url) == ("PATCH", url)
    assert json.loads(request.body or b"") == body
    assert request.repeatable  # it is absolute
    assert request.priority is Priority.RISING_STOCK


async def test_its_urgency_and_a_group_keys_pharmacy():
    rx, send = client(answer(200, b"no JSON at all"), site=GROUP)
    assert await rx.set_sku(UID, stock=1, priority=Priority.FALLING_STOCK)
    assert send.request.priority is Priority.FALLING_STOCK
    assert ("pharmacy_uid", "ph-1") in send.request.query


async def test_a_web_page_writes_no_number():
    with pytest.raises(TryLater, match="with a web page"):
        await client(answer(200, b"<html>Back soon</html>"))[0].set_sku(UID, stock=1)


async def test_one_that_is_not_shown():
    assert not await client(answer(404, {"error": "x"}))[0].set_sku(UID, stock=1)


@pytest.mark.parametrize(
    ("site", "status", "error", "said"),
    [
        (SITE, 403, Misconfigured, "lacks the permission pharmacy_sku_write"),
        (BY_STOCK, 403, Misconfigured, "lacks the permission stock_write or pharmacy_sku_write"),
        (SITE, 401, Misconfigured, "rxscale.api_key"),
        (SITE, 400, Refused, "complains of: stock"),
        (SITE, 500, TryLater, "500"),
        (SITE, 429, TryLater, "limit"),
    ],
)
async def test_refused(site, status, error, said):
    rx, _ = client(answer(status, {"error": {"stock": ["no"]}}), site=site)
    with pytest.raises(error, match=said):
        await rx.set_sku(UID, stock=1)


async def test_numbers_of_a_page():
    rows: list[dict[str, Any]] = [
        SKU,
        {**SKU, "uid": "psku-2", "stock": 7.0, "price": None},
        {**SKU, "uid": "psku-3", "stock": "7", "price": True},
        {**SKU, "uid": "psku-4", "deleted_at": 1},
    ]
    found = await client(answer(200, page(*rows)))[0].skus_page(0)
    assert tuple((sku.pharmacy_sku_uid, sku.stock, sku.price_cents) for sku in found.rows) == (
        (UID, 7, 1250),
        (PharmacySkuUid("psku-2"), 7, None),
        (PharmacySkuUid("psku-3"), None, None),
    )
    assert [sku.pharmacy_sku_uid for sku in found.rows] == ["psku-1", "psku-2", "psku-3"]


@pytest.mark.parametrize(
    ("value", "count"),
    [(7, 7), (0, 0), (-3, -3), (7.0, 7), (7.5, None), ("7", None), (True, None), (None, None),
     (2**40, None), (float("inf"), None)],
)  # fmt: skip
def test_a_count(value, count):
    assert as_count(value) == count


@pytest.mark.parametrize(
    ("value", "size"),
    [(10.0, "10"), (2.5, "2.5"), (5, "5"), ("0.50", "0.5"), (100, "100"), (0, None), (0.0, None),
     (-1, None), ("x", None), (True, None), (None, None), (1e-9, None), ("", None)],
)  # fmt: skip
def test_a_size(value, size):
    assert as_size(value) == size
