"""The command line: which nouns there are, and the exit code of each ending.

A noun is a module in `bridge.cli.commands`. It is loaded only when it is typed: `--help` is
instant. A new one is told of nowhere else.
"""

import os
import re
import sys
from argparse import Namespace
from collections.abc import Collection, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path

import bridge
from bridge.cli.command import DONE, FAILED, WRONG, Handler, Noun, Parser
from bridge.cli.language import LANGUAGE, LANGUAGES, choose
from bridge.errors import BridgeError, Misconfigured, words

HELP = """
RxScale's prescription orders appear in PharmaOne Manager by themselves, and RxScale always shows
where they are and what is in stock.

rxbridge demo        # see it at work, no accounts needed
rxbridge check       # try out your configuration
rxbridge run         # the bridge itself
rxbridge stuck list  # what waits for you, and what to do
"""
COMMANDS = Path(__file__).parent / "commands"
ORDER = (
    *("run", "demo", "init", "sandbox", "check", "shadow", "go-live"),
    *("orders", "reconcile", "stock", "skus"),
    *(
        "stuck",
        "webhooks",
        "mappings",
        "completion",
        "products",
        "money",
        "call",
        "store",
        "password",
        "audit",
    ),
)
"""The nouns as `--help` lists them; one that is not named here comes last."""
_FIRST_LINE = re.compile(r'r?"""`rxbridge ([a-z-]+)`: (.*?)\.?(?:""")?$')


def entry() -> None:
    """The console script. Ends the process."""
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
    top.explain(HELP)
    top.add_argument("--version", action="version", version=f"rxbridge {bridge.__version__}")
    top.add_argument(
        "--config", type=Path, metavar="PATH", help="the configuration (default: ./rxbridge.toml)"
    )
    top.add_argument("--pharmacy", metavar="NAME", help="which one, where there are several")
    top.add_argument("--lang", choices=LANGUAGES, help="the language (default: the system's)")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, summary in summaries().items():
        command = commands.add_parser(name, help=summary)
        if typed is None or name in typed:
            module = name.replace("-", "_")
            noun: Noun = import_module(f"bridge.cli.commands.{module}").noun
            noun.define(command)
    return top


def summaries() -> dict[str, str]:
    """What each noun is for: the first line of its module, which is not loaded for that."""
    found: dict[str, str] = {}
    for path in sorted(COMMANDS.glob("*.py")):
        with path.open(encoding="utf-8") as file:
            if line := _FIRST_LINE.match(file.readline().rstrip()):
                found[line[1]] = line[2]
    rest = [name for name in found if name not in ORDER]
    return {name: found[name] for name in (*ORDER, *rest) if name in found}
