"""Picking a delivery's few fields: as a plain reading would have them, and nothing of the rest."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.vendor.webhook import Picker

PICK = Picker("uid", "status", at=Picker("id"), data=Picker("uid", inner=Picker("x")))
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)
INNER = st.fixed_dictionaries({}, optional={"uid": ANYTHING, "x": ANYTHING}) | ANYTHING
NAMES = {"uid": ANYTHING, "status": ANYTHING, "at": INNER, "data": INNER, "more": ANYTHING}
BODIES = st.fixed_dictionaries({}, optional=NAMES)


def plainly(document: Any, *values: str, **objects: Any) -> Any:
    if not isinstance(document, dict):
        return document
    picked = {name: document.get(name) for name in values}
    return picked | {name: pick(document.get(name)) for name, pick in objects.items()}


@given(BODIES)
def test_what_is_picked_is_what_stands_there(document: Any):
    wanted = plainly(
        document,
        *("uid", "status"),
        at=lambda told: plainly(told, "id"),
        data=lambda told: plainly(told, "uid", inner=lambda told: plainly(told, "x")),
    )
    assert PICK(json.dumps(document).encode()) == wanted


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b'"x"',
        b"{} {}",
        b'{"uid": NaN}',
        b'{"more": Infinity}',
        b'{"more": ' + b"[" * 100_000,
        b'{"more": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"[]" * 2_500_000,
        b"[" + b"[]," * 1_600_000 + b"[]]",
    ],
)
def test_no_object_is_nothing(body: bytes):
    assert PICK(body) is None


@pytest.mark.parametrize(
    "value", [b"9" * 5_000, b'"' + b"x" * 5_000 + b'"', b"[" + b"[]," * 10**6 + b"[]]", b'"\\ud8"']
)
def test_what_is_none_of_ours_is_as_if_it_were_not_there(value: bytes):
    nothing = {"uid": None, "status": "x", "at": None, "data": None}
    assert PICK(b'{"uid": %s, "status": "x", "data": %s}' % (value, value)) in (nothing, None)


def test_what_is_about_a_person_is_never_made_into_a_value():
    address = {"first_name": "Erika Canary", "street": "Canaryweg"}
    told = PICK(json.dumps({"uid": "po-1", "more": address, "data": {"x": address}}).encode())
    assert "anary" not in repr(told)
    assert told is not None
    assert told["uid"] == "po-1"
