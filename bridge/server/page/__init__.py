"""The operator's page: what runs, what is stuck and the button that frees it. Decides nothing.

Templates and words are loaded when somebody first looks: a bridge whose page nobody opens is as
small as one without.
"""

from bridge.server.page.routes import routes

__all__ = ["routes"]
