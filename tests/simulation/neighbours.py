"""Both vendors as a seed draws them, and what may befall one of them as a whole."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from random import Random
from typing import Any

from bridge.sandbox import SandboxSettings
from bridge.sandbox.pharmaone import routes as pharmaone_routes
from bridge.sandbox.rxscale import routes as rxscale_routes
from bridge.sandbox.settings import DOCUMENTED, Vendor
from bridge.sandbox.traffic import Limiter
from bridge.sandbox.world import World
from simulation.wire import Gate

SECRET = "simulated-webhook-secret"
REFUSED = "order_request_rejected"
"""Not documented: one of the names that `statuses.toml` guesses."""
BEGINNINGS = (
    datetime(2026, 3, 27, 6, tzinfo=UTC),  # two days before the clocks change in Europe
    datetime(2026, 3, 29, 0, tzinfo=UTC),  # the night in which an hour is left out
    datetime(2026, 10, 24, 23, 30, tzinfo=UTC),  # the night in which an hour comes twice
    datetime(2027, 12, 31, 20, tzinfo=UTC),
    datetime(2028, 2, 28, 20, tzinfo=UTC),
)


def begins(seed: int) -> float:
    """When the simulation of this seed begins, in Unix seconds."""
    return Random(f"{seed}/epoch").choice(BEGINNINGS).timestamp()


def settings_of(seed: int, clock: Callable[[], float], *, calm: bool) -> "Clocks":
    """How this seed's vendors behave; `clock` is Unix seconds."""
    luck = Random(f"{seed}/vendors")
    mode = luck.choice(("same", "conflict", "second", "second"))
    hours = (0.0, 0.0, 3600.0, -7200.0)
    rx_ahead = 0.0 if calm else luck.choice(hours)
    return Clocks(
        seed=seed,
        clock=clock,
        rx_clock_ahead_seconds=rx_ahead,
        reference_mode=mode,  # type: ignore[arg-type]
        list_has_external_id=luck.random() < 0.5,
        p1_clock_ahead_seconds=0.0 if calm else luck.choice(hours),
        rx_dialect="legacy" if luck.random() < 0.12 else "current",
        grams=False,
        log_limit=0,
        rx_webhook_secret=SECRET,
        p1_webhook_secret=SECRET,
        rx_webhook_target="/webhooks/rxscale",
        p1_webhook_target="/webhooks/pharmaone",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks(SandboxSettings):
    """Vendors whose clocks jump while they run: by `jumps` seconds, beside how far off they are."""

    jumps: dict[str, float] = field(default_factory=lambda: {"rxscale": 0.0, "pharmaone": 0.0})

    def of(self, vendor: Vendor) -> SandboxSettings:
        own = SandboxSettings.of(self, vendor)
        return replace(own, clock=lambda: own.clock() + self.jumps[vendor])


class Neighbours:
    """The world, with the gates that calls come in by; `deliver` carries their webhooks."""

    def __init__(self, settings: Clocks, deliver: Callable[..., Any]) -> None:
        self.settings = settings
        self.world = World(settings)
        courier: Any = self.world.courier
        courier._post = deliver
        courier._senders = [
            asyncio.create_task(courier._keep_sending(None))
            for _ in range(settings.webhook_connections)
        ]
        rx, p1 = settings.of("rxscale"), settings.of("pharmaone")
        self._rx = rxscale_routes.Routes(rx, self.world.rxscale, self.world.courier)
        self._p1 = pharmaone_routes.Routes(p1, self.world.pharmaone, self.world.access)
        limits = Limiter(settings.rx_per_second, settings.rx_per_minute, settings.clock)
        free = Limiter(settings.p1_per_second, settings.p1_per_minute, settings.clock)
        self.gates: dict[Vendor, Gate] = {
            "rxscale": Gate("rxscale", self._rx.all(), limits, rx.clock),
            "pharmaone": Gate("pharmaone", self._p1.all(), free, p1.clock),
        }
        self.tells_rejections = Random(f"{settings.seed}/rejections").random() < 0.5
        if self.tells_rejections:
            self.world.subscribe("pharmaone", "/webhooks/pharmaone", SECRET, [REFUSED])
        self.keys: dict[Vendor, str] = {
            "rxscale": settings.rx_api_key,
            "pharmaone": settings.p1_api_key,
        }
        """Those that are good today."""

    # -- what befalls a vendor as a whole ---------------------------------------------------------

    def exchange_key(self, vendor: Vendor) -> None:
        """The old one opens nothing any more."""
        old, new = self.keys[vendor], f"{self.keys[vendor]}-next"
        self.keys[vendor] = new
        if vendor == "rxscale":
            allowed = self._rx._keys._allowed
            allowed[new] = allowed.pop(old)
        else:
            access = self.world.access
            access._settings = replace(access._settings, p1_api_key=new)
            self.world.revoke_tokens()

    def permit(self, vendor: Vendor, without: str = "") -> None:
        """The key may do everything but what begins with `without`; "": everything."""
        words = DOCUMENTED[vendor]["permissions" if vendor == "rxscale" else "scopes"]
        left = [word for word in words if not without or not word.startswith(without)]
        if vendor == "rxscale":
            self._rx._keys._allowed[self.keys["rxscale"]] = frozenset(left)
        else:
            access = self.world.access
            access._settings = replace(access._settings, token_claims={"scopes": left})
            self.world.revoke_tokens()

    def remember(self, name: str) -> None:
        """What both hold now, for `restore`."""
        self.world.copy(name)

    def restore(self, name: str, vendor: Vendor) -> None:
        """The vendor's database as it was when it was remembered; nobody is told."""
        self.world.put_back(name, [vendor])

    def reject(self, request_id: str) -> None:
        """Staff do; PharmaOne documents no event, and may have one."""
        self.world.reject(request_id)
        reference = self.world.order_requests[request_id].external_reference
        self.world.pharmaone._announce(REFUSED, {"external_reference": reference})
