"""`rxbridge sandbox`: only the two simulated vendors."""

import argparse
import asyncio
import json
import math
import shlex
import sys
from functools import partial
from urllib.parse import urlsplit

from bridge.cli import loop, show
from bridge.cli.command import DONE, Noun, argument, slip, whole_number
from bridge.errors import Fault, Foreign, Misconfigured, Phrase
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.settings import secret_keys, variable

YEAR_SECONDS = 366 * 86_400
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
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
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
    argument("--pieces", action="store_true"),
    argument("--unlimited", action="store_true"),
    stays=True,
)
def sandbox(arguments: argparse.Namespace) -> int:
    target = arguments.webhooks_to.rstrip("/") if arguments.webhooks_to else None
    settings = SandboxSettings(
        host=arguments.host,
        rxscale_port=arguments.rxscale_port,
        pharmaone_port=arguments.pharmaone_port,
        grams=not arguments.pieces,
        rx_dialect=arguments.dialect,
        auto_approve_seconds=arguments.approve_after,
        rx_webhook_target=f"{target}/webhooks/rxscale" if target else None,
        rx_webhook_secret=arguments.webhook_secret,
        p1_webhook_target=f"{target}/webhooks/pharmaone" if target else None,
        p1_webhook_secret=arguments.webhook_secret,
        rx_per_second=0 if arguments.unlimited else 10,
        rx_per_minute=0 if arguments.unlimited else 600,
    )
    loop.run(loop.until_stopped(partial(_serve, settings, as_json=arguments.json)))
    return DONE


async def _serve(settings: SandboxSettings, stop: asyncio.Event, *, as_json: bool) -> None:
    try:
        async with Sandbox(settings) as running:
            _tell(configuration(settings, running), settings.rx_shop, as_json=as_json)
            await stop.wait()
    except OSError as error:
        ports = Phrase("ports", one=settings.rxscale_port, other=settings.pharmaone_port)
        raise Misconfigured(Fault(ports, "ports", why=Foreign(error.strerror))) from None


def configuration(settings: SandboxSettings, running: Sandbox) -> dict[str, str]:
    """Everything a configuration needs to know to be pointed here; all of it is make-believe."""
    return {
        "rxscale.base_url": running.rxscale_url,
        "rxscale.api_key": settings.rx_api_key,
        "rxscale.webhook_secrets": settings.rx_webhook_secret,
        "rxscale.public_api_key": settings.rx_public_key,
        "pharmaone.base_url": running.pharmaone_url,
        "pharmaone.api_key": settings.p1_api_key,
        "pharmaone.org_id": settings.org_id,
        "pharmaone.shop_id": settings.shop_id,
        "pharmaone.webhook_secrets": settings.p1_webhook_secret,
    }


def _tell(where: dict[str, str], shop: str, *, as_json: bool) -> None:
    if as_json:
        show.as_json(where)
        return
    tables: dict[str, dict[str, str]] = {"rxscale": {}, "pharmaone": {}}
    for key in (each for each in where if each not in secret_keys()):
        vendor, _, name = key.partition(".")
        tables[vendor][name] = json.dumps(where[key])
    exports = {variable(key): shlex.quote(value) for key, value in where.items()}
    url = where["rxscale.base_url"]
    show.page("sandbox", tables=tables, exports=exports, url=url, shop=shop)
    sys.stdout.flush()
