"""What `rxbridge demo --pharmacies` shows: a chain in one process, with one key at RxScale."""

import asyncio
import secrets
import time
from bisect import bisect_right
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from bridge import config
from bridge.app.fleet import run_fleet
from bridge.app.machine import Machine
from bridge.cli import show
from bridge.cli.commands.sandbox import KEY, configuration, pharmacies
from bridge.cli.loop import until
from bridge.cli.rehearsing import made, put, running
from bridge.errors import Phrase, Several
from bridge.sandbox import Sandbox, SandboxSettings
from bridge.settings import Settings
from bridge.transport.session import session

PATIENCE_SECONDS = 120.0
RUSH = 20
"""Orders at one pharmacy, before another one has its first."""
UNDER_REVIEW = "pending review"


async def run(count: int, folder: Path, stop: asyncio.Event, *, quiet: bool, stays: bool) -> bool:
    """Whether all that was shown came out well."""
    secret = f"whsec_{secrets.token_hex(16)}"
    simulated = SandboxSettings(group_key=secret[::-1], rx_webhook_secret=secret, grams=False)
    names = [*pharmacies(count)]
    async with Sandbox(simulated) as sandbox:
        base, environ = _made(folder, names, sandbox)
        machine = Machine(reload_seconds=0.5)
        start = partial(run_fleet, base, machine=machine, environ=environ)
        async with running(start) as (server,):
            it = Chain(sandbox, server.url, folder, names, stop, quiet=quiet)
            well = await it.show(secret)
            if stays and not stop.is_set():
                print(show.spoken(Phrase("chain-still-up", url=server.url)), flush=True)
                await stop.wait()
            return well


def _made(
    folder: Path, names: Sequence[str], sandbox: Sandbox
) -> tuple[Settings, Mapping[str, str]]:
    """The folder as `rxbridge init --fleet` and `pharmacies add` make it."""
    sandbox.world.add_pharmacies(pharmacies(len(names)).values())
    (folder / config.PHARMACIES).mkdir()
    for name, uid in pharmacies(len(names)).items():
        text = show.text("pharmacy", name=name, uid=uid, key=KEY, org="", shop="")
        put(folder / config.PHARMACIES / f"{name}.toml", text)
    return made(folder, configuration(sandbox.settings, sandbox))


class Chain:
    """The pharmacies, and what happens to them."""

    def __init__(
        self,
        sandbox: Sandbox,
        url: str,
        folder: Path,
        names: Sequence[str],
        stop: asyncio.Event,
        *,
        quiet: bool,
    ) -> None:
        self._stop = stop
        self._world, self._url, self._names, self._quiet = sandbox.world, url, names, quiet
        self._last = folder / config.PHARMACIES / f"{names[-1]}.toml"
        self._settings = sandbox.settings
        self._told: dict[str, Any] = {"pharmacies": len(names)}
        self._well = True

    async def show(self, secret: str) -> bool:
        names, world = self._names, self._world
        first, last = names[0], names[-1]
        self._say(Phrase("chain-page", url=self._url))
        await self._timed("at_work", Phrase("chain-at-work", count=len(names)), self._are_well)
        world.subscribe("rxscale", f"{self._url}/webhooks/{KEY}/rxscale", secret)
        signed = self._settings.p1_webhook_secret
        world.subscribe("pharmaone", f"{self._url}/webhooks/pharmaone", signed)
        each = self._ordered(names)
        what = Phrase("chain-each")
        await self._timed("an_order_each", what, partial(self._are_reviewed, each))
        rush, alone = self._ordered([first] * RUSH), self._ordered([last])
        what = Phrase("chain-rush", rush=RUSH, first=first, last=last)
        await self._timed("order_after_a_rush", what, partial(self._are_reviewed, alone))
        await self._timed("rush", Phrase("chain-all"), partial(self._are_reviewed, rush))
        await self._broken()
        times = [call.at for call in world.calls() if call.vendor == "rxscale"]
        most, limit = most_within(1.0, times), self._settings.rx_per_second
        self._told["calls_within_a_second"] = most
        self._say(Phrase("chain-calls", most=most, limit=limit))
        if self._quiet:
            show.as_json(self._told)
        return self._well and most <= limit

    async def _broken(self) -> None:
        """A file is spoilt, and put right again."""
        text, name = self._last.read_text(), self._names[-1]
        put(self._last, "[nonsense]\n")
        what = Phrase("chain-spoilt", name=name)
        await self._timed("refused", what, self._is_refused)
        put(self._last, text)
        await self._timed("mended", Phrase("chain-mended"), self._are_well)

    def _say(self, what: Phrase) -> None:
        if not self._quiet:
            print(show.spoken(what), flush=True)

    async def _timed(self, key: str, what: Phrase, so: Callable[[], Awaitable[bool]]) -> None:
        async def over() -> bool:
            return self._stop.is_set() or await so()

        began = time.monotonic()
        self._well &= await until(over, PATIENCE_SECONDS)
        if self._stop.is_set():
            return
        seconds = round(time.monotonic() - began, 1)
        self._told[f"{key}_seconds"] = seconds
        self._say(Several([f"{seconds:6.1f} s", what], "  "))

    def _ordered(self, names: Sequence[str]) -> list[str]:
        wanted = [{"pharmacy": {"uid": f"uid-{name}"}} for name in names]
        return self._world.add_orders(len(wanted), wanted)

    async def _are_reviewed(self, uids: Sequence[str]) -> bool:
        return all(self._world.orders[uid].status == UNDER_REVIEW for uid in uids)

    async def _lines(self) -> dict[str, dict[str, Any]]:
        async with session() as http, http.get(f"{self._url}/health") as answer:
            found: dict[str, dict[str, Any]] = (await answer.json())["pharmacies"]
        return found

    async def _are_well(self) -> bool:
        lines = await self._lines()
        return lines.keys() == set(self._names) and all(
            line["status"] == "ok" for line in lines.values()
        )

    async def _is_refused(self) -> bool:
        return "nonsense" in (await self._lines())[self._names[-1]].get("reason", "")


def most_within(seconds: float, times: Sequence[float]) -> int:
    """Of any window of that length, by times in order."""
    counts = (place - bisect_right(times, at - seconds) + 1 for place, at in enumerate(times))
    return max(counts, default=0)
