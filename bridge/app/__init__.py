"""The composition root (`build`, read it first) and the roads to both vendors."""

from bridge.app.build import Bridge, open_bridge, planner, run
from bridge.app.policies import policy_of, rules_of
from bridge.app.vendors import Vendors, now, open_vendors
from bridge.app.web import web_of

__all__ = [
    "Bridge",
    "Vendors",
    "now",
    "open_bridge",
    "open_vendors",
    "planner",
    "policy_of",
    "rules_of",
    "run",
    "web_of",
]
