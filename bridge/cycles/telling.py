"""How telling people by message goes."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Telling:
    """`failing`: since when which addresses have not taken what was sent. Times are aware UTC."""

    last_at: datetime | None = None
    failing: dict[str, datetime] = field(default_factory=dict)
