"""Both sides' money over the ends of months, as both vendors' simulation has it at the time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import bridge_settings, open_sandbox

from bridge.cli.api import booked as command
from bridge.cli.api.booked import Found, booked
from bridge.cli.api.money import _month
from bridge.sandbox import Sandbox

OCTOBER, NOVEMBER, DECEMBER = "2026-10", "2026-11", "2026-12"
SALE: dict[str, Any] = {"physical_prescription": True, "prepaid": 1}


@dataclass
class Books:
    """What happens, and what `money` says of a month afterwards."""

    folder: Path
    at: datetime = datetime(2026, 10, 31, 21, tzinfo=UTC)
    sandbox: Sandbox | None = None

    def __call__(self) -> datetime:
        return self.at

    def seconds(self) -> float:
        return self.at.timestamp()

    @property
    def world(self):
        assert self.sandbox is not None
        return self.sandbox.world

    def rxscale_gets(self, at: datetime, count: int = 1) -> list[str]:
        self.at = at
        return self.world.add_orders(count, [SALE] * count, announce=False)

    def pharmaone_makes(self, uid: str, at: datetime, **more: Any) -> str:
        """An order of what RxScale pays for it."""
        self.at = at
        cents = sum(row["amount"] for row in self.world.orders[uid].payouts())
        body = {"shop_id": "shop1", "external_id": uid, "payment_status": "paid", **more}
        items = [{"p1_id": "20401", "qty": 1, "price": cents / 100}]
        return self.world.pharmaone.upsert({**body, "items": items}).id

    def routed(self, uid: str, at: datetime) -> None:
        self.at = at
        self.world.set_order_status(uid, "completed")

    async def of(self, month: str, **changes: dict[str, Any]) -> Found:
        assert self.sandbox is not None
        settings = bridge_settings(self.sandbox, self.folder, changes)
        return await booked(settings, _month(month, settings.money.timezone))


@pytest.fixture
async def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = Books(tmp_path)
    monkeypatch.setattr(command, "now", found)
    async with open_sandbox(clock=found.seconds) as sandbox:
        found.sandbox = sandbox
        yield found


def findings(found: Found) -> dict[str, str | None]:
    return {row.uid: row.finding for row in found.rows}


async def test_an_order_of_the_last_evening_that_pharmaone_makes_in_the_next_month(books: Books):
    """It is October's: November must not call it paid without a payout."""
    (uid,) = books.rxscale_gets(datetime(2026, 10, 31, 21, tzinfo=UTC))
    books.pharmaone_makes(uid, datetime(2026, 11, 2, 9, tzinfo=UTC))
    books.at += timedelta(days=7)
    assert findings(await books.of(NOVEMBER)) == {}
    assert findings(await books.of(OCTOBER)) == {uid: None}
    books.routed(uid, datetime(2026, 11, 10, tzinfo=UTC))
    assert findings(await books.of(NOVEMBER)) == {}
    assert findings(await books.of(OCTOBER)) == {uid: None}


async def test_midnight_is_that_of_the_pharmacy(books: Books):
    """Summer time ends in October: it begins two hours before UTC's, and ends one hour before."""
    at = (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))
    just_before = [books.rxscale_gets(moment - timedelta(seconds=1))[0] for moment in at]
    exactly = [books.rxscale_gets(moment)[0] for moment in at]
    for uid in (*just_before, *exactly):
        books.pharmaone_makes(uid, books.at)
    books.at += timedelta(days=40)
    assert findings(await books.of(OCTOBER)) == {just_before[1]: None, exactly[0]: None}
    assert findings(await books.of(NOVEMBER)) == {exactly[1]: None}
