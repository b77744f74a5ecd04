"""Sends one message to one address by Apprise, as a process of its own (`python -m bridge.sender`).

Apprise is synchronous, takes half a second and 50 MiB to load, and no thread that waits for a mail
server can be ended. A process can, and its memory is gone with it.

It reads a JSON document with `url`, `title` and `body` from standard input, exits 0 once the
address took the message, and else says why on standard error, which may name hosts.
"""

import json
import logging
import sys

from apprise import Apprise, AppriseAsset


def main() -> int:
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    return send(**json.load(sys.stdin))


def send(url: str, title: str, body: str) -> int:
    asset = AppriseAsset(app_id="rxbridge", app_desc="rxbridge", async_mode=False)
    apprise = Apprise(asset=asset)
    if not apprise.add(url):
        return 2
    return 0 if apprise.notify(title=title, body=body, body_format="text") else 1


if __name__ == "__main__":
    sys.exit(main())
