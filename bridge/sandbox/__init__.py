"""Both vendors simulated over real HTTP, with faults on demand: for rehearsal, demo and tests.

Written from the vendors' documents and knowing nothing of the bridge, so that it can disagree
with it. `Sandbox` serves both; its `world` is what they hold.
"""

from bridge.sandbox.server import Sandbox
from bridge.sandbox.settings import SandboxSettings

__all__ = ["Sandbox", "SandboxSettings"]
