"""PharmaOne's prescriptions as simulated (pharmaone.md section 12)."""

from bridge.sandbox import Sandbox


async def test_ingested_shown_listed_and_decided(sandbox: Sandbox, p1, admin):
    body = {"shop_id": sandbox.settings.shop_id, "external_id": "po-1", "customer_email": "e@x"}
    first = await p1("POST", "/prescriptions", body)
    assert (first.status, first.body["upsert"]) == (200, "ok")
    number = first.body["id"]
    assert (await p1("POST", "/prescriptions", body)).body["id"] == number
    decided = await admin("POST", f"/pharmaone/prescriptions/{number}", {"status": "approved"})
    assert decided.status == 200
    shown = await p1("GET", f"/prescriptions/{number}")
    assert (shown.body["status"], shown.body["order_id"]) == ("approved", "")
    listed = await p1("GET", "/prescriptions?status=approved&limit=1")
    assert [row["id"] for row in listed.body["data"]] == [number]
    assert listed.body["pagination"] == {"limit": 1, "offset": 0}
    assert (await p1("GET", "/prescriptions?status=new")).body["data"] == []


async def test_refused(p1, admin):
    assert (await p1("POST", "/prescriptions", {"shop_id": "elsewhere"})).status == 400
    assert (await p1("POST", "/prescriptions", [1])).status == 400
    assert (await p1("GET", "/prescriptions/nowhere")).status == 404
    wrong = await admin("POST", "/pharmaone/prescriptions/nowhere", {"status": "approved"})
    assert wrong.status == 404
    odd = await admin("POST", "/pharmaone/prescriptions/nowhere", {"status": "odd"})
    assert odd.status == 400
