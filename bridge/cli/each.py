"""Carries a command out for each pharmacy, where there are several and none is named."""

import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from bridge import config
from bridge.cli.command import Handler
from bridge.errors import Fault, Misconfigured

Ended = Callable[[Namespace, Handler], int]
"""Carries it out, and gives its exit code whatever it raised."""


def each_pharmacy(arguments: Namespace, ended: Ended) -> int:
    """The highest of the exit codes: one that fails keeps none of the others from it."""
    names = config.pharmacies(config.find(arguments.config, os.environ, cwd=Path.cwd()))
    if names is None:
        return ended(arguments, arguments.handler)
    if getattr(arguments, "json", False):
        raise Misconfigured(Fault("--json", "one-document", names=", ".join(names)))
    codes = [0]
    for name in names:
        print(f"== {name} ==", flush=True)
        its = Namespace(**{**vars(arguments), "pharmacy": name})
        codes.append(ended(its, arguments.handler))
    return max(codes)
