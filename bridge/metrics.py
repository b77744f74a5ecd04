"""What is counted and timed, for Prometheus. Labels are words and route templates, and a
pharmacy's name where there are several; never an order's id."""

import tomllib
from collections import Counter as Counted
from collections.abc import Iterator
from copy import copy
from functools import cache
from pathlib import Path
from typing import TypeVar

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    generate_latest,
)

from bridge import __version__
from bridge.exchange import Call
from bridge.health import GAUGES, STORE_GAUGES, VENDOR_GAUGES, Facts
from bridge.pharmaone import webhook as pharmaone
from bridge.rxscale import webhook as rxscale

EVENTS = rxscale.KNOWN_EVENTS | pharmaone.KNOWN_EVENTS
VENDORS = ("rxscale", "pharmaone")
NOT_STORED, BAD_SIGNATURE = "not stored", "bad signature"
TALLIED = ("calls", "milliseconds")
COUNTERS = {"step": "steps", "submission": "submissions", "stock": "stock_writes"}
"""By the kind that `count` is told of."""
CATALOGUE = Path(__file__).with_suffix(".toml")
"""What each counter and histogram is, by its name; of gauges, health.py says it."""

OF_EACH = frozenset(
    {
        *("alarms", "attentions", "last_poll_timestamp_seconds", "mappings_refused"),
        *("open_orders", "stock_stale", "store_writable", "stuck", "token_missing_scopes"),
        *("unsure", "vendor_failing", "work_oldest_seconds", "work_pending"),
    }
)
"""The gauges that each of several pharmacies has: all of them would block a scrape."""

Metric = TypeVar("Metric", Counter, Gauge, Histogram)


def _gauges() -> Iterator[tuple[str, str, list[str]]]:
    """The name of each, what it shows and its labels."""
    yield "store_writable", "1 if the store's file could be written to when it was last tried", []
    yield from ((name, each.shows, []) for name, each in {**GAUGES, **STORE_GAUGES}.items())
    yield from ((name, each.shows, ["vendor"]) for name, each in VENDOR_GAUGES.items())


class Metrics:
    """One registry of its own, so that several bridges can live in one process (tests, demo).

    Where a process has `several` pharmacies, they are counted and timed together, and a few gauges
    are there for each, with its id as a label.
    """

    def __init__(self, *, several: bool = False) -> None:
        self.registry = CollectorRegistry()
        self.labels: tuple[str, ...] = ()
        self._each: dict[str, Metrics] = {}
        self.tally = Counted[str]()
        """Each vendor's calls, and their milliseconds in all, since they were last taken."""
        described = tomllib.loads(CATALOGUE.read_text("utf-8"))
        pharmacy = ["pharmacy"] if several else []
        described["gauge"] = {
            name: {"documentation": shown, "labelnames": labels + pharmacy}
            for name, shown, labels in _gauges()
            if name in OF_EACH or not several
        }

        def made(kind: type[Metric]) -> dict[str, Metric]:
            return {
                name: kind(f"rxbridge_{name}", registry=self.registry, **options)
                for name, options in described[kind.__name__.lower()].items()
            }

        self._counters = made(Counter)
        self._histograms = made(Histogram)
        self._gauges = made(Gauge)
        self._counter = cache(lambda name, *words: self._counters[name].labels(*words))
        self._vendor_call = cache(self._histograms["vendor_call_seconds"].labels)
        ProcessCollector(namespace="rxbridge", registry=self.registry)
        Info("rxbridge_build", "Version", registry=self.registry).info({"version": __version__})
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """What an alarm rests on is there before it first happens: Prometheus sees no increase in
        a number that was not there before.
        """
        for vendor in VENDORS:
            self._counters["deliveries"].labels(vendor, "other", BAD_SIGNATURE)
            for event in (*sorted(EVENTS), "other"):
                self._counters["deliveries"].labels(vendor, event, NOT_STORED)

    def delivered(self, vendor: str, event: str, outcome: str, seconds: float) -> None:
        """A delivery was answered. Events outside the known ones share a label.

        `seconds` is how long until it was acknowledged; 0 where it was not, which is not timed.
        """
        known = event if event in EVENTS else "other"
        self._counter("deliveries", vendor, known, outcome).inc()
        if seconds > 0:
            self._histograms["acknowledge_seconds"].observe(seconds)

    def called(self, call: Call) -> None:
        """One HTTP request to a vendor is over."""
        took = call.milliseconds
        self._vendor_call(call.vendor, call.route, call.outcome).observe(took / 1000)
        tally, (calls, milliseconds) = self._each.get(call.owner, self).tally, TALLIED
        tally[f"{calls} {call.vendor}"] += 1
        tally[f"{milliseconds} {call.vendor}"] += took

    def count(self, kind: str, word: str) -> None:
        """The worker took a step, or a submission or a SKU's write came to something."""
        self._counter(COUNTERS[kind], word).inc()

    def swept(self, lost_webhooks: int) -> None:
        self._counters["orders_found_by_sweep"].inc(lost_webhooks)

    def unexplained(self) -> None:
        """A comparison of both sides found what the bridge should have."""
        self._counters["unexplained_differences"].inc()

    def order_finished(self, calls: int) -> None:
        self._histograms["calls_per_order"].observe(calls)

    def of(self, pharmacy: str) -> "Metrics":
        """The same for one of several pharmacies."""
        mine = copy(self)
        mine.tally, mine.labels = Counted(), (pharmacy,)
        self._each[pharmacy] = mine
        return mine

    def forget(self, pharmacy: str) -> None:
        """It is not here any more."""
        self._each.pop(pharmacy, None)
        for name in OF_EACH:
            self._gauges[name].remove_by_labels({"pharmacy": pharmacy})

    def measure(self, facts: Facts) -> None:
        """Sets the gauges; what the store tells stays as it was where it could not be read."""
        for name, gauge in {**GAUGES, **(STORE_GAUGES if facts.is_store_read else {})}.items():
            self._set(name, gauge.of(facts))
        for name, its in VENDOR_GAUGES.items():
            self._set(name, its.of(facts.rxscale), "rxscale")
            self._set(name, its.of(facts.pharmaone), "pharmaone")

    def tried_to_write(self, *, done: bool) -> None:
        """Whether the store's file could be written to just now."""
        self._set("store_writable", done)

    def _set(self, name: str, value: float, *labels: str) -> None:
        gauge, labels = self._gauges.get(name), labels + self.labels
        if gauge is not None:
            (gauge.labels(*labels) if labels else gauge).set(value)

    def text(self) -> bytes:
        return generate_latest(self.registry)
