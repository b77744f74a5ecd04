"""What a reason means and what to do about it, as docs/stuck.md tells it: stock and health."""

from collections.abc import Mapping

from bridge.documents.explained import Explained

_CONFIRM = (
    "Look at the inventory in PharmaOne Manager. If it is true: `rxbridge stock sync --confirm`.",
    "If it is not, mend it there; the next reading sees it.",
)

SKUS: Mapping[str, Explained] = {
    "sku_refused": Explained(
        "RxScale understood the number and will not have it. Other SKUs go on.",
        (
            "Look at the SKU in RxScale's portal, and at its line in `mappings/skus.csv`.",
            "Then: `rxbridge stuck retry sku:psku-abc123`.",
            "To leave the SKU alone from now on: "
            "`rxbridge stuck drop sku:psku-abc123 --reason 'kept by hand'`.",
        ),
    ),
    "unsure_adjustment": Explained(
        "With `stock.adopt_external = true` a change made at RxScale was sent to PharmaOne, the "
        "answer was lost, and the product's log (200 entries) no longer reaches back to then. A "
        "relative change is never sent twice on a guess.",
        (
            "Look in the product's log in PharmaOne Manager for the reference that the remedy "
            "names. If the change is missing, make it there by hand.",
            "Then: `rxbridge stuck drop sku:psku-abc123 --reason 'checked in PharmaOne'`.",
        ),
    ),
}

INVENTORY: Mapping[str, Explained] = {
    "empty": Explained(
        "PharmaOne answered with no product at all. A fault on its side is likelier than an empty "
        "pharmacy.",
        _CONFIRM,
    ),
    "partial": Explained(
        "At least `stock.partial_percent` of the linked products are missing from the answer. An "
        "absent product is not one of which there is none.",
        _CONFIRM,
    ),
    "halved": Explained(
        "In at least half of the products stock fell, by `stock.halved_percent` together.",
        _CONFIRM,
    ),
    "zeroed": Explained(
        "More than `stock.zeroed_percent` of the SKUs would go to 0 at once.",
        _CONFIRM,
    ),
    "price": Explained(
        "With `stock.sync_prices = true`, a price would move by more than "
        "`stock.price_percent` at once. Only a person confirms prices.",
        _CONFIRM,
    ),
    "price_fraction": Explained(
        "PharmaOne's price of a unit times the units of the SKU is no whole number of cents.",
        ("Correct the price in PharmaOne, or `units_per_sku` in `mappings/skus.csv`.",),
    ),
}

ROWS: Mapping[str, Explained] = {
    "as it should be": Explained("RxScale offers what PharmaOne's inventory makes of it."),
    "there is more": Explained("It is written with the next sync."),
    "there is more; orders are looked at first": Explained(
        "After a first start numbers may fall and not rise until every open order was looked at."
    ),
    "promises more than there is": Explained("It is written first of all."),
    "nobody knows what RxScale has": Explained(
        "A write was not answered, or RxScale's list does not say. The number is written again."
    ),
    "its product is split by share, and it has none": Explained(
        "Other SKUs of this product have a share in `skus.csv`; this one is offered as 0.",
        ("Give it a share too ([cookbook](cookbook.md#2-two-skus-of-one-product)).",),
    ),
    "PharmaOne's inventory has not been read yet": Explained("The next reading knows."),
    "PharmaOne's inventory has no such product": Explained(
        "The link names a `p1_id` that PharmaOne does not list. Nothing is written for it.",
        (
            "Correct the `p1_id` in `mappings/skus.csv`, or add the product to your inventory in "
            "PharmaOne Manager.",
        ),
    ),
    "RxScale's list does not show it": Explained(
        "`skus.csv` names a SKU that RxScale does not list for this pharmacy.",
        ("Correct the line, or take it out.",),
    ),
    "RxScale does not show it": Explained(
        "RxScale answered 404 for it: the account hides such SKUs. It is left alone until "
        "RxScale's list shows it.",
    ),
    "a person wants it left alone (rxbridge stuck retry takes it up again)": Explained(
        "Somebody dropped it.", ("`rxbridge stuck retry sku:psku-abc123` takes it up again.",)
    ),
    "it waits for a person: rxbridge stuck list": Explained(
        "See [SKUs that are stuck](#skus-that-are-stuck).", ("`rxbridge stuck list`",)
    ),
    "a newer inventory was pushed already": Explained(
        "Another process wrote meanwhile by newer numbers; they stay."
    ),
    "somebody changed it at RxScale": Explained(
        'With `stock.on_drift = "report"` such a change is told and left.'
    ),
    "PharmaOne's inventory has been unknown for too long": Explained(
        "It could not be read, or was not believed, for `stock.stale_after_seconds`. Everything "
        "goes to 0, and comes back with the next good inventory.",
        ("`rxbridge check` says what is wrong with PharmaOne.",),
    ),
    "missing from PharmaOne's inventory": Explained(
        "It was there before. Its last number stays until a second look lacks it too."
    ),
    "missing from PharmaOne's inventory, and confirmed": Explained(
        "A second look lacked it too, so it is offered as 0."
    ),
}

