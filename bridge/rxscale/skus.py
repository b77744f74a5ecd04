"""The pharmacy's SKUs: RxScale's list, and changing a SKU (rxscale.md sections 6.7 to 6.10)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from bridge.core.model import CatalogueSku, PharmacySkuUid, SkuUid
from bridge.exchange import calls
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller
from bridge.rxscale.wire import Envelope, Moment, Size, numbered
from bridge.vendor.fields import Count, Id, MaybeId, Open, Text


def _yes_or_no(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


class SoldSku(Open):
    """What is sold; `standard_selling_unit` counts `unit`s (10 of "g")."""

    uid: MaybeId = None
    display_name: Text = None
    pzn: Text = None
    product_uid: MaybeId = None
    product_display_name: Text = None
    product_handle: Text = None
    standard_selling_unit: Size = None
    unit: Text = None
    digital: Annotated[bool | None, BeforeValidator(_yes_or_no)] = None


class PharmacySku(Open):
    """`price_cents` is in euro cents; whether `stock` counts packs or units is not documented.

    `pharmacy` is a uid here, and an object in orders (C-15).
    """

    uid: Id
    external_id: Text = None
    price_cents: Count = Field(default=None, validation_alias="price")
    stock: Count = None
    pharmacy: MaybeId = None
    sku: SoldSku | None = None
    created_at: Moment = None
    updated_at: Moment = None
    deleted_at: Moment = None
    is_deleted: Annotated[bool, BeforeValidator(bool)] = Field(
        default=False, validation_alias="deleted_at"
    )
    """Also where the time of it cannot be read."""

    @property
    def key(self) -> PharmacySkuUid:
        return PharmacySkuUid(self.uid)


PharmacySkus = Envelope[PharmacySku]
"""One page; hidden SKUs are neither in it nor counted."""


@dataclass(frozen=True, slots=True)
class Skus:
    """One pharmacy's SKUs."""

    caller: Caller

    @calls(dialect.SKUS)
    def all(self) -> AsyncIterator[PharmacySku]:
        """All of them, deleted ones too where they are listed: that is not documented."""
        return self.caller.every(dialect.SKUS, PharmacySkus, numbered)


def catalogue_sku(row: PharmacySku) -> CatalogueSku | None:
    """The same in the bridge's own words; None for a deleted row and one without a SKU."""
    if row.is_deleted or row.sku is None or row.sku.uid is None:
        return None
    return CatalogueSku(
        pharmacy_sku_uid=row.key,
        sku_uid=SkuUid(row.sku.uid),
        external_id=row.external_id,
        name=row.sku.display_name or "",
        pzn=row.sku.pzn,
        selling_unit=row.sku.standard_selling_unit,
        unit=row.sku.unit,
        digital=row.sku.digital is True,
        stock=row.stock,
        price_cents=row.price_cents,
    )
