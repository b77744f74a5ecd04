"""JMESPath with the bridge's own functions: checked when loaded, evaluated without surprises."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError, LexerError, ParseError
from jmespath.functions import REVERSE_TYPES_MAP, Functions, signature
from jmespath.visitor import Options, TreeInterpreter

from bridge.errors import Foreign, Phrase
from bridge.mapping.reading import Faults, Place, nearest

_ORDER = """
uid status name shop_order_name external_status pharmacy display_name order delivery_address
invoice_address first_name last_name street house_number zip_code city country province company
additional_address priority order_items amount sku pzn total_paid_amount shop_shipping_methods
external_id pharmacy_mapping pharmacy_uid shipping_method_identifier_for_pharmacy
shipping_costs_amount shipping_costs_currency patient_data email date_of_birth doctor_data
prescription_file filename content_base64 prepaid payouts currency component_type
routing_description provider_route_id pharmacy_order_uid pharmacy_order_name
pharmacy_order_created_at routing_created_at data created_at updated_at deleted_at delivery_type
identifier pharmacy_sku price stock product_uid product_display_name product_handle
"""
_LINE = "p1_id quantity price_cents name pzn sku_uid"
_BRIDGE = """
bridge uid shop_id delivery shipping_cents lines goods_cents total_cents prescriptions
needs_prescription
"""
LINE_NAMES = frozenset(_LINE.split())
ORDER_NAMES = frozenset(_ORDER.split()) | frozenset(_BRIDGE.split()) | LINE_NAMES
"""What RxScale documents (rxscale.md sections 6.1, 6.2, 6.5, 6.6, 7.1) and the bridge adds;
`company` is not documented and usual in shops."""

_TYPES: Mapping[type, str] = {
    type(None): "nothing",
    bool: "true or false",
    int: "a number",
    float: "an inexact number",
    Decimal: "an amount",
    str: "a text",
    list: "a list",
    dict: "a table",
}
_YES = frozenset({"1", "true", "yes"})
_NO = frozenset({"0", "false", "no", ""})


class CannotEvaluate(ValueError):  # noqa: N818 - says what happened; it never leaves the mapping
    """An expression has no usable result. Its text holds types and names, never values."""


def type_of(value: object) -> str:
    """A value's type in plain words: values themselves may be a patient's."""
    return _TYPES.get(type(value), "something unreadable")


def holds(value: object) -> bool:
    """Whether JMESPath takes a value for true; 0 it does."""
    return value is not False and value not in (None, "", [], {})


def _words(text: str | None) -> list[str]:
    return sorted(re.findall(r"\w+", (text or "").casefold()))


class _BridgeFunctions(Functions):
    """What orders.toml may call beside JMESPath's own functions."""

    @signature({"types": []})
    def _func_euros(self, cents: object) -> Decimal | None:
        """Whole cents as an exact amount with two places."""
        if cents is None:
            return None
        if type(cents) is not int:
            raise CannotEvaluate(f"euros() takes whole cents and got {type_of(cents)}")
        return Decimal(cents).scaleb(-2)

    @signature({"types": ["string"]}, {"types": ["array", "null"]})
    def _func_join_present(self, separator: str, parts: list[object] | None) -> str | None:
        """The parts that are there, joined; null if none is."""
        texts = [text.strip() for part in parts or () if (text := self._func_text(part))]
        return separator.join(filter(None, texts)) or None

    @signature({"types": ["string"]}, {"types": []})
    def _func_labelled(self, label: str, value: object) -> str | None:
        """The value behind its label; null if there is none."""
        text = self._func_text(value)
        return f"{label}: {text}" if text else None

    @signature({"types": ["string", "null"]}, {"types": ["string", "null"]})
    def _func_unless_same(self, text: str | None, other: str | None) -> str | None:
        """The text where its words differ; their order and letter case do not count."""
        return text if text != other and _words(text) != _words(other) else None

    @signature({"types": []}, {"types": []})
    def _func_when(self, condition: object, value: object) -> object:
        """The value, where the condition is one of JMESPath's true values; else null."""
        return value if holds(condition) else None

    @signature({"types": []})
    def _func_text(self, value: object) -> str | None:
        """A number or text as text; true and false in JSON's words."""
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float | Decimal):
            return str(value)
        raise CannotEvaluate(f"{type_of(value)} cannot become a text")

    @signature({"types": []})
    def _func_truthy(self, value: object) -> bool:
        """Yes or no in any of the usual spellings; null is no. Anything else is not guessed."""
        word = (self._func_text(value) or "").strip().casefold()
        if word not in _YES | _NO:
            raise CannotEvaluate("truthy() reads 1, 0, true, false, yes and no only")
        return word in _YES


