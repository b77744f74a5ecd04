"""Deliveries from RxScale: what proves them genuine and what is read from them."""

import hashlib
import hmac
import json
import string
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fakes import START, signature
from hypothesis import assume, given
from hypothesis import strategies as st

from bridge.core.deliveries import Delivery, Noted, OrderChanged, SkuChanged
from bridge.errors import BadSignature, NotTheShape
from bridge.rxscale import webhook
from bridge.rxscale.webhook import read

SECRET = "whsec_0123456789abcdef"
CREATED: dict[str, Any] = {
    "event_type": "pharmacy_order_created",
    "timestamp": 1716000000,
    "payload_version": "1",
    "data": {
        "uid": "po-1",
        "status": "init",
        "name": "#2001",
        "pharmacy": {"uid": "ph-1", "display_name": "Test Apotheke"},
        "order": {"uid": "ord-1", "priority": 3},
        "patient_data": {"uid": "pat-1", "display_name": "Erika Beispiel"},
    },
}


def receive(body: Any, secret: str = SECRET, **headers: str) -> Delivery | None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return read({"X-Webhook-Signature": signature(secret, raw), **given}, raw, [SECRET], START)


def deliver(body: Any, pharmacy_uid: str | None = None, **headers: str) -> Delivery:
    raw = json.dumps(body).encode()
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    signed = {"X-Webhook-Signature": signature(SECRET, raw), **given}
    found = read(signed, raw, [SECRET], START, pharmacy_uid)
    assert found is not None
    return found


def changed(**data: Any) -> dict[str, Any]:
    return {**CREATED, "data": {**CREATED["data"], **data}}


