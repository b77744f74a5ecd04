"""The signing secrets in force: those of the configuration, and those in a file that is watched."""

import json
import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bridge.app.files import stamp, write_whole
from bridge.config import SECRETS, split
from bridge.errors import Fault, Foreign, Misconfigured, Phrase
from bridge.settings import Settings

log = logging.getLogger("bridge")


def kept_file(settings: Settings, vendor: str = "rxscale") -> Path:
    """Where `webhooks register` and the bridge itself keep secrets: among the secrets beside the
    configuration, or else beside the store.
    """
    name = settings.variable(f"{vendor}.webhook_secrets").lower()
    folder = settings.source.home / SECRETS if settings.source.home else None
    beside = folder if folder is not None and folder.is_dir() else settings.store.path.parent
    return beside / name


def read(file: Path) -> list[str]:
    """A JSON list, or none yet. Raises Misconfigured for anything else: it is not overwritten."""
    try:
        text = file.read_text("utf-8").strip() if file.exists() else ""
        found = json.loads(text) if text else []
    except (OSError, ValueError) as error:
        why = Foreign(error.strerror) if isinstance(error, OSError) else Phrase("no-json-list")
        raise Misconfigured(Fault(file, "secrets-unreadable", why=why)) from None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise Misconfigured(Fault(file, "no-secrets"))
    return found


def add(file: Path, secret: str) -> None:
    """For the owner's eyes only. Raises Misconfigured."""
    content = json.dumps([*read(file), secret]).encode()
    write_whole(file, content, mode=0o600, way=Phrase("another-secrets"))


def refuse_unwritable(file: Path) -> None:
    """Raises Misconfigured where `add` would, before there is a secret to be lost."""
    read(file)
    if not os.access(file if file.exists() else file.parent, os.W_OK):
        raise Misconfigured(Fault(file, "secrets-unwritable"))


class SigningSecrets:
    """One vendor's; `look` takes up what the file says now."""

    def __init__(self, settings: Settings, vendor: str) -> None:
        section: Any = getattr(settings, vendor)
        self._set = [secret.get_secret_value() for secret in section.webhook_secrets]
        self.file = kept_file(settings, vendor)
        self._seen: object = None
        self._known: Sequence[str] = self._set
        self.look()

    def __call__(self) -> Sequence[str]:
        return self._known

    def look(self) -> bool:
        """Whether the file changed. One that cannot be read adds nothing, which is logged once."""
        if (seen := stamp(self.file)) in (None, self._seen):
            return False
        self._seen = seen
        try:
            kept = split(self.file.read_text("utf-8").strip())
        except (OSError, ValueError) as error:
            log.error("signing secrets cannot be read", extra={"why": type(error).__name__})
            return True
        texts = [each for each in kept if each] if isinstance(kept, list) else []
        self._known = list(dict.fromkeys([*self._set, *map(str, texts)]))
        return True
