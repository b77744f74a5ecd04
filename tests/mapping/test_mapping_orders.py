"""orders.toml: what is shipped, its examples, and every mistake that is found in it."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from mapping.mapping_files import LISTED, change, faults, line, only_fault, order, payload

from bridge.core.model import Draft
from bridge.mapping.draft import Handling
from bridge.mapping.examples import first_difference
from bridge.mapping.expressions import compile_expression
from bridge.mapping.reading import Faults, Place
from bridge.mapping.rules import Rules, load

FULL = {
    "patient_data": {
        "uid": "pat-1",
        "display_name": "Ada Kanarienvogel",
        "email": "canary@example.org",
        "date_of_birth": "1901-01-01",
    },
    "doctor_data": {"uid": "doc-1", "display_name": "Dr. Kanarienvogel-Arzt"},
    "payouts": [{"amount": 1299}],
    "prescription_file": {"filename": "Kanarienvogel.pdf", "content_base64": "JVBERi0="},
    "order": {
        "uid": "ord-1",
        "delivery_address": {
            "first_name": "Ada",
            "last_name": "Kanarienvogel",
            "street": "Weg",
            "house_number": "2 b",
            "zip_code": "20095",
            "city": "Hamburg",
            "country": "Germany",
            "company": "",
            "additional_address": None,
            "province": None,
        },
    },
    "shipping_costs_amount": 499,
}


def test_everything_pharmaone_documents_is_filled_and_nothing_else(shipped: Rules) -> None:
    assert payload(shipped, order(line(amount=2, paid=2598), **FULL)) == {
        "shop_id": "shop7",
        "customer_name": "Ada Kanarienvogel",
        "customer_email": "canary@example.org",
        "address_street": "Weg 2 b",
        "address_city": "Hamburg",
        "address_postal_code": "20095",
        "address_country": "Germany",
        "prescription_pdf_base64": "JVBERi0=",
        "payment_status": "paid",
        "cash_on_pickup": False,
        "total_amount": Decimal("25.98"),
        "note": "Delivery: shipping",
        "items": [
            {"p1_id": "20417", "name": "Product sku-1", "quantity": 2, "price": Decimal("12.99")}
        ],
        "external_id": "po-1",
    }


def test_a_connectors_payload_has_no_shop(shipped: Rules) -> None:
    assert "shop_id" not in payload(shipped, order(line()), shop_id=None)


@pytest.mark.parametrize(
    ("prepaid", "delivery", "status", "cash"),
    [
        (1, "pickup", "paid", False),
        (True, "pickup", "paid", False),
        ("1", "pickup", "paid", False),
        (0, "pickup", "pending", True),
        (0, "shipping", "pending", False),
        (1, "shipping", "paid", False),
        (None, "pickup", None, None),
        (None, "shipping", None, None),
        ("", "pickup", None, None),
    ],
)
def test_payment(
    shipped: Rules, prepaid: object, delivery: str, status: str | None, cash: bool | None
) -> None:
    """What RxScale does not tell is not known: neither paid nor unpaid, and no cash to ask for."""
    detail: dict[str, Any] = {"prepaid": prepaid, "delivery_type": {"identifier": delivery}}
    sent = payload(shipped, order(line(), **detail))
    assert (sent.get("payment_status"), sent.get("cash_on_pickup")) == (status, cash)
    assert ("Payment: not told by RxScale" in sent["note"]) == (status is None)


def test_a_pickup_order_carries_no_address(shipped: Rules) -> None:
    sent = payload(shipped, order(line(), **FULL, delivery_type={"identifier": "pickup"}))
    assert [name for name in sent if name.startswith("address_")] == []


ADDRESS = FULL["order"]["delivery_address"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ({"order": {"delivery_address": {**ADDRESS, "first_name": "Ben"}}}, "Recipient: Ben Kan"),
        ({"patient_data": {"email": "canary@example.org"}}, "Recipient: Ada Kanarienvogel"),
        ({"order": {"delivery_address": {**ADDRESS, "province": "Tirol"}}}, "Province: Tirol"),
        ({"shop_order_name": "#77"}, "Shop order: #77"),
        ({"delivery_type": {"identifier": "x", "display_name": "Bote"}}, "Delivery: shipping, Bot"),
        ({"shop_shipping_methods": [{"display_name": "Express"}, {}]}, "Shipping method: Express"),
        ({"order": {"delivery_address": ADDRESS, "priority": 3}}, "Priority: 3"),
        ({"data": {"gift": "yes"}}, "!! NOT SENT, see RxScale: further details of the shop"),
        (
            {"order": {"delivery_address": ADDRESS, "invoice_address": {"city": "Bonn"}}},
            "!! NOT SENT, see RxScale: another invoice address",
        ),
    ],
)
def test_staff_see_what_is_out_of_the_ordinary(
    shipped: Rules, detail: dict[str, Any], told: str
) -> None:
    """It stands in the note of such an order, and of no other."""
    assert told in payload(shipped, order(line(), **{**FULL, **detail}))["note"]
    assert told not in payload(shipped, order(line(), **FULL))["note"]


@pytest.mark.parametrize(
    "order_",
    [
        {"delivery_address": {**ADDRESS, "first_name": "KANARIENVOGEL,", "last_name": "ada"}},
        {"delivery_address": ADDRESS, "invoice_address": ADDRESS, "priority": 0},
        {},
    ],
    ids=["the same name", "nothing special", "no address"],
)
def test_the_note_of_an_ordinary_order_is_short(shipped: Rules, order_: dict[str, Any]) -> None:
    sent = payload(shipped, order(line(), **{**FULL, "order": order_, "data": {}}))
    assert sent["note"] == "Delivery: shipping"


@pytest.mark.parametrize(("handling", "marked"), [("attach", False), ("off", True)])
def test_a_prescription_that_is_left_out_is_marked(
    shipped: Rules, handling: Handling, marked: bool
) -> None:
    made = shipped.draft(order(line(), **FULL), LISTED, shop_id="shop7", prescriptions=handling)
    assert isinstance(made, Draft)
    assert ("!! NOT SENT, see RxScale: prescription" in made.payload["note"]) is marked
    assert ("prescription_pdf_base64" in made.payload) is not marked


def test_a_remark_that_cannot_be_made_holds_up_no_order(shipped: Rules) -> None:
    odd = order(line(), **FULL, shop_order_name={"odd": "Kanarienvogel"})
    assert payload(shipped, odd)["note"] == "!! not made for this order, see RxScale"


def test_taking_out_the_notes_line_is_enough(folder: Path) -> None:
    text = (folder / "orders.toml").read_text("utf-8")
    start = text.index('\nnote = """')
    end = text.index('"""\n', start + len('\nnote = """')) + len('"""\n')
    (folder / "orders.toml").write_text(text[:start] + "\n" + text[end:], "utf-8")
    sent = payload(load(folder, dialect="current"), order(line(), **FULL))
    assert "note" not in sent
    assert sent["customer_name"] == "Ada Kanarienvogel"


