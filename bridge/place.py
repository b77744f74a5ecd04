"""Where a store is: a file of SQLite's, or a pharmacy's rows in a PostgreSQL database."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Database:
    """The rows of one pharmacy. As text it names the database, and neither user nor password."""

    url: str = field(repr=False)
    pharmacy: str
    budget: str = field(default="", compare=False)
    """Whose limits its calls count in, with others perhaps; "": as the database has it, or its own.
    """

    def __str__(self) -> str:
        parts = urlsplit(self.url)
        where = parts.netloc.rpartition("@")[2]
        return f"{parts.scheme}://{where}{parts.path} ({self.pharmacy})"


Place = Path | Database
