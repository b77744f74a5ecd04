"""`make audit`: the lock files against the known vulnerabilities of https://osv.dev.

A known one in what is installed where the bridge runs is a failure; one in a tool of ours is told.
Where the database cannot be reached, or does not know what everybody knows, it says "not checked"
and fails nothing: a network is no defect of the program.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
OSV = "https://api.osv.dev/v1/query"
LOCKS = ROOT / "requirements"
SHIPPED, TOOLS = ("build.txt", "run.txt"), ("sbom.txt", "dev.txt", "mutants.txt")
LONG_KNOWN = "jinja2==2.4.1"
"""A database that finds nothing in it finds nothing at all."""
MOST_SECONDS = 180
ACCEPTED: dict[str, str] = {}
"""Ids of vulnerabilities that do not concern the bridge, each with the reason why."""

Found = dict[str, list[str]]
"""What was looked up (`name version`), and the ids of its known vulnerabilities."""


class NotCheckedError(Exception):
    """Why nothing can be said."""


def looked_up(files: Sequence[Path], url: str) -> Found:
    """What the database knows of every pin in these files. Raises NotCheckedError."""
    words = [word for file in files for word in ("--requirement", str(file))]
    words += ["--disable-pip", "--no-deps", "--format=json", "--desc=off", "--aliases=off"]
    words += ["--vulnerability-service=osv", f"--osv-url={url}", "--timeout=5"]
    command = [sys.executable, "-m", "pip_audit", *words, "--progress-spinner=off"]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=MOST_SECONDS
        )
        answer = json.loads(done.stdout)["dependencies"]
    except subprocess.TimeoutExpired:
        raise NotCheckedError(f"{url} took more than {MOST_SECONDS} s") from None
    except ValueError:
        why = (done.stderr.strip().splitlines() or ["it says nothing"])[-1]
        raise NotCheckedError(f"{url}: {why[:200]}") from None
    left_out = [each["name"] for each in answer if "skip_reason" in each]
    if left_out:
        raise NotCheckedError(f"{url} was not asked for {', '.join(left_out)}")
    return {f"{e['name']} {e['version']}": [v["id"] for v in e["vulns"]] for e in answer}


def pins(names: Sequence[str]) -> set[str]:
    text = "\n".join((LOCKS / name).read_text() for name in names)
    return {f"{n} {v}" for n, v in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)}


def check(url: str) -> Found:
    """Every pin of every lock file. Raises NotCheckedError, also where the answer is no proof."""
    with tempfile.TemporaryDirectory() as folder:
        control = Path(folder) / "known.txt"
        control.write_text(LONG_KNOWN)
        if not any(looked_up([control], url).values()):
            raise NotCheckedError(f"{url} knows nothing wrong with {LONG_KNOWN}")
    found = looked_up([LOCKS / name for name in (*SHIPPED, *TOOLS)], url)
    missing = pins((*SHIPPED, *TOOLS)) - found.keys()
    if missing:
        raise NotCheckedError(f"{url} was not asked for {', '.join(sorted(missing))}")
    return {pin: [i for i in ids if i not in ACCEPTED] for pin, ids in found.items()}


def main(url: str) -> int:
    try:
        found = check(url)
    except NotCheckedError as why:
        print(f"known vulnerabilities: not checked: {why}")
        return 0
    shipped = pins(SHIPPED)
    for pin, ids in sorted(found.items()):
        if ids:
            where = "installed where the bridge runs" if pin in shipped else "a tool of ours"
            print(f"known vulnerabilities: {pin} ({where}): {', '.join(ids)}")
    print(f"known vulnerabilities: {len(found)} packages checked against {url}")
    return int(any(found[pin] for pin in shipped))


if __name__ == "__main__":
    sys.exit(main(*(sys.argv[1:] or [OSV])))
