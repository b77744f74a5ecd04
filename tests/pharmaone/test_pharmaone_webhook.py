"""Deliveries from PharmaOne: what proves them genuine and what is read from them."""

import hashlib
import hmac
import json
from typing import Any

import pytest
from fakes import START, signature
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.core.deliveries import Delivery, InventoryChanged, Noted, PharmaOneChanged
from bridge.errors import BadSignature, NotTheShape
from bridge.pharmaone import webhook
from bridge.pharmaone.webhook import read

SECRET = "p1-webhook-secret"
UPDATED: dict[str, Any] = {
    "id": "0b6ef0f2-6d0f-4f0c-9f0e-0d6c2f5a9b11",
    "org_id": "org9",
    "event_type": "order_status_updated",
    "title": "Bestellung von Erika Beispiel",
    "description": "Status geändert",
    "metadata": {
        "order_id": "ORD_20260102_aB3dE5fG7h",
        "old_status": "awaiting_packing",
        "new_status": "ready_pickup",
    },
    "created_at": "2026-01-02T08:00:00Z",
}


def signed(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-PharmaOne-Signature": f"sha256={signature(secret, body)}"}


def deliver(body: Any, secret: str = SECRET, **headers: str) -> Delivery:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return read({**signed(raw, secret), **given}, raw, [SECRET], START)


def test_an_order_event_tells_which_order():
    assert deliver(UPDATED) == PharmaOneChanged(
        event="order_status_updated",
        dedup_key="order_status_updated:0b6ef0f2-6d0f-4f0c-9f0e-0d6c2f5a9b11",
        received_at=START,
        order_id="ORD_20260102_aB3dE5fG7h",
        reported_status="ready_pickup",
    )


def test_the_documented_recipe():
    """`sha256=` and the hex of HMAC-SHA256 over the raw body: key and digest of RFC 4231, case 2.

    What is signed there is no event, so the shape is refused, which is after the signature.
    """
    told = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    with pytest.raises(NotTheShape):
        read(
            {"X-PharmaOne-Signature": f"sha256={told}"},
            b"what do ya want for nothing?",
            ["Jefe"],
            START,
        )


@pytest.mark.parametrize(
    "name", ["X-PharmaOne-Signature", "x-pharmaone-signature", "X-PHARMAONE-SIGNATURE"]
)
def test_a_header_is_found_however_it_is_written(name: str):
    assert read({name: signed(BODY)["X-PharmaOne-Signature"]}, BODY, [SECRET], START).event == "x"


def test_any_one_of_several_secrets_will_do():
    for signer in ("old", "new", "newest"):
        assert read(signed(BODY, signer), BODY, ["old", "new", "newest"], START).event == "x"


BODY = b'{"event_type":"x"}'
RIGHT = signature(SECRET, BODY)


@pytest.mark.parametrize(
    "told",
    [
        "",
        RIGHT,
        f"sha256={RIGHT.upper()}",
        f"SHA256={RIGHT}",
        f"sha256={RIGHT}0",
        f"sha256={RIGHT}\n",
        f"sha256={RIGHT}\ud800",
        f"sha256 = {RIGHT}",
        f"sha1={RIGHT[:40]}",
        f"sha256={'é' * 64}",
        f"sha256={'٣' * 64}",
        f"sha256={signature('another', BODY)}",
        f"sha256={signature(SECRET, BODY + b' ')}",
    ],
)
def test_a_wrong_or_malformed_signature_is_refused(told: str):
    with pytest.raises(BadSignature):
        read({"X-PharmaOne-Signature": told}, BODY, [SECRET], START)


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_genuine(secrets: list[str]):
    with pytest.raises(BadSignature):
        read(signed(BODY, ""), BODY, secrets, START)


@given(
    body=st.binary(max_size=300),
    secret=st.text(min_size=1, max_size=40),
    wrong=st.text(max_size=80) | st.from_regex(r"sha256=[0-9a-f]{64}", fullmatch=True),
)
def test_exactly_the_right_signature_is_accepted(body: bytes, secret: str, wrong: str):
    body = b"no event: " + body
    key = secret.encode("utf-8", "surrogatepass")
    right = f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    with pytest.raises(NotTheShape):
        read({"X-PharmaOne-Signature": right}, body, [secret], START)
    assume(wrong != right)
    with pytest.raises(BadSignature):
        read({"X-PharmaOne-Signature": wrong}, body, [secret], START)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["order_id", "new_status", "x"]), inner, max_size=4)
    ),
    max_leaves=10,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(sorted(webhook.KNOWN_EVENTS)) | anything,
        "id": anything,
        "org_id": anything,
        "metadata": anything,
    },
)


