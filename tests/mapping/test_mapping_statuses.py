"""statuses.toml: what is shipped, and every mistake that is found in it."""

from pathlib import Path

import pytest
from mapping.mapping_files import SHIPPED, change, faults, only_fault

from bridge.core.lifecycle import route
from bridge.core.model import State
from bridge.mapping.rules import load


@pytest.mark.parametrize(
    ("dialect", "start", "wanted", "way"),
    [
        ("current", "waiting for pharmacy", State.IN_REVIEW, ("pending review",)),
        ("current", "waiting for pharmacy", State.PREPARING, ("pending review", "in-progress")),
        (
            "current",
            "waiting for pharmacy",
            State.COMPLETED,
            ("pending review", "in-progress", "ready_for_pickup", "completed"),
        ),
        ("current", "on-hold", State.IN_REVIEW, ("pending review",)),
        ("current", "in-progress", State.IN_REVIEW, None),
        ("current", "in-progress", State.ON_HOLD, ("on-hold",)),
        ("current", "init", State.IN_REVIEW, None),
        ("current", "completed", State.CANCELLED, None),
        ("legacy", "open", State.IN_REVIEW, ("processing",)),
        ("legacy", "open", State.COMPLETED, ("processing", "shipped")),
        ("legacy", "shipped", State.CANCELLED, None),
        ("legacy", "created", State.IN_REVIEW, None),
    ],
)
def test_the_shipped_ways(
    dialect: str, start: str, wanted: State, way: tuple[str, ...] | None
) -> None:
    words = load(SHIPPED, dialect=dialect).words.rxscale
    assert route(words, start, words.says[wanted]) == way


def test_the_shipped_words() -> None:
    rules = load(SHIPPED, dialect="current")
    assert rules.words.rxscale.where == "statuses.toml: rxscale.current"
    assert rules.words.rxscale.arriving == {"init"}
    assert rules.words.rxscale.queue == {"waiting for pharmacy"}
    assert rules.words.rxscale.open[0] == "init"
    assert rules.words.rxscale.calls == {"completed": "complete_order"}
    assert rules.words.review is State.IN_REVIEW
    assert rules.words.pharmaone.where == "statuses.toml: pharmaone.orders"
    assert rules.words.pharmaone.open == ("pending", "awaiting_packing", "ready_pickup")
    assert rules.words.pharmaone.means["awaiting_packing"] is State.PREPARING
    assert rules.words.pharmaone.flags == {"shipped": State.COMPLETED, "picked_up": State.COMPLETED}


def test_legacy_says_processing_for_review_and_preparation() -> None:
    words = load(SHIPPED, dialect="legacy").words.rxscale
    assert words.says[State.IN_REVIEW] == words.says[State.PREPARING] == "processing"
    assert words.means["shipped"] is State.COMPLETED
    assert words.calls == {}
    assert State.READY not in words.says


def test_an_unknown_dialect_names_the_nearest(folder: Path) -> None:
    assert faults(folder, dialect="curent") == [
        "statuses.toml: rxscale.curent: there is no such dialect - "
        "set rxscale.dialect in rxbridge.toml; did you mean 'current'?"
    ]


