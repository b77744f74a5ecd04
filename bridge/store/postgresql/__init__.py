"""PostgreSQL as the engine of the store; loaded where `store.url` is set."""
