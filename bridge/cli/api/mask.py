"""Takes persons and secrets out of what a vendor answered, by the names of the fields. Pure."""

import re
from collections.abc import Mapping
from typing import Any

MASK = "•••"

_PERSONS = frozenset(
    {
        "billing_address", "buyeridentity", "customer", "customers", "delivery_address",
        "doctor_data", "invoice_address", "patient", "patient_data", "prescription_file",
        "recipient", "shipping_address",
    }
)  # fmt: skip
"""Everything inside these is about a person, but for its ids."""
_PERSONAL = re.compile(
    r"(customer|patient|recipient|buyer|doctor|address)_|address(1|2)?$|e_?mail|phone|birth"
    r"|(first|last|full|sur)_?name|street|house_number|zip|postal|city$|province$|country|gender"
    r"|pdf|base64|questionnaire|comment|note"
)
_SECRET = re.compile(r"secret|access_token|api_?key|password|customeraccesstoken")
_IDS = frozenset({"uid", "id"})


def masked(value: Any, *, patients: bool = False, secrets: bool = False) -> Any:
    """The same JSON; what `patients` and `secrets` do not allow is a MASK.

    Fields that nobody knows are shown: their names say nothing of a person.
    """
    return _masked(value, "", inside=False, shown=(patients, secrets))


def _masked(value: Any, name: str, *, inside: bool, shown: tuple[bool, bool]) -> Any:
    if isinstance(value, Mapping):
        return {
            key: _masked(each, _plain(key), inside=inside or _plain(key) in _PERSONS, shown=shown)
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [_masked(each, name, inside=inside, shown=shown) for each in value]
    return MASK if _is_hidden(name, value, inside=inside, shown=shown) else value


def _is_hidden(name: str, value: Any, *, inside: bool, shown: tuple[bool, bool]) -> bool:
    if value is None or isinstance(value, bool) or value == "":
        return False
    patients, secrets = shown
    if _SECRET.search(name):
        return not secrets
    about_a_person = (inside and name not in _IDS) or _PERSONAL.search(name) is not None
    return about_a_person and not patients


def _plain(key: object) -> str:
    """Title Case keys are the same names (pharmaone.md C16)."""
    return str(key).lower().replace(" ", "_").replace("-", "_")
