"""`rxbridge sandbox`: only the two simulated vendors."""

import argparse
import asyncio
import json
import math
import shlex
import sys
from functools import partial

from bridge.cli import loop, show
from bridge.cli.command import DONE, Noun, argument, slip, whole_number
from bridge.errors import Fault, Foreign, Misconfigured, Phrase
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.settings import secret_keys, variable
from bridge.values import is_of_the_web

YEAR_SECONDS = 366 * 86_400
KEY, GROUP_KEY = "chain", "rx-sandbox-group-key"
"""What a chain calls its common key here, and that key."""
noun = Noun()
_port = whole_number(0, 65_535)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= YEAR_SECONDS:
        raise argparse.ArgumentTypeError(slip("seconds", text=text))
    return number


def _address(text: str) -> str:
    if not is_of_the_web(text):
        raise argparse.ArgumentTypeError(slip("address", text=text))
    return text


@noun.command(
    argument("--host", default="127.0.0.1"),
    argument("--rxscale-port", type=_port, default=8201, metavar="PORT"),
    argument("--pharmaone-port", type=_port, default=8202, metavar="PORT"),
    argument("--dialect", choices=["current", "legacy"], default="current"),
    argument("--approve-after", type=_seconds, metavar="SECONDS"),
    argument("--webhooks-to", type=_address, metavar="URL"),
    argument("--webhook-secret", default="whsec_sandbox_only", metavar="SECRET"),
    argument("--pharmacies", type=whole_number(2, 999), metavar="N", default=0),
    argument("--pieces", action="store_true"),
    argument("--unlimited", action="store_true"),
    stays=True,
)
def sandbox(arguments: argparse.Namespace) -> int:
    target = arguments.webhooks_to.rstrip("/") if arguments.webhooks_to else None
    whose = f"{KEY}/" if arguments.pharmacies else ""
    settings = SandboxSettings(
        host=arguments.host,
        rxscale_port=arguments.rxscale_port,
        pharmaone_port=arguments.pharmaone_port,
        group_key=GROUP_KEY if arguments.pharmacies else None,
        grams=not arguments.pieces,
        rx_dialect=arguments.dialect,
        auto_approve_seconds=arguments.approve_after,
        rx_webhook_target=f"{target}/webhooks/{whose}rxscale" if target else None,
        rx_webhook_secret=arguments.webhook_secret,
        p1_webhook_target=f"{target}/webhooks/pharmaone" if target else None,
        p1_webhook_secret=arguments.webhook_secret,
        rx_per_second=0 if arguments.unlimited else 10,
        rx_per_minute=0 if arguments.unlimited else 600,
    )
    chain = pharmacies(arguments.pharmacies)
    loop.run(loop.until_stopped(partial(_serve, settings, chain, as_json=arguments.json)))
    return DONE


def pharmacies(count: int) -> dict[str, str]:
    """The uid of each that a chain has here, by its name."""
    names = (f"pharmacy-{number:02}" for number in range(1, count + 1))
    return {name: f"uid-{name}" for name in names}


async def _serve(
    settings: SandboxSettings, chain: dict[str, str], stop: asyncio.Event, *, as_json: bool
) -> None:
    try:
        async with Sandbox(settings) as running:
            running.world.add_pharmacies(chain.values())
            _tell(configuration(settings, running), chain, settings.rx_shop, as_json=as_json)
            await stop.wait()
    except OSError as error:
        ports = Phrase("ports", one=settings.rxscale_port, other=settings.pharmaone_port)
        raise Misconfigured(Fault(ports, "ports", why=Foreign(error.strerror))) from None


def configuration(settings: SandboxSettings, running: Sandbox) -> dict[str, str]:
    """Everything a configuration needs to know to be pointed here; all of it is make-believe."""
    whose = "rxscale" if settings.group_key is None else f"key.{KEY}"
    return {
        "rxscale.base_url": running.rxscale_url,
        f"{whose}.api_key": settings.group_key or settings.rx_api_key,
        f"{whose}.webhook_secrets": settings.rx_webhook_secret,
        "rxscale.public_api_key": settings.rx_public_key,
        "pharmaone.base_url": running.pharmaone_url,
        "pharmaone.api_key": settings.p1_api_key,
        "pharmaone.org_id": settings.org_id,
        "pharmaone.shop_id": settings.shop_id,
        "pharmaone.webhook_secrets": settings.p1_webhook_secret,
    }


def _tell(where: dict[str, str], chain: dict[str, str], shop: str, *, as_json: bool) -> None:
    if as_json:
        show.as_json({**where, **({"pharmacies": chain} if chain else {})})
        return
    tables: dict[str, dict[str, str]] = {"rxscale": {}, "pharmaone": {}}
    for key in (each for each in where if each not in secret_keys()):
        vendor, _, name = key.partition(".")
        if vendor in tables:
            tables[vendor][name] = json.dumps(where[key])
    exports = {variable(key): shlex.quote(value) for key, value in where.items()}
    uids, url = [*chain.values()], where["rxscale.base_url"]
    order = json.dumps({"orders": [{"pharmacy": {"uid": uids[0]}}]} if uids else {"count": 5})
    what = {"chain": chain, "key": KEY, "order": order, "url": url, "shop": shop}
    show.page("sandbox", tables=tables, exports=exports, **what)
    sys.stdout.flush()
