"""What pharmacies may not have in common: a store, an account, more than all of a product."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from bridge import config
from bridge.app.policies import rules_of
from bridge.core.model import ProductId
from bridge.errors import Fault, Misconfigured
from bridge.mapping import Rules
from bridge.mapping.reading import SKUS
from bridge.place import Place
from bridge.settings import Settings

Parts = Mapping[ProductId, Decimal]
"""Of each product that skus.csv names, the part that is offered: all of it without shares."""


def read(
    file: Path | None, environ: Mapping[str, str], name: str, others: Mapping[str, Settings]
) -> Settings:
    """The settings of one pharmacy beside `rxbridge.toml`, as they may be beside those of `others`.

    Raises Misconfigured with every fault.
    """
    cwd = file.parent if file is not None else Path()
    settings = config.load(file, environ, cwd=cwd, pharmacy=name)
    if faults := (*settings.missing_for_run(), *_clash(settings, others)):
        raise Misconfigured(faults)
    return settings


def _clash(settings: Settings, others: Mapping[str, Settings]) -> Iterator[Fault]:
    mine, keys = settings.source.pharmacy, {other.rxscale.key for other in others.values()}
    if settings.rxscale.key in (mine, *others) or mine in keys:
        yield Fault("rxscale.key", "key-is-pharmacy")
    for name, other in others.items():
        if _same(settings.place, other.place):
            where = "store.path" if settings.store.url is None else "store.pharmacy"
            yield Fault(where, "anothers-store", name=name)
        if _account(settings) == _account(other):
            yield Fault("rxscale.pharmacy_uid", "anothers-uid", name=name)


def _same(one: Place, other: Place) -> bool:
    if isinstance(one, Path) and isinstance(other, Path):
        return one.resolve() == other.resolve()
    return one == other


def _account(settings: Settings) -> tuple[str, object]:
    rxscale = settings.rxscale
    return rxscale.base_url, rxscale.pharmacy_uid or rxscale.api_key


class Inventories:
    """The parts of each product that pharmacies with one inventory at PharmaOne offer."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[tuple[str, str | None], Parts]] = {}

    def rules_of(self, settings: Settings) -> Rules:
        """The mapping files of a pharmacy. Raises Misconfigured for a product of which it and
        others would offer more than there is.
        """
        rules, name = rules_of(settings), settings.source.pharmacy
        inventory = settings.pharmaone.base_url, settings.pharmaone.org_id
        parts = _parts_of(rules)
        others = [
            theirs
            for other, (whose, theirs) in self._parts.items()
            if other != name and whose == inventory
        ]
        sums = {each: sum(its.get(each, Decimal(0)) for its in others) for each in parts}
        if faults := [
            Fault(f"{name}/{SKUS}", "shares", product=product, sum=parts[product] + before)
            for product, before in sums.items()
            if before and parts[product] + before > 1
        ]:
            raise Misconfigured(faults)
        self._parts[name] = inventory, parts
        return rules

    def forget(self, name: str) -> None:
        self._parts.pop(name, None)


def _parts_of(rules: Rules) -> Parts:
    found: dict[ProductId, Decimal] = {}
    for link in rules.links.listed.values():
        share = Decimal(1) if link.share is None else link.share
        found[link.product] = min(Decimal(1), found.get(link.product, Decimal(0)) + share)
    return found
