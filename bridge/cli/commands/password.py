"""`rxbridge password`: makes the hash of the page's password."""

import argparse
import getpass
import sys

from bridge.cli.command import DONE, WRONG, Noun
from bridge.cli.language import LANGUAGE
from bridge.errors import Phrase
from bridge.settings import variable

LEAST_LETTERS, MOST_LETTERS = 12, 1024
MEMORY_KIB, ROUNDS = 19456, 3
"""By OWASP's advice; more memory would show in the bridge's own with every login."""

noun = Noun()


@noun.command(json=False)
def password(_: argparse.Namespace) -> int:
    hashed = new_hash(Phrase("password-of-page"))
    if hashed is None:
        return WRONG
    print(hashed)
    name = variable("server.admin_password_hash")
    print(spoken(Phrase("put-hash", name=name)), file=sys.stderr)
    return DONE


def new_hash(prompt: Phrase) -> str | None:
    """The hash of a password that is asked for; None, and said why, for one that will not do."""
    try:
        given = _asked(prompt) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    except (EOFError, UnicodeDecodeError):
        given = ""
    if given is not None and LEAST_LETTERS <= len(given) <= MOST_LETTERS:
        return _hash(given)
    wrong = Phrase("not-the-same") if given is None else Phrase("too-short", least=LEAST_LETTERS)
    print(f"rxbridge: {spoken(wrong)}", file=sys.stderr)
    return None


def _asked(prompt: Phrase) -> str | None:
    first = getpass.getpass(f"{spoken(prompt)}: ")
    return first if getpass.getpass(f"{spoken(Phrase('once-more'))}: ") == first else None


def spoken(what: Phrase) -> str:
    """Without what tables need: a page's password is made in a moment."""
    return what.told(LANGUAGE.get())


def _hash(text: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher(time_cost=ROUNDS, memory_cost=MEMORY_KIB, parallelism=1).hash(text)
