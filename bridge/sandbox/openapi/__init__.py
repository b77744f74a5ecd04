"""What each simulated vendor answers, as OpenAPI 3.1 documents at `/_sandbox/openapi.json`."""

import json
from pathlib import Path
from typing import Any

from bridge.sandbox.settings import FLAGS, SandboxSettings, Vendor


def describe(vendor: Vendor, settings: SandboxSettings) -> dict[str, Any]:
    """One vendor's document, as one pharmacy's key sees it.

    The file beside this module has `<name>` where these settings say what it is.
    """
    text = Path(__file__).with_name(f"{vendor}.json").read_text("utf-8")
    filled = {
        '"<p1_statuses>"': json.dumps(sorted(settings.p1_statuses))[1:-1],
        '"<p1_flags>"': json.dumps(FLAGS)[1:-1],
        '"<p1_flag>": {}': json.dumps({flag: {"type": "boolean"} for flag in FLAGS})[1:-1],
        **{
            f"<{name}>": json.dumps(getattr(settings, name))[1:-1]
            for name in ("pharmacy_uid", "rx_shop", "org_id", "shop_id")
        },
    }
    for placeholder, value in filled.items():
        text = text.replace(placeholder, value)
    document: dict[str, Any] = json.loads(text)
    return document
