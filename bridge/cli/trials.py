"""Questions that only a write answers: asked on a development account, of what is to be sacrificed.

Each trial undoes what it did, or says in `Ground.left` what it left. They are made in the order in
which they stand: the first ones walk the sacrificial order to where the last ones need it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

from bridge.cli.probes import Answer, Ground, document, probe, seen
from bridge.core.lifecycle import TERMINAL, Vocabulary, route
from bridge.core.model import Draft, OrderId, ProductId, SkuUid, State, TrackingLink
from bridge.errors import Fault, Misconfigured, Phrase, Refused
from bridge.exchange import Response
from bridge.pharmaone import dialect as p1
from bridge.pharmaone.order_book import OrderUpsert, UpsertItem
from bridge.rxscale import dialect as rx
from bridge.rxscale.orders import completion
from bridge.rxscale.skus import PharmacySku
from bridge.settings import is_loopback

DEVELOPMENT = "api.rxscale-dev.com"
"""RxScale's development host (rxscale.md section 2)."""
FEW = 100
"""A development account has no more orders."""
CANCEL = ({"status": "cancelled"}, {"status": "canceled"}, {"order_status": "cancelled"})
"""What may cancel an order at PharmaOne: neither word nor body is documented (pharmaone.md 9)."""
LINKS = (TrackingLink("https://example.org/rxbridge-probe", "DHL"),)


async def confirm(on: Ground, organisation: str | None) -> None:
    """Raises Misconfigured for all that does not look like a development account."""
    host = urlsplit(on.settings.rxscale.base_url).hostname or ""
    org = on.settings.pharmaone.org_id
    if host != DEVELOPMENT and not is_loopback(host):
        raise _refused("rxscale.base_url", "no-development-host", host=host)
    if not organisation or organisation != org:
        raise _refused("--organisation", "other-org", org=org)
    first = await on.vendors.rxscale.orders_page("", 0, 1)
    made = await on.vendors.pharmaone.orders_page(1, 0)
    for name, total in (("RxScale", first.total), ("PharmaOne", made.total)):
        if total is None or total > FEW:
            raise _refused("--write", "too-many-orders", vendor=name, orders=total, most=FEW)
    order = await on.vendors.rxscale.order(on.order) if on.order else None
    if order is None or order.status not in on.rules.words.rxscale.queue:
        raise _refused("--order", "not-in-queue")
    if await _goods(on) is None:
        raise _refused("--sku", "not-its-sku")


def _refused(where: str, key: str, **facts: object) -> Misconfigured:
    return Misconfigured(Fault(where, f"probe-{key}", **facts))


async def _goods(on: Ground) -> tuple[PharmacySku, int] | None:
    """The SKU, and how many pieces of it the order takes; None where it takes none."""
    order = await on.vendors.rxscale.order(on.order)
    async for row in on.vendors.rxscale.skus.all():
        if row.uid == on.sku and row.sku is not None and order is not None:
            amount = sum(line.amount for line in order.lines if line.sku_uid == row.sku.uid)
            return (row, amount) if amount else None
    return None


async def _here(on: Ground) -> str:
    order = await on.vendors.rxscale.order(on.order)
    return order.status if order is not None else ""


async def _patch(on: Ground, path: rx.Route, body: Mapping[str, Any]) -> Response:
    caller = on.vendors.rxscale.caller
    return await caller.call(path, ident=on.order, body=caller.encode(body))


async def _set(on: Ground, word: str) -> Response:
    return await _patch(on, rx.ORDER_STATUS, {"status": word, "comment": "rxbridge probe"})


def _illegal(words: Vocabulary, here: str, *, ends: bool = False) -> list[str]:
    """The words that may not follow. An end is left out, since nothing leads back from it; or
    comes last.
    """
    settable = {word for steps in words.steps.values() for word in steps}
    wrong = settable - {here, *words.steps.get(here, ())}
    last = {word for word in wrong if words.means.get(word) in TERMINAL}
    return sorted(wrong - last) + sorted(last) * ends


