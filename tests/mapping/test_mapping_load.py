"""Loading a folder of mapping files: all of them, all faults at once, noticing a change."""

import os
import re
import time
from itertools import cycle
from pathlib import Path

import pytest
from mapping.mapping_files import change, faults, only_fault

from bridge.errors import Misconfigured
from bridge.mapping.reading import Place
from bridge.mapping.rules import fingerprint, load

FILES = ("orders.toml", "statuses.toml", "skus.csv", "shipping.toml")


def test_every_fault_of_every_file_is_told_at_once(folder: Path) -> None:
    email = 'customer_email = "{}"\n# An order that is fetched'
    change(folder, "orders.toml", email.format("patient_data.email"), email.format("a["))
    change(folder, "statuses.toml", '"pending" = "in_review" ', '"pending" = "reviewing" ')
    (folder / "shipping.toml").write_text("default = 'post'\n")
    (folder / "skus.csv").write_text("pharmacy_sku_uid,p1_id\npsku-1,\n")

    found = faults(folder)

    assert [fault.split(": ")[:2] for fault in found] == [
        ["statuses.toml", "pharmaone.orders.means.pending"],
        ["shipping.toml", "default"],
        ["orders.toml", "payload.customer_email"],
        ["skus.csv", "line 2"],
    ]


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert only_fault(folder).startswith(f"{file}: missing in {folder} - copy it from")


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_cannot_be_read_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    (folder / file).mkdir()
    assert only_fault(folder).startswith(f"{file}: cannot be read: ")


def test_a_missing_folder_is_one_fault(tmp_path: Path) -> None:
    assert only_fault(tmp_path / "none") == (
        f"{tmp_path / 'none'}: there is no such folder - set mappings.dir"
    )


@pytest.mark.parametrize("file", FILES)
def test_bytes_that_are_no_utf8_are_named_with_their_line(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"# one\n# two \xe4\n")
    assert only_fault(folder) == f"{file}: line 2: not UTF-8 - save the file as UTF-8"


@pytest.mark.parametrize("file", ["orders.toml", "statuses.toml", "shipping.toml"])
@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a = 1\nb = shipping\n", 2, "Invalid value"),
        ("a = 1\na = 2\n", 2, "Cannot overwrite a value"),
        ("a = [1,\n", 1, "Invalid value"),
        ("[a\n", 1, "Expected ']'"),
        ("a = 1\n\nb = ", 3, "Invalid value"),
    ],
)
def test_a_syntax_error_is_named_with_its_line(
    folder: Path, file: str, text: str, line: int, what: str
) -> None:
    (folder / file).write_text(text)
    assert only_fault(folder).startswith(f"{file}: line {line}: {what}")


@pytest.mark.parametrize("file", FILES)
def test_a_byte_order_mark_and_windows_line_ends_are_read(folder: Path, file: str) -> None:
    text, before = (folder / file).read_bytes(), load(folder, dialect="current")
    (folder / file).write_bytes(b"\xef\xbb\xbf" + text.replace(b"\n", b"\r\n"))
    read = load(folder, dialect="current")
    assert (read.words, read.links, read.shipping) == (before.words, before.links, before.shipping)


def test_the_error_text_holds_every_fault_on_a_line_of_its_own(tmp_path: Path) -> None:
    tmp_path.joinpath("skus.csv").write_text("pharmacy_sku_uid,p1_id\n")
    with pytest.raises(Misconfigured) as raised:
        load(tmp_path, dialect="current")
    assert len(str(raised.value).splitlines()) == 3


@pytest.mark.parametrize("file", FILES)
def test_the_version_changes_with_any_byte(folder: Path, file: str) -> None:
    before = load(folder, dialect="current").version
    assert load(folder, dialect="legacy").version == before
    text = (folder / file).read_bytes()
    versions = {before}
    for changed in (text + b"\n", text + b" ", text.replace(b"# ", b"#\t", 1)):
        (folder / file).write_bytes(changed)
        versions.add(load(folder, dialect="current").version)
    assert len(versions) == 4
    assert all(re.fullmatch("[0-9a-f]{12}", version) for version in versions)


@pytest.mark.parametrize("file", FILES)
def test_the_fingerprint_tells_of_any_change(folder: Path, file: str) -> None:
    marks = {fingerprint(folder)}
    assert {fingerprint(folder)} == marks
    os.utime(folder / file, ns=(1, 1))
    marks.add(fingerprint(folder))
    (folder / file).write_bytes(b"")
    os.utime(folder / file, ns=(1, 1))
    marks.add(fingerprint(folder))
    (folder / file).unlink()
    marks.add(fingerprint(folder))
    assert len(marks) == 4


@pytest.mark.parametrize("file", FILES)
def test_the_fingerprint_tells_of_a_right_that_was_given(folder: Path, file: str) -> None:
    before, modes = fingerprint(folder), cycle((0o600, 0o644))
    until = time.monotonic() + 5  # the file system's clock ticks some hundred times a second
    while fingerprint(folder) == before and time.monotonic() < until:
        (folder / file).chmod(next(modes))
    assert fingerprint(folder) != before


def test_a_place_reads_as_file_and_key() -> None:
    assert str(Place("skus.csv")) == "skus.csv"
    assert str(Place("skus.csv", "line 4")) == "skus.csv: line 4"
    assert str(Place("orders.toml").at("item", "price")) == "orders.toml: item.price"


def test_pharmacies_with_the_same_files_share_what_those_say(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "skus.csv").write_text("pharmacy_sku_uid,p1_id\npsku-9,20999\n")
    common = load(folder, dialect="current")
    other = load(folder, dialect="current", own=own)
    assert other.links != common.links
    assert other.orders is common.orders
    with (folder / "orders.toml").open("a") as orders:
        orders.write("# a remark\n")
    assert load(folder, dialect="current").orders is not common.orders