HEALTH: Mapping[str, Explained] = {
    "the store cannot be read": Explained(
        "`rxbridge.db` cannot be read or written: a full disk, missing rights, a damaged file. "
        "Vendors get 503 and deliver again later, so nothing is lost.",
        ("See the log for the cause, and free space or rights.", "`rxbridge check --offline`"),
    ),
    "a change was refused; the last valid files stay": Explained(
        "A mapping file was saved with a mistake. The bridge works on with the last good ones.",
        ("`rxbridge check --offline` names file, key and way out.",),
    ),
    "it failed repeatedly and is left alone for a while": Explained(
        "The vendor is down or unreachable. It is tried again by itself, ever more rarely.",
        ("If it lasts: `rxbridge check`, then the vendor's support.",),
    ),
    "the last call failed: <last error>": Explained(
        "Often over with the next call. A wrong key or a missing right is named here.",
        ("If it stays: `rxbridge check`.",),
    ),
    "the key's token lacks the scope <missing>": Explained(
        "PharmaOne's key may not do what the bridge needs.",
        ("Make a new key in PharmaOne Manager, or ask PharmaOne for the scope.",),
    ),
    "something has been due for <oldest> s": Explained(
        "Work is waiting for longer than ten minutes: usually because a vendor is down, or its "
        "limits are lower than the orders need.",
        ("Look at `rxscale` and `pharmaone` in the same answer.",),
    ),
    "<unsure> submissions without an answer; they are being looked for": Explained(
        "Answers were lost. The bridge looks for each before it sends anything again."
    ),
    "<stuck> wait for a person: rxbridge stuck list": Explained(
        "See the reasons above.", ("`rxbridge stuck list`",)
    ),
    "RxScale's order list has not been read for too long": Explained(
        "Three sweeps in a row did not come through. Webhooks still work.",
        ("`rxbridge check` says what is wrong with RxScale.",),
    ),
    "PharmaOne's inventory has been unknown for too long: everything is at 0": Explained(
        "It could not be read, or was not believed, for `stock.stale_after_seconds`.",
        ("`rxbridge stock plan` says why; `rxbridge check` tries PharmaOne.",),
    ),
    "<unconfirmed inventory>: to be confirmed (rxbridge stock plan)": Explained(
        "See [An inventory that is not believed](#an-inventory-that-is-not-believed).",
        ("`rxbridge stock plan`",),
    ),
    "it could not be carried on: <trouble>": Explained(
        "Reading the inventory or writing a number failed. It is tried again by itself.",
        ("If it stays: `rxbridge check`.",),
    ),
    "PharmaOne's inventory has not been compared for too long": Explained(
        "Three rounds of stock did not take place.",
        ("See the log; `rxbridge stock sync` tries one now.",),
    ),
    "<anomalies> prices are to be confirmed (rxbridge stock plan)": Explained(
        "See [`price`](#price).", ("`rxbridge stock plan`",)
    ),
}
