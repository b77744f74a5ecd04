"""Why a SKU waits for a person, and what he can do: the sentences, in one place."""

from bridge.core.model import StuckNote
from bridge.core.stock.adopt import Adjustment
from bridge.core.stock.model import Write

UNSURE_ADJUSTMENT = "unsure_adjustment"


def refused(write: Write, what: str) -> StuckNote:
    """RxScale understood a number and will not have it."""
    parts = [
        f"stock {write.stock}" if write.stock is not None else "",
        f"price {write.price_cents} cents" if write.price_cents is not None else "",
    ]
    said = " and ".join(part for part in parts if part)
    return StuckNote(
        "sku_refused",
        f"RxScale does not take {said}: {what}",
        "look at the SKU in RxScale's portal and at its line in skus.csv, then: "
        f"rxbridge stuck retry sku:{write.uid}",
    )


def unsure_adjustment(each: Adjustment) -> StuckNote:
    """An adjustment's answer was lost, and the product's log no longer reaches back to it."""
    return StuckNote(
        UNSURE_ADJUSTMENT,
        f"nobody knows whether PharmaOne changed the stock of product {each.p1_id} by "
        f"{each.delta:+d}: its log no longer reaches back to then",
        f"look in PharmaOne for '{each.reference}'; if the change is missing, make it there by "
        f"hand; then: rxbridge stuck drop sku:{each.pharmacy_sku_uid} --reason ...",
    )
