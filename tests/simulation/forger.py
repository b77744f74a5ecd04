"""Deliveries that no vendor sent: of a wrong signature, changed on their way, or sent again."""

import json
from collections import deque
from collections.abc import Mapping
from random import Random
from typing import NamedTuple


class Seen(NamedTuple):
    """A delivery that somebody on the way has read."""

    target: str
    headers: Mapping[str, str]
    body: bytes


class Forger:
    def __init__(self, seed: int) -> None:
        self._luck = Random(f"{seed}/forger")
        self._seen: deque[Seen] = deque(maxlen=200)
        self._first: list[Seen] = []

    def saw(self, target: str, headers: Mapping[str, str], body: bytes) -> None:
        seen = Seen(target, headers, body)
        self._seen.append(seen)
        if len(self._first) < 50:
            self._first.append(seen)

    def again(self) -> Seen | None:
        """A real one, maybe of long ago: its signature is good."""
        known = [*self._first, *self._seen]
        return self._luck.choice(known) if known else None

    def forged(self) -> Seen | None:
        """Something that never happened, under a signature that was good for something else."""
        real = self.again()
        if real is None:
            return None
        told = json.loads(real.body)
        if "rxscale" in real.target:
            told["data"] = {**told["data"], "status": self._luck.choice(("cancelled", "completed"))}
        else:
            told["metadata"] = {**told["metadata"], "new_status": "cancelled"}
            told["event_type"] = self._luck.choice(("order_deleted", "order_status_updated"))
        headers = dict(real.headers)
        name = next(each for each in headers if each.lower().endswith("signature"))
        bad = "0" * 64, "", headers[name], headers[name].upper()
        headers[name] = self._luck.choice(bad)
        body = json.dumps(told).encode()
        return None if body == real.body else Seen(real.target, headers, body)
