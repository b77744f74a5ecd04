"""Every reason the bridge can give, read out of its own source: what the page on them must tell."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).parents[1]
CODED = {"StuckNote": 1, "Gap": 1, "Anomaly": 1}
"""What is made with a code first, and which of its arguments says it in words."""
WHYS = {"cannot_know": "cannot_know", "unsure": "unsure_submission"}
"""The functions of core/reasons.py that are told why, and the code of what they make."""
WORDS = {"value": "state", "about": "", "there": "all", "linked": "all"}
"""Better words for what is filled in than the names in the source."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Reason:
    """`code` is the word it goes by; where it has none, the sentence itself. `says` is what a
    person reads, with `<...>` for what differs.
    """

    kind: str
    code: str
    says: str


class NotReadable(ValueError):  # noqa: N818 - says what happened
    """A reason is made in a way that this module does not understand."""


def found(source: Path = SOURCE) -> list[Reason]:
    """Every reason, in the order of files and lines. Raises NotReadable."""
    reasons: list[Reason] = []
    for path in sorted(source.rglob("*.py")):
        part = path.relative_to(source).parts[0]
        if part not in ("sandbox", "documents", "store"):  # the store only reads them back
            reasons += _Module(path, source).reasons()
    return list(dict.fromkeys(reasons))


class _Module:
    def __init__(self, path: Path, source: Path) -> None:
        self._name = path.relative_to(source).as_posix()
        self._tree = ast.parse(path.read_text("utf-8"))
        self._functions = {
            node.name: node for node in ast.walk(self._tree) if isinstance(node, Function)
        }

    def reasons(self) -> Iterator[Reason]:
        for function in self._functions.values():
            for call in _calls(function):
                yield from self._made(call, function)
        if self._name == "core/stock/plan.py":
            yield from self._skus()
        if self._name == "cycles/finder.py":
            yield from self._gaps(self._functions["_gap"])
        if self._name == "health.py":
            yield from self._health()

    def _made(self, call: ast.Call, function: Function) -> Iterator[Reason]:
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        if name in CODED and not _passes_on(call.args[0]):
            said = self._texts(call.args[CODED[name]], function, before=call.lineno)[-1:]
            yield Reason(name, self._code(call.args[0]), "".join(said))
        elif isinstance(call.func, ast.Attribute) and call.func.attr in WHYS and call.args[1:]:
            for text in self._texts(call.args[1], function):
                yield Reason("Why", WHYS[call.func.attr], text)
        elif name == "Wait" and self._name.startswith("core/orders/"):
            for text in self._texts(call.args[0], function):
                yield Reason(name, text, text)

    def _code(self, node: ast.expr) -> str:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        for value in self._constant(node.id) if isinstance(node, ast.Name) else []:
            if isinstance(value, ast.Constant):
                return str(value.value)
        raise NotReadable(f"{self._name}:{node.lineno}: a reason's code must be a plain word")

    def _constant(self, name: str) -> list[ast.expr]:
        """What a name of the module was given."""
        return [
            each.value
            for each in self._tree.body
            if isinstance(each, ast.Assign)
            and name in [one.id for one in each.targets if isinstance(one, ast.Name)]
        ]

    def _skus(self) -> Iterator[Reason]:
        """Why a SKU is as it is: the words of the enumeration `Why`."""
        for node in ast.walk(self._tree):
            if isinstance(node, ast.ClassDef) and node.name == "Why":
                for each in node.body:
                    if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant):
                        yield Reason("SKU", str(each.value.value), str(each.value.value))

    def _gaps(self, function: Function) -> Iterator[Reason]:
        """Why a search of PharmaOne's orders was not complete: told as the why of both."""
        for value in _returned(function):
            for text in filter(None, self._texts(value, function)):
                yield from (Reason("Why", code, text) for code in WHYS.values())

    def _health(self) -> Iterator[Reason]:
        """Its reasons are its sentences: the texts with a blank in them."""
        for function in self._functions.values():
            said = {id(node.value) for node in ast.walk(function) if isinstance(node, ast.Expr)}
            inner = {
                id(part)
                for node in ast.walk(function)
                if isinstance(node, ast.JoinedStr)
                for part in ast.walk(node)
                if part is not node
            }
            for node in ast.walk(function):
                if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in said | inner:
                    text = _template(node)
                    if " " in text:
                        yield Reason("health", text, text)

    def _texts(self, node: ast.expr, function: Function, before: int = 0) -> list[str]:
        """What an expression can say: nothing, where it passes on what others say."""
        match node:
            case ast.Constant(str()) | ast.JoinedStr():
                return [_template(node)]
            case ast.IfExp(_, body, orelse):
                return [*self._texts(body, function), *self._texts(orelse, function)]
            case ast.BinOp(left, ast.Add(), right):
                ends = self._texts(right, function) or [_hole(right)]
                return [first + end for first in self._texts(left, function) for end in ends]
            case ast.Call(ast.Attribute(inner, "rstrip")):
                return self._texts(inner, function)
            case ast.Name(name):
                given = _assigned(function, name, before or node.lineno) or self._constant(name)
                return [text for each in given for text in self._texts(each, function)]
            case ast.Call(ast.Name(name)) if name in self._functions:
                other = self._functions[name]
                return [text for each in _returned(other) for text in self._texts(each, other)]
        return []


def _calls(function: Function) -> Iterator[ast.Call]:
    return (node for node in ast.walk(function) if isinstance(node, ast.Call))


def _passes_on(code: ast.expr) -> bool:
    """`found.gaps[0].code`: somebody else's reason, told there."""
    return isinstance(code, ast.Attribute) and code.attr == "code"


def _assigned(function: Function, name: str, before: int) -> list[ast.expr]:
    """What a local name was given above a line, each with what was added to it."""
    given: list[ast.expr] = []
    for node in sorted(_statements(function), key=lambda each: each.lineno):
        if node.lineno >= before:
            break
        match node:
            case ast.Assign([ast.Name(target)], value) if target == name:
                given.append(value)
            case ast.Assign([ast.Tuple(targets)], ast.Tuple(values)):
                pairs = zip(targets, values, strict=True)
                given += [v for t, v in pairs if isinstance(t, ast.Name) and t.id == name]
            case ast.AugAssign(ast.Name(target), _, value) if target == name and given:
                given[-1] = ast.BinOp(given[-1], ast.Add(), value)
    return given


def _returned(function: Function) -> list[ast.expr]:
    returns = (node.value for node in ast.walk(function) if isinstance(node, ast.Return))
    return [value for value in returns if value is not None]


def _statements(function: Function) -> list[ast.stmt]:
    return [node for node in ast.walk(function) if isinstance(node, ast.stmt)]


def _template(node: ast.expr) -> str:
    """A text as it stands in the source, with `<name>` where something is filled in."""
    if isinstance(node, ast.Constant):
        return str(node.value) if isinstance(node.value, str) else ""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    return "".join(
        _template(each) if isinstance(each, ast.Constant) else _hole(each) for each in parts
    )


def _hole(node: ast.expr) -> str:
    """`{link.order_id}` becomes `<order id>`."""
    inner = node.value if isinstance(node, ast.FormattedValue) else node
    inner = inner.values[0] if isinstance(inner, ast.BoolOp) else inner
    name = re.findall(r"\w+", ast.unparse(inner))[-1]
    word = WORDS.get(name, name.replace("_", " ").strip())
    return f"<{word}>" if word else ""
