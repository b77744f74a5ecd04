"""What the pages need as a site and not on a code host: drawings, and no ways out of docs/."""

import re

import lifecycle
from mkdocs.structure.pages import Page

DRAWING = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WAY_OUT = re.compile(r"\[([^]]+)\]\(\.\./[^)]*\)")


def on_page_markdown(markdown: str, *, page: Page, **_: object) -> str:
    """Draws the lifecycles, and makes plain text of links to files that are not in the site."""
    drawn = DRAWING.sub(lambda found: lifecycle.svg(found[1]), markdown)
    return drawn if "/" in page.file.src_uri else WAY_OUT.sub(r"\1", drawn)
