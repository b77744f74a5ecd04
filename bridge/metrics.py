"""What is counted and timed, for Prometheus. Labels are words and route templates, never ids."""

from functools import partial

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
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
CALL_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
COUNTED = (
    ("step", "steps", "Steps taken", "step"),
    ("submission", "submissions", "What submissions came to", "outcome"),
    ("stock", "stock_writes", "What writing SKUs came to", "outcome"),
)
"""What `count` counts: the kind, the metric, its help and its label."""
ORDER_CALLS = (1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 50)
ACK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)


class Metrics:
    """One registry of its own, so that several bridges can live in one process (tests, demo)."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        counter = partial(Counter, registry=self.registry)
        histogram = partial(Histogram, registry=self.registry)
        gauge = partial(Gauge, registry=self.registry)
        self._deliveries = counter(
            "rxbridge_deliveries",
            "Webhook deliveries by what became of them",
            ("vendor", "event", "outcome"),
        )
        self._acknowledged = histogram(
            "rxbridge_acknowledge_seconds",
            "From a delivery's last byte to its acknowledgement",
            buckets=ACK_SECONDS,
        )
        self._calls = histogram(
            "rxbridge_vendor_call_seconds",
            "Calls to the vendors",
            ("vendor", "route", "outcome"),
            buckets=CALL_SECONDS,
        )
        self._by_kind = {
            name: counter(f"rxbridge_{metric}", text, (label,))
            for name, metric, text, label in COUNTED
        }
        self._lost = counter(
            "rxbridge_orders_found_by_sweep", "Orders the sweep found that no webhook had announced"
        )
        self._calls_per_order = histogram(
            "rxbridge_calls_per_order",
            "Vendor calls an order took until it was done",
            buckets=ORDER_CALLS,
        )
        self._gauges = {
            each.name: gauge(f"rxbridge_{each.name}", each.help, labels)
            for gauges, labels in ((GAUGES, ()), (STORE_GAUGES, ()), (VENDOR_GAUGES, ("vendor",)))
            for each in gauges
        }
        self._store_writable = gauge(
            "rxbridge_store_writable",
            "1 if the store's file could be written to when it was last tried",
        )
        ProcessCollector(namespace="rxbridge", registry=self.registry)
        gauge("rxbridge_build_info", "Version", ("version",)).labels(__version__).set(1)
        self._children: dict[tuple[str, str, str], Counter] = {}
        self._timed: dict[tuple[str, str, str], Histogram] = {}
        self._begin_at_zero()

    def _begin_at_zero(self) -> None:
        """What an alarm rests on is there before it first happens: Prometheus sees no increase in
        a number that was not there before.
        """
        for vendor in VENDORS:
            self._deliveries.labels(vendor, "other", BAD_SIGNATURE)
            for event in (*sorted(EVENTS), "other"):
                self._deliveries.labels(vendor, event, NOT_STORED)

    def delivered(self, vendor: str, event: str, outcome: str, seconds: float) -> None:
        """A delivery was answered. Events outside the known ones share a label.

        `seconds` is how long until it was acknowledged; 0 where it was not, which is not timed.
        """
        labels = (vendor, event if event in EVENTS else "other", outcome)
        child = self._children.get(labels)
        if child is None:
            child = self._children[labels] = self._deliveries.labels(*labels)
        child.inc()
        if seconds > 0:
            self._acknowledged.observe(seconds)

    def called(self, call: Call) -> None:
        """One HTTP request to a vendor is over."""
        labels = (call.vendor, call.route, call.outcome)
        child = self._timed.get(labels)
        if child is None:
            child = self._timed[labels] = self._calls.labels(*labels)
        child.observe(call.milliseconds / 1000)

    def count(self, kind: str, word: str) -> None:
        """The worker took a step, or a submission or a SKU's write came to something."""
        self._by_kind[kind].labels(word).inc()

    def swept(self, lost_webhooks: int) -> None:
        self._lost.inc(lost_webhooks)

    def order_finished(self, calls: int) -> None:
        self._calls_per_order.observe(calls)

    def measure(self, facts: Facts) -> None:
        """Sets the gauges; what the store tells stays as it was where it could not be read."""
        for gauge in (*GAUGES, *(STORE_GAUGES if facts.is_store_read else ())):
            self._gauges[gauge.name].set(gauge.value(facts))
        for each in VENDOR_GAUGES:
            gauges = self._gauges[each.name]
            gauges.labels("rxscale").set(each.value(facts.rxscale))
            gauges.labels("pharmaone").set(each.value(facts.pharmaone))

    def tried_to_write(self, *, done: bool) -> None:
        """Whether the store's file could be written to just now."""
        self._store_writable.set(done)

    def text(self) -> bytes:
        return generate_latest(self.registry)
