"""Settings for the page: what is in force and where it came from, the mapping files, a dry run."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.app.build import Bridge
from bridge.core.model import Gaps, PharmacyOrderUid
from bridge.mapping.orders import Target
from bridge.mapping.reading import FILES, SKUS, Faults, read_files, read_toml
from bridge.server.parts import Rehearsed, Sheet
from bridge.settings import MASK
from bridge.store import rxscale_lists

LEFT_OUT = "example"
"""Tables that are long, and run at each load."""
NUMBERS = ("money", "whole")
SHOWN = ("p1_id",)
"""Fields of an ordered line that are shown beside numbers; all other texts may be a patient's."""


class Configured:
    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    def told(self) -> Sequence[tuple[str, str, object]]:
        return self._bridge.settings.told()

    async def sheets(self) -> Sequence[Sheet]:
        place, own = self._bridge.settings.mappings.dir, self._bridge.settings.source.own
        content = await asyncio.to_thread(read_files, place, Faults(), own)
        return [
            sheet
            for name in FILES
            if name != SKUS
            for sheet in _sheets(name, "", read_toml(name, content, Faults()) or {})
        ]

    async def rehearse(self, uid: PharmacyOrderUid) -> Rehearsed | None:
        """Asks RxScale for the order; nothing is stored, noted or sent."""
        bridge = self._bridge
        order, settings = await bridge.vendors.rxscale.order(uid), bridge.settings
        if order is None:
            return None
        skus = [line.sku_uid for line in order.lines]
        found = await bridge.store.read(rxscale_lists.for_submission, uid, skus)
        rules = bridge.reloader.rules
        made = rules.draft(
            order,
            found[1],
            shop_id=settings.pharmaone.named_shop,
            prescriptions=settings.orders.prescriptions,
            unlisted=found[3],
        )
        if isinstance(made, Gaps):
            return Rehearsed(made.gaps, (), ())
        fields = list(_fields(rules.orders.payload.targets, made.payload))
        for place, item in enumerate(made.payload.get("items", ()), start=1):
            fields += _fields(rules.orders.item.targets, item, f"items {place}: ")
        return Rehearsed((), fields, made.rules)


def _fields(
    targets: Sequence[Target], filled: Mapping[str, Any], before: str = ""
) -> Iterator[tuple[str, str, str]]:
    for target in targets:
        value = filled.get(target.name)
        shown = target.kind in NUMBERS or (before and target.name in SHOWN)
        text = "" if value is None else str(value) if shown else MASK
        yield before + target.name, target.expression.text, text


def _sheets(file: str, table: str, content: Mapping[str, Any]) -> Iterator[Sheet]:
    """Each table that holds anything but tables; a list of tables is numbered."""
    rows: list[tuple[str, str]] = []
    for key, value in content.items():
        inner = f"{table}.{key}" if table else key
        if isinstance(value, Mapping):
            yield from _sheets(file, inner, value)
        elif isinstance(value, list) and any(isinstance(each, Mapping) for each in value):
            if key != LEFT_OUT:
                for place, each in enumerate(value, start=1):
                    yield from _sheets(file, f"{inner} {place}", each)
        else:
            rows.append(
                (key, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
            )
    if rows:
        yield Sheet(file, table, rows)
