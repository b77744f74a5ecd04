"""The organisation's shops (pharmaone.md section 6)."""

from dataclasses import dataclass

from bridge.pharmaone.wire import YesOrNo
from bridge.vendor.fields import Id, Listed, Text, Wire


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of the organisation; `active` is None if PharmaOne does not say."""

    shop_id: str
    name: str
    active: bool | None


class ShopRow(Wire):
    shop_id: Id
    name: Text = None
    is_active: YesOrNo = None


ShopRows = Listed[ShopRow]


def shops(found: ShopRows) -> tuple[Shop, ...]:
    return tuple(Shop(row.shop_id, row.name or "", row.is_active) for row in found.data)
