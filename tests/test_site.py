"""The documents as a site: built without a warning, read without the network, drawn in full."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import lifecycle
import pytest

ROOT = Path(__file__).parent.parent
STATES = (ROOT / "docs" / "states.md").read_text("utf-8")
DRAWINGS = re.findall(r"^```mermaid\n(.*?)^```$", STATES, re.MULTILINE | re.DOTALL)
FETCHED = re.compile(r"<(?:script|img|iframe|source|link)\b[^>]*(?:src|href)=\"(?:https?:)?//")


def build(docs: Path, *, into: Path) -> subprocess.CompletedProcess[str]:
    # Not --quiet: with it, mkdocs does not count its warnings, and --strict lets them pass.
    words = ["-m", "mkdocs", "build", "--strict", "--site-dir", str(into)]
    words += ["--config-file", str(docs / ".site" / "mkdocs.yml")]
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *words], cwd=docs, env=env, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("site")
    done = build(ROOT / "docs", into=into)
    assert done.returncode == 0, done.stderr
    return into


def test_it_is_built_with_every_page(site: Path):
    for page in (ROOT / "docs").rglob("*.md"):
        assert (site / page.relative_to(ROOT / "docs").with_suffix(".html")).is_file()


def test_reading_it_fetches_nothing_from_elsewhere(site: Path):
    for page in site.rglob("*.html"):
        assert not FETCHED.search(page.read_text("utf-8")), page.name
        assert 'class="mermaid"' not in page.read_text("utf-8"), "that would fetch a script"


def test_the_lifecycles_are_drawn_in_it(site: Path):
    page = (site / "states.html").read_text("utf-8")
    assert page.count("<svg viewBox") >= len(DRAWINGS) == 3
    for word in ("waiting for pharmacy (new)", "complete_order", "awaiting_packing (preparing)"):
        assert f">{word}</text>" in page
    assert "stateDiagram" not in page


def test_a_link_that_leads_nowhere_fails_the_build(tmp_path: Path):
    gone = ("nowhere.md", "stuck.md#no_such_reason", "none.png")
    docs = shutil.copytree(ROOT / "docs", tmp_path / "docs")
    with (docs / "index.md").open("a") as page:
        page.write("".join(f"\n[gone]({each})\n" for each in gone[:2]) + f"\n![x]({gone[2]})\n")
    done = build(docs, into=tmp_path / "site")
    assert done.returncode != 0
    for each in gone:
        assert each in done.stderr, each


@pytest.mark.parametrize("text", DRAWINGS)
def test_every_state_and_every_step_is_drawn(text: str):
    drawn, read = lifecycle.svg(text), lifecycle.read(text)
    steps = [step for step in read.steps if lifecycle.END not in step[:2]]
    begins = [step for step in read.steps if step[0] == lifecycle.END]
    assert drawn.count("<rect") == len(read.states) > 5
    assert drawn.count('marker-end="url(#tip)"') == len(steps) + len(begins)
    assert drawn.count("<circle") == len(begins)
    assert drawn.count('stroke-width="3"') == len({a for a, b, _ in read.steps if b == "[*]"})
    assert "\n\n" not in drawn


@pytest.mark.parametrize("text", ["flowchart TD\n", "stateDiagram-v2\n    what is this\n"])
def test_what_cannot_be_drawn_is_a_mistake(text: str):
    with pytest.raises(ValueError, match="state"):
        lifecycle.svg(text)
