"""docker/Dockerfile, linted; and what its install steps come to, weighed without the internet."""

import json
import os
import re
import subprocess
from importlib.metadata import distribution
from pathlib import Path

from docker.folder import DOCKER, ROOT, Instruction, instructions, services

ALL = instructions()
LAST = max(each.stage for each in ALL)
MOST_BYTES = 120_000_000
DIGEST = "@sha256:[0-9a-f]{64}"
OF_A_VENV = 1_000_000
"""Scripts and links of an environment without pip: some kilobytes, in truth."""


def said(word: str, stage: int = LAST) -> list[Instruction]:
    return [each for each in ALL if each.word == word and each.stage == stage]


def test_two_stages_on_the_same_slim_base_of_a_fixed_version():
    bases = [each.rest.split()[0] for each in ALL if each.word == "FROM"]
    assert len(bases) == 2
    assert len(set(bases)) == 1, "the environment's python is the base's"
    assert re.fullmatch(rf"python:3\.\d+\.\d+-slim-[a-z]+{DIGEST}", bases[0])


def test_it_is_the_python_that_the_lock_files_were_made_for():
    (minor,) = set(re.findall(r"python:(3\.\d+)\.", (DOCKER / "Dockerfile").read_text()))
    made_with = re.search(r"with Python (3\.\d+)", (ROOT / "requirements" / "run.txt").read_text())
    assert made_with is not None
    assert made_with[1] == minor


def test_only_the_environment_leaves_the_build():
    (copied,) = said("COPY")
    assert copied.rest == "--from=build /opt/rxbridge /opt/rxbridge"
    assert " AS build" in said("FROM", 0)[0].rest


def test_what_changes_seldom_comes_first():
    """Else every change of a line of ours installs everything anew."""
    build = [each for each in ALL if each.stage == 0]
    steps = [f"{each.word} {each.rest}" for each in build]
    order = ["COPY requirements/", "RUN python -m venv", "COPY pyproject.toml", "COPY bridge"]
    places = [next(n for n, step in enumerate(steps) if step.startswith(o)) for o in order]
    assert places == sorted(places)
    assert not any(step.startswith(("ADD", "COPY . ")) for step in steps)


def test_everything_is_installed_from_the_lock_files():
    runs = " && ".join(each.rest for each in ALL if each.word == "RUN")
    installs = re.findall(r"pip(?: --python \S+)? (?:install|wheel) [^&]+", runs)
    assert len(installs) == 4
    for install in installs:
        assert "--require-hashes" in install or "--no-deps" in install, install
    assert "--upgrade" not in runs
    assert "http" not in runs, "no registry is named"


def test_the_list_of_what_is_in_it_is_made_of_what_was_installed_and_comes_along():
    steps = [each.rest for each in ALL if each.stage == 0 and each.word == "RUN"]
    (made,) = [n for n, step in enumerate(steps) if "cyclonedx-py environment" in step]
    assert made == len(steps) - 1, "after the last install"
    assert steps[made].endswith(
        "/opt/rxbridge/share/rxbridge/sbom.cdx.json /opt/rxbridge/bin/python"
    )


def test_digests_are_put_in_and_renewed(tmp_path: Path):
    """`make digests`, with a registry that names made-up ones."""
    copied = {name: tmp_path / "docker" / name for name in ("Dockerfile", "compose.yaml")}
    (tmp_path / "docker").mkdir()
    for name, place in copied.items():
        place.write_text((DOCKER / name).read_text())
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text())
    program = tmp_path / "bin" / "docker"
    program.parent.mkdir()
    images = {each.rest.split()[0] for each in ALL if each.word == "FROM"}
    images |= {service["image"] for service in services().values()}
    others = {re.sub(DIGEST, "", i) for i in images if not i.startswith("rxbridge:")}
    assert len(others) == 5
    for digit in "ab":
        digest = f"sha256:{digit * 64}"
        program.write_text(f"#!/bin/sh\necho {digest}\n")
        program.chmod(0o755)
        path = {"PATH": f"{program.parent}:{os.environ['PATH']}"}
        subprocess.run(["make", "digests"], cwd=tmp_path, env=path, check=True, capture_output=True)
        text = "".join(place.read_text() for place in copied.values())
        assert len(re.findall(DIGEST, text)) == 6, "python twice"
        assert all(f"{image}@{digest}\n" in f"{text} ".replace(" AS build", "") for image in others)
    program.write_text("#!/bin/sh\necho nothing\n")
    done = subprocess.run(["make", "digests"], cwd=tmp_path, env=path, check=False)
    assert done.returncode != 0
    assert text == "".join(place.read_text() for place in copied.values())


