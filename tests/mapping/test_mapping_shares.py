"""Shares, sizes and what an order takes: the parts of skus.csv that stock rests on."""

from decimal import Decimal

import pytest

from bridge.core.model import CatalogueSku, OrderLine, PharmacyOrder
from bridge.core.stock.model import SkuLink, shelf
from bridge.errors import Misconfigured
from bridge.mapping.adding import written
from bridge.mapping.reading import Faults
from bridge.mapping.skus import SkuLinks, columns_of, read_skus

HEADER = "pharmacy_sku_uid,p1_id,units_per_sku,safety_stock,share,note\n"


def read(*rows: str) -> tuple[SkuLinks | None, list[str]]:
    faults = Faults()
    found = read_skus((HEADER + "".join(f"{row}\n" for row in rows)).encode(), faults)
    return found, [str(fault) for fault in faults]


@pytest.mark.parametrize(
    ("cell", "share"),
    [("0.25", "0.25"), ("25 %", "0.25"), ("25%", "0.25"), ("1", "1"), ("0", "0"), ("100 %", "1"),
     ("1.00", "1"), ("12.5 %", "0.125"), ("", None)],
)  # fmt: skip
def test_a_share_is_a_part_of_the_whole(cell, share):
    links, faults = read(f"psku-1,7,1,0,{cell},")
    assert faults == []
    assert links.listed["psku-1"].share == (None if share is None else Decimal(share))


@pytest.mark.parametrize("cell", ["1.5", "101 %", "-1", "half", "0.33333", "25 percent", "%"])
def test_a_share_that_is_none_is_named(cell):
    _, faults = read(f"psku-1,7,1,0,{cell},")
    assert faults == [
        f"skus.csv: line 2: share '{cell}' is no part of a whole - write it as 0.25 or as 25 %"
    ]


def test_shares_of_one_product_are_at_most_the_whole():
    _, faults = read("psku-1,7,1,0,60 %,", "psku-2,8,1,0,60 %,", "psku-3,7,1,0,0.5,")
    assert faults == [
        "skus.csv: line 4: the shares of product 7 add up to 1.1 - make them 1 or less together"
    ]


def test_all_skus_of_a_split_product_have_a_share():
    _, faults = read("psku-1,7,1,0,60 %,", "psku-2,7,1,0,,", "psku-3,8,1,0,,")
    assert faults == [
        "skus.csv: line 3: psku-2 has no share of product 7, and others have one - "
        "give it one; 0 is none"
    ]


def sku(number: int, **more) -> CatalogueSku:
    return CatalogueSku(f"psku-{number}", f"sku-{number}", **more)


def test_the_links_of_all_that_rxscale_lists():
    links, _ = read("psku-1,7,2.5,3,0.5,", "psku-9,9,,,,")
    found = list(links.of([sku(1), sku(2, external_id=" 8 "), sku(3)]))
    assert found == [
        SkuLink("psku-1", "7", Decimal("2.5"), 3, Decimal("0.5"), "skus.csv: line 2"),
        SkuLink("psku-2", "8", confirmed=False),
    ]
    assert [link.place for link in found] == ["skus.csv: line 2", "external_id 8"]


def test_rxscales_selling_unit_counts_where_the_file_does_not_say_and_it_is_wanted():
    links, _ = read("psku-1,7,2,,,", "psku-2,7,,,,")
    skus = [sku(number, selling_unit="10") for number in (1, 2)]
    skus += [sku(3, external_id="8", selling_unit="0.5"), sku(4, external_id="8")]
    found = [(str(link.units), link.confirmed) for link in links.of(skus)]
    assert found == [("2", True), ("10", False), ("0.5", False), ("1", False)]
    wanted = SkuLinks(links.listed, by_selling_unit=True)
    found = [(str(link.units), link.confirmed) for link in wanted.of(skus)]
    assert found == [("2", True), ("10", True), ("0.5", True), ("1", False)]
    line = OrderLine("oi", "sku-2", 3, pharmacy_sku_uid="psku-2")
    assert wanted.find(line, skus[1]).units == 10
    assert not wanted.find(line, None).confirmed