def test_an_order_event_tells_which_order_and_how_urgent():
    assert deliver(CREATED) == OrderChanged(
        event="pharmacy_order_created",
        dedup_key="pharmacy_order_created:1716000000:po-1:init",
        received_at=START,
        uid="po-1",
        reported_status="init",  # documented in a created event, against "and assigned" (C-23)
        priority=3,
        name="#2001",
        changed_at=datetime(2024, 5, 18, 2, 40, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("told", "made_at"),
    [(1767340800, START), (None, None), ("2026-01-02", None), (2**70, None), (True, None)],
)
def test_an_order_event_tells_when_the_order_was_made(told: Any, made_at: Any):
    assert deliver(changed(created_at=told)).created_at == made_at


# -- the signature ----------------------------------------------------------------------------


def test_the_documented_recipe():
    """HMAC-SHA256 over the raw body, plain hex, the key's text as it is: RFC 4231, case 2."""
    told = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    headers = {"X-Webhook-Signature": told, "X-Webhook-Test": "true"}
    assert read(headers, b"what do ya want for nothing?", ["Jefe"], START) is None


@pytest.mark.parametrize(
    "name", ["X-Webhook-Signature", "x-webhook-signature", "X-WEBHOOK-SIGNATURE"]
)
def test_a_header_is_found_however_it_is_written(name: str):
    body = b'{"event_type":"x"}'
    found = read({name: signature(SECRET, body)}, body, [SECRET], START)
    assert found is not None
    assert found.event == "x"


def test_any_one_of_several_secrets_will_do():
    body = b'{"event_type":"x"}'
    for signer in ("old", "new", "newest"):
        headers = {"X-Webhook-Signature": signature(signer, body)}
        assert read(headers, body, ["old", "new", "newest"], START) == NEWS


BODY = b'{"event_type":"x"}'
NEWS = Noted("x", webhook.digest_key("x", BODY), START, "rxscale", known=False)
RIGHT = signature(SECRET, BODY)


@pytest.mark.parametrize(
    "told",
    [
        "",
        "0" * 64,
        RIGHT.upper(),
        RIGHT[:-1],
        RIGHT + "0",
        RIGHT + "\n",
        RIGHT + "\ud800",
        " " + RIGHT,
        "sha256=" + RIGHT,
        "é" * 64,
        "\ud800" * 64,
        "٣" * 64,  # digits to Python, not to us
        signature("another", BODY),
        signature(SECRET, BODY + b" "),
    ],
)
def test_a_wrong_or_malformed_signature_is_refused(told: str):
    with pytest.raises(BadSignature):
        read({"X-Webhook-Signature": told}, BODY, [SECRET], START)


def test_a_missing_signature_is_refused():
    with pytest.raises(BadSignature):
        read({"Content-Type": "application/json"}, BODY, [SECRET], START)


@pytest.mark.parametrize("secrets", [[], [""], ["", ""]])
def test_without_a_secret_nothing_is_genuine(secrets: list[str]):
    with pytest.raises(BadSignature):
        read({"X-Webhook-Signature": signature("", BODY)}, BODY, secrets, START)


def test_verified_before_parsed():
    with pytest.raises(BadSignature):
        read({"X-Webhook-Signature": "0" * 64}, b"not JSON", [SECRET], START)


@given(
    body=st.binary(max_size=300),
    secret=st.text(min_size=1, max_size=40),
    wrong=st.text(max_size=80) | st.text("0123456789abcdef", min_size=64, max_size=64),
)
def test_exactly_the_right_signature_is_accepted(body: bytes, secret: str, wrong: str):
    right = hmac.new(secret.encode("utf-8", "surrogatepass"), body, hashlib.sha256).hexdigest()
    genuine = {"X-Webhook-Signature": right, "X-Webhook-Test": "true"}
    assert read(genuine, body, [secret], START) is None
    assume(wrong != right)
    with pytest.raises(BadSignature):
        read({"X-Webhook-Signature": wrong, "X-Webhook-Test": "true"}, body, [secret], START)


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(sorted(webhook.KNOWN_EVENTS)),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["uid", "status", "name", "order", "pharmacy", "priority", "x"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
envelopes = st.fixed_dictionaries(
    {},
    optional={
        "event_type": st.sampled_from(sorted(webhook.KNOWN_EVENTS)) | anything,
        "timestamp": anything,
        "data": anything,
    },
)


@given(
    body=st.binary(max_size=60)
    | anything.map(lambda value: json.dumps(value).encode())
    | envelopes.map(lambda value: json.dumps(value).encode()),
    headers=st.dictionaries(st.text(max_size=12), st.text(max_size=12), max_size=4),
    test=st.sampled_from(["true", "false", ""]),
)
def test_signed_nonsense_is_read_or_named(body: bytes, headers: dict[str, str], test: str):
    genuine = {"X-Webhook-Signature": signature(SECRET, body), "X-Webhook-Test": test}
    try:
        delivered = read({**headers, **genuine}, body, [SECRET], START)
    except NotTheShape as wrong:
        assert test != "true"
        assert wrong.field in {"", "event_type", "data", "data.uid"}
    else:
        assert (delivered is None) is (test == "true")
        if delivered is not None:
            assert delivered.dedup_key.isascii()
            assert len(delivered.dedup_key) < 400


@given(
    body=st.binary(max_size=60),
    headers=st.dictionaries(
        st.text(max_size=12) | st.sampled_from(["X-Webhook-Signature", "x-webhook-test"]),
        st.text(max_size=70),
        max_size=4,
    ),
)
def test_unsigned_nonsense_is_never_believed(body: bytes, headers: dict[str, str]):
    with pytest.raises(BadSignature):
        read(headers, body, [SECRET], START)


# -- the shape --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"", ""),
        (b"\xff\xfe", ""),
        (b"<html></html>", ""),
        (b'{"event_type": "pharmacy_order_crea', ""),
        (b"[]", ""),
        (b"null", ""),
        (b"[" * 100_000, ""),
        (b'{"a":' * 50_000, ""),
        (b'{"timestamp": ' + b"9" * 5_000 + b"}", "event_type"),
        (b'{"event_type": "x", "more": NaN}', ""),
        (b'{"event_type": "x", "more": -Infinity}', ""),
        (b'{"event_type": "x", "more": ' + b"[" * 100_000, ""),
        (b'{"event_type": "\\ud800"}', ""),
        (b'{"event_type": "x\x00"}', ""),
        (b'{"event_type": "x\\u0000"}', "event_type"),
        (b"{}", "event_type"),
        ({"event_type": None}, "event_type"),
        ({"event_type": ""}, "event_type"),
        ({"event_type": "two words"}, "event_type"),
        ({"event_type": "x" * 65}, "event_type"),
        ({"event_type": 7}, "event_type"),
        ({"event_type": "pharmacy_order_created"}, "data"),
        ({"event_type": "pharmacy_order_updated", "data": []}, "data"),
        ({"event_type": "pharmacy_order_updated", "data": {}}, "data.uid"),
        (changed(uid=None), "data.uid"),
        (changed(uid=""), "data.uid"),
        (changed(uid=True), "data.uid"),
        (changed(uid="../status"), "data.uid"),
        (changed(uid=".."), "data.uid"),
        (changed(uid="po 1"), "data.uid"),
        (changed(uid="po-1\n"), "data.uid"),
        (changed(uid="p" * 129), "data.uid"),
        (changed(uid={"a": 1}), "data.uid"),
        (changed(uid=10**30), "data.uid"),
    ],
)
def test_what_is_not_the_documented_shape_is_named(body: Any, field: str):
    with pytest.raises(NotTheShape) as wrong:
        receive(body)
    assert wrong.value.field == field
    assert field in str(wrong.value)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (changed(uid=17), {"uid": "17"}),
        (changed(status="waiting for pharmacy"), {"reported_status": "waiting for pharmacy"}),
        (changed(status="on-hold"), {"reported_status": "on-hold"}),
        (changed(status=None), {"reported_status": None}),
        (changed(status="new\nstatus"), {"reported_status": None}),
        (changed(status="Frau Beispiel"), {"reported_status": "unknown (13 letters, 76df)"}),
        (changed(name="Frau-Beispiel"), {"name": None}),
        (changed(name=None), {"name": None}),
        (changed(name="PO-ABCD-0001-XYZ9"), {"name": "PO-ABCD-0001-XYZ9"}),  # C-9
        (changed(name="Erika Beispiel"), {"name": None}),
        (changed(name="#1\n"), {"name": None}),
        (changed(name="#" * 41), {"name": None}),
        (changed(order={}), {"priority": 0}),  # G1 and G2 know no priority
        (changed(order=None), {"priority": 0}),
        (changed(order={"priority": True}), {"priority": 0}),
        (changed(order={"priority": "5"}), {"priority": 0}),
        (changed(order={"priority": 10**30}), {"priority": 1_000_000}),
        (changed(order={"priority": -(10**30)}), {"priority": -1_000_000}),
        ({**CREATED, "payload_version": "2", "more": []}, {"uid": "po-1"}),
    ],
)
def test_what_is_not_needed_is_tolerated(body: Any, told: dict[str, Any]):
    delivered = deliver(body)
    assert isinstance(delivered, OrderChanged)
    assert {name: getattr(delivered, name) for name in told} == told


