"""What the page's tables share: filters in the address, pages of 50, files without formulas."""

import json

import pytest
from aiohttp.test_utils import make_mocked_request

from bridge.server.page import tables


def asked(address: str) -> tables.Asked:
    return tables.asked(make_mocked_request("GET", address), "/orders", "q", "state")


def test_an_address_is_read_and_written():
    given = asked("/orders?q=%231013&state=new&page=3&other=x&state=ready")
    assert given == tables.Asked("/orders", {"q": "#1013", "state": "new"}, 3)
    assert given.offset == 100
    assert given.link(page=4) == "/orders?q=%231013&state=new&page=4"
    assert given.link(state="") == "/orders?q=%231013"
    assert given.link("/orders.csv") == "/orders.csv?q=%231013&state=new"
    assert asked("/orders").link() == "/orders"


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "²", "9" * 30])
def test_a_page_that_is_none_is_the_first(page: str):
    assert asked(f"/orders?page={page}").page == 1


def test_the_last_page_leads_on_to_none():
    addresses = [tables.Asked("/x", {}, number) for number in (1, 2, 3, 4)]
    pages = [tables.Paged(each, (), each.offset + tables.PAGE < 120) for each in addresses]
    assert [page.first for page in pages] == [1, 51, 101, 151]
    assert [page.next for page in pages] == ["/x?page=2", "/x?page=3", "", ""]
    assert [page.previous for page in pages] == ["", "/x", "/x?page=2", "/x?page=3"]


def test_a_saved_table_holds_no_formula():
    names, rows = ("name", "count"), [("=1+1", -2), ("#1013; \"x\", 'ä'", None)]
    text = tables.saved("csv", "orders", names, rows)
    assert text.text == '\ufeffname,count\r\n\'=1+1,-2\r\n"#1013; ""x"", \'ä\'",\r\n'
    assert text.headers["Content-Disposition"] == 'attachment; filename="rxbridge-orders.csv"'
    assert (text.content_type, text.headers["Cache-Control"]) == ("text/csv", "no-store")
    assert json.loads(tables.saved("json", "orders", names, rows).text) == [
        {"name": "=1+1", "count": -2},
        {"name": "#1013; \"x\", 'ä'", "count": None},
    ]