CURRENT = "statuses.toml: rxscale.current"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            'arriving = ["init"] ',
            'ariving = ["init"] ',
            f"{CURRENT}.ariving: unknown key - did you mean 'arriving'?",
        ),
        (
            "[pharmaone.order_requests]",
            "[pharmaone.requests]\nsubmitted = 'in_review'\n[pharmaone.order_requests]",
            "statuses.toml: pharmaone.requests: unknown key - did you mean 'order_requests'?",
        ),
        (
            '"in-progress" = "preparing" ',
            '"in-progress" = "zzz" ',
            f"{CURRENT}.means.in-progress: 'zzz' is not a word known here - known here: new, ",
        ),
        (
            'ready = "ready_for_pickup"',
            'redy = "ready_for_pickup"',
            f"{CURRENT}.says.redy: 'redy' is not a word known here - did you mean 'ready'?",
        ),
        (
            '"completed" = "complete_order"',
            '"completed" = "complete"',
            f"{CURRENT}.calls.completed: 'complete' is not a word known here - did you mean 'co",
        ),
        (
            'picked_up = "completed"',
            'pickedup = "completed"',
            "statuses.toml: pharmaone.orders.flags.pickedup: 'pickedup' is not a word known here",
        ),
        (
            'queue = ["waiting for pharmacy"] ',
            "queue = [] ",
            f"{CURRENT}.queue: must not be empty",
        ),
        (
            'queue = ["waiting for pharmacy"] ',
            'queue = ["waiting for farmacy"] ',
            f"{CURRENT}.queue: 'waiting for farmacy' has no meaning in rxscale.current.means - "
            "did you mean 'waiting for pharmacy'?",
        ),
        (
            'in_review = "pending review"',
            'in_review = "pending-review"',
            f"{CURRENT}.says.in_review: 'pending-review' has no meaning",
        ),
        (
            '"pending review" = ["in-progress",',
            '"pending review" = ["in-progres", "in-progress",',
            f"{CURRENT}.steps.pending review: 'in-progres' has no meaning",
        ),
        (
            '"on-hold" = ["pending review",',
            '"onhold" = ["pending review"]\n"on-hold" = ["pending review",',
            f"{CURRENT}.steps: 'onhold' has no meaning",
        ),
        (
            '"completed" = "complete_order"',
            '"done" = "complete_order"',
            f"{CURRENT}.calls: 'done' has no meaning",
        ),
        (
            'arriving = ["init"] ',
            'arriving = ["init", "waiting for pharmacy"] ',
            f"{CURRENT}.queue: 'waiting for pharmacy' stands in arriving as well",
        ),
        (
            '  "in-progress",\n',
            '  "in-progress",\n  "in-progress",\n',
            f"{CURRENT}.open: 'in-progress' stands there twice - keep one",
        ),
        (
            '"pending review" = ["in-progress",',
            '"pending review" = ["in-progress", "in-progress",',
            f"{CURRENT}.steps.pending review: 'in-progress' stands there twice",
        ),
        (
            '  "in-progress",\n',
            '  "in-progress",\n  "completed",\n',
            f"{CURRENT}.open: 'completed' means an end - take it out of the list",
        ),
        (
            '  "in-progress",\n',
            "",
            f"{CURRENT}.open: 'in-progress' is not listed, so the sweep would miss such orders",
        ),
        (
            'arriving = ["init"] ',
            'arriving = ["init", "completed"] ',
            f"{CURRENT}.means.completed: 'completed' means an end, yet it is listed as arriving",
        ),
        (
            '"ready_for_pickup" = ["completed",',
            '"completed" = ["cancelled"]\n"ready_for_pickup" = ["completed",',
            f"{CURRENT}.steps.completed: 'completed' means completed, an end: nothing leads out",
        ),
        (
            '"on-hold" = ["pending review", "in-progress", "cancelled"]\n',
            "",
            f"{CURRENT}.steps: 'on-hold' is a dead end: no step leads out of it, yet it is no end",
        ),
        (
            'preparing = "in-progress"',
            'preparing = "pending review"',
            f"{CURRENT}.says.preparing: 'pending review' means in_review: setting it does not rea",
        ),
        (
            'in_review = "pending review"',
            'in_review = "cancelled"',
            f"{CURRENT}.says.in_review: 'cancelled' means cancelled: setting it does not reach in",
        ),
        (
            'cancelled = "cancelled"\n\n# The flow',
            'cancelled = "ready_for_pickup"\n\n# The flow',
            f"{CURRENT}.says.cancelled: 'ready_for_pickup' means ready: setting it does not reach",
        ),
        (
            'on_hold = "on-hold"\ncancelled',
            'on_hold = "pending review"\ncancelled',
            f"{CURRENT}.says.on_hold: 'pending review' means in_review: setting it does not reach",
        ),
        (
            '"ready_for_pickup" = ["completed", "on-hold", "cancelled"]',
            '"ready_for_pickup" = ["on-hold", "cancelled"]',
            f"{CURRENT}.says.completed: no steps lead from 'waiting for pharmacy' to 'completed' "
            "- add the missing step to rxscale.current.steps",
        ),
        (
            'in_review = "pending review"\n',
            "",
            f"{CURRENT}.says: no word for 'in_review', the state of an order-request under review",
        ),
        (
            'submitted = "in_review"',
            "",
            "statuses.toml: pharmaone.order_requests.submitted: missing - add it",
        ),
    ],
)
def test_a_mistake_is_named(folder: Path, old: str, new: str, told: str) -> None:
    change(folder, "statuses.toml", old, new)
    assert any(fault.startswith(told) for fault in faults(folder)), faults(folder)


def test_a_mistake_in_the_other_dialect_is_found_too(folder: Path) -> None:
    change(folder, "statuses.toml", '"processing" = ["shipped", "cancelled"]', "")
    told = "statuses.toml: rxscale.legacy.steps: 'processing' is a dead end"
    assert any(fault.startswith(told) for fault in faults(folder, "current"))


def test_several_mistakes_are_told_together(folder: Path) -> None:
    change(folder, "statuses.toml", 'on_hold = "on-hold"\ncancelled', 'on_hold = "hold"\ncancelled')
    change(folder, "statuses.toml", 'queue = ["open"] ', 'queue = ["opened"] ')
    found = faults(folder)
    assert any("says.on_hold: 'hold' has no meaning" in fault for fault in found)
    assert any("queue: 'opened' has no meaning" in fault for fault in found)


def test_what_is_no_table_is_named(folder: Path) -> None:
    (folder / "statuses.toml").write_text('rxscale = "current"\npharmaone = {}\n')
    assert [fault.split(" - ")[0] for fault in faults(folder)] == [
        "statuses.toml: rxscale: a table is wanted here",
        "statuses.toml: pharmaone.orders: missing",
        "statuses.toml: pharmaone.order_requests: missing",
    ]


def test_a_dialect_of_ones_own_may_be_added(folder: Path) -> None:
    with (folder / "statuses.toml").open("a") as opened:
        opened.write(
            """
[rxscale.ours]
open = ["neu"]
queue = ["neu"]
means = { neu = "new", fertig = "completed", geprueft = "in_review" }
says = { in_review = "geprueft" }
steps = { neu = ["geprueft"] }
"""
        )
    assert [fault.split(" - ")[0] for fault in faults(folder, "ours")] == [
        "statuses.toml: rxscale.ours.open: 'geprueft' is not listed, so the sweep would miss such "
        "orders",
        "statuses.toml: rxscale.ours.steps: 'geprueft' is a dead end: no step leads out of it, yet "
        "it is no end",
    ]
    change(folder, "statuses.toml", 'open = ["neu"]', 'open = ["neu", "geprueft"]')
    change(
        folder, "statuses.toml", '{ neu = ["geprueft"] }', '{neu=["geprueft"],geprueft=["fertig"]}'
    )
    assert load(folder, dialect="ours").words.rxscale.means["geprueft"] is State.IN_REVIEW


def test_only_one_fault_for_one_unknown_word_of_pharmaone(folder: Path) -> None:
    change(folder, "statuses.toml", '"ready_pickup" = "ready" ', '"ready_pickup" = "redy" ')
    assert only_fault(folder) == (
        "statuses.toml: pharmaone.orders.means.ready_pickup: 'redy' is not a word known here - "
        "did you mean 'ready'?"
    )
