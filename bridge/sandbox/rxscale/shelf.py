"""The pharmacy SKUs that the simulated RxScale holds, and who sees which of them; no HTTP."""

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from bridge.sandbox.kit import Json, is_whole
from bridge.sandbox.rxscale import samples
from bridge.sandbox.settings import SandboxSettings

STOCK_EVENT = "pharmacy_sku_stock_updated"
BIGGEST = 2**31 - 1
TYPES = frozenset({"digital", "physical"})
_KIND = frozenset({"uid", "sku", "pharmacy"})
_BY_PEOPLE = frozenset({"uid", "price", "stock", "external_id", "hidden", "deleted"})

Tell = Callable[[str, Callable[[], Json]], None]
"""Announces an event with the data that the function makes."""


class Shelf:
    """SKUs by uid in `skus`, oldest first. A method given an unknown uid raises KeyError.

    Which SKUs there are and who sees them is to be changed by its methods only; it is looked up
    in lists made once.
    """

    def __init__(self, settings: SandboxSettings, tell: Tell) -> None:
        self._settings = settings
        self._tell = tell
        self._supply = samples.goods(settings.pharmacy_uid, in_grams=settings.grams)
        self._hidden: set[str] = set()
        self._hidden_types = settings.rx_hidden_types
        self._sold: dict[str, dict[str, Json]] = {}
        self._shown: dict[str, list[Json]] = {}
        self._linked: list[Json] | None = None
        self.skus: dict[str, Json] = {}
        for sku in samples.catalogue(self._supply, settings.skus):
            self._keep(sku)

    def shown(self, pharmacy_uid: str) -> list[Json]:
        """What that pharmacy's list shows: hidden ones are not counted either (section 6.7)."""
        found = self._shown.get(pharmacy_uid)
        if found is None:
            found = [sku for sku in self.skus.values() if self._is_shown(sku, pharmacy_uid)]
            self._shown[pharmacy_uid] = found
        return found

    def _is_shown(self, sku: Json, pharmacy_uid: str) -> bool:
        gone = sku["deleted_at"] is not None and not self._settings.rx_lists_deleted
        return sku["pharmacy"] == pharmacy_uid and not gone and not self._is_hidden(sku)

    def _is_hidden(self, sku: Json) -> bool:
        kind = "digital" if sku["sku"]["digital"] else "physical"
        return kind in self._hidden_types or sku["uid"] in self._hidden

    def changeable(self, uid: str, pharmacy_uid: str) -> Json | None:
        """The SKU if that pharmacy may change it: not one that is hidden, deleted or foreign."""
        sku = self.skus.get(uid)
        if sku is None or sku["pharmacy"] != pharmacy_uid or sku["deleted_at"] is not None:
            return None
        return None if self._is_hidden(sku) else sku

    def sold(self, pharmacy_uid: str) -> Mapping[str, Json]:
        """That pharmacy's SKUs by the uid of what they sell, which is how order lines name them."""
        return self._sold.get(pharmacy_uid, {})

    def linked(self) -> list[Json]:
        """The SKUs with an `external_id` that are not deleted."""
        if self._linked is None:
            self._linked = [
                sku
                for sku in self.skus.values()
                if sku["external_id"] is not None and sku["deleted_at"] is None
            ]
        return self._linked

    def change(self, uid: str, changes: Mapping[str, Any], *, announce: bool = True) -> Json:
        """Sets the fields given and announces another stock; the SKU as it is now."""
        sku = self.skus[uid]
        changed = {key for key, value in changes.items() if sku[key] != value}
        if not changed:
            return sku
        sku.update(changes)
        sku["updated_at"] = int(self._settings.clock())
        if changed - {"price", "stock"}:
            self._forget()
        if "stock" in changed and announce:
            self._tell(STOCK_EVENT, lambda: sku)
        return sku

    def take(self, lines: Iterable[Json], pharmacy_uid: str) -> None:
        least = -BIGGEST if self._settings.rx_short_stock == "negative" else 0
        for line in lines:
            own = self.sold(pharmacy_uid).get(line["sku"]["uid"])
            if own is not None:
                self.change(own["uid"], {"stock": max(least, own["stock"] - line["amount"])})

    def short(self, lines: Sequence[Json], pharmacy_uid: str) -> list[str]:
        """The SKUs of which these lines want more than there is."""
        wanted: dict[str, int] = {}
        for line in lines:
            own = self.sold(pharmacy_uid).get(line["sku"]["uid"])
            if own is not None:
                wanted[own["uid"]] = wanted.get(own["uid"], 0) + line["amount"]
        return [uid for uid, amount in wanted.items() if amount > self.skus[uid]["stock"]]

    def set_skus(
        self, count: int = 0, changes: Sequence[Mapping[str, Any]] = (), *, announce: bool = True
    ) -> list[str]:
        """`count` new SKUs, then one changed or added for each of `changes`; their uids.

        A change names a known `uid` and sets `price`, `stock`, `external_id`, `hidden` or
        `deleted`. Otherwise it is laid over a synthetic SKU object by object. Raises ValueError
        for what cannot be, before anything is changed.
        """
        for each in changes:
            self._check(each)
        uids = [self._keep(sku) for sku in itertools.islice(self._supply, count)]
        return uids + [self._set(each, announce) for each in changes]

    def _set(self, each: Mapping[str, Any], announce: bool) -> str:
        uid: str = each.get("uid", "")
        is_new = uid not in self.skus
        if is_new:
            kind = {key: each[key] for key in _KIND & each.keys()}
            uid = self._keep(samples.merged(next(self._supply), kind))
        if "hidden" in each:
            (self._hidden.add if each["hidden"] else self._hidden.discard)(uid)
            self._forget()
        fields = {key: each[key] for key in CHECKS.keys() & each.keys()}
        if "deleted" in each:
            fields["deleted_at"] = int(self._settings.clock()) if each["deleted"] else None
        self.change(uid, fields, announce=announce and not is_new)
        return uid

    def hide_types(self, *types: str) -> None:
        """Hides `digital` or `physical` SKUs, as an account may ask for; none: shows all."""
        unknown = set(types) - TYPES
        if unknown:
            raise ValueError(f"a SKU is {' or '.join(sorted(TYPES))}, not {unknown}")
        self._hidden_types = frozenset(types)
        self._forget()

    def _check(self, each: Mapping[str, Any]) -> None:
        known = self.skus.get(each.get("uid", ""))
        allowed = _BY_PEOPLE | _KIND if known is None else _BY_PEOPLE
        unknown = each.keys() - allowed
        if unknown:
            raise ValueError(f"a SKU has no {', '.join(sorted(unknown))} to set")
        for key in each.keys() & CHECKS.keys():
            if not CHECKS[key][1](each[key]):
                raise ValueError(f"{key}: not a valid {CHECKS[key][0]}")

    def _keep(self, sku: Json) -> str:
        uid: str = sku["uid"]
        self.skus[uid] = sku
        self._sold.setdefault(sku["pharmacy"], {})[sku["sku"]["uid"]] = sku
        self._forget()
        return uid

    def _forget(self) -> None:
        self._shown.clear()
        self._linked = None


CHECKS: dict[str, tuple[str, Callable[[object], bool]]] = {
    "price": ("integer", is_whole),
    "stock": ("integer", is_whole),
    "external_id": ("string", lambda value: value is None or isinstance(value, str)),
}
"""What each field of a SKU has to be; the documents give types but no ranges (section 6.8)."""


def sku_errors(changes: Json, known: set[str], required: set[str]) -> Json:
    """Messages by field for a change that a pharmacy may not make; empty if it may."""
    errors = {key: ["Missing data for required field."] for key in required - changes.keys()}
    errors |= {key: ["Unknown field."] for key in changes.keys() - known}
    wrong = {key for key in changes.keys() & known if not CHECKS[key][1](changes[key])}
    return errors | {key: [f"Not a valid {CHECKS[key][0]}."] for key in wrong}
