"""What is counted and timed, for Prometheus. Labels are words and route templates, never ids."""

from collections.abc import Mapping

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

EVENTS = frozenset(
    {
        "pharmacy_order_created",
        "pharmacy_order_updated",
        "pharmacy_sku_stock_updated",
        "patient_doctor_meeting_updated",
        "appointment_reminder_due",
        "order_created",
        "order_updated",
        "order_status_updated",
        "order_marked_paid",
        "order_deleted",
        "low_stock",
        "out_of_stock",
        "prescription_approved",
        "paperless_signature_completed",
    }
)
VENDORS = ("rxscale", "pharmaone")
NOT_STORED, BAD_SIGNATURE = "not stored", "bad signature"
GAUGES = {
    "started_timestamp_seconds": "When this process began",
    "work_pending": "Keys that are due or being looked at",
    "work_oldest_seconds": "How long the oldest of them has been due",
    "stuck": "What waits for a person",
    "unsure": "Submissions whose answer was lost",
    "open_orders": "Orders that are not finished",
    "stock_waiting": "SKUs that are to be written and not answered yet",
    "stock_drift": "SKUs that somebody else changed and that are not put right",
    "stock_drifted": "How often that was found, since the store was made",
    "stock_hidden": "SKUs that RxScale does not show",
    "stock_odd": "1 while an odd inventory waits to be confirmed",
    "stock_inventory_age_seconds": "Since the inventory that is believed was read",
    "stock_stale": "1 while that is too long ago and everything is therefore at 0",
    "stock_anomalies": "Numbers that are not written before a person confirms them",
    "stock_linked": "SKUs whose stock is written",
    "last_poll_timestamp_seconds": "When RxScale's order list was last read whole; 0: never",
    "token_expiry_timestamp_seconds": "When PharmaOne's token ends; 0 while there is none",
    "token_missing_scopes": "Scopes that PharmaOne's key lacks",
    "mappings_refused": "1 while a change of the mapping files is refused",
    "store_writable": "1 if the store's file could be written to when it was last tried",
}
VENDOR_GAUGES = {
    "vendor_failing": "1 while the last that was heard of the vendor is trouble",
    "vendor_left_alone": "1 while no call is made, since it failed repeatedly",
    "vendor_calls_waiting": "Calls that wait for their turn in the vendor's limits",
    "vendor_last_success_timestamp_seconds": "When a call last succeeded; 0: never",
}
CALL_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0)
ACK_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0)


class Metrics:
    """One registry of its own, so that several bridges can live in one process (tests, demo)."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._deliveries = Counter(
            "rxbridge_deliveries",
            "Webhook deliveries by what became of them",
            ("vendor", "event", "outcome"),
            registry=registry,
        )
        self._acknowledged = Histogram(
            "rxbridge_acknowledge_seconds",
            "From a delivery's last byte to its acknowledgement",
            buckets=ACK_SECONDS,
            registry=registry,
        )
        self._calls = Histogram(
            "rxbridge_vendor_call_seconds",
            "Calls to the vendors",
            ("vendor", "route", "outcome"),
            buckets=CALL_SECONDS,
            registry=registry,
        )
        self._steps = Counter("rxbridge_steps", "Steps taken", ("step",), registry=registry)
        self._submissions = Counter(
            "rxbridge_submissions", "What submissions came to", ("outcome",), registry=registry
        )
        self._stock = Counter(
            "rxbridge_stock_writes", "What writing SKUs came to", ("outcome",), registry=registry
        )
        self._lost = Counter(
            "rxbridge_orders_found_by_sweep",
            "Orders the sweep found that no webhook had announced",
            registry=registry,
        )
        self._calls_per_order = Histogram(
            "rxbridge_calls_per_order",
            "Vendor calls an order took until it was done",
            buckets=(1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 50),
            registry=registry,
        )
        self._gauges = _gauges(GAUGES, (), registry)
        self._vendor_gauges = _gauges(VENDOR_GAUGES, ("vendor",), registry)
        ProcessCollector(namespace="rxbridge", registry=registry)
        Gauge("rxbridge_build_info", "Version", ("version",), registry=registry).labels(
            __version__
        ).set(1)
        self._children: dict[tuple[str, str, str], Counter] = {}
        self._begin_at_zero()
        self._told: dict[tuple[str, str], Counter] = {}
        self._timed: dict[tuple[str, str, str], Histogram] = {}

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

    def told(self, kind: str, word: str) -> None:
        """The worker took a step, or a submission or a SKU's write came to something."""
        child = self._told.get((kind, word))
        if child is None:
            counted = {"step": self._steps, "stock": self._stock}.get(kind, self._submissions)
            child = self._told[kind, word] = counted.labels(word)
        child.inc()

    def swept(self, lost_webhooks: int) -> None:
        self._lost.inc(lost_webhooks)

    def order_finished(self, calls: int) -> None:
        self._calls_per_order.observe(calls)

    def measured(self, **values: float) -> None:
        """Sets the gauges of these names."""
        for name, value in values.items():
            self._gauges[name].set(value)

    def measured_vendor(self, vendor: str, **values: float) -> None:
        """Sets one vendor's gauges of these names."""
        for name, value in values.items():
            self._vendor_gauges[name].labels(vendor).set(value)

    def text(self) -> bytes:
        return generate_latest(self.registry)


def _gauges(
    texts: Mapping[str, str], labels: tuple[str, ...], registry: CollectorRegistry
) -> dict[str, Gauge]:
    return {
        name: Gauge(f"rxbridge_{name}", text, labels, registry=registry)
        for name, text in texts.items()
    }
