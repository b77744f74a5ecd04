"""The canary that watches every test's log, shown to sing."""

import logging
from typing import Any

import pytest

log = logging.getLogger("bridge.some.part")


@pytest.mark.parametrize(
    "marker",
    ["Kanarienvogel", "canary@example.org", "1901-01-01", "whsec_canary", "canary-api-key"],
)
def test_it_hears_every_marker(canary: Any, marker: str) -> None:
    log.debug("patient %s", f"<{marker}>")
    assert len(canary.found) >= 1
    canary.found.clear()


def test_it_hears_tracebacks_and_extra_fields(canary: Any) -> None:
    try:
        raise ValueError("Kanarienvogel")
    except ValueError:
        log.exception("this happened")
    assert canary.found
    canary.found.clear()
    log.info("this happened", extra={"who": "Kanarienvogel"})
    assert canary.found
    canary.found.clear()


def test_it_hears_what_no_handler_prints(canary: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "propagate", False)
    log.info("Kanarienvogel")
    assert canary.found
    canary.found.clear()


def test_it_looks_through_other_text(canary: Any) -> None:
    canary.check("nothing to see")
    assert canary.found == []
    canary.check("name: Kanarienvogel", "the output")
    assert canary.found == ["Kanarienvogel in the output"]
    canary.found.clear()
