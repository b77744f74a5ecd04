"""One `run` a store: the lock, between processes and after kill -9."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from store.conftest import close

from bridge.errors import Misconfigured
from bridge.store.connection import RunLock

PROCESS = """
import sys
from pathlib import Path
from bridge.store.connection import RunLock
RunLock(Path(sys.argv[1])).acquire()
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.crash
def test_a_second_process_is_refused_until_the_first_is_gone(path: Path):
    with subprocess.Popen(
        [sys.executable, "-c", PROCESS, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        with pytest.raises(Misconfigured) as raised:
            RunLock(path).acquire()
        told = str(raised.value)
        assert told.startswith(f"{path}: another rxbridge run (pid {first.pid}) uses this store")
        first.send_signal(signal.SIGKILL)
    with RunLock(path):
        assert path.with_name("rxbridge.db.lock").read_text() == str(os.getpid())


def test_released_it_may_be_had_again(path: Path):
    lock = RunLock(path).acquire()
    with pytest.raises(Misconfigured):
        RunLock(path).acquire()
    lock.release()
    lock.release()
    with RunLock(path), pytest.raises(Misconfigured):
        RunLock(path).acquire()
    RunLock(path).acquire().release()


def test_a_longer_process_id_of_before_is_overwritten_whole(path: Path):
    path.with_name("rxbridge.db.lock").write_text("9" * 12)
    with RunLock(path):
        assert path.with_name("rxbridge.db.lock").read_text() == str(os.getpid())


def test_an_owner_who_has_not_written_his_id_yet_is_named_as_unknown(path: Path):
    with RunLock(path):
        path.with_name("rxbridge.db.lock").write_text("")
        with pytest.raises(Misconfigured, match=r"another rxbridge run \(pid unknown\)"):
            RunLock(path).acquire()


def test_stores_beside_each_other_do_not_share_a_lock(tmp_path: Path):
    with RunLock(tmp_path / "a.db"), RunLock(tmp_path / "b.db"):
        pass


def test_where_nothing_can_be_written(tmp_path: Path, closed_directory: Path):
    nowhere = tmp_path / "nowhere"
    with pytest.raises(Misconfigured) as raised:
        RunLock(nowhere / "x.db").acquire()
    told = f"{nowhere / 'x.db'}: there is no directory {nowhere} - make that directory, or "
    assert str(raised.value) == f"{told}set store.path to a file elsewhere"
    close(closed_directory)
    with pytest.raises(Misconfigured, match=r"cannot be written \(Permission denied\)") as raised:
        RunLock(closed_directory / "x.db").acquire()
    assert "set store.path" in str(raised.value)
