"""The same for the commands that ask a vendor directly."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """`about` says what a command does; `examples` are lines to type, each with its purpose."""

    about: str
    examples: tuple[tuple[str, str], ...]


DIRECT: Mapping[str, Told] = {
    "call": Told(
        "Calls any route of a vendor's API, signed in and within its limits. What is about a "
        "person is masked, and so are secrets. Exit code 1 if the vendor says no.",
        (
            ("rxbridge call pharmaone GET /inventory", "as a table"),
            (
                "rxbridge call rxscale GET /pharmacy_orders/ --query limit=5 --json",
                "five orders, as they come",
            ),
            (
                "rxbridge call pharmaone GET /products --query shop_id=shop1 --all",
                "every page of a list",
            ),
            (
                "rxbridge call rxscale PATCH /pharmacy_skus/psku-abc123 "
                """--json-body '{"external_id": "20401"}'""",
                "a change",
            ),
            ("rxbridge call rxscale-public GET /health/", "the public API, with its own key"),
        ),
    ),
}
"""By what is typed behind `rxbridge`."""
