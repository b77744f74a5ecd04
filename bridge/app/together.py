"""What pharmacies may not have in common: a store, an account, more than all of a product."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from threading import Lock

from bridge import config
from bridge.app.policies import rules_of
from bridge.core.model import ProductId
from bridge.errors import Fault, Misconfigured
from bridge.mapping.reading import SKUS
from bridge.mapping.rules import Rules
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
    if faults := (*settings.missing_for_run(), *clash(settings, others)):
        raise Misconfigured(faults)
    return settings


def siblings(file: Path | None, environ: Mapping[str, str]) -> dict[str, Settings]:
    """All whose files can be read, beside `rxbridge.toml`."""
    found = dict[str, Settings]()
    for name in config.pharmacies(file) or ():
        with suppress(Misconfigured):
            found[name] = config.load(file, environ, cwd=Path(), pharmacy=name)
    return found


def refuse_another(settings: Settings, was: str | None) -> None:
    """Raises Misconfigured for the store of another pharmacy, whose uid it `was`."""
    name, uid = settings.source.pharmacy, settings.rxscale.pharmacy_uid
    if was and uid and was != uid:
        command = f"rxbridge --pharmacy {name} store doubt" if name else "rxbridge store doubt"
        facts = {"was": was, "uid": uid, "command": command}
        raise Misconfigured(Fault(settings.place, "store-of-another", **facts))


def clash(settings: Settings, others: Mapping[str, Settings]) -> Iterator[Fault]:
    """What a pharmacy has in common with others and may not."""
    mine, key = settings.source.pharmacy, settings.rxscale.key
    same = [name for name, other in others.items() if name == key or mine == other.rxscale.key]
    if same or key == mine:
        word = key if key in (mine, *others) else mine
        yield Fault("rxscale.key", "key-is-pharmacy", word=word, name=(same or [mine])[0])
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


def inventory_of(settings: Settings) -> tuple[str, str | None]:
    """Another one where PharmaOne has another stock."""
    return settings.pharmaone.base_url, settings.pharmaone.org_id


class Inventories:
    """The parts of each product that pharmacies with one inventory at PharmaOne offer."""

    def __init__(self) -> None:
        self._parts: dict[str, tuple[tuple[str, str | None], Parts]] = {}
        self._one = Lock()

    def rules_of(self, settings: Settings, before: Rules | None = None) -> Rules:
        """The mapping files of a pharmacy. Raises Misconfigured for a product of which it and
        others would offer more than there is.
        """
        rules = rules_of(settings, before)
        with self._one:  # each pharmacy reads its own in a thread
            self._offer(settings.source.pharmacy, inventory_of(settings), _parts_of(rules))
        return rules

    def _offer(self, name: str, inventory: tuple[str, str | None], parts: Parts) -> None:
        others = {
            other: theirs
            for other, (whose, theirs) in self._parts.items()
            if other != name and whose == inventory
        }
        sums = {
            each: part + taken
            for each, part in parts.items()
            if (taken := sum(its.get(each, Decimal(0)) for its in others.values()))
        }
        if wrong := [each for each, total in sums.items() if total > 1]:
            files = [f"{other}/{SKUS}" for other, its in others.items() if its.keys() & {*wrong}]
            facts = {"product": wrong[0], "sum": sums[wrong[0]], "more": len(wrong) - 1 or None}
            raise Misconfigured(Fault(f"{name}/{SKUS}", "shares", files=", ".join(files), **facts))
        self._parts[name] = inventory, parts

    def forget(self, name: str) -> None:
        with self._one:
            self._parts.pop(name, None)


def _parts_of(rules: Rules) -> Parts:
    found: dict[ProductId, Decimal] = {}
    for link in rules.links.listed.values():
        share = Decimal(1) if link.share is None else link.share
        found[link.product] = min(Decimal(1), found.get(link.product, Decimal(0)) + share)
    return found
