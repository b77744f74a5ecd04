"""`rxbridge completion bash|zsh|fish`: a script for the Tab key, made from the parser itself."""

import argparse
from pathlib import Path

import shtab

from bridge.cli.help.parsing import commands
from bridge.cli.main import DONE, parser


def completion(arguments: argparse.Namespace) -> int:
    print(script(arguments.shell))
    return DONE


def script(shell: str) -> str:
    """Completes commands, verbs, options and, where a path is wanted, files."""
    top = parser()
    for command in commands(top).values():
        for action in command._actions:  # noqa: SLF001 - argparse shows them nowhere else
            if action.type is Path:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(top, shell))
