"""The operator's page: what runs, what is stuck and the button that frees it. Decides nothing.

Templates and words are loaded with the first view: a bridge whose page is never opened is as
small as one without.
"""

from bridge.server.page.routes import routes

__all__ = ["routes"]
