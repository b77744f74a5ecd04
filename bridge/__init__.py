"""rxbridge: an async, bidirectional bridge between PharmaOne and RxScale."""

__version__ = "0.1.0"