def test_a_remark_counts_in_an_example_that_names_it(folder: Path) -> None:
    change(folder, "orders.toml", "labelled('Province'", "labelled('Bundesland'")
    assert "note: expected 'Recipient: Max Muster | Province: Tirol" in only_fault(folder)


@pytest.mark.parametrize(
    ("condition", "value"),
    [
        *((yes, "yes") for yes in ("`0`", "'x'", "`true`")),
        *((no, None) for no in ("`false`", "''", "`[]`", "`{}`", "`null`")),
    ],
)
def test_when_takes_what_jmespath_takes_for_true(condition: str, value: str | None) -> None:
    place, found = Place("orders.toml"), Faults()
    made = compile_expression(f"when({condition}, 'yes')", None, place, found)
    assert made is not None
    assert made({}) == value


def test_the_envelopes_source(folder: Path, shipped: Rules) -> None:
    assert shipped.orders.source == "rxbridge"
    change(folder, "orders.toml", 'source = "rxbridge" ', 'source = "nord" ')
    assert load(folder, dialect="current").orders.source == "nord"


def test_a_field_of_ones_own(folder: Path) -> None:
    own = "customer_name = \"join_present(' ', [patient_data.display_name, data.suffix])\""
    change(folder, "orders.toml", 'customer_name = "patient_data.display_name"', own)
    change(
        folder,
        "orders.toml",
        'address_country = "text" ',
        'own_note = "text"\naddress_country = "text" ',
    )
    change(folder, "orders.toml", "[item]\n", 'own_note = "text(payouts[0].amount)"\n[item]\n')
    assert only_fault(folder).startswith("orders.toml: payload.customer_name: 'suffix' is no known")
    change(
        folder, "orders.toml", 'uid = "po-example-3"', 'uid = "po-example-3"\ndata.suffix = "II"'
    )
    change(
        folder,
        "orders.toml",
        'customer_name = "Erika Beispiel"\npayment_status = "pending"\ncash_on_pickup = true',
        'customer_name = "Erika Beispiel II"\npayment_status = "pending"\ncash_on_pickup = true',
    )
    rules = load(folder, dialect="current")
    sent = payload(rules, order(line(), **{**FULL, "data": {"suffix": "II"}}))
    assert (sent["customer_name"], sent["own_note"]) == ("Ada Kanarienvogel II", "1299")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\n[amounts]", "\n[amount]", "amount: unknown key - did you mean 'amounts'?"),
        (
            '\ntotal_paid_amount = "line"',
            '\ntotal_paid_amount = "lines"',
            "amounts.total_paid_amount: 'lines' is not a word known here - did you mean 'line'?",
        ),
        (
            "\nshipping_in_total = false",
            '\nshipping_in_total = "no"',
            "amounts.shipping_in_total: true or false is wanted here",
        ),
        ('pzn = "warn"', 'pzm = "warn"', "checks.pzm: unknown key - did you mean 'pzn'?"),
        ('source = "rxbridge" ', 'source = "" ', "envelope.source: must not be empty"),
        (
            'source = "rxbridge" ',
            'external_reference = "bridge.uid"\nsource = "rxbridge" ',
            "envelope.external_reference: external_reference is the pharmacy order's uid, always: "
            "that one order-request per order is made rests on it - take it out",
        ),
        (
            "[payload]\n",
            '[payload]\nexternal_id = "shop_order_name"\n',
            "payload.external_id: external_id is the pharmacy order's uid, always: a lost answer "
            "is looked for by it - take it out",
        ),
        (
            "[payload]\n",
            '[payload]\nitems = "bridge.lines"\n',
            "payload.items: items is made from [item], one for each ordered line - take it out",
        ),
        (
            'customer_name = "patient_data.display_name"',
            'customer_nam = "patient_data.display_name"',
            "payload.customer_nam: 'customer_nam' is not in [fields.payload] - did you mean "
            "'customer_name'? a new one needs its kind there",
        ),
        (
            'name = "name"',
            'names = "name"',
            "item.names: 'names' is not in [fields.item] - did you mean 'name'?",
        ),
        (
            'total_amount = "money"',
            'total_amount = "mony"',
            "fields.payload.total_amount: 'mony' is not a word known here - did you mean 'money'?",
        ),
        (
            '"customer_name or customer_email", ',
            '"customer_name or customer_mail", ',
            "require.payload: nothing in [payload] fills 'customer_mail' - did you mean 'cust",
        ),
        (
            'item = ["p1_id", "quantity", "price"]',
            'item = ["p1_id", "quantity", "prize"]',
            "require.item: nothing in [item] fills 'prize' - did you mean 'price'?",
        ),
        (
            'customer_name = "patient_data.display_name"',
            'customer_name = "patient_data.display_nam"',
            "payload.customer_name: 'display_nam' is no known field - did you mean 'display_name'?",
        ),
        (
            'price = "euros(price_cents)"',
            'price = "euros(paid_cents)"',
            "item.price: 'paid_cents' is no known field - did you mean 'price_cents'?",
        ),
        (
            "bridge.delivery == 'pickup'",
            'bridge.delivery == \\"pickup\\"',
            "payload.cash_on_pickup: 'pickup' is no known field - texts stand in single quotes",
        ),
        (
            'price = "euros(price_cents)"',
            'price = "euro(price_cents)"',
            "item.price: there is no function euro() - did you mean 'euros'?",
        ),
        (
            'price = "euros(price_cents)"',
            'price = "euros(price_cents, quantity)"',
            "item.price: euros() takes 1 arguments and is given 2 - see",
        ),
        (
            'price = "euros(price_cents)"',
            'price = "euros()"',
            "item.price: euros() takes 1 arguments and is given 0",
        ),
        (
            'quantity = "quantity"',
            'quantity = "merge()"',
            "item.quantity: merge() takes 1 arguments and is given 0",
        ),
        (
            'quantity = "quantity"',
            'quantity = "quantity +"',
            "item.quantity: no JMESPath: Unknown token + at column 10 - see https://jmespath.org",
        ),
        (
            'quantity = "quantity"',
            'quantity = "quantity name"',
            "item.quantity: no JMESPath: 'name' at column 10 does not belong there",
        ),
        ('quantity = "quantity"', 'quantity = "quantity."', "item.quantity: no JMESPath: it is em"),
        ('quantity = "quantity"', 'quantity = ""', "item.quantity: no JMESPath: it is empty or br"),
        (
            'quantity = "quantity"',
            f'quantity = "{"(" * 3000}"',
            "item.quantity: no JMESPath: too deeply nested",
        ),
        ('quantity = "quantity"', "quantity = 1", "item.quantity: a text in quotes is wanted here"),
        (
            'name = "two packs, paid, sent by parcel"',
            'nam = "two packs, paid, sent by parcel"',
            "example.1.nam: unknown key - did you mean 'name'?",
        ),
        (
            'amounts = { total_paid_amount = "unit", ',
            'amounts = { total_paid = "unit", ',
            "example.3.amounts.total_paid: unknown key - did you mean 'total_paid_amount'?",
        ),
        (
            'uid = "po-example-3"',
            "",
            "example.3.given.order.uid: missing",
        ),
        (
            'links = [{ pharmacy_sku_uid = "psku-1", p1_id = "20417", units_per_sku = 5 }]',
            'links = [{ pharmacy_sku_uid = "psku-1", p1_id = "20417", units_per_sku = 0 }]',
            "example.2.given.links.1.units_per_sku: Input should be greater than 0",
        ),
        (
            'gaps = ["unlinked_sku",',
            'payload = {}\ngaps = ["unlinked_sku",',
            "example 'everything that is missing is named at once': expects neither or both - ",
        ),
        (
            'gaps = ["unlinked_sku", "not_in_catalogue", "missing_field"]',
            "gaps = []",
            "example 'everything that is missing is named at once': expects neither or both - ",
        ),
    ],
)
def test_a_mistake_is_named(folder: Path, old: str, new: str, told: str) -> None:
    change(folder, "orders.toml", old, new)
    found = faults(folder)
    assert any(fault.startswith(f"orders.toml: {told}") for fault in found), found


