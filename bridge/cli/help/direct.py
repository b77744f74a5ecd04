"""The same for the commands that ask a vendor directly."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Told:
    """`about` says what a command does; `examples` are lines to type, each with its purpose."""

    about: str
    examples: tuple[tuple[str, str], ...]


DIRECT: Mapping[str, Told] = {
    "stock verify": Told(
        "After a sync: asks RxScale's public API what a customer of a shop could buy, and lists "
        "every SKU that could be sold without being there, or is there and cannot be bought. "
        "Exit code 1 if there is any.",
        (
            ("rxbridge stock verify --shop sandbox-shop", "what is not as it should be"),
            ("rxbridge stock verify --shop sandbox-shop --market DE --all", "every SKU"),
        ),
    ),
    "products": Told(
        "What PharmaOne's shop has of what RxScale sells.",
        (("rxbridge products attach", "what it lacks"),),
    ),
    "products attach": Told(
        "Lists the products that RxScale's SKUs are linked to and PharmaOne's shop lacks. Only "
        "what is in stock can be put into a shop. Exit code 1 while it lacks any.",
        (
            ("rxbridge products attach", "only lists them"),
            ("rxbridge products attach --write", "puts them into the shop"),
            (
                "rxbridge products attach --write --field position=1",
                "with a field that your PharmaOne wants",
            ),
        ),
    ),
    "money": Told(
        "Compares, order by order, what RxScale pays with what PharmaOne's orders say: every "
        "order that is paid on one side and missing or different on the other. Exit code 1 if "
        "there is any.",
        (
            ("rxbridge money", "last month"),
            ("rxbridge money --month 2026-10 --all", "another one, every order"),
            ("rxbridge money --month 2026-10 --csv october.csv", "for a spreadsheet"),
        ),
    ),
    "password": Told(
        "Asks for a password (or reads one line) and prints its hash, which opens the operator's "
        "page where others can reach it. The password itself is kept nowhere.",
        (
            ("rxbridge password", "asks twice"),
            (
                "rxbridge password > secrets/rxbridge_server__admin_password_hash",
                "into a secret file",
            ),
        ),
    ),
    "store": Told(
        "The bridge's memory: ids, states and numbers. Losing it loses no order.",
        (
            ("rxbridge store backup ./rxbridge-backup.db", "also while the bridge runs"),
            ("rxbridge store check", "is it whole"),
        ),
    ),
    "store backup": Told(
        "Copies the store into one file that only you can read, also while the bridge runs.",
        (("rxbridge store backup ./rxbridge-backup.db", ""),),
    ),
    "store check": Told(
        "Looks through the store, or a backup of it, for damage. Exit code 1 if there is any.",
        (
            ("rxbridge store check", "the store at work"),
            ("rxbridge store check ./rxbridge-backup.db", "a backup"),
        ),
    ),
    "store restore": Told(
        "Puts a backup in the store's place. The bridge has to be stopped; what was there is kept "
        "beside it. Whatever happened since is looked for at both vendors before anything is sent.",
        (("rxbridge store restore ./rxbridge-backup.db", ""),),
    ),
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
