"""The file of named users: refused where others may open it, taken up whenever it changes."""

import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, TypeAdapter, ValidationError

from bridge.core.users import ADMIN, Role, User
from bridge.errors import Fault, Foreign, Misconfigured
from bridge.settings import Settings

log = logging.getLogger("bridge.users")

NAME = r"^[a-z0-9][a-z0-9._-]{0,31}$"
OWNER_ALONE = 0o600
NO_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
FILE = TypeAdapter(dict[Annotated[str, StringConstraints(pattern=NAME)], User])


def read(path: Path) -> dict[str, User]:
    """By name; none where there is no file. Raises Misconfigured if it cannot be trusted."""
    try:
        handle = os.open(path, os.O_RDONLY | NO_LINK)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if _is_others(found) or not stat.S_ISREG(found.st_mode):
                raise Misconfigured(Fault(path, "users-open", path=path))
            return FILE.validate_json(file.read())
    except FileNotFoundError:
        return {}
    except OSError as error:
        fault = Fault(path, "users-unreadable", why=Foreign(error.strerror))
    except ValidationError:  # its text quotes the file
        fault = Fault(path, "no-users")
    raise Misconfigured(fault)


def _is_others(found: os.stat_result) -> bool:
    if not hasattr(os, "geteuid"):  # Windows: the folder's own rights say who may
        return False
    return bool(stat.S_IMODE(found.st_mode) & ~0o700) or found.st_uid not in (0, os.geteuid())


class Users:
    """Who may log in, as the file and the configuration say now."""

    def __init__(self, settings: Settings) -> None:
        secret = settings.server.admin_password_hash
        self._path = settings.users_file
        self._admin = {ADMIN: User(Role.OPERATOR, secret.get_secret_value())} if secret else {}
        self._seen: object = None
        self._known: Mapping[str, User] = self._admin

    def __call__(self) -> Mapping[str, User]:
        """By name. A file that cannot be trusted names none."""
        try:
            found = self._path.lstat()
            seen: object = found.st_ino, found.st_ctime_ns, found.st_size
        except OSError:
            seen = None
        if seen != self._seen:
            named: dict[str, User] = {}
            try:
                named = read(self._path)
            except Misconfigured as failure:
                why = str(failure)
                log.error("the users' file is refused: nobody in it", extra={"why": why})
            self._seen, self._known = seen, named | self._admin
        return self._known
