"""Pages and schemas of the documents that are drawn from the code, so that they cannot drift."""
