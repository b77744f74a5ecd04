"""Sentences that code makes, in German. What is not found here is shown in English, and marked."""


def translate(text: str) -> str | None:
    """The German sentence; None where none is known."""
    return None