def test_tables_that_are_none_are_named(folder: Path) -> None:
    (folder / "orders.toml").write_text("payload = 1\nenvelope = 2\nitem = {}\nfields = {}\n")
    assert [fault.split(" - ")[0] for fault in faults(folder)] == [
        "orders.toml: payload: a table is wanted here",
        "orders.toml: fields.payload: missing",
        "orders.toml: fields.item: missing",
        "orders.toml: envelope: a table is wanted here",
    ]


def test_a_small_file_is_enough(folder: Path) -> None:
    (folder / "orders.toml").write_text(
        """
        payload = { customer_name = "patient_data.{a: display_name}.a" }
        item = { p1_id = "p1_id" }
        fields = { payload = { customer_name = "text" }, item = { p1_id = "text" } }
        """
    )
    rules = load(folder, dialect="current")
    assert payload(rules, order(line(paid=None), line("sku-2"))) == {
        "customer_name": "Ada Muster",
        "items": [{"p1_id": "20417"}, {"p1_id": "20418"}],
        "external_id": "po-1",
    }


# -- examples ----------------------------------------------------------------------------------

PLAIN = "orders.toml: example 'two packs, paid, sent by parcel': "
LACKS = "orders.toml: example 'everything that is missing is named at once': "
REMEDY = " - mend the mapping, or the example if this is what you want from now on"


