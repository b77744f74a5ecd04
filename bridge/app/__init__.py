"""The composition root: `build` makes every part (read it first), `run` sets them going."""

from bridge.app.build import Bridge, open_bridge, planner
from bridge.app.machine import Machine, now
from bridge.app.policies import policy_of, rules_of
from bridge.app.run import run
from bridge.app.vendors import Vendors, open_vendors

__all__ = [
    "Bridge",
    "Machine",
    "Vendors",
    "now",
    "open_bridge",
    "open_vendors",
    "planner",
    "policy_of",
    "rules_of",
    "run",
]