def test_no_package_lists_caches_or_tools_are_left():
    text = (DOCKER / "Dockerfile").read_text()
    assert "apt" not in text
    assert "curl" not in text
    assert "sudo" not in text
    assert "PIP_NO_CACHE_DIR=1" in said("ENV", 0)[0].rest
    assert "venv --without-pip /opt/rxbridge" in text


def test_it_does_not_run_as_root():
    (user,) = said("USER")
    assert re.fullmatch(r"[1-9]\d{4}:[1-9]\d{4}", user.rest), "a number: Kubernetes asks for one"
    words = [each.word for each in ALL if each.stage == LAST]
    assert words.index("USER") > words.index("COPY"), "what it runs is not its own to change"
    assert "RUN" not in words[words.index("USER") :]


def test_it_starts_without_a_shell_and_tells_its_health():
    (entry,), (command,), (health,) = said("ENTRYPOINT"), said("CMD"), said("HEALTHCHECK")
    assert json.loads(entry.rest) == ["rxbridge"]
    assert json.loads(command.rest) == ["run"]
    probe = json.loads(health.rest.partition(" CMD ")[2])
    assert probe[:2] == ["python", "-c"]
    compile(probe[2], "healthcheck", "exec")
    assert "/health/ready" in probe[2]
    (port,) = said("EXPOSE")
    assert f":{port.rest}/" in probe[2]
    assert all(f"--{name}=" in health.rest for name in ("interval", "timeout", "start-period"))


def test_lines_go_on_with_and():
    """A step that fails must fail the build."""
    for each in ALL:
        if each.word == "RUN":
            assert not re.search(r";|\|\||\|", each.rest)


def test_what_is_copied_is_there_and_let_in():
    """.dockerignore lets in what is named, and nothing else: no secret, no store."""
    allowed = (ROOT / ".dockerignore").read_text().split()
    assert allowed[0] == "*"
    for each in said("COPY", 0):
        *sources, _ = each.rest.split()
        for source in sources:
            assert (ROOT / source).exists()
            assert f"!{source.split('/')[0]}" in allowed
    named = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    assert named == {"bridge", "docs", "mappings", "requirements", "pyproject.toml", "README.md"}


def test_the_folder_of_the_store_belongs_to_the_user():
    (user,) = said("USER")
    uid = user.rest.partition(":")[0]
    (made,) = said("RUN")
    assert f"--owner={uid} --group={uid} --mode=0700 /var/lib/rxbridge" in made.rest
    assert said("WORKDIR")[0].rest == "/var/lib/rxbridge"


def test_it_adds_less_than_120_mb_to_the_base():
    """The packages as they are installed here, their compiled files included, and our own."""
    files = [(ROOT / f"requirements/{name}.txt").read_text() for name in ("run", "postgres")]
    names = {*re.findall(r"^([\w.-]+)==", "".join(files), re.MULTILINE)}
    assert len(names) > 20
    weights = {name: weight_of_package(name) for name in names}
    assert weights["pydantic-core"] > 1_000_000, "they are weighed truly"
    ours = weight(ROOT / "bridge") + weight(ROOT / "mappings")
    assert sum(weights.values()) + ours + OF_A_VENV < MOST_BYTES


def weight_of_package(name: str) -> int:
    files = [Path(str(file.locate())) for file in distribution(name).files or ()]
    return sum(file.stat().st_size for file in files if file.is_file())


def weight(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
