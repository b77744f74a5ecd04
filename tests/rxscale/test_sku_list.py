"""The list of SKUs with all that is documented of it (rxscale.md section 6.7)."""

from datetime import UTC, datetime

from fakes import answer
from rxscale.test_rxscale_client import GROUP, client

ROW = {
    "uid": "psku-1",
    "external_id": "P1-9",
    "price": 1250,
    "stock": 7,
    "pharmacy": "ph-1",
    "sku": {
        "uid": "sku-1",
        "display_name": "Product 5g",
        "pzn": "00000001",
        "product_uid": "prod-1",
        "product_display_name": "Product",
        "standard_selling_unit": 5.0,
        "unit": "g",
        "product_handle": "product",
        "digital": False,
    },
    "created_at": 1716000000,
    "updated_at": 1716000100,
    "deleted_at": None,
    "new_field": 1,
}


async def test_a_row_says_all_that_is_documented():
    rxscale, send = client(answer(200, {"data": [ROW], "totalRegistries": 1, "totalPages": 1}))
    (row,) = [each async for each in rxscale.skus.all()]
    assert (row.key, row.external_id, row.pharmacy) == ("psku-1", "P1-9", "ph-1")
    assert (row.price_cents, row.stock) == (1250, 7)
    assert row.created_at == datetime.fromtimestamp(1716000000, UTC)
    assert row.updated_at == datetime.fromtimestamp(1716000100, UTC)
    assert row.deleted_at is None
    sku = row.sku
    assert sku is not None
    assert (sku.uid, sku.display_name, sku.pzn) == ("sku-1", "Product 5g", "00000001")
    assert (sku.product_uid, sku.product_display_name) == ("prod-1", "Product")
    assert (sku.product_handle, sku.standard_selling_unit, sku.unit) == ("product", "5", "g")
    assert sku.digital is False
    assert row.more == {"new_field": 1}
    assert send.request.query == (("page", "0"), ("limit", "200"))


async def test_what_is_no_field_of_ours_is_absent_where_it_is_odd():
    odd = {
        "uid": "psku-2",
        "price": "odd",
        "stock": 1.5,
        "sku": {"digital": None},
        "created_at": "x",
    }
    rxscale, _ = client(answer(200, {"data": [odd], "totalRegistries": 1, "totalPages": 1}))
    (row,) = [each async for each in rxscale.skus.all()]
    assert (row.price_cents, row.stock, row.created_at) == (None, None, None)
    assert row.sku is not None
    assert row.sku.digital is None


async def test_with_a_groups_key_other_pharmacies_skus_are_left_alone():
    """Where RxScale lists them all the same: their stock is not ours to write."""
    rows = [ROW, {**ROW, "uid": "psku-2", "pharmacy": "ph-2"}, {**ROW, "uid": "psku-3"}]
    rows[2] = {key: value for key, value in rows[2].items() if key != "pharmacy"}
    listed = answer(200, {"data": rows, "totalRegistries": 3, "totalPages": 1})
    ours, _ = client(listed, site=GROUP)
    assert [row.pharmacy_sku_uid for row in (await ours.skus_page(0)).rows] == ["psku-1", "psku-3"]
    alone, _ = client(listed)
    assert len((await alone.skus_page(0)).rows) == 3
