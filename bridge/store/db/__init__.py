"""The store's file, and how many writers share one commit."""

from bridge.store.db.commits import Body, Bulk
from bridge.store.db.database import MOST_TOGETHER, Database

__all__ = ["MOST_TOGETHER", "Body", "Bulk", "Database"]