_FUNCTIONS = _BridgeFunctions()
_INTERPRETER = TreeInterpreter(Options(custom_functions=_FUNCTIONS))
_Made = Callable[[Any], Any]
_NUMBERS = frozenset({int, float, Decimal})


def _field(name: str, _: list[_Made]) -> _Made:
    return lambda value: value.get(name) if isinstance(value, dict) else None


def _chain(_: None, steps: list[_Made]) -> _Made:
    def last(value: Any) -> Any:
        for step in steps:
            value = step(value)
        return value

    return last


def _call(name: str, arguments: list[_Made]) -> _Made:
    """jmespath says what is wrong with an argument, and looks at each where a type is odd."""
    spec = _BridgeFunctions.FUNCTION_TABLE[name]
    function: Callable[..., Any] = partial(spec["function"], _FUNCTIONS)
    typed = [
        (place, each["types"]) for place, each in enumerate(spec["signature"]) if each["types"]
    ]
    plain = [
        (place, {n for each in t for n in REVERSE_TYPES_MAP.get(each, ())}) for place, t in typed
    ]
    is_variadic = len(arguments) != len(spec["signature"])

    def called(value: Any) -> Any:
        given = [part(value) for part in arguments]
        for place, names in plain:
            if is_variadic or type(given[place]).__name__ not in names:
                return _FUNCTIONS.call_function(name, given)
        return function(*given)

    return called


def _compared(how: str, sides: list[_Made]) -> _Made:
    compare, (left, right) = TreeInterpreter.COMPARATOR_FUNC[how], sides
    return lambda value: compare(left(value), right(value))


def _or(_: None, sides: list[_Made]) -> _Made:
    first, second = sides
    return lambda value: found if holds(found := first(value)) else second(value)


def _and(_: None, sides: list[_Made]) -> _Made:
    first, second = sides
    return lambda value: second(value) if holds(found := first(value)) else found


def _not(_: None, operands: list[_Made]) -> _Made:
    """0 holds, as everywhere in JMESPath."""
    [operand] = operands
    return lambda value: not (found := operand(value)) and type(found) not in _NUMBERS


def _several(_: None, parts: list[_Made]) -> _Made:
    return lambda value: None if value is None else [part(value) for part in parts]


_MADE: Mapping[str, Callable[[Any, list[_Made]], _Made]] = {
    "field": _field,
    "subexpression": _chain,
    "literal": lambda literal, _: lambda _: literal,
    "function_expression": _call,
    "comparator": _compared,
    "or_expression": _or,
    "and_expression": _and,
    "not_expression": _not,
    "multi_select_list": _several,
}


