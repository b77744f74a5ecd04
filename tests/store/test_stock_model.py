"""Stock against a model of both vendors: sales, restocks, products that are not listed, links that
change, inventories that cannot be read, lost answers, restarts, lost and restored stores, in any
order.

The bridge's side is the real planning over the real tables; the vendors are a few dictionaries.
Whatever happened, once all was looked at again RxScale offers what may be offered, and no more.
"""

import contextlib
import json
import math
import sqlite3
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, precondition, rule

from bridge.core.facts import Facts
from bridge.core.memory import Outcome, SweptOrder
from bridge.core.model import (
    CatalogueSku,
    Claim,
    Hint,
    OrderRecord,
    PharmacyOrderUid,
    PharmacySkuUid,
    Phase,
    ProductId,
    SkuUid,
    State,
    order_key,
)
from bridge.core.reasons import NOT_ADJUSTED
from bridge.core.stock.adjust import MOST_ENTRIES
from bridge.core.stock.model import (
    Reading,
    Shelf,
    Situation,
    SkuLink,
    StockPolicy,
    Stocktake,
    Write,
    shelf,
)
from bridge.core.stock.plan import Plan, explain, plan, plan_with
from bridge.core.stock.reserve import Demand, released_at
from bridge.cycles.stock.adjust import Adjuster
from bridge.errors import Refused, Unsure
from bridge.store import orders, person, rxscale_lists, stock, todo, waiting, work
from bridge.store import orders as records
from bridge.store.backup import doubt
from bridge.store.migrate import migrate
from bridge.store.stock import Pushed, planned, situation

BEGIN = datetime(2026, 1, 2, 8, tzinfo=UTC)
LINKS = [
    SkuLink(PharmacySkuUid("psku-1"), ProductId("P1"), Decimal(1), 2, Decimal("0.5")),
    SkuLink(PharmacySkuUid("psku-2"), ProductId("P1"), Decimal(5), 0, Decimal("0.5")),
    SkuLink(PharmacySkuUid("psku-3"), ProductId("P2"), Decimal("2.5")),
    SkuLink(PharmacySkuUid("psku-4"), ProductId("P2"), Decimal(10), 3),
    SkuLink(PharmacySkuUid("psku-5"), ProductId("P3")),  # which PharmaOne has never listed
]
SHELF = shelf(LINKS)
BY_UID: dict[str, SkuLink] = {link.uid: link for links in SHELF.values() for link in links}
POLICY = StockPolicy(stale_after=timedelta(hours=1))
SKUS = st.sampled_from(sorted(BY_UID))
ENDINGS = st.lists(st.sampled_from(["ok", "done, no answer", "not done", "crash"]), max_size=8)


def units(sku: str, amount: int) -> int:
    return math.ceil(amount * Fraction(BY_UID[sku].units))


def links_of(shelf: Shelf) -> list[SkuLink]:
    return [link for links in shelf.values() for link in links]


def sent(order: dict[str, Any]) -> int:
    """What PharmaOne's order is of: RxScale's at the first look."""
    return int(order.get("sent", order["amount"]))


