"""The organisation's shops (pharmaone.md section 6)."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from bridge.pharmaone.wire import YesOrNo
from bridge.vendor.fields import Id, Listed, TextOrEmpty


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of the organisation; `active` is None if PharmaOne does not say."""

    shop_id: Id
    name: TextOrEmpty = ""
    active: Annotated[YesOrNo, Field(validation_alias="is_active")] = None


Shops = Listed[Shop]
