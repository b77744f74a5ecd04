"""All mapping files as one value: loaded and checked together, used until the next ones load."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from bridge.core.facts import DEDUCTING, Facts
from bridge.core.lifecycle import Words
from bridge.core.model import CatalogueSku, Draft, Gaps, PharmacyOrder, SkuUid
from bridge.core.reasons import Reason
from bridge.errors import Fault, Misconfigured
from bridge.mapping import reading
from bridge.mapping.draft import Drafting, Handling, Unlisted, draft, odd_pzns
from bridge.mapping.examples import run_examples
from bridge.mapping.facts import read_facts
from bridge.mapping.orders import OrderMapping, read_orders
from bridge.mapping.shipping import Shipping, read_shipping
from bridge.mapping.skus import SkuLinks, read_skus
from bridge.mapping.statuses import Statuses, read_statuses


@dataclass(frozen=True, slots=True)
class Rules:
    """What the mapping files say. `version` changes with any byte of theirs.

    `words` are those of the dialect asked for.
    """

    version: str
    words: Words
    orders: OrderMapping
    links: SkuLinks
    shipping: Shipping
    facts: Facts = field(default_factory=Facts)
    facts_told: Mapping[str, str] = field(default_factory=dict)
    """Each fact by its name, with where it comes from: for people."""
    facts_given: frozenset[str] = frozenset()
    """Those that the file names."""
    files: Mapping[str, str] = field(default_factory=dict)
    """A mark of each file, which changes with any byte of it."""

    @property
    def known(self) -> Mapping[str, str]:
        """The facts that were found out."""
        found = {name: self.facts_told[name].partition(" (")[0] for name in self.facts_given}
        return {name: value for name, value in found.items() if value != "unknown"}

    def draft(
        self,
        order: PharmacyOrder,
        skus: Mapping[SkuUid, CatalogueSku],
        *,
        shop_id: str | None,
        prescriptions: Handling = "attach",
        unlisted: Unlisted = (),
    ) -> Draft | Gaps:
        """The order-request for an order, or everything that keeps it from being made.

        `skus` is RxScale's SKU list as far as the order needs it. `shop_id` is None where the
        shop's own address says it (the connector). Nothing is sent of a product that is `unlisted`.
        Amounts in the payload are Decimals.
        """
        rules = Drafting(self.orders, self.links, self.shipping, [], prescriptions, unlisted)
        return draft(rules, order, skus, shop_id)

    def warnings(self, order: PharmacyOrder) -> tuple[Reason, ...]:
        """What a person should know of an order, and what does not keep it from being sent."""
        return odd_pzns(order.lines) if self.orders.pzn == "warn" else ()


def load(
    directory: Path, *, dialect: str, by_selling_unit: bool = False, own: Path | None = None
) -> Rules:
    """Reads and checks all files of the mappings folder, and runs their examples.

    `by_selling_unit`: as `SkuLinks` has it (`stock.units_from`). A file in `own` outweighs.

    Raises Misconfigured with every fault of all of them, each with file, key or line, way out.
    """
    faults = reading.Faults()
    content = reading.read_files(directory, faults, own)
    others = tuple(each for each in content.items() if each[0] != reading.SKUS)
    shared = _read_shared(others, dialect)
    faults += shared.faults
    statuses, shipping, orders, found = (
        shared.statuses,
        shared.shipping,
        shared.orders,
        shared.facts,
    )
    links = read_skus(content.get(reading.SKUS), faults)
    if faults or not (statuses and orders and links and shipping and found):
        raise Misconfigured(faults)
    facts, facts_told, facts_given = found
    deducting = DEDUCTING[facts.deducts_at]
    return Rules(
        version=_version(content),
        words=replace(
            statuses.words,
            deducting=statuses.words.deducting if deducting is None else deducting,
        ),
        orders=orders,
        links=replace(links, by_selling_unit=by_selling_unit),
        shipping=shipping,
        facts=facts,
        facts_told=facts_told,
        facts_given=facts_given,
        files={name: _version({name: read}) for name, read in content.items()},
    )


def refuse_to_forget(known: Mapping[str, str], after: Rules) -> None:
    """A fact that was `known` and of which the file says nothing any more went with a part of the
    file; without it an order may be sent a second time. Raises Misconfigured.
    """
    faults = reading.Faults()
    for name in sorted(known.keys() & after.facts_told.keys() - after.facts_given):
        faults.tell(reading.Place(reading.FACTS, name), "fact-is-gone", was=known[name])
    if faults:
        raise Misconfigured(faults)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all files but skus.csv say; None: not without `faults`."""

    statuses: Statuses | None
    shipping: Shipping | None
    orders: OrderMapping | None
    facts: tuple[Facts, Mapping[str, str], frozenset[str]] | None
    faults: tuple[Fault, ...]


@lru_cache(maxsize=8)
def _read_shared(files: tuple[tuple[str, bytes], ...], dialect: str) -> _Shared:
    """Once for all pharmacies of a process that have the same files."""
    faults, content = reading.Faults(), dict(files)
    statuses = read_statuses(reading.read_toml(reading.STATUSES, content, faults), dialect, faults)
    shipping = read_shipping(reading.read_toml(reading.SHIPPING, content, faults), faults)
    orders = read_orders(reading.read_toml(reading.ORDERS, content, faults), faults)
    facts = read_facts(reading.read_toml(reading.FACTS, content, faults), faults)
    if orders is not None and shipping is not None:
        run_examples(orders, shipping, faults)
    return _Shared(statuses, shipping, orders, facts, tuple(faults))


def fingerprint(directory: Path, own: Path | None = None) -> str:
    """Changes when a file does, or who may read it: names, sizes and times only, so that asking
    costs little.
    """
    return "|".join(_mark(reading.place_of(directory, own, name)) for name in reading.FILES)


def _mark(path: Path) -> str:
    try:
        stat = path.stat()
    except OSError:
        return f"{path} absent"
    return f"{path} {stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns}"


def _version(content: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, read in content.items():
        digest.update(f"{name} {len(read)}\n".encode())
        digest.update(read)
    return digest.hexdigest()[:12]
