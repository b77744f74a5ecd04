"""docs/commands.md: every command, its arguments and examples, out of the parser itself."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.command import Parser, aligned, commands
from bridge.cli.language import LANGUAGE
from bridge.cli.main import parser

PAGE = Path(__file__).parents[1] / "commands.md"
GERMAN = PAGE.with_suffix(".de.md")
HEAD = """# Command line

Made from the program by `make commands`; `rxbridge COMMAND --help` shows the same.

- `--config PATH` names the configuration, before or behind the command. Without it:
  `$RXBRIDGE_CONFIG`, else `./rxbridge.toml`, else `/etc/rxbridge/rxbridge.toml`.
- `--lang de` or `--lang en` names the language, before or behind the command. Without it: the
  system's (`LC_ALL`, `LC_MESSAGES`, `LANG`), else English. The log stays English.
- `--json` gives one JSON document on standard output, for programs, the same in every language.
  Times are UTC there; for people they are local.
- Exit codes: 0 done, 1 a finding or a failure, 2 wrong usage or configuration.
- Colours and progress bars appear on a terminal only; `NO_COLOR=1` turns colours off there too.
- Commands work beside a running `rxbridge run`, on the same store.
- Tab completion for bash, zsh and fish: [Editors and terminals](editors.md#the-tab-key).
"""
KOPF = """# Kommandozeile

Aus dem Programm erzeugt, mit `make commands`; `rxbridge COMMAND --help --lang de` zeigt dasselbe.

- `--config PATH` nennt die Konfiguration, vor oder hinter dem Befehl. Ohne: `$RXBRIDGE_CONFIG`,
  sonst `./rxbridge.toml`, sonst `/etc/rxbridge/rxbridge.toml`.
- `--lang de` oder `--lang en` nennt die Sprache, vor oder hinter dem Befehl. Ohne: die des Systems
  (`LC_ALL`, `LC_MESSAGES`, `LANG`), sonst Englisch. Das Protokoll bleibt Englisch.
- `--json` gibt ein JSON-Dokument auf der Standardausgabe, für Programme; es ist in jeder Sprache
  dasselbe. Zeiten sind dort UTC; für Menschen sind sie die der eigenen Zeitzone.
- Exit-Codes: 0 erledigt, 1 ein Befund oder Fehlschlag, 2 falscher Aufruf oder falsche
  Konfiguration.
- Farben und Fortschrittsbalken gibt es nur auf einem Terminal; `NO_COLOR=1` schaltet Farben auch
  dort aus.
- Befehle arbeiten neben einem laufenden `rxbridge run`, auf demselben Speicher.
- Die Tabulatortaste in bash, zsh und fish: [Editors and terminals](editors.md#the-tab-key).
"""
HIDDEN = frozenset({"-h", "--help", "--config", "--lang"})


def page(language: str = "en") -> str:
    """The whole page, in Markdown."""
    LANGUAGE.set(language)
    try:
        known = commands(parser())
        parts = [HEAD if language == "en" else KOPF]
        for path, command in known.items():
            if path and not any(other.startswith(f"{path} ") for other in known):
                parts += _entry(path, command)
        return "\n".join(parts)
    finally:
        LANGUAGE.set("en")


def _entry(path: str, command: Parser) -> Iterator[str]:
    yield f"## rxbridge {path}\n"
    yield f"{command.about}\n"
    yield "\n".join(["```sh", *aligned(command.examples, mark="# "), "```\n"])
    rows = [_row(action) for action in command._actions if _is_shown(action)]  # noqa: SLF001
    if rows:
        headings = "| argument | meaning |" if LANGUAGE.get() == "en" else "| Angabe | Bedeutung |"
        yield "\n".join([headings, "| --- | --- |", *rows, ""])


def _is_shown(action: argparse.Action) -> bool:
    return action.help != argparse.SUPPRESS and not HIDDEN & set(action.option_strings)


def _row(action: argparse.Action) -> str:
    value = action.metavar if isinstance(action.metavar, str) else ""
    if action.choices and not value:
        value = "\\|".join(map(str, action.choices))
    name = " ".join(filter(None, [", ".join(action.option_strings), value]))
    return f"| `{name}` | {action.help or ''} |"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    GERMAN.write_text(page("de"), "utf-8")
