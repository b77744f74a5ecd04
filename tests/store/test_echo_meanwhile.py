"""Our own status comes back by webhook while the look that set it is still under way."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from store.given import LEASE, NOTE, NOW, after, delivery, hint, uid

from bridge.core.memory import Outcome
from bridge.core.model import Phase
from bridge.store import Store, deliveries, orders, todo, work

OURS = "pending review"
WORDS = "on the way\npending review"


async def left_to_do(path: Path, meanwhile: Sequence[str | None], *, stuck: bool = False) -> bool:
    """Whether anything is due after a look during which these statuses were told."""
    store = await Store.open(path, now=NOW)
    await store.write(todo.hint, [hint(1)], NOW)
    ((claim, record),) = await store.write(todo.claim, 1, NOW, LEASE)
    for number, status in enumerate(meanwhile):
        if status is None:
            await store.write(todo.hint, [hint(1)], after(1))
        else:
            told = delivery(1, reported_status=status, dedup_key=str(number), received_at=after(1))
            await store.write_together(deliveries.receive, told)
    record = replace(record, phase=Phase.SUBMITTED, submitted_at=NOW, rx_status=OURS, echoes=WORDS)
    note = NOTE if stuck else None
    await store.write(work.settle, Outcome(claim, record, (), None, False, note, after(2)))
    due = await store.read(todo.next_due, after(3))
    kept = await store.read(orders.find, uid(1))
    assert kept is not None
    assert replace(kept, echoes=WORDS) == record
    await store.close()
    return due is not None


@pytest.mark.parametrize(
    ("meanwhile", "due"),
    [
        ([], False),
        ([OURS], False),
        ([OURS, OURS], True),
        (["cancelled"], True),
        ([OURS, "cancelled"], True),
        (["on the way"], False),
        (["on the way", OURS], False),
        (["on the way", "on the way"], True),
        (["cancelled", OURS], True),
        ([None], True),
        ([None, OURS], True),
        ([OURS, None], True),
    ],
)
async def test_only_what_is_nothing_but_an_echo_asks_for_no_look(tmp_path: Path, meanwhile, due):
    assert await left_to_do(tmp_path / "rxbridge.db", meanwhile) is due


async def test_a_stuck_order_is_looked_at_again_all_the_same(tmp_path: Path):
    assert await left_to_do(tmp_path / "rxbridge.db", [OURS], stuck=True)


async def test_an_echo_that_came_while_its_look_went_on_is_not_awaited_again(tmp_path: Path):
    """The look's own copy of the record still has the word: what comes next is an edit, not it."""
    store = await Store.open(tmp_path / "rxbridge.db", now=NOW)
    await store.write(todo.hint, [hint(1)], NOW)
    ((claim, record),) = await store.write(todo.claim, 1, NOW, LEASE)
    claimed = replace(record, rx_status=OURS, claimed_as=OURS, echoes=OURS, wrote_at=NOW)
    await store.write(work.save, claimed, [])
    echo = delivery(1, reported_status=OURS, dedup_key="echo", received_at=after(1))
    await store.write_together(deliveries.receive, echo)
    sent = replace(claimed, phase=Phase.SUBMITTED, submitted_at=after(2))
    await store.write(work.settle, Outcome(claim, sent, (), None, False, None, after(2)))
    assert await store.read(todo.next_due, after(3)) is None, "nothing but an echo came"
    edit = delivery(1, reported_status=OURS, dedup_key="edit", received_at=after(4))
    await store.write_together(deliveries.receive, edit)
    assert await store.read(todo.next_due, after(5)) is not None
    await store.close()
