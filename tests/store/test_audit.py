"""The audit log: what is kept of a deed, what is never, and for how long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from store.given import NOW, after

from bridge.core.journal import AuditEntry, Deed
from bridge.cycles.upkeep import Upkeep
from bridge.store import Store, journal

DEED = AuditEntry(NOW, "anna", "page 192.0.2.7", "stuck retry", "order:po-1")


async def test_who_did_what_when_from_where_under_which_mapping_files(store: Store):
    await store.write(journal.add_deed, DEED)
    await store.write(
        journal.take_up_mappings, "aaa", {"skus.csv": "1", "orders.toml": "2"}, {}, after(1)
    )
    await store.write(journal.add_deed, replace(DEED, at=after(2), outcome="busy"))
    first, _, last = await store.read(journal.deeds)
    assert first == DEED
    assert last == replace(DEED, at=after(2), outcome="busy", version="aaa")


async def test_changed_mapping_files_are_told_once_with_before_and_after(store: Store):
    files = {"skus.csv": "1", "orders.toml": "2"}
    await store.write(journal.take_up_mappings, "aaa", files, {}, NOW)
    await store.write(journal.take_up_mappings, "aaa", files, {}, after(1))
    await store.write(journal.take_up_mappings, "bbb", {**files, "skus.csv": "3"}, {}, after(2))
    await store.write(journal.take_up_mappings, "ccc", {"skus.csv": "3"}, {}, after(3))
    first, second, third = await store.read(journal.deeds)
    assert (third.subject, third.outcome) == ("orders.toml", "bbb -> ccc"), "one that is gone"
    assert (first.what, first.subject) == (Deed.MAPPINGS_CHANGED, "orders.toml skus.csv")
    assert (second.subject, second.outcome) == ("skus.csv", "aaa -> bbb")
    assert second.version == "bbb"


@pytest.mark.parametrize(
    ("subject", "kept"),
    [
        ("order:po-1 sku:psku_2", "order:po-1 sku:psku_2"),
        ("pharmaone GET /inventory/{id}", "pharmaone GET /inventory/{id}"),
        ("order:Müller", "(12 letters)"),
        ("GET /customers/a@b.example", "GET (22 letters)"),
        ("x" * 101, "(101 letters)"),
    ],
)
async def test_what_has_not_the_shape_of_a_key_is_not_kept(store: Store, subject: str, kept: str):
    await store.write(journal.add_deed, replace(DEED, subject=subject))
    assert [each.subject for each in await store.read(journal.deeds)] == [kept]


async def test_the_newest_are_read_in_time_order_and_the_old_are_forgotten(store: Store):
    for seconds in range(4):
        await store.write(journal.add_deed, replace(DEED, at=after(seconds)))
    assert [each.at for each in await store.read(journal.deeds, 2)] == [after(2), after(3)]
    assert await store.write(journal.forget_deeds, after(3)) == 3
    assert [each.at for each in await store.read(journal.deeds)] == [after(3)]


async def test_the_upkeep_forgets_deeds_by_their_own_age(store: Store):
    year = timedelta(days=365)
    await store.write(journal.add_deed, DEED)
    await store.write(journal.add_deed, replace(DEED, at=after(1)))
    upkeep = Upkeep(store, None, None, lambda: after(1) + year, 90, 365, lambda: 0.0)
    await upkeep.forget()
    assert [each.at for each in await store.read(journal.deeds)] == [after(1)]
