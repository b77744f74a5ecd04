"""`rxbridge money --month YYYY-MM`: RxScale's payouts against PharmaOne's orders and report."""

import argparse
import asyncio
import csv
import os
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bridge.cli.api.booked import Found, Month, booked
from bridge.cli.main import DONE, FAILED
from bridge.cli.shared import show
from bridge.cli.shared.opened import complete, now
from bridge.core.money import Row, Totals, euros, totals
from bridge.errors import Fault, Misconfigured

HEADINGS = ("order", "name", "PharmaOne's", "paid out", "to come", "PharmaOne says", "paid", "")
EARLIEST = 2000
"""No order is of a year before this one."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_AMOUNT = re.compile(r"-?\d+\.\d\d")
COLUMNS = (
    "pharmacy_order_uid", "name", "pharmaone_order_id", "ordered_at", "routed", "projected",
    "pharmaone_total", "pharmaone_paid", "currency", "shipping_apart", "difference",
    "finding", "why",
)  # fmt: skip


def money(arguments: argparse.Namespace) -> int:
    settings = complete(arguments)
    month = _month(arguments.month, settings.money.timezone)
    with show.busy("reading both vendors' books") as tell:
        found = asyncio.run(booked(settings, month, tell))
    sums = totals(found.rows)
    if arguments.csv is not None:
        _write(arguments.csv, found.rows)
    if arguments.json:
        show.as_json(_document(month, found, sums))
    else:
        _print(month, found, sums, everything=arguments.all)
    return FAILED if sums.findings else DONE


def _month(typed: str | None, timezone: str) -> Month:
    """The month typed, or the one before this one."""
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        remedy = "write it like Europe/Berlin (Debian: apt-get install tzdata), or UTC"
        raise Misconfigured(
            Fault("money.timezone", f"there is no '{timezone}' here", remedy)
        ) from None
    today = now().astimezone(zone).date()
    first = _first_day(typed) if typed else _before(today)
    if first > today:
        remedy = "name one that has begun"
        raise Misconfigured(Fault("--month", f"{typed} has not begun yet", remedy))
    after = (first + timedelta(days=31)).replace(day=1)
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=zone) for day in (first, after))
    return Month(first, after - timedelta(days=1), begins.astimezone(UTC), ends.astimezone(UTC))


def _first_day(typed: str) -> date:
    try:
        first = date.fromisoformat(f"{typed}-01")
    except ValueError:
        first = date.min
    if first.year < EARLIEST:
        remedy = "write it like 2026-11"
        raise Misconfigured(Fault("--month", f"'{typed}' is no month", remedy))
    return first


def _before(today: date) -> date:
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1)


def _record(row: Row) -> dict[str, Any]:
    cells = (
        row.uid, row.name, row.order, row.ordered_at, _euros(row.routed_cents),
        _euros(row.projected_cents), _euros(row.sold_cents), row.paid, row.currency,
        _euros(row.apart_cents), _euros(row.difference_cents), row.finding, row.why,
    )  # fmt: skip
    return dict(zip(COLUMNS, cells, strict=True))


def _euros(cents: int | None) -> str | None:
    return None if cents is None else euros(cents)


def _write(path: Path, rows: Sequence[Row]) -> None:
    """Every row, for a spreadsheet: UTF-8 with a mark that Excel wants, points in the amounts.

    A new file is for the owner's eyes only: the orders' uids lead to persons.
    """
    try:
        with open(path, "w", encoding="utf-8-sig", newline="", opener=_for_owner) as file:
            writer = csv.DictWriter(file, COLUMNS)
            writer.writeheader()
            writer.writerows(
                {name: _harmless(cell) for name, cell in _record(row).items()} for row in rows
            )
    except OSError as error:
        fault = Fault(f"--csv {path}", f"cannot be written ({error.strerror})", "name another file")
        raise Misconfigured(fault) from None


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _harmless(cell: Any) -> Any:
    """No formula to a spreadsheet, whatever name a shop gave its order; amounts stay numbers."""
    if not isinstance(cell, str) or _AMOUNT.fullmatch(cell):
        return cell
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _document(month: Month, found: Found, sums: Totals) -> dict[str, Any]:
    return {
        "month": f"{month.first:%Y-%m}",
        "orders": [_record(row) for row in found.rows],
        "totals": {
            "routed": euros(sums.routed),
            "projected": euros(sums.projected),
            "pharmaone_paid": euros(sums.sold),
            "pharmaone_unpaid": euros(sums.unpaid),
            "pharmaone_report": _euros(found.report_cents),
            "other_orders": found.others,
        },
        "pharmaone_report_fault": found.report_fault,
        "findings": dict(sums.findings),
    }


def _print(month: Month, found: Found, sums: Totals, *, everything: bool) -> None:
    rows = [row for row in found.rows if everything or row.finding]
    if rows:
        show.as_table(HEADINGS, (_cells(row) for row in rows))
    print(f"{month.first:%Y-%m}: {len(found.rows)} orders of RxScale's.")
    print(f"  RxScale paid out          {euros(sums.routed):>12}")
    print(f"  RxScale will pay          {euros(sums.projected):>12}")
    print(f"  PharmaOne, paid           {euros(sums.sold):>12}")
    print(f"  PharmaOne, not paid       {euros(sums.unpaid):>12}")
    print(f"  PharmaOne's sales report  {_report(found)}")
    if found.others:
        print(f"{found.others} other orders of PharmaOne's have nothing to do with RxScale.")
    if sums.findings:
        told = ", ".join(f"{count} {name}" for name, count in sorted(sums.findings.items()))
        print(f"Findings: {told}.")
    else:
        print("Both sides agree.")


def _report(found: Found) -> str:
    if found.report_fault is not None:
        return f"not to be had: {found.report_fault}"
    if found.report_cents is None:
        return "not readable (see money.revenue)"
    return f"{euros(found.report_cents):>12}  (all of its sales)"


def _cells(row: Row) -> tuple[Any, ...]:
    paid = "" if row.paid is None else ("yes" if row.paid else "no")
    amounts = (_euros(row.routed_cents), _euros(row.projected_cents), _euros(row.sold_cents))
    return (row.uid, row.name, row.order, *amounts, paid, row.why)
