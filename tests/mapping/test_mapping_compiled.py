"""What an expression gives, made into plain functions, is what JMESPath's own interpreter gives."""

from decimal import Decimal
from typing import Any

import jmespath
from hypothesis import given
from hypothesis import strategies as st
from jmespath.visitor import Options, TreeInterpreter

from bridge.mapping import expressions
from bridge.mapping.expressions import CannotEvaluate, compile_expression
from bridge.mapping.reading import Faults

NAMES = ("a", "b", "lines", "name")
PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-2, 3),
    st.sampled_from((0.0, 1.5, Decimal(0), Decimal("2.50"))),
    st.sampled_from(("", "x", "yes", " 7 ")),
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)
LEAVES = st.sampled_from((*NAMES, "@", "'x'", "''", "`0`", "`1`", "`true`", "`[]`", "`null`"))


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def made(shape: str, most: int = 2) -> st.SearchStrategy[str]:
        return st.tuples(*[inner] * most).map(lambda parts: shape.format(*parts))

    shapes = (
        *("({} || {})", "({} && {})", "({} == {})", "({} != {})", "({} < {})", "({} | {})"),
        *("[{}, {}]", "when({}, {})", "labelled('L', {})", "not_null({}, {})"),
        *("unless_same({}, {})", "join_present(' ', {})", "contains({}, {})", "truthy({})"),
        *("(!{})", "text({})", "euros({})", "length({})", "max_by(lines, &{})", "{{k: {}}}"),
        *("lines[?{}].name", "lines[].{}", "lines[*].[{}]", "lines[0].{}", "lines[:2]"),
    )
    fields = st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).map(".".join)
    return st.one_of(fields, st.sampled_from(shapes).flatmap(made))


EXPRESSIONS = st.recursive(LEAVES, _larger, max_leaves=6)
REFERENCE = TreeInterpreter(Options(custom_functions=expressions._BridgeFunctions()))


def _outcome(evaluate: Any, value: Any) -> Any:
    try:
        found = evaluate(value)
    except CannotEvaluate as failure:
        return "cannot", str(failure)
    return type(found), found


@given(EXPRESSIONS, st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_it_gives_what_the_interpreter_gives(text: str, value: dict[str, Any]) -> None:
    try:
        tree: Any = jmespath.compile(text).parsed
    except jmespath.exceptions.JMESPathError:
        return
    made = compile_expression(text, None, None, Faults())  # type: ignore[arg-type]
    assert made is not None
    plain = expressions.Expression(text, lambda given: REFERENCE.visit(tree, given))
    assert _outcome(made, value) == _outcome(plain, value)
