"""`rxbridge sandbox`: both vendors simulated over HTTP, for rehearsing without accounts."""

import argparse
import asyncio
from functools import partial

from bridge.cli.main import DONE
from bridge.cli.shared import loop, show
from bridge.errors import Fault, Misconfigured
from bridge.sandbox import Sandbox, SandboxSettings


def sandbox(arguments: argparse.Namespace) -> int:
    target = arguments.webhooks_to.rstrip("/") if arguments.webhooks_to else None
    settings = SandboxSettings(
        host=arguments.host,
        rxscale_port=arguments.rxscale_port,
        pharmaone_port=arguments.pharmaone_port,
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
            _tell(settings, running, as_json=as_json)
            await stop.wait()
    except OSError as error:
        ports = f"{settings.rxscale_port} and {settings.pharmaone_port}"
        raise Misconfigured(
            Fault(
                f"ports {ports}",
                f"cannot listen there ({error.strerror})",
                "choose others with --rxscale-port and --pharmaone-port",
            )
        ) from None


def _tell(settings: SandboxSettings, running: Sandbox, *, as_json: bool) -> None:
    """Everything a configuration needs to know to be pointed here; all of it is make-believe."""
    where = {
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
    if as_json:
        show.as_json(where)
        return
    print("Both vendors are simulated here; point rxbridge.toml at them:")
    for key, value in where.items():
        print(f"  {key} = {value!r}")
    print(f"Make orders:  curl -X POST {running.rxscale_url}/_sandbox/orders -d '{{\"count\": 5}}'")
    print(f"Approve one:  curl -X POST {running.rxscale_url}/_sandbox/order-requests/ID/approve")
    print(f"Its shop:     rxbridge stock verify --shop {settings.rx_shop}")
    print(f"See it all:   curl {running.rxscale_url}/_sandbox/state", flush=True)
