"""The store's schema as numbered files, each a step from the one before, and the way along."""

from bridge.store.schema.migrate import APPLICATION_ID, migrate, refuse_foreign, steps, version

__all__ = ["APPLICATION_ID", "migrate", "refuse_foreign", "steps", "version"]
