"""Subscribes this bridge at RxScale: what lacks is added, what is there twice is removed."""

from collections.abc import Callable, Collection, Sequence

from bridge.core.alarms import Subscription
from bridge.errors import Unsure
from bridge.rxscale.client import RxScale


async def subscribe(
    rxscale: RxScale,
    target: str,
    events: Collection[str],
    keep: Callable[[str], None],
    *,
    renew: bool = False,
) -> tuple[list[str], list[Subscription]]:
    """Which events were subscribed, and which subscriptions of `target` were removed.

    `keep` is given each signing secret, which RxScale shows only once. `renew`: all of them anew.
    Raises what the client raises, and what `keep` does.
    """
    added: list[str] = []
    removed: list[Subscription] = []
    found = await rxscale.subscriptions()
    for event in sorted(events):
        ours = [each for each in found if (each.event, each.target) == (event, target)]
        at_work = [each for each in ours if each.active][: 0 if renew else 1]
        if not at_work:
            keep(await _secret_of(rxscale, target, event, found))
            added.append(event)
        for each in ours:
            if each not in at_work:
                await rxscale.unsubscribe(each.uid)
                removed.append(each)
    return added, removed


async def _secret_of(
    rxscale: RxScale, target: str, event: str, before: Sequence[Subscription]
) -> str:
    """One whose answer was lost is removed again: its secret is not known."""
    try:
        return await rxscale.subscribe(target, event)
    except Unsure:
        known = {each.uid for each in before}
        for each in await rxscale.subscriptions():
            if each.uid not in known and (each.event, each.target) == (event, target):
                await rxscale.unsubscribe(each.uid)
        return await rxscale.subscribe(target, event)
