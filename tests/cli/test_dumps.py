"""`rxbridge run` leaves no copy of its memory behind: prescriptions pass through it."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")

RUN = """
import ctypes, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096))
dumpable = lambda: ctypes.CDLL(None).prctl(3, 0, 0, 0, 0)  # PR_GET_DUMPABLE (linux/prctl.h)
BEFORE
from bridge.cli.main import main
print(main(["run"]), resource.getrlimit(resource.RLIMIT_CORE)[0], dumpable())
"""
"""There is no configuration, so the run ends at once."""
REFUSED = """
def refused(*_): raise OSError(1, "not permitted")
resource.setrlimit = refused
"""


@pytest.mark.parametrize(
    ("before", "told"),
    [
        pytest.param("", "2 0 0", id="usually"),
        pytest.param(REFUSED, "2 4096 0", id="where the unit forbids it, which sets the limit"),
    ],
)
def test_a_run_cannot_be_dumped(tmp_path: Path, before: str, told: str):
    words = [sys.executable, "-c", RUN.replace("BEFORE", before)]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told
