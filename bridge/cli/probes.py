"""Questions that the vendors' documents leave open, each asked by reading alone.

A probe is a name, a question and a function that gives an answer: words, numbers and names of
fields, never what a vendor says of people.
"""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bridge.app import Vendors
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid, ProductId
from bridge.core.words import tellable
from bridge.exchange import Response
from bridge.mapping import Rules
from bridge.pharmaone import dialect as p1
from bridge.rxscale import dialect as rx
from bridge.rxscale.pharmacies import shown
from bridge.settings import Settings
from bridge.vendor.calling import Query, by_offset, by_page

NOBODY = "rxbridge-probe"
"""No order, SKU or product has this name."""
MANY = 1000
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}")
_ABOUT_LIMITS = re.compile(r"rate|retry|limit", re.IGNORECASE)
_ROWS = ("data", "products", "items")


@dataclass(slots=True)
class Ground:
    """What is asked, and by what; `left` is what a trial could not clean up."""

    vendors: Vendors
    rules: Rules
    settings: Settings
    echoes: int
    order: PharmacyOrderUid
    sku: PharmacySkuUid
    mark: str
    """Names what a trial makes."""
    left: list[str] = field(default_factory=list)
    headers: set[str] = field(default_factory=set)

    async def rx(self, route: rx.Route, ident: str = "", query: Query = ()) -> Response:
        return self._noted(await self.vendors.rxscale.caller.call(route, ident=ident, query=query))

    async def p1(self, route: p1.Route, ident: str = "", query: Query = ()) -> Response:
        return self._noted(
            await self.vendors.pharmaone.caller.call(route, ident=ident, query=query)
        )

    def _noted(self, response: Response) -> Response:
        self.headers.update(filter(_ABOUT_LIMITS.search, response.headers))
        return response


Ask = Callable[[Ground], Awaitable[str | None]]


@dataclass(frozen=True, slots=True)
class Probe:
    """`ask` answers in one line; None: it could not be found out."""

    name: str
    question: str
    ask: Ask
    writes: bool = False


PROBES: list[Probe] = []


def probe(name: str, question: str, *, writes: bool = False) -> Callable[[Ask], Ask]:
    """Makes a function a probe. They are asked in the order in which they stand."""

    def made(ask: Ask) -> Ask:
        PROBES.append(Probe(name, question, ask, writes))
        return ask

    return made


def document(response: Response) -> Any:
    try:
        return json.loads(response.body)
    except ValueError:
        return None


def rows(response: Response) -> list[Mapping[str, Any]]:
    """The rows of a list, whatever it calls them."""
    found = document(response)
    for name in _ROWS:
        found = found.get(name, found) if isinstance(found, dict) else found
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def shape(response: Response) -> str:
    """Status and the names in the answer, without what they hold."""
    found = document(response)
    names = sorted(filter(_NAME.fullmatch, found)) if isinstance(found, dict) else []
    inner = found.get("data") if isinstance(found, dict) else None
    within = sorted(filter(_NAME.fullmatch, inner)) if isinstance(inner, dict) else []
    told = ", ".join(names + [f"data.{name}" for name in within])
    return f"{response.status} {told or type(found).__name__}"


def _largest(response: Response) -> str:
    count, said = len(rows(response)), document(response)
    paging = said.get("pagination", said) if isinstance(said, dict) else {}
    total = paging.get("total", paging.get("totalRegistries"))
    if response.status != 200:
        return shape(response)
    return str(count) if isinstance(total, int) and total > count else f"{count} or more"


# -- RxScale ----------------------------------------------------------------------------------


@probe("rxscale.base_paths", "Which of the documented base paths answer?")
async def _base_paths(on: Ground) -> str:
    caller, found = on.vendors.rxscale.caller, []
    for generation in rx.GENERATIONS.values():
        site = replace(caller.site, api_path=generation.api_path)
        if (await replace(caller, site=site).call(rx.ORDERS, query=by_page(0, 1))).status == 200:
            found.append(generation.api_path)
    for path in ("/v2/public", "/v2/public-api"):
        site = replace(caller.site, public_api_path=path)
        if (await replace(caller, site=site).call(rx.PUBLIC_HEALTH)).status != 404:
            found.append(path)
    return ", ".join(found) or "none"


@probe("rxscale.answer_404", "How does it say that an order is not there?")
async def _rx_404(on: Ground) -> str:
    return shape(await on.rx(rx.ORDER, NOBODY))


@probe("rxscale.answer_invalid", "How does it refuse a wrong value?")
async def _rx_invalid(on: Ground) -> str:
    return shape(await on.rx(rx.ORDERS, query=(("limit", NOBODY),)))


@probe("rxscale.largest_page", "How many rows does the largest page have?")
async def _rx_largest(on: Ground) -> str:
    return _largest(await on.rx(rx.ORDERS, query=by_page(0, MANY)))


@probe("rxscale.statuses", "Which status words do its orders have now?")
async def _rx_words(on: Ground) -> str:
    found = {str(row.get("status")) for row in rows(await on.rx(rx.ORDERS))}
    return ", ".join(sorted(tellable(word, on.rules.words.known) for word in found)) or "no orders"


@probe("rxscale.list_order", "Which order comes first in the list?")
async def _list_order(on: Ground) -> str | None:
    listed = rows(await on.rx(rx.ORDERS, query=by_page(0, rx.MOST_ROWS)))
    if len(listed) < 2:
        return None
    ends = [await _made(on, row) for row in (listed[0], listed[-1])]
    if None in ends or ends[0] == ends[1]:
        ends = [
            int(re.sub(r"\D", "", str(row.get("name"))) or 0) for row in (listed[0], listed[-1])
        ]
    first, last = ends
    return (
        None if not first or not last or first == last else "newest" if first > last else "oldest"
    )


