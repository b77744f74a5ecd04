"""Files that decide what the bridge does: made for nobody else, and not taken from everybody."""

import grp
import os
import pwd
import stat
import time
from pathlib import Path

import pytest
from config.conftest import Machine

from bridge.app import signing
from bridge.app.files import open_to_others, write_whole
from bridge.cli import show
from bridge.errors import Misconfigured, Phrase
from bridge.settings import Settings
from bridge.store.connection import RunLock

MINE = pwd.getpwuid(os.getuid())


def of(path: Path) -> str:
    return stat.filemode(path.lstat().st_mode)


@pytest.fixture
def files(machine: Machine) -> dict[str, Path]:
    mappings = machine.folder / "mappings"
    mappings.mkdir()
    found = {
        "configuration": machine.write("[log]\nlevel = 'info'"),
        "secret": machine.put_secret("rxbridge_rxscale__api_key", "canary-api-key"),
        "mapping": mappings / "skus.csv",
    }
    found["mapping"].touch()
    for path in found.values():
        path.chmod(0o640)
    return found


@pytest.mark.parametrize("kind", ["configuration", "secret", "mapping"])
@pytest.mark.parametrize("mode", [0o602, 0o666])
def test_a_file_that_others_may_write_to_is_a_fault(
    machine: Machine, files: dict[str, Path], kind: str, mode: int
) -> None:
    assert open_to_others(machine.load()) == []
    files[kind].chmod(mode)
    (fault,) = open_to_others(machine.load())
    path = files[kind]
    assert str(fault) == f"{path}: others may write to it - chmod go-w {path}"


@pytest.mark.parametrize(
    ("name", "group", "members", "open_"),
    [
        (MINE.pw_name, MINE.pw_gid, [], False),
        (MINE.pw_name, MINE.pw_gid, ["erika"], True),
        ("staff", MINE.pw_gid, [], True),
        (MINE.pw_name, MINE.pw_gid + 1, [], True),
        (None, MINE.pw_gid, [], True),
    ],
)
def test_a_group_of_the_owner_alone_is_nobody_else(
    machine: Machine,
    files: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str | None,
    group: int,
    members: list[str],
    open_: bool,
) -> None:
    def group_of(_: int) -> grp.struct_group:
        if name is None:
            raise KeyError
        return grp.struct_group((name, "x", group, members))

    monkeypatch.setattr(grp, "getgrgid", group_of)
    owner = pwd.struct_passwd((MINE.pw_name, "x", MINE.pw_uid, group, "", "", ""))
    monkeypatch.setattr(pwd, "getpwuid", lambda _: owner)
    files["configuration"].chmod(0o660)
    assert bool(open_to_others(machine.load())) is open_


# -- what the program makes ------------------------------------------------------------------


def written(path: Path) -> None:
    write_whole(path, b"new", mode=0o600, way=Phrase("another-secrets"))


def as_csv(path: Path) -> None:
    show.as_csv(path, ["uid"], [{"uid": "po-1"}])


@pytest.mark.parametrize("write", [written, as_csv])
def test_a_file_is_replaced_and_its_owners_alone(tmp_path: Path, write) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o666)
    kept = tmp_path / "kept"
    kept.hardlink_to(path)
    write(path)
    assert of(path) == "-rw-------"
    assert kept.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == [path, kept]


@pytest.mark.parametrize("write", [written, as_csv])
@pytest.mark.parametrize("kind", ["link", "dangling", "folder", "pipe"])
def test_nothing_else_is_replaced_nor_what_a_link_leads_to(
    tmp_path: Path, write, kind: str
) -> None:
    path, target = tmp_path / "file", tmp_path / "target"
    if kind == "link":
        target.write_text("of somebody else")
    if kind in ("link", "dangling"):
        path.symlink_to(target)
    elif kind == "folder":
        path.mkdir()
    else:
        os.mkfifo(path)
    before = of(path)
    with pytest.raises(Misconfigured, match=r"file: is no plain file - name another"):
        write(path)
    assert of(path) == before
    assert target.exists() is (kind == "link")
    assert not target.exists() or target.read_text() == "of somebody else"


def test_the_stores_lock_is_no_link(tmp_path: Path) -> None:
    target = tmp_path / "target"
    (tmp_path / "rxbridge.db.lock").symlink_to(target)
    with pytest.raises(Misconfigured):
        RunLock(tmp_path / "rxbridge.db").acquire()
    assert not target.exists()


def test_signing_secrets_that_may_be_read_at_last_are_taken_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """root may read everything: who may not is told by hand."""
    real = Path.read_text

    def read_text(self: Path, *given: str) -> str:
        if not self.stat().st_mode & stat.S_IRUSR:
            raise PermissionError(13, "Permission denied")
        return real(self, *given)

    monkeypatch.setattr(Path, "read_text", read_text)
    settings = Settings.model_validate({"store": {"path": tmp_path / "rxbridge.db"}})
    file = signing.kept_file(settings)
    file.write_text('["whsec_another_canary"]')
    file.chmod(0)
    secrets = signing.SigningSecrets(settings, "rxscale")
    assert (secrets(), secrets.look()) == ([], False)
    until = time.monotonic() + 5  # the file system's clock ticks some hundred times a second
    while not secrets() and time.monotonic() < until:
        file.chmod(0o600)
        secrets.look()
    assert secrets() == ["whsec_another_canary"]
