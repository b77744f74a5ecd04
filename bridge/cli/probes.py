"""Questions that the vendors' documents leave open, each asked by reading alone.

A probe is a name, a question and a function that gives an answer: words, numbers and names of
fields, never what a vendor says of people.
"""

import base64
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, TypeVar

from bridge.app.vendors import Vendors
from bridge.core.model import PharmacyOrderUid, PharmacySkuUid
from bridge.core.words import tellable
from bridge.errors import Phrase
from bridge.exchange import Response
from bridge.mapping.rules import Rules
from bridge.pharmaone import dialect as p1
from bridge.rxscale import dialect as rx
from bridge.rxscale.pharmacies import shown
from bridge.settings import Settings
from bridge.transport.client import Transport
from bridge.vendor.calling import Query, by_offset, by_page

NOBODY = "rxbridge-probe"
"""No order, SKU or product has this name."""
MANY, WRONG = 1000, (("limit", "rxbridge-probe"),)
WHOLE = by_page(0, rx.MOST_ROWS)
_NAME = re.compile(r"[A-Za-z_][\w.-]{0,39}")
_NUMBER = re.compile(r"#(\d{1,18})")
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
    left: list[Phrase] = field(default_factory=list)
    headers: set[str] = field(default_factory=set)
    told: dict[str, str] = field(default_factory=dict)
    """What one trial found out for the probes after it."""

    @property
    def of_shop(self) -> Query:
        return (("shop_id", self.settings.pharmaone.shop_id or ""),)

    async def rx(self, route: rx.Route, ident: str = "", query: Query = ()) -> Response:
        return self._noted(await self.vendors.rxscale.caller.call(route, ident=ident, query=query))

    async def p1(self, route: p1.Route, ident: str = "", query: Query = ()) -> Response:
        return self._noted(
            await self.vendors.pharmaone.caller.call(route, ident=ident, query=query)
        )

    def _noted(self, response: Response) -> Response:
        self.headers.update(filter(_ABOUT_LIMITS.search, map(str.lower, response.headers)))
        return response


Answer = str | Phrase | None
"""A phrase says why there is none."""
Ask = Callable[[Ground], Awaitable[Answer]]
T = TypeVar("T")


class Probe(NamedTuple):
    """`ask` answers in one line; None: it could not be found out. probes.toml has its question."""

    name: str
    ask: Ask
    writes: bool = False


PROBES: list[Probe] = []


def probe(name: str, *, writes: bool = False) -> Callable[[Ask], Ask]:
    """Makes a function a probe. They are asked in the order in which they stand."""

    def made(ask: Ask) -> Ask:
        PROBES.append(Probe(name, ask, writes))
        return ask

    return made


def plain(
    name: str, call: Callable[[Ground], Awaitable[T]], read: Callable[[T], str | None]
) -> None:
    """Makes one call a probe, whose answer `read` finds in what comes back."""

    @probe(name)
    async def _(on: Ground) -> str | None:
        return read(await call(on))


def seen(name: str, read: Callable[[Ground], Answer], *, writes: bool = False) -> None:
    """Makes a probe of what was met while others asked."""

    @probe(name, writes=writes)
    async def _(on: Ground) -> Answer:
        return read(on)


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


def _shows(field: str) -> Callable[[Response], str | None]:
    """Whether any row has this field; None where there are no rows."""

    def read(response: Response) -> str | None:
        listed = rows(response)
        return ("yes" if any(field in row for row in listed) else "no") if listed else None

    return read


def _deleted(response: Response) -> str:
    listed = rows(response)
    return "yes" if any(row.get("deleted_at") for row in listed) else f"none among {len(listed)}"


def _first(response: Response) -> str | None:
    """By the numbers that orders go by, where they have some."""
    found = [_NUMBER.fullmatch(str(row.get("name"))) for row in rows(response)]
    numbers = [int(each[1]) for each in found if each]
    if len(numbers) < 2 or numbers[0] == numbers[-1]:
        return None
    return "newest" if numbers[0] > numbers[-1] else "oldest"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names)) or "none"


def _seconds(transport: Transport) -> str | None:
    ahead = transport.facts().clock_ahead_seconds
    return None if ahead is None else f"{round(ahead):d}"


# -- the questions ------------------------------------------------------------------------------


