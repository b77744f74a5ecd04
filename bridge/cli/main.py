"""The command line: which nouns there are, and the exit code of each ending.

A noun is a module in `bridge.cli.commands`, and a file of help in each language. It is loaded
only when it is typed: `--help` is instant. A new one is told of nowhere else.
"""

import gc
import os
import sys
from argparse import Namespace
from collections.abc import Collection, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import bridge
from bridge.cli.command import DONE, FAILED, WRONG, Handler, Noun, Parser
from bridge.cli.language import LANGUAGE, LANGUAGES, choose, summaries
from bridge.errors import BridgeError, Misconfigured, words


def entry() -> None:
    """The console script. Ends the process."""
    gc.set_threshold(200_000, 20, 20)  # what is loaded stays: nothing to look for
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str]) -> int:
    """Runs one command and returns its exit code."""
    choose(argv, os.environ)
    try:
        arguments = parser(argv).parse_args(argv)
    except Exception as mistake:
        return _unexpected(None, mistake)
    from bridge import logs

    logs.terse()
    if arguments.of_all and arguments.pharmacy is None:
        from bridge.cli.each import each_pharmacy

        code = _ended(arguments, lambda _: each_pharmacy(arguments, _ended))
    else:
        code = _ended(arguments, arguments.handler)
    if arguments.changes is None:
        return code
    from bridge.cli.trail import write_down

    return _ended(arguments, partial(write_down, code=code)) or code


def _ended(arguments: Namespace, body: Handler) -> int:
    """The exit code of what was carried out, whatever it raised."""
    try:
        code = body(arguments)
        if not isinstance(code, int):
            import asyncio  # `--help` needs none

            code = asyncio.run(code)
    except Misconfigured as mistake:
        for fault in mistake.faults:
            print(f"rxbridge: {fault.told(LANGUAGE.get())}", file=sys.stderr)
        return WRONG
    except BridgeError as failure:
        print(f"rxbridge: {words(failure).told(LANGUAGE.get())}", file=sys.stderr)
        return FAILED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except _stopped():
        return DONE if arguments.stays else FAILED
    except Exception as mistake:
        return _unexpected(arguments, mistake)
    return code


def _unexpected(arguments: Namespace | None, mistake: Exception) -> int:
    from bridge.cli import incident

    print(f"rxbridge: {incident.told(arguments, mistake).told(LANGUAGE.get())}", file=sys.stderr)
    return FAILED


def _stopped() -> tuple[type[BaseException], ...]:
    """What Ctrl-C raises. Called only when something was raised: `--help` loads no asyncio."""
    import asyncio

    return KeyboardInterrupt, asyncio.CancelledError


def parser(typed: Collection[str] | None = None) -> Parser:
    """The parser of every command; of nouns that are not in `typed`, only their names."""
    top = Parser(prog="rxbridge")
    top.add_argument("--version", action="version", version=f"rxbridge {bridge.__version__}")
    top.add_argument("--config", type=Path, metavar="PATH")
    top.add_argument("--pharmacy", metavar="NAME")
    top.add_argument("--lang", choices=LANGUAGES)
    top.explain()
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in summaries().items():
        command = commands.add_parser(name, help=summary)
        if typed is None or name in typed:
            module = name.replace("-", "_")
            noun: Noun = import_module(f"bridge.cli.commands.{module}").noun
            noun.define(command)
    return top