class Pharmacy(RuleBasedStateMachine):
    orders = Bundle("orders")
    deducts: Collection[State] = frozenset({State.COMPLETED})

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGIN
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.db, "model")
        self.hand = {ProductId("P1"): 40, ProductId("P2"): 60, ProductId("P3"): 0}
        self.unlisted = {ProductId("P3")}
        self.shelf = SHELF
        self.unread_since: datetime | None = None
        self.is_confirmed = self.copy_is_confirmed = False
        self.theirs: set[str] = set()
        """SKUs whose number is not this store's: somebody changed it since, or the store is new."""
        self.rx: dict[str, int] = dict.fromkeys(BY_UID, 0)
        self.order: dict[str, dict[str, Any]] = {}
        self.snapshot: Reading | None = None
        self.newest_pushed: dict[str, datetime] = {}
        self.copy: sqlite3.Connection | None = None
        self.read_the_catalogue()
        self.orders_are_swept()
        self.a_person_confirms()

    def teardown(self) -> None:
        self.everything_is_looked_at()
        self.db.close()
        if self.copy is not None:
            self.copy.close()

    # -- both vendors ----------------------------------------------------------------------

    @rule(target=orders, sku=SKUS, amount=st.integers(1, 4))
    def a_patient_orders(self, sku: str, amount: int) -> str:
        self.tick()
        uid = f"po-{len(self.order) + 1}"
        self.order[uid] = {"sku": sku, "amount": amount, "state": State.NEW, "deducted": False}
        return uid

    @rule(uid=orders)
    def the_pharmacy_hands_over(self, uid: str) -> None:
        self.tick()
        order = self.order[uid]
        if order["deducted"] or order["state"] is State.CANCELLED:
            return
        order["deducted"] = True
        self.goods_leave(order)

    def goods_leave(self, order: dict[str, Any]) -> None:
        self.hand[BY_UID[order["sku"]].product] -= units(order["sku"], sent(order))

    @rule(uid=orders, told=st.booleans())
    def rxscale_completes(self, uid: str, told: bool) -> None:
        self.tick()
        order = self.order[uid]
        if order["state"] in (State.COMPLETED, State.CANCELLED):
            return
        order["state"] = State.COMPLETED
        sku = order["sku"]
        self.set_rx(sku, max(0, self.rx[sku] - order["amount"]), told=told)

    @rule(uid=orders)
    def it_is_cancelled(self, uid: str) -> None:
        self.tick()
        if self.order[uid]["state"] is State.NEW and not self.order[uid]["deducted"]:
            self.order[uid]["state"] = State.CANCELLED

    @rule(uid=orders, amount=st.integers(1, 4))
    def it_is_edited_at_rxscale(self, uid: str, amount: int) -> None:
        """PharmaOne deducts what it was sent all the same."""
        self.tick()
        self.the_order_is_looked_at(uid)
        if self.order[uid]["state"] is State.NEW and not self.order[uid].get("dropped"):
            self.order[uid]["amount"] = amount

    def edits_are_undone(self) -> None:
        """What PharmaOne was sent of an edited order, only the store that is gone knew."""
        for order in self.order.values():
            order["amount"] = max(order["amount"], sent(order))

    def store_knows_until(self, at: datetime) -> None:
        """What happened after that is not in the store any more."""

    @rule(uid=orders)
    def a_person_drops_it(self, uid: str) -> None:
        self.tick()
        key = order_key(PharmacyOrderUid(uid))
        if "sent" in self.order[uid] and person.drop(self.db, key, "by hand", self.now):
            self.order[uid]["dropped"] = True

    @rule(product=st.sampled_from(["P1", "P2"]), delta=st.integers(-15, 30))
    def the_cash_desk_sells_or_goods_come_in(self, product: str, delta: int) -> None:
        self.tick()
        name = ProductId(product)
        self.hand[name] = max(0, self.hand[name] + delta)

    @rule(product=st.sampled_from(["P1", "P2", "P3"]))
    def pharmaone_lists_a_product_no_more_or_again(self, product: str) -> None:
        self.tick()
        self.unlisted ^= {ProductId(product)}

    @rule(sku=SKUS)
    def a_link_is_taken_out_or_set_again(self, sku: str) -> None:
        linked = {link.uid for link in links_of(self.shelf)} ^ {sku}
        self.shelf = shelf(link for link in LINKS if link.uid in linked)

    def inventory(self) -> Reading:
        listed = {each: units for each, units in self.hand.items() if each not in self.unlisted}
        return Reading(listed, self.now)

    @rule(sku=SKUS, number=st.integers(0, 80), told=st.booleans())
    def somebody_changes_it_at_rxscale(self, sku: str, number: int, told: bool) -> None:
        self.tick(60)
        self.theirs.add(sku)
        self.set_rx(sku, number, told=told)

    def set_rx(self, sku: str, number: int, *, told: bool) -> None:
        self.rx[sku] = number
        if told:
            stock.reported(self.db, PharmacySkuUid(sku), number, self.now)

    # -- the bridge ------------------------------------------------------------------------

    @rule(uid=orders)
    def the_order_is_looked_at(self, uid: str) -> None:
        self.tick()
        order, name = self.order[uid], PharmacyOrderUid(uid)
        todo.hint(self.db, [Hint(order_key(name), "told")], self.now)
        record = records.find(self.db, name)
        assert record is not None
        state: State = order["state"]
        done = state in (State.COMPLETED, State.CANCELLED)
        there = State.COMPLETED if order["deducted"] else State.PREPARING
        if record.phase is not Phase.DROPPED:
            phase = Phase.DONE if done else Phase.SUBMITTED if "sent" in order else Phase.KNOWN
            finished_at = self.now if done else None
            record = replace(record, state=state, phase=phase, finished_at=finished_at)
            record = replace(record, submitted_at=self.now)
        content = [json.dumps({"lines": {order["sku"]: n}}) for n in (sent(order), order["amount"])]
        record = replace(record, p1_state=there, sent=content[0], snapshot=content[1])
        self.settle(record, order, there)
        order.setdefault("sent", order["amount"])

    def settle(self, record: OrderRecord, order: dict[str, Any], there: State) -> None:
        product = BY_UID[order["sku"]].product
        amount: int = order["amount"]
        take = Demand(1, PharmacySkuUid(order["sku"]), product, amount, units(order["sku"], amount))
        outcome = Outcome(
            claim=Claim(order_key(record.uid), 1, 0, "", 0),
            record=record,
            entries=(),
            again_at=None,
            failed=False,
            stuck=None,
            now=self.now,
            takes=None if record.phase is Phase.DROPPED else (take,),
            released_at=released_at(record, there, self.deducts, self.now),
        )
        work.settle(self.db, outcome)

    @rule()
    def the_inventory_is_asked_for(self) -> None:
        """What it shows grows old while other things happen."""
        self.tick()
        self.snapshot = self.inventory()

    @precondition(lambda self: self.snapshot is not None)
    @rule(endings=ENDINGS)
    def its_answer_is_planned_with(self, endings: list[str]) -> None:
        reading, self.snapshot = self.snapshot, None
        assert reading is not None
        self.plan_and_write(reading, endings)

    @rule(endings=ENDINGS)
    def sync(self, endings: list[str]) -> None:
        self.tick()
        self.plan_and_write(self.inventory(), endings)

    def plan_and_write(self, reading: Reading, endings: list[str]) -> None:
        found = self.remembered(reading.read_at)
        self.write(plan_with(reading, found), found.stocktake, reading.read_at, endings)

    @rule()
    def a_person_confirms(self) -> None:
        self.tick()
        reading, found = self.inventory(), self.remembered(self.now)
        self.is_confirmed = True
        plan = plan_with(reading, replace(found, confirmed=True))
        self.write(plan, found.stocktake, reading.read_at, [])

    @rule(endings=ENDINGS, hours=st.sampled_from([0, 0.6, 1.5]))
    def the_inventory_cannot_be_read(self, endings: list[str], hours: float) -> None:
        self.tick(15 + hours * 3600)
        self.list_skus()
        found = self.remembered(None)
        self.write(plan(found), found.stocktake, None, endings)
        linked = {each.uid for each in links_of(self.shelf)}
        if self.unread_since is None and linked:
            self.unread_since = self.now
        since = found.stocktake.read_at if found.stocktake else self.unread_since
        if not endings and since is not None and self.now - since > timedelta(hours=1.1):
            assert {self.rx[uid] for uid in linked} <= {0}

    def remembered(self, read_at: datetime | None) -> Situation:
        if not rxscale_lists.catalogue_mark(self.db):
            self.read_the_catalogue()
        stock.linked(self.db, self.shelf)
        found = situation(self.db, read_at, self.now)
        unlinked = stock.unlinked(self.db, self.shelf)
        return replace(found, shelf=self.shelf, unlinked=unlinked, policy=POLICY)

    def write(
        self, plan: Plan, before: Stocktake | None, read_at: datetime | None, endings: list[str]
    ) -> None:
        planned(self.db, plan, before, read_at)
        known_at = plan.situation.known_at
        if known_at is None:
            return
        fates = [*endings, *["ok"] * len(plan.writes)]
        for write, fate in zip(plan.writes, fates, strict=False):
            if fate == "crash":
                return
            self.push(write, fate, known_at)

    def push(self, write: Write, fate: str, read_at: datetime) -> None:
        self.tick(1)
        if fate == "not done" or write.stock is None:
            return
        falls = write.stock == 0 or (write.before is not None and write.stock <= write.before)
        assert falls or self.is_confirmed, "it rose, and nobody has confirmed the first write"
        newest = self.newest_pushed.get(write.uid, BEGIN)
        assert write.stock == 0 or read_at >= newest, "an older number was written"
        self.newest_pushed[write.uid] = read_at
        self.rx[write.uid] = write.stock
        self.theirs.discard(write.uid)
        if fate == "ok":
            stock.pushed(self.db, [Pushed(write, read_at, self.now)])

    def read_the_catalogue(self) -> None:
        known = [CatalogueSku(PharmacySkuUid(uid), SkuUid(uid)) for uid in sorted(BY_UID)]
        self.list_skus()
        rxscale_lists.save_catalogue(self.db, known, seen_at=self.now, complete=True)

    @rule()
    def orders_are_swept(self) -> None:
        """Those that RxScale still lists as open are met; what they take is seen by a look."""
        self.tick()
        rows = {
            PharmacyOrderUid(uid): SweptOrder("waiting for pharmacy", 0)
            for uid, order in self.order.items()
            if order["state"] is State.NEW
        }
        rxscale_lists.compare_orders(self.db, rows, began_at=self.now, now=self.now, settled=True)

    @rule()
    def a_backup_is_taken(self) -> None:
        if self.copy is not None:
            self.copy.close()
        self.copy_is_confirmed = self.is_confirmed
        self.copied_at = self.now
        self.copy = sqlite3.connect(":memory:", isolation_level=None)
        self.db.backup(self.copy)

    @precondition(lambda self: self.copy is not None)
    @rule(hand=st.integers(0, 80))
    def it_is_restored(self, hand: int) -> None:
        """By the first round after it no number rises: orders since the copy may take the rest."""
        assert self.copy is not None
        self.edits_are_undone()
        self.store_knows_until(self.copied_at)
        self.tick(3600)
        self.db.close()
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        self.copy.backup(self.db)
        self.is_confirmed = self.copy_is_confirmed
        self.db.execute("BEGIN")
        doubt(self.db, self.now)
        self.db.execute("COMMIT")
        self.snapshot = self.unread_since = None
        self.hand[ProductId("P1")] = hand
        before = dict(self.rx)
        self.sync([])
        assert all(self.rx[uid] <= before[uid] for uid in BY_UID)

    @rule(then=st.sampled_from(["nothing", "unread", "more"]))
    def the_store_is_lost(self, then: str) -> None:
        """And with it what was linked before, and since when the inventory is unknown."""
        self.edits_are_undone()
        self.store_knows_until(BEGIN)
        self.db.close()
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.db, "model")
        self.snapshot = self.unread_since = None
        self.is_confirmed = False
        self.theirs |= BY_UID.keys()
        self.read_the_catalogue()
        for hours in (0, 1.5) if then == "unread" else ():
            self.the_inventory_cannot_be_read([], hours)
        if then == "more":  # and nothing but the missing confirmation keeps it from rising
            self.hand = {product: units + 20 for product, units in self.hand.items()}
            self.orders_are_swept()
            for uid in self.order:
                self.the_order_is_looked_at(uid)
            self.sync([])

    @rule()
    def list_skus(self) -> None:
        self.tick(20)
        shown = [
            CatalogueSku(PharmacySkuUid(uid), SkuUid(uid), stock=pieces)
            for uid, pieces in self.rx.items()
        ]
        stock.listed(self.db, shown, self.now)

    # -- what must hold --------------------------------------------------------------------

    @rule()
    def everything_is_looked_at(self) -> None:
        self.orders_are_swept()
        for uid in self.order:
            self.the_order_is_looked_at(uid)
        self.list_skus()
        self.a_person_confirms()
        for _ in range(4):  # absent, absent again, which many wait for, and that is confirmed
            self.tick(60)
            self.adjust()
            self.sync([])
        found = situation(self.db, None, self.now)
        for row in explain(replace(found, shelf=self.shelf, policy=POLICY, rising=True)):
            assert self.rx[row.uid] == row.target == row.at_rxscale, row
        linked = {link.uid for link in links_of(self.shelf)}
        for uid in BY_UID.keys() - linked - self.theirs:
            assert self.rx[uid] == 0, uid
        for product, held in self.shelf.items():
            there = 0 if product in self.unlisted else self.hand[product]
            free = max(0, there - self.still_open(product))
            sizes = [Fraction(link.units) * self.rx[link.uid] for link in held]
            assert (sum(sizes) if product == "P1" else max(sizes)) <= free, product

    def adjust(self) -> None:
        """This PharmaOne deducts by itself."""

    def still_open(self, product: ProductId) -> int:
        return sum(
            units(order["sku"], sent(order))
            for order in self.order.values()
            if BY_UID[order["sku"]].product == product
            and not order["deducted"]
            and order["state"] is not State.CANCELLED
        )

    def tick(self, seconds: float = 15) -> None:
        self.now += timedelta(seconds=seconds)


