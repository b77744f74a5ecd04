"""Which product a SKU most likely is, and lines added to skus.csv."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.core.model import CatalogueSku, PharmacySkuUid, ProductId, SkuUid
from bridge.core.stock.model import SkuLink
from bridge.errors import Misconfigured
from bridge.mapping.adding import append, written
from bridge.mapping.matching import Proposal, choices, propose
from bridge.mapping.names import Size, read_name, size_of
from bridge.mapping.reading import Faults
from bridge.mapping.skus import COLUMNS, SkuLinks, read_skus

PRODUCTS = {
    "1": "Gelato",
    "2": "Gelato 33",
    "3": "Amnesia Haze 22/1",
    "4": "Amnesia Kush 22/1",
    "5": "Pedanios 22/1 SRK-CA",
    "6": "Cannabisöl 25 mg/ml 30 ml",
    "7": "Ibuprofen 400 mg 20 Stück",
    "8": "Ibuprofen 600 mg 20 Stück",
    "9": "1006",
    "20409": "",
}


def sku(name: str, **more: str | None) -> CatalogueSku:
    more = {"selling_unit": "1", **more}
    return CatalogueSku(PharmacySkuUid("psku-1"), SkuUid("sku-1"), name=name, **more)  # type: ignore[arg-type]


def proposed(name: str, **more: str | None) -> Proposal:
    skus = [sku(name, **more)]
    products = {ProductId(k): v for k, v in PRODUCTS.items()}
    (found,) = propose(skus, products, SkuLinks().of(skus))
    return found


@pytest.mark.parametrize(
    ("name", "product", "units"),
    [
        ("Gelato 10g", "1", "10"),
        ("GELATO (10 G)", "1", "10"),
        ("Gelatto 5 g", "1", "5"),
        ("0,5 g Gelato", "1", "0.5"),
        ("Gelato 2x5g", "1", "10"),
        ("Gelato 1 kg", "1", "1000"),
        ("Gelato 33 10g", "2", "10"),
        ("Amnesia-Haze THC 22 CBD 1, 5 g", "3", "5"),
        ("Aurora Amnesia Haze 22/1 10g", "3", "10"),
        ("Kush Amnesia 22/1 10g", "4", "10"),
        ("pedanios 22/1 srk ca 10 gramm", "5", "10"),
        ("Cannabisoel 25mg/ml 30ml", "6", "1"),
        ("Ibuprofen 600mg 20 St", "8", "1"),
        ("Gelato", "1", "1"),
    ],
)
def test_sure_ones(name: str, product: str, units: str):
    found = proposed(name)
    assert (found.product, found.units) == (product, Decimal(units)), found
    assert found.confidence >= 85, found
    assert found.is_clear, found


@pytest.mark.parametrize(
    ("name", "product", "why"),
    [
        ("Pedanios 20/1 SRK-CA 5g", "5", "'20' is not '22'"),
        ("Amnesia 22/1 10g", "3", "only one says 'haze'"),
        ("Amnesia Punch 22/1 10g", "3", "'punch' is not 'haze'"),
        ("Ibuprofen 800mg 20 St", "7", "'800' is not '400'"),
        ("Ibuprofen 600mg 50 St", "8", "50 st are no packs of 20 st"),
        ("Cannabisöl 25mg/ml 60ml", "6", "60 ml are 2 packs of 30 ml"),
        ("Cannabisöl 25mg/ml 30 g", "6", "30 g are no packs of 30 ml"),
        ("Gelato 41 10g", "1", "only one says '41'"),
        ("1007 10g", "9", "'1007' is not '1006'"),
    ],
)
def test_doubtful_ones_are_never_sure(name: str, product: str, why: str):
    found = proposed(name)
    assert found.confidence < 85 or not found.is_clear, found
    if found.is_clear:
        assert found.product == product
    assert why in found.why or found.product != product


def test_where_two_are_as_like_the_runner_up_is_named():
    found = proposed("Amnesia 22/1 10g")
    assert {found.product, found.runner_up} == {"3", "4"}
    assert not found.is_clear


def test_nothing_similar_is_told():
    assert proposed("Wasser") == Proposal(PharmacySkuUid("psku-1"), "Wasser")
    assert not proposed("Wasser").is_clear
    assert proposed("").product is None


@pytest.mark.parametrize("own", ["020409", " 020409", "0020409"])
def test_an_external_id_that_was_copied_badly(own: str):
    found = proposed("whatever 5 g", external_id=own)
    assert (found.product, found.confidence, found.units) == ("20409", 100, 5)
    assert own in found.why


def test_an_external_id_with_a_name_takes_the_size_into_account():
    found = proposed("Öl 30 ml", external_id="06")
    assert (found.product, found.units) == ("6", 1)
    odd = proposed("Öl 40 ml", external_id="06")
    assert odd.confidence < 85


def test_linked_skus_are_left_out():
    skus = [sku("Gelato", external_id="1")]
    products = {ProductId(k): v for k, v in PRODUCTS.items()}
    assert len(propose(skus, products)) == 1
    assert propose(skus, products, SkuLinks().of(skus)) == []
    linked = SkuLinks({PharmacySkuUid("psku-1"): SkuLink(PharmacySkuUid("psku-1"), ProductId("7"))})
    assert propose(skus, products, linked.of(skus)) == []


def test_the_size_may_come_from_rxscales_list():
    found = proposed("Gelato", selling_unit="10", unit="g")
    assert found.units == 10


@pytest.mark.parametrize(
    ("amount", "unit", "expected"),
    [
        ("10", "g", Size(Decimal(10), "g")),
        ("1", "KG", Size(Decimal(1000), "g")),
        ("20", "Stück", Size(Decimal(20), "st")),
        ("10", "Kiste", None),
        ("10", None, None),
        (None, "g", None),
        ("0", "g", None),
    ],
)
def test_sizes_beside_the_name(amount, unit, expected):
    assert size_of(amount, unit) == expected


def test_a_name_taken_apart():
    name = read_name("Demecan® Typ-1 THC18:CBD1 Blüten 10g")
    assert name.words == ("demecan", "typ")
    assert name.numbers == ("1", "18", "1")
    assert str(name.size) == "10 g"
    assert read_name("0 g").size is None


LINK = SkuLink(PharmacySkuUid("psku-9"), ProductId("20409"), Decimal("2.50"))
NOTE = "Ein; Name, gut"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"pharmacy_sku_uid,p1_id\n", b"psku-9,20409\n"),
        (b"pharmacy_sku_uid,p1_id", b"\npsku-9,20409\n"),
        (b"p1_id;pharmacy_sku_uid;note\r\n", b'20409;psku-9;"Ein; Name, gut"\r\n'),
        (b"\xef\xbb\xbfpharmacy_sku_uid,p1_id,units_per_sku\n# end", b"\npsku-9,20409,2.50\n"),
        (b"pharmacy_sku_uid,p1_id,,share\rpsku-1,7\r", b"psku-9,20409,,\r"),
        (b"", f'{",".join(COLUMNS)}\npsku-9,20409,2.50,,,"Ein; Name, gut"\n'.encode()),
        (b"# mine", f'\n{",".join(COLUMNS)}\npsku-9,20409,2.50,,,"Ein; Name, gut"\n'.encode()),
    ],
)
def test_a_line_is_added_in_the_files_own_form(content: bytes, line: bytes):
    assert append(content, [(LINK, NOTE)]) == content + line


def test_nothing_to_add_changes_nothing():
    assert append(b"odd", []) == b"odd"


def test_a_header_with_faults_is_not_added_to():
    with pytest.raises(Misconfigured, match="unknown column"):
        append(b"odd,p1_id\n", [(LINK, NOTE)])


@pytest.mark.parametrize("note", ["=cmd()", "+1", "-1", "@x"])
def test_no_formula_gets_into_a_spreadsheet(note: str):
    after = append(b"pharmacy_sku_uid,p1_id,note\n", [(LINK, f" {note}\nnext")])
    assert after.endswith(f",'{note} next\n".encode())


@pytest.mark.parametrize(
    ("header", "line"),
    [
        ("note,pharmacy_sku_uid,p1_id", "'#1,psku-9,20409"),
        ("safety_stock,note,pharmacy_sku_uid,p1_id", ",'#1,psku-9,20409"),
        ("pharmacy_sku_uid,p1_id,note", "psku-9,20409,#1"),
    ],
)
def test_a_note_that_would_make_its_line_a_comment_gets_an_apostrophe(header: str, line: str):
    assert append(f"{header}\n".encode(), [(LINK, "#1")]) == f"{header}\n{line}\n".encode()


def test_an_id_that_would_make_its_line_a_comment_is_refused():
    link = SkuLink(LINK.uid, ProductId("#20409"), LINK.units)
    with pytest.raises(Misconfigured, match="move p1_id behind pharmacy_sku_uid"):
        append(b"p1_id,pharmacy_sku_uid\n", [(link, "")])
    assert append(b"pharmacy_sku_uid,p1_id\n", [(link, "")]).endswith(b"psku-9,#20409\n")


@given(
    st.sampled_from([",", ";"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.booleans(),
    st.booleans(),
    st.permutations(COLUMNS),
    st.lists(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=20), max_size=4),
)
@example(",", "\n", True, True, ("note", *COLUMNS[:-1]), ["#1 of the list", " # x", ';"#', ",#"])
@example(";", "\n", True, True, ("share", "note", *COLUMNS[:-2]), ["#1 of the list", ';"#'])
def test_what_stood_there_stays_and_what_is_added_is_read(
    delimiter, end, marked, ended, columns, notes
):
    lines = [delimiter.join(columns), "# a comment"]
    cells = {"pharmacy_sku_uid": "psku-0", "p1_id": "7", "units_per_sku": "3"}
    lines.append(delimiter.join(cells.get(column, "") for column in columns))
    text = end.join(lines) + (end if ended else "")
    content = (b"\xef\xbb\xbf" if marked else b"") + text.encode()
    links = [
        (SkuLink(PharmacySkuUid(f"psku-{n}"), ProductId(f"P{n}"), Decimal(n)), note)
        for n, note in enumerate(notes, start=1)
    ]
    after = append(content, links)
    assert after.startswith(content)
    faults = Faults()
    read_back = read_skus(after, faults)
    assert not faults
    assert read_back is not None
    assert {uid: (link.product, link.units) for uid, link in read_back.listed.items()} == {
        "psku-0": ("7", 3),
        **{link.uid: (link.product, link.units) for link, _ in links},
    }


@pytest.mark.parametrize(
    ("name", "more", "units", "sure"),
    [
        ("Anything 5g", {"selling_unit": "5", "unit": "g"}, "5", True),
        ("Anything", {"selling_unit": "10", "unit": "g"}, "10", True),
        ("Anything", {"selling_unit": "3", "unit": "bags"}, "1", False),
        ("Anything", {"selling_unit": None}, "1", False),
    ],
)
def test_units_are_proposed_for_linked_skus_too(name, more, units, sure):
    found = proposed(name, external_id="20409", **more)
    assert (found.product, found.units, found.confidence == 100) == ("20409", Decimal(units), sure)


FIVE = SkuLink(PharmacySkuUid("psku-1"), ProductId("7"), Decimal(5))


@pytest.mark.parametrize(
    ("content", "after"),
    [
        (
            b"pharmacy_sku_uid,p1_id,units_per_sku,note\r\npsku-1,7,,x\r\npsku-2,8,,\r\n",
            b"pharmacy_sku_uid,p1_id,units_per_sku,note\r\npsku-1,7,5,x\r\npsku-2,8,,\r\n",
        ),
        (
            b"\xef\xbb\xbfp1_id;pharmacy_sku_uid;units_per_sku\n# psku-1\n7; psku-1\n",
            b"\xef\xbb\xbfp1_id;pharmacy_sku_uid;units_per_sku\n# psku-1\n7;psku-1;5\n",
        ),
        (
            b"pharmacy_sku_uid,p1_id,units_per_sku\n",
            b"pharmacy_sku_uid,p1_id,units_per_sku\npsku-1,7,5\n",
        ),
        (b"", f"{','.join(COLUMNS)}\npsku-1,7,5,,,\n".encode()),
    ],
)
def test_units_are_confirmed_in_the_line_that_is_there(content: bytes, after: bytes):
    assert written(content, [(FIVE, "")]) == after


def test_units_need_a_column():
    with pytest.raises(Misconfigured, match="there is no column 'units_per_sku'"):
        written(b"pharmacy_sku_uid,p1_id\npsku-1,7\n", [(FIVE, "")])
    assert written(b"pharmacy_sku_uid,p1_id\npsku-1,7\n", []) == (
        b"pharmacy_sku_uid,p1_id\npsku-1,7\n"
    )


def test_another_product_is_proposed_for_a_line_that_names_none_and_is_never_sure():
    uid, typo = PharmacySkuUid("psku-1"), ProductId("204091")
    link = SkuLink(uid, typo, Decimal(5), row="skus.csv: line 9")
    products = {ProductId(k): v for k, v in PRODUCTS.items()}
    (found,) = propose([sku("Gelato 10g")], products, [link])
    assert (found.product, found.units, found.confidence) == ("1", 10, 50)
    assert found.likely == "1 'Gelato' x 10"
    assert propose([sku("Xyz")], products, [link])[0].likely == ""
    assert found.why.startswith("skus.csv: line 9 says 204091, which PharmaOne does not list; ")
    assert propose([sku("Gelato 10g")], {**products, typo: ""}, [link]) == []


def test_a_line_that_names_another_product_is_put_right_and_not_doubled():
    content = b"pharmacy_sku_uid,p1_id,units_per_sku\npsku-1,9,\n"
    assert written(content, [(FIVE, "")]) == (b"pharmacy_sku_uid,p1_id,units_per_sku\npsku-1,7,5\n")


SAFE = SkuLink(PharmacySkuUid("psku-1"), ProductId("7"), Decimal(5), safety=3)


@pytest.mark.parametrize(
    ("content", "after"),
    [
        (
            b"pharmacy_sku_uid,p1_id,units_per_sku,safety_stock,note\npsku-1,9,,8,x\npsku-2,8,,,\n",
            b"pharmacy_sku_uid,p1_id,units_per_sku,safety_stock,note\npsku-1,7,5,3,x\npsku-2,8,,,\n",
        ),
        (
            b"safety_stock;pharmacy_sku_uid;p1_id;units_per_sku\n# one\n;psku-1;9\n",
            b"safety_stock;pharmacy_sku_uid;p1_id;units_per_sku\n# one\n3;psku-1;7;5\n",
        ),
        (b"", f"{','.join(COLUMNS)}\npsku-1,7,5,3,,\n".encode()),
    ],
)
def test_the_safety_stock_is_written_where_a_person_said_it(content: bytes, after: bytes):
    assert written(content, [(SAFE, "")], safety=True) == after


def test_the_safety_stock_that_stands_there_stays_where_nobody_said_one():
    content = b"pharmacy_sku_uid,p1_id,units_per_sku,safety_stock\npsku-1,7,,8\n"
    assert written(content, [(FIVE, "")]).endswith(b"psku-1,7,5,8\n")
    assert written(content, [(FIVE, "")], safety=True).endswith(b"psku-1,7,5,\n")
    bare = b"pharmacy_sku_uid,p1_id,units_per_sku\npsku-1,7,\n"
    assert written(bare, [(FIVE, "")], safety=True).endswith(b"psku-1,7,5\n")
    with pytest.raises(Misconfigured, match="there is no column 'safety_stock'"):
        written(bare, [(SAFE, "")], safety=True)


def test_a_person_is_offered_the_proposal_and_then_what_is_similar():
    products = {ProductId(k): v for k, v in PRODUCTS.items()}
    one = sku("Gelato 10g")
    (proposed_one,) = propose([one], products)
    found = choices(one, products, None)
    assert (found[0].product, found[0].confidence) == (proposed_one.product, 100)
    assert len({each.product for each in found}) == len(found)
    assert [each.confidence for each in found[1:]] == sorted(
        (each.confidence for each in found[1:]), reverse=True
    )
    assert all(each.product_name == products[each.product] for each in found)
    sure = SkuLink(one.pharmacy_sku_uid, ProductId("2"))
    assert {each.product for each in choices(one, products, sure)} == {
        each.product for each in found
    }
    assert choices(sku("Xyz"), products, None) == []
