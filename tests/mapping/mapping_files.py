"""Mapping files to break, and orders to map: what the tests of the mapping start from."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bridge.core.model import (
    CatalogueSku,
    Draft,
    Gaps,
    OrderLine,
    PharmacyOrder,
    PharmacyOrderUid,
    PharmacySkuUid,
    SkuUid,
)
from bridge.errors import Misconfigured
from bridge.mapping.rules import Rules, load
from bridge.texts import say, steps

SHIPPED = Path(__file__).parents[2] / "mappings"
PZN = "01234562"


def copy_shipped(to: Path) -> Path:
    """A folder of its own with the shipped mapping files."""
    shutil.copytree(SHIPPED, to)
    return to


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replaces the one place where `old` stands."""
    text = (folder / file).read_text("utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), "utf-8")


def faults(folder: Path, dialect: str = "current") -> list[str]:
    """Every fault that loading tells; none is a failed test."""
    try:
        load(folder, dialect=dialect)
    except Misconfigured as failure:
        return [str(fault) for fault in failure.faults]
    raise AssertionError("it loads without a fault")


def only_fault(folder: Path) -> str:
    """The one fault that loading tells."""
    found = faults(folder)
    assert len(found) == 1, found
    return found[0]


def line(sku: str = "sku-1", amount: int = 1, paid: int | None = 1000, **more: Any) -> OrderLine:
    facts = {"name": f"Product {sku}", "pzn": PZN, **more}
    return OrderLine(f"oi-{sku}", SkuUid(sku), amount, paid, **facts)


def order(*lines: OrderLine, **detail: Any) -> PharmacyOrder:
    """A pharmacy order of a synthetic patient; keywords replace fields of its detail."""
    whole: dict[str, Any] = {
        "uid": "po-1",
        "patient_data": {"uid": "pat-1", "display_name": "Ada Muster", "email": "ada@example.org"},
        "prepaid": 1,
        **detail,
    }
    uid = PharmacyOrderUid("po-1")
    seen_at = datetime(2026, 1, 2, tzinfo=UTC)
    return PharmacyOrder(uid, "waiting for pharmacy", seen_at, lines=lines, detail=whole)


def catalogue(**external_ids: str | None) -> dict[SkuUid, CatalogueSku]:
    """RxScale's SKU list: `sku_1="20417"` is sku-1, psku-1 with that external id."""
    rows = {}
    for word, external_id in external_ids.items():
        uid = SkuUid(word.replace("_", "-"))
        rows[uid] = CatalogueSku(PharmacySkuUid(f"p{uid}"), uid, external_id, selling_unit="1")
    return rows


LISTED = catalogue(sku_1="20417", sku_2="20418")


def payload(rules: Rules, of: PharmacyOrder, **more: Any) -> dict[str, Any]:
    """The payload of an order that lacks nothing."""
    made = rules.draft(of, more.get("skus", LISTED), shop_id=more.get("shop_id", "shop7"))
    assert isinstance(made, Draft), made
    return dict(made.payload)


def gaps(rules: Rules, of: PharmacyOrder, **more: Any) -> list[str]:
    """What an order lacks, as `code: what - remedy`."""
    made = rules.draft(of, **{"skus": LISTED, "shop_id": "shop7", **more})
    assert isinstance(made, Gaps), made
    return [f"{gap.code}: {say(gap)} - {'; '.join(steps(gap))}" for gap in made.gaps]