def test_the_shipped_examples(shipped: Rules) -> None:
    assert len(shipped.orders.examples) == 8


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("price = 12.50 }", "price = 12.05 }", f"{PLAIN}items.0.price: expected 12.05, got 12.50"),
        (
            'customer_name = "patient_data.display_name"',
            'customer_name = "shop_order_name"',
            f"{PLAIN}customer_name: expected 'Erika Beispiel', got nothing",
        ),
        (
            'address_additional = "Hinterhaus"\nprescription',
            "prescription",
            f"{PLAIN}address_additional: expected nothing, got 'Hinterhaus'",
        ),
        (
            "cash_on_pickup = false\ntotal_amount = 25.00",
            "cash_on_pickup = 0\ntotal_amount = 25.00",
            f"{PLAIN}cash_on_pickup: expected 0, got False",
        ),
        (
            "price = 12.50 }]",
            "price = 12.50 }, {}]",
            f"{PLAIN}items: expected [{{'p1_id': '20417', 'name': 'Product 5g', 'quantity': 2, 'p",
        ),
        (
            "amount = 2\ntotal_paid_amount = 2500",
            "amount = 2",
            f"{PLAIN}expected a payload, got gaps: 'Product 5g' (sku-1): RxScale sends no",
        ),
        (
            'gaps = ["unlinked_sku", "not_in_catalogue",',
            'gaps = ["unlinked_sku",',
            f"{LACKS}expected the gaps unlinked_sku, missing_field, got unlinked_sku, "
            f"not_in_catalogue, missing_field{REMEDY}",
        ),
    ],
)
def test_a_failing_example_names_the_first_difference(
    folder: Path, old: str, new: str, told: str
) -> None:
    change(folder, "orders.toml", old, new)
    found = faults(folder)
    assert found[0].startswith(told), found


def test_an_example_that_expects_gaps_and_gets_none(folder: Path) -> None:
    text = (folder / "orders.toml").read_text()
    head = text[: text.index("[example.expect.payload]", text.index("po-example-5"))]
    (folder / "orders.toml").write_text(head + '[example.expect]\ngaps = ["no_price"]\n')
    name = "only a prescription: the pharmacy reads from it what is wanted"
    assert only_fault(folder) == (
        f"orders.toml: example '{name}': expected the gaps no_price, got a payload{REMEDY}"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('\ntotal_paid_amount = "line"', '\ntotal_paid_amount = "unit"'),
        ("\nshipping_in_total = false", "\nshipping_in_total = true"),
        ('pzn = "warn"', 'pzn = "refuse"'),
    ],
)
def test_a_switch_can_be_set_without_rewriting_the_examples(
    folder: Path, old: str, new: str
) -> None:
    change(folder, "orders.toml", old, new)
    assert load(folder, dialect="current").orders.examples


def test_equal_values_do_not_differ() -> None:
    assert first_difference({"a": [1, Decimal("2.0")]}, {"a": [1, Decimal("2.00")]}) is None
    assert str(first_difference(1, True)) == ": expected 1, got True"