async def _made(on: Ground, row: Mapping[str, Any]) -> int | None:
    found = document(await on.rx(rx.ORDER, str(row.get("uid"))))
    at = found.get("created_at") if isinstance(found, dict) else None
    return at if isinstance(at, int) else None


@probe("rxscale.order_tells_created", "Does an order say when it was made?")
async def _tells_created(on: Ground) -> str | None:
    listed = rows(await on.rx(rx.ORDERS, query=by_page(0, 1)))
    if not listed:
        return None
    return "yes" if await _made(on, listed[0]) is not None else "no"


@probe("rxscale.lists_deleted", "Does the list of SKUs keep deleted ones?")
async def _lists_deleted(on: Ground) -> str:
    listed = rows(await on.rx(rx.SKUS, query=by_page(0, rx.MOST_ROWS)))
    return "yes" if any(row.get("deleted_at") for row in listed) else f"none among {len(listed)}"


@probe("rxscale.sku_types", "Which kinds of SKUs does this key see?")
async def _sku_types(on: Ground) -> str:
    found = await on.vendors.rxscale.skus_page(0)
    kinds = {"digital" if row.digital else "physical" for row in found.rows}
    return ", ".join(sorted(kinds)) or "none"


@probe("rxscale.pharmacies", "Which pharmacies does this key see?")
async def _pharmacies(on: Ground) -> str:
    return ", ".join(sorted(await shown(on.vendors.rxscale.caller))) or "none"


@probe("rxscale.echoes_own_writes", "Does it tell by webhook what the bridge itself wrote?")
async def _echoes(on: Ground) -> str | None:
    return f"yes, {on.echoes} seen" if on.echoes else None


@probe("rxscale.clock_ahead_seconds", "How far is its clock ahead of this machine's?")
async def _rx_clock(on: Ground) -> str | None:
    return _seconds(on.vendors.rxscale_transport.facts().clock_ahead_seconds)


# -- PharmaOne --------------------------------------------------------------------------------


@probe("pharmaone.token", "How long does a token live, and what does it claim?")
async def _token(on: Ground) -> str:
    text = await on.vendors.pharmaone.tokens.get()
    middle = [*text.split("."), ""][1]
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        names = ", ".join(sorted(filter(_NAME.fullmatch, claims)))
    except ValueError:
        names = "not readable"
    ends, now = on.vendors.pharmaone.tokens.facts.expires_at, on.vendors.pharmaone.now()
    life = f"{round((ends - now).total_seconds(), -1):g} s" if ends else "not said"
    return f"{life}; {names}"


@probe("pharmaone.scopes", "Which scopes does the key have?")
async def _scopes(on: Ground) -> str:
    await on.vendors.pharmaone.tokens.get()
    return ", ".join(on.vendors.pharmaone.tokens.facts.scopes or ()) or "not said"


@probe("pharmaone.answer_404", "How does it say that an order is not there?")
async def _p1_404(on: Ground) -> str:
    return shape(await on.p1(p1.ORDER, NOBODY))


@probe("pharmaone.answer_invalid", "How does it refuse a wrong value?")
async def _p1_invalid(on: Ground) -> str:
    return shape(await on.p1(p1.ORDERS, query=(("limit", NOBODY),)))


@probe("pharmaone.largest_page", "How many rows does the largest page have?")
async def _p1_largest(on: Ground) -> str:
    return _largest(await on.p1(p1.ORDERS, query=by_offset(MANY, 0)))


@probe("pharmaone.list_has_external_id", "Does its list of orders tell the external_id?")
async def _list_has_external_id(on: Ground) -> str | None:
    listed = rows(await on.p1(p1.ORDERS))
    if not listed:
        return None
    return "yes" if any("external_id" in row for row in listed) else "no"


@probe("pharmaone.products_shape", "How is a page of products laid out?")
async def _products_shape(on: Ground) -> str:
    query = (("shop_id", on.settings.pharmaone.shop_id or ""),)
    return shape(await on.p1(p1.PRODUCTS, query=query))


@probe("pharmaone.log_has_metadata", "Does a product's log show an adjustment's metadata?")
async def _log_has_metadata(on: Ground) -> str | None:
    stock = await on.vendors.pharmaone.inventory()
    for product in list(stock.on_hand)[:20]:
        if entries := rows(await on.p1(p1.INVENTORY_LOG, ProductId(product))):
            return "yes" if any("metadata" in entry for entry in entries) else "no"
    return None


@probe("pharmaone.shops", "Which shops does this key see?")
async def _shops(on: Ground) -> str:
    found = await on.vendors.pharmaone.shops()
    return ", ".join(sorted(shop.shop_id for shop in found)) or "none"


@probe("pharmaone.clock_ahead_seconds", "How far is its clock ahead of this machine's?")
async def _p1_clock(on: Ground) -> str | None:
    return _seconds(on.vendors.pharmaone_transport.facts().clock_ahead_seconds)


@probe("vendors.limit_headers", "Which headers tell of the limits?")
async def _limit_headers(on: Ground) -> str:
    return ", ".join(sorted(on.headers)) or "none"


def _seconds(ahead: float | None) -> str | None:
    return None if ahead is None else f"{round(ahead):d}"
