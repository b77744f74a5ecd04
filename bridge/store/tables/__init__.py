"""One module a table: its SQL, and nothing about any other table."""
