"""The files that come with the program: mapping files, the example configuration, schemas."""

from pathlib import Path

from bridge.errors import Fault, Misconfigured
from bridge.mapping.reading import FILES, SKUS

EXAMPLE = "docs/rxbridge.example.toml"
SCHEMAS = "docs/schemas"
BASE = ".shipped"
"""In a pharmacy's folder of mapping files: what they were made from."""


def folder() -> Path:
    """A checkout, or the folder of the same layout inside the installed package.

    Raises Misconfigured.
    """
    package = Path(__file__).parents[1]
    for place in (package.parent, package / "shipped"):
        if (place / "mappings" / "statuses.toml").exists():
            return place
    raise Misconfigured(Fault("mappings", "not-shipped"))


def mappings() -> Path:
    """The mapping files as they come. Raises Misconfigured."""
    return folder() / "mappings"


def refuse(path: Path) -> None:
    """Raises Misconfigured for the program's own mapping files: nothing of a pharmacy goes there,
    for the next version would overwrite it.
    """
    if path.resolve() == mappings().resolve():
        raise Misconfigured(Fault(path, "shipped-ones"))


def newer(folder: Path, *, unknown: bool = False) -> list[str]:
    """The mapping files that changed since those in `folder` were made from them; `unknown`: also
    those that differ from yours, and of which it is not known what yours came from.
    """
    names = []
    for name in (each for each in FILES if each != SKUS):
        came = (mappings() / name).read_bytes()
        base = folder / BASE / name
        if base.exists() or unknown:
            before = base if base.exists() else folder / name
            names += [name] * (not before.exists() or before.read_bytes() != came)
    return names
