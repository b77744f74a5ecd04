"""What a user of the page may be."""

import pytest

from bridge.core.users import Role, User


def test_a_role_is_one_of_two():
    assert User(Role("viewer"), "$argon2id$").role is Role.VIEWER
    assert Role("operator") is Role.OPERATOR
    with pytest.raises(ValueError, match="owner"):
        Role("owner")
