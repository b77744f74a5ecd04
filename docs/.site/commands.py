"""docs/commands.md: every command, its arguments and examples, out of the parser itself."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.command import Parser, aligned, commands
from bridge.cli.main import parser

PAGE = Path(__file__).parents[1] / "commands.md"
HEAD = """# Command line

Made from the program by `make commands`; `rxbridge COMMAND --help` shows the same.

- `--config PATH` names the configuration, before or behind the command. Without it:
  `$RXBRIDGE_CONFIG`, else `./rxbridge.toml`, else `/etc/rxbridge/rxbridge.toml`.
- `--json` gives one JSON document on standard output, for programs. Times are UTC there; for people
  they are local.
- Exit codes: 0 done, 1 a finding or a failure, 2 wrong usage or configuration.
- Colours and progress bars appear on a terminal only; `NO_COLOR=1` turns colours off there too.
- Commands work beside a running `rxbridge run`, on the same store.
- Tab completion for bash, zsh and fish: [Editors and terminals](editors.md#the-tab-key).
"""
HIDDEN = frozenset({"-h", "--help", "--config"})


def page() -> str:
    """The whole page, in Markdown."""
    known = commands(parser())
    parts = [HEAD]
    for path, command in known.items():
        if path and not any(other.startswith(f"{path} ") for other in known):
            parts += _entry(path, command)
    return "\n".join(parts)


def _entry(path: str, command: Parser) -> Iterator[str]:
    yield f"## rxbridge {path}\n"
    yield f"{command.about}\n"
    yield "\n".join(["```sh", *aligned(command.examples, mark="# "), "```\n"])
    rows = [_row(action) for action in command._actions if _is_shown(action)]  # noqa: SLF001
    if rows:
        yield "\n".join(["| argument | meaning |", "| --- | --- |", *rows, ""])


def _is_shown(action: argparse.Action) -> bool:
    return not HIDDEN & set(action.option_strings)


def _row(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices and not value:
        value = "\\|".join(map(str, action.choices))
    name = " ".join(filter(None, [", ".join(action.option_strings), value]))
    return f"| `{name}` | {action.help or ''} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