@pytest.mark.parametrize("timestamp", ["2026-01-02T08:00:00Z", True, -1, 10**30])  # C-24
def test_without_a_readable_timestamp_the_body_makes_the_key(timestamp: Any):
    body = {**CREATED, "timestamp": timestamp}
    key = webhook.digest_key("pharmacy_order_created", json.dumps(body).encode())
    assert deliver(body).dedup_key == key


@pytest.mark.parametrize(
    ("pharmacy", "is_ours"),
    [
        ({"uid": "ph-1"}, True),
        ("ph-1", True),  # C-15
        (None, True),
        ({"uid": "ph-2"}, False),
        ("ph-2", False),
    ],
)
def test_what_is_another_pharmacys_is_only_noted(pharmacy: Any, is_ours: bool):
    order = deliver(changed(pharmacy=pharmacy), "ph-1")
    assert isinstance(order, OrderChanged) is is_ours
    assert isinstance(order, Noted) is not is_ours
    data = {"uid": "psku-1", "pharmacy": pharmacy}
    sku = deliver({"event_type": "pharmacy_sku_stock_updated", "data": data}, "ph-1")
    assert isinstance(sku, SkuChanged) is is_ours
    assert isinstance(deliver(changed(pharmacy=pharmacy)), OrderChanged)


@pytest.mark.parametrize("event", ["patient_doctor_meeting_updated", "appointment_reminder_due"])
def test_documented_events_that_are_none_of_ours(event: str):
    """C-18: pages list three, four or five event types."""
    delivered = deliver({"event_type": event, "timestamp": 1, "data": {"uid": "x-1"}})
    assert isinstance(delivered, Noted)
    assert delivered.known


