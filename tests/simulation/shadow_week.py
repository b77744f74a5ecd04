"""A week in shadow mode: people do everything by hand, and the report is held against it.

`python -m simulation.shadow_week SEED` prints both as JSON; people differ from the bridge in every
way that the report tells of, as often as the seed says.
"""

import asyncio
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from bridge.core.shadow import What, report
from bridge.settings import Settings
from bridge.store import orders, shadow, waiting
from simulation.life import RAM, Simulation
from simulation.people import DAY, HOUR
from simulation.plan import Plan

LIVES = 40
WAYS = {  # how often of a hundred; statuses compared and agreed; whether the typed order is right
    "right": (55, 4, 4, True),
    "another amount": (15, 4, 4, False),
    "forgets two statuses": (10, 4, 2, True),
    "completes before PharmaOne": (10, 4, 4, True),
    "cancels before anybody types": (5, 0, 0, False),
    "never types": (5, 4, 1, False),
}


class Calm(Plan):
    """Nothing goes wrong that a closer look would meet, and webhooks tell of what people do."""

    @property
    def pace(self) -> float:
        return 900.0


class Week(Simulation):
    """Nothing goes wrong by itself."""

    def settings(self, keys) -> Settings:
        return super().settings(keys).model_copy(update={"mode": "shadow"})

    async def live(self) -> None:
        self.build()
        self.truth: Counter[str] = Counter()
        self.processes.start()
        await asyncio.sleep(120)
        self.listed = [*self.world.skus.values()]
        shelf = [sku for sku in self.listed[3:] if sku["external_id"]]
        people = [self.by_hand(number) for number in range(1, LIVES + 1)]
        await asyncio.gather(*people, *(self.shelf(sku) for sku in shelf))
        await asyncio.sleep(26 * HOUR)
        store, now = self.processes.bridge.store, self.now()
        mine = {f"sku:{sku['uid']}" for sku in shelf}
        notes = [n for n in await store.read(shadow.everything) if n.key in mine or "po-" in n.key]
        met = {f"order:{each.uid}": each for each in await store.read(orders.everything)}
        found = report(notes, met, now)
        self.found = Counter({"seen": found.seen, "would send": found.would_send})
        for what in (What.ORDER, What.STATUS, What.STOCK):
            figure = found.figures[what]
            self.found.update(
                {f"{what} compared": figure.compared, f"{what} agreed": figure.agreed}
            )
        self.found["stuck"] = len(await store.read(waiting.all_stuck))
        self.found["differences told"] = len(found.differing)
        names = ("order", "status", "stock")
        differ = (self.truth[f"{each} compared"] - self.truth[f"{each} agreed"] for each in names)
        self.truth["differences told"] = sum(differ)
        await self.processes.end()

    async def by_hand(self, number: int) -> None:
        luck = Random(f"{self.plan.seed}/by hand {number}")
        (way,) = luck.choices([*WAYS], [often for often, *_ in WAYS.values()])
        _, compared, agreed, right = WAYS[way]
        self.truth.update({"seen": 1, "would send": 1, "order compared": 1, "order agreed": right})
        self.truth.update({"status compared": compared, "status agreed": agreed})
        await asyncio.sleep(luck.uniform(0, 5 * DAY))
        uid, surname = f"po-{number:07d}", "kunde" + "".join(chr(97 + int(d)) for d in str(number))
        sku, amount = luck.choice(self.listed[:3]), luck.choice((1, 2, 3))
        item = {"sku": {"uid": sku["sku"]["uid"]}, "amount": amount}
        who = {"first_name": "Kim", "last_name": surname}
        placed = {
            "uid": uid,
            "patient_data": {"display_name": f"Kim {surname}"},
            "order": {"delivery_address": who, "invoice_address": who},
            "order_items": [{**item, "total_paid_amount": 2500 * amount}],
        }
        self.world.add_orders(1, [placed])
        await asyncio.sleep(luck.uniform(300, 2 * HOUR))
        if way == "cancels before anybody types":
            self.world.set_order_status(uid, "cancelled")
            return
        await self.set(uid, "pending review", luck)
        typed = None
        if way != "never types":
            quantity = amount + (way == "another amount")
            line = {"p1_id": sku["external_id"], "name": "Sorte", "qty": quantity, "price": 25}
            body = {"external_id": "", "customer_name": f"Kim {surname}", "items": [line]}
            typed = self.world.pharmaone.upsert(body).id
            await asyncio.sleep(luck.uniform(HOUR, 2 * HOUR))
        await self.set(uid, "in-progress", luck)
        self.there(typed, status="ready_pickup")
        await asyncio.sleep(luck.uniform(300, HOUR))
        if way != "forgets two statuses":
            await self.set(uid, "ready_for_pickup", luck)
        if way == "completes before PharmaOne":
            await self.set(uid, "completed", luck)
        self.there(typed, status="shipped", shipped=True)
        await asyncio.sleep(luck.uniform(300, HOUR))
        if way not in ("forgets two statuses", "completes before PharmaOne"):
            await self.set(uid, "completed", luck)

    async def set(self, uid: str, word: str, luck: Random) -> None:
        self.world.set_order_status(uid, word)
        await asyncio.sleep(luck.uniform(60, HOUR))

    def there(self, order_id: str | None, **changes) -> None:
        if order_id is not None:
            self.world.change_p1_order(order_id, **changes)

    async def shelf(self, sku) -> None:
        """Nobody orders it: it is sold over the counter, and written at RxScale each evening."""
        luck, product = Random(f"{self.plan.seed}/{sku['uid']}"), sku["external_id"]
        row = next(row for row in self.world.inventory.values() if str(row["p1_id"]) == product)
        self.wrote(sku["stock"], row["stockquantity"])
        for _ in range(6):
            await asyncio.sleep(12 * HOUR)
            left = row["stockquantity"] - luck.randint(1, 9)
            self.world.set_inventory([{"p1_id": row["p1_id"], "stockquantity": left}])
            await asyncio.sleep(12 * HOUR)
            number = left + luck.choice((0, 0, 0, 20))
            if number != sku["stock"]:  # else nobody can see that it was written
                self.wrote(number, left)
            self.world.set_skus(changes=[{"uid": sku["uid"], "stock": number}])

    def wrote(self, number: int, right: int) -> None:
        self.truth.update({"stock compared": 1, "stock agreed": number == right})


def main(seed: int) -> None:
    with tempfile.TemporaryDirectory(dir=RAM if RAM.is_dir() else None) as folder:
        week = Week(Calm(seed, LIVES, 7.0, calm=True), Path(folder))
        calls = week.run().calls
        told = {
            "truth": {name: count for name, count in week.truth.items() if count},
            "found": {name: count for name, count in week.found.items() if count},
            "writes": [r for r in calls if not r.startswith("GET") and "/auth/" not in r],
            "unexpected": week.log.unexpected,
            "stores": sorted(path.name for path in Path(folder).glob("*.db")),
        }
        print(json.dumps(told, sort_keys=True), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