plain("rxscale.answer_404", lambda on: on.rx(rx.ORDER, NOBODY), shape)
plain("rxscale.answer_invalid", lambda on: on.rx(rx.ORDERS, query=WRONG), shape)
plain("rxscale.largest_page", lambda on: on.rx(rx.ORDERS, query=by_page(0, MANY)), _largest)
plain("rxscale.list_order", lambda on: on.rx(rx.ORDERS, query=WHOLE), _first)
plain("rxscale.lists_deleted", lambda on: on.rx(rx.SKUS, query=WHOLE), _deleted)
plain("pharmaone.answer_404", lambda on: on.p1(p1.ORDER, NOBODY), shape)
plain("pharmaone.answer_invalid", lambda on: on.p1(p1.ORDERS, query=WRONG), shape)
plain("pharmaone.largest_page", lambda on: on.p1(p1.ORDERS, query=by_offset(MANY, 0)), _largest)
plain("pharmaone.list_has_external_id", lambda on: on.p1(p1.ORDERS), _shows("external_id"))
plain("pharmaone.products_shape", lambda on: on.p1(p1.PRODUCTS, query=on.of_shop), shape)


@probe("rxscale.base_paths")
async def _base_paths(on: Ground) -> str:
    caller, found = on.vendors.rxscale.caller, []
    for path in [each.api_path for each in rx.GENERATIONS.values()]:
        site = replace(caller.site, api_path=path)
        if (await replace(caller, site=site).call(rx.ORDERS, query=by_page(0, 1))).status == 200:
            found.append(path)
    for path in ("/v2/public", "/v2/public-api"):
        site = replace(caller.site, public_api_path=path)
        if (await replace(caller, site=site).call(rx.PUBLIC_HEALTH)).status != 404:
            found.append(path)
    return ", ".join(found) or "none"


@probe("rxscale.statuses")
async def _rx_words(on: Ground) -> str:
    found = {str(row.get("status")) for row in rows(await on.rx(rx.ORDERS))}
    return _listed({tellable(word, on.rules.words.known) for word in found})


@probe("rxscale.order_tells_created")
async def _tells_created(on: Ground) -> str | None:
    for row in rows(await on.rx(rx.ORDERS, query=by_page(0, 1))):
        found = document(await on.rx(rx.ORDER, str(row.get("uid"))))
        return "yes" if isinstance(found, dict) and found.get("created_at") else "no"
    return None


plain(
    "rxscale.sku_types",
    lambda on: on.vendors.rxscale.skus_page(0),
    lambda page: _listed({"digital" if row.digital else "physical" for row in page.rows}),
)
plain("rxscale.pharmacies", lambda on: shown(on.vendors.rxscale.caller), _listed)
seen(
    "rxscale.echoes_own_writes",
    lambda on: f"yes, {on.echoes} seen" if on.echoes else Phrase("not-told-no-webhook"),
)


@probe("pharmaone.token")
async def _token(on: Ground) -> str:
    text = await on.vendors.pharmaone.tokens.get()
    middle = [*text.split("."), ""][1]
    try:
        claims: Any = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        names = _listed(filter(_NAME.fullmatch, claims))
    except ValueError:
        names = "not readable"
    ends, now = on.vendors.pharmaone.tokens.facts.expires_at, on.vendors.pharmaone.now()
    life = f"{round((ends - now).total_seconds(), -1):g} s" if ends else "not said"
    return f"{life}; {names}"


@probe("pharmaone.scopes")
async def _scopes(on: Ground) -> str:
    await on.vendors.pharmaone.tokens.get()
    return _listed(on.vendors.pharmaone.tokens.facts.scopes or ())


@probe("pharmaone.log_has_metadata")
async def _log_has_metadata(on: Ground) -> str | None:
    for product in list((await on.vendors.pharmaone.inventory()).on_hand)[:20]:
        if (found := _shows("metadata")(await on.p1(p1.INVENTORY_LOG, product))) is not None:
            return found
    return None


plain(
    "pharmaone.shops",
    lambda on: on.vendors.pharmaone.shops(),
    lambda shops: _listed(shop.shop_id for shop in shops),
)
seen("rxscale.clock_ahead_seconds", lambda on: _seconds(on.vendors.rxscale_transport))
seen("pharmaone.clock_ahead_seconds", lambda on: _seconds(on.vendors.pharmaone_transport))
seen("vendors.limit_headers", lambda on: _listed(on.headers))
