"""`rxbridge completion`: a script for the Tab key.

Prints a script that lets the Tab key complete commands and options.

eval "$(rxbridge completion bash)"      # bash, for this window
rxbridge completion zsh > ~/.zfunc/_rxbridge  # zsh, where fpath has ~/.zfunc
rxbridge completion fish > ~/.config/fish/completions/rxbridge.fish  # fish, for good
"""

import argparse
from pathlib import Path

import shtab

from bridge.cli.command import DONE, Noun, argument, commands
from bridge.cli.main import parser

noun = Noun(__doc__)


@noun.command(
    argument("shell", choices=["bash", "zsh", "fish"], metavar="SHELL", help="bash, zsh or fish"),
    json="",
)
def completion(arguments: argparse.Namespace) -> int:
    print(script(arguments.shell))
    return DONE


def script(shell: str) -> str:
    """Made from the parser: completes commands, options and, where a path is wanted, files."""
    top = parser()
    for command in commands(top).values():
        command.translate()
        for action in command._actions:  # noqa: SLF001 - argparse shows them nowhere else
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(top, shell))
