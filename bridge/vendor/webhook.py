"""What both vendors' webhook deliveries have in common: headers, signature, event, digest. Pure."""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from bridge.errors import BadSignature, NotTheShape

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MOST_VALUE = 1024
"""Bytes: longer is nothing that the bridge asks for."""
_NOTHING = msgspec.Raw(b"null")
_ANY = msgspec.json.Decoder()
_UNREADABLE = (msgspec.MsgspecError, ValueError, RecursionError)
_EVENT = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def header(headers: Mapping[str, str], name: str) -> str:
    """The header of this lower-case name, however it is written; "" if it is not there."""
    size = len(name)
    for key in headers:
        if len(key) == size and key.lower() == name:
            return headers[key]
    return ""


def digest_of(signature: str, *, prefix: str = "") -> str:
    """The digest in a signature, which is `prefix` and lower-case hex. Raises BadSignature for what
    cannot be one, whatever it signs.
    """
    told = signature.removeprefix(prefix)
    if not signature.startswith(prefix) or not _DIGEST.fullmatch(told):
        raise BadSignature("the signature is missing or malformed")
    return told


def verify(told: str, body: bytes, secrets: Sequence[str]) -> None:
    """Raises BadSignature unless `told` is the HMAC-SHA256 of `body` by one of `secrets`.

    An empty secret counts as none, else anyone could sign.
    """
    matches = [hmac.compare_digest(_digest(secret, body), told) for secret in secrets if secret]
    if not any(matches):
        raise BadSignature("the signature fits none of the configured secrets")


class Picker:
    """Picks fields of a JSON object: these values, and what other pickers pick of these objects.

    Of the rest, however much it is, nothing is made: it may be a patient's, and millions of empty
    lists would keep all others waiting.
    """

    def __init__(self, *values: str, **objects: "Picker") -> None:
        fields = [(name, msgspec.Raw, _NOTHING) for name in (*values, *objects)]
        self._decoder = msgspec.json.Decoder(msgspec.defstruct("_Picked", fields))
        self._values, self._objects = values, objects

    def __call__(self, raw: bytes | msgspec.Raw) -> dict[str, Any] | None:
        """None for what is no JSON object. A value that is absent or cannot be read is None too."""
        try:
            found = self._decoder.decode(raw)
        except _UNREADABLE:
            return None
        picked = {name: _value(getattr(found, name)) for name in self._values}
        for name, pick in self._objects.items():
            told = getattr(found, name)
            within = pick(told)
            picked[name] = _value(told) if within is None else within
        return picked


def _value(raw: msgspec.Raw) -> Any:
    if raw is _NOTHING or len(raw) > _MOST_VALUE:
        return None
    try:
        return _ANY.decode(raw)
    except _UNREADABLE:
        return None


def event_in(value: object) -> str:
    """The event's name. Raises NotTheShape for what cannot be one."""
    if not isinstance(value, str) or not _EVENT.fullmatch(value):
        raise NotTheShape("event_type")
    return value


def digest_key(event: str, body: bytes) -> str:
    """A deduplication key for a delivery that names nothing better: the same for the same body."""
    return f"{event}:{hashlib.sha256(body).hexdigest()[:16]}"


def _digest(secret: str, body: bytes) -> str:
    keyed = _keyed(secret).copy()
    keyed.update(body)
    return keyed.hexdigest()


@lru_cache(maxsize=16)
def _keyed(secret: str) -> hmac.HMAC:
    """Made once: to set up a key takes longer than to sign a delivery with it."""
    return hmac.new(secret.encode("utf-8", "surrogatepass"), digestmod="sha256")
