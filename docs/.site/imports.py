"""Who imports whom within the package, read from its source, and drawn into docs/architecture.md.

`make imports` draws it anew. A part is a package or module directly below bridge/.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
BRIDGE = ROOT / "bridge"
PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- imports: begin -->", "<!-- imports: end -->"
MODULES = sorted(BRIDGE.rglob("*.py"))
Graph = Mapping[str, frozenset[str]]


def imports_of(path: Path) -> Iterator[str]:
    """The dotted names that a module imports, wherever in it. Raises ValueError if relative."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                raise ValueError(f"{path}: relative import")
            yield from (_named(node.module or "", alias.name) for alias in node.names)


def _named(module: str, name: str) -> str:
    """What `from module import name` imports: a module of that name, else the module itself."""
    inner = ROOT.joinpath(*module.split("."), name)
    return f"{module}.{name}" if inner.is_dir() or inner.with_suffix(".py").is_file() else module


def part_of(path: Path) -> str:
    """The part that a module belongs to."""
    return path.relative_to(BRIDGE).with_suffix("").parts[0]


def parts() -> Graph:
    """Which parts each part imports."""
    found: dict[str, set[str]] = {}
    for path in MODULES:
        names = (name.split(".") for name in imports_of(path))
        others = {rest[0] for first, *rest in names if first == "bridge" and rest}
        found.setdefault(part_of(path), set()).update(others - {part_of(path)})
    return {part: frozenset(others) for part, others in found.items() if part != "__init__"}


def modules() -> Graph:
    """Which modules each module imports, but for packages: those only name what is in them."""
    named = {_dotted(path): path for path in MODULES if path.name != "__init__.py"}
    return {
        module: frozenset(imports_of(path)) & named.keys() - {module}
        for module, path in named.items()
    }


def _dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def rows(graph: Graph) -> list[list[str]]:
    """The parts in rows: each imports only from the rows below. Raises graphlib.CycleError."""
    depth: dict[str, int] = {}
    for part in TopologicalSorter(graph).static_order():
        depth[part] = 1 + max((depth[other] for other in graph.get(part, ())), default=-1)
    deepest = max(depth.values())
    return [
        sorted(part for part, at in depth.items() if at == level)
        for level in range(deepest, -1, -1)
    ]


def direct(graph: Graph) -> Graph:
    """What each part imports and does not reach through another one of these."""
    reached: dict[str, frozenset[str]] = {}
    for part in TopologicalSorter(graph).static_order():
        others = graph.get(part, frozenset())
        reached[part] = others.union(*(reached[other] for other in others))
    return {
        part: others - frozenset().union(*(reached[other] for other in others))
        for part, others in graph.items()
    }


def drawing() -> str:
    """The rows from the edge inwards; behind each part what it imports of the rows below."""
    graph = parts()
    lines, nearest = [], direct(graph)
    for row in rows(graph):
        for part in row:
            others = ", ".join(sorted(nearest.get(part, ())))
            lines.append(f"{part:<12}{'──► ' + others if others else ''}".rstrip())
        lines.append("")
    return "\n".join(["```text", *lines[:-1], "```"])


def drawn(page: str) -> str:
    """The page with the drawing of today."""
    between = re.compile(f"{BEGIN}.*{END}", re.DOTALL)
    return between.sub(f"{BEGIN}\n{drawing()}\n{END}", page)


if __name__ == "__main__":
    PAGE.write_text(drawn(PAGE.read_text("utf-8")), "utf-8")
