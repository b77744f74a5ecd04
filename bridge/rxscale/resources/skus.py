"""The pharmacy's SKUs with all that RxScale's list says of them (rxscale.md section 6.7)."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator, Field

from bridge.core.model import PharmacySkuUid
from bridge.exchange import Priority, calls
from bridge.reading import Open
from bridge.rxscale import dialect
from bridge.rxscale.calling import Caller, by_page, paged
from bridge.rxscale.wire import Count, Id, MaybeId, Moment, Rows, Text, as_size


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
    standard_selling_unit: Annotated[str | None, BeforeValidator(as_size)] = None
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

    @property
    def key(self) -> PharmacySkuUid:
        return PharmacySkuUid(self.uid)


class SkusPage(Open):
    """One page; hidden SKUs are neither in it nor counted."""

    data: Rows[PharmacySku]
    total: Count = Field(default=None, validation_alias="totalRegistries")
    pages: Count = Field(default=None, validation_alias="totalPages")


@dataclass(frozen=True, slots=True)
class Skus:
    """One pharmacy's SKUs."""

    caller: Caller

    @calls(dialect.SKUS)
    async def page(self, page: int, limit: int = dialect.MOST_ROWS) -> SkusPage:
        """Page `page`, from 0."""
        query = paged(page, limit)
        return await self.caller.read(dialect.SKUS, SkusPage, Priority.SWEEP, query=query)

    @calls(dialect.SKUS)
    async def all(self) -> AsyncIterator[PharmacySku]:
        """All of them, deleted ones too where they are listed: that is not documented."""

        async def fetch(page: int) -> tuple[tuple[PharmacySku, ...], int | None]:
            found = await self.page(page)
            return found.data, found.pages

        async for row in by_page(fetch, dialect.MOST_ROWS):
            yield row
