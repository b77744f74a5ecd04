"""skus.csv as people and Excel write it, every mistake with its line; and the PZN's check digit."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mapping.mapping_files import catalogue, faults, line

from bridge.core.model import CatalogueSku, OrderLine, PharmacySkuUid, SkuUid
from bridge.core.stock.model import SkuLink
from bridge.mapping.draft import pzn_is_valid
from bridge.mapping.reading import Faults
from bridge.mapping.rules import load
from bridge.mapping.skus import SkuLinks, read_skus

HEADER = "pharmacy_sku_uid,p1_id,units_per_sku,safety_stock,note\n"


def read(text: str) -> dict[str, tuple[str, Decimal, int, str]]:
    """The links in a table that holds no mistake."""
    told = Faults()
    links = read_skus(text.encode(), told)
    assert links is not None
    assert not told
    return {
        uid: (link.product, link.units, link.safety, link.place)
        for uid, link in links.listed.items()
    }


def mistakes(text: str) -> list[str]:
    told = Faults()
    read_skus(text.encode(), told)
    return [str(fault) for fault in told]


ONE = Decimal(1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (HEADER, {}),
        (HEADER + "psku-1,20417,5,10,a note\n", {"psku-1": ("20417", Decimal(5), 10, "line 2")}),
        (HEADER + "psku-1,20417,2.5,,\n", {"psku-1": ("20417", Decimal("2.5"), 0, "line 2")}),
        (HEADER + "psku-1,20417\n", {"psku-1": ("20417", ONE, 0, "line 2")}),
        ("p1_id,pharmacy_sku_uid\n20417,psku-1", {"psku-1": ("20417", ONE, 0, "line 2")}),
        (
            "\ufeffpharmacy_sku_uid;p1_id;note\r\npsku-1;20417;ein, zwei\r\n",
            {"psku-1": ("20417", ONE, 0, "line 2")},
        ),
        (
            'Pharmacy_SKU_uid ; "P1_ID"\n\n# a comment; "a quote\n psku-1 ; "20417" \t\n\n;;;\n',
            {"psku-1": ("20417", ONE, 0, "line 4")},
        ),
        (
            HEADER + '"# quoted, by Excel"\n"psku-1","20417","1","0","say ""yes"", twice"\n',
            {"psku-1": ("20417", ONE, 0, "line 3")},
        ),
        (HEADER + "psku-1,20417,1,0,note,,,\n", {"psku-1": ("20417", ONE, 0, "line 2")}),
        (
            "pharmacy_sku_uid,p1_id,,\npsku-1,20417,,\n",
            {"psku-1": ("20417", ONE, 0, "line 2")},
        ),
        (
            HEADER + "psku-1,20417\npsku-2,20417,10\n",
            {"psku-1": ("20417", ONE, 0, "line 2"), "psku-2": ("20417", Decimal(10), 0, "line 3")},
        ),
        (HEADER.replace("\n", "\r") + "psku-1,7\r", {"psku-1": ("7", ONE, 0, "line 2")}),
    ],
)
def test_tables_that_people_write_are_read(
    text: str, expected: dict[str, tuple[str, Decimal, int, str]]
) -> None:
    assert read(text) == {
        uid: (product, units, safety, f"skus.csv: {place}")
        for uid, (product, units, safety, place) in expected.items()
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["skus.csv: the header line is missing - the first line is: pharmacy_sku_uid,p1_id,"]),
        ("# nothing\n\n", ["skus.csv: the header line is missing"]),
        ("psku-1,20417\n", ["skus.csv: line 1: unknown column 'psku-1'", "", "", ""]),
        (
            "pharmacy_sku_uid,p1_id,unit_per_sku\n",
            ["skus.csv: line 1: unknown column 'unit_per_sku' - did you mean 'units_per_sku'?"],
        ),
        (
            "\npharmacy_sku_uid,note\n",
            ["skus.csv: line 2: column 'p1_id' is missing - the first line is: pharmacy_sku_uid,"],
        ),
        (
            "pharmacy_sku_uid,p1_id,p1_id\n",
            ["skus.csv: line 1: column 'p1_id' stands there twice - keep one"],
        ),
        ('pharmacy_sku_uid,"p1_id\n', ["skus.csv: line 1: its quotes do not match - close the qu"]),
        (HEADER + 'psku-1,"20417\n', ["skus.csv: line 2: its quotes do not match"]),
        (HEADER + 'psku-1,"204"17\n', ["skus.csv: line 2: its quotes do not match"]),
        (
            HEADER + "psku-1;20417\n",
            ["skus.csv: line 2: 1 columns where the header has 5 - separate with ',' as in the h"],
        ),
        (
            HEADER + "psku-1,20417,1,0,a,b\n",
            ["skus.csv: line 2: 6 columns where the header has 5"],
        ),
        (HEADER + ",20417\n", ["skus.csv: line 2: pharmacy_sku_uid is empty - write RxScale's"]),
        (
            HEADER + "sku-1,20417\n",
            ["skus.csv: line 2: sku-1 is no pharmacy SKU - its id starts with psku-"],
        ),
        (HEADER + "# x\n\npsku-1,,1\n", ["skus.csv: line 4: p1_id is empty - take the line out"]),
        (
            HEADER + "psku-1,<p1_id>,1,0\n",
            [
                "skus.csv: line 2: p1_id '<p1_id>' is a placeholder - take the line out; then "
                "`rxbridge skus match` names "
                "the likely product"
            ],
        ),
        (
            HEADER + "psku-1,2.04E+12\n",
            ["skus.csv: line 2: p1_id '2.04E+12' was rounded - format the column as text"],
        ),
        *(
            (
                HEADER + f'psku-1,20417,"{units}"\n',
                [f"skus.csv: line 2: units_per_sku '{units}' is no number above 0 - write digits"],
            )
            for units in (
                "0",
                "0.000",
                "-1",
                "x",
                "1,5",
                "1e3",
                "NaN",
                "Infinity",
                ".",
                "\N{ARABIC-INDIC DIGIT THREE}",
                "5 g",
            )
        ),
        *(
            (
                HEADER + f"psku-1,20417,1,{safety}\n",
                [f"skus.csv: line 2: safety_stock '{safety}' is no whole number from 0 up"],
            )
            for safety in ("-1", "1.5", "x")
        ),
        (
            HEADER + "psku-1,20417\n\npsku-1,20418\n",
            ["skus.csv: line 4: psku-1 is listed in line 2 already - keep one of the two"],
        ),
        (
            HEADER + ",,0,-1\npsku-2,\n",
            [
                "skus.csv: line 2: pharmacy_sku_uid is empty",
                "skus.csv: line 2: p1_id is empty",
                "skus.csv: line 2: units_per_sku '0' is no number above 0",
                "skus.csv: line 2: safety_stock '-1' is no whole number from 0 up",
                "skus.csv: line 3: p1_id is empty",
            ],
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, told: list[str]) -> None:
    found = mistakes(text)
    assert len(found) == len(told), found
    for fault, beginning in zip(found, told, strict=True):
        assert fault.startswith(beginning)


def test_a_row_longer_than_any_field_may_be_is_a_mistake() -> None:
    assert mistakes(HEADER + "psku-1," + "1" * 200_000 + "\n") == [
        "skus.csv: line 2: its quotes do not match - close the quotes on the same line; "
        "write a quote within quotes twice"
    ]


BLANK = st.sampled_from(["", " ", "\t", "\xa0 "])
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0", exclude_categories=["Cc"]))


@given(
    delimiter=st.sampled_from([",", ";"]),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
    rows=st.lists(
        st.tuples(
            st.decimals("0.001", 10_000, places=3),
            st.integers(0, 999),
            CELL,
            BLANK,
            st.sampled_from(["", "# left out", ";;,", "   "]),
        ),
        max_size=8,
    ),
)
def test_any_dirty_table_keeps_its_rows_and_their_lines(
    delimiter: str,
    end: str,
    mark: str,
    rows: list[tuple[Decimal, int, str, str, str]],
) -> None:
    lines = [delimiter.join(["pharmacy_sku_uid", "p1_id", "units_per_sku", "safety_stock", "note"])]
    expected = {}
    for number, (units, safety, note, blank, between) in enumerate(rows):
        lines.append(between)
        quoted = '"' + note.replace('"', '""') + '"'
        cells = [f"psku-{number}{blank}", f'"P{number}"', f"{blank}{units}", str(safety), quoted]
        lines.append(delimiter.join(cells))
        place = f"skus.csv: line {len(lines)}"
        expected[f"psku-{number}"] = (f"P{number}", units, safety, place)
    assert read(mark + end.join(lines)) == expected


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(content: bytes) -> None:
    told = Faults()
    assert read_skus(content, told) is not None or told
    told.clear()
    read_skus(HEADER.encode() + content, told)
    assert all(fault.where.startswith("skus.csv") for fault in told)


def test_the_shipped_table_is_empty_and_valid(folder: Path) -> None:
    assert load(folder, dialect="current").links.listed == {}
    (folder / "skus.csv").write_text("\npsku-1\n")
    assert [fault.split(":")[0] for fault in faults(folder)] == ["skus.csv"] * 3


# -- which link counts -------------------------------------------------------------------------

ROW = SkuLink("psku-1", "P-row", Decimal(5), 3, None, "skus.csv: line 2")  # type: ignore[arg-type]
LINKS = SkuLinks({"psku-1": ROW})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("ordered", "external_id", "expected"),
    [
        (line(), "P-list", "P-row"),
        (line(external_id="P-line"), "P-list", "P-row"),
        (line("sku-2"), "P-list", "P-list"),
        (line("sku-2", external_id="P-line"), "P-list", "P-line"),
        (line("sku-2", pharmacy_sku_uid="psku-1"), "P-list", "P-row"),
        (line("sku-2"), "  ", None),
        (line("sku-2"), " P-list ", "P-list"),
        (line("sku-2"), None, None),
    ],
)
def test_a_row_comes_before_the_external_id(
    ordered: OrderLine, external_id: str | None, expected: str | None
) -> None:
    skus = catalogue(sku_1=external_id, sku_2=external_id)
    found = LINKS.find(ordered, skus[ordered.sku_uid])
    assert (found and found.product) == expected


def test_a_line_may_carry_its_own_link_where_the_list_lacks_it() -> None:
    own = line("sku-9", external_id="P-9")
    found = SkuLinks().find(own, None)
    assert found == SkuLink("", "P-9", confirmed=False)  # type: ignore[arg-type]
    assert SkuLinks().find(line("sku-9"), None) is None


@pytest.mark.parametrize(
    ("units", "amount", "quantity"),
    [("1", 3, 3), ("5", 2, 10), ("2.5", 2, 5), ("2.5", 1, None), ("1", 0, 0), ("1", -1, -1)],
)
def test_pieces_in_whole_units(units: str, amount: int, quantity: int | None) -> None:
    link = SkuLink("psku-1", "P", Decimal(units))  # type: ignore[arg-type]
    assert link.whole_units(amount) == quantity


# -- PZN ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("pzn", ["01234562", "12345678", "00000000", "09999991"])
def test_a_right_pzn(pzn: str) -> None:
    assert pzn_is_valid(pzn)


@pytest.mark.parametrize(
    "pzn",
    [
        "00000001",
        "12345679",
        "1234567",
        "012345620",
        "1234567X",
        "",
        "PZN01234",
        "0123456\N{SUPERSCRIPT TWO}",
        "\N{ARABIC-INDIC DIGIT ZERO}" * 8,
    ],
)
def test_a_wrong_pzn(pzn: str) -> None:
    assert not pzn_is_valid(pzn)


@given(st.integers(0, 9_999_999))
def test_seven_digits_have_one_check_digit_or_none(number: int) -> None:
    seven = f"{number:07}"
    weighed = sum(place * int(digit) for place, digit in enumerate(seven, start=1)) % 11
    right = [digit for digit in range(10) if pzn_is_valid(f"{seven}{digit}")]
    assert right == ([] if weighed == 10 else [weighed])


@pytest.mark.parametrize(
    ("selling_unit", "unit", "name", "confirmed", "likely"),
    [
        ("1", "piece", "Product", True, "1"),
        ("1.0", None, "Product", True, "1"),
        ("1", "g", "Product 1g", True, "1"),
        ("5", "g", "Product", False, "5"),
        ("5", "bags", "Product", False, "5"),
        ("1", "piece", "Product 5g", False, "5"),
        ("1", "kg", "Product", False, "1000"),
        ("5", "g", "Product 1g", False, "1"),
        (None, None, "Product 10 g", False, "10"),
        (None, None, "Product", False, "1"),
    ],
)
@pytest.mark.parametrize("row", ["", "a,20401,,,\n"])
def test_one_sku_is_one_unit_only_where_rxscale_sells_it_by_the_one(
    selling_unit: str | None, unit: str | None, name: str, confirmed: bool, likely: str, row: str
) -> None:
    sku = CatalogueSku(
        PharmacySkuUid("a"), SkuUid("s"), "20401", name, selling_unit=selling_unit, unit=unit
    )
    links = read_skus((HEADER + row).encode(), Faults())
    assert links is not None
    (found,) = links.of([sku])
    assert (found.confirmed, found.units) == (confirmed, Decimal(likely))
    assert links.find(line("s"), sku) == found


def test_what_the_file_says_is_confirmed_whatever_rxscale_sells() -> None:
    links = read_skus((HEADER + "a,20401,1,,\n").encode(), Faults())
    assert links is not None
    sku = CatalogueSku(PharmacySkuUid("a"), SkuUid("s"), None, "Product 5g", selling_unit="5")
    (found,) = links.of([sku])
    assert (found.confirmed, found.units) == (True, 1)