@given(
    body=st.binary(max_size=60)
    | anything.map(lambda value: json.dumps(value).encode())
    | envelopes.map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(
        st.text(max_size=12) | st.just("X-PharmaOne-Delivery-Id"), st.text(max_size=12), max_size=4
    ),
)
def test_signed_nonsense_is_read_or_named(body: bytes, headers: dict[str, str]):
    try:
        delivered = read({**headers, **signed(body)}, body, [SECRET], START)
    except NotTheShape as wrong:
        assert wrong.field in {"", "event_type"}
    else:
        assert delivered.dedup_key.isascii()


@given(
    body=st.binary(max_size=60),
    headers=st.dictionaries(
        st.text(max_size=12) | st.just("X-PharmaOne-Signature"), st.text(max_size=80), max_size=4
    ),
)
def test_unsigned_nonsense_is_never_believed(body: bytes, headers: dict[str, str]):
    with pytest.raises(BadSignature):
        read(headers, body, [SECRET], START)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"<html>", ""),
        (b'{"event_type": "order_cre', ""),
        (b"[]", ""),
        (b"[" * 100_000, ""),
        (b'{"id": ' + b"9" * 5_000 + b"}", "event_type"),
        (b'{"event_type": "x", "more": NaN}', ""),
        (b'{"event_type": "x", "more": -Infinity}', ""),
        (b'{"event_type": "x", "more": ' + b"[" * 100_000, ""),
        (b"{}", "event_type"),
        ({"event_type": ["x"]}, "event_type"),
        ({"event_type": "Erika Beispiel"}, "event_type"),
    ],
)
def test_what_is_not_the_documented_shape_is_named(body: Any, field: str):
    with pytest.raises(NotTheShape) as wrong:
        deliver(body)
    assert wrong.value.field == field


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"metadata": {"order_id": 17}}, {"order_id": "17", "reported_status": None}),
        ({"metadata": {"order_id": "../x"}}, {"order_id": None, "of_an_order": True}),
        ({"metadata": None}, {"order_id": None, "references": ()}),
        ({"metadata": []}, {"order_id": None}),
        ({"event_type": "order_created", "metadata": {}}, {"order_id": None}),
        ({"event_type": "order_deleted"}, {"order_id": "ORD_20260102_aB3dE5fG7h"}),
        ({"event_type": "order_updated"}, {"quiet": True}),
        ({"event_type": "prescription_approved"}, {"order_id": None, "of_an_order": False}),
        (
            {"metadata": {"id": 7, "request_id": "r-1", "external_id": "7", "title": "Erika"}},
            {"references": ("7", "r-1")},
        ),
        ({"id": 5}, {"dedup_key": "order_status_updated:5"}),
    ],
)
def test_what_is_not_needed_is_tolerated(change: dict[str, Any], told: dict[str, Any]):
    delivered = deliver({**UPDATED, **change})
    assert isinstance(delivered, PharmaOneChanged)
    assert {name: getattr(delivered, name) for name in told} == told


@pytest.mark.parametrize("event", sorted(webhook.STOCK_EVENTS))
def test_a_product_that_runs_low(event: str):
    delivered = deliver({**UPDATED, "event_type": event})
    assert delivered == InventoryChanged(event, f"{event}:{UPDATED['id']}", START)


def test_an_unknown_event_needs_only_its_type():
    key = "order_request_approved:5"
    body = {"event_type": "order_request_approved", "id": 5}
    assert deliver(body) == Noted("order_request_approved", key, START, "pharmaone", known=False)


def test_which_event_tells_of_a_refusal_is_the_accounts():
    event = "order_request_sent_back"
    body = json.dumps({"event_type": event, "id": 5, "metadata": {"id": "req-1"}}).encode()
    assert read(signed(body), body, [SECRET], START, (event,)) == PharmaOneChanged(
        event, f"{event}:5", START, references=("req-1",), refused=True, of_an_order=False
    )


def test_the_signed_body_wins_over_the_unsigned_header():
    assert deliver(UPDATED, X_PharmaOne_Event="order_deleted").event == "order_status_updated"


def test_a_repeat_has_the_same_key_whatever_its_delivery_id():
    first = deliver(UPDATED, X_PharmaOne_Delivery_Id="d-1")
    again = deliver(UPDATED, X_PharmaOne_Delivery_Id="d-2")
    assert first.dedup_key == again.dedup_key


@pytest.mark.parametrize("change", [{"id": "other"}, {"event_type": "order_updated"}])
def test_different_news_has_another_key(change: dict[str, Any]):
    assert deliver({**UPDATED, **change}).dedup_key != deliver(UPDATED).dedup_key


def test_without_an_id_the_body_is_the_key():
    one, other = {"event_type": "x", "title": "1"}, {"event_type": "x", "title": "2"}
    assert deliver(one).dedup_key == deliver(one).dedup_key != deliver(other).dedup_key


def test_nothing_of_the_patient_is_kept():
    assert "Erika" not in repr(deliver(UPDATED))
    assert "Erika" not in repr(deliver({**UPDATED, "id": "Erika Beispiel"}))
