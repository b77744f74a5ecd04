"""The worker: claim, look, decide, take one step, write it down, look again."""
