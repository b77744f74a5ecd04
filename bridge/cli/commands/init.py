"""`rxbridge init`: a folder to start from, with configuration, mapping files and secrets."""

import argparse
import getpass
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bridge import config
from bridge.app import shipped
from bridge.app.files import write_whole
from bridge.cli import show
from bridge.cli.command import DONE, Noun, argument
from bridge.errors import Fault, Foreign, Misconfigured, Phrase
from bridge.mapping.reading import FILES, SKUS
from bridge.settings import RxScaleSection, variable

ASKED = ("rxscale.base_url", "pharmaone.org_id", "pharmaone.shop_id")
SECRET = {
    "rxscale.api_key": True,
    "rxscale.webhook_secrets": False,
    "pharmaone.api_key": True,
    "pharmaone.webhook_secrets": False,
}
"""Those that are not asked for are known once the webhooks are registered."""
KEY = re.compile(r"(?:# )?(\w+) = (\S+|\[.*\])(\s*#.*)?")
ANOTHER = Phrase("another-folder")

noun = Noun()


@noun.command(
    argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR"),
    argument("--yes", action="store_true"),
    argument("--fleet", action="store_true"),
    json=False,
)
def init(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    file = folder / config.FILE
    if file.exists():
        raise Misconfigured(Fault(file, "made-already"))
    shipped.refuse(folder / "mappings")
    asks = sys.stdin.isatty() and not arguments.yes and not arguments.fleet
    answers = {key: _answered(input, key) for key in ASKED} if asks else {}
    secrets = {
        key: _answered(getpass.getpass, key) if asked and asks else ""
        for key, asked in SECRET.items()
    }
    _make(folder, {key: said for key, said in answers.items() if said}, secrets)
    if arguments.fleet:
        (folder / config.PHARMACIES).mkdir(exist_ok=True)
        show.page("init-fleet", folder=folder / config.PHARMACIES, is_elsewhere=folder != Path())
        return DONE
    _tell(folder, answers, secrets)
    return DONE


def _answered(read: Callable[[str], str], key: str) -> str:
    question = Phrase("init-question", key=key.replace(".", "-"), usual=RxScaleSection().base_url)
    try:
        return read(f"{show.spoken(question)}: ").strip()
    except EOFError:  # Ctrl-D
        return ""


def _make(folder: Path, answers: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    """Raises Misconfigured."""
    text = filled_in((shipped.folder() / shipped.EXAMPLE).read_text("utf-8"), answers)
    own, base = folder / "mappings", folder / "mappings" / shipped.BASE
    try:
        for place in (base, folder / shipped.SCHEMAS):
            place.mkdir(parents=True, exist_ok=True)
        (folder / config.SECRETS).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        why = Foreign(error.strerror)
        raise Misconfigured(Fault(folder, "not-made", why=why)) from None
    for key, secret in secrets.items():
        _put(folder / config.SECRETS / variable(key).lower(), secret.encode(), 0o600)
    for name in FILES:
        content = (shipped.mappings() / name).read_bytes()
        _put(own / name, content)
        if name != SKUS:  # the pharmacy's own, whatever comes
            _put(base / name, content)
    for schema in (shipped.folder() / shipped.SCHEMAS).glob("*.json"):
        _put(folder / shipped.SCHEMAS / schema.name, schema.read_bytes())
    _put(folder / config.FILE, text.encode())  # at last: it says that the folder is whole


def _put(path: Path, content: bytes, mode: int = 0o644) -> None:
    if not path.exists():
        write_whole(path, content, mode=mode, way=ANOTHER)


def filled_in(example: str, answers: Mapping[str, str]) -> str:
    """The example with each key as a comment, so that defaults stay the program's own, but for the
    keys that are answered.
    """
    return "".join(f"{line}\n" for line in _lines(example, dict(answers)))


def _lines(example: str, answers: dict[str, str]) -> Iterator[str]:
    section = ""
    for line in example.replace("#:schema ./", "#:schema ./docs/").splitlines():
        key = KEY.fullmatch(line)
        if line.startswith("["):
            section = line.strip("[]")
        said = answers.get(f"{section}.{key[1]}") if key else None
        if key and said is not None:
            yield f"{key[1]} = {json.dumps(said)}{key[3] or ''}"
        else:
            yield f"# {line}" if key and not line.startswith("#") else line


def _tell(folder: Path, answers: Mapping[str, str], secrets: Mapping[str, str]) -> None:
    asked = [key for key, asked in SECRET.items() if asked and not secrets[key]]
    show.page(
        "init",
        folder=folder,
        file=config.FILE,
        secrets=folder / config.SECRETS,
        left=[key for key in ASKED if key.startswith("pharmaone.") and not answers.get(key)],
        put={
            key.partition(".")[0]: folder / config.SECRETS / variable(key).lower() for key in asked
        },
        is_elsewhere=folder != Path(),
    )
