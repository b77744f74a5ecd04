"""A vendor's answer whose fields the documents do not list in full: what is unknown is kept."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class Open(BaseModel):
    """An answer whose fields the documents do not list in full: unknown ones are in `more`."""

    model_config = ConfigDict(
        extra="allow", frozen=True, hide_input_in_errors=True, defer_build=True
    )

    @property
    def more(self) -> Mapping[str, Any]:
        """What came beside the documented fields, as it came."""
        return self.model_extra or {}

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """Without `more`: a patient's address can be in it, and a repr ends up in logs."""
        more = self.more
        return ((name, value) for name, value in super().__repr_args__() if name not in more)
