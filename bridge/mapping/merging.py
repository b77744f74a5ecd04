"""Two versions of a file that both came from a third, made into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """The lines from `start` to before `end` of what both came from, and what they became."""

    start: int
    end: int
    lines: tuple[str, ...]

    def meets(self, other: "Edit") -> bool:
        """Beside each other is too near: a comment above a line speaks of it."""
        return self.start <= other.end and other.start <= self.end


def merged(
    base: Sequence[str], own: Sequence[str], new: Sequence[str]
) -> tuple[list[str], list[Edit]]:
    """`own` with what changed from `base` to `new`, line by line, and the changes that were left
    out: `own` changed the same lines, and keeps them.
    """
    ours, theirs = _edits(base, own), _edits(base, new)
    left_out = [each for each in theirs if each not in ours and any(map(each.meets, ours))]
    result = list(base)
    for edit in sorted({*ours, *theirs} - {*left_out}, reverse=True):
        result[edit.start : edit.end] = edit.lines
    return result, left_out


def _edits(before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return [
        Edit(start, end, tuple(after[first:last]))
        for kind, start, end, first, last in codes
        if kind != "equal"
    ]