async def _try_pairs(on: Ground, here: str, taken: list[str]) -> int:
    """How many were tried; `taken` gets those that moved the order."""
    tried = 0
    for word in _illegal(on.rules.words.rxscale, here):
        answer, tried = await _set(on, word), tried + 1
        if (now := await _here(on)) != here or answer.status < 400:
            taken.append(f"{here} -> {word}")
        if now != here:
            await _set(on, here)
        if await _here(on) != here:
            on.left.append(Phrase("order-moved", order=on.order, word=word))
            break
    return tried


def _way(words: Vocabulary, *stops: str | None) -> Iterator[str]:
    """The words from one stop to the next; the first stop is where the order stands."""
    for here, there in pairwise(stop for stop in stops if stop):
        yield from route(words, here, there) or ()


@probe("rxscale.refuses_illegal_steps", writes=True)
async def _steps(on: Ground) -> Answer:
    words, here, taken = on.rules.words.rxscale, await _here(on), list[str]()
    tried = await _try_pairs(on, here, taken)
    for word in [*_way(words, here, words.says.get(State.COMPLETED))][:-1]:
        await _set(on, word)
        if await _here(on) != word:
            return None
        tried += await _try_pairs(on, word, taken)
    if not tried:
        return Phrase("not-told-no-step")
    return f"false; taken: {', '.join(taken)}" if taken else f"true; {tried} pairs refused"


@probe("rxscale.short_stock_on_complete", writes=True)
async def _short(on: Ground) -> Answer:
    """Walks the order back to a hold, and completes it as soon as that is taken on the way forth:
    with one piece too few, or else with enough.
    """
    if not on.vendors.rxscale.site.generation.completes:
        return Phrase("not-told-no-call")
    words, goods = on.rules.words.rxscale, await _goods(on)
    if goods is None or goods[0].stock is None:
        return None
    (sku, amount), before = goods, goods[0].stock
    stops = [words.says.get(each) for each in (State.ON_HOLD, State.IN_REVIEW, State.READY)]
    refused: list[str] = []
    try:
        for word in _way(words, await _here(on), *stops):
            await _set(on, word)
            here = await _here(on)
            for stock in (amount - 1, max(amount, before)):
                await on.vendors.rxscale.set_sku(sku.key, stock=stock)
                if await _complete(on):
                    more = f"; refused from {', '.join(refused)}" if refused else ""
                    on.told["completes_from"] = here + more
                    return await _deducted(on, stock, amount)
            refused.append(here)
    finally:
        await on.vendors.rxscale.set_sku(sku.key, stock=before)
    return None


async def _complete(on: Ground) -> bool:
    """With the same link twice, or else without one."""
    for links in (LINKS * 2, ()):
        if (await _patch(on, rx.COMPLETE, completion(links))).status < 400:
            on.told["links"] = "taken" if links else "refused"
            return True
    return False


async def _deducted(on: Ground, stock: int, amount: int) -> str | None:
    """What became of the SKU's number when the order was completed."""
    goods = await _goods(on)
    if goods is None or (after := goods[0].stock) is None:
        return None
    if stock or after:
        on.told["deducts_stock"] = "no" if after == stock else "yes"
    if stock >= amount:
        return "refused"
    if after == stock:
        return f"unknown; {after} stays {after}: nothing is deducted" if stock else None
    return "negative" if after < 0 else "zero" if after == 0 else None


seen("rxscale.completes_from", lambda on: on.told.get("completes_from"), writes=True)
seen("rxscale.deducts_stock", lambda on: on.told.get("deducts_stock"), writes=True)


@probe("rxscale.tracking_twice", writes=True)
async def _tracking(on: Ground) -> str | None:
    if on.rules.words.rxscale.means.get(await _here(on)) is not State.COMPLETED or not on.told:
        return None
    shown = json.dumps(document(await on.rx(rx.ORDER, on.order))).count(LINKS[0].url)
    again = await _patch(on, rx.COMPLETE, completion(LINKS))
    twice = f"twice in one call: {on.told['links']}, shown {shown} times"
    return f"{'refused' if again.status >= 400 else 'accepted'}; {twice}"