@pytest.mark.parametrize(("told", "stock"), [({"stock": 7}, 7), ({"stock": "7"}, None), ({}, None)])
@pytest.mark.parametrize(
    ("timestamp", "changed_at"),
    [
        (1716000000, datetime.fromtimestamp(1716000000, UTC)),
        (int(START.timestamp()) + 1, START),  # what is told has happened
        (int(START.timestamp()) + 3600, START),
        (2**40 - 1, START),  # after the last year there is
        ("yesterday", START),
    ],
)
def test_a_stock_event_names_its_sku(told: Any, stock: Any, timestamp: Any, changed_at: datetime):
    event = "pharmacy_sku_stock_updated"
    body = {"event_type": event, "timestamp": timestamp, "data": {"uid": "psku-1", **told}}
    key = webhook.digest_key(event, json.dumps(body).encode())
    assert deliver(body) == SkuChanged(event, key, START, "psku-1", stock, changed_at)


@pytest.mark.parametrize("ahead", [timedelta(hours=-2), timedelta(hours=2)])
def test_a_stock_event_is_dated_by_our_clock(ahead: timedelta):
    at = START - timedelta(seconds=30)
    body = {"event_type": "pharmacy_sku_stock_updated", "data": {"uid": "psku-1"}}
    raw = json.dumps({**body, "timestamp": int((at + ahead).timestamp())}).encode()
    headers = {"X-Webhook-Signature": signature(SECRET, raw)}
    found = read(headers, raw, [SECRET], START, ahead=ahead)
    assert isinstance(found, SkuChanged)
    assert found.changed_at == at


@pytest.mark.parametrize("data", [{}, None, {"uid": "../x"}])
def test_a_stock_event_without_a_sku_is_noted(data: Any):
    delivered = deliver({"event_type": "pharmacy_sku_stock_updated", "data": data})
    assert isinstance(delivered, Noted)
    assert delivered.known


@pytest.mark.parametrize("body", [{"event_type": "new.event"}, {"event_type": "x", "data": 5}])
def test_an_unknown_event_needs_only_its_type(body: Any):
    delivered = deliver(body)
    assert isinstance(delivered, Noted)
    assert (delivered.known, delivered.event) == (False, body["event_type"])


def test_the_signed_body_wins_over_the_unsigned_header():
    assert deliver(CREATED, X_Webhook_Event="pharmacy_order_updated").event == CREATED["event_type"]


# -- tests and repeats ------------------------------------------------------------------------


@pytest.mark.parametrize("body", [b"", b"hello", b"[]", b"{}", {"event_type": "x"}, CREATED])
def test_a_test_delivery_may_have_any_shape(body: Any):
    assert receive(body, X_Webhook_Test="true") is None
    assert receive(body, x_webhook_test="True") is None


def test_a_test_delivery_must_be_signed_too():
    with pytest.raises(BadSignature):
        receive(b"{}", "another secret", X_Webhook_Test="true")


def test_only_true_makes_a_test():
    assert receive(CREATED, X_Webhook_Test="false") is not None


def test_a_repeat_has_the_same_key():
    assert deliver(CREATED).dedup_key == deliver(CREATED).dedup_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (CREATED, {**CREATED, "event_type": "pharmacy_order_updated"}),
        (CREATED, {**CREATED, "timestamp": 1716000001}),
        (CREATED, changed(uid="po-2")),
        (changed(status="in-progress"), changed(status="ready_for_pickup")),  # within a second
        (changed(status=None), changed(status=None, name="#2002")),
        ({"event_type": "x", "data": 1}, {"event_type": "x", "data": 2}),
    ],
)
def test_different_news_has_another_key(one: Any, other: Any):
    assert deliver(one).dedup_key != deliver(other).dedup_key


def test_nothing_of_the_patient_is_kept():
    assert "Erika" not in repr(deliver(CREATED))
    kept = set(deliver(changed(status=None)).dedup_key)
    assert kept <= set(string.ascii_lowercase + string.digits + "_:")
