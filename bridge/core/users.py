"""Who may open the operator's page, and what each may do there."""

from dataclasses import dataclass
from enum import StrEnum

ADMIN = "admin"
"""Who logs in with the one password of the configuration (`server.admin_password_hash`)."""


class Role(StrEnum):
    """A viewer sees the page; an operator presses its buttons too."""

    VIEWER = "viewer"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class User:
    """`password_hash` is argon2's."""

    role: Role
    password_hash: str
