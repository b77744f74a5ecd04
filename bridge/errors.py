"""What went wrong, named for what the caller must do next: wait, look, give up or ask a human."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.reasons import Reason


class Phrase:
    """A text of the catalogue (`bridge/texts`) with its facts, in no language yet; a fact may be
    one too, or a reason. As a text it is English.
    """

    def __init__(self, key: str, /, **facts: object) -> None:
        self.key, self.facts = key, facts

    def told(self, language: str = "en") -> str:
        """Raises LookupError for a key that the catalogue does not have."""
        from bridge.texts import word

        return word(self.key, language, **_told(self.facts, language))

    def __str__(self) -> str:
        return self.told()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase | str) and str(self) == str(other)

    def __hash__(self) -> int:
        return hash(str(self))


class Several(Phrase):
    """Phrases and reasons, one behind the other."""

    def __init__(self, parts: Iterable[object], between: str = "; ") -> None:
        self.parts, self.between = tuple(parts), between
        super().__init__("several")

    def told(self, language: str = "en") -> str:
        return self.between.join(told(each, language) for each in self.parts)


class Foreign(Phrase):
    """A sentence of a library's or the system's: told as the catalogue has it, by its own words
    (`said-no-such-file-or-directory`, its numbers as `a` and `b`) or by `key`; as it stands, where
    the catalogue has it not.
    """

    def __init__(self, text: str | None, key: str = "", /, **facts: object) -> None:
        self.text = text or ""
        slug = re.sub(r"[^a-z]+", "-", self.text.lower()).strip("-")
        numbers = zip("ab", re.findall(r"\d+(?:\.\d+)?", self.text), strict=False)
        super().__init__(key or f"said-{slug}", **dict(numbers), **facts)

    def told(self, language: str = "en") -> str:
        try:
            return super().told(language)
        except LookupError:
            return self.text


def either(words: Sequence[str]) -> object:
    """One of the words; "" where there is none."""
    *head, last = words or [""]
    return Phrase("one-of", head=", ".join(head), last=last) if head else last


def told(value: object, language: str = "en") -> str:
    """What a person reads of it: of a phrase, a reason or a failure, in this language."""
    from bridge.core.reasons import Reason
    from bridge.texts import say

    if isinstance(value, Reason):
        return say(value, language)
    return value.told(language) if hasattr(value, "told") else str(value)


def _told(facts: Mapping[str, object], language: str) -> dict[str, str | None]:
    return {name: None if fact is None else told(fact, language) for name, fact in facts.items()}


class BridgeError(Exception):
    """Any failure the bridge expects, told as a reason or in words of its own.

    Neither ever holds patient data or a secret.
    """

    is_told = False
    """Whether the log has it already: no line that bears it follows (`logs`)."""

    def __init__(self, what: "str | Reason | Phrase") -> None:
        super().__init__(what)
        self._what = what

    def __str__(self) -> str:
        return self.what

    @property
    def what(self) -> str:
        """The reason in English."""
        return self.told()

    def told(self, language: str = "en") -> str:
        """The reason."""
        return told(self._what, language)

    @property
    def reason(self) -> "Reason":
        """What went wrong, as data; words of its own in each language, under its name, where they
        differ. Imported late: `rxbridge --help` needs no reasons.
        """
        from bridge.core.reasons import SAID, Reason
        from bridge.texts.catalogue import LANGUAGES

        if isinstance(self._what, Reason):
            return self._what
        words = {language: self.told(language) for language in LANGUAGES}
        others = {name: text for name, text in words.items() if text != self.what}
        return Reason(SAID, {"what": self.what, **others})


class TryLater(BridgeError):  # noqa: N818 - named for what to do, not for what it is
    """Nothing happened, or it may safely happen again: try once more.

    `after` is what the vendor asked for, in seconds; None leaves the wait to the caller.
    """

    def __init__(self, what: "str | Reason | Phrase", after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


class UnderWay(TryLater):
    """It is being worked on right now; in some seconds it is free."""


class Unreachable(TryLater):
    """The database does not answer, which its connections tell the log once for all who wait."""

    is_told = True


class Garbled(TryLater):
    """An answer came and cannot be read. Worth a few more tries, then a human.

    `field` names the place in the answer (`order_items.0.amount`), or is empty for no JSON at all.
    """

    def __init__(self, what: "str | Reason | Phrase", field: str = "") -> None:
        super().__init__(what)
        self.field = field


class Unsure(BridgeError):  # noqa: N818
    """A call was sent and no usable answer came: it may or may not have happened. Look first."""


class Refused(BridgeError):  # noqa: N818
    """The vendor understood and said no. The same call again gets the same answer.

    `status` is the HTTP status, `fields` the places in the request it complains of. Vendor texts
    are kept out of `what` unless they are known to be free of patient data.
    """

    def __init__(
        self, what: "str | Reason | Phrase", *, status: int, fields: tuple[str, ...] = ()
    ) -> None:
        super().__init__(what)
        self.status = status
        self.fields = fields


class Fault(Phrase):
    """One mistake in what the operator gave us: where it is, what is wrong, how to mend it. That is
    the text `fault-KEY` of the catalogue with its `.remedy`.
    """

    def __init__(self, where: object, key: str, /, **facts: object) -> None:
        super().__init__(f"fault-{key}", **facts)
        self.where = str(where)
        self._where = where

    @property
    def phrase(self) -> Phrase:
        """What is wrong, without where and the way out."""
        return Phrase(self.key, **self.facts)

    @property
    def what(self) -> str:
        return super().told()

    @property
    def remedy(self) -> str:
        return self._remedy("en")

    def told(self, language: str = "en") -> str:
        line, remedy = (
            f"{told(self._where, language)}: {super().told(language)}",
            self._remedy(language),
        )
        return f"{line} - {remedy}" if remedy else line

    def _remedy(self, language: str) -> str:
        from bridge.texts import way_out

        return way_out(self.key, language, **_told(self.facts, language))


class Misconfigured(BridgeError):  # noqa: N818
    """Only the operator can mend this; every fault found is in `faults`, one line each."""

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("")

    def told(self, language: str = "en") -> str:
        return "\n".join(fault.told(language) for fault in self.faults)


class BadSignature(BridgeError):  # noqa: N818
    """A delivery does not prove that the vendor sent it: nothing in it is believed or kept."""


class NotTheShape(BridgeError):  # noqa: N818
    """A signed delivery is not what the vendor documents.

    `field` names the place in it (`data.uid`), or is empty where it is no JSON object at all.
    """

    def __init__(self, field: str = "") -> None:
        super().__init__(f"not the documented shape: {field or 'no JSON object'}")
        self.field = field


def words(failure: BridgeError) -> BridgeError | Phrase:
    """What a failure says, with the way out of one that leaves all in doubt."""
    return Phrase("unsure", what=failure) if isinstance(failure, Unsure) else failure