FATES = st.sampled_from(["ok", "done, no answer", "not done", "crash", "crash after"])


class Crash(Exception):  # noqa: N818 - what happens, not what is wrong
    """Nothing that comes after is done."""


class NeverDeducting(Pharmacy):
    """PharmaOne's number stays as it is when goods leave the shelf: the bridge adjusts it, with the
    real carrier over the real tables.
    """

    deducts = frozenset()

    def __init__(self) -> None:
        self.log: dict[str, list[tuple[str, datetime]]] = {}
        self.is_lost = False
        self.fates: list[str] = []
        self.crash_after: int | None = None
        super().__init__()
        rules = SimpleNamespace(
            facts=Facts(deducts_at="never"),
            words=SimpleNamespace(pharmaone=SimpleNamespace(means={}), deducting=frozenset()),
        )
        self.adjuster = Adjuster(
            cast("Any", SimpleNamespace(read=self.read, write=self.keep)),
            cast("Any", SimpleNamespace(adjust=self.take, inventory_log=self.entries)),
            lambda: self.now,
            rules=lambda: cast("Any", rules),
            reference=lambda: "none",
            grace=timedelta(seconds=30),
            adopts=False,
        )

    # -- the store and PharmaOne, as the carrier meets them ---------------------------------

    async def read(self, question: Callable[..., Any], *args: Any) -> Any:
        return question(self.db, *args)

    async def keep(self, question: Callable[..., Any], *args: Any) -> Any:
        self.db.execute("BEGIN")
        answer = question(self.db, *args)
        self.db.execute("COMMIT")
        if self.crash_after is not None:
            self.crash_after -= 1
            if self.crash_after < 0:
                raise Crash
        return answer

    async def entries(self, product: ProductId) -> list[Any] | None:
        if product in self.unlisted:
            return None
        log = self.log.get(product, [])[-MOST_ENTRIES:]
        return [SimpleNamespace(reason=reason, at=at) for reason, at in log]

    async def take(self, product: ProductId, delta: int, reason: str) -> str:
        self.tick(1)
        fate = self.fates.pop(0) if self.fates else "ok"
        if fate == "not done":
            raise Unsure("lost")
        if fate == "crash":
            raise Crash
        if self.hand[product] + delta < 0:
            raise Refused("below zero", status=400)
        self.taken(reason.split()[1].removesuffix(":"), delta)
        self.log.setdefault(product, []).append((reason, self.now))
        if fate == "done, no answer":
            raise Unsure("lost")
        if fate == "crash after":
            raise Crash
        return "id"

    def taken(self, uid: str, delta: int) -> None:
        order = self.order[uid]
        assert order["deducted"], "nobody has handed it over"
        assert "taken" not in order, "it was deducted already"
        assert delta == -units(order["sku"], sent(order))
        order["taken"] = "by the bridge"
        self.hand[BY_UID[order["sku"]].product] += delta

    # -- what may happen ----------------------------------------------------------------------

    def goods_leave(self, order: dict[str, Any]) -> None:
        """And PharmaOne's number stays."""

    @rule(
        fates=st.lists(FATES, max_size=5),
        crash_after=st.none() | st.integers(0, 6),
    )
    def a_round_adjusts(self, fates: list[str], crash_after: int | None) -> None:
        self.tick(40)
        self.fates, self.crash_after = fates, crash_after
        with contextlib.suppress(Crash):
            self.carry()
        self.fates, self.crash_after = [], None

    @rule(uid=Pharmacy.orders, fate=FATES, crash_after=st.none() | st.integers(0, 3))
    def an_order_goes_all_the_way(self, uid: str, fate: str, crash_after: int | None) -> None:
        self.the_order_is_looked_at(uid)
        self.the_pharmacy_hands_over(uid)
        self.the_order_is_looked_at(uid)
        self.a_round_adjusts([fate], crash_after)

    def carry(self) -> None:
        """The carrier waits for nothing here, so one step is all of it."""
        with contextlib.suppress(StopIteration):
            self.adjuster.run(self.shelf).send(None)

    @rule(product=st.sampled_from(["P1", "P2"]))
    def its_log_is_filled(self, product: str) -> None:
        self.tick(100)
        if self.is_lost:
            return
        self.log.setdefault(product, []).extend([("cash desk", self.now)] * MOST_ENTRIES)

    @rule()
    def a_person_sees_to_what_is_told(self) -> None:
        """He looks in the log, and makes of PharmaOne's number what it should be."""
        self.tick()
        for row in waiting.open_attentions(self.db):
            order = self.order[row.key.removeprefix("order:")]
            if row.reason.code == NOT_ADJUSTED and "taken" not in order:
                order["taken"], order["by_hand_at"] = "by hand", self.now
                product = BY_UID[order["sku"]].product
                order["by_hand"] = min(self.hand[product], units(order["sku"], sent(order)))
                self.hand[product] -= order["by_hand"]
            assert person.accept(self.db, row.key, self.now)

    def store_knows_until(self, at: datetime) -> None:
        """What was done by hand since is counted anew, and what is told of it comes again.

        Its log reaches back: else nobody knows what a store that is gone has sent.
        """
        self.is_lost = True
        if at == BEGIN:  # a copy would know what is counted anew here
            self.copy = None
        for product, entries in self.log.items():
            self.log[product] = [each for each in entries if each[0] != "cash desk"]
        for order in self.order.values():
            if order.get("by_hand_at", BEGIN) > at:
                self.hand[BY_UID[order["sku"]].product] += order.pop("by_hand")
                del order["taken"], order["by_hand_at"]

    def adjust(self) -> None:
        self.a_round_adjusts([], None)
        self.a_person_sees_to_what_is_told()

    def still_open(self, product: ProductId) -> int:
        """With what was handed over and is in PharmaOne's number still: nothing, in the end."""
        for uid, order in self.order.items():
            assert not order["deducted"] or "taken" in order, uid
            held = orders.held_lines(self.db, PharmacyOrderUid(uid))
            assert not (order["deducted"] and held), uid
        return super().still_open(product)


