"""A lifecycle, as docs/states.md writes it in Mermaid's words, drawn as SVG.

Code hosts draw Mermaid by themselves; the site would have to fetch a large script from elsewhere.
States stand in a column, in the order in which an order passes through them; a step to the next one
is a straight arrow, any other an arc: to the right down the column, to the left up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

ROW, WIDTH, HEIGHT, LEFT, TOP = 64, 250, 34, 190, 24
END = "[*]"
_STATE = re.compile(r"\s*(\w+): (.+)")
_STEP = re.compile(r"\s*(\S+) --> (\S+?)(?:: (.+))?")
_ARROW = (
    '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker>'
)


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """`states` are names and labels in order; `steps` lead from name to name, with a word."""

    states: dict[str, str]
    steps: tuple[tuple[str, str, str], ...]


def read(text: str) -> Lifecycle:
    """A `stateDiagram-v2`, as far as docs/states.md uses it. Raises ValueError for more."""
    states: dict[str, str] = {}
    steps: list[tuple[str, str, str]] = []
    first, *lines = text.strip().splitlines()
    if first.strip() != "stateDiagram-v2":
        raise ValueError(f"no stateDiagram-v2: {first}")
    for line in lines:
        step, state = _STEP.fullmatch(line), _STATE.fullmatch(line)
        if step:
            steps.append((step[1], step[2], step[3] or ""))
        elif state:
            states[state[1]] = state[2]
        else:
            raise ValueError(f"neither a state nor a step: {line}")
    return Lifecycle(states, tuple(steps))


def svg(text: str) -> str:
    """The drawing, without blank lines, so that it may stand in Markdown."""
    drawn = read(text)
    place = {name: number for number, name in enumerate(drawn.states)}
    height = TOP * 2 + ROW * len(place)
    parts = [
        f'<svg viewBox="0 0 760 {height}" role="img" style="max-width: 760px; color: inherit" '
        'font-family="inherit" font-size="14" fill="none" stroke="currentColor">',
        f"<title>{escape(', '.join(drawn.states.values()))}</title>",
        f"<defs>{_ARROW}</defs>",
        *(_box(place[name], label, *_ends(name, drawn)) for name, label in drawn.states.items()),
        *_steps(drawn, place),
        "</svg>",
    ]
    return "\n".join(parts)


def _ends(name: str, drawn: Lifecycle) -> tuple[bool, bool]:
    """Whether an order begins there, and whether it ends there."""
    pairs = {(start, end) for start, end, _ in drawn.steps}
    return (END, name) in pairs, (name, END) in pairs


def _middle(row: int) -> int:
    return TOP + ROW * row + HEIGHT // 2


def _box(row: int, label: str, begins: bool, ends: bool) -> str:
    y = _middle(row)
    frame = f'<rect x="{LEFT}" y="{y - HEIGHT // 2}" width="{WIDTH}" height="{HEIGHT}" rx="8"'
    parts = [f'{frame} stroke-width="{3 if ends else 1.5}"/>']
    parts.append(
        f'<text x="{LEFT + WIDTH // 2}" y="{y + 5}" text-anchor="middle" fill="currentColor" '
        f'stroke="none">{escape(label)}</text>'
    )
    if begins:
        parts.append(f'<circle cx="{LEFT - 40}" cy="{y}" r="5" fill="currentColor"/>')
        parts.append(f'<path d="M{LEFT - 35} {y}H{LEFT - 1}" marker-end="url(#tip)"/>')
    return "".join(parts)


def _steps(drawn: Lifecycle, place: dict[str, int]) -> Iterator[str]:
    for start, end, word in drawn.steps:
        if END not in (start, end):
            yield _step(place[start], place[end], word)


def _step(start: int, end: int, word: str) -> str:
    if end == start + 1:
        x = LEFT + WIDTH // 2
        path = f"M{x} {_middle(start) + HEIGHT // 2}V{_middle(end) - HEIGHT // 2 - 1}"
        return _arrow(path) + _word(x + 8, (_middle(start) + _middle(end)) // 2 + 5, word)
    down = end > start
    x = LEFT + WIDTH if down else LEFT
    far = x + (26 + 30 * abs(end - start)) * (1 if down else -1)
    y1, y2 = _middle(start) + 6, _middle(end) - 6
    if not down:
        y1, y2 = _middle(start) - 6, _middle(end) + 6
    return _arrow(f"M{x} {y1}C{far} {y1} {far} {y2} {x} {y2}") + _word(
        far - 30, (y1 + y2) // 2, word
    )


def _arrow(path: str) -> str:
    return f'<path d="{path}" opacity="0.7" marker-end="url(#tip)"/>'


def _word(x: int, y: int, word: str) -> str:
    text = f'<text x="{x}" y="{y}" fill="currentColor" stroke="none" font-size="12">'
    return f"{text}{escape(word)}</text>" if word else ""
