"""Both sides' money over the ends of months, as both vendors' simulation has it at the time."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from house import bridge_settings, open_sandbox

from bridge.cli.commands import money as command
from bridge.cli.commands.money import Books, _month, read_books
from bridge.core.model import OrderId, P1Order
from bridge.sandbox import Sandbox
from bridge.sandbox.traffic import Fault
from bridge.store import Store, pharmaone_lists

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

    def pharmaone_makes_another(self, number: str) -> None:
        """An order that has nothing to do with RxScale; "": it has no number of a shop's."""
        items = [{"p1_id": "20401", "qty": 1, "price": 5}]
        body = {"shop_id": "shop1", "external_id": f"desk-{len(self.world.p1_orders)}"}
        order = self.world.pharmaone.upsert({**body, "payment_status": "paid", "items": items})
        order.data["external_id"] = number

    async def remember_all(self) -> None:
        """As a bridge would that read each of PharmaOne's orders at the time."""
        store = await Store.open(self.folder / "rxbridge.db", now=self.at)
        await store.write(
            pharmaone_lists.save_orders,
            [
                P1Order(OrderId(order.id), order.status, self.at, order.external_id)
                for order in self.world.p1_orders.values()
            ],
        )
        await store.close()

    def routed(self, uid: str, at: datetime) -> None:
        self.at = at
        self.world.set_order_status(uid, "completed")

    async def of(self, month: str, **changes: dict[str, Any]) -> Books:
        assert self.sandbox is not None
        settings = bridge_settings(self.sandbox, self.folder, changes)
        return await read_books(settings, _month(month, settings.money.timezone))


@pytest.fixture
async def books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = Books(tmp_path)
    monkeypatch.setattr(command, "now", found)
    async with open_sandbox(clock=found.seconds) as sandbox:
        found.sandbox = sandbox
        yield found


def findings(found: Books) -> dict[str, str | None]:
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


async def test_a_page_that_is_put_off_costs_that_page_alone(books: Books):
    """A long list is not begun anew, and may take longer than one vendor's pause is waited for."""
    for _ in range(450):
        books.pharmaone_makes_another("")
    late = Fault(vendor="pharmaone", route="GET /orders", skip=2, status=429)
    books.world.break_calls(late)
    await books.remember_all()
    books.at += timedelta(days=1)
    assert (await books.of(OCTOBER)).others == 450
    assert len(books.world.calls("GET /orders")) == 3 + 1


async def test_what_the_bridge_has_learnt_is_not_asked_again(books: Books):
    """Of thousands of orders that are none of RxScale's, a running bridge knows that already."""
    (uid,) = books.rxscale_gets(datetime(2026, 10, 5, tzinfo=UTC))
    books.pharmaone_makes(uid, books.at)
    for _ in range(20):
        books.pharmaone_makes_another("")
    await books.remember_all()
    books.at += timedelta(days=40)
    found = await books.of(OCTOBER)
    assert (findings(found), found.others) == ({uid: None}, 20)
    assert books.world.calls("GET /orders/{id}") == []
    assert books.world.calls("GET /pharmacy_orders/{uid}") == []


async def test_another_shops_number_that_rxscale_refuses_is_none_of_its_orders(books: Books):
    books.pharmaone_makes_another("SHOP/7")
    no = Fault(vendor="rxscale", route="GET /pharmacy_orders/{uid}", status=400, body={"error": {}})
    books.world.break_calls(no)
    books.at += timedelta(days=1)
    found = await books.of(OCTOBER)
    assert (findings(found), found.others) == ({}, 1)
