"""Where a configuration came from: its files, and whose it is, where there are several."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "RXBRIDGE_"
OF_A_KEY = ("api_key", "webhook_secrets", "requests_per_second", "requests_per_minute")
"""What a group's key has, and a pharmacy that names one takes from there."""


@dataclass(frozen=True, slots=True)
class Source:
    """`files`: all that were read, those of secrets too. `origins`: of each key that was set.

    `pharmacy`: the id of one of several, which is the name of its file; "": the only one.
    """

    file: Path | None = None
    secrets_in_file: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()
    origins: Mapping[str, object] = field(default_factory=dict)
    pharmacy: str = ""

    @property
    def home(self) -> Path | None:
        """The folder of `rxbridge.toml`; None without such a file."""
        if self.file is None:
            return None
        return self.file.parent.parent if self.pharmacy else self.file.parent

    @property
    def own(self) -> Path | None:
        """The folder of what is a pharmacy's own, beside its file; None for the only one."""
        return self.file.with_suffix("") if self.file is not None and self.pharmacy else None

    def variable(self, key: str, group: str | None = None) -> str:
        """The environment variable of a key: `rxscale.api_key` is RXBRIDGE_RXSCALE__API_KEY. Where
        there are several, it names the pharmacy, or the `group` whose key it is.
        """
        section, _, name = key.partition(".")
        if group and section == "rxscale" and name in OF_A_KEY:
            return _of("key", group, name)
        return _of("pharmacy", self.pharmacy, key) if self.pharmacy else _of(key)


def _of(*names: str) -> str:
    return PREFIX + "__".join(names).replace(".", "__").replace("-", "_").upper()
