"""The pure part: what to do is decided here, over values, without I/O, clock or chance."""
