"""The parser of the command line: it tells what commands are for, and the way out of a slip."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from bridge.cli.help.direct import Told
from bridge.cli.help.examples import TOLD

Commands = dict[str, argparse.ArgumentParser]


class Parser(argparse.ArgumentParser):
    """argparse's, whose errors name the nearest word that would do, and where to read more."""

    def error(self, message: str) -> NoReturn:
        where = f"see: {self.prog} --help"
        found = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if found:
            known = re.findall(r"[\w-]+", found[2])
            message = f"there is no '{found[1]}' here{_nearest(found[1], known)}"
        self.exit(2, f"{self.prog}: {message}\n{where}\n")


def _nearest(word: str, known: list[str]) -> str:
    import difflib  # only a slip needs it

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f" - did you mean '{close[0]}'?" if close else f" - there are: {', '.join(known)}"


def finish(top: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """Gives every command its description and examples, and takes --config behind it as well."""
    for path, command in commands(top).items():
        command.formatter_class = argparse.RawDescriptionHelpFormatter
        told = TOLD.get(path)
        if told is not None:
            command.description = _wrapped(told.about)
            command.epilog = "examples:\n" + "\n".join(lines(told))
        for action in command._actions:  # noqa: SLF001 - argparse shows them nowhere else
            if "--json" in action.option_strings and action.help is None:
                action.help = "one JSON document instead of text"
        if path:
            command.add_argument(
                "--config",
                type=Path,
                metavar="PATH",
                default=argparse.SUPPRESS,
                help=argparse.SUPPRESS,
            )
    return top


def commands(top: argparse.ArgumentParser) -> Commands:
    """Every parser, by what is typed to come to it; the top one by nothing."""
    return {"": top, **dict(_below(top, ""))}


def lines(told: Told) -> list[str]:
    """The examples, with their purposes aligned."""
    width = max(len(typed) for typed, _ in told.examples)
    return [f"  {typed:{width}}  {said}".rstrip() for typed, said in told.examples]


def _below(parser: argparse.ArgumentParser, path: str) -> Iterator[tuple[str, Parser]]:
    for action in parser._actions:  # noqa: SLF001 - argparse shows them nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, command in action.choices.items():
                longer = f"{path} {name}".strip()
                yield longer, command
                yield from _below(command, longer)


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 78))
