"""`rxbridge init`: a folder to start from, with configuration, mapping files and secrets.

Makes a folder to start from: a commented rxbridge.toml, mapping files of your own, and a folder of
secrets that only you can open. Every command that is typed there finds them. It asks for the few
things that are needed; what you leave empty can be filled in later. What is there already is kept.

rxbridge init pharmacy        # asks, and says what to type next
rxbridge init pharmacy --yes  # asks nothing: all is to be filled in
rxbridge init chain --fleet   # for several pharmacies in one process
"""

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
from bridge.errors import Fault, Misconfigured
from bridge.mapping.reading import FILES, SKUS
from bridge.settings import RxScaleSection, variable

ASKED = {
    "rxscale.base_url": "RxScale's address; development, until you go live",
    "pharmaone.org_id": "PharmaOne: the organisation's id (org1)",
    "pharmaone.shop_id": "PharmaOne: the shop's id (shop1)",
}
SECRET = {
    "rxscale.api_key": "RxScale's API key",
    "rxscale.webhook_secrets": "",
    "pharmaone.api_key": "PharmaOne's API key",
    "pharmaone.webhook_secrets": "",
}
"""Those without a question are known once the webhooks are registered."""
KEY = re.compile(r"(?:# )?(\w+) = (\S+|\[.*\])(\s*#.*)?")
ANOTHER = "name another folder"

noun = Noun(__doc__)


@noun.command(
    argument("folder", nargs="?", type=Path, default=Path(), metavar="DIR", help="where (here)"),
    argument("--yes", action="store_true", help="ask nothing"),
    argument("--fleet", action="store_true", help="for several pharmacies: docs/fleet.md"),
    json="",
)
def init(arguments: argparse.Namespace) -> int:
    folder: Path = arguments.folder
    file = folder / config.FILE
    if file.exists():
        remedy = "edit it; what a new version brings is told by `rxbridge mappings diff`"
        raise Misconfigured(Fault(str(file), "is there already", remedy))
    shipped.refuse(folder / "mappings")
    asks = sys.stdin.isatty() and not arguments.yes and not arguments.fleet
    answers = {key: _ask(key, said) for key, said in ASKED.items()} if asks else {}
    secrets = {
        key: _answered(getpass.getpass, f"{said} (not shown): ") if said and asks else ""
        for key, said in SECRET.items()
    }
    _make(folder, {key: said for key, said in answers.items() if said}, secrets)
    if arguments.fleet:
        (folder / config.PHARMACIES).mkdir(exist_ok=True)
        show.page("init-fleet", folder=folder / config.PHARMACIES, is_elsewhere=folder != Path())
        return DONE
    _tell(folder, answers, secrets)
    return DONE


def _ask(key: str, said: str) -> str:
    usual = f" [{RxScaleSection().base_url}]" if key == "rxscale.base_url" else ""
    return _answered(input, f"{said}{usual}: ")


def _answered(read: Callable[[str], str], question: str) -> str:
    try:
        return read(question).strip()
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
        raise Misconfigured(Fault(str(folder), f"not made ({error.strerror})", ANOTHER)) from None
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
        write_whole(path, content, mode=mode, remedy=ANOTHER)


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
    asked = {key: said for key, said in SECRET.items() if said and not secrets[key]}
    show.page(
        "init",
        folder=folder,
        file=config.FILE,
        secrets=folder / config.SECRETS,
        left=[key for key in ASKED if key.startswith("pharmaone.") and not answers.get(key)],
        put={said: folder / config.SECRETS / variable(key).lower() for key, said in asked.items()},
        is_elsewhere=folder != Path(),
    )
