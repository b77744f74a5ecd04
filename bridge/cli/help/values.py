"""What may be typed behind an option; what may not is told with what would do."""

from argparse import ArgumentTypeError


def percent(text: str) -> int:
    return _whole(text, 0, 100, "0 to 100")


def count(text: str) -> int:
    return _whole(text, 1, None, "1 or more")


def port(text: str) -> int:
    """Out of its range a socket takes another one, and says nothing."""
    return _whole(text, 0, 65535, "0 to 65535 (0 takes a free port)")


def reason(text: str) -> str:
    """On one line; without one nobody knows later why an order was left alone."""
    said = " ".join(text.split())
    if not said:
        raise ArgumentTypeError("must say why it is left alone")
    return said


def _whole(text: str, least: int, most: int | None, said: str) -> int:
    number = int(text) if text.lstrip("-").isdecimal() else None
    if number is None or number < least or (most is not None and number > most):
        raise ArgumentTypeError(f"'{text}' must be a whole number, {said}")
    return number