def test_what_an_order_takes_is_rounded_up():
    links, _ = read("psku-1,7,2.5,,,", "psku-2,8,5,,,")
    lines = (
        OrderLine("a", "sku-1", 3),
        OrderLine("b", "sku-2", 2),
        OrderLine("c", "sku-3", 4),
        OrderLine("d", "sku-4", 1, external_id="9"),
        OrderLine("e", "sku-2", -2),
    )
    order = PharmacyOrder("po-1", "init", None, lines=lines)
    demand = links.demand(order, {f"sku-{n}": sku(n) for n in (1, 2, 3)})
    assert [(t.place, t.pharmacy_sku_uid, t.p1_id, t.amount, t.units) for t in demand] == [
        (1, "psku-1", "7", 3, 8),
        (2, "psku-2", "8", 2, 10),
        (3, "psku-3", "", 4, 0),
        (4, "", "9", 1, 1),
        (5, "psku-2", "8", 0, 0),
    ]


@pytest.mark.parametrize(("units", "amount", "most"), [("1", 3, 3), ("0.5", 3, 2), ("5", 0, 0)])
def test_the_most_units_that_pieces_take(units, amount, most):
    assert SkuLink("psku-1", "7", Decimal(units)).most_units(amount) == most


def test_the_columns_of_a_table():
    faults = Faults()
    assert columns_of(b"p1_id;pharmacy_sku_uid\n", faults) == (["p1_id", "pharmacy_sku_uid"], ";")
    assert columns_of(b"# only this\n", faults) is None
    assert not faults
    assert columns_of(b"odd\n", faults) is None
    assert faults
    assert columns_of(b"\xff\xfe", Faults()) is None


def test_a_sku_that_links_by_itself_has_no_share_of_a_split_product():
    """Another pharmacy's or shop's, say, with the same external_id: it must not offer the whole."""
    links, faults = read("psku-1,7,1,0,60 %,", "psku-2,7,1,0,40 %,")
    listed = [sku(1), sku(2), sku(3, external_id="7", selling_unit="1"), sku(4, external_id="7")]
    split = shelf(links.of(listed))["7"]
    assert faults == []
    assert [(link.uid, link.share, link.confirmed) for link in split] == [
        ("psku-1", Decimal("0.6"), True),
        ("psku-2", Decimal("0.4"), True),
        ("psku-3", Decimal(0), True),
        ("psku-4", Decimal(0), False),
    ]
    assert sum(link.pieces(100) for link in split) == 100


def test_a_sku_has_one_line():
    _, faults = read("psku-1,7,1,0,60 %,", "psku-1,7,1,0,40 %,")
    assert faults == ["skus.csv: line 3: psku-1 is listed in line 2 already - keep one of the two"]


def test_what_is_written_into_the_file_has_no_share_of_a_split_product():
    """Without one the file would be refused."""
    content = f"{HEADER}psku-1,7,1,0,60 %,\n".encode()
    links = [(SkuLink("psku-3", "7", Decimal(5)), ""), (SkuLink("psku-4", "8", Decimal(5)), "")]
    after = written(content, links)
    assert after.decode().splitlines()[2:] == ["psku-3,7,5,,0,", "psku-4,8,5,,,"]
    assert read_skus(after, Faults()) is not None


def test_what_would_be_refused_is_not_written():
    """A line that goes to another product may bring its shares above 1."""
    rows = ("psku-1,7,,0,60 %,", "psku-2,8,,0,60 %,")
    content = (HEADER + "".join(f"{row}\n" for row in rows)).encode()
    with pytest.raises(Misconfigured, match=r"add up to 1\.2"):
        written(content, [(SkuLink("psku-2", "7", Decimal(5)), "")])