NeverDeducting.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestNeverDeducting = NeverDeducting.TestCase
Pharmacy.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestStockModel = Pharmacy.TestCase


def test_an_edit_releases_nothing_once_rxscale_has_completed_the_order():
    model = Pharmacy()
    edited = model.a_patient_orders(sku="psku-2", amount=4)
    model.it_is_edited_at_rxscale(uid=edited, amount=3)
    model.rxscale_completes(told=False, uid=edited)
    model.teardown()


def test_the_model_sees_what_an_edit_or_a_drop_would_release():
    """Named here, since a few dozen random schedules need not come by it."""
    model = Pharmacy()
    edited = model.a_patient_orders(sku="psku-3", amount=4)
    model.it_is_edited_at_rxscale(uid=edited, amount=1)
    dropped = model.a_patient_orders(sku="psku-3", amount=2)
    model.everything_is_looked_at()
    model.a_person_drops_it(uid=dropped)
    model.everything_is_looked_at()
    model.the_pharmacy_hands_over(uid=dropped)
    model.teardown()


@pytest.mark.parametrize("crash_after", [None, 0, 1, 2])
@pytest.mark.parametrize(
    "fate", ["ok", "done, no answer", "not done", "crash", "crash after", "log full", "refused"]
)
@pytest.mark.parametrize("then", ["nothing", "lost"])
def test_whatever_becomes_of_an_adjustment_it_is_made_once(
    fate: str, crash_after: int | None, then: str
):
    """Named here, since a few dozen random schedules need not come by each of them."""
    model = NeverDeducting()
    first = model.a_patient_orders(sku="psku-1", amount=3)
    second = model.a_patient_orders(sku="psku-3", amount=2)
    model.everything_is_looked_at()
    for uid in (first, second):
        model.the_pharmacy_hands_over(uid=uid)
        model.the_order_is_looked_at(uid=uid)
    if fate == "refused":
        model.hand[ProductId("P1")] = 1
    fates = ["done, no answer"] if fate == "log full" else [fate]
    model.a_round_adjusts(fates=fates, crash_after=crash_after)
    if fate == "log full":
        model.its_log_is_filled(product="P1")
        model.its_log_is_filled(product="P2")
    model.a_round_adjusts(fates=[], crash_after=crash_after)
    if then == "lost" and fate != "log full":
        model.the_store_is_lost(then="nothing")
    model.a_person_sees_to_what_is_told()
    model.teardown()
    by_hand = [order["taken"] for order in model.order.values()].count("by hand")
    assert by_hand <= (fate in ("refused", "log full")) + (fate == "log full")
