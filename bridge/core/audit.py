"""The audit log: who did what, when and from where."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Deed(StrEnum):
    """What is done by nobody's command; a button is named like the command that does the same."""

    LOGGED_IN = "logged in"
    LOGIN_FAILED = "login failed"
    LOGGED_OUT = "logged out"
    MAPPINGS_CHANGED = "mapping files changed"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One deed. Never a patient's data, and nothing that somebody typed: a reason for leaving an
    order alone stands in the order's story, and goes with it.

    `who`: a name, "" where nobody had to say it. `origin`: "command line", or "page" and the
    address. `what`: a command's name or a `Deed`. `subject`: keys, ids or file names. `version`:
    of the mapping files in force.
    """

    at: datetime
    who: str
    origin: str
    what: str
    subject: str = ""
    outcome: str = "done"
    version: str = ""
