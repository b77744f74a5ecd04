"""`rxbridge users`: who may open the operator's page."""

import argparse
import re
from pathlib import Path

from bridge import users
from bridge.app.files import write_whole
from bridge.cli import show
from bridge.cli.command import WRONG, Noun, argument, slip
from bridge.cli.commands.password import new_hash
from bridge.cli.opening import settings_of
from bridge.core.users import ADMIN, Role, User
from bridge.errors import BridgeError, Phrase
from bridge.users import Users

noun = Noun()


def _name(text: str) -> str:
    name = text.lower()
    if name == ADMIN or not re.fullmatch(users.NAME, name):
        raise argparse.ArgumentTypeError(slip("user", admin=ADMIN))
    return name


NAME = argument("name", type=_name, metavar="NAME")


@noun.verb(
    "add",
    NAME,
    argument("--role", choices=list(Role), required=True),
    changes=lambda typed: f"{typed.name} {typed.role}",
)
def add(arguments: argparse.Namespace) -> int:
    name, path = arguments.name, settings_of(arguments, of_all=True).users_file
    known = users.read(path)
    if (hashed := new_hash(Phrase("password-of", name=name))) is None:
        return WRONG
    word = "changed" if name in known else "added"
    _write(path, known | {name: User(Role(arguments.role), hashed)})
    return show.answer(arguments, {word: name}, Phrase(f"user-{word}", name=name))


@noun.verb("remove", NAME, changes=lambda typed: typed.name)
def remove(arguments: argparse.Namespace) -> int:
    name, path = arguments.name, settings_of(arguments, of_all=True).users_file
    known = users.read(path)
    if known.pop(name, None) is None:
        raise BridgeError(Phrase("no-such-user", name=name))
    _write(path, known)
    return show.answer(arguments, {"removed": name}, Phrase("user-removed", name=name))


@noun.verb("list")
def list_users(arguments: argparse.Namespace) -> int:
    settings = settings_of(arguments, of_all=True)
    users.read(settings.users_file)
    known = sorted(Users(settings)().items())
    return show.answer(
        arguments, {"users": [{"name": name, "role": user.role.value} for name, user in known]}
    )


def _write(path: Path, known: dict[str, User]) -> None:
    way = Phrase("let-write", folder=path.parent, kind="users")
    content = users.FILE.dump_json(known, indent=2)
    write_whole(path, content, mode=users.OWNER_ALONE, way=way)