@probe("rxscale.leaves_an_end", writes=True)
async def _ends(on: Ground) -> str | None:
    """The last of the order, which is cancelled first if it has not ended, and last if a word leads
    back. The first such word is the answer: completed a second time, its goods would be sold again.
    """
    words, found = on.rules.words.rxscale, None
    cancel = words.says.get(State.CANCELLED, "")
    if words.means.get(await _here(on)) not in TERMINAL:
        await _set(on, cancel)
    if words.means.get(here := await _here(on)) in TERMINAL:
        found = "no"
        for word in _illegal(words, here, ends=True):
            await _set(on, word)
            if await _here(on) != here:
                found = f"yes; {here} -> {word}"
                await _set(on, cancel)
                break
    on.left.append(Phrase("order-stands", order=on.order, word=await _here(on)))
    return found


async def _draft(on: Ground) -> Draft | None:
    """The sacrificial order as it would be sent, but for fields that no document names."""
    order = await on.vendors.rxscale.order(on.order)
    listed = (await on.vendors.rxscale.skus_page(0)).rows
    skus = {SkuUid(sku.sku_uid): sku for sku in listed}
    shop = on.settings.pharmaone.named_shop
    made = None if order is None else on.rules.draft(order, skus, shop_id=shop)
    if not isinstance(made, Draft):
        return None
    documented = {k: v for k, v in made.payload.items() if k in p1.REQUEST_FIELDS}
    return replace(made, payload=documented)


async def _submit(on: Ground, reference: str, draft: Draft) -> str | None:
    """Its id, "" where it was not told, None where it was refused."""
    try:
        answer = await on.vendors.pharmaone.submit(reference, draft, on.rules.orders.source)
    except Refused:
        return None
    if answer.status == "conflict":
        return None
    left = Phrase("request-left", reference=reference)
    if left not in on.left:
        on.left.append(left)
    return answer.request_id or ""


@probe("pharmaone.repeated_reference", writes=True)
async def _repeated(on: Ground) -> str | None:
    draft, reference = await _draft(on), f"{on.mark}-again"
    first = None if draft is None else await _submit(on, reference, draft)
    if draft is None or not first:
        return None
    again = await _submit(on, reference, draft)
    if again is None:
        return "refused"
    return ("same" if again == first else "second") if again else None


@probe("pharmaone.unknown_fields", writes=True)
async def _unknown_fields(on: Ground) -> str | None:
    draft = await _draft(on)
    if draft is None:
        return None
    more = replace(draft, payload={**draft.payload, "rxbridge_probe": "x"})
    return "refused" if await _submit(on, f"{on.mark}-field", more) is None else "taken"


@probe("pharmaone.cancel_body", writes=True)
async def _cancel(on: Ground) -> str | None:
    item = UpsertItem(1, name="rxbridge probe", price=Decimal(1))
    made = OrderUpsert(on.settings.pharmaone.shop_id or "", f"{on.mark}-cancel", (item,))
    said = await on.vendors.pharmaone.order_book.upsert(made)
    inner = said.get("data")
    order_id = OrderId(str((inner if isinstance(inner, dict) else said).get("id", "")))
    caller = on.vendors.pharmaone.caller
    for body in CANCEL:
        await caller.call(p1.ORDER_STATUS, ident=order_id, body=caller.encode(body))
        seen = await on.vendors.pharmaone.order(order_id)
        if (
            seen is not None
            and on.rules.words.pharmaone.means.get(seen.order.status) is State.CANCELLED
        ):
            return json.dumps(body)
    on.left.append(Phrase("order-not-cancelled", order=order_id))
    return None


@probe("pharmaone.below_zero", writes=True)
async def _below_zero(on: Ground) -> str | None:
    """Puts back what it took, by what was there before and after."""
    goods, link = await _goods(on), on.rules.links.listed.get(on.sku)
    named = link.product if link is not None else goods[0].external_id if goods else None
    before = (await on.vendors.pharmaone.inventory()).on_hand
    if named is None or (product := ProductId(named)) not in before:
        return None
    try:
        await on.vendors.pharmaone.adjust(product, -before[product] - 1, f"{on.mark}-below")
    except Refused:
        return "refused"
    after = (await on.vendors.pharmaone.inventory()).on_hand.get(product, 0)
    metadata = {"rxbridge_probe": "x"}
    back = before[product] - after
    await on.vendors.pharmaone.adjust(product, back, f"{on.mark}-back", metadata=metadata)
    return "ends at 0" if after == 0 else f"ends at {after}"
