"""What may be typed behind an option: each says at once what would do instead."""

import argparse
import math
from urllib.parse import urlsplit

MOST = 1_000_000
"""More of anything is a slip of the finger."""
CENTURY_DAYS = 36_500
YEAR_SECONDS = 366 * 86_400


def percent(text: str) -> int:
    return _whole(text, 0, 100)


def count(text: str) -> int:
    return _whole(text, 1, MOST)


def days(text: str) -> int:
    return _whole(text, 1, CENTURY_DAYS)


def port(text: str) -> int:
    return _whole(text, 0, 65_535)


def seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= YEAR_SECONDS:
        raise argparse.ArgumentTypeError(f"'{text}' must be a number of seconds, 0 or more")
    return number


def address(text: str) -> str:
    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise argparse.ArgumentTypeError(
            f"'{text}' must be a web address, as http://127.0.0.1:8080"
        )
    return text


def reason(text: str) -> str:
    """On one line; without one nobody knows later why an order was left alone."""
    said = " ".join(text.split())
    if not said:
        raise argparse.ArgumentTypeError("must say why it is left alone")
    return said


def _whole(text: str, least: int, most: int) -> int:
    try:
        number = int(text)
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise argparse.ArgumentTypeError(f"'{text}' must be a whole number, {least} to {most}")
    return number
