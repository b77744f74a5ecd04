"""Which of a vendor's words may be kept, logged and shown; what stands for any other."""

from collections.abc import Collection
from hashlib import sha256

DOCUMENTED = frozenset(
    # RxScale's orders (rxscale.md 8), payouts (6.5); PharmaOne's orders, payments (pharmaone.md 9)
    # and prescriptions (12)
    {
        "init", "waiting for pharmacy", "pending review", "on-hold", "in-progress",
        "ready_for_pickup", "completed", "cancelled", "created", "open", "processing", "shipped",
        "projected", "routed", "pending", "awaiting_packing", "ready_pickup", "paid",
        "new", "pending_signature", "signed", "approved", "declined",
    }
)  # fmt: skip
"""The status words that the vendors' documents show."""


def tellable(word: str, known: Collection[str]) -> str:
    """The word, if it is known; else its length and a mark that is the same for the same word.

    Vendors can write anything there: a patient's name too.
    """
    if word in known:
        return word
    return f"unknown ({len(word)} letters, {sha256(word.encode()).hexdigest()[:4]})"
