"""A house whose store has 10,000 orders, 500 of them open, of these 100 stuck: made in a second."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import large
from house import House, open_house, open_sandbox

ORDERS = 10_000
OPEN, STUCK = (ORDERS * part // large.ORDERS for part in (large.OPEN, large.STUCK))
STORY = "po-large-009000"
"""An order that ended long ago."""


@asynccontextmanager
async def open_many(folder: Path) -> AsyncIterator[House]:
    """For looking. RxScale has the open orders as well, and nothing links the goods of
    those that are stuck.
    """
    await large.make(folder / "rxbridge.db", ORDERS, 2)
    async with open_sandbox(skus=60) as sandbox:
        async with open_house(sandbox, folder, swept=False) as house:
            bare = [
                row["sku"]["uid"] for row in house.world.skus.values() if not row["external_id"]
            ]
            stuck, waits = {"status": "waiting for pharmacy"}, {"status": "pending review"}
            orders = [
                {
                    "uid": f"po-large-{n:06d}",
                    **(stuck | _of(bare[n % len(bare)]) if n < STUCK else waits),
                }
                for n in range(OPEN)
            ]
            house.world.add_orders(OPEN, orders, announce=False)
            await house.bridge.catalogue.read()
            await house.sync()
            yield house


def _of(sku: str) -> dict[str, object]:
    return {"order_items": [{"sku": {"uid": sku}, "amount": 1}]}
