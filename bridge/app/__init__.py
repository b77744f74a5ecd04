"""The composition root: `build` makes every part (read it first), `run` sets them going."""