def _made(node: Any) -> _Made:
    """As the interpreter does it, without going through the tree for each order; what mappings
    seldom hold is left to it.
    """
    kind, word = node["type"], node.get("value")
    if kind not in _MADE or (kind == "comparator" and word not in ("eq", "ne")):
        return partial(_INTERPRETER.visit, node)
    return _MADE[kind](word, [_made(child) for child in node["children"]])


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled expression. Calling it raises CannotEvaluate where there is no result."""

    text: str
    _evaluate: _Made = field(repr=False, compare=False)

    def __call__(self, value: Mapping[str, Any]) -> Any:
        try:
            return self._evaluate(value)
        except CannotEvaluate:
            raise
        except JMESPathTypeError as failure:
            what = f"{failure.function_name}() cannot work on {failure.actual_type}"
            raise CannotEvaluate(what) from None
        except (JMESPathError, ArithmeticError, TypeError, ValueError):
            raise CannotEvaluate("it cannot be worked out for this order") from None


def compile_expression(
    text: str, names: Collection[str] | None, place: Place, faults: Faults
) -> Expression | None:
    """The expression; None with every fault told: syntax, unknown functions, unknown names.

    `names` are the fields that may be read; None: any, since they are not documented.
    """
    try:
        tree: Any = jmespath.compile(text).parsed
    except (JMESPathError, RecursionError) as failure:
        faults.tell(place, "no-jmespath", why=_syntax(failure))
        return None
    before = len(faults)
    for node in _nodes(tree):
        if node["type"] == "function_expression":
            _check_call(node, place, faults)
    made_here = {node["value"] for node in _nodes(tree) if node["type"] == "key_val_pair"}
    if names is not None:
        _check_names(tree, frozenset(names) | made_here, place, faults)
    return Expression(text, _made(tree)) if len(faults) == before else None


def _syntax(failure: Exception) -> Phrase:
    if isinstance(failure, LexerError):
        column = failure.lexer_position + 1
        return Phrase("jmespath-at", why=Foreign(failure.message), column=column)
    if isinstance(failure, ParseError) and failure.token_value:
        column = failure.lex_position + 1
        return Phrase("jmespath-token", token=failure.token_value, column=column)
    deep = isinstance(failure, RecursionError)
    return Phrase("jmespath-deep" if deep else "jmespath-empty")


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    yield tree
    for child in tree.get("children", ()):
        if isinstance(child, dict):
            yield from _nodes(child)


def _check_call(node: Mapping[str, Any], place: Place, faults: Faults) -> None:
    name, table = node["value"], _BridgeFunctions.FUNCTION_TABLE
    if name not in table:
        faults.tell(place, "no-function", name=name, way=nearest(name, table))
        return
    wants, gets = table[name]["signature"], len(node["children"])
    variadic = bool(wants and wants[-1].get("variadic"))
    if gets < len(wants) or (gets > len(wants) and not variadic):
        faults.tell(place, "wrong-arguments", name=name, wants=len(wants), gets=gets)


def _check_names(tree: Any, known: Collection[str], place: Place, faults: Faults) -> None:
    used = (node["value"] for node in _nodes(tree) if node["type"] == "field")
    for name in dict.fromkeys(used):
        if name not in known:
            way = nearest(name, sorted(known)) if len(name) > 1 else None
            faults.tell(place, "no-known-field", name=name, way=way)


def _money(value: object) -> str | None:
    if not isinstance(value, Decimal):
        return f"gives {type_of(value)} where an amount is wanted: wrap cents in euros(...)"
    return "gives a negative amount" if value < 0 else None


def _whole(value: object) -> str | None:
    if type(value) is not int:
        return f"gives {type_of(value)} where a whole number is wanted"
    return "gives a negative number" if value < 0 else None


def _text(value: object) -> str | None:
    if isinstance(value, str):
        return None
    return f"gives {type_of(value)} where a text is wanted: wrap it in text(...)"


def _yes_no(value: object) -> str | None:
    if isinstance(value, bool):
        return None
    return f"gives {type_of(value)} where true or false is wanted: wrap it in truthy(...)"


PROBLEM: Mapping[str, Callable[[object], str | None]] = {
    "text": _text,
    "remark": _text,
    "money": _money,
    "whole": _whole,
    "yes_no": _yes_no,
}
"""What keeps a result from being of a kind that `[fields]` names; None if nothing does."""
