"""What went wrong, named for what the caller must do next: wait, look, give up or ask a human."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.reasons import Reason


class BridgeError(Exception):
    """Any failure the bridge expects, told as a reason or in words of its own.

    Neither ever holds patient data or a secret.
    """

    def __init__(self, what: "str | Reason") -> None:
        super().__init__(what)
        self._what = what

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """The reason in English."""
        if isinstance(self._what, str):
            return self._what
        from bridge.texts import say

        return say(self._what)

    @property
    def reason(self) -> "Reason":
        """What went wrong, as data. Imported late: `rxbridge --help` needs no reasons."""
        from bridge.core.reasons import SAID

        return SAID(what=self._what) if isinstance(self._what, str) else self._what


class TryLater(BridgeError):  # noqa: N818 - named for what to do, not for what it is
    """Nothing happened, or it may safely happen again: try once more.

    `after` is what the vendor asked for, in seconds; None leaves the wait to the caller.
    """

    def __init__(self, what: "str | Reason", after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


class UnderWay(TryLater):
    """Somebody is at work on it right now; in some seconds it is free."""


class Garbled(TryLater):
    """An answer came and cannot be read. Worth a few more tries, then a human.

    `field` names the place in the answer (`order_items.0.amount`), or is empty for no JSON at all.
    """

    def __init__(self, what: "str | Reason", field: str = "") -> None:
        super().__init__(what)
        self.field = field


class Unsure(BridgeError):  # noqa: N818
    """A call was sent and no usable answer came: it may or may not have happened. Look first."""


class Refused(BridgeError):  # noqa: N818
    """The vendor understood and said no. The same call again gets the same answer.

    `status` is the HTTP status, `fields` the places in the request it complains of. Vendor texts
    are kept out of `what` unless they are known to be free of patient data.
    """

    def __init__(self, what: "str | Reason", *, status: int, fields: tuple[str, ...] = ()) -> None:
        super().__init__(what)
        self.status = status
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake in what the operator gave us: where it is, what is wrong, how to mend it."""

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        line = f"{self.where}: {self.what}"
        return f"{line} - {self.remedy}" if self.remedy else line


class Misconfigured(BridgeError):  # noqa: N818
    """Only the operator can mend this; every fault found is in `faults`, one line each."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class BadSignature(BridgeError):  # noqa: N818
    """A delivery does not prove that the vendor sent it: nothing in it is believed or kept."""


class NotTheShape(BridgeError):  # noqa: N818
    """A signed delivery is not what the vendor documents.

    `field` names the place in it (`data.uid`), or is empty where it is no JSON object at all.
    """

    def __init__(self, field: str = "") -> None:
        super().__init__(f"not the documented shape: {field or 'no JSON object'}")
        self.field = field


def words(failure: BridgeError) -> str:
    """What a failure says, with the way out of one that leaves everybody in doubt."""
    if isinstance(failure, Unsure):
        return f"{failure}: it may have happened - look before you do it again"
    return str(failure)
