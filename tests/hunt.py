"""`make hunt MINUTES=10`: the properties of `make test` with other examples, until one fails.

What it finds is printed: make it an `@example` of the property, then mend the bug.
"""

import subprocess
import sys
import time

ROUND = ("-m", "hypothesis", "--hypothesis-profile=hunt", "-x", "-n", "2", "-p", "no:cacheprovider")


def hunt(minutes: float) -> int:
    """Rounds of all properties, each with fresh seeds; the last one is finished."""
    until, rounds = time.monotonic() + minutes * 60, 0
    while time.monotonic() < until:
        found = subprocess.run([sys.executable, "-m", "pytest", *ROUND], check=False).returncode
        if found:
            return found
        rounds += 1
    print(f"nothing found in {rounds} rounds")
    return 0


if __name__ == "__main__":
    sys.exit(hunt(float(sys.argv[1])))
