"""What somebody typed into PharmaOne by hand, against what RxScale has in its queue."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.core.copies import (
    Content,
    is_likely_twin,
    may_be_ours,
    may_be_twin,
    product,
    surnames,
    words,
)


def held(name: str = "", goods: str = "", total: str | None = None) -> Content:
    """An order in PharmaOne's words; `goods` are ids and names with `;` between them."""
    products = frozenset(product(each) for each in goods.split(";")) if goods else None
    return Content(words(name), products, None if total is None else Decimal(total))


OURS = replace(held("", "20417;Beispielsorte", "30.00"), names=surnames("Erika Beispiel"))


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        pytest.param(held("Erika Beispiel", "20417", "30.0"), True, id="all of it"),
        pytest.param(held("BEISPIEL, Erika", "20417", "34.99"), True, id="with shipping"),
        pytest.param(held("Beispiel", "beispielsorte", "28"), True, id="by name, other price"),
        pytest.param(held("E. Beispiel", "20999", "30.00"), True, id="the sum alone"),
        pytest.param(held("Beispiel-Muster", "20417"), True, id="half a double name"),
        pytest.param(held("Erika Beispiel"), True, id="nothing but the surname is told"),
        pytest.param(held("Erika Beispiel", "20999", "12.00"), False, id="other goods"),
        pytest.param(held("Erika Muster", "20417", "30.00"), False, id="another customer"),
        pytest.param(held("", "20417", "30.00"), True, id="no name is told"),
        pytest.param(held("", "20417", "34.99"), False, id="no name, another sum"),
        pytest.param(held("", "20999", "30.00"), False, id="no name, other goods"),
        pytest.param(held("", "20417"), False, id="no name and no sum"),
        pytest.param(held(), False, id="nothing is told"),
    ],
)
def test_a_likely_twin(theirs: Content, expected: bool):
    assert is_likely_twin(OURS, theirs) is expected
    row = replace(theirs, products=None)
    assert may_be_twin(OURS, row) or not expected, "what is not read cannot be found"


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Jürgen Müller", "Mueller Juergen"),
        ("Jürgen Müller", "MULLER"),
        ("José Núñez", "Nunez, Jose"),
        ("Anna Groß", "anna gross"),
        ("Anna von der Heide", "Heide"),
        ("Anna Müller-Lüdenscheidt", "Frau Müller"),
        ("Müller, Jürgen", "J. Müller"),
        ("Li Wu", "wu"),
    ],
)
def test_a_surname_however_it_is_typed(name: str, typed: str):
    assert not surnames(name).isdisjoint(words(typed))


@pytest.mark.parametrize("name", [None, "", " ", ",", ", Erika", "-", "4711"])
def test_what_is_no_surname(name: str | None):
    assert surnames(name) == frozenset()


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [("30.00", "30", True), ("30.00", "34.99", False), (None, "5", True), ("30.00", None, True)],
)
def test_without_a_name_what_has_another_sum_is_not_read(ours, theirs, expected):
    assert may_be_twin(held("", "20417", ours), held("", "20417", theirs)) is expected


def test_a_products_name_is_the_same_however_wide_its_gaps_are():
    assert product("Beispielsorte  18/1") == product(" beispielsorte 18/1") == "beispielsorte 18/1"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("po-abc123", True),
        ("9f1c5d2e-0000-4000-8000-00000000abcd", True),
        ("Erika Beispiel", False),
        ("po-abc123 Beispiel", False),
        ("", False),
    ],
)
def test_what_is_written_as_an_orders_uid_is(name: str, expected: bool):
    assert may_be_ours(name) is expected


NAMES = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=9)
GOODS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=3)
CENTS = st.integers(1, 99_999)


@given(first=NAMES, last=NAMES, goods=GOODS, cents=CENTS, shipping=CENTS, upper=st.booleans())
def test_what_was_copied_word_for_word_is_a_twin(first, last, goods, cents, shipping, upper):
    """In whatever order and case, with shipping in the sum or not."""
    ours = replace(
        held("", ";".join(goods), str(Decimal(cents) / 100)), names=surnames(f"{first} {last}")
    )
    typed = f"{last} {first}".upper() if upper else f"{last}, {first}"
    sums = str(Decimal(cents + shipping) / 100)
    assert is_likely_twin(ours, held(typed, ";".join(reversed(goods)), sums)) or not ours.names


@given(ours=st.tuples(NAMES, GOODS, CENTS), theirs=st.tuples(NAMES, GOODS, CENTS))
def test_an_order_of_somebody_else_is_none(ours, theirs):
    one, other = surnames(ours[0]), words(theirs[0])
    twin = is_likely_twin(
        Content(one, frozenset(ours[1]), Decimal(ours[2])),
        Content(other, frozenset(theirs[1]), Decimal(theirs[2])),
    )
    assert not (twin and one and other and one.isdisjoint(other))
