"""The section of the configuration about the store."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from bridge.place import Database, Place
from bridge.values import AtLeastOne, DatabaseUrl, Days, FilePath, Hour, PharmacyName, Section


class StoreSection(Section):
    path: FilePath = Path("rxbridge.db")
    url: DatabaseUrl | None = None
    pharmacy: PharmacyName | None = None
    retention_days: Days = 90
    backup_hour: Hour | None = None
    backup_keep: AtLeastOne = 14

    def place(self, pharmacy: str, suffix: str, key: str | None = None) -> Place:
        """`pharmacy`: its id where there are several; `suffix`: of a store beside the usual one;
        `key`: of a group, whose limits it shares.
        """
        if self.url is None:
            return self.path
        whose = self.pharmacy or pharmacy or "main"
        return Database(self.url.get_secret_value(), whose + suffix, f"key:{key}" if key else whose)

    @property
    def password(self) -> str:
        """Of the database, where `url` has one."""
        url = "" if self.url is None else self.url.get_secret_value()
        return unquote(urlsplit(url).password or "")
