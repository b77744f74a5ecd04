"""How a command is defined: its arguments, its help with examples, and the way out of a slip."""

import argparse
import re
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from operator import methodcaller
from pathlib import Path
from typing import Any, NoReturn

from bridge.cli.language import LANGUAGE, LANGUAGES, help_of, sentence

DONE, FAILED, WRONG = 0, 1, 2
"""Exit codes: done; a finding or a failure; wrong usage or configuration."""

Handler = Callable[[argparse.Namespace], int | Coroutine[Any, Any, int]]
"""Carries a command out and returns its exit code; in an event loop, if it is a coroutine."""
Example = tuple[str, str]
"""A line to type, and its purpose or ""."""


Argument = Callable[[argparse.ArgumentParser], object]
"""Adds itself to a parser."""
Changes = Callable[[argparse.Namespace], str | None]
"""Which keys or ids a command changes, as typed, for the audit log; None: it changes nothing."""


def argument(*names: str, **options: Any) -> Argument:
    """One argument of a command, as for `argparse.add_argument`, but for its help."""
    return methodcaller("add_argument", *names, **options)


class Parser(argparse.ArgumentParser):
    """argparse's, with help out of a file; an error names the nearest word that would do."""

    about = ""
    examples: tuple[Example, ...] = ()

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def explain(self) -> None:
        """Takes the help of the command and of its arguments, in the language that is spoken."""
        told = help_of(self.prog)
        self.about, self.examples = _read_help(told["help"])
        self.description = _wrapped(self.about)
        lines = (f"  {line}" for line in aligned(self.examples))
        self.epilog = "\n".join([sentence("examples:"), *lines])
        for action in self._actions:
            name = (*action.option_strings, action.metavar or action.dest)[0]
            action.help = told.get(str(name)) or sentence(action.help or "") or None

    def error(self, message: str) -> NoReturn:
        found = re.search(r"invalid choice: '(.*?)' \(choose from (.*)\)", message)
        if found:
            known = re.findall(r"[\w-]+", found[2])
            message = sentence("there is no '%s' here") % found[1] + _nearest(found[1], known)
        see = sentence("see: %s --help") % self.prog
        self.exit(WRONG, f"{self.prog}: {message}\n{see}\n")


@dataclass(frozen=True, slots=True)
class Command:
    """`stays`: it goes on until it is stopped (Ctrl-C), which is no failure then. `json`: it has a
    `--json`. `of_all`: where there are several pharmacies and none is named, it is carried out for
    each.
    """

    handler: Handler
    arguments: tuple[Argument, ...]
    name: str = ""
    stays: bool = False
    changes: Changes | None = None
    json: bool = True
    of_all: bool = False

    def define(self, parser: Parser) -> None:
        for add_to in self.arguments:
            add_to(parser)
        if self.json:
            usual = sentence("one JSON document instead of text")
            parser.add_argument("--json", action="store_true", help=usual)
        parser.set_defaults(
            handler=self.handler, stays=self.stays, changes=self.changes, of_all=self.of_all
        )
        parser.explain()
        _accept_config(parser)


@dataclass(slots=True)
class Noun:
    """A noun of the command line with its verbs; one without verbs is a command itself.

    Its help is `help/LANGUAGE/NOUN.toml`, with the summary that `rxbridge --help` shows.
    """

    verbs: list[Command] = field(default_factory=list)
    alone: Command | None = None

    def verb(self, name: str, *arguments: Argument, **options: Any) -> Callable[[Handler], Handler]:
        """Makes a handler the command `rxbridge NOUN name`; `options` are those of `Command`."""

        def made(handler: Handler) -> Handler:
            self.verbs.append(Command(handler, arguments, name, **options))
            return handler

        return made

    def command(self, *arguments: Argument, **options: Any) -> Callable[[Handler], Handler]:
        """Makes a handler the command `rxbridge NOUN`."""

        def made(handler: Handler) -> Handler:
            self.alone = Command(handler, arguments, **options)
            return handler

        return made

    def define(self, parser: Parser) -> None:
        """Gives the noun's parser its help, its arguments and its verbs."""
        if self.alone is not None:
            self.alone.define(parser)
            return
        parser.explain()
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
        summaries = help_of(parser.prog)["summaries"]
        for each in self.verbs:
            each.define(verbs.add_parser(each.name, help=summaries[each.name]))
        _accept_config(parser)


def whole_number(least: int, most: int = 1_000_000) -> Callable[[str], int]:
    """The type of an argument; more than `most` is a typing error."""

    def parse(text: str) -> int:
        try:
            number = int(text)
        except ValueError:
            number = least - 1
        if not least <= number <= most:
            wanted = {"text": text, "least": least, "most": most}
            raise argparse.ArgumentTypeError(slip("whole-number", **wanted))
        return number

    return parse


def slip(key: str, **facts: object) -> str:
    """What is wrong with what was typed, in the language that is spoken: the text `slip-KEY`."""
    from bridge.errors import Phrase  # only a slip needs it

    return Phrase(f"slip-{key}", **facts).told(LANGUAGE.get())


def commands(top: Parser) -> dict[str, Parser]:
    """Every parser, by what is typed to come to it; the top one by nothing."""
    return dict(_below(top, ""))


def aligned(examples: tuple[Example, ...], mark: str = "") -> list[str]:
    """Each example on a line, its purpose behind `mark`."""
    width = max((len(typed) for typed, _ in examples), default=0)
    return [f"{typed:{width}}  {mark}{why}" if why else typed for typed, why in examples]


def _accept_config(parser: Parser) -> None:
    """`--config`, `--pharmacy` and `--lang` may stand behind the command too, as the top shows."""
    hidden: Any = argparse.SUPPRESS
    parser.add_argument("--config", type=Path, metavar="PATH", default=hidden, help=hidden)
    parser.add_argument("--pharmacy", metavar="NAME", default=hidden, help=hidden)
    parser.add_argument("--lang", choices=LANGUAGES, default=hidden, help=hidden)


def _below(parser: Parser, path: str) -> Iterator[tuple[str, Parser]]:
    yield path, parser
    for action in parser._actions:  # noqa: SLF001 - argparse shows them nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for name, command in action.choices.items():
                yield from _below(command, f"{path} {name}".strip())


def _read_help(document: str) -> tuple[str, tuple[Example, ...]]:
    """What it is about, then lines like `rxbridge check  # everything`."""
    about: list[str] = []
    examples: list[Example] = []
    for line in map(str.strip, document.splitlines()):
        if line.startswith(("rxbridge ", 'eval "$(rxbridge ')):
            typed, _, why = line.partition("  # ")
            examples.append((" ".join(typed.split()), " ".join(why.split())))
        elif line:
            about.append(line)
    return " ".join(about), tuple(examples)


def _wrapped(text: str) -> str:
    import textwrap

    return "\n".join(textwrap.wrap(text, 78))


def _nearest(word: str, known: list[str]) -> str:
    import difflib  # only a slip needs it

    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if close:
        return sentence(" - did you mean '%s'?") % close[0]
    return sentence(" - there are: %s") % ", ".join(known)
