"""`rxbridge run`, which can be told by its standard input to stand still at a point, or that its
clock is wrong. What it does is the bridge's own; no file of the bridge knows of this one.
"""

import importlib
import os
import signal
import sys
import threading
from datetime import datetime, timedelta

from bridge.app import machine, replica
from bridge.cli.main import main
from bridge.store.postgresql.connection import Connection

session = importlib.import_module("bridge.transport.session")  # the package has a function so named
IN_TRANSACTION = "in a transaction"
BEFORE_SENDING = "before sending"
CLOCK = "clock"
armed: set[str] = set()
ahead = timedelta()


class Clock(datetime):
    """The machine's, as wrong as was said."""

    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + ahead


def stands_still(point: str) -> None:
    if point in armed:
        armed.discard(point)
        os.kill(os.getpid(), signal.SIGSTOP)


def listen() -> None:
    global ahead
    for line in sys.stdin:
        word, _, seconds = line.strip().partition("=")
        if word == CLOCK:
            ahead = timedelta(seconds=float(seconds))
        else:
            armed.add(word)


def run() -> int:
    execute, send = Connection.execute, session._DatedRequest.send

    def executed(self, statement, values=(), /):
        if statement == "COMMIT" and self.total_changes:
            stands_still(IN_TRANSACTION)
        return execute(self, statement, values)

    async def sent(self, conn):
        if self.method == "POST" and "order-requests" in self.url.path:
            stands_still(BEFORE_SENDING)
        return await send(self, conn)

    machine.datetime, replica.HERE = Clock, ""  # as if each had a machine of its own
    Connection.execute, session._DatedRequest.send = executed, sent
    threading.Thread(target=listen, daemon=True).start()
    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(run())
