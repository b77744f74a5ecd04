"""How both vendors' answers are read into models, and what is said of one that cannot be."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from bridge.errors import Garbled

Model = TypeVar("Model", bound=BaseModel)


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


def read(answer: str, model: type[Model], raw: Any) -> Model:
    """`answer` says whose it is and to what. Raises Garbled with the place of the first thing in
    `raw` that cannot be read, and never with the thing itself.
    """
    try:
        return model.model_validate(raw)
    except ValidationError as unreadable:
        first = unreadable.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        raise Garbled(f"{answer}, {place or 'as a whole'}: {why}", place) from None
