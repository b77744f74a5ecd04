"""The drawing of who may import whom (docs/architecture.md), held against the imports."""

import ast

from imports import MODULES, PAGE, drawn, imports_of, modules, part_of, parts, rows

ANYTHING = frozenset({"*"})
WORKS = frozenset(
    {"core", "mapping", "vendor", "rxscale", "pharmaone", "store", "errors", "exchange", "texts"}
)
MAY_IMPORT: dict[str, frozenset[str]] = {
    "errors": frozenset({"core", "texts"}),
    "exchange": frozenset(),
    "core": frozenset(),
    "texts": frozenset({"core"}),
    "sender": frozenset(),
    "mapping": frozenset({"core", "errors", "rxscale", "texts", "vendor"}),
    "vendor": frozenset({"core", "errors", "exchange"}),
    "rxscale": frozenset({"core", "errors", "exchange", "vendor"}),
    "pharmaone": frozenset({"core", "errors", "exchange", "vendor"}),
    "store": frozenset({"core", "errors", "place"}),
    "transport": frozenset({"core", "errors", "exchange"}),
    "worker": WORKS,
    "cycles": WORKS,
    "health": frozenset({"core", "cycles", "pharmaone", "store", "texts", "transport"}),
    "metrics": frozenset({"exchange", "health", "pharmaone", "rxscale"}),
    "logs": frozenset(),
    "values": frozenset({"errors"}),
    "place": frozenset(),
    "source": frozenset(),
    "settings": frozenset({"errors", "place", "source", "values"}),
    "config": frozenset({"errors", "settings", "source"}),
    "users": frozenset({"core", "errors", "settings"}),
    "server": frozenset(
        {"core", "rxscale", "pharmaone", "store", "health", "metrics", "errors", "texts"}
    ),
    "sandbox": frozenset(),
    "app": ANYTHING,
    "cli": ANYTHING,
    "__main__": ANYTHING,
    "__init__": frozenset(),
}
THIRD_PARTY: dict[str, frozenset[str]] = {
    "vendor": frozenset({"pydantic", "pydantic_core", "msgspec"}),
    "texts": frozenset({"fluent"}),
    "mapping": frozenset({"pydantic", "pydantic_core", "jmespath", "rapidfuzz"}),
    "rxscale": frozenset({"pydantic", "pydantic_core"}),
    "pharmaone": frozenset({"pydantic", "pydantic_core", "jwt", "msgspec"}),
    "store": frozenset({"aiosqlite", "filelock", "psycopg"}),
    "sender": frozenset({"apprise"}),
    "transport": frozenset({"aiohttp", "tenacity", "yarl"}),
    "metrics": frozenset({"prometheus_client"}),
    "settings": frozenset({"pydantic"}),
    "values": frozenset({"pydantic"}),
    "config": frozenset({"pydantic"}),
    "users": frozenset({"pydantic"}),
    "server": frozenset({"aiohttp", "argon2", "jinja2", "markupsafe"}),
    "sandbox": frozenset({"aiohttp", "jwt", "pydantic"}),
    "app": frozenset({"aiohttp"}),
    "cli": frozenset({"rich", "uvloop", "aiohttp", "argon2", "shtab", "jinja2"}),
}
NEVER_IN_PURE_PARTS = frozenset({"asyncio", "time", "random", "os", "logging", "socket", "sqlite3"})
PURE = ("core",)
KNOWS_NO_CLOCK = ("core", "mapping", "vendor", "rxscale", "pharmaone")


def standard(name: str) -> bool:
    import sys

    return name.split(".", maxsplit=1)[0] in sys.stdlib_module_names


def test_a_module_imports_only_what_its_part_may():
    for path in MODULES:
        part = part_of(path)
        allowed = MAY_IMPORT[part]
        for name in imports_of(path):
            first, _, rest = name.partition(".")
            if first == "bridge":
                other = rest.split(".")[0]
                permitted = other in {part, ""} or allowed is ANYTHING or other in allowed
                assert permitted, f"{path}: {part} must not import bridge.{other}"
            elif not standard(name):
                known = THIRD_PARTY.get(part, frozenset())
                assert first in known, f"{path}: {part} must not import {first}"


def test_no_part_imports_itself_through_others():
    graph = parts()
    assert sum(map(len, rows(graph))) == len(graph)


def test_the_drawing_is_current():
    page = PAGE.read_text("utf-8")
    assert "──►" in page
    assert page == drawn(page), "make imports"


def test_no_module_imports_itself_through_others():
    graph = modules()
    assert sum(map(len, rows(graph))) == len(graph)


def test_pure_parts_know_no_clock_no_chance_and_no_io():
    for path in MODULES:
        part, names = part_of(path), {name.split(".")[0] for name in imports_of(path)}
        if part in PURE:
            assert not names & NEVER_IN_PURE_PARTS, path
        if part in KNOWS_NO_CLOCK:
            assert not names & {"time", "random", "os", "socket", "aiohttp"}, path
            assert ".now(" not in path.read_text().replace("self.now(", ""), path


def test_sizes():
    lengths: list[int] = []
    for path in MODULES:
        text = path.read_text()
        assert len(text.splitlines()) <= 500, f"{path}: a module has one reason to change"
        tree = ast.parse(text)
        assert ast.get_docstring(tree) or not text.strip(), f"{path} says what it is in line 1"
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths.append((node.end_lineno or node.lineno) - node.lineno + 1)
                assert lengths[-1] <= 50, f"{path}: {node.name} has {lengths[-1]} lines"
    assert sorted(lengths)[len(lengths) // 2] <= 10, "half of all have ten lines or less"


def makes_carelessly(node: ast.AST) -> bool:
    """A call that would write through somebody's link, or make a file that others may read."""
    if not isinstance(node, ast.Call):
        return False
    words = ast.unparse(node)
    name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
    if ast.unparse(node.func) == "os.open":
        safely = any(each in words for each in ("O_EXCL", "O_NOFOLLOW", "no_link"))
        return "O_CREAT" in words and not safely
    writes = any(isinstance(each, ast.Constant) and each.value in WRITING for each in node.args)
    copies = name in ("copy", "copy2", "copyfile", "copytree") and "shutil" in words
    return name in ("write_text", "write_bytes", "touch") or copies or (name == "open" and writes)


INTO_WHAT_IT_MADE = {
    "shutil.copyfile(store, made)",
    "shutil.copytree(shipped.mappings(), folder / 'mappings')",
}
WRITING = ("w", "a", "x", "wb", "ab", "xb", "w+", "a+", "r+", "w+b", "r+b")


def test_files_are_made_by_those_who_know_how():
    """`write_whole`, `made_beside`, or `os.open` with O_EXCL or O_NOFOLLOW."""
    for path in MODULES:
        nodes = ast.walk(ast.parse(path.read_text()))
        assert {ast.unparse(each) for each in nodes if makes_carelessly(each)} <= (
            INTO_WHAT_IT_MADE
        ), path
