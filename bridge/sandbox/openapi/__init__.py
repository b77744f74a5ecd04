"""What each simulated vendor answers, as OpenAPI 3.1 documents at `/_sandbox/openapi.json`."""

from typing import Any

from bridge.sandbox.openapi import pharmaone, rxscale
from bridge.sandbox.settings import SandboxSettings, Vendor


def describe(vendor: Vendor, settings: SandboxSettings) -> dict[str, Any]:
    """One vendor's document."""
    if vendor == "rxscale":
        return rxscale.describe(settings)
    return pharmaone.describe(settings)
