"""Prescriptions with all that is documented of them (pharmaone.md section 12)."""

from datetime import UTC, datetime

from fakes import answer
from pharmaone.test_pharmaone_client import client

from bridge.core.model import PrescriptionId

ROW = {
    "id": "org9-pq-AB12CD",
    "status": "new",
    "shop_id": "shop7",
    "order_id": "",
    "customer_email": "",
    "created_at": "2026-01-02T08:00:00.123456Z",
}


async def test_a_row_says_all_that_is_documented():
    p1, _ = client(answer(200, ROW))
    found = await p1.prescriptions.one(PrescriptionId("org9-pq-AB12CD"))
    assert found is not None
    assert (found.id, found.status, found.shop_id) == ("org9-pq-AB12CD", "new", "shop7")
    assert found.order_id is None
    assert found.created_at == datetime(2026, 1, 2, 8, 0, 0, 123456, tzinfo=UTC)
    assert found.more == {"customer_email": ""}


async def test_no_repr_tells_what_came_beside_the_documented_fields():
    p1, _ = client(answer(200, {**ROW, "customer_email": "erika@example.org"}))
    told = repr(await p1.prescriptions.one(PrescriptionId("org9-pq-AB12CD")))
    assert "org9-pq-AB12CD" in told
    assert "erika" not in told


async def test_those_of_one_status_page_by_page():
    """The documented answer has no total (C3), so a page that is not full is the last."""
    pages = [
        answer(200, {"data": [{**ROW, "id": f"p-{number}"} for number in numbers]})
        for numbers in (range(200), range(200, 203))
    ]
    p1, send = client(*pages)
    assert len([each async for each in p1.prescriptions.all(status="signed")]) == 203
    assert [request.query for request in send.requests] == [
        (("status", "signed"), ("limit", "200"), ("offset", offset)) for offset in ("0", "200")
    ]
