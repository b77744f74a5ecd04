"""Why an order is stuck, in a pharmacist's words, and what mends it. One function a reason."""

from bridge.core.lifecycle import Prescriptions, Vocabulary
from bridge.core.model import Gaps, OrderRecord, StuckNote, order_key

GONE_AT_RXSCALE = "gone_at_rxscale"
DELETED_IN_PHARMAONE = "deleted_in_pharmaone"
UNREADABLE = "unreadable"
UNKNOWN_STATUS = "unknown_status"
AFTER_SEVERAL_LOOKS = (GONE_AT_RXSCALE, DELETED_IN_PHARMAONE, UNREADABLE)
"""What is said of an order only once several looks in a row came to nothing."""


def gaps(found: Gaps) -> StuckNote:
    """Everything the mapping lacks for this order, all together."""
    what = "; ".join(gap.what for gap in found.gaps)
    remedies = dict.fromkeys(gap.remedy for gap in found.gaps if gap.remedy)
    return StuckNote(found.gaps[0].code, what, "; ".join(remedies))


def cannot_know(record: OrderRecord, why: str) -> StuckNote:
    return StuckNote("cannot_know", f"not sent: {why}", _look_and_say(record))


def unsure(record: OrderRecord, why: str) -> StuckNote:
    return StuckNote(
        "unsure_submission",
        f"a submission's answer was lost and it cannot be told whether it arrived: {why}",
        _look_and_say(record),
    )


def cancelled(record: OrderRecord) -> StuckNote:
    if record.order_id is not None:
        where = f"its PharmaOne order {record.order_id} still stands"
        do = f"cancel {record.order_id} in PharmaOne Manager"
    else:
        where = "its order-request may be under review at PharmaOne and cannot be withdrawn"
        do = f"reject the request with external reference {record.uid} in PharmaOne Manager"
    return StuckNote(
        "cancelled_at_rxscale",
        f"RxScale cancelled this order, but {where}",
        f"{do}, then: {_drop(record, 'rejected in PharmaOne')}",
    )


def cancelled_after_handover(record: OrderRecord) -> StuckNote:
    return StuckNote(
        "cancelled_after_handover",
        f"RxScale cancelled this order after PharmaOne's order {record.order_id} was handed over",
        "settle the return and the payment with RxScale; "
        f"then: {_drop(record, 'settled with RxScale')}",
    )


def rejected(record: OrderRecord) -> StuckNote:
    return StuckNote(
        "rejected_in_pharmaone",
        "rejected in PharmaOne: "
        f"staff refused the order-request {record.request_id or ''}".rstrip(),
        "cancel it in RxScale's portal (RxScale then asks another pharmacy); it frees itself; "
        "or say so once for all orders in mappings/statuses.toml: "
        'pharmaone.order_requests.rejected = "cancelled"',
    )


def unsure_prescription(record: OrderRecord) -> StuckNote:
    key = order_key(record.uid)
    return StuckNote(
        "unsure_prescription",
        "the prescription was sent to PharmaOne and no answer came: it may be there already",
        f"look for it in PharmaOne Manager; then: rxbridge stuck retry {key} sends it (again), "
        f"and the order-request after it; if it was handled by hand: {_drop(record, '...')}",
    )


def declined(record: OrderRecord) -> StuckNote:
    return StuckNote(
        "prescription_declined",
        f"PharmaOne declined the prescription {record.prescription_id} "
        f"({record.prescription_status})",
        "settle it in PharmaOne Manager or cancel the order in RxScale's portal; it frees itself; "
        f"or: {_drop(record, 'prescription declined')}",
    )


def deleted(record: OrderRecord) -> StuckNote:
    return StuckNote(
        DELETED_IN_PHARMAONE,
        f"PharmaOne no longer has its order {record.order_id}",
        "cancel or complete it in RxScale's portal; it frees itself; "
        f"or: {_drop(record, 'deleted in PharmaOne')}",
    )


def gone(record: OrderRecord) -> StuckNote:
    return StuckNote(
        GONE_AT_RXSCALE,
        "RxScale answers 404: the order does not exist for this key, or no longer",
        "look for it in RxScale's portal and check rxscale.pharmacy_uid; "
        f"then: {_drop(record, '...')}",
    )


def reopened(record: OrderRecord) -> StuckNote:
    return StuckNote(
        "reopened",
        f"RxScale shows it open again ('{record.rx_status}') after it was finished here",
        f"compare both sides; then: {_drop(record, '...')}",
    )


def unknown_status(word: str, vendor: str, vocabulary: Vocabulary) -> StuckNote:
    return StuckNote(
        UNKNOWN_STATUS,
        f"{vendor}'s status '{word}' is not in {vocabulary.where}",
        f"say what it means in {vocabulary.where}.means; the order is then looked at again",
    )


def unknown_prescription(word: str, words: Prescriptions) -> StuckNote:
    return StuckNote(
        UNKNOWN_STATUS,
        f"PharmaOne's status '{word}' of a prescription is not in {words.where}",
        f"add it to waiting, accepted or declined in {words.where}; "
        "the order is then looked at again",
    )


def refused(record: OrderRecord, vendor: str, doing: str, what: str) -> StuckNote:
    """The vendor said no, and would say it again."""
    key = order_key(record.uid)
    return StuckNote(
        "refused",
        f"{vendor} refused {doing}: {what}",
        f"mend what it names (often mappings/orders.toml), then: rxbridge stuck retry {key}",
    )


def garbled(record: OrderRecord, vendor: str, what: str) -> StuckNote:
    """Answers kept coming that cannot be read."""
    key = order_key(record.uid)
    return StuckNote(
        UNREADABLE,
        f"{vendor}'s answer cannot be read: {what}",
        f"if it persists, ask {vendor}'s support; then: rxbridge stuck retry {key}",
    )


def _look_and_say(record: OrderRecord) -> str:
    key = order_key(record.uid)
    return (
        f"look in PharmaOne Manager for external reference {record.uid}; "
        f"if it is there: rxbridge stuck submitted {key}; "
        f"if it is not: rxbridge stuck retry {key} sends it; "
        f"if it was handled by hand: {_drop(record, '...')}"
    )


def _drop(record: OrderRecord, why: str) -> str:
    return f"rxbridge stuck drop {order_key(record.uid)} --reason '{why}'"
