"""What a reason means and what to do about it, as docs/stuck.md tells it: about orders."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """For a person who did not write the program. `do` are steps, in order; none: just wait."""

    means: str
    do: tuple[str, ...] = ()


_RETRY = "Then: `rxbridge stuck retry order:po-abc123`."
_DROP = (
    "If it was handled by hand: `rxbridge stuck drop order:po-abc123 --reason 'handled by hand'`."
)
_LOOK = (
    "Look in PharmaOne Manager, among order-requests and orders, for the external reference "
    "(the pharmacy order's uid, `po-...`).",
    "If it is there: `rxbridge stuck submitted order:po-abc123`. The bridge goes on from there.",
    "If it is not there: `rxbridge stuck retry order:po-abc123`. It is sent now.",
    _DROP,
)

ORDERS: Mapping[str, Explained] = {
    "cannot_know": Explained(
        "The order was there before this bridge's store was (a first start, a lost or restored "
        "`rxbridge.db`), and PharmaOne cannot be asked for order-requests under review. Somebody, "
        "or an earlier bridge, may have entered it already. Sending it could double it. If the "
        "search itself was cut short, a higher `orders.find_details` lets it read more.",
        _LOOK,
    ),
    "unsure_submission": Explained(
        "The order-request was sent and the answer was lost on the way. It was looked for at "
        "PharmaOne and not found, which proves nothing while staff are still reviewing it.",
        _LOOK,
    ),
    "cancelled_at_rxscale": Explained(
        "The patient or RxScale cancelled. PharmaOne has no way for another program to withdraw "
        "an order-request, or its order is too far along to be cancelled from outside.",
        (
            "In PharmaOne Manager, reject the request or cancel the order that the reason names. "
            "If staff approve the request after all, the bridge cancels the order by itself.",
            "It frees itself once PharmaOne tells of it. If it does not: "
            "`rxbridge stuck drop order:po-abc123 --reason 'rejected in PharmaOne'`.",
        ),
    ),
    "cancelled_after_handover": Explained(
        "RxScale cancelled an order that PharmaOne shows as shipped or picked up. Goods and money "
        "have to be settled between people.",
        (
            "Settle the return and the payment with RxScale.",
            "Then: `rxbridge stuck drop order:po-abc123 --reason 'settled with RxScale'`.",
        ),
    ),
    "rejected_in_pharmaone": Explained(
        "Your staff refused the order-request. RxScale is not told by itself, because a refusal "
        "may be a slip, and a cancelled pharmacy order goes to another pharmacy.",
        (
            "Cancel the order in RxScale's portal. It frees itself.",
            'To have every refusal cancelled from now on: `rejected = "cancelled"` in '
            "`statuses.toml` under `[pharmaone.order_requests]` "
            "([cookbook](cookbook.md#9-refused-requests-go-to-another-pharmacy)).",
        ),
    ),
    "unsure_prescription": Explained(
        'With `orders.prescriptions = "ingest"` the prescription is sent before the '
        'order-request. Its answer was lost, and `orders.unsure_submission = "ask"` says not to '
        "send it again without you.",
        (
            "Look for the prescription in PharmaOne Manager.",
            "`rxbridge stuck retry order:po-abc123` sends it (again), then the order-request.",
            _DROP,
        ),
    ),
    "prescription_declined": Explained(
        "Staff declined the prescription that was sent by itself. Without it the order cannot "
        "be approved.",
        ("Settle it in PharmaOne Manager, or cancel the order in RxScale's portal.", _DROP),
    ),
    "deleted_in_pharmaone": Explained(
        "PharmaOne answered 404 several times for an order that it had. Somebody deleted it. "
        '(Only where `statuses.toml` says `gone = "stuck"`; as shipped it is a cancellation.)',
        ("Cancel or complete the order in RxScale's portal. It frees itself.", _DROP),
    ),
    "gone_at_rxscale": Explained(
        "RxScale answered 404 several times. The order was deleted, belongs to another pharmacy, "
        "or the key may not see it: RxScale answers 404 for that too.",
        (
            "Look for the order in RxScale's portal.",
            "With a group-wide key, check `rxscale.pharmacy_uid`; `rxbridge check` tries the key.",
            _RETRY,
            _DROP,
        ),
    ),
    "reopened": Explained(
        "The order was finished here, and RxScale shows it open again. The bridge never sends an "
        "order a second time by itself.",
        (
            "Compare both sides: `rxbridge orders show po-abc123`, and PharmaOne Manager.",
            _DROP,
        ),
    ),
    "unknown_status": Explained(
        "A vendor used a status word that `mappings/statuses.toml` does not have. Words are never "
        "guessed: a wrong guess could complete or cancel an order.",
        (
            "Find out what the word means, from the vendor's screen or support.",
            "Add it to the table that the reason names, with the bridge's state "
            "([cookbook](cookbook.md#8-a-status-word-the-bridge-does-not-know)).",
            "Save. Within seconds the order is looked at again.",
        ),
    ),
    "refused": Explained(
        "The vendor understood the call and said no; the same call would be refused again. The "
        "reason names the fields it complained of. Its own words are left out where they might "
        "quote a patient.",
        (
            "Mend what it names: often an expression in `mappings/orders.toml`, sometimes the "
            "order at RxScale.",
            "`rxbridge orders show po-abc123` tells which rules made the request.",
            _RETRY,
        ),
    ),
    "unreadable": Explained(
        "The vendor answered several times with something that is not what it documents. Nothing "
        "is concluded from that.",
        (
            "Look at the vendor's own screen: is the order odd in some way?",
            "If it stays: ask the vendor's support, naming the field in the reason.",
            _RETRY,
        ),
    ),
}

GAPS: Mapping[str, Explained] = {
    "unlinked_sku": Explained(
        "Nobody has said yet which PharmaOne product this SKU is.",
        (
            "`rxbridge skus match` proposes products by name; `--write` adds the sure ones.",
            "Or add the line that the remedy shows to `mappings/skus.csv`, with the product's "
            "`p1_id`. It is taken up within seconds, and the order goes on.",
        ),
    ),
    "not_in_catalogue": Explained(
        "RxScale sent an order for something that its own SKU list of your pharmacy lacks. SKU "
        "types that are hidden for your account (digital or physical) are missing too.",
        ("Add the product to your pharmacy at RxScale, or ask RxScale to show that SKU type.",),
    ),
    "not_whole": Explained(
        "The ordered amount times `units_per_sku` gives a part of a PharmaOne unit, and "
        "PharmaOne takes whole ones only.",
        (
            "Correct `units_per_sku` of that SKU in `mappings/skus.csv` "
            "([cookbook](cookbook.md#1-grams-and-packs)).",
        ),
    ),
    "bad_pzn": Explained(
        "The PZN is not eight digits with the right check digit, so the line may name the wrong "
        "product.",
        (
            "Have the PZN corrected at RxScale.",
            'Or, if your products have no real PZN: `pzn = "ignore"` under `[checks]` in '
            "`orders.toml`.",
        ),
    ),
    "no_price": Explained(
        "RxScale sent no `total_paid_amount` for a line, and the mapping requires a price.",
        (
            "Have the order corrected at RxScale.",
            "Or take `price` out of `[require] item` in `orders.toml`.",
        ),
    ),
    "missing_field": Explained(
        "A field that `[require]` in `orders.toml` asks for came out empty, and the reason names "
        "the expression that should have filled it.",
        (
            "Complete the order at RxScale.",
            "Or change the expression in `orders.toml`: `rxbridge check --offline` tries it out.",
        ),
    ),
    "bad_expression_result": Explained(
        "An expression in `orders.toml` gave something that its field does not take, a list for a "
        "text say. The reason names types and never values.",
        ("Mend the expression. Add the case as an `[[example]]`, so that it stays mended.",),
    ),
    "bad_shipping_costs": Explained(
        "`shipping_in_total` is on, and the order's shipping costs are not whole cents in euros.",
        (
            "Have the order corrected at RxScale.",
            "Or set `shipping_in_total = false` in `orders.toml`.",
        ),
    ),
}

WAITS: Mapping[str, Explained] = {
    "RxScale is still setting it up (<status>)": Explained(
        "The order is not the pharmacy's to touch yet."
    ),
    "on hold at RxScale: left alone until somebody there releases it": Explained(
        "Somebody else paused it at RxScale.",
        ("Answer the issue in RxScale's portal.",),
    ),
    "RxScale does not show it (404); looking again": Explained(
        "One 404 proves nothing. After several it becomes [`gone_at_rxscale`](#gone_at_rxscale)."
    ),
    "PharmaOne's order is not known yet": Explained("The next reading of PharmaOne's list knows."),
    "PharmaOne does not show its order (404); looking again": Explained(
        "One 404 proves nothing. After several, `gone` in `statuses.toml` says what it means."
    ),
    "both sides agree (<state>); PharmaOne's next change is awaited": Explained(
        "All is well; the next change is your staff's."
    ),
    "pharmacy staff review the order-request in PharmaOne Manager": Explained(
        "All is well; your staff approve or reject it.",
    ),
    "no legal step leads from '<status>' to <state> at RxScale": Explained(
        "RxScale's lifecycle has no way from the one to the other, and none is forced.",
        (
            "If RxScale does allow it, add the step to `statuses.toml` under `steps`; if not, "
            "settle it in RxScale's portal.",
        ),
    ),
    "both sides have it on hold; PharmaOne's next change is awaited": Explained(
        "Your staff paused it, and RxScale was told."
    ),
    "on hold at PharmaOne; RxScale has no hold for '<status>'": Explained(
        "Your staff paused it where RxScale's lifecycle (the legacy one, say) knows no pause."
    ),
    "an answer was lost; giving PharmaOne time before looking": Explained(
        "An order-request's answer was lost. After `orders.unsure_grace_seconds` it is looked "
        "for, and sent again only if it is not there."
    ),
}
