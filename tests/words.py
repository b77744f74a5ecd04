"""The shipped vocabularies, written out once more for tests of decisions: no files, no loading."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bridge.core.lifecycle import Prescriptions, Vocabulary, Words
from bridge.core.model import OrderRecord, State
from bridge.core.orders.view import Policy, Sight, View

CURRENT = Vocabulary(
    where="statuses.toml: rxscale.current",
    means={
        "init": State.NEW,
        "waiting for pharmacy": State.NEW,
        "pending review": State.IN_REVIEW,
        "on-hold": State.ON_HOLD,
        "in-progress": State.PREPARING,
        "ready_for_pickup": State.READY,
        "completed": State.COMPLETED,
        "cancelled": State.CANCELLED,
    },
    open=(
        "init",
        "waiting for pharmacy",
        "pending review",
        "on-hold",
        "in-progress",
        "ready_for_pickup",
    ),
    arriving=frozenset({"init"}),
    queue=frozenset({"waiting for pharmacy"}),
    says={
        State.IN_REVIEW: "pending review",
        State.PREPARING: "in-progress",
        State.READY: "ready_for_pickup",
        State.ON_HOLD: "on-hold",
        State.COMPLETED: "completed",
        State.CANCELLED: "cancelled",
    },
    steps={
        "waiting for pharmacy": ("pending review", "on-hold", "cancelled"),
        "pending review": ("in-progress", "on-hold", "cancelled"),
        "on-hold": ("pending review", "in-progress", "cancelled"),
        "in-progress": ("ready_for_pickup", "on-hold", "cancelled"),
        "ready_for_pickup": ("completed", "on-hold", "cancelled"),
    },
    calls={"completed": "complete_order"},
)

LEGACY = Vocabulary(
    where="statuses.toml: rxscale.legacy",
    means={
        "created": State.NEW,
        "open": State.NEW,
        "processing": State.PREPARING,
        "shipped": State.COMPLETED,
        "completed": State.COMPLETED,
        "cancelled": State.CANCELLED,
    },
    open=("created", "open", "processing"),
    arriving=frozenset({"created"}),
    queue=frozenset({"open"}),
    says={
        State.IN_REVIEW: "processing",
        State.PREPARING: "processing",
        State.COMPLETED: "shipped",
        State.CANCELLED: "cancelled",
    },
    steps={"open": ("processing", "cancelled"), "processing": ("shipped", "cancelled")},
)

PHARMAONE = Vocabulary(
    where="statuses.toml: pharmaone.orders",
    means={
        "pending": State.IN_REVIEW,
        "awaiting_packing": State.PREPARING,
        "ready_pickup": State.READY,
        "shipped": State.COMPLETED,
        "picked_up": State.COMPLETED,
        "completed": State.COMPLETED,
        "cancelled": State.CANCELLED,
        "canceled": State.CANCELLED,
    },
    open=("pending", "awaiting_packing", "ready_pickup"),
    says={State.CANCELLED: "cancelled"},
    steps={
        "pending": ("cancelled",),
        "awaiting_packing": ("cancelled",),
        "ready_pickup": ("cancelled",),
    },
    flags={"shipped": State.COMPLETED, "picked_up": State.COMPLETED},
    bodies={"cancelled": {"status": "cancelled"}},
    gone=State.CANCELLED,
)

PRESCRIPTIONS = Prescriptions(
    "statuses.toml: pharmaone.prescriptions",
    waiting=frozenset({"new"}),
    accepted=frozenset({"approved"}),
    declined=frozenset({"declined"}),
)
WORDS = Words(CURRENT, PHARMAONE, PRESCRIPTIONS, hold_comment="on hold in PharmaOne")


def view_of(record: OrderRecord, now: datetime, **changes: Any) -> View:
    """A view of a record, with fields of the view, its words or its sight changed."""
    return changed(View(now, Policy(), WORDS, Sight(record)), **changes)


def changed(view: View, **changes: Any) -> View:
    """The view with fields of its own, of its words or of its sight changed."""

    def of(part: Any) -> dict[str, Any]:
        names = {field.name for field in fields(part)}
        return {name: changes.pop(name) for name in list(changes) if name in names}

    words = replace(view.words, **of(view.words))
    sight = replace(view.sight, **of(view.sight))
    return replace(view, words=words, sight=sight, **changes)
