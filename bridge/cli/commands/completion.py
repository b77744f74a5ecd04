"""`rxbridge completion`: a script for the Tab key."""

import argparse
from pathlib import Path

import shtab

from bridge.cli.command import DONE, Noun, argument, commands
from bridge.cli.main import parser

noun = Noun()


@noun.command(argument("shell", choices=["bash", "zsh", "fish"], metavar="SHELL"), json=False)
def completion(arguments: argparse.Namespace) -> int:
    print(script(arguments.shell))
    return DONE


def script(shell: str) -> str:
    """Made from the parser: completes commands, options and, where a path is wanted, files."""
    top = parser()
    for command in commands(top).values():
        for action in command._actions:  # noqa: SLF001 - argparse shows them nowhere else
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(top, shell))
