"""Which of PharmaOne's orders may be made from a pharmacy order: by when they were made."""

from datetime import datetime, timedelta

from bridge.core.model import OrderRecord

MARGIN = timedelta(hours=1)
"""How much too early PharmaOne may date an order, beyond what its clock is known to differ."""


def made_since(record: OrderRecord) -> datetime | None:
    """PharmaOne's order made from this one is dated no earlier; None where nobody knows.

    No bridge sends an order before RxScale made it, nor while it stands in RxScale's queue: it is
    claimed first.
    """
    known = [] if record.unsent_at is None else [record.unsent_at]
    if record.created_at is not None:  # a clock that is ahead must not hide an order
        known.append(min(record.created_at, record.first_seen_at))
    return max(known) - MARGIN if known else None
